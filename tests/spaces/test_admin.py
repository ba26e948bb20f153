import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from spaces.models import Photo, Space
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

HOURS = "opening_hours_{}"


def form_of(organisation, **changes):
    """What the browser sends for a new space, with some of it changed."""
    return {
        "organisation": organisation.pk,
        "name": "Huset",
        "slug": "huset",
        "status": "open",
        "address": "",
        "postal_code": "",
        "town": "Oslo",
        "municipality": "",
        "county": "03",
        "latitude": "59,91",
        "longitude": "10.75",
        "precision": "exact",
        "photos-TOTAL_FORMS": "0",
        "photos-INITIAL_FORMS": "0",
    } | changes


@pytest.fixture
def send(coordinator_client):
    """Send the form of a space, new or given; returns the response with its errors by field."""

    def send(space=None, **changes):
        address = f"/en/admin/spaces/space/{space.pk}/change/" if space else "/en/admin/spaces/space/add/"
        owner = space.organisation if space else OrganisationFactory()
        response = coordinator_client.post(address, form_of(owner, **changes), follow=True)
        form = response.context.get("adminform")
        response.faults = form.form.errors if form and response.redirect_chain == [] else {}
        return response

    return send


def test_coordinates_take_comma_and_point(send):
    assert send().faults == {}
    space = Space.objects.get()
    assert (space.latitude, space.longitude) == (59.91, 10.75)


@pytest.mark.parametrize("latitude", ["nan", "inf", "1e400", "abc", "0", "10.75", "59,91,3"])
def test_coordinates_refused_by_the_field_and_kept(send, latitude):
    response = send(latitude=latitude)
    assert set(response.faults) == {"latitude"}
    assert f'value="{latitude}"' in response.content.decode()
    assert not Space.objects.exists()


def test_town_centre_places_the_pin(send):
    send(town="Ålesund", county="15", latitude="", longitude="", at_town_centre="on")
    space = Space.objects.get()
    assert (space.latitude, space.longitude, space.precision) == (62.47225, 6.15492, "town")


def test_town_centre_unknown_is_explained(send):
    assert set(send(town="Atlantis", latitude="", longitude="", at_town_centre="on").faults) >= {"at_town_centre"}


def test_position_missing_is_explained(send):
    assert set(send(latitude="", longitude="").faults) == {"latitude", "longitude"}


def test_postal_code_fills_in_town_and_county(send):
    send(postal_code="1607", town="", county="")
    space = Space.objects.get()
    assert (space.town, space.get_county_display()) == ("Fredrikstad", "Østfold")


def test_postal_code_of_another_county_warns_but_saves(send):
    assert "is in Østfold" in send(postal_code="1607").content.decode()
    assert Space.objects.exists()


def test_postal_code_unknown_never_stops_a_save(send):
    assert send(postal_code="0000").faults == {}
    assert Space.objects.exists()


def test_town_missing_is_explained(send):
    assert set(send(town="", county="").faults) == {"town", "county"}


def test_slug_left_empty_is_made_and_free(send):
    SpaceFactory(slug="arhuset-oslo")
    send(name="Århuset", slug="")
    assert Space.objects.get(name="Århuset").slug == "arhuset-oslo-2"


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"address": "Ny gate 1"}, True),
        ({"address": "Ny gate 1", "latitude": "59.92"}, False),
        ({"name": "Nytt navn"}, False),
    ],
)
def test_address_changed_without_the_pin_warns(send, changes, warned):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="exact")
    response = send(space, **changes)
    assert response.faults == {}
    assert ("Is it still right?" in response.content.decode()) == warned


def test_pin_moved_is_no_longer_approximate(send):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="town")
    send(space, latitude="59.915", precision="town")
    space.refresh_from_db()
    assert space.precision == "exact"


def test_opening_hours_are_stored_as_openstreetmap_writes_them(send):
    hours = {
        HOURS.format(f"{day}_{end}"): time for day in ("mo", "tu") for end, time in (("from", "8"), ("to", "16.30"))
    }
    send(**hours, opening_hours_closed_on_holidays="on")
    assert Space.objects.get().opening_hours == "Mo-Tu 08:00-16:30; PH off; Dec 24 off"


def test_website_that_is_a_script_is_refused(send):
    assert set(send(website="javascript:alert(1)").faults) == {"website"}


def test_place_answers_for_postal_code_and_town(coordinator_client):
    answer = coordinator_client.get("/admin/spaces/space/place/?postal_code=1607&town=aalesund").json()
    assert answer == {
        "postal": {"town": "Fredrikstad", "county": "31"},
        "centre": {"latitude": 62.47225, "longitude": 6.15492},
    }
    nothing = coordinator_client.get("/admin/spaces/space/place/?postal_code=x&town=Atlantis").json()
    assert nothing == {"postal": None, "centre": None}


def picture(size=(1000, 600), kind="JPEG"):
    data = BytesIO()
    Image.new("RGB", size, "green").save(data, kind)
    return SimpleUploadedFile("../../evil.php", data.getvalue(), "image/jpeg")


def with_photo(upload, **fields):
    return (
        {"photos-TOTAL_FORMS": "1", "photos-0-picture": upload, "photos-0-alt_nb": "Et rom"}
        | {"photos-0-position": "1"}
        | {f"photos-0-{name}": value for name, value in fields.items()}
    )


def files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def test_photo_is_stored_in_every_width_and_format(send, media):
    send(**with_photo(picture()))
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (1000, 600)
    assert files(media) == sorted(f"{w}.{suffix}" for w in (480, 960, 1000) for suffix in ("avif", "webp", "jpg"))


