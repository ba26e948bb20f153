"""A network in which everything that is not public sings: a canary in every text of every table."""

import re
from itertools import count

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from core.bin.models import Deletion
from members.joining.models import JoinRequest
from members.models import ContactPerson, Organisation
from pages.models import Page
from spaces.models import Amenity, Photo, Space

from .factories import (
    AmenityFactory,
    CoordinatorFactory,
    JoinRequestFactory,
    NewsFactory,
    OrganisationFactory,
    PageFactory,
    PhotoFactory,
    SpaceFactory,
)

BIRD, SONG = "Kanarifugl", "zwitscher"  # the one may be asked for, the other is never to be heard
TEXT, SLUG = f"{BIRD} {SONG}", f"{BIRD.lower()}-{SONG}"
EMAIL, WEBSITE, PHONE = f"{SONG}@kanarifugl.example", f"https://{SONG}.example/", "+4799887766"
LATITUDE, LONGITUDE = 61.98765, 9.87654
ADDRESS = "203.0.113.77"
HEARD = re.compile(rf"{SONG}|998 ?87 ?766|61[.,]9876|9[.,]8765|203\.0\.113\.77|\b1987\b", re.IGNORECASE)
NOT_OURS = {"contenttypes", "auth.permission", "pages.sitesettings"}  # what the code is called, or all can read
# Of a form of their own, or made of what sings.
MUTE = {"opening_hours", "meeting_rooms", "languages", "search_text", "sort_name"}
numbers = count(1)


def voice(field):
    """What this field of a private row holds; None where it cannot sing."""
    if field.name == "links":  # of what is in the bin: keys
        return None
    if field.name in MUTE or field.choices or not isinstance(field, models.CharField | models.TextField):
        others = {"JSONField": {"text": TEXT}, "GenericIPAddressField": ADDRESS, "FileField": f"{SONG}/bilde.png"}
        others["BinaryField"] = TEXT.encode()
        return others.get(field.get_internal_type())
    if isinstance(field, PhoneNumberField):
        return PHONE
    if isinstance(field, models.URLField):
        return WEBSITE
    if field.name in ("email", "contact_email"):
        return f"{next(numbers)}{EMAIL}"
    if isinstance(field, models.SlugField):
        return f"{SLUG}-{next(numbers)}"
    long_enough = (field.max_length or 1000) > len(TEXT) + 6
    return f"{TEXT} {next(numbers)}" if long_enough else None


def song(model, **but):
    """What to make a private row of the model with."""
    voices = {field.name: voice(field) for field in model._meta.concrete_fields if voice(field) is not None}
    return voices | ({"welcome_consent": True} if model is Space else {}) | but


def private_space(**about):
    place = {"latitude": LATITUDE, "longitude": LONGITUDE, "opening_hours": "24/7", "precision": "exact"}
    space = SpaceFactory(**song(Space, **place | about))
    space.amenities.add(AmenityFactory(**song(Amenity)))
    PhotoFactory(**song(Photo, space=space))
    return space


def private_organisation(status, **about):
    return OrganisationFactory(**song(Organisation, status=status, **about))


def private_request(state, coordinator):
    request = JoinRequestFactory(**song(JoinRequest, state=state, reviewer=coordinator, confirm_nonce=""))
    request.spaces.create(**song(request.spaces.model, latitude=LATITUDE, longitude=LONGITUDE))
    for kind in ("noted", "asked", "answered", "declined"):
        request.events.create(kind=kind, by=coordinator, text=TEXT)
    request.events.create(kind="corrected", changes=[{"space": "", "field": "name", "old": TEXT, "new": TEXT}])
    return request


def plant() -> JoinRequest:
    """What the public never sees, a public space with a past, and an applicant's own request, which has secrets too."""
    boss = CoordinatorFactory(**song(get_user_model()))
    known = CoordinatorFactory(**song(get_user_model(), first_name="Kari", last_name="Nordmann"))
    seen = published(boss)
    seen.organisation.contact_persons.create(**song(ContactPerson))
    private_space(organisation=seen.organisation, hidden=True)
    private_space(organisation=seen.organisation, status="closed")
    private_space(organisation=private_organisation("former", member_since="1987-01-31", left_on="1987-12-31"))
    private_space(organisation=private_organisation("prospect"), hidden=True)
    private_organisation("prospect")
    Deletion.objects.put(private_space(hidden=True), by=boss)
    binned = private_organisation("prospect")
    binned.contact_persons.create(**song(ContactPerson))
    Deletion.objects.put(binned, by=boss)
    for factory in (PageFactory, NewsFactory):  # what visitors see of them sings in no draft
        factory(draft=dict.fromkeys(("title_nb", "text_nb", "title_en", "text_en"), TEXT) | {"slug": SLUG})
    Page.objects.fixed().update(draft={"title_nb": TEXT, "text_nb": TEXT})
    for state in JoinRequest.State:
        private_request(state, boss)
    own = JoinRequestFactory(state="received", name="Eget hus", contact_email="egen@example.org")
    own.ask("Hvem er vert?", by=known)
    own.assess(by=boss, note=TEXT)
    for model in apps.get_models():
        if not sings(model):
            make(model)
    return own


def published(boss) -> Space:
    """Once it was all a secret; now nothing of it is, but what it was and who changed it."""
    space = SpaceFactory(**song(Space))
    texts = dict.fromkeys(song(Space), "") | {"name": "Synlig", "slug": "synlig", "town": "Oslo"}
    texts["welcome_consent"] = False
    for name, value in (texts | {"_history_user": boss, "_change_reason": TEXT}).items():
        setattr(space, name, value)
    space.save()
    return space


def sings(model) -> bool:
    """Whether each of its texts that could hold the canary does in some row."""
    if {model._meta.app_label, model._meta.label_lower} & NOT_OURS:
        return True
    names = [field.attname for field in model._meta.concrete_fields if voice(field) is not None]
    columns = zip(*model._default_manager.values_list(*names), strict=True) if names else []
    told = [any(HEARD.search(str(text)) for text in column) for column in columns]
    return len(told) == len(names) and all(told)


def make(model):
    """A row of a table that nothing above has filled."""
    values = song(model)
    for field in model._meta.concrete_fields:
        if field.name not in values and not (field.null or field.has_default() or field.primary_key):
            values[field.name] = filling(field)
    return model._base_manager.bulk_create([model(**values)])[0]  # by no save() that checks


def filling(field):
    if field.is_relation:
        rows = field.related_model._default_manager
        return rows.first() or make(field.related_model)
    kinds = {"DateTimeField": timezone.now(), "BooleanField": False}
    if field.choices:
        return field.choices[0][0]
    return kinds.get(field.get_internal_type(), 0)
