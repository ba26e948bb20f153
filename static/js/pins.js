/* Brings a page's map to life: a note for each space, tied to its entry in the list beside the map where there is one.
   Spaces that would overlap share a stack of notes that says how many of each kind it holds. */

import { createMap, lookAt, withArea } from "./map.js";

const CLOSE_ZOOM = 7;
const TOWN_ZOOM = 11;
const APART = 44; // pixels between two notes; also the size of the area to hit
const CELLS_IN_BLOCK = 4;

/** Keeps the notes on the map: of `data` where that is whole, else of what the feed at `address` says of each view.
    `onLight(ids, how)` hears which are pointed at. */
class Pins {
  constructor(map, data, texts, { address, onLight }) {
    Object.assign(this, { map, data, texts, address, onLight, groups: [], lit: null, asked: null });
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomend nostreets", () => this.draw({ autoPan: true }));
    if (address && !data.whole) map.on("moveend", () => this.ask());
    this.draw();
  }

  /* The same blocks of the grid as the server answers by: what was asked for already is not asked for again. */
  async ask() {
    const zoom = Math.floor(this.map.getZoom());
    const box = inBlocks(this.map.getBounds(), zoom);
    const query = new URLSearchParams({ z: zoom, b: box.join(",") });
    const words = new URLSearchParams(location.search).get("q");
    if (words) query.set("q", words);
    if (this.asked === `${query}`) return;
    this.asked = `${query}`;
    try {
      const answer = await fetch(`${this.address}?${query}`);
      const data = await answer.json();
      if (this.asked !== `${query}` || !answer.ok) return;
      this.data = data;
      this.draw();
    } catch {
      if (this.asked === `${query}`) this.asked = null; // the notes stay, and the next move asks again
    }
  }

  /** Anew; what was open and what had the focus stay so. `autoPan` moves the map to where an open popup fits in. */
  draw({ autoPan = false } = {}) {
    const { activeElement } = document;
    const focused = this.groups.find(({ marker }) => marker.getElement() === activeElement);
    const opened = this.groups.find(({ marker }) => marker.isPopupOpen());
    this.layer.clearLayers();
    this.groups = grouped(this.data, (place) => this.map.project([place.lat, place.lon]));
    for (const group of this.groups) group.marker = this.mark(group);
    this.markLit();
    const popup = opened && this.reopen(opened, autoPan);
    if (focused) this.focus(this.heir(focused)?.marker.getElement());
    else if (opened && activeElement.closest(".leaflet-popup")) this.focusLike(activeElement, popup);
    else if (opened && activeElement !== document.body) this.focus(activeElement);
  }

  focus(element = this.map.getContainer()) {
    element.focus({ preventScroll: true });
  }

  /* The link of the popup that leads where the other did. */
  focusLike(other, popup) {
    const links = [...popup?.querySelectorAll("a") ?? []];
    const link = links.find(({ href }) => href === other.href) ?? links[0];
    this.focus(link);
    if (link) scrollWithin(popup.querySelector(".leaflet-popup-content"), link);
  }

  /** Lift the note of the space and bring it into view, or lay all down when there is none. */
  light(id) {
    this.lit = id;
    this.markLit();
    const place = this.groupOf(id)?.marker.getLatLng();
    if (place && !this.map.getBounds().contains(place)) this.map.panTo(place);
  }

  markLit() {
    for (const { marker, points } of this.groups) {
      marker.getElement().classList.toggle("is-lit", points.some((point) => point.id === this.lit));
    }
  }

  reopen(group, autoPan) {
    const marker = this.heir(group)?.marker;
    const popup = marker?.getPopup();
    if (!popup) return null;
    popup.options.autoPan = autoPan;
    marker.openPopup();
    popup.options.autoPan = true;
    return popup.getElement();
  }

