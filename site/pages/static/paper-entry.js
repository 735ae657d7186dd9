// Entering a sheet without the mouse: Enter goes on, what a number stands for is marked, and what is not asked is left
// out. Without script the same form is sent with its button.
const form = document.querySelector("[data-entry]");

function chosenIn(input) {
  const text = input.value.normalize("NFKC").trim();
  const parts = text.split(/[\s,;:、./]+/).filter(Boolean);
  const options = input.closest(".entry").querySelectorAll("[data-option]").length;
  const runsTogether = input.dataset.digits === "multiple" && options <= 9 && parts.length === 1;
  return runsTogether ? [...parts[0]] : parts;
}

function mark(input) {
  const chosen = chosenIn(input);
  for (const option of input.closest(".entry").querySelectorAll("[data-option]")) {
    option.classList.toggle("is-chosen", chosen.includes(option.dataset.option));
  }
}

function leaveOut() {
  for (const entry of form.querySelectorAll("[data-show-if]")) {
    const before = form.elements[entry.dataset.showIf];
    const wanted = entry.dataset.showIfValues.split(" ").filter(Boolean);
    const isAsked = before && chosenIn(before).some((one) => wanted.includes(one));
    entry.classList.toggle("is-left-out", Boolean(before && before.value.trim()) && !isAsked);
  }
}

function refresh() {
  for (const input of form.querySelectorAll("[data-digits]")) mark(input);
  leaveOut();
}

function next(field) {
  const fields = [...form.querySelectorAll("input[name^='q-'], textarea")].filter(
    (one) => one === field || !one.closest(".is-left-out"),
  );
  return fields[fields.indexOf(field) + 1];
}

if (form) {
  form.addEventListener("input", refresh);
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.matches("input[name^='q-'], textarea")) return;
    if (field.matches("textarea") && !event.ctrlKey) return;
    event.preventDefault();
    const following = next(field);
    (following ?? form.querySelector("button[type='submit']")).focus();
    following?.select();
  });
  refresh();
}
