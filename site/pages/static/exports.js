// Shows how much of an export has come. Without script the browser downloads the same file by itself.
const form = document.querySelector("[data-export]");
const state = document.querySelector("[data-export-state]");

function nameOf(answer) {
  const found = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  return found ? found[1] : "";
}

async function receive(answer) {
  const parts = [];
  let size = 0;
  let shown = 0;
  const reader = answer.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parts.push(piece.value);
    size += piece.value.length;
    if (Date.now() - shown > 300) {
      shown = Date.now();
      state.textContent = form.dataset.receiving.replace("{size}", String(Math.ceil(size / 1024)));
    }
  }
  return new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" });
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

form.addEventListener("submit", async (event) => {
  if (!event.submitter || !window.ReadableStream) return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  state.textContent = form.dataset.receiving.replace("{size}", "0");
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent });
    const name = nameOf(answer);
    if (!answer.ok || !name) throw new Error(String(answer.status));
    save(await receive(answer), name);
    state.textContent = form.dataset.done.replace("{name}", name);
  } catch {
    state.textContent = form.dataset.failed;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});
