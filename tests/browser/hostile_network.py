"""Twelve of everything that people fill in, each text a payload, so that each field holds each payload once."""

from stdnum.no import orgnr

from members.join import emails
from members.models import Organisation
from spaces.models import Photo, Space
from spaces.photos import store
from tests.factories import (
    AmenityFactory,
    CoordinatorFactory,
    JoinRequestFactory,
    OrganisationFactory,
    SpaceFactory,
)
from tests.payloads import ALL, PAYLOADS
from tests.pictures import cleaned, encoded, picture

INDEXES = range(len(PAYLOADS))
STATES = ["received", "in_review", "waiting", "unconfirmed", "declined", "withdrawn"]
OSLO, BERGEN = (59.91273, 10.74609), (60.39299, 5.32415)


def payload(index, place=0):
    return PAYLOADS[(index + place) % len(PAYLOADS)]


def website(index):
    return "https://example.org/" + payload(index, 3).replace(" ", "_")


NUMBERS = [number for number in map(str, range(920_000_000, 920_000_500)) if orgnr.is_valid(number)]


def organisation(index):
    return OrganisationFactory(
        name=payload(index),
        slug=f"org-{index}",
        description_nb=ALL,
        description_en=ALL,
        website=website(index),
        email=f"{payload(index, 5)}@example.org",
    )


def space(index, owner, **about):
    return SpaceFactory(
        organisation=owner,
        slug=f"sted-{index}",
        name=payload(index),
        town=payload(index, 1),
        address=payload(index, 2),
        municipality=payload(index, 4),
        description_nb=ALL,
        description_en=ALL,
        website=website(index + 1),
        email=f"{payload(index, 6)}@example.org",
        **about,
    )


def directory():
    """Twelve organisations with a space each; the first space has twelve photos, amenities and earlier versions."""
    spaces = [space(index, organisation(index), precision="exact") for index in INDEXES]
    first, renditions = spaces[0], cleaned(encoded(picture(480, 360)))
    for index in INDEXES:
        Photo.objects.create(
            space=first,
            key=store(renditions),
            width=480,
            height=360,
            alt_nb=payload(index),
            alt_en=payload(index),
            credit=payload(index, 1),
        )
        amenity = AmenityFactory(slug=f"gode-{index}", name_nb=payload(index), name_en=payload(index))
        first.amenities.add(amenity)
        editor = CoordinatorFactory(username=payload(index, 1))
        for row in (first, first.organisation, amenity):
            row._change_reason, row._history_user = payload(index), editor
            row.save()
    return spaces


def directory_of_one():
    """The organisation that says it applied."""
    return space(0, organisation(0))


def joining(coordinator):
    """Twelve join requests in various states, and mails of every kind about each; the first one has a long past."""
    coordinator.first_name, coordinator.last_name, coordinator.email = ALL[:150], PAYLOADS[1], "k@example.org"
    coordinator.save()
    requests = [join_request(index, coordinator) for index in INDEXES]
    for index in INDEXES:
        requests[0].events.create(what="noted", by=coordinator, text=payload(index))
        place = {"latitude": OSLO[0], "longitude": OSLO[1]}
        requests[0].spaces.create(name=payload(index), town=payload(index, 1), address=payload(index, 2), **place)
    return requests


def join_request(index, coordinator):
    request = JoinRequestFactory(
        state=STATES[index % len(STATES)],
        reviewer=coordinator,
        member=Organisation.objects.order_by("pk").first(),
        name=payload(index),
        organisation_number=NUMBERS[index],
        website=website(index),
        place=ALL,
        community=ALL,
        facilitation=ALL,
        message=ALL,
        contact_name=payload(index, 1),
    )
    request.spaces.create(name=payload(index, 2), town=payload(index, 3), address=payload(index, 4))
    for what in ("noted", "asked", "answered", "declined"):
        request.events.create(what=what, by=coordinator, text=ALL)
    mail(request, coordinator)
    return request


def mail(request, coordinator):
    spaces = [Space(name=request.name, slug="sted", town=request.contact_name)]
    owner = Organisation(name=request.name, slug="org")
    for kind in ("confirm_address", "received", "in_review", "corrected", "withdrawn", "new_request", "new_answer"):
        getattr(emails, kind)(request)
    emails.question(request, ALL)
    emails.declined(request, ALL)
    emails.approved(request, owner, spaces, was_member=False)
    emails.digest(coordinator, [request], [request])