  /* The group that now has the first of its spaces, or stands where it stood. */
  heir({ points, lat, lon }) {
    return points.length ? this.groupOf(points[0].id) : this.groups.find((group) => group.lat === lat && group.lon === lon);
  }

  groupOf(id) {
    return this.groups.find((group) => group.points.some((point) => point.id === id));
  }

  mark(group) {
    const { points } = group;
    const marker = L.marker([group.lat, group.lon], { icon: icon(group), riseOnHover: true }).addTo(this.layer);
    const element = marker.getElement();
    element.setAttribute("aria-label", label(group, this.texts, this.isDeepest()));
    const ids = points.map((point) => point.id);
    for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => this.onLight(ids, event));
    for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => this.onLight([], event));
    if (!this.isDeepest() && (group.uncounted || this.canSeparate(points))) this.zoomInOn(marker, group);
    else this.showInPopup(marker, group);
    return marker;
  }

  /* Where a click could lead no further. */
  isDeepest() {
    return this.map.getZoom() >= this.map.getMaxZoom();
  }

  canSeparate(points) {
    const [first, ...others] = points.map((point) => this.map.project([point.lat, point.lon], this.map.getMaxZoom()));
    return others.some((other) => first.distanceTo(other) > APART);
  }

  zoomInOn(marker, { points, uncounted, lat, lon }) {
    const zoom = () => {
      if (uncounted) this.map.setView([lat, lon], Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()));
      else this.map.fitBounds(points.map((point) => [point.lat, point.lon]), { padding: [80, 80] });
    };
    marker.on("click", zoom);
    marker.getElement().addEventListener("keydown", onPress(zoom));
  }

  showInPopup(marker, group) {
    const room = this.map.getSize();
    const content = () => (group.uncounted ? wayToList(group, this.map.getZoom(), this.texts) : popup(group.points, this.texts));
    marker.bindPopup(content, {
      minWidth: 0,
      maxWidth: Math.min(300, room.x - 130),
      maxHeight: Math.min(420, room.y - 110),
      autoPanPaddingTopLeft: [16, 16],
      autoPanPaddingBottomRight: [72, 16],
    });
    marker.getElement().addEventListener("keydown", onPress(() => marker.openPopup()));
    marker.on("popupopen", ({ popup: opened }) => {
      const element = opened.getElement();
      element.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", this.texts.close);
      element.addEventListener("keydown", ({ key }) => { if (key === "Escape") this.map.closePopup(); });
      element.querySelector(".popup a").focus({ preventScroll: true });
    });
    marker.on("popupclose", () => marker.getElement()?.focus({ preventScroll: true }));
  }
}

/* Degrees of longitude and latitude, as in spaces/feed.py. */
function cellSize(zoom) {
  return [90 / 2 ** zoom, 45 / 2 ** zoom];
}

function inBlocks(bounds, zoom) {
  const [width, height] = cellSize(zoom).map((side) => side * CELLS_IN_BLOCK);
  const grown = (degrees, size, round) => Math.max(-180, Math.min(180, round(degrees / size) * size));
  const [south, north] = [grown(bounds.getSouth(), height, Math.floor), grown(bounds.getNorth(), height, Math.ceil)];
  return [
    grown(bounds.getWest(), width, Math.floor), Math.max(-90, south),
    grown(bounds.getEast(), width, Math.ceil), Math.min(90, north),
  ];
}

/** Points and cells whose notes would overlap are merged, the nearest two first; each group stands at one of its own
    places. `project` gives a place in pixels. */
function grouped({ points, cells }, project) {
  const byPlace = new Map();
  for (const point of points) {
    const key = `${point.lat} ${point.lon}`;
    if (byPlace.has(key)) byPlace.get(key).points.push(point);
    else byPlace.set(key, { lat: point.lat, lon: point.lon, points: [point], members: 0, coming: 0 });
  }
  const groups = [...byPlace.values()];
  for (const [lat, lon, members, coming] of cells) groups.push({ lat, lon, points: [], members, coming });
  for (const group of groups) {
    group.uncounted = group.members + group.coming; // spaces of which only the number is known
    group.members += ofKind(group.points, "member");
    group.coming += ofKind(group.points, "coming");
    const { x, y } = project(group);
    group.places = [{ x, y, lat: group.lat, lon: group.lon }];
    Object.assign(group, { x, y, width: widthOf(group) });
  }
  return merge(groups);
}

