/* The form for joining: looks things up and adds rows without leaving the page, puts a pin on each space's map, and sends
   once however often it is pressed. Everything works without it, a page at a time. */

import { createMap, lookAt } from "./map.js";

const CLOSE_ZOOM = 9;
const NEAR_ZOOM = 7;
const AGAIN_MS = 5000; // until what was stopped can be sent again
const form = document.querySelector("[data-join]");

if (form) {
  enhance(form);
  form.addEventListener("submit", onSubmit);
}
for (const other of document.querySelectorAll("[data-once]")) other.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", () => { // by the back button, to mend what was sent
  for (const sent of document.querySelectorAll("[data-sent]")) delete sent.dataset.sent;
  for (const wish of document.querySelectorAll("[data-wish]")) wish.remove();
});
document.querySelector("[autofocus]")?.focus();

async function onSubmit(event) {
  if (event.submitter?.name !== "do") return sendOnce(event);
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  form.inert = true; // what would be typed meanwhile would be lost
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form.replaceChildren(...page.querySelector("[data-join]").childNodes);
    enhance(form);
    form.inert = false;
    form.querySelector("[autofocus]")?.focus();
  } catch {
    form.inert = false;
    const wish = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: data.get("do") });
    wish.dataset.wish = "";
    form.append(wish); // no network, no such page: as without script
    form.submit();
  }
}

/* Only what comes soon after the first press is stopped: a disabled button would not be sent. */
function sendOnce(event) {
  const sent = event.currentTarget;
  if (sent.dataset.sent) event.preventDefault();
  sent.dataset.sent = "yes";
  setTimeout(() => { delete sent.dataset.sent; }, AGAIN_MS);
}

function enhance(root) {
  for (const place of root.querySelectorAll("[data-pin-of]")) addMap(place);
}

function addMap(place) {
  const prefix = place.dataset.pinOf;
  const [latitude, longitude] = ["latitude", "longitude"].map((name) => document.getElementById(`id_${prefix}-${name}`));
  const element = place.querySelector("[data-map]");
  element.hidden = false;
  for (const help of place.querySelectorAll("[data-help]")) help.hidden = false;
  const map = createMap(element, JSON.parse(document.getElementById("map-texts").textContent));
  const note = Object.assign(document.createElement("span"), { className: "pin-note pin-coming" });
  const icon = L.divIcon({ html: note, className: "pin", iconSize: [44, 44], iconAnchor: [22, 42] });
  const marker = L.marker([65, 13], { icon, draggable: true, keyboard: false });

  const status = place.querySelector("[data-status]");
  const remove = place.querySelector("[data-remove]");

  function put({ lat, lng }) {
    latitude.value = lat.toFixed(5);
    longitude.value = lng.toFixed(5);
    marker.setLatLng([lat, lng]).addTo(map);
    remove.hidden = false;
    status.textContent = status.dataset.placed;
  }

  remove.addEventListener("click", () => {
    latitude.value = longitude.value = "";
    marker.remove();
    remove.hidden = true;
    status.textContent = status.dataset.removed;
    element.focus();
  });

  map.on("click", ({ latlng }) => put(latlng));
  marker.on("dragend", () => put(marker.getLatLng()));
  const middle = place.querySelector("[data-middle]");
  const allowMiddle = () => { middle.disabled = map.getZoom() < NEAR_ZOOM; }; // before, the middle is in Sweden
  middle.addEventListener("click", () => put(map.getCenter()));
  map.on("zoomend", allowMiddle);
  allowMiddle();
  if (latitude.value && longitude.value) {
    const position = L.latLng(Number(latitude.value), Number(longitude.value));
    marker.setLatLng(position).addTo(map);
    remove.hidden = false;
    lookAt(map, position, CLOSE_ZOOM);
  }
}
