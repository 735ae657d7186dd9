// Opens a map that can be zoomed, only when the reader asks; the drawing and the list are there without it.

const canvas = document.getElementById("map-canvas");
const button = document.getElementById("map-button");
const status = document.getElementById("map-status");
const CELL = 44;
const TONES = { ahead: "ahead", on_schedule: "good", behind: "behind", seriously_behind: "late", overdue: "late", done: "done" };
const WORST_FIRST = ["seriously_behind", "overdue", "behind", "on_schedule", "ahead", "done", "not_due", "suspended", "cancelled", "unknown"];

function addSheet(address) {
  return new Promise((resolve, reject) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = address;
    sheet.onload = resolve;
    sheet.onerror = reject;
    document.head.append(sheet);
  });
}

/** The shape of a status, and how many points it stands for. */
function pin(properties, count) {
  const SVG = "http://www.w3.org/2000/svg";
  const box = document.createElement("span");
  box.className = "map-pin";
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: 22, height: 22, "aria-hidden": "true" })) drawing.setAttribute(name, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", properties.shape);
  path.setAttribute("fill-rule", "evenodd");
  path.setAttribute("class", `map-mark map-${TONES[properties.status] ?? "quiet"}`);
  drawing.append(path);
  box.append(drawing);
  if (count > 1) box.append(String(count));
  return box;
}

/** What a marker says when it is opened: a link to the project and its status in a word. */
function popup({ title, url, word }) {
  const text = document.createElement("p");
  const link = document.createElement("a");
  link.href = url;
  link.textContent = title;
  text.append(link, document.createElement("br"), word);
  return text;
}

/** Points that share a cell of the screen at this zoom, as lists. */
function cells(map, features) {
  const found = new Map();
  for (const feature of features) {
    const [longitude, latitude] = feature.geometry.coordinates;
    const point = map.project([latitude, longitude]);
    const key = `${Math.floor(point.x / CELL)} ${Math.floor(point.y / CELL)}`;
    found.set(key, [...(found.get(key) ?? []), feature]);
  }
  return [...found.values()];
}

function place(L, map, layer, features) {
  layer.clearLayers();
  const closest = map.getZoom() >= map.getMaxZoom();
  for (const members of closest ? features.map((feature) => [feature]) : cells(map, features)) {
    members.sort((one, other) => WORST_FIRST.indexOf(one.properties.status) - WORST_FIRST.indexOf(other.properties.status));
    const worst = members[0].properties;
    const positions = members.map(({ geometry: { coordinates } }) => [coordinates[1], coordinates[0]]);
    const middle = L.latLngBounds(positions);
    const many = members.length > 1;
    const label = many ? canvas.dataset.many.replace("{count}", members.length) : `${worst.title} ${worst.word}`;
    const icon = L.divIcon({ html: pin(worst, members.length), className: "", iconSize: [44, 24], iconAnchor: [11, 12] });
    const marker = L.marker(middle.getCenter(), { icon, title: label, alt: label, keyboard: true }).addTo(layer);
    marker.getElement()?.setAttribute("aria-label", label);
    if (many) {
      marker.on("click keypress", ({ originalEvent: { key } }) => {
        if (key && key !== "Enter") return;
        // The marker goes when the map draws itself anew; whoever uses the keyboard goes on from the map.
        canvas.focus();
        map.fitBounds(middle.pad(0.2), { maxZoom: map.getMaxZoom() });
      });
    } else marker.bindPopup(popup(worst));
  }
}

async function open() {
  button.disabled = true;
  try {
    const [answer] = await Promise.all([fetch(canvas.dataset.points), import(canvas.dataset.script), addSheet(canvas.dataset.sheet)]);
    if (!answer.ok) throw new Error(answer.statusText);
    const { features, outlines } = await answer.json();
    const L = globalThis.L;
    canvas.hidden = false;
    const map = L.map(canvas, { maxZoom: 18, zoomControl: false, attributionControl: false });
    L.control.zoom({ zoomInTitle: canvas.dataset.zoomIn, zoomOutTitle: canvas.dataset.zoomOut }).addTo(map);
    // The server of tiles may want to know which site asks; the page that is read is none of its business.
    for (const tiles of canvas.dataset.tiles?.split(" ") ?? []) L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: "origin" }).addTo(map);
    canvas.classList.toggle("map-tiled", "tiles" in canvas.dataset);
    const drawn = L.geoJSON(outlines, { interactive: false, style: { className: "map-outline" } }).addTo(map);
    const points = L.latLngBounds(features.map(({ geometry: { coordinates } }) => [coordinates[1], coordinates[0]]));
    map.fitBounds(points.pad(0.1).extend(drawn.getBounds()));
    const layer = L.layerGroup().addTo(map);
    map.on("zoomend", () => place(L, map, layer, features));
    place(L, map, layer, features);
    canvas.setAttribute("role", "region");
    canvas.setAttribute("aria-label", canvas.dataset.label);
    canvas.focus();
    button.hidden = true;
  } catch {
    canvas.hidden = true;
    button.disabled = false;
    status.textContent = canvas.dataset.failed;
  }
}

button.hidden = false;
button.addEventListener("click", open);
