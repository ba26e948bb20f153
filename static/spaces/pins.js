/* The map on a space's own page: its note, and as close a look as is true. */

import { createMap, lookAt, readJson } from "./map.js";
import { Notes } from "./notes.js";

const CLOSE_ZOOM = 7;
const TOWN_ZOOM = 11;

const data = readJson("map-points");
const [{ lat, lon, approximate }] = data.points;
const map = createMap(document.querySelector("[data-map]"));
new Notes(map, readJson("map-texts"), { levels: ["id"] }).show(data);
lookAt(map, [lat, lon], CLOSE_ZOOM, approximate ? TOWN_ZOOM : undefined);