/* Each group knows the nearest that it overlaps of those after it, so that a merging looks at few pairs anew. */
function merge(groups) {
  const compare = (group, other) => {
    const apart = (group.width + other.width) / 2;
    const nearness = ((other.x - group.x) ** 2 + (other.y - group.y) ** 2) / apart ** 2;
    if (nearness < group.least) Object.assign(group, { least: nearness, nearest: other });
  };
  const seek = (group, from) => {
    Object.assign(group, { least: 1, nearest: null });
    for (let index = from; index < groups.length; index += 1) compare(group, groups[index]);
  };
  groups.forEach((group, index) => seek(group, index + 1));
  for (;;) {
    let closest = null;
    for (const group of groups) if (group.nearest && (!closest || group.least < closest.least)) closest = group;
    if (!closest) return groups;
    const gone = closest.nearest;
    join(closest, gone);
    groups.splice(groups.indexOf(gone), 1);
    const moved = groups.indexOf(closest);
    groups.forEach((group, index) => {
      if (group === closest || group.nearest === closest || group.nearest === gone) seek(group, index + 1);
      else if (index < moved) compare(group, closest);
    });
  }
}

/* At the one of all its places that is nearest to the middle of them. */
function join(one, other) {
  one.points.push(...other.points);
  for (const count of ["members", "coming", "uncounted"]) one[count] += other[count];
  one.places.push(...other.places);
  one.width = widthOf(one);
  const mean = (axis) => one.places.reduce((sum, place) => sum + place[axis], 0) / one.places.length;
  const [x, y] = [mean("x"), mean("y")];
  const distance = (place) => (place.x - x) ** 2 + (place.y - y) ** 2;
  Object.assign(one, one.places.reduce((best, place) => (distance(place) < distance(best) ? place : best)));
}

function ofKind(points, kind) {
  return points.filter((point) => point.kind === kind).length;
}

function label({ points, members, coming, uncounted }, texts, isDeepest) {
  const fill = (text) => filled(text, { count: members + coming, members, coming });
  if (uncounted) return fill(isDeepest ? texts.here : texts.many);
  const names = points.map((point) => `${point.name}, ${point.town}`).join("; ");
  return points.length === 1 ? `${names} (${texts[points[0].kind]})` : `${fill(texts.group)}: ${names}`;
}

function filled(text, counts) {
  return text.replace(/{(\w+)}/g, (_, name) => counts[name].toLocaleString(document.documentElement.lang));
}

function icon({ members, coming }) {
  const notes = document.createElement("span");
  notes.className = "pin-notes";
  const kinds = [["member", members], ["coming", coming]].filter(([, count]) => count);
  for (const [kind, count] of kinds) {
    const note = document.createElement("span");
    note.className = `pin-note pin-${kind}${count > 1 ? " pin-stack" : ""}${count > 99 ? " pin-many" : ""}`;
    if (members + coming > 1) note.textContent = shortened(count);
    notes.append(note);
  }
  const across = widthOf({ members, coming });
  const size = { iconSize: [across, APART], iconAnchor: [across / 2, APART - 4], popupAnchor: [0, -34] };
  return L.divIcon({ html: notes, className: "pin", ...size });
}

/* Pixels that the notes of a group take; larger numbers take more. */
function widthOf({ members, coming }) {
  const notes = [members, coming].filter(Boolean);
  if (Math.max(members, coming) > 99) return 60 * notes.length;
  return notes.length > 1 ? 64 : APART;
}

