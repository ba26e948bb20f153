"""Of two coordinators on one row, the later one keeps what both changed, and is asked where they clash."""

import re
from html import unescape

import pytest
from django.utils import translation

from core.merging import Opened
from spaces.models import Photo, Space
from tests.core.test_versions import address_of, open_form
from tests.factories import AmenityFactory, CoordinatorFactory, PhotoFactory, SpaceFactory
from tests.html_forms import fields_of
from tests.spaces.test_admin_photos import picture

pytestmark = pytest.mark.django_db

HOURS = {"opening_hours_mo_from": ["8"], "opening_hours_mo_to": ["16"]}
LATER = {"opening_hours_mo_from": ["9"], "opening_hours_mo_to": ["17"]}


@pytest.fixture(autouse=True)
def in_norwegian():
    with translation.override("nb"):
        yield


@pytest.fixture
def space():
    texts = {"description_nb": "Før\nog etter", "opening_hours": "Mo 07:00-15:00"}
    return SpaceFactory(name="Loftet", phone="22000000", municipality="Oslo", **texts)


@pytest.fixture
def save(client, admin_client):
    """Save a form of the row with changes: as Ola, another, or as Kari, who came last."""
    people = {"Ola": client, "Kari": admin_client}
    client.force_login(CoordinatorFactory(first_name="Ola", last_name="Prøve"))

    def save(who, row, form=None, **changes):
        form = open_form(people[who], row) if form is None else form
        return people[who].post(address_of(row), form | changes)

    save.people = people
    return save


def shown(response):
    """The text of what the page says of the other's changes, and the form."""
    page = response.content.decode()
    section = re.search('<section class="merge".*?</section>', page, re.DOTALL)
    words = unescape(" ".join(re.sub("<[^>]+>", " ", section[0]).split())) if section else ""
    return words, fields_of(response, "space_form")


def test_changes_of_different_fields_are_all_kept_and_nothing_is_asked(save, space):
    coffee, shower = AmenityFactory(name_nb="Kaffe"), AmenityFactory(name_nb="Dusj")
    form = open_form(save.people["Kari"], space)
    save("Ola", space, phone="22000001", amenities=[coffee.pk], **HOURS)
    saved = save("Kari", space, form, description_nb="Min tekst")
    assert saved.status_code == 302
    space.refresh_from_db()
    assert (str(space.phone), space.description_nb) == ("+4722000001", "Min tekst")
    assert (space.opening_hours, list(space.amenities.all())) == ("Mo 08:00-16:00", [coffee])
    (told, _saved) = map(str, save.people["Kari"].get(saved["Location"]).context["messages"])
    assert "Ola Prøve endret dette" in told
    assert "Åpningstider, Telefon, Fasiliteter" in told
    save("Kari", space, form, amenities=[shower.pk])
    assert list(space.amenities.all()) == [coffee], "from the same old form: that is to clash"


def test_three_texts_are_shown_and_one_is_chosen(save, space):
    form = open_form(save.people["Kari"], space)
    coffee = AmenityFactory(name_nb="Kaffe")
    save("Ola", space, description_nb="Olas tekst", phone="22000001", amenities=[coffee.pk], **HOURS)
    asked = save("Kari", space, form, description_nb="Karis tekst", phone="22000002", name="Kaia", **LATER)
    assert asked.status_code == 200
    told, form = shown(asked)
    assert "Ola Prøve endret dette" in told
    assert "Velg en av de to." not in told
    for text in (
        "Omtale på norsk Slik det var Før og etter Slik det ble lagret i mellomtiden Olas tekst",
        "Slik du skrev det Karis tekst",
        "mandag 08:00–16:00",
        "mandag 09:00–17:00",
        "Fasiliteter : Kaffe",
    ):
        assert text in told, text
    assert (form["name"], form["description_nb"], form["phone"]) == (["Kaia"], ["Karis tekst"], ["22000002"])
    assert not Space.objects.exclude(description_nb="Olas tekst").exists()
    # Nobody has chosen: it asks once more, and all is still there.
    told, form = shown(save("Kari", space, form))
    assert told.count("Slik du skrev det") == told.count("Velg en av de to.") == 3
    assert form["name"] == ["Kaia"]
    # Somebody chose one of three: the others are asked again, with what was there first.
    told, form = shown(save("Kari", space, form, **{"choice-phone": "theirs"}))
    assert (told.count("Slik du skrev det"), form["phone"]) == (2, ["+4722000001"])
    assert "Før og etter" in told
    chosen = {"choice-description_nb": "theirs", "choice-opening_hours": "mine"}
    # A third in between starts it again, and only with what clashes.
    save("Ola", space, description_nb="Olas andre tekst", town="Moss")
    save("Ola", space, opening_hours_mo_from="10", opening_hours_mo_to="18")
    told, form = shown(save("Kari", space, form, **chosen))
    assert told.count("Slik du skrev det") == 1
    for text in ("mandag 10:00–18:00", "Olas andre tekst", "By : Oslo → Moss"):
        assert text in told, text
    assert save("Kari", space, form, **{"choice-opening_hours": "mine"}).status_code == 302
    space.refresh_from_db()
    stored = (space.name, space.town, space.description_nb, str(space.phone), space.opening_hours)
    assert stored == ("Kaia", "Moss", "Olas andre tekst", "+4722000001", "Mo 09:00-17:00")
    assert list(space.amenities.all()) == [coffee]


