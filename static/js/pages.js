/* Brings the map of a page to life, and ties its notes to the list beside it where there is one. */

import { createMap } from "./map.js";
import { Pins } from "./pins.js";

const CLOSE_ZOOM = 9;

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const element = document.querySelector("[data-map]");
const list = document.querySelector("[data-list]");
const texts = read("map-texts");
const points = read("map-points");
const map = createMap(element, texts);
const pins = new Pins(map, points, texts, lightEntries);
if (!list) map.setView([points[0].lat, points[0].lon], CLOSE_ZOOM, { animate: false });

for (const entry of list?.querySelectorAll("[data-space]") ?? []) {
  const light = () => pins.light(Number(entry.dataset.space));
  const dim = () => pins.light(null);
  entry.addEventListener("mouseenter", light);
  entry.addEventListener("focus", light);
  entry.addEventListener("mouseleave", dim);
  entry.addEventListener("blur", dim);
}

function lightEntries(ids) {
  for (const entry of list?.querySelectorAll("[data-space]") ?? []) {
    entry.classList.toggle("is-lit", ids.includes(Number(entry.dataset.space)));
  }
  const first = list?.querySelector(".is-lit");
  if (first && list.scrollHeight > list.clientHeight) scrollWithin(list, first);
}

/* Only the list moves, never the page. */
function scrollWithin(box, entry) {
  const [outer, inner] = [box.getBoundingClientRect(), entry.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - outer.height / 3;
}
