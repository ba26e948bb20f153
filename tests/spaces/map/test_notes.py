"""The notes of the map without script: none upon another, whatever the network is like."""

import json
import re
from itertools import combinations
from random import Random

import pytest
from django.conf import settings

from norway.places import DATA
from spaces.map import notes
from spaces.map.feed import Cell

TOWNS = [row for row in json.loads((DATA / "towns.json").read_text()) if row["county_no"] not in ("21", "22")]


def network(seed):
    """Return up to 60 towns of Norway with up to 200 spaces in each."""
    chance = Random(seed)
    for pk, row in enumerate(chance.sample(TOWNS, chance.randint(1, 60))):
        count = chance.choice([1, 1, 1, 2, 7, 200])
        place = row["lat"], row["lon"], pk, row["town"], row["county_no"]
        yield Cell(count, chance.randint(0, count), *place)


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_no_two_notes_overlap_and_all_are_told_of(first):
    for seed in range(first, first + 50):
        cells = list(network(seed))
        for drawn in notes.pictures(cells, lambda cell: cell.town):
            sheet, placed = drawn["sheet"], [note for note, _address in drawn["notes"]]
            assert sum(note.cell.count for note in placed) == sum(cell.count for cell in cells), seed
            assert not [pair for pair in combinations(placed, 2) if notes.overlap(*pair, sheet.pitch - 1)], seed
            for note in placed:
                assert note.left > 0, seed
                assert note.left + note.width < sheet.width, seed
                assert 15 <= note.middle <= sheet.height - 15, seed


def test_notes_keep_the_order_of_their_dots():
    assert notes.spread([10, 11, 12, 200], 40, 0, 400) == [0, 40, 80, 200]
    assert notes.spread([100, 110, 300], 40, 0, 320) == [85, 125, 300]


def cell(town, latitude, longitude, county, members=1, coming=0):
    return Cell(members + coming, members, latitude, longitude, 1, town, county)


def test_a_note_says_the_smallest_name_that_has_room():
    bergen, oslo = cell("Bergen", 60.39, 5.32, "46", 2), cell("Oslo", 59.91, 10.75, "03", 1, 2)
    wide = notes.pictures([bergen, oslo], lambda cell: "")[0]
    texts = {note.name: [(part.kind, part.text) for part in note.parts] for note, _address in wide["notes"]}
    assert texts == {"Bergen": [("member", "Bergen 2")], "Oslo": [("member", "Oslo 1"), ("coming", "2")]}
    names = ["Moss", "Halden", "Sarpsborg", "Fredrikstad", "Mysen", "Rakkestad", "Askim", "Råde", "Rygge", "Spydeberg"]
    crowd = [cell(name, 59.2 + place / 50, 11.1, "31") for place, name in enumerate(names)]
    narrow = notes.pictures([bergen, *crowd], lambda cell: "")[1]
    assert {note.name for note, _address in narrow["notes"]} == {"Bergen", "Østfold"}


def test_script_lays_out_by_the_same_numbers():
    files = [settings.BASE_DIR / "static" / "spaces" / name for name in ("layout.js", "notes.js")]
    found = re.findall(r"^const ([A-Z_]+) = ([0-9.]+);", "".join(file.read_text() for file in files), re.MULTILINE)
    numbers = {name: float(number) for name, number in found}
    for name in ("OFF_COAST", "MAX_LEADER", "BESIDE", "MARGIN", "MAX_MOVE", "LEEWAY", "MAX_NOTES"):
        assert numbers[name] == getattr(notes, name), name
