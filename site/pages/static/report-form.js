// Keeps what is typed into a monthly report, on the server and in this browser, and shows what its checks say.
// The form works without this file: everything here is an improvement.
import { photoDrop } from "./report-photos.js";
import { Keeper } from "./report-keeper.js";

const form = document.querySelector("form[data-keep]");

/** Put the server's complaints and findings beside the controls they are about. */
function show(answer) {
  for (const line of form.querySelectorAll("[data-live]")) line.remove();
  for (const control of form.querySelectorAll("[data-live-invalid]")) {
    control.removeAttribute("aria-invalid");
    delete control.dataset.liveInvalid;
  }
  const lines = [
    ...Object.entries(answer.errors ?? {}).flatMap(([name, words]) => words.map((text) => [name, text, true])),
    ...(answer.findings ?? []).filter((one) => !one.explained && one.field).map((one) => [one.field, one.text, false]),
  ];
  for (const [name, text, isError] of lines) {
    const control = form.elements.namedItem(name);
    const place = control?.closest?.(".field");
    if (!place) continue;
    const line = document.createElement("p");
    line.className = isError ? "field-error" : "check-line";
    line.dataset.live = "";
    line.textContent = text;
    place.append(line);
    if (isError) {
      control.setAttribute("aria-invalid", "true");
      control.dataset.liveInvalid = "";
    }
  }
}

if (form) {
  const line = form.querySelector("[data-keep-line]");
  const controls = () => [...form.elements].filter((one) => one.name && !/^(photos-|csrf_token$|version$|then$|remove_photo$|choose-)/.test(one.name) && one.type !== "file" && one.tagName !== "BUTTON");
  const keeper = new Keeper({
    key: `report-${location.pathname}`,
    url: form.dataset.keep,
    words: form.dataset,
    line,
    controls,
    nameOf: (control) => control.name,
    version: () => form.elements.version.value,
    token: () => form.elements.csrf_token.value,
    shown: show,
  });
  // What the checks say of a text that was kept earlier.
  if (form.dataset.keptAt && !form.querySelector(".choose-rows")) keeper.changed();
  keeper.bringBack(form.dataset.keptAt, document.querySelector(".error-summary, .choose-rows") !== null);
  form.addEventListener("input", (event) => {
    if (!controls().includes(event.target)) return;
    event.target.closest(".figure-carried")?.classList.remove("figure-carried");
    keeper.changed();
  });
  form.addEventListener("submit", () => keeper.sent());
  photoDrop(form);
}
