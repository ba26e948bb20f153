/* Brings a page's map to life: a note for each space, tied to its entry in the list beside the map where there is one.
   Spaces that would overlap share a stack of notes that says how many of each kind it holds. */

import { createMap } from "./map.js";

const CLOSE_ZOOM = 9;
const APART = 44; // pixels between two notes; also the size of the area to hit

/** Keeps the notes of `points` on the map, grouped anew at each zoom. `onLight(ids)` hears which are pointed at. */
class Pins {
  constructor(map, points, texts, onLight) {
    Object.assign(this, { map, points, texts, onLight, groups: [] });
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.draw());
    this.draw();
  }

  draw() {
    const focused = this.groups.find((group) => group.marker.getElement() === document.activeElement);
    this.layer.clearLayers();
    this.groups = groupPoints(this.points, (point) => this.map.project([point.lat, point.lon]), APART);
    for (const group of this.groups) group.marker = this.mark(group);
    if (focused) this.groupOf(focused.points[0].id).marker.getElement().focus({ preventScroll: true });
  }

  /** Lift the note of the space, or lay all down when there is none. */
  light(id) {
    for (const group of this.groups) {
      group.marker.getElement().classList.toggle("is-lit", group.points.some((point) => point.id === id));
    }
  }

  groupOf(id) {
    return this.groups.find((group) => group.points.some((point) => point.id === id));
  }

  mark(group) {
    const marker = L.marker(middle(group.points), { icon: icon(group.points), riseOnHover: true }).addTo(this.layer);
    const element = marker.getElement();
    element.setAttribute("aria-label", label(group.points, this.texts));
    const ids = group.points.map((point) => point.id);
    for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => this.onLight(ids));
    for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => this.onLight([]));
    if (this.canSeparate(group.points)) this.zoomInOn(marker, group.points);
    else this.showInPopup(marker, group.points);
    return marker;
  }

  canSeparate(points) {
    const [first, ...others] = points.map((point) => this.map.project([point.lat, point.lon], this.map.getMaxZoom()));
    return others.some((other) => first.distanceTo(other) > APART);
  }

  zoomInOn(marker, points) {
    const zoom = () => this.map.fitBounds(points.map((point) => [point.lat, point.lon]), { padding: [80, 80] });
    marker.on("click", zoom);
    marker.getElement().addEventListener("keydown", onPress(zoom));
  }

  showInPopup(marker, points) {
    const options = { closeButton: true, minWidth: 220, maxWidth: 300, autoPanPadding: [24, 24] };
    marker.bindPopup(() => popup(points, this.texts), options);
    marker.getElement().addEventListener("keydown", onPress(() => marker.openPopup()));
    marker.on("popupopen", ({ popup: opened }) => {
      const close = opened.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", this.texts.close);
      opened.getElement().addEventListener("keydown", ({ key }) => { if (key === "Escape") this.map.closePopup(); });
      opened.getElement().querySelector(".popup a").focus({ preventScroll: true });
    });
    marker.on("popupclose", () => marker.getElement()?.focus({ preventScroll: true }));
  }
}

/** Points nearer than `apart` pixels to the first of a group join it; project gives a point's place in pixels. */
function groupPoints(points, project, apart) {
  const groups = [];
  for (const point of points) {
    const place = project(point);
    const near = groups.find((group) => group.place.distanceTo(place) < apart);
    if (near) near.points.push(point);
    else groups.push({ place, points: [point] });
  }
  return groups;
}

function middle(points) {
  const mean = (name) => points.reduce((sum, point) => sum + point[name], 0) / points.length;
  return [mean("lat"), mean("lon")];
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
  notes.className = points.length > 1 ? "pin-notes pin-stack" : "pin-notes";
  for (const kind of ["member", "coming"]) {
    const count = ofKind(points, kind);
    if (!count) continue;
    const note = document.createElement("span");
    note.className = `pin-note pin-${kind}`;
    if (points.length > 1) note.textContent = count;
    notes.append(note);
  }
  return L.divIcon({ html: notes, className: "pin", iconSize: [APART, APART], iconAnchor: [APART / 2, APART - 4], popupAnchor: [0, -34] });
}

function popup(points, texts) {
  const list = document.createElement("ul");
  list.className = "popup";
  for (const point of points) {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: point.url, textContent: point.name });
    item.append(link, line("popup-town", point.town), line(`tag tag-${point.kind}`, texts[point.kind]));
    if (point.approximate) item.append(line("popup-approximate", texts.approximate));
    list.append(item);
  }
  return list;
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
if (!list) map.setView([points[0].lat, points[0].lon], CLOSE_ZOOM, { animate: false });

for (const entry of list?.querySelectorAll("[data-space]") ?? []) {
  const light = () => pins.light(Number(entry.dataset.space));
  const dim = () => pins.light(Number(list.querySelector(".entry:focus")?.dataset.space) || null);
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
