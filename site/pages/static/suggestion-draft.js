// Keeps what a sender writes in this browser until the receipt is there; the form works without this file.
// Contact and pictures are not kept: the next person at a shared computer must not find them.

const KEPT = ["kind", "words", "place", "place_words", "consent_to_publish"];
const PREFIX = "letter-";
const OLD = 7 * 24 * 3600 * 1000;

const form = document.querySelector("form[data-letter]");
const key = PREFIX + (form?.dataset.letter ?? "");

function attempt(act) {
  try {
    return act();
  } catch {
    // Storage may be full or forbidden; nothing depends on it.
    return null;
  }
}

function controls() {
  return [...form.elements].filter((control) => KEPT.includes(control.name));
}

function keep() {
  const values = {};
  for (const control of controls()) {
    if (control.type === "radio" || control.type === "checkbox") {
      values[control.name] ??= [];
      if (control.checked) values[control.name].push(control.value);
    } else values[control.name] = control.value;
  }
  attempt(() => {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
    sessionStorage.setItem("letter-sent-from", key);
  });
}

function bringBack() {
  const saved = attempt(() => JSON.parse(localStorage.getItem(key) ?? "null"));
  if (!saved || Date.now() - saved.at > OLD) return;
  for (const control of controls()) {
    const value = saved.values[control.name];
    if (value === undefined) continue;
    if (Array.isArray(value)) control.checked = value.includes(control.value);
    else control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

if (form) {
  // A form that came back from the server holds what was typed already.
  if (!form.elements.words.value) bringBack();
  form.addEventListener("input", keep);
}
if (document.querySelector("[data-letter-sent]")) {
  attempt(() => {
    const sent = sessionStorage.getItem("letter-sent-from");
    if (sent?.startsWith(PREFIX)) localStorage.removeItem(sent);
    sessionStorage.removeItem("letter-sent-from");
  });
}
