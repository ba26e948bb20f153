/* A Leaflet map of Norway on the site's own outline, with street tiles above it where there are any, and gestures that
   leave the page's scrolling alone. */

const NORWAY = [[57.9, 4.4], [71.25, 31.2]];
const WORLD = [[40, -60], [83, 95]];
const ZOOM_SNAP = 0.1;
const OUTLINE_ZOOM = 9; // deeper it is not true
const HINT_MS = 1500;
const AGAIN_MS = 3000;
const TASK_MS = 10;

/** Return what the page says in a script of JSON. */
export function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** Return a new element with the properties and the children. */
export function create(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Return the text with its {words} exchanged for values, numbers as the page's language writes them. */
export function filled(text, values) {
  return text.replace(/{(\w+)}/g, (_, name) => values[name].toLocaleString(document.documentElement.lang));
}

/** Return the map in `element`, its controls named by the page's texts; the outline arrives when it has been fetched.
    `begin()` shows what comes first, `home()` all of Norway, which is offered once the visitor has moved the map. */
export function createMap(element, { begin = showNorway, home = showNorway } = {}) {
  const texts = readJson("map-texts");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    dragging: !matchMedia("(pointer: coarse)").matches,
    minZoom: 3,
    maxZoom: OUTLINE_ZOOM,
    zoomSnap: ZOOM_SNAP,
    maxBounds: WORLD,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    renderer: L.svg({ padding: 0.4 }),
  });
  if (element.dataset.streets) addStreets(map, JSON.parse(element.dataset.streets));
  map.once("nostreets", () => {
    offerNorgeskart(map, texts);
    map.lookAgain?.();
  });
  begin(map);
  L.control.zoom({ position: "topleft", zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
  addHomeButton(map, texts.home, home);
  L.control.attribution({ prefix: false }).addAttribution(texts.credit).addTo(map);
  leavePageScrolling(map, texts);
  fitOnPaper(map);
  setTimeout(() => drawOutline(map, element.dataset.basemap)); // the notes come first
  return map;
}

/** Bring the map close to the place: to `street` zoom, or only to `outline` where no street tile comes. */
export function lookAt(map, place, outline, street = 15) {
  const go = (zoom) => lead(map, () => map.setView(place, zoom, { animate: false }));
  const hasStreets = map.getMaxZoom() !== OUTLINE_ZOOM;
  go(Math.max(map.getZoom() ?? 0, hasStreets ? street : outline));
  map.lookAgain = () => go(outline); // unless the visitor has moved on
}

/** Move the map for the page, not for the visitor, who is offered no way back from it. */
export function lead(map, move) {
  map.isLed = true;
  move();
  map.isLed = false;
}

/** Return a marker's icon: one note, its foot `offset` pixels beside the place. */
export function noteIcon(kind, textContent = "", offset = 0) {
  const html = create("span", { className: `pin-note pin-${kind}`, textContent });
  return L.divIcon({ html, className: "pin", iconSize: [44, 44], iconAnchor: [22 - offset, 42] });
}

/** Return a cell's degrees of longitude and latitude, as in spaces/map/feed.py. */
export function cellSize(zoom) {
  return [90 / 2 ** zoom, 45 / 2 ** zoom];
}

/** Return the page's own address for the cells that hold the places. */
export function withCellsOf(places, zoom) {
  const [width, height] = cellSize(Math.floor(zoom));
  const sides = (degrees, size) => [Math.floor(Math.min(...degrees) / size) * size, (Math.floor(Math.max(...degrees) / size) + 1) * size];
  const [west, east] = sides(places.map(({ lon }) => lon), width);
  const [south, north] = sides(places.map(({ lat }) => lat), height);
  return withArea([west, south, east, north], 5);
}

/** Return the page's own address for a part of the map: west, south, east and north. */
export function withArea(box, decimals) {
  const address = new URL(location);
  address.searchParams.set("area", box.map((side) => side.toFixed(decimals)).join(","));
  return address;
}

/* Only whole zooms keep the tiles' text sharp. Where not one of those in view comes, the outline has to do. */
function addStreets(map, { url, ...options }) {
  const layer = L.gridLayer({ ...options, pane: map.createPane("streets"), updateWhenZooming: false });
  layer.createTile = (place, done) => tile(L.Util.template(url, place), done);
  layer.on("tileunload", (event) => event.tile.removeAttribute("src")); // fetched no further
  const show = () => {
    const isClose = map.getZoom() >= options.minZoom;
    map.options.zoomSnap = isClose ? 1 : ZOOM_SNAP;
    layer[isClose ? "addTo" : "removeFrom"](map);
  };
  const giveUp = () => setTimeout(() => lead(map, () => { // when Leaflet has done with the last tile
    map.off("zoomend", show).removeLayer(layer);
    map.setZoom(Math.min(map.getZoom(), OUTLINE_ZOOM), { animate: false }).setMaxZoom(OUTLINE_ZOOM);
    map.options.zoomSnap = ZOOM_SNAP;
    map.fire("nostreets");
  }));
  map.setMaxZoom(options.maxZoom).on("zoomend", show);
  layer.on("load", giveUp).once("tileload", () => layer.off("load", giveUp));
}

/* Not Leaflet's own: it puts a data: address, which our policy refuses, into the tiles that it drops.
   One that does not come is asked for once more: its turn may not have come. */
function tile(address, done) {
  const image = create("img", { alt: "", src: address });
  const again = () => { if (image.isConnected) image.src = address; };
  image.addEventListener("load", () => done(null, image));
  image.addEventListener("error", (event) => done(event, image));
  image.addEventListener("error", () => setTimeout(again, AGAIN_MS), { once: true });
  return image;
}

/* Paper has another size: what is in view is fitted into that, and put back. */
function fitOnPaper(map) {
  const container = map.getContainer();
  let shown;
  addEventListener("beforeprint", () => {
    shown = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
    container.classList.add("is-on-paper");
    lead(map, () => map.invalidateSize({ animate: false }).fitBounds(shown.bounds, { animate: false }));
  });
  addEventListener("afterprint", () => {
    container.classList.remove("is-on-paper");
    lead(map, () => map.invalidateSize({ animate: false }).setView(shown.centre, shown.zoom, { animate: false }));
  });
}

function showNorway(map) {
  map.fitBounds(NORWAY, { animate: false, padding: [8, 8] });
}

/* Hidden until the visitor moves the map. */
function addHomeButton(map, text, home) {
  const control = L.control({ position: "topleft" });
  const button = create("button", { type: "button", className: "map-home", title: text, hidden: true });
  button.setAttribute("aria-label", text);
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(button).on(button, "click", () => {
      lead(map, () => home(map));
      button.hidden = true;
      map.getContainer().focus({ preventScroll: true });
    });
    return button;
  };
  control.addTo(map);
  map.on("movestart", () => {
    if (map.isLed) return;
    button.hidden = false;
    map.lookAgain = null;
  });
}

