"""Official names in Sámi and Kven of places whose Norwegian name the other sources carry.

Those of municipalities are from Statistics Norway's list of 2026 (Klass 131), those of towns from Kartverket's register
of place names (SSR). Norwegian name -> the others.
"""

MUNICIPALITIES = {
    "Evenes": ["Evenášši"],
    "Fauske": ["Fuossko"],
    "Gratangen": ["Rivtták"],
    "Hamarøy": ["Hábmer"],
    "Hammerfest": ["Hámmerfeasta"],
    "Harstad": ["Hárstták"],
    "Hattfjelldal": ["Aarborte"],
    "Karasjok": ["Kárášjohka"],
    "Kautokeino": ["Guovdageaidnu"],
    "Kåfjord": ["Gáivuotna", "Kaivuono"],
    "Lavangen": ["Loabák"],
    "Levanger": ["Levangke"],
    "Lyngen": ["Ivgu", "Yykeä"],
    "Namsos": ["Nåavmesjenjaelmie"],
    "Nesseby": ["Unjárga"],
    "Nordreisa": ["Ráisa", "Raisi"],
    "Oslo": ["Oslove"],
    "Porsanger": ["Porsáŋgu", "Porsanki"],
    "Rana": ["Raane"],
    "Røros": ["Rosse"],
    "Røyrvik": ["Raarvihke"],
    "Snåsa": ["Snåase"],
    "Sortland": ["Suortá"],
    "Steinkjer": ["Stïentje"],
    "Storfjord": ["Omasvuotna", "Omasvuono"],
    "Sørfold": ["Fuolldá"],
    "Tana": ["Deatnu"],
    "Tjeldsund": ["Dielddanuorri"],
    "Trondheim": ["Tråante"],
}
TOWNS = {
    "Alta": ["Áltá", "Alattio"],
    "Bodø": ["Bådåddjo"],
    "Drag": ["Ájluokta"],
    "Kirkenes": ["Girkonjárga", "Kirkkoniemi"],
    "Lakselv": ["Leavdnja", "Lemmijoki"],
    "Mosjøen": ["Mussere"],
    "Røros": ["Plassje"],
    "Skibotn": ["Ivgobahta", "Yykeänperä"],
    "Tana Bru": ["Deanušaldi"],
    "Tromsø": ["Romsa", "Tromssa"],
    "Vadsø": ["Čáhcesuolu", "Vesisaari"],
    "Varangerbotn": ["Vuonnabahta"],
    "Vardø": ["Várggát", "Vuorea"],
}


def other_names(spellings: set[tuple], towns: list[dict], geonames: dict[int, str]) -> list[dict]:
    """Rows of a name, the town or municipality that has it besides its own, and the county's number.

    They are the Post's spellings, what GeoNames calls a town that has the Post's name, and the official ones.
    """
    found = set(spellings)
    for town in towns:
        name, county_no = town["town"], town["county_no"]
        found.add((geonames.get(town["geonames_id"], name), name, county_no))
        found |= {(other, name, county_no) for other in TOWNS.get(name, [])}
        municipality = town["municipality"]
        found |= {(other, municipality, county_no) for other in MUNICIPALITIES.get(municipality, [])}
    keys = ("name", "place", "county_no")
    return [dict(zip(keys, row, strict=True)) for row in sorted(found) if row[0].casefold() != row[1].casefold()]