@pytest.mark.parametrize(
    ("upload", "text"),
    [
        (
            SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            "not a picture we can",
        ),
        (SimpleUploadedFile("x.jpg", b"\xff\xd8\xff\xe0 broken", "image/jpeg"), "cannot be read"),
        (SimpleUploadedFile("x.jpg", b"GIF89a", "image/jpeg"), "not a picture we can"),
        (SimpleUploadedFile("x.jpg", b"x" * 15_000_001, "image/jpeg"), "larger than 15 MB"),
        (picture((200, 200)), "at least 480 pixels"),
        ("", "Choose a picture"),
    ],
)
def test_photo_refused_says_why_and_leaves_nothing(send, media, upload, text):
    response = send(**with_photo(upload))
    assert text in response.content.decode()
    assert not Space.objects.exists()
    assert files(media) == []


def test_photo_of_a_save_that_fails_leaves_no_file(send, media, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_addition", fail)
    with pytest.raises(RuntimeError):
        send(**with_photo(picture()))
    assert files(media) == []


def test_photo_replaced_leaves_no_old_file(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        send(
            space,
            **with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"},
        )
    assert files(media) == sorted(f"{w}.{suffix}" for w in (480, 500) for suffix in ("avif", "webp", "jpg"))


def test_photo_goes_with_its_space(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    with django_capture_on_commit_callbacks(execute=True):
        Space.objects.all().delete()
    assert files(media) == []


def reasons(space):
    return [record.history_change_reason for record in space.history.all()]


def test_history_tells_of_amenities_in_the_one_entry_of_a_save(send):
    space = SpaceFactory(name="Huset", latitude=59.91, longitude=10.75, municipality="Oslo")
    wifi, sauna = AmenityFactory(name_nb="Nett", name_en="Wi-Fi"), AmenityFactory(name_nb="Badstue", name_en="Sauna")
    space.amenities.add(wifi)
    send(space, name="Nytt", amenities=[sauna.pk])
    assert reasons(space)[0] == "+ Sauna − Wi-Fi"
    assert space.history.count() == 2


def test_history_tells_of_photos(send):
    send(**with_photo(picture()))
    assert reasons(Space.objects.get())[0] == "+ Et rom"


def test_history_has_no_entry_for_a_save_that_changed_nothing(send):
    space = SpaceFactory(
        name="Huset", slug="huset", latitude=59.91, longitude=10.75, precision="exact", municipality="Oslo"
    )
    send(space, municipality="Oslo")
    assert space.history.count() == 1


def test_municipality_follows_the_town(send):
    space = SpaceFactory(municipality="Oslo", latitude=59.91, longitude=10.75)
    send(space, town="Mandal", county="42", municipality="Oslo")
    space.refresh_from_db()
    assert space.municipality == "Lindesnes"
    assert not Space.objects.search("oslo").exists()


@pytest.mark.parametrize(("fields", "text"), [({}, "Visitors see the space"), ({"status": "closed"}, "do not see")])
def test_preview_says_whether_visitors_see_the_space(coordinator_client, fields, text):
    space = SpaceFactory(**fields)
    page = coordinator_client.get(f"/en/admin/spaces/space/{space.pk}/preview/").content.decode()
    assert text in page
    assert "wants to join" not in page


def test_list_says_what_visitors_see(coordinator_client):
    SpaceFactory(hidden=True)
    SpaceFactory(organisation__status="prospect")
    SpaceFactory()
    SpaceFactory(closed=True)
    page = coordinator_client.get("/en/admin/spaces/space/").content.decode()
    shown = re.findall('field-shown_as">([^<]+)<', page)
    assert sorted(shown) == ["hidden", "member", "not shown", "on the way in"]


def test_list_behind_a_note_is_headed_as_the_note(coordinator_client):
    page = coordinator_client.get("/en/admin/spaces/space/?attention=without_photo").content.decode()
    assert "<h1>Spaces without a photo</h1>" in page


def test_photo_deleted_is_gone_with_its_files(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    row = with_photo("", id=photo.pk, space=space.pk, DELETE="on") | {"photos-INITIAL_FORMS": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        assert send(space, **row).faults == {}
    assert not Photo.objects.exists()
    assert files(media) == []
    assert reasons(space)[0] == "− Et rom"


def test_photo_replacement_that_fails_keeps_the_old_files(send, media, monkeypatch, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo, before = Space.objects.get(), Photo.objects.get(), files(media)
    row = with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"}

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_change", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        send(space, **row)
    assert files(media) == before


def test_photo_described_anew_is_not_said_to_be_added(send):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    row = with_photo("", id=photo.pk, space=space.pk, alt_nb="Et annet rom") | {"photos-INITIAL_FORMS": "1"}
    send(space, **row)
    assert reasons(space)[0] == "~ Et annet rom"


def test_pin_marked_exact_by_the_form_is_said_and_can_be_taken_back(send):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="town")
    assert "marked as exact" in send(space, latitude="59.915", precision="town").content.decode()
    send(space, latitude="59.915", precision="town")
    space.refresh_from_db()
    assert space.precision == "town"


def test_pin_at_the_town_centre_stays_approximate_and_warns_of_nothing(send):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="exact")
    response = send(space, address="Ny gate 1", town="Ålesund", county="15", at_town_centre="on")
    assert "Is it still right?" not in response.content.decode()
    space.refresh_from_db()
    assert space.precision == "town"


@pytest.mark.parametrize("changes", [{"postal_code": "0150"}, {"town": "Bærum"}])
def test_postal_code_or_town_changed_without_the_pin_warns(send, changes):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="exact")
    assert "Is it still right?" in send(space, **changes).content.decode()


def test_preview_is_for_those_who_may_see_spaces(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("other", is_staff=True))
    assert client.get(f"/admin/spaces/space/{SpaceFactory().pk}/preview/").status_code == 403
