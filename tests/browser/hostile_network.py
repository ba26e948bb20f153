"""Everything that people fill in, twelve of what is listed: each field holds each of the payloads."""

from stdnum.no import orgnr

from accounts.models import Invitation
from core.bin.models import Deletion
from mail import outbox_sources
from members.joining import emails
from members.mailings.models import Mailing
from members.models import Organisation
from pages.models import Agreement, News, Page, SiteSettings
from spaces.models import Photo, Space
from spaces.photos import store
from tests.factories import (
    AgreementFactory,
    AmenityFactory,
    CoordinatorFactory,
    JoinRequestFactory,
    NewsFactory,
    OrganisationFactory,
    PageFactory,
    SpaceFactory,
)
from tests.payloads import ALL, PAYLOADS
from tests.pictures import cleaned, encoded, picture

INDEXES = range(len(PAYLOADS))
STATES = ["received", "in_review", "waiting", "unconfirmed", "declined", "withdrawn"]
OSLO, BERGEN = (59.91273, 10.74609), (60.39299, 5.32415)
# What Markdown would make links and pictures of, beside the payloads in every shape that a text has.
LINKS = "[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>) [c](//e.no) ![d](//e.no/d.png)"
LINKS += " ![e](https://e.no/e.png) ![f](/media/x' onerror='alert(1))"
PROSE = "\n\n".join([ALL, LINKS, *(f"## {text}\n\n- {text}\n\n[{text}](https://example.org/)" for text in PAYLOADS)])


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
    """Twelve organisations with a space each.

    The first ones have all payloads in each field, the space also twelve photos, amenities and earlier versions.
    """
    spaces = [space(index, organisation(index), precision="exact") for index in INDEXES]
    first, renditions = spaces[0], cleaned(encoded(picture(480, 360)))
    first.name = first.town = first.address = first.municipality = first.organisation.name = ALL
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
    """A join request in each state, and mails of every kind about each; the first one has a long past."""
    coordinator.first_name, coordinator.last_name, coordinator.email = ALL[:150], PAYLOADS[1], "k@example.org"
    coordinator.save()
    requests = [join_request(state, coordinator) for state in STATES]
    for index in INDEXES:
        requests[0].events.create(kind="noted", by=coordinator, text=payload(index))
        place = {"latitude": OSLO[0], "longitude": OSLO[1]}
        requests[0].spaces.create(name=payload(index), town=payload(index, 1), address=payload(index, 2), **place)
    return requests


def join_request(state, coordinator):
    request = JoinRequestFactory(
        state=state,
        reviewer=coordinator,
        member=Organisation.objects.order_by("pk").first(),
        name=ALL,
        organisation_number=NUMBERS[STATES.index(state)],
        website=f"https://example.org/{ALL}".replace(" ", "_"),
        place=ALL,
        community=ALL,
        facilitation=ALL,
        message=ALL,
        contact_name=ALL,
    )
    request.spaces.create(name=ALL, town=ALL, address=ALL)
    for kind in ("noted", "asked", "answered", "declined"):
        request.events.create(kind=kind, by=coordinator, text=ALL)
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


def words(coordinator):
    """The network's own texts in both languages, now and before, its people, and what it mails to all."""
    coordinator.first_name, coordinator.email = ALL[:150], "k@example.org"
    coordinator.save()
    CoordinatorFactory(first_name=ALL, email=f"{PAYLOADS[1]}@example.org")
    Invitation.objects.invite(ALL, "ola@example.org", by=coordinator, network=ALL)
    PageFactory(slug="side", placement="menu")
    PageFactory(placement="footer")
    NewsFactory(slug="nyhet")
    NewsFactory(state="draft", date=None)
    AgreementFactory()
    for row in [*Page.objects.all(), *News.objects.all(), *Agreement.objects.all()]:
        row.title_nb = row.title_en = ALL
        row.text_nb = row.text_en = PROSE
        row._change_reason, row._history_user = ALL[:100], coordinator
        row.save()
    Deletion.objects.put(PageFactory(title_nb=ALL), by=coordinator)
    links = "\n".join(map(website, INDEXES))
    contact = {"contact_email": f"{PAYLOADS[1]}@example.org", "sender_name": PAYLOADS[9], "links": links}
    SiteSettings.objects.update_or_create(pk=1, defaults=contact)
    owner = OrganisationFactory(slug="org", name=ALL)
    for index in INDEXES:
        about = {"name": payload(index), "role": payload(index, 1), "email": f"nr-{index}@example.org"}
        owner.contact_persons.create(**about)
    for mailing in (Mailing(written_by=coordinator), Mailing(written_by=coordinator)):
        mailing.subject = mailing.text = ALL
        mailing.save()
    mailing.send(by=coordinator, seen=mailing.fingerprint(mailing.audience()))
    while outbox_sources.refill():
        pass
