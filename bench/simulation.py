"""A synthetic network of any size, for measuring: real towns, invented houses, the same again for the same seed."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from itertools import accumulate, islice
from math import cos, pi, radians, sin, sqrt
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from members.models import Organisation
from norway.places import DATA
from spaces.management.commands.seed import NETWORK
from spaces.models import Amenity, Photo, Space
from spaces.photos import clean_photo

BATCH = 2_000
SLUG = "simulert-{}"
KM_IN_A_DEGREE = 111.2  # of latitude
KM_FROM_CENTRE = 0.5  # for a town of one postal code; grows with the root of their number, so Oslo's is 12.6
JOINED = date(2018, 5, 1)  # the network's first workshop
DAYS = 2_500

# What is drawn, and how often.
ORGANISATION_SPACES = {1: 78, 2: 14, 3: 5, 5: 2, 12: 1}
ORGANISATION_STATUSES = {"member": 82, "prospect": 13, "former": 5}
SPACE_STATUSES = {"member": {"open": 88, "coming": 8, "closed": 4}, "prospect": {"coming": 70, "open": 30}}
SPACE_STATUSES["former"] = {"open": 50, "closed": 50}
OPENING_HOURS = {
    "": 25,
    "Mo-Fr 08:00-16:00; PH off; Dec 24 off": 25,
    "Mo-Fr 09:00-17:00; PH off; Dec 24 off": 15,
    "Mo-Fr 07:00-22:00; Sa,Su 10:00-18:00": 10,
    "24/7": 10,
    "Mo-Th 08:00-18:00; Fr 08:00-15:00; PH off; Dec 24 off": 8,
    "Mo-Fr 08:00-12:00,13:00-17:00; PH off; Dec 24 off": 4,
    "Tu-Sa 10:00-20:00": 3,
}
AMENITIES = {0: 15, 2: 20, 3: 20, 4: 20, 6: 15, 9: 10}
HIDDEN, NEIGHBOUR, AT_THE_CENTRE, AWAY_FROM_HOME, DESCRIBED = 0.03, 0.08, 0.1, 0.4, 0.6

PHOTOS = [(2000, 1300), (1300, 1800), (1800, 1200), (1800, 1000), (1500, 1000)]  # pixels

DESCRIPTION_NB = (
    "Et oppdiktet hus i {town}, laget for å måle nettstedet. Her ville det vært plass til {desks} mennesker, "
    "et felles kjøkken og en lang tavle full av gule lapper."
)
DESCRIPTION_EN = "An invented house in {town}, made to measure the site, with room for {desks} people."


class Network:
    """Draws organisations and their spaces, unsaved. Everything drawn hangs on the seed and the number alone."""

    def __init__(self, spaces: int, seed: int):
        self.number = spaces
        self.random = Random(seed)  # noqa: S311 (nothing secret is drawn)
        self.earlier = {}  # town → the position and address of its spaces so far

    def organisations(self) -> list[tuple[Organisation, int]]:
        """Each with how many spaces it has; together as many as were asked for."""
        drawn, left = [], self.number
        while left:
            spaces = min(left, self._one_of(ORGANISATION_SPACES))
            drawn.append((self._organisation(len(drawn) + 1), spaces))
            left -= spaces
        return drawn

    def spaces(self, owners: list[tuple[Organisation, int]]) -> Iterator[Space]:
        number = 0
        for owner, spaces in owners:
            home = self._town()
            for _ in range(spaces):
                number += 1
                away = spaces > 1 and self.random.random() < AWAY_FROM_HOME
                yield self._space(number, owner, self._town() if away else home)

    def amenities(self, vocabulary: list[Amenity]) -> list[Amenity]:
        return self.random.sample(vocabulary, min(len(vocabulary), self._one_of(AMENITIES)))

    def _organisation(self, number):
        status = self._one_of(ORGANISATION_STATUSES)
        joined = JOINED + timedelta(days=self.random.randrange(DAYS))
        return Organisation(
            name=f"Simulert {number}",
            slug=SLUG.format(number),
            status=status,
            member_since=None if status == "prospect" else joined,
            left_on=joined + timedelta(days=365) if status == "former" else None,
            website=f"https://simulert-{number}.example/",
            email=f"post@simulert-{number}.example",
        )

    def _space(self, number, owner, town):
        latitude, longitude, address, postal_code, precision = self._place(town)
        facts = {"town": town["town"], "desks": self.random.randrange(8, 80)}
        described = self.random.random() < DESCRIBED
        return Space(
            organisation=owner,
            name=f"Prøvehus {number}",
            slug=SLUG.format(number),
            status=self._one_of(SPACE_STATUSES[owner.status]),
            hidden=self.random.random() < HIDDEN,
            address=address,
            postal_code=postal_code,
            town=town["town"],
            municipality=town["municipality"] or "",
            county=town["county_no"],
            latitude=latitude,
            longitude=longitude,
            precision=precision,
            opening_hours=self._one_of(OPENING_HOURS),
            description_nb=DESCRIPTION_NB.format(**facts) if described else "",
            description_en=DESCRIPTION_EN.format(**facts) if described else "",
        )

    def _place(self, town):
        """At the town's centre, at the address of an earlier space of the town, or anywhere around its centre."""
        if self.random.random() < AT_THE_CENTRE:
            return town["lat"], town["lon"], "", "", "town"
        earlier = self.earlier.setdefault((town["town"], town["county_no"]), [])
        if earlier and self.random.random() < NEIGHBOUR:
            return self.random.choice(earlier)
        kilometres = KM_FROM_CENTRE * sqrt(max(1, len(town["codes"])) * self.random.random())
        angle = 2 * pi * self.random.random()
        latitude = round(town["lat"] + kilometres * cos(angle) / KM_IN_A_DEGREE, 5)
        per_degree = KM_IN_A_DEGREE * cos(radians(town["lat"]))
        longitude = round(town["lon"] + kilometres * sin(angle) / per_degree, 5)
        address = f"Prøvegata {self.random.randrange(1, 200)}"
        postal_code = self.random.choice(town["codes"]) if town["codes"] else ""
        earlier.append((latitude, longitude, address, postal_code, "exact"))
        return earlier[-1]

    def _town(self):
        return self.random.choices(self._towns, cum_weights=self._weights)[0]

    def _one_of(self, shares):
        return self.random.choices(list(shares), shares.values())[0]

    @cached_property
    def _towns(self):
        """The shipped towns, each with its postal codes: their number stands for its size."""
        codes = {}
        for code, place in json.loads((DATA / "postal_codes.json").read_text()).items():
            codes.setdefault(tuple(place[:2]), []).append(code)
        rows = json.loads((DATA / "towns.json").read_text())
        return [row | {"codes": codes.get((row["town"], row["county"]), [])} for row in rows]

    @cached_property
    def _weights(self):
        return list(accumulate(max(1, len(town["codes"])) for town in self._towns))


