// Offers names of projects, places and agencies while one types in a search box; without script the box just searches.
const WAIT_MS = 150;

for (const box of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(box.getAttribute("list"));
  let timer, asked = "";

  const ask = async () => {
    const typed = box.value.trim();
    if (typed.length < 2 || typed === asked) return;
    asked = typed;
    try {
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || asked !== typed) return;
      list.replaceChildren(...(await answer.json()).map((title) => new Option(title, title)));
    } catch {
      // No signal: the box still searches.
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}
