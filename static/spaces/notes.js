/* The notes on a map: each says the smallest name that has room, of a space, a town or a county, and points to its dot.
   Where not even counties have room, or nothing has a name, the squares of a grid are counted. */

import { dot, leader, names, set, svg } from "./drawing.js";
import { isTight, nearestPair, place } from "./layout.js";
import { create, filled } from "./map.js";

const SPACE_ZOOM = 9;
const MAX_NOTES = 25;
const SQUARE = 64; // pixels
/** Keeps the notes of points and cells on the map. `onChoose(note)` hears of a click, `onLight(ids, how)` which are pointed
    at; without the former nothing can be clicked. `levels` are the names to try instead of those of the zoom. */
export class Notes {
  constructor(map, texts, { onChoose, onLight = () => {}, levels } = {}) {
    Object.assign(this, { map, texts, onChoose, onLight, levels, items: [], notes: [], lit: null });
    this.elements = new Map();
    this.widths = new Map();
    this.drawing = svg("svg", {});
    this.root = create("div", { className: "map-layer" }, this.drawing);
    const pane = map.createPane("notes");
    pane.classList.add("leaflet-zoom-hide");
    pane.append(this.root);
    L.DomEvent.disableClickPropagation(this.root);
    map.on("moveend resize", () => this.draw());
    this.listen();
  }

  listen() {
    const tell = (then) => (event) => {
      const note = this.notes.find(({ element }) => element.contains(event.target));
      if (note) then(note, event.type);
    };
    const light = tell((note, how) => this.onLight(note.items.map(({ id }) => id), how));
    this.root.addEventListener("click", tell((note) => this.onChoose?.(note)));
    for (const how of ["mouseover", "focusin"]) this.root.addEventListener(how, light);
    for (const how of ["mouseout", "focusout"]) this.root.addEventListener(how, () => this.onLight([], how));
  }

  /** Show an answer of the feed instead of what was shown. */
  show({ points, cells }) {
    const kinds = { member: { members: 1, coming: 0 }, coming: { members: 0, coming: 1 } };
    this.items = points.map((point) => ({ ...point, ...kinds[point.kind] }));
    for (const [lat, lon, members, coming, town, county] of cells) {
      this.items.push({ lat, lon, members, coming, town, county });
    }
    this.draw();
  }

  draw() {
    const sheet = this.sheet();
    const isInView = ({ x, y }) => x >= 0 && y >= 0 && x <= sheet.width && y <= sheet.height;
    const items = this.items.map((item) => ({ ...item, ...this.pixels(item) })).filter(isInView);
    L.DomUtil.setPosition(this.root, this.map.containerPointToLayerPoint([0, 0]));
    this.notes = this.named(items, sheet) ?? squares(items, this.map);
    this.paint(sheet);
    this.light(this.lit);
  }

  pixels({ lat, lon }) {
    const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
    return { x, y };
  }

  /* See layout.js; `corners` are where controls are. */
  sheet() {
    const { x: width, y: height } = this.map.getSize();
    if (!this.noteHeight) this.measure([{ name: "Å", members: 1, coming: 0 }]);
    const pitch = this.noteHeight + (width < 640 ? 9 : 10);
    const free = pitch / 2 + 2;
    const sheet = { width, height, pitch, tops: [free, free], bottoms: [height - free, height - free] };
    const corners = [["top", "left"], ["top", "right"], ["bottom", "left"], ["bottom", "right"]];
    return { ...sheet, corners: corners.map(([row, column]) => this.corner(row, column, sheet)) };
  }

  corner(row, column, { width, height }) {
    const { offsetWidth, offsetHeight } = this.map.getContainer().querySelector(`.leaflet-${row}.leaflet-${column}`);
    const [left, right] = column === "left" ? [0, offsetWidth] : [width - offsetWidth, width];
    return { left, right, isTop: row === "top", edge: row === "top" ? offsetHeight : height - offsetHeight };
  }