def populate(spaces: int, seed: int):
    """Writes the network in batches. The derived columns are right, since bulk_create asks each row for them."""
    network = Network(spaces, seed)
    owners = network.organisations()
    Organisation.objects.bulk_create([owner for owner, _ in owners], batch_size=BATCH)
    vocabulary, through = _vocabulary(), Space.amenities.through
    drawn = network.spaces(owners)
    while batch := list(islice(drawn, BATCH)):
        saved = Space.objects.bulk_create(batch)
        pairs = [(space.pk, amenity.pk) for space in saved for amenity in network.amenities(vocabulary)]
        through.objects.bulk_create(through(space_id=space, amenity_id=amenity) for space, amenity in pairs)


def furnish(space: Space):
    """Give the space all that its page can tell, and photos as heavy as those of a room full of things."""
    space.address, space.precision = "Prøvegata 1", Space.Precision.EXACT
    space.opening_hours = "Mo-Fr 08:00-16:00; PH off; Dec 24 off"
    space.phone, space.email, space.website = "+4722222222", "post@hus.example", "https://hus.example/"
    space.description_nb = DESCRIPTION_NB.format(town=space.town, desks=40)
    space.desks, space.meeting_rooms, space.day_price, space.month_price, space.since = 40, "6 + 10", 250, 3200, 2018
    space.booking_url, space.languages = "https://hus.example/bestill", "no en"
    space.welcomed_by, space.welcome_consent = "Kari", True
    for answer in Space.ANSWERS:
        setattr(space, answer, "yes")
    space.full_clean()
    space.save()
    space.amenities.set(Amenity.objects.all())
    for number, size in enumerate(PHOTOS, start=1):
        photo = Photo(space=space, alt_nb=f"Rom {number}", credit="Kari Prøve", position=number)
        photo.set_image(_picture(size))
        photo.save()


def _picture(size):
    """Coarse noise, blurred by enlarging it: some 300 kB as a JPEG of 2,000 pixels."""
    image = Image.effect_noise([side // 10 for side in size], 90).resize(size).convert("RGB")
    target = BytesIO()
    image.save(target, "JPEG", quality=90)
    return clean_photo(SimpleUploadedFile("rom.jpg", target.getvalue()))


def _vocabulary():
    """The network's own amenities."""
    listed = json.loads(NETWORK.read_text())["amenities"]
    return [
        Amenity.objects.get_or_create(slug=facts["slug"], defaults=facts | {"position": position})[0]
        for position, facts in enumerate(listed, start=1)
    ]
