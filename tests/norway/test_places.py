import json

from norway.counties import County
from norway.place_lookup import county_centre, known_place
from norway.places import DATA, is_same_town, municipalities, postal_place, town_centre, town_name


def test_every_postal_code_has_a_county_and_every_other_name_a_place():
    for code in json.loads((DATA / "postal_codes.json").read_text()):
        assert postal_place(code).county in County
    for row in json.loads((DATA / "other_names.json").read_text()):
        place, county = row["place"], row["county_no"]
        assert town_centre(place, county) or municipalities(place, county), row


def test_codes_of_svalbard_and_jan_mayen_are_known():
    codes = ["9170", "9171", "9173", "9174", "9175", "9176", "9178", "8099"]
    assert {postal_place(code).county for code in codes} == {County.SVALBARD, County.JAN_MAYEN}
    # GeoNames does not say where Hopen and Bjørnøya are.
    assert [code for code in codes if not known_place(code)] == ["9174", "9176"]


def test_every_county_has_a_middle():
    assert all(county_centre(county).name == county.label for county in County)


def test_town_has_one_spelling():
    for name, wanted in {
        "KRISTIANSAND S": "Kristiansand",
        "mo i rana": "Mo i Rana",
        "HASLUM": "Haslum",
        "Ørnes": "Ørnes",
        "ORNES": "Ornes",
        "Bådåddjo": "Bodø",
        "Porsáŋgu": "Porsáŋgu",  # no town, but a municipality of several
        "Atlantis": "Atlantis",
        "": "",
    }.items():
        assert town_name(name) == wanted
        assert town_name(wanted) == wanted


def test_name_of_several_towns_is_certain_with_the_county():
    assert town_name("Sande") == "Sande"
    assert town_name("Sande", "39") == "Sande i Vestfold"
    assert is_same_town("Sande", "Sande i Vestfold", "39")
    assert not is_same_town("Sande", "Sande i Vestfold", "15")
