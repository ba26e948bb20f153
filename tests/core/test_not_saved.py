"""Whoever saves what somebody has deleted, sent or published meanwhile reads who did that, and has what was typed."""

import re
from functools import partial
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from core.bin.models import Deletion
from members.mailings.models import Mailing
from pages.models import Agreement
from tests.core.test_versions import address_of, open_form
from tests.factories import (
    AgreementFactory,
    AmenityFactory,
    CoordinatorFactory,
    NewsFactory,
    OrganisationFactory,
    PageFactory,
    PhotoFactory,
    SpaceFactory,
)
from tests.html_forms import fields_of

pytestmark = pytest.mark.django_db

TYPED = "Karis ord\nover to linjer"


@pytest.fixture(autouse=True)
def in_norwegian():
    with translation.override("nb"):
        yield


@pytest.fixture
def ola(client, media):
    ola = CoordinatorFactory(first_name="Ola", last_name="Prøve", is_superuser=True)
    client.force_login(ola)
    client.prove_second_step()
    return client


@pytest.fixture
def kari(admin_client):
    admin_client.prove_second_step()
    return admin_client


def space_with_photo():
    return PhotoFactory(space=SpaceFactory(), alt_nb="Stua").space


def organisation_with_person():
    organisation = OrganisationFactory()
    organisation.contact_persons.create(name="Per Prøve", email="per@example.org")
    return organisation


# Each with a field to type into. All states that pages and news may be in: nobody may lose one of any.
BINNED = [
    *[
        (partial(PageFactory, state=state, date="2026-03-02"), "text_nb")
        for state in ("draft", "published", "taken_back")
    ],
    *[(partial(NewsFactory, state=state), "text_nb") for state in ("draft", "published", "taken_back")],
    (partial(AgreementFactory, state="draft"), "text_nb"),
    (space_with_photo, "description_nb"),
    (organisation_with_person, "description_nb"),
    (AmenityFactory, "name_nb"),
]
DELETED = [
    (partial(Mailing.objects.create, subject="Hei", text="Hei"), "text"),
    (CoordinatorFactory, "first_name"),
    (partial(Group.objects.create, name="Gruppe"), "name"),
]


def delete(client, row):
    assert client.post(address_of(row).replace("/change/", "/delete/"), {"post": "yes"}).status_code == 302


def shown(response):
    assert response.status_code == 409
    page = unescape(response.content.decode())
    return page, re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)


def test_what_is_deleted_meanwhile_loses_nothing_that_was_typed(ola, kari):
    for make, field in BINNED + DELETED:
        row = make()
        form = open_form(kari, row) | {field: [TYPED]}
        delete(ola, row)
        page, typed = shown(kari.post(address_of(row), form))
        assert "Ola Prøve slettet dette" in page, row
        assert TYPED in typed, row
        assert ("Det ligger i papirkurven" in page) == ((make, field) in BINNED), row
    space = space_with_photo()
    form = open_form(kari, space)
    delete(ola, space)
    assert "Stua" in shown(kari.post(address_of(space), form))[1], "of the photo"


def test_what_lies_in_the_bin_is_restored_and_saved_from_that_page(ola, kari):
    for make, field in BINNED:
        row = make()
        form = open_form(kari, row) | {field: ["Karis ord"]}
        delete(ola, row)
        again = fields_of(kari.post(address_of(row), form | {"_publish": "yes"}), "")
        assert "_publish" not in again
        kari.post(reverse("admin:bin_deletion_restore", args=[Deletion.objects.get().pk]))
        assert kari.post(address_of(row), again).status_code == 302, row
        row.refresh_from_db()
        stored = row.draft if getattr(row, "draft", None) else vars(row)  # of a published text: as a draft
        assert stored[field] == "Karis ord", row


def test_what_is_erased_meanwhile_is_saved_as_a_new_one(ola, kari):
    for make, field in [*BINNED[:1], *BINNED[6:7], *DELETED[:1]]:
        row = make()
        form = open_form(kari, row) | {field: ["Karis ord"]}
        delete(ola, row)
        for deletion in Deletion.objects.all():
            ola.post(reverse("admin:bin_deletion_erase", args=[deletion.pk]))
        answer = kari.post(address_of(row), form)
        assert "Ola Prøve slettet dette" in shown(answer)[0]
        add = address_of(row).replace(f"{row.pk}/change/", "add/")
        assert kari.post(add, fields_of(answer, "/add/")).status_code == 302, row
        assert getattr(type(row).objects.latest("pk"), field) == "Karis ord"


def test_what_is_sent_or_published_meanwhile_stays_and_is_written_on_as_a_new_one(ola, kari):
    OrganisationFactory(email="post@example.org")
    mailing, agreement = Mailing.objects.create(subject="Hei", text="Hei"), AgreementFactory(state="draft")
    forms = {row: open_form(kari, row) for row in (mailing, agreement)}
    seen = mailing.fingerprint(mailing.audience())
    ola.post(reverse("admin:mailings_mailing_send", args=[mailing.pk]), {"seen": seen})
    ola.post(address_of(agreement), open_form(ola, agreement) | {"_publish": "yes"})
    for row, field, told in [
        (mailing, "text", "Ola Prøve sendte dette"),
        (agreement, "text_nb", "Ola Prøve publiserte dette"),
    ]:
        answer = kari.post(address_of(row), forms[row] | {field: [TYPED], "_publish": "yes"})
        page, typed = shown(answer)
        assert told in page
        assert TYPED in typed
        before = getattr(row, field)
        add = address_of(row).replace(f"{row.pk}/change/", "add/")
        assert kari.post(add, fields_of(answer, "/add/")).status_code == 302
        new = type(row).objects.latest("pk")
        row.refresh_from_db()
        assert (getattr(row, field), getattr(new, field).replace("\r", ""), new.state) == (before, TYPED, "draft")
        refused = kari.post(address_of(row).replace("/change/", "/delete/"), {"post": "yes"}, follow=True)
        assert told in unescape(refused.content.decode()), "nor is it deleted"
        assert type(row).objects.filter(pk=row.pk).exists()
    assert Agreement.objects.public().count() == 2
