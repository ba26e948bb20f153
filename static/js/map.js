/* A Leaflet map of Norway on the site's own outline, with street tiles above it where there are any, and gestures that
   leave the page's scrolling alone. */

const NORWAY = [[57.9, 4.4], [71.25, 31.2]];
const WORLD = [[52, -20], [83, 60]];
const ZOOM_SNAP = 0.25;
const OUTLINE_ZOOM = 10; // deeper it is empty
const HINT_MS = 1500;
const AGAIN_MS = 3000;
const TASK_MS = 10;

/** The map in `element`, its controls named by `texts`; the outline arrives when it has been fetched. */
export function createMap(element, texts) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    dragging: !matchMedia("(pointer: coarse)").matches,
    minZoom: 3.5,
    maxZoom: OUTLINE_ZOOM,
    zoomSnap: ZOOM_SNAP,
    maxBounds: WORLD,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    renderer: L.svg({ padding: 0.4 }),
  });
  L.control.zoom({ position: "topright", zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
  addHomeButton(map, texts.home);
  L.control.attribution({ prefix: false }).addAttribution(texts.credit).addTo(map);
  showNorway(map);
  leavePageScrolling(map, texts);
  drawOutline(map, element.dataset.basemap);
  if (element.dataset.streets) addStreets(map, JSON.parse(element.dataset.streets));
  return map;
}

/** Bring the map close to the place: to `street` zoom, or only to `outline` where no street tile comes. */
export function lookAt(map, place, outline, street = 15) {
  const go = (zoom) => map.setView(place, Math.max(map.getZoom(), zoom), { animate: false });
  if (map.getMaxZoom() === OUTLINE_ZOOM) return go(outline);
  go(street);
  map.once("nostreets", () => map.setView(place, outline, { animate: false }));
}

/** The page's own address for a part of the map: west, south, east and north. */
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
  const giveUp = () => setTimeout(() => { // when Leaflet has done with the last tile
    map.off("zoomend", show).removeLayer(layer).setMaxZoom(OUTLINE_ZOOM);
    map.options.zoomSnap = ZOOM_SNAP;
    map.fire("nostreets");
  });
  map.setMaxZoom(options.maxZoom).on("zoomend", show);
  layer.on("load", giveUp).once("tileload", () => layer.off("load", giveUp));
}

/* Not Leaflet's own: it puts a data: address, which our policy refuses, into the tiles that it drops.
   One that does not come is asked for once more: its turn may not have come. */
function tile(address, done) {
  const image = Object.assign(document.createElement("img"), { alt: "", src: address });
  const again = () => { if (image.isConnected) image.src = address; };
  image.addEventListener("load", () => done(null, image));
  image.addEventListener("error", (event) => done(event, image));
  image.addEventListener("error", () => setTimeout(again, AGAIN_MS), { once: true });
  return image;
}

function showNorway(map) {
  map.fitBounds(NORWAY, { animate: false, padding: [8, 8] });
}

function addHomeButton(map, text) {
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "map-home", textContent: text });
    L.DomEvent.disableClickPropagation(button).on(button, "click", () => showNorway(map));
    return button;
  };
  control.addTo(map);
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
    return arc.map(([dx, dy]) => [(y += dy) * scale[1] + translate[1], (x += dx) * scale[0] + translate[0]]);
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
  const box = document.createElement("p");
  box.className = "map-hint";
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
