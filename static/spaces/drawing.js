/* What is drawn under the notes: their leaders and dots, and quietly the names that tell where one looks. */

const LETTER = 7; // pixels of a name
const MAX_ZOOM = 8; // deeper they help nobody
// The counties' seats: longitude, latitude.
const SEATS = {
  Kristiansand: [8, 58.147], Drammen: [10.205, 59.744], Vadsø: [29.75, 70.074], Hamar: [11.068, 60.795],
  Molde: [7.159, 62.738], Bodø: [14.405, 67.28], Oslo: [10.746, 59.913], Stavanger: [5.733, 58.97],
  Skien: [9.609, 59.21], Tromsø: [18.955, 69.649], Steinkjer: [11.495, 64.015], Tønsberg: [10.408, 59.268],
  Bergen: [5.324, 60.393], Sarpsborg: [11.11, 59.284],
};
// Large lakes and fjords, each from the zoom at which its name has room: longitude and latitude of the name, zoom.
const WATERS = {
  Oslofjorden: [10.6, 59.35, 7], Mjøsa: [11, 60.72, 6], Randsfjorden: [10.4, 60.42, 7], Femunden: [11.87, 62.2, 7],
  Boknafjorden: [5.55, 59.2, 7], Hardangerfjorden: [6.2, 60.22, 7], Sognefjorden: [6.1, 61.12, 6],
  Nordfjord: [5.9, 61.9, 7], Trondheimsfjorden: [10.7, 63.6, 6], Vestfjorden: [15, 68, 6],
  Porsangerfjorden: [25.5, 70.6, 6], Varangerfjorden: [29.4, 70, 6],
};

/** Return the names of seats without a note and of waters that touch nothing; `pixels` gives a place on the map. */
export function names(notes, items, { width, height }, zoom, pixels) {
  const towns = new Set(items.map(({ town }) => town));
  const seats = Object.entries(SEATS).filter(([name]) => !towns.has(name));
  const waters = Object.entries(WATERS).filter(([, [, , min]]) => zoom >= min);
  const drawn = [];
  for (const [name, [lon, lat, isWater]] of zoom > MAX_ZOOM ? [] : [...seats, ...waters]) {
    const { x, y } = pixels({ lat, lon });
    const half = LETTER * name.length / 2;
    const [left, right] = isWater ? [x - half, x + half] : [x - 6, x + 8 + 2 * half];
    const isOn = left > 0 && right < width && y > 10 && y < height - 24;
    const isTaken = notes.some((note) => touches(note, left, right, y))
      || drawn.some((other) => Math.abs(other.y - y) < 16 && other.left < right && other.right > left);
    if (isOn && !isTaken) drawn.push({ name, x, y, left, right, isWater });
  }
  return drawn.flatMap(({ name, x, y, isWater }) => isWater
    ? [svg("text", { class: "map-water", x, y: y + 4 }, name)]
    : [svg("circle", { class: "map-seat", cx: x, cy: y, r: 2.6 }), svg("text", { class: "map-seat", x: x + 7, y: y + 4 }, name)]);
}

export function leader(note) {
  return svg("path", { class: "map-leader", d: `M${note.x} ${note.y}L${foot(note)} ${note.middle}` });
}

const foot = ({ x, left, width }) => Math.max(left, Math.min(x, left + width));

export function dot({ x, y, members }) {
  return svg("circle", { class: members ? "map-member" : "map-coming", cx: x, cy: y, r: 5 });
}

/* Whether a name from `left` to `right` at height `y` would lie on a note, its dots or its leader. */
function touches(note, left, right, y) {
  const isOn = (x, height, reach) => x > left - reach && x < right + reach && Math.abs(height - y) < 8 + reach;
  const isBeside = note.left >= right || note.left + note.width <= left;
  if (!isBeside && Math.abs(note.middle - y) < 10 + note.height / 2) return true;
  if (note.items.some((item) => isOn(item.x, item.y, 6))) return true;
  const end = foot(note);
  return [0.2, 0.4, 0.6, 0.8].some((part) => isOn(note.x + part * (end - note.x), note.y + part * (note.middle - note.y), 4));
}

export function svg(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  element.textContent = text;
  return set(element, attributes);
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
