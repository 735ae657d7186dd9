// Pictures by drag, by choosing several, or from a phone's camera: each is listed with its words and its own errors.


/** Draw a small preview: pictures from addresses of the browser's own memory are not allowed on these pages. */
async function preview(file, canvas) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 240 / picture.width);
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
  } catch {
    // The server says what is wrong with it.
    canvas.remove();
  }
}

function labelled(text, control, id) {
  const label = document.createElement("label");
  label.htmlFor = control.id = id;
  label.textContent = text;
  const field = document.createElement("div");
  field.className = "field";
  field.append(label, control);
  return field;
}

function button(text, kind = "button button-secondary") {
  return Object.assign(document.createElement("button"), { type: "button", className: kind, textContent: text });
}

let cards = 0;

function card(file, drop, form) {
  const words = drop.dataset;
  const number = ++cards;
  const item = document.createElement("li");
  item.className = "photo-card";
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const name = Object.assign(document.createElement("p"), { className: "photo-name", textContent: file.name });
  const alt = Object.assign(document.createElement("input"), { className: "input", maxLength: 200, placeholder: words.altHint });
  const phase = Object.assign(document.createElement("select"), { className: "input input-short" });
  phase.append(drop.querySelector("[data-phases]").content.cloneNode(true));
  const error = Object.assign(document.createElement("p"), { className: "field-error" });
  error.setAttribute("role", "alert");
  const put = button(words.put, "button");
  const leave = button(words.dropOne);
  const acts = Object.assign(document.createElement("p"), { className: "cluster" });
  acts.append(put, leave);
  item.append(canvas, name, labelled(words.alt, alt, `card-alt-${number}`), labelled(words.phase, phase, `card-phase-${number}`), error, acts);
  preview(file, canvas);

  async function send() {
    error.textContent = words.sending;
    put.disabled = true;
    const body = new FormData();
    body.append("picture", file);
    body.append("alt_text", alt.value);
    body.append("phase", phase.value);
    body.append("version", form.elements.version.value);
    body.append("csrf_token", form.elements.csrf_token.value);
    try {
      const answer = await fetch(form.dataset.photos, { method: "POST", body, redirect: "manual" });
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(String(answer.status));
      const said = await answer.json();
      if (!answer.ok) {
        error.textContent = said.closed ?? Object.values(said.errors).flat().join(" ");
        put.disabled = false;
        return false;
      }
      form.elements.version.value = said.version;
      const done = Object.assign(document.createElement("p"), { className: "photo-done", textContent: said.words });
      const picture = Object.assign(document.createElement("img"), { src: said.url, alt: alt.value });
      item.replaceChildren(picture, done);
      item.dataset.done = "";
      return true;
    } catch {
      error.textContent = words.failed;
      put.disabled = false;
      return false;
    }
  }
  put.addEventListener("click", send);
  leave.addEventListener("click", () => item.remove());
  item.send = send;
  item.alt = alt;
  return item;
}

/** Turn the form's plain file controls into a place for pictures. */
export function photoDrop(form) {
  const drop = form.querySelector("[data-drop]");
  const plain = form.querySelector("[data-plain-photos]");
  if (!drop || plain.querySelector(".field-error")) return;
  drop.hidden = false;
  plain.hidden = true;
  const list = drop.querySelector("[data-cards]");
  const take = (files) => {
    for (const file of files) list.append(card(file, drop, form));
    list.lastElementChild?.alt?.focus();
  };
  const input = drop.querySelector("#drop-files");
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("photo-drop-over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("photo-drop-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("photo-drop-over");
    take([...event.dataTransfer.files].filter((file) => file.type.startsWith("image/")));
  });
  // A picture that waits for its words would be lost with the page.
  form.addEventListener("submit", (event) => {
    const waiting = [...list.children].filter((item) => !("done" in item.dataset));
    if (!waiting.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    delete form.dataset.sent;
    drop.querySelector("[data-drop-error]").textContent = drop.dataset.needsAlt;
    waiting[0].alt.focus();
  }, true);
}
