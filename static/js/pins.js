/* Brings a page's map to life: a note for each space, tied to its entry in the list beside the map where there is one.
   Spaces that would overlap share a stack of notes that says how many of each kind it holds. */

import { createMap, lookAt } from "./map.js";

const CLOSE_ZOOM = 7;
const TOWN_ZOOM = 11;
const APART = 44; // pixels between two notes; also the size of the area to hit

/** Keeps the notes of `points` on the map, grouped anew at each zoom. `onLight(ids, how)` hears which are pointed at. */
class Pins {
  constructor(map, points, texts, onLight) {
    Object.assign(this, { map, points, texts, onLight, groups: [], lit: null });
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomstart nostreets", () => { this.opened = this.groups.find((group) => group.marker.isPopupOpen()); });
    map.on("zoomend nostreets", () => this.draw());
    this.draw();
  }

  draw() {
    const focused = this.groups.find((group) => group.marker.getElement() === document.activeElement);
    const { opened } = this;
    this.opened = null;
    this.layer.clearLayers();
    this.groups = groupPoints(this.points, (point) => this.map.project([point.lat, point.lon]));
    for (const group of this.groups) group.marker = this.mark(group);
    this.markLit();
    if (opened) this.reopen(opened);
    if (focused) this.groupOf(focused.points[0].id).marker.getElement().focus({ preventScroll: true });
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

  /* After a zoom, and without taking the focus from the button that zoomed. */
  reopen(group) {
    const { activeElement } = document;
    this.groupOf(group.points[0].id).marker.openPopup();
    if (activeElement !== document.body) activeElement.focus({ preventScroll: true });
  }

  groupOf(id) {
    return this.groups.find((group) => group.points.some((point) => point.id === id));
  }

  mark({ centre, points }) {
    const marker = L.marker([centre.lat, centre.lon], { icon: icon(points), riseOnHover: true }).addTo(this.layer);
    const element = marker.getElement();
    element.setAttribute("aria-label", label(points, this.texts));
    const ids = points.map((point) => point.id);
    for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => this.onLight(ids, event));
    for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => this.onLight([], event));
    if (this.canSeparate(points)) this.zoomInOn(marker, points);
    else this.showInPopup(marker, points);
    return marker;
  }

  /* Not at the deepest zoom, where a click could lead no further. */
  canSeparate(points) {
    if (this.map.getZoom() >= this.map.getMaxZoom()) return false;
    const [first, ...others] = points.map((point) => this.map.project([point.lat, point.lon], this.map.getMaxZoom()));
    return others.some((other) => first.distanceTo(other) > APART);
  }

  zoomInOn(marker, points) {
    const zoom = () => this.map.fitBounds(points.map((point) => [point.lat, point.lon]), { padding: [80, 80] });
    marker.on("click", zoom);
    marker.getElement().addEventListener("keydown", onPress(zoom));
  }

  showInPopup(marker, points) {
    const room = this.map.getSize();
    marker.bindPopup(() => popup(points, this.texts), {
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

/** Groups whose notes would overlap are merged, the nearest two first. `project` gives a point's place in pixels. */
function groupPoints(points, project) {
  const groups = [];
  for (const point of points) {
    const place = project(point);
    const same = groups.find((group) => group.place.equals(place));
    if (same) same.points.push(point);
    else groups.push({ place, points: [point], places: [place], centre: point });
  }
  for (let pair = nearest(groups); pair; pair = nearest(groups)) merge(groups, ...pair);
  return groups;
}

function nearest(groups) {
  let [pair, least] = [null, APART];
  groups.forEach((one, index) => {
    for (const other of groups.slice(index + 1)) {
      const distance = one.place.distanceTo(other.place);
      if (distance < least) [pair, least] = [[one, other], distance];
    }
  });
  return pair;
}

/* The group stands at the one of its places that is nearest to the middle of all. */
function merge(groups, one, other) {
  groups.splice(groups.indexOf(other), 1);
  const members = [...one.members ?? [one.centre], ...other.members ?? [other.centre]];
  const places = [...one.places, ...other.places];
  const middle = places.reduce((sum, place) => sum.add(place), L.point(0, 0)).divideBy(places.length);
  const distances = places.map((place) => place.distanceTo(middle));
  const index = distances.indexOf(Math.min(...distances));
  Object.assign(one, { members, places, place: places[index], centre: members[index] });
  one.points.push(...other.points);
}

function ofKind(points, kind) {
  return points.filter((point) => point.kind === kind).length;
}

function label(points, texts) {
  const names = points.map((point) => `${point.name}, ${point.town}`).join("; ");
  if (points.length === 1) return `${names} (${texts[points[0].kind]})`;
  const counts = { count: points.length, members: ofKind(points, "member"), coming: ofKind(points, "coming") };
  return `${texts.group.replace(/{(\w+)}/g, (_, name) => counts[name])}: ${names}`;
}

function icon(points) {
  const notes = document.createElement("span");
  notes.className = "pin-notes";
  const kinds = ["member", "coming"].filter((kind) => ofKind(points, kind));
  for (const kind of kinds) {
    const count = ofKind(points, kind);
    const note = document.createElement("span");
    note.className = `pin-note pin-${kind}${count > 1 ? " pin-stack" : ""}`;
    if (points.length > 1) note.textContent = count;
    notes.append(note);
  }
  const width = kinds.length > 1 ? 64 : APART;
  const size = { iconSize: [width, APART], iconAnchor: [width / 2, APART - 4], popupAnchor: [0, -34] };
  return L.divIcon({ html: notes, className: "pin", ...size });
}

/* Members first. What is said of each is said once where it is true of all. */
function popup(points, texts) {
  const list = document.createElement("ul");
  list.className = "popup";
  const sorted = [...points].sort((one, other) => (other.kind === "member") - (one.kind === "member"));
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
const points = read("map-points");
const map = createMap(element, texts);
const pins = new Pins(map, points, texts, lightEntries);
if (!list) lookAt(map, [points[0].lat, points[0].lon], CLOSE_ZOOM, points[0].approximate ? TOWN_ZOOM : undefined);

for (const entry of list?.querySelectorAll("[data-space]") ?? []) {
  const light = () => pins.light(Number(entry.dataset.space));
  const dim = () => pins.light(Number(list.querySelector(".entry:focus")?.dataset.space) || null);
  entry.addEventListener("mouseenter", light);
  entry.addEventListener("focus", light);
  entry.addEventListener("mouseleave", dim);
  entry.addEventListener("blur", dim);
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