def test_pin_is_chosen_as_a_whole(save, space):
    form = open_form(save.people["Kari"], space)
    save("Ola", space, latitude="59.95", longitude="10.75", precision="exact")
    told, form = shown(save("Kari", space, form, longitude="10.8"))
    assert told.count("Slik du skrev det") == 1
    assert "Breddegrad, Lengdegrad, Kartnålens plassering Slik det var" in told
    assert "Lengdegrad: 10.8" in told
    assert "sentrum: nei" not in told, "which is alike in all three"
    assert save("Kari", space, form, **{"choice-latitude": "theirs"}).status_code == 302
    space.refresh_from_db()
    assert (space.latitude, space.longitude, space.precision) == (59.95, 10.75, "exact")


def test_photos_added_changed_and_deleted_by_both(save, space, media):
    kept, _removed, written = (PhotoFactory(space=space, alt_nb=text) for text in ("Stue", "Gang", "Hage"))
    form = open_form(save.people["Kari"], space)
    new = {"photos-TOTAL_FORMS": "4", "photos-3-alt_nb": "Olas nye", "photos-3-position": "9"}
    new |= {"photos-3-focus_x": "50", "photos-3-focus_y": "50"}
    save(
        "Ola", space, **new, **{"photos-1-DELETE": "on", "photos-2-alt_nb": "Olas hage", "photos-3-picture": picture()}
    )
    mine = {"photos-0-credit": "Kari", "photos-3-alt_nb": "Mitt nye", "photos-3-picture": picture()}
    saved = save("Kari", space, form, **new | mine)
    assert saved.status_code == 302
    photos = dict(space.photos.values_list("alt_nb", "credit"))
    assert photos == {"Stue": "Kari", "Olas hage": "", "Olas nye": "", "Mitt nye": ""}
    assert not Photo.objects.filter(key="").exists()
    # To delete what another has just written is asked; what another deleted is said, with what was written.
    form = open_form(save.people["Kari"], space)
    numbers = {form[f"photos-{number}-id"][0]: number for number in range(4)}
    stove, garden = numbers[str(kept.pk)], numbers[str(written.pk)]
    save("Ola", space, **{f"photos-{stove}-alt_nb": "Olas stue", f"photos-{garden}-DELETE": "on"})
    deleted = {f"photos-{stove}-DELETE": "on", f"photos-{garden}-alt_nb": "Min hage"}
    told, form = shown(save("Kari", space, form, **deleted))
    assert re.search("Olas hage.* fjernet Slik du skrev det Hva bildet viser, på norsk: Min hage", told)
    assert save("Kari", space, form, **{f"choice-photos/{kept.pk}/alt_nb": "theirs"}).status_code == 302
    assert space.photos.get(pk=kept.pk).alt_nb == "Olas stue"
    assert space.photos.count() == 3


def test_tick_that_deletes_given_and_taken_back_asks_again(save, space, media):
    photo = PhotoFactory(space=space, alt_nb="Stue", credit="Før")
    for field in ("alt_nb", "credit"):
        for first, second in (({"photos-0-DELETE": "on"}, {"photos-0-DELETE": ""}), ({}, {"photos-0-DELETE": "on"})):
            form = open_form(save.people["Kari"], space)
            save("Ola", space, **{f"photos-0-{field}": f"Olas {field} {first}"})
            _told, again = shown(save("Kari", space, form, **{f"photos-0-{field}": "Min"} | first))
            assert save("Kari", space, again, **second).status_code == 200, (field, first)
            photo.refresh_from_db()
            assert getattr(photo, field).startswith("Olas"), "nothing is saved before somebody has chosen"


def test_form_that_does_not_say_what_stood_in_it_shows_two_texts(save, space):
    form = open_form(save.people["Kari"], space) | {"phone": "22000002"}
    save("Ola", space, phone="22000001")
    for opened in ("", "x", form["opened"][0][:-1]):
        told, again = shown(save("Kari", space, form, opened=opened))
        assert told.count("Slik du skrev det") == 1
        assert "Slik det var" not in told
    assert save("Kari", space, again, **{"choice-phone": "mine"}).status_code == 302
    assert Space.objects.get().phone == "+4722000002"


def test_copy_of_an_account_holds_no_password(save):
    account, kari = CoordinatorFactory(password="pbkdf2_sha256$1$salt$hash"), save.people["Kari"]
    kari.prove_second_step()
    form = open_form(kari, account)
    opened = Opened.loads(form["opened"][0], account, form["version"][0])
    assert account.username in str(opened.values)
    assert "password" not in opened.values
    assert "pbkdf2" not in str(opened)
