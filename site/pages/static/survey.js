// Hides questions whose condition is not met; without script all are shown and the server leaves out what does not apply.
const conditional = document.querySelectorAll("[data-show-if]");

function update() {
  for (const block of conditional) {
    const wanted = block.dataset.showIfValues.split(" ");
    const chosen = [...document.querySelectorAll(`[name="${CSS.escape(block.dataset.showIf)}"]:checked`)];
    block.hidden = !chosen.some((input) => wanted.includes(input.value));
  }
}

document.addEventListener("change", update);
update();