/* 1234 as 1,2k in the page's language. */
function shortened(count) {
  if (count < 1000) return `${count}`;
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: count < 10000 ? 1 : 0 }).format(count / 1000) + "k";
}

/* Members first, then by name. What is said of each is said once where it is true of all. */
function popup(points, texts) {
  const list = document.createElement("ul");
  list.className = "popup";
  const { compare } = new Intl.Collator(document.documentElement.lang);
  const sorted = [...points].sort((one, other) => (other.kind === "member") - (one.kind === "member") || compare(one.name, other.name));
  for (const point of sorted) {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: point.url, textContent: point.name });
    item.append(link, line("popup-town", point.town), line(`tag tag-${point.kind}`, texts[point.kind]));
    list.append(item);
  }
  const approximate = points.filter((point) => point.approximate).length;
  if (!approximate) return list;
  const box = document.createElement("div");
  box.append(list, line("popup-approximate", texts[approximate === points.length ? "approximate" : "someApproximate"]));
  return box;
}

/* To those of the cells that make up the group. */
function wayToList({ members, coming, places }, zoom, texts) {
  const box = document.createElement("div");
  const [width, height] = cellSize(Math.floor(zoom));
  const sides = (degrees, size) => [Math.floor(Math.min(...degrees) / size) * size, (Math.floor(Math.max(...degrees) / size) + 1) * size];
  const [west, east] = sides(places.map(({ lon }) => lon), width);
  const [south, north] = sides(places.map(({ lat }) => lat), height);
  const address = withArea([west, south, east, north], 5);
  box.className = "popup";
  box.append(line("popup-town", filled(texts.here, { count: members + coming })), Object.assign(document.createElement("a"), { href: address, textContent: texts.list }));
  return box;
}

function line(className, textContent) {
  return Object.assign(document.createElement("span"), { className, textContent });
}

function onPress(act) {
  return (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const element = document.querySelector("[data-map]");
const list = document.querySelector("[data-list]");
const texts = read("map-texts");
const data = read("map-points");
const map = createMap(element, texts);
const pins = new Pins(map, data, texts, { address: element.dataset.feed, onLight: lightEntries });
if (list) bindList();
else lookAt(map, [data.points[0].lat, data.points[0].lon], CLOSE_ZOOM, data.points[0].approximate ? TOWN_ZOOM : undefined);

/* Pointing at an entry lights its note; a button on the map narrows the list to what is in view. */
function bindList() {
  const idOf = (target) => Number(target.closest?.("[data-space]")?.dataset.space) || null;
  const light = ({ target }) => { if (idOf(target)) pins.light(idOf(target)); };
  const dim = () => pins.light(idOf(list.querySelector(".entry:focus") ?? list));
  for (const event of ["mouseover", "focusin"]) list.addEventListener(event, light);
  for (const event of ["mouseout", "focusout"]) list.addEventListener(event, dim);
  const area = document.querySelector(".search [name=area]"); // blank where the server made nothing of the address's
  if (area.value) {
    const [west, south, east, north] = area.value.split(",").map(Number);
    map.fitBounds([[south, west], [north, east]], { animate: false });
  }
  map.once("moveend", async () => { // what the first view does without is not fetched with it
    const { addAreaButton } = await import("./area.js");
    addAreaButton(map, { list, area, text: texts.searchArea });
  });
}

function lightEntries(ids, how) {
  for (const entry of list?.querySelectorAll("[data-space]") ?? []) {
    entry.classList.toggle("is-lit", ids.includes(Number(entry.dataset.space)));
  }
  const first = list?.querySelector(".is-lit");
  if (first && how === "focus" && list.scrollHeight > list.clientHeight) scrollWithin(list, first);
}

/* Only the list moves, never the page. */
function scrollWithin(box, entry) {
  const [outer, inner] = [box.getBoundingClientRect(), entry.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - outer.height / 3;
}
