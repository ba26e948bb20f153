/* Asks the map's feed for what each view shows. */

import { cellSize } from "./map.js";

const CELLS_IN_BLOCK = 4;

/** Call `show` with the feed's answer for the map's view, now and whenever the map has moved. `addressNow()` is the feed's,
    with the search; empty where nothing is to be asked for. Return what asks for the view again. */
export function followMap(map, addressNow, show) {
  let latest = null;

  async function ask() {
    if (!addressNow()) {
      latest = null; // an answer to the search before comes too late
      return;
    }
    const zoom = Math.floor(map.getZoom());
    const address = new URL(addressNow(), location);
    address.searchParams.set("z", zoom);
    address.searchParams.set("b", inBlocks(map.getBounds(), zoom).join(","));
    const turn = address.href;
    if (latest === turn) return;
    latest = turn;
    try {
      const response = await fetch(address);
      const data = await response.json();
      if (latest === turn && response.ok) show(data);
    } catch {
      if (latest === turn) latest = null; // what is shown stays, and the next move asks again
    }
  }

  const askAgain = () => {
    latest = null;
    ask();
  };
  map.on("moveend", ask);
  ask();
  return askAgain;
}

/* The same blocks of the grid as the server answers by: what was asked for already is not asked for again. */
function inBlocks(bounds, zoom) {
  const [width, height] = cellSize(zoom).map((side) => side * CELLS_IN_BLOCK);
  const grown = (degrees, size, round) => Math.max(-180, Math.min(180, round(degrees / size) * size));
  const [south, north] = [grown(bounds.getSouth(), height, Math.floor), grown(bounds.getNorth(), height, Math.ceil)];
  return [
    grown(bounds.getWest(), width, Math.floor), Math.max(-90, south),
    grown(bounds.getEast(), width, Math.ceil), Math.min(90, north),
  ];
}
