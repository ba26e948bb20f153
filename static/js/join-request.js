/* A join request's page: its pins on the map, and what the register says, fetched into its place. */

import { createMap } from "./map.js";

const CLOSE_ZOOM = 6.5;
const CLOSE_DEGREES = 0.3;
const WIDTH = 36; // pixels of a note
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const element = document.querySelector("[data-map]");
const register = document.querySelector("[data-register]");
if (element) showPins(element, read("map-points"), read("map-texts"));
if (register) ask(register);

/* Pins that would cover each other stand side by side. */
function showPins(within, points, texts) {
  const map = createMap(within, texts);
  points.forEach((point, index) => {
    const beside = points.slice(0, index).filter((other) => covers(point, other)).length;
    const text = point.approximate ? `${point.name}. ${texts.approximate}` : point.name;
    const marker = L.marker([point.lat, point.lon], { icon: icon(point, beside), riseOnHover: true }).addTo(map);
    marker.bindTooltip(Object.assign(document.createElement("span"), { textContent: text }), { direction: "top", offset: [beside * WIDTH, -40] });
    marker.getElement().setAttribute("aria-label", `${point.number}: ${text}`);
  });
  const places = points.map(({ lat, lon }) => [lat, lon]);
  map.fitBounds(places, { maxZoom: CLOSE_ZOOM, padding: [60, 60], animate: false });
}

function covers(point, other) {
  return Math.abs(point.lat - other.lat) < CLOSE_DEGREES && Math.abs(point.lon - other.lon) < 2 * CLOSE_DEGREES;
}

function icon({ number, approximate }, beside) {
  const className = `pin-note pin-${approximate ? "coming" : "member"}`;
  const html = Object.assign(document.createElement("span"), { className, textContent: number });
  return L.divIcon({ html, className: "pin", iconSize: [44, 44], iconAnchor: [22 - beside * WIDTH, 42] });
}

async function ask(place) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.register, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-register-answer]");
    if (!answer.ok || !found) throw new Error(answer.statusText);
    place.replaceChildren(document.adoptNode(found));
  } catch {
    place.append(Object.assign(document.createElement("p"), { className: "flag", textContent: place.dataset.failed }));
  }
  place.removeAttribute("aria-busy");
}
