// A table of reports by keyboard: arrows, Enter, and blocks pasted from a spreadsheet. Works as a plain form without.
import { Keeper } from "./report-keeper.js";

const form = document.querySelector("form[data-grid]");

function rows() {
  return [...form.querySelectorAll("[data-row]")];
}

function cellsOf(row) {
  return [...row.querySelectorAll("[data-cell]")];
}

/** The cell of another row in the same column, or the nearest one before it. */
function inColumn(row, column) {
  const cells = cellsOf(row);
  return cells.find((cell) => Number(cell.dataset.column) === column) ?? cells.findLast((cell) => Number(cell.dataset.column) < column);
}

function go(cell) {
  if (!cell) return;
  cell.focus();
  cell.select?.();
}

function move(cell, down) {
  const all = rows();
  const next = all[all.indexOf(cell.closest("[data-row]")) + down];
  if (next) go(inColumn(next, Number(cell.dataset.column)));
}

function sideways(cell, step) {
  const cells = cellsOf(cell.closest("[data-row]"));
  go(cells[cells.indexOf(cell) + step]);
}

/** Arrows leave a cell only where the caret stands at its edge, so that a text can still be written. */
function keys(event) {
  const cell = event.target.closest("[data-cell]");
  if (!cell || event.isComposing) return;
  const isList = cell.tagName === "SELECT";
  const atStart = isList || (cell.selectionStart === 0 && (cell.selectionEnd === 0 || cell.selectionEnd === cell.value.length));
  const atEnd = isList || (cell.selectionEnd === cell.value.length && (cell.selectionStart === cell.value.length || cell.selectionStart === 0));
  const isText = cell.tagName === "TEXTAREA";
  const acts = {
    ArrowUp: () => !isList && (!isText || atStart) && [move, cell, -1],
    ArrowDown: () => !isList && (!isText || atEnd) && [move, cell, 1],
    ArrowLeft: () => atStart && [sideways, cell, -1],
    ArrowRight: () => atEnd && [sideways, cell, 1],
    Enter: () => [move, cell, event.shiftKey ? -1 : 1],
  };
  if (event.key === "Enter" && event.altKey && isText) {
    event.preventDefault();
    cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
    cell.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = acts[event.key]?.();
  if (!act) return;
  event.preventDefault();
  const [does, ...given] = act;
  does(...given);
}

/** Read a block as spreadsheets copy it: tabs and lines, cells with line breaks in quotes. */
function block(text) {
  const lines = [[]];
  let cell = "";
  let quoted = false;
  for (let place = 0; place < text.length; place++) {
    const sign = text[place];
    if (quoted) {
      if (sign === '"' && text[place + 1] === '"') {
        cell += '"';
        place++;
      } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      lines.at(-1).push(cell);
      cell = "";
      if (sign === "\n") lines.push([]);
    } else if (sign !== "\r") cell += sign;
  }
  lines.at(-1).push(cell);
  if (lines.length > 1 && lines.at(-1).length === 1 && lines.at(-1)[0] === "") lines.pop();
  return lines;
}

function put(cell, text) {
  const value = text.trim();
  if (cell.tagName === "SELECT") {
    const option = [...cell.options].find((one) => one.value === value || one.textContent.trim() === value);
    if (!option) return false;
    cell.value = option.value;
  } else cell.value = value;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function paste(event) {
  const first = event.target.closest("[data-cell]");
  const lines = block(event.clipboardData.getData("text/plain"));
  if (!first || (lines.length === 1 && lines[0].length === 1)) return;
  event.preventDefault();
  const all = rows().slice(rows().indexOf(first.closest("[data-row]")));
  const column = Number(first.dataset.column);
  const before = [];
  let left = 0;
  lines.forEach((line, down) => {
    const cells = all[down] ? cellsOf(all[down]) : [];
    line.forEach((text, right) => {
      const cell = cells.find((one) => Number(one.dataset.column) === column + right);
      const was = cell?.value;
      if (cell && put(cell, text)) before.push([cell, was]);
      else if (text.trim() && text.trim() !== "—") left++;
    });
  });
  const said = form.querySelector("[data-paste-line]");
  said.textContent = form.dataset.pasted.replace("{count}", before.length) + (left ? ` ${form.dataset.leftOver.replace("{count}", left)}` : "");
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "button button-secondary", textContent: form.dataset.undo });
  undo.addEventListener("click", () => {
    for (const [cell, was] of before) {
      cell.value = was;
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    }
    said.textContent = form.dataset.undone;
    first.focus();
  });
  said.append(" ", undo);
}

/** Put what the server says of a row beside its cells. */
function show(row, answer) {
  for (const line of row.querySelectorAll("[data-live], .cell-note:not(span)")) line.remove();
  const lines = [
    ...Object.entries(answer.errors ?? {}).flatMap(([name, words]) => words.map((text) => [name, text, true])),
    ...(answer.findings ?? []).filter((one) => !one.explained).map((one) => [one.field, one.text, false]),
  ];
  for (const cell of cellsOf(row)) cell.removeAttribute("aria-invalid");
  for (const [name, text, isError] of lines) {
    const cell = row.querySelector(`[data-name="${name}"]`);
    const line = Object.assign(document.createElement("p"), { className: isError ? "cell-note cell-wrong" : "cell-note", textContent: text });
    line.dataset.live = "";
    (cell?.closest("td") ?? row.querySelector("th")).append(line);
    if (isError) cell?.setAttribute("aria-invalid", "true");
  }
  row.querySelector("[data-row-said]").textContent = [answer.conflict, answer.others].filter(Boolean).join(" ");
}

if (form) {
  document.querySelector("[data-grid-help]").hidden = false;
  const line = form.querySelector("[data-keep-line]");
  const keepers = new Map(
    rows().map((row) => {
      const controls = () => [...row.querySelectorAll("[data-name]"), ...(row.nextElementSibling?.matches(".grid-notes") ? row.nextElementSibling.querySelectorAll("[data-name]") : [])];
      const keeper = new Keeper({
        key: `report-${row.dataset.keep.replace(/\/keep$/, "")}`,
        url: row.dataset.keep,
        words: form.dataset,
        line,
        controls,
        nameOf: (control) => control.dataset.name,
        version: () => row.querySelector("[data-version]").value,
        token: () => form.elements.csrf_token.value,
        shown: (answer) => show(row, answer),
      });
      return [row, keeper];
    }),
  );
  if (!form.querySelector(".cell-wrong, .choose-row")) for (const keeper of keepers.values()) keeper.bringBack("", false);
  form.addEventListener("keydown", keys);
  form.addEventListener("paste", paste);
  form.addEventListener("input", (event) => {
    if (!event.target.dataset.name) return;
    event.target.closest(".grid-carried")?.classList.remove("grid-carried");
    const row = event.target.closest("[data-row]") ?? event.target.closest(".grid-notes").previousElementSibling;
    row.dataset.touched = "";
    keepers.get(row)?.changed();
  });
  form.addEventListener("submit", () => {
    for (const [row, keeper] of keepers) if ("touched" in row.dataset) keeper.sent();
  });
}
