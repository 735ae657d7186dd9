// An interviewer's call sheet. Without this file the time counts from when the number was given out.
// With it: from the first answer typed to the last. A page that comes with answers is not measured.
const form = document.getElementById("interview");
const spent = form?.querySelector("input[name=seconds]");
let first = null;

function holdsAnswers() {
  return [...form.querySelectorAll("[name^='q-']")].some((one) =>
    one.type === "radio" || one.type === "checkbox" ? one.checked : one.value.trim());
}

if (spent && !holdsAnswers()) {
  form.addEventListener("input", (event) => {
    if (!event.target.name?.startsWith("q-")) return;
    first ??= performance.now();
    spent.value = Math.round((performance.now() - first) / 1000);
  });
}
