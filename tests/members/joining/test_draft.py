"""The applicant's three texts become a description by their tick and a coordinator's, and in no other way."""

import pytest

from members.joining.models import JoinRequest
from members.models import Organisation
from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

from .deciding import received, text, url
from .form import ORGANISATION, SPACE, filled, rows

pytestmark = pytest.mark.django_db

TEXTS = {"place": "Et hus ved *kaia*", "community": "Folk som deler", "facilitation": "En vert"}
DRAFT = "Et hus ved *kaia*\n\nFolk som deler\n\nEn vert"


def descriptions():
    rows = [*Space.objects.all(), *Organisation.objects.all()]
    rows += [*Space.history.all(), *Organisation.history.all()]
    return {text for row in rows for text in (row.description_nb, row.description_en) if text}


def test_tick_is_asked_for_stored_shown_and_taken_back(client, coordinator):
    sent = filled(client, **TEXTS)
    assert "may_use_texts" not in sent, "it is not preset"
    for tick, is_ticked in (({}, False), ({"may_use_texts": "on"}, True)):
        again = client.post("/bli-med/", sent | tick | {"name": ""}).content.decode()
        assert ("checked" in again.split('name="may_use_texts"')[1].split(">")[0]) == is_ticked
    client.post("/bli-med/", sent | {"may_use_texts": "on"})
    request = JoinRequest.objects.get()
    assert request.may_use_texts
    request.confirm()
    page = f"/bli-med/{request.page_token}/"
    assert "kan brukes på nettstedet" in client.get(page).content.decode()
    client.post(f"{page}rett/", ORGANISATION | TEXTS | rows(SPACE))
    assert "er bare for koordinatorene" in client.get(page).content.decode()
    client.force_login(coordinator)
    shown = text(client.get(url(request)))
    assert "they have not let us use these texts" in shown
    assert "The texts may be used on the site</dt> <dd> <del>yes</del>" in shown


def test_text_is_used_where_both_ticked_and_none_was_there(decide, coordinator_client):
    for name, permitted, ticked, language in (
        ("A", True, True, "nb"),
        ("B", True, True, "en"),
        ("C", True, False, "nb"),
        ("D", False, True, "nb"),
    ):
        request = received(name=name, may_use_texts=permitted, language=language, **TEXTS)
        request.spaces.update(name=name)
        form = coordinator_client.get(url(request, "approve")).context["form"]
        assert ("draft" in form.fields) == permitted
        if permitted:
            assert (form["draft"].value(), form["use_draft"].value()) == (DRAFT, None)
        tick = {"use_draft": "on"} if ticked else {}
        decide(request, "approve", draft=f"{DRAFT} {name}", **tick)
        space = Space.objects.get(name=name)
        used = {f"description_{language}": f"{DRAFT} {name}"} if permitted and ticked else {}
        stored = {field: getattr(space, field) for field in ("description_nb", "description_en")}
        assert stored == {"description_nb": "", "description_en": ""} | used
        assert space.organisation.description_nb == space.organisation.description_en == ""
        if not permitted:
            request.describe(space, DRAFT, by=None)
    assert descriptions() == {f"{DRAFT} A", f"{DRAFT} B"}


def test_text_of_several_spaces_is_the_organisations_and_overwrites_nothing(decide):
    for before, after in (("", DRAFT), ("Vår egen", "Vår egen")):
        member = OrganisationFactory(description_nb=before)
        request = received(member=member, may_use_texts=True, **TEXTS)
        request.spaces.create(name="Kaia", town="Bergen")
        decide(request, "approve", whose=member.pk, draft=DRAFT, use_draft="on")
        member.refresh_from_db()
        assert member.description_nb == after
        assert not member.spaces.exclude(description_nb="").exists()
    there = SpaceFactory(name="Loftet", town="Oslo", description_nb="Husets egen")
    request = received(member=there.organisation, may_use_texts=True)
    decide(request, "approve", whose=there.organisation_id, draft=DRAFT, use_draft="on", shown="")
    there.refresh_from_db()
    assert there.description_nb == "Husets egen"


def test_text_that_is_too_long_is_said_by_the_field_where_it_is_to_be_used(decide):
    request = received(may_use_texts=True)
    response = decide(request, "approve", draft="x" * 4001, use_draft="on")
    assert "Shorten it to 4000 characters." in text(response)
    assert "x" * 4001 in text(response)
    decide(request, "approve", draft="x" * 4001)
    assert request.state == JoinRequest.State.APPROVED
