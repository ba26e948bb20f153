/* Where the notes stand on a map, by the rules of spaces/map/notes.py. A note has its dot (x, y), its width and county, and
   where on the dot's row Norway begins and ends (`land`), all in pixels. A sheet has the map's size, how far apart notes
   are (`pitch`), and between what heights they may stand on the left and on the right (`tops`, `bottoms`). */

const OFF_COAST = 12;
const MAX_LEADER = 70;
const BESIDE = 14;
const MARGIN = 4;
const MAX_MOVE = 0.16; // of the map's height
const LEEWAY = 3; // notes more or fewer on a side than land would have it
const [LEFT, RIGHT] = [0, 1];

/** Give each note its `side`, `left` and `middle`; return them from north to south, first left then right, or null if they
    have no room. */
export function place(notes, sheet) {
  const capacity = (side) => Math.max(0, Math.floor((sheet.bottoms[side] - sheet.tops[side]) / sheet.pitch) + 1);
  const capacities = [LEFT, RIGHT].map(capacity);
  if (notes.length > capacities[LEFT] + capacities[RIGHT]) return null;
  const sides = divide(notes, sheet, capacities);
  sides.forEach((side, index) => { placeSide(side, index, sheet); });
  if (sides[LEFT].some((note) => sides[RIGHT].some((other) => overlap(note, other, sheet.pitch)))) {
    for (const note of sides[LEFT]) note.left = MARGIN;
    for (const note of sides[RIGHT]) note.left = sheet.width - MARGIN - note.width;
  }
  return sides.flat();
}

/** Return whether a note had to be moved further from its dot than one can follow. */
export function isTight(notes, sheet) {
  return notes.some((note) => Math.abs(note.middle - note.y) > MAX_MOVE * sheet.height);
}

/* By the side on which land ends first; those to which it matters least go where notes are moved less for it. */
function divide(notes, sheet, capacities) {
  const preference = ({ x, land }) => x - land[LEFT] - (land[RIGHT] - x);
  const sorted = notes.toSorted((one, other) => preference(one) - preference(other));
  const wanted = notes.filter((note) => preference(note) < 0).length;
  const least = Math.max(0, notes.length - capacities[RIGHT]);
  const most = Math.min(notes.length, capacities[LEFT]);
  const [first, last] = [Math.min(wanted, most) - LEEWAY, Math.max(wanted, least) + LEEWAY];
  let best = null;
  for (let lefts = Math.max(least, first); lefts <= Math.min(most, last); lefts += 1) {
    const sides = [sorted.slice(0, lefts), sorted.slice(lefts)].map((side) => side.sort((one, other) => one.y - other.y));
    const unwanted = sorted.slice(Math.min(lefts, wanted), Math.max(lefts, wanted));
    const cost = sides.reduce((sum, side, index) => sum + moved(side, index, sheet), 0)
      + unwanted.reduce((sum, note) => sum + Math.abs(preference(note)), 0);
    if (!best || cost < best.cost) best = { cost, sides };
  }
  return best.sides;
}

function moved(notes, side, { pitch, tops, bottoms }) {
  const heights = notes.map(({ y }) => y);
  const placed = spread(heights, pitch, tops[side], bottoms[side]);
  return placed.reduce((sum, height, index) => sum + Math.abs(height - heights[index]), 0);
}

function placeSide(notes, side, { width, pitch, tops, bottoms }) {
  const heights = spread(notes.map(({ y }) => y), pitch, tops[side], bottoms[side]);
  const edges = share(notes.map((note) => edge(note, side)), heights, pitch, side ? Math.max : Math.min);
  notes.forEach((note, index) => {
    const left = side ? edges[index] : edges[index] - note.width;
    note.left = Math.max(MARGIN, Math.min(left, width - MARGIN - note.width));
    Object.assign(note, { middle: heights[index], side });
  });
}

/* Off the coast, or beside the dot where that is far. */
function edge({ x, land }, side) {
  const sign = side ? 1 : -1;
  const coast = land[side] + sign * OFF_COAST;
  const distance = sign * (coast - x);
  return distance > 0 && distance <= MAX_LEADER ? coast : x + sign * BESIDE;
}

/* Notes that touch have the outermost of their edges, so that they read as a list. */
function share(edges, heights, pitch, outermost) {
  const runs = [];
  edges.forEach((each, index) => {
    if (index && heights[index] - heights[index - 1] < pitch + 1) runs.at(-1).push(each);
    else runs.push([each]);
  });
  return runs.flatMap((run) => run.map(() => outermost(...run)));
}

/* At least `pitch` apart, in the same order, moved least (pool adjacent violators). */
function spread(heights, pitch, top, bottom) {
  const pools = [];
  heights.forEach((height, index) => {
    let pool = { mean: height - index * pitch, size: 1 };
    while (pools.length && pools.at(-1).mean > pool.mean) {
      const { mean, size } = pools.pop();
      pool = { mean: (mean * size + pool.mean * pool.size) / (size + pool.size), size: size + pool.size };
    }
    pools.push(pool);
  });
  const lowest = bottom - (heights.length - 1) * pitch;
  const offsets = pools.flatMap(({ mean, size }) => Array(size).fill(Math.min(Math.max(mean, top), lowest)));
  return offsets.map((offset, index) => offset + index * pitch);
}

function overlap(note, other, pitch) {
  const isBeside = note.left + note.width <= other.left || other.left + other.width <= note.left;
  return !isBeside && Math.abs(note.middle - other.middle) < pitch;
}

/** Return what the two nearest notes of one county share: its county, and the town if that is one, too; null if none do. */
export function nearestPair(notes) {
  let nearest = null;
  for (const [index, note] of notes.entries()) {
    for (const other of notes.slice(index + 1)) {
      if (note.county !== other.county) continue;
      const distance = Math.hypot(note.x - other.x, note.y - other.y);
      const town = note.town === other.town ? note.town : "";
      if (!nearest || distance < nearest.distance) nearest = { distance, county: note.county, town };
    }
  }
  return nearest;
}