  /* Clear of the controls, where notes would lie on one. */
  place(notes, sheet) {
    const placed = place(notes, sheet);
    const [tops, bottoms] = [[...sheet.tops], [...sheet.bottoms]];
    for (const { left, right, isTop, edge } of sheet.corners) {
      for (const note of placed ?? []) {
        if (note.left >= right || note.left + note.width <= left) continue;
        if (isTop && note.middle - sheet.pitch / 2 < edge) tops[note.side] = edge + sheet.pitch / 2;
        if (!isTop && note.middle + sheet.pitch / 2 > edge) bottoms[note.side] = edge - sheet.pitch / 2;
      }
    }
    const isClear = `${[tops, bottoms]}` === `${[sheet.tops, sheet.bottoms]}`;
    return isClear ? placed : this.place(notes, { ...sheet, tops, bottoms });
  }

  /* With the finest names that have room, or null. */
  named(items, sheet) {
    if (items.some(({ county }) => !county)) return null;
    const levels = this.levels ?? (this.map.getZoom() < SPACE_ZOOM ? ["town", "county"] : ["id", "town", "county"]);
    for (const level of levels) {
      const notes = grouped(items, level);
      if (level !== levels[0] && notes.length < 2) return null;
      const settled = notes.length <= MAX_NOTES && this.settle(notes, sheet);
      if (settled) return settled;
    }
    return null;
  }

  /* Where it is too tight the two nearest of a county become the note of their town, or else of their county. */
  settle(notes, sheet) {
    this.measure(notes);
    for (const note of notes) Object.assign(note, { width: this.widths.get(written(note)), land: this.land(note, notes) });
    const placed = this.place(notes, sheet);
    if (placed && !isTight(placed, sheet)) return placed;
    const pair = nearestPair(notes);
    if (!pair) return placed;
    const isOfPair = (note) => note.county === pair.county && (!pair.town || note.town === pair.town);
    const joined = grouped(notes.filter(isOfPair).flatMap((note) => note.items), pair.town ? "town" : "county");
    return this.settle([...notes.filter((note) => !isOfPair(note)), ...joined], sheet);
  }

  /* Close by it is the ground that the spaces stand on. */
  land({ lat }, notes) {
    if (this.map.getZoom() >= SPACE_ZOOM) return [Math.min, Math.max].map((end) => end(...notes.map(({ x }) => x)));
    const { south, band, rows } = this.texts.edges;
    const row = Math.floor((lat - south) / band);
    return rows[Math.max(0, Math.min(row, rows.length - 1))].map((lon) => this.pixels({ lat, lon }).x);
  }

  /* All at once, so that the browser lays out once; paint() takes away what is not shown. */
  measure(notes) {
    const unknown = notes.filter((note) => !this.widths.has(written(note)));
    const elements = unknown.map((note) => this.elementOf(note));
    this.root.append(...elements);
    unknown.forEach((note, index) => { this.widths.set(written(note), elements[index].offsetWidth); });
    this.noteHeight ??= elements[0]?.offsetHeight;
  }

  elementOf(note) {
    if (this.elements.has(note.key)) return this.elements.get(note.key);
    const element = create(this.onChoose ? "button" : "span", { className: "map-label" }, ...slips(note));
    if (this.onChoose) element.type = "button";
    element.setAttribute(this.onChoose ? "aria-label" : "title", this.label(note));
    if (note.key) this.elements.set(note.key, element);
    return element;
  }

  label({ name, members, coming }) {
    if (!name) return filled(this.texts.here, { count: members + coming });
    if (members + coming === 1) return `${name} (${this.texts[members ? "member" : "coming"]})`;
    return filled(this.texts.note, { name, members, coming });
  }

  /* In the order in which they are reached by keyboard; what had the focus keeps it. */
  paint(sheet) {
    const { activeElement } = document;
    this.drawing.replaceChildren();
    set(this.drawing, { width: sheet.width, height: sheet.height });
    for (const note of this.notes) {
      note.element = this.elementOf(note);
      note.height = this.noteHeight;
      const [left, top] = [note.left, note.middle - note.height / 2].map(Math.round);
      note.element.style.transform = `translate(${left}px, ${top}px)`;
    }
    const drawn = this.notes.filter(({ isSquare }) => !isSquare);
    const places = this.levels
      ? [] : names(drawn, this.items, sheet, this.map.getZoom(), (place) => this.pixels(place));
    this.drawing.append(...drawn.map(leader), ...places, ...drawn.flatMap((note) => note.items.map(dot)));
    this.root.replaceChildren(this.drawing, ...this.notes.map(({ element }) => element));
    const keys = new Set(this.notes.map(({ key }) => key));
    for (const key of this.elements.keys()) if (!keys.has(key)) this.elements.delete(key);
    if (this.root.contains(activeElement)) activeElement.focus({ preventScroll: true });
  }

