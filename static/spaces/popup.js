/* The card or the list that a note opens: the rows of the page's list, or of the page that lists the note's own squares. */

import { fetchPage } from "../core/page.js";
import { create, filled, withCellsOf } from "./map.js";

const MAX_ROWS = 12;
const DEEPEST = 17;

/** Open the card of one space, the list of several, or the way to a list of more. */
export async function openPopup(map, { lat, lon, items, members, coming }, texts) {
  const room = map.getSize();
  const popup = L.popup({
    minWidth: 0,
    maxWidth: Math.min(320, room.x - 32),
    maxHeight: Math.min(420, room.y - 60),
    autoPanPaddingTopLeft: [64, 16],
    autoPanPaddingBottomRight: [16, 16],
  });
  const isKnown = items.length <= MAX_ROWS && items.every(({ id }) => id);
  const rows = isKnown ? await rowsOf(items) : [wayToList(items, members + coming, texts)];
  if (items.some(({ approximate }) => approximate)) {
    const textContent = texts[items.length === 1 ? "approximate" : "someApproximate"];
    rows.push(create("li", { className: "map-popup-note", textContent }));
  }
  popup.setLatLng([lat, lon]).setContent(create("ul", { className: "map-popup entry-list" }, ...rows)).openOn(map);
  const element = popup.getElement();
  element.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", texts.close);
  element.addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(popup); });
  element.querySelector(".map-popup a").focus({ preventScroll: true });
  return popup;
}

/* Members first, then by name. */
async function rowsOf(items) {
  const { compare } = new Intl.Collator(document.documentElement.lang);
  const sorted = items.toSorted((one, other) => other.members - one.members || compare(one.name, other.name));
  const own = sorted.map((item) => rowIn(document, item));
  if (own.every(Boolean)) return own;
  const page = await fetchPage(withCellsOf(items, DEEPEST), {}).catch(() => null);
  return sorted.map((item, index) => own[index] ?? (page && rowIn(page, item)) ?? plainRow(item));
}

function rowIn(page, { id }) {
  const row = page.querySelector(`[data-space="${id}"]`);
  if (!row) return null;
  const copy = document.importNode(row, true);
  copy.querySelector("button")?.remove();
  copy.classList.remove("is-lit");
  return copy;
}

function plainRow({ url, name, town, kind }) {
  const place = create("span", { className: "entry-place", textContent: town });
  return create("li", { className: `entry entry-${kind}` }, create("a", { href: url, textContent: name }), place);
}

function wayToList(places, count, texts) {
  const link = create("a", { href: withCellsOf(places, DEEPEST), textContent: texts.list });
  return create("li", { className: "entry" }, link, create("span", { className: "entry-place", textContent: filled(texts.here, { count }) }));
}
