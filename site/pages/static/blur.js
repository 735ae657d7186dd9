// Draws boxes over a picture by pointer and writes them into the text area that the server reads.
"use strict";

for (const frame of document.querySelectorAll("[data-blur]")) {
  const area = document.getElementById(frame.dataset.blur);
  const drawing = frame.querySelector("svg");
  const boxes = frame.querySelector(".blur-boxes");
  if (!area || !drawing || !boxes) continue;
  let start = null;
  let drawn = null;

  const at = (event) => {
    const size = drawing.getBoundingClientRect();
    const part = (value, from, length) => Math.min(1000, Math.max(0, Math.round(((value - from) / length) * 1000)));
    return [part(event.clientX, size.left, size.width), part(event.clientY, size.top, size.height)];
  };
  const box = (one, other) => [
    Math.min(one[0], other[0]),
    Math.min(one[1], other[1]),
    Math.abs(one[0] - other[0]),
    Math.abs(one[1] - other[1]),
  ];
  const place = (shape, [x, y, width, height]) => {
    for (const [name, value] of Object.entries({ x, y, width, height })) shape.setAttribute(name, value);
  };
  const shape = () => boxes.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));

  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = at(event);
    drawn = shape();
    drawing.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  drawing.addEventListener("pointermove", (event) => {
    if (start) place(drawn, box(start, at(event)));
  });
  drawing.addEventListener("pointerup", (event) => {
    if (!start) return;
    const made = box(start, at(event));
    start = null;
    if (made[2] < 5 || made[3] < 5) {
      drawn.remove();
      return;
    }
    place(drawn, made);
    area.value = `${area.value.trim()}\n${made.join(", ")}`.trim();
  });
  drawing.addEventListener("pointercancel", () => {
    if (start) drawn.remove();
    start = null;
  });
  area.addEventListener("input", () => {
    boxes.replaceChildren();
    for (const line of area.value.split("\n")) {
      const numbers = line.split(/[\s,，、]+/).filter(Boolean).map(Number);
      if (numbers.length === 4 && numbers.every((number) => number >= 0 && number <= 1000)) place(shape(), numbers);
    }
  });
}