  /** Lift the note of the space, or lay all down when there is none. */
  light(id) {
    this.lit = id;
    for (const { element, items } of this.notes) {
      element.classList.toggle("is-lit", id !== null && items.some((item) => item.id === id));
    }
  }

  /** Return the note that tells of the item; a cell has no id but its place. */
  noteOf({ id, lat, lon }) {
    const isIt = (item) => (id ? item.id === id : item.lat === lat && item.lon === lon);
    return this.notes.find(({ items }) => items.some(isIt));
  }
}

/* By space, town or county: each has the dot of its item with most members, never a point between. */
function grouped(items, level) {
  const groups = new Map();
  for (const item of items) {
    const key = level === "id" && item.id ? `${item.id}` : `${item.county}/${level === "county" ? "" : item.town}`;
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()].map((group) => {
    const { members, coming } = total(group);
    const weight = (item) => item.members * 1000 + item.coming;
    const { x, y, lat, lon, town, county, name } = group.reduce((most, item) => (weight(item) > weight(most) ? item : most));
    const isTown = level !== "county" || group.length === 1;
    const label = (level === "id" && name) || (isTown && town) || county;
    const key = [level, county, label, level === "id" ? group[0].id : "", members, coming].join("/");
    const note = { key, name: label, town: level === "county" ? "" : town, county };
    return { ...note, x, y, lat, lon, members, coming, items: group };
  });
}

/* Each note stays inside its square, so that none is upon another. */
function squares(items, map) {
  const origin = map.getPixelBounds().min;
  const groups = new Map();
  for (const item of items) {
    const key = [item.x + origin.x, item.y + origin.y].map((side) => Math.floor(side / SQUARE)).join("/");
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return [...groups].map(([key, group]) => {
    const { members, coming } = total(group);
    const [column, row] = key.split("/").map(Number);
    const mean = (axis) => group.reduce((sum, item) => sum + item[axis], 0) / group.length;
    const within = (value, start, room) => Math.max(start + room, Math.min(value, start + SQUARE - room));
    const middle = within(mean("y"), row * SQUARE - origin.y, 18);
    const left = within(mean("x"), column * SQUARE - origin.x, 26) - 24;
    const name = group.length === 1 ? group[0].name ?? "" : "";
    const place = { lat: mean("lat"), lon: mean("lon") };
    const note = { key: `square/${key}/${members}/${coming}/${name}`, name, members, coming, items: group };
    return { ...note, ...place, left, middle, isSquare: true };
  });
}

function total(items) {
  const sum = (kind) => items.reduce((count, item) => count + item[kind], 0);
  return { members: sum("members"), coming: sum("coming") };
}

/* What two notes of the same width share. */
function written({ name, members, coming }) {
  return [name, members, coming].join("\t");
}

function slips({ name, members, coming, isSquare }) {
  if (isSquare) {
    const className = `map-slip map-square map-${members ? "member" : "coming"}`;
    return [create("span", { className, textContent: shortened(members + coming) })];
  }
  const kinds = [["member", members], ["coming", coming]].filter(([, count]) => count);
  const isOne = members + coming === 1;
  return kinds.map(([kind, count], index) => create(
    "span",
    { className: `map-slip map-${kind}${count > 1 ? " map-stack" : ""}` },
    ...(index ? [] : [create("span", { className: "map-name", textContent: name })]),
    ...(isOne ? [] : [create("b", { textContent: shortened(count) })]),
  ));
}

/* 1234 as 1,2k in the page's language. */
function shortened(count) {
  if (count < 1000) return `${count}`;
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: count < 10000 ? 1 : 0 });
  return `${format.format(count / 1000)}k`;
}
