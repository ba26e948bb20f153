/* The landing page's finder: what the list tells of stands on the map, and whatever is chosen on one shows on the other.
   The map is drawn first; what a visitor does without at the first sight is fetched after. */

import { create, createMap, lead, readJson, withArea } from "./map.js";
import { Notes } from "./notes.js";

const MAINLAND_NORTH = 72.6;
const NORWAY = [[57.9, 4.4], [71.25, 31.2]];
const WIDE_DEGREES = 6; // of latitude: spaces further apart are shown with the whole of Norway
const MAX_FIT_ZOOM = 8;
const NARROW = matchMedia("(width < 760px)");

const finder = document.querySelector("[data-directory]");
const texts = readJson("map-texts");
let data = readJson("map-points");
const map = createMap(finder.querySelector("[data-map]"), { begin: showAll, home: showNorway });
const notes = new Notes(map, texts, { onChoose: choose, onLight: lightRows });
notes.show(data);
if (finder.querySelector(".of-day")) {
  map.createPane("fade");
  map.once("movestart popupopen", () => finder.classList.add("is-moved"));
}
setTimeout(start);

async function start() {
  const area = addAreaButton();
  const idOf = (target) => Number(target.closest?.("[data-part=results] [data-space], .of-day")?.dataset.space) || null;
  const lightRow = ({ target }) => { if (idOf(target)) light(idOf(target)); };
  const dimRow = ({ target }) => { if (idOf(target)) notes.light(idOf(document.activeElement)); };
  for (const event of ["mouseover", "focusin"]) finder.addEventListener(event, lightRow);
  for (const event of ["mouseout", "focusout"]) finder.addEventListener(event, dimRow);
  finder.addEventListener("click", ({ target }) => { if (target.closest("[data-show]")) fly(idOf(target)); });
  let isSubmitted = false;
  let askAgain = () => {};
  finder.addEventListener("submit", () => { isSubmitted = true; }, { capture: true });
  finder.addEventListener("results", () => {
    if (isSubmitted && NARROW.matches) map.getContainer().scrollIntoView();
    isSubmitted = false;
    data = readJson("map-points");
    map.closePopup(); // of what was searched before
    notes.show(data);
    if (isShown(data.focus)) askAgain();
    else lead(map, () => showAll(map));
    area.hidden = true;
    addToRows();
  });
  addToRows();
  const picture = finder.querySelector(".of-day template");
  picture?.replaceWith(picture.content);
  map.once("moveend", async () => {
    const { followMap } = await import("./feed.js");
    askAgain = followMap(map, () => data.feed, (answer) => notes.show(answer));
  });
  await import("./directory.js");
}

/** Show what was searched, or all that there is, clear of the controls and with room for the notes beside the dots. */
function showAll(shown) {
  const side = sideOf(shown);
  if (data.focus.length) {
    const padding = data.isArea ? {} : { paddingTopLeft: [side, 60], paddingBottomRight: [side, 60], maxZoom: MAX_FIT_ZOOM };
    return shown.fitBounds(data.focus, { animate: false, ...padding });
  }
  const all = [...data.points.map(({ lat, lon }) => [lat, lon]), ...data.cells];
  const near = all.filter(([lat]) => lat < MAINLAND_NORTH);
  const latitudes = (near.length ? near : all).map(([lat]) => lat);
  const isWide = !all.length || Math.max(...latitudes) - Math.min(...latitudes) > WIDE_DEGREES;
  if (isWide) return showNorway(shown);
  const places = (near.length ? near : all).map(([lat, lon]) => [lat, lon]);
  const above = Math.min(60, shown.getSize().y / 8);
  const padding = { paddingTopLeft: [side, above], paddingBottomRight: [side, above] };
  return shown.fitBounds(places, { animate: false, maxZoom: MAX_FIT_ZOOM, ...padding });
}

function showNorway(shown) {
  shown.fitBounds(NORWAY, { animate: false, paddingTopLeft: [sideOf(shown), 16], paddingBottomRight: [8, 32] });
}

/* The room for the notes beside the dots. */
function sideOf(shown) {
  const { x: width } = shown.getSize();
  return width < 640 ? 0.4 * width : 150;
}

