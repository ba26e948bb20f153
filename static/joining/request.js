/* The admin's pages of a join request: the requested pins on a map, and what the register says, fetched into its place. */

import { fetchPage, replaceParts } from "../core/page.js";
import { create, createMap, lead, noteIcon, readJson } from "../spaces/map.js";
import { startPinPickers } from "../spaces/pin-picker.js";

const CLOSE_ZOOM = 6.5;
const CLOSE_DEGREES = 0.3;
const NOTE_WIDTH = 36; // pixels

startPinPickers().forEach(followCounty);
const points = document.getElementById("map-points");
if (points) showPins(document.querySelector("[data-map]"), JSON.parse(points.textContent));
const register = document.querySelector("[data-register]");
if (register) showRegister();

/* The map begins in the county that is chosen. */
function followCounty(picker) {
  const county = picker.fields[0].form.querySelector(`#${picker.fields[0].id.replace("latitude", "county")}`);
  county?.addEventListener("change", async () => {
    const { area } = await picker.ask({ county: county.value });
    if (area) picker.startAt([area.latitude, area.longitude]);
  });
}

/* Pins that would cover each other stand side by side. */
function showPins(element, points) {
  const map = createMap(element);
  const { approximate } = readJson("map-texts");
  points.forEach((point, index) => {
    const offset = NOTE_WIDTH * points.slice(0, index).filter((other) => covers(point, other)).length;
    const text = point.approximate ? `${point.name}. ${approximate}` : point.name;
    const icon = noteIcon(point.approximate ? "coming" : "member", point.number, offset);
    const marker = L.marker([point.lat, point.lon], { icon, riseOnHover: true }).addTo(map);
    marker.bindTooltip(create("span", { textContent: text }), { direction: "top", offset: [offset, -40] });
    marker.getElement().setAttribute("aria-label", `${point.number}: ${text}`);
  });
  const places = points.map(({ lat, lon }) => [lat, lon]);
  lead(map, () => map.fitBounds(places, { maxZoom: CLOSE_ZOOM, padding: [60, 60], animate: false }));
}

function covers(point, other) {
  return Math.abs(point.lat - other.lat) < CLOSE_DEGREES && Math.abs(point.lon - other.lon) < 2 * CLOSE_DEGREES;
}

async function showRegister() {
  register.setAttribute("aria-busy", "true");
  try {
    replaceParts(await fetchPage(register.dataset.register), ["[data-register-answer]"]);
  } catch {
    register.append(create("p", { className: "flag", textContent: register.dataset.failed }));
  }
  register.removeAttribute("aria-busy");
}
