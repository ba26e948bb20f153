from django.db import models


class County(models.TextChoices):
    """Norway's 15 counties since 2024 by their official numbers, and Svalbard, which is in none of them.

    The names are the same in every language; the order is that of the alphabet.
    """

    AGDER = "42", "Agder"
    AKERSHUS = "32", "Akershus"
    BUSKERUD = "33", "Buskerud"
    FINNMARK = "56", "Finnmark"
    INNLANDET = "34", "Innlandet"
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


COUNTY_NAMES = dict(County.choices)  # asked for so often that get_county_display() takes its time