function isShown(corners) {
  return data.isArea && corners.every((corner) => map.getBounds().pad(0.02).contains(corner));
}

/* One space opens its card, a town or a place the list of its spaces; what holds more is looked at more closely. */
async function choose(note) {
  const places = note.items.map(({ lat, lon }) => [lat, lon]);
  const [{ town }] = note.items;
  const isTown = !note.isSquare && note.items.every((item) => item.id && item.town === town);
  const isPlace = note.items.every((item) => item.id && `${[item.lat, item.lon]}` === `${places[0]}`);
  if (isTown || isPlace || map.getZoom() >= map.getMaxZoom()) return open(note);
  const zoom = Math.max(map.getBoundsZoom(places, false, [160, 120]), map.getZoom() + (places.length > 1 ? 1 : 2));
  map.setView(L.latLngBounds(places).getCenter(), Math.min(zoom, map.getMaxZoom()));
}

async function open(note) {
  const { openPopup } = await import("./popup.js");
  const searched = data;
  const popup = await openPopup(map, note, texts);
  popup.on("remove", () => {
    if (data === searched) notes.noteOf(note.items[0])?.element.focus({ preventScroll: true });
  });
}

/* The row knows the place of what the map counts among others. */
function itemOf(id) {
  const item = notes.items.find((each) => each.id === id);
  const row = finder.querySelector(`[data-part=results] [data-space="${id}"]`);
  if (item || !row) return item;
  const { lat, lon, approximate } = row.dataset;
  const isMember = row.classList.contains("entry-member");
  const counts = { members: Number(isMember), coming: Number(!isMember) };
  return { id, lat: Number(lat), lon: Number(lon), approximate: approximate !== undefined, ...counts };
}

/* A row that is pointed at lifts its note, and brings it into view. */
function light(id) {
  notes.light(id);
  const item = itemOf(id);
  if (item && !map.getBounds().contains([item.lat, item.lon])) lead(map, () => map.panTo([item.lat, item.lon]));
}

async function fly(id) {
  const item = itemOf(id);
  if (!item) return;
  if (NARROW.matches) map.getContainer().scrollIntoView({ block: "nearest" });
  map.setView([item.lat, item.lon], Math.max(map.getZoom(), MAX_FIT_ZOOM), { animate: false });
  notes.light(id);
  open({ ...item, items: [item] });
}

function lightRows(ids, how) {
  const list = finder.querySelector("[data-part=results]");
  for (const row of list.querySelectorAll("[data-space]")) {
    row.classList.toggle("is-lit", ids.includes(Number(row.dataset.space)));
  }
  const first = list.querySelector(".is-lit");
  if (first && how === "focusin" && list.scrollHeight > list.clientHeight) {
    const [outer, inner] = [list.getBoundingClientRect(), first.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - outer.height / 3;
  }
}

/* A row's link leads to the page; this leads to the map. Its picture comes after the notes. */
function addToRows() {
  for (const row of finder.querySelectorAll("[data-part=results] [data-space]")) {
    const { picture } = row.dataset;
    if (picture) row.prepend(create("img", { className: "entry-picture", src: picture, alt: "", loading: "lazy" }));
    const button = create("button", { type: "button", className: "entry-show", title: texts.show });
    button.setAttribute("aria-label", `${texts.show}: ${row.querySelector("a").textContent}`);
    button.dataset.show = "";
    row.append(button);
  }
}

/* Narrows the list to what is in view, by the form, as a search. */
function addAreaButton() {
  const control = L.control({ position: "topright" });
  const button = create("button", { type: "button", className: "map-area", textContent: texts.searchArea, hidden: true });
  const search = () => {
    const form = finder.querySelector("form");
    const bounds = map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const area = withArea(box, 3).searchParams.get("area");
    Object.assign(form.elements.area, { value: area, disabled: false });
    form.requestSubmit();
  };
  control.onAdd = () => L.DomEvent.disableClickPropagation(button).on(button, "click", search) && button;
  control.addTo(map);
  map.on("moveend", () => { if (!map.isLed) button.hidden = false; });
  return button;
}
