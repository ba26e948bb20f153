/* A join request's page: its pins on the map. */

import { createMap } from "./map.js";

const CLOSE_ZOOM = 6.5;
const CLOSE_DEGREES = 0.3;
const WIDTH = 36; // pixels of a note
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const element = document.querySelector("[data-map]");
if (element) showPins(element, read("map-points"), read("map-texts"));

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