/* The same spot, always. */
async function offerNorgeskart(map, texts) {
  const { norgeskartAddress } = await import("./norgeskart.js");
  const link = create("a", { rel: "noopener external", textContent: texts.norgeskart });
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const box = create("p", { className: "map-streets" }, `${texts.noStreets} `, link);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
  const follow = () => { link.href = norgeskartAddress(map.getCenter()); };
  map.on("moveend", follow);
  follow();
}

async function drawOutline(map, address) {
  const answer = await fetch(address);
  const topology = await answer.json();
  const arcs = decodeArcs(topology);
  let began = performance.now();
  for (const [layer, className] of [["land", "map-neighbour"], ["fylker", "map-county"]]) {
    for (const shape of topology.objects[layer].geometries) {
      L.polygon(ringsOf(shape, arcs), { className, interactive: false, smoothFactor: 0.7 }).addTo(map);
      if (performance.now() - began < TASK_MS) continue;
      await new Promise((done) => { setTimeout(done); }); // a visitor who scrolls comes first
      began = performance.now();
    }
  }
}

/* TopoJSON (https://github.com/topojson/topojson-specification): arcs are runs of differences on an integer grid. */
function decodeArcs({ arcs, transform }) {
  const { scale, translate } = transform;
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
    });
  });
}

function ringsOf(shape, arcs) {
  const ring = (indexes) => indexes.flatMap((index) => (index < 0 ? arcs[~index].toReversed() : arcs[index]));
  return shape.type === "Polygon" ? shape.arcs.map(ring) : shape.arcs.map((polygon) => polygon.map(ring));
}

/* The wheel zooms with Ctrl or ⌘, or after a click in the map; one finger scrolls the page, two move the map. */
function leavePageScrolling(map, texts) {
  const element = map.getContainer();
  const hint = addHint(element);
  let engaged = false;
  map.on("click", () => { engaged = true; });
  element.addEventListener("mouseleave", () => { engaged = false; });
  element.addEventListener("wheel", (event) => {
    const zooms = engaged || event.ctrlKey || event.metaKey;
    map.scrollWheelZoom[zooms ? "enable" : "disable"]();
    if (!zooms) hint(texts.wheel);
  }, { capture: true, passive: false });
  element.addEventListener("pointerdown", (event) => {
    map.dragging[event.pointerType === "touch" ? "disable" : "enable"]();
  }, { capture: true });
  element.addEventListener("touchmove", (event) => {
    if (event.touches.length === 1) hint(texts.touch);
  }, { passive: true });
}

function addHint(element) {
  const box = create("p", { className: "map-hint" });
  box.setAttribute("aria-hidden", "true");
  element.append(box);
  let timer;
  return (text) => {
    box.textContent = text;
    box.classList.add("is-shown");
    clearTimeout(timer);
    timer = setTimeout(() => box.classList.remove("is-shown"), HINT_MS);
  };
}
