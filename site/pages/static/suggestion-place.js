// Marks a place on a map that opens only when asked; the words beside it are enough without.

const button = document.getElementById("place-button");
const box = document.getElementById("place-map");
const said = document.getElementById("place-said");
const form = button?.form ?? document.querySelector("form[data-letter]");

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

async function open() {
  button.disabled = true;
  try {
    const [answer] = await Promise.all([fetch(box.dataset.points), import(box.dataset.script), addSheet(box.dataset.sheet)]);
    if (!answer.ok) throw new Error(answer.statusText);
    const { features, outlines } = await answer.json();
    const L = globalThis.L;
    box.hidden = false;
    const map = L.map(box, { maxZoom: 18, zoomControl: false, attributionControl: false });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    for (const tiles of box.dataset.tiles?.split(" ") ?? []) L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: "origin" }).addTo(map);
    L.geoJSON(outlines, { interactive: false, style: { className: "map-outline" } }).addTo(map);
    for (const { geometry: { coordinates }, properties } of features) {
      L.circleMarker([coordinates[1], coordinates[0]], { radius: 5, className: "place-known" }).bindTooltip(properties.title).addTo(map);
    }
    const known = features.map(({ geometry: { coordinates } }) => [coordinates[1], coordinates[0]]);
    if (known.length) map.fitBounds(L.latLngBounds(known).pad(0.1));
    else map.setView([35, 105], 4);
    let marker = null;
    const mark = ({ lat, lng }) => {
      const latitude = lat.toFixed(4);
      const longitude = L.Util.wrapNum(lng, [-180, 180], true).toFixed(4);
      form.elements.latitude.value = latitude;
      form.elements.longitude.value = longitude;
      marker ??= L.circleMarker([lat, lng], { radius: 9, className: "place-mark" }).addTo(map);
      marker.setLatLng([lat, lng]);
      said.textContent = box.dataset.marked.replace("{latitude}", latitude).replace("{longitude}", longitude);
    };
    map.on("click", (event) => mark(event.latlng));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      mark(map.getCenter());
    });
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", box.dataset.label);
    const { latitude, longitude } = form.elements;
    if (latitude.value && longitude.value) mark(L.latLng(Number(latitude.value), Number(longitude.value)));
    box.focus();
    button.hidden = true;
  } catch {
    box.hidden = true;
    button.disabled = false;
    said.textContent = box.dataset.failed;
  }
}

if (button && box) {
  button.hidden = false;
  button.addEventListener("click", open);
}
