/* The form for joining: looks things up and adds rows without leaving the page, puts a pin on each space's map, and sends
   once however often it is pressed. Everything works without it, a page at a time. */

import { createMap } from "./map.js";

const CLOSE_ZOOM = 9;
const form = document.querySelector("[data-join]");

if (form) {
  enhance(form);
  form.addEventListener("submit", onSubmit);
}
for (const other of document.querySelectorAll("[data-once]")) other.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", () => { // by the back button, to mend what was sent
  for (const sent of document.querySelectorAll("[data-sent]")) delete sent.dataset.sent;
});
document.querySelector("[autofocus]")?.focus();

async function onSubmit(event) {
  if (event.submitter?.name !== "do") return sendOnce(event);
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const data = new FormData(form, event.submitter);
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form.replaceChildren(...page.querySelector("[data-join]").childNodes);
    enhance(form);
    form.querySelector("[autofocus]")?.focus();
  } catch {
    form.append(hidden("do", data.get("do"))); // no network, no such page: as without script
    form.submit();
  } finally {
    form.ariaBusy = "false";
  }
}

/* Only what comes after the first press is stopped: a disabled button would not be sent. */
function sendOnce(event) {
  const sent = event.currentTarget;
  if (sent.dataset.sent) event.preventDefault();
  sent.dataset.sent = "yes";
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function enhance(root) {
  for (const place of root.querySelectorAll("[data-pin-of]")) addMap(place);
}

function addMap(place) {
  const prefix = place.dataset.pinOf;
  const [latitude, longitude] = ["latitude", "longitude"].map((name) => document.getElementById(`id_${prefix}-${name}`));
  const element = place.querySelector("[data-map]");
  element.hidden = place.querySelector("[data-help]").hidden = false;
  const map = createMap(element, JSON.parse(document.getElementById("map-texts").textContent));
  const note = Object.assign(document.createElement("span"), { className: "pin-note pin-coming" });
  const icon = L.divIcon({ html: note, className: "pin", iconSize: [44, 44], iconAnchor: [22, 42] });
  const marker = L.marker([65, 13], { icon, draggable: true, keyboard: false });

  function put({ lat, lng }) {
    latitude.value = lat.toFixed(5);
    longitude.value = lng.toFixed(5);
    marker.setLatLng([lat, lng]).addTo(map);
  }

  map.on("click", ({ latlng }) => put(latlng));
  marker.on("dragend", () => put(marker.getLatLng()));
  place.querySelector("[data-middle]").addEventListener("click", () => put(map.getCenter()));
  if (latitude.value && longitude.value) {
    const position = L.latLng(Number(latitude.value), Number(longitude.value));
    marker.setLatLng(position).addTo(map);
    map.setView(position, CLOSE_ZOOM, { animate: false });
  }
}
