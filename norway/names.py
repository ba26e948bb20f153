import re

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

SEPARATOR = re.compile(r"(?<=\s)[-–—](?=\s)|/")
# Where Norwegians are "på" and not "i": islands, and towns that lie up in the country or grew up around a station.
ISLANDS = {"Averøy", "Frøya", "Hitra", "Jan Mayen", "Karmøy", "Senja", "Smøla", "Stord", "Svalbard"}
ON_TOWNS = {
    "Andenes", "Bardufoss", "Bryne", "Dombås", "Eidsvoll", "Finnsnes", "Geilo", "Gjøvik", "Hamar", "Hønefoss",
    "Jessheim", "Jevnaker", "Kongsberg", "Kongsvinger", "Leknes", "Levanger", "Lillehammer", "Notodden", "Oppdal",
    "Otta", "Raufoss", "Rjukan", "Røros", "Ski", "Sortland", "Steinkjer", "Stjørdal", "Støren", "Tynset", "Voss",
    "Åndalsnes", "Årnes",
}  # fmt: skip


def name_parts(name: str) -> list[str]:
    """Split an official name in several languages, such as "Troms – Romsa – Tromssa"."""
    return [part.strip() for part in SEPARATOR.split(name, maxsplit=3)]


def in_place(name: str) -> str:
    """Return the place with its preposition: "i Bergen", "på Hamar", "på Svalbard"."""
    town = name.partition(",")[0]
    if town in ISLANDS:
        return _("on %(place)s") % {"place": name}
    if town in ON_TOWNS:
        return pgettext("på", "in %(place)s") % {"place": name}
    return _("in %(place)s") % {"place": name}
