from functools import cache

from django.db import models

from core.search_text import fold

from .names import name_parts


class County(models.TextChoices):
    """Norway's 15 counties since 2024 by their official numbers, and Svalbard and Jan Mayen, which are in none of them.

    The names are the same in every language; the order is that of the alphabet.
    """

    AGDER = "42", "Agder"
    AKERSHUS = "32", "Akershus"
    BUSKERUD = "33", "Buskerud"
    FINNMARK = "56", "Finnmark"
    INNLANDET = "34", "Innlandet"
    JAN_MAYEN = "22", "Jan Mayen"
    MORE_OG_ROMSDAL = "15", "Møre og Romsdal"
    NORDLAND = "18", "Nordland"
    OSLO = "03", "Oslo"
    ROGALAND = "11", "Rogaland"
    SVALBARD = "21", "Svalbard"
    TELEMARK = "40", "Telemark"
    TROMS = "55", "Troms"
    TRONDELAG = "50", "Trøndelag"
    VESTFOLD = "39", "Vestfold"
    VESTLAND = "46", "Vestland"
    OSTFOLD = "31", "Østfold"


COUNTY_NAMES = dict(County.choices)
# Official names in Sámi and Kven, and the counties that the reforms of 2018, 2020 and 2024 ended with those that have
# their land now (Statistics Norway, Klass 104).
OTHER_NAMES = {
    County.FINNMARK: ["Finnmárku", "Finmarkku"],
    County.NORDLAND: ["Nordlánnda"],
    County.TROMS: ["Romsa", "Tromssa"],
    County.TRONDELAG: ["Trööndelage"],
}
FORMER = {
    "Nord-Trøndelag": [County.TRONDELAG],
    "Sør-Trøndelag": [County.TRONDELAG],
    "Aust-Agder": [County.AGDER],
    "Vest-Agder": [County.AGDER],
    "Hedmark": [County.INNLANDET],
    "Oppland": [County.INNLANDET],
    "Hordaland": [County.VESTLAND],
    "Sogn og Fjordane": [County.VESTLAND],
    "Viken": [County.AKERSHUS, County.BUSKERUD, County.OSTFOLD],
    "Vestfold og Telemark": [County.TELEMARK, County.VESTFOLD],
    "Troms og Finnmark": [County.FINNMARK, County.TROMS],
    "Romsa ja Finnmárku": [County.FINNMARK, County.TROMS],
    "Tromssa ja Finmarkku": [County.FINNMARK, County.TROMS],
}


def counties_named(name: str) -> list[County]:
    """Return the county of this name in any official language, or those that a former county became."""
    found = [_counties().get(fold(part), []) for part in name_parts(name)]
    return found[0] if all(counties == found[0] for counties in found) else []


def is_former_county(name: str) -> bool:
    return any(fold(part) in map(fold, FORMER) for part in name_parts(name))


@cache
def _counties() -> dict[str, list[County]]:
    names = {county.label: [county] for county in County} | FORMER
    names |= {name: [county] for county, others in OTHER_NAMES.items() for name in others}
    return {fold(name): counties for name, counties in names.items()}
