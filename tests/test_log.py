"""The shared log: who did what, over everything that has a history, and what of it can be undone."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.bin.models import Deletion
from core.history import BY_THE_SYSTEM
from pages.models import Agreement
from spaces.models import Space
from tests.html_forms import Form

from .factories import AmenityFactory, CoordinatorFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LOG = "/admin/log/"


def entries(client, query=""):
    """Return the entries of the log as text, and each with its form where it has one."""
    page = unescape(client.get(f"{LOG}{query}").content.decode())
    found = re.findall(r'<li class="log-entry">(.*?)</li>', page, re.DOTALL)
    return [(" ".join(re.sub("<[^>]+>", " ", entry).split()), entry) for entry in found]


def texts(client, query=""):
    return [text for text, _entry in entries(client, query)]


def press_undo(client, entry):
    action = re.search(r'action="([^"]+)"', entry)[1]
    return client.post(action, Form(entry, action).fields, follow=True)


def save(row, by, reason=None, **values):
    for field, value in values.items():
        setattr(row, field, value)
    row._history_user, row._change_reason = by, reason
    row.save()


def test_log_tells_who_did_what_and_why_it_cannot_be_undone(coordinator_client, coordinator):
    coordinator.first_name, coordinator.last_name = "Berit", "Prøve"
    coordinator.save()
    space = SpaceFactory(name="Huset", opening_hours="Mo-Fr 08:00-16:00")
    save(space, coordinator, opening_hours="Mo-Fr 08:00-17:00", email="hemmelig@example.org")
    save(space, coordinator, opening_hours="Mo-Fr 08:00-18:00", description_nb="Lang " * 99)
    save(space, coordinator, "photo + Fra gata")
    AmenityFactory(name_nb="Badstue")
    request = JoinRequestFactory(name="Søkerhuset", contact_name="Kari Hemmelig", state="received")
    request.ask("Hvem er Hemmelig?", by=coordinator)
    request.answer("Det er Hemmelig.")
    Deletion.objects.put(SpaceFactory(name="Borte"), by=coordinator)
    found = texts(coordinator_client)
    for words in (
        r"i dag \d\d[.:]\d\d Berit Prøve Slettet Borte, Oslo Ligger i papirkurven til .* Angre",
        "Søkeren Søkeren svarte Søkerhuset",
        "Berit Prøve En koordinator spurte Søkerhuset E-posten er sendt",
        "konto slettet Opprettet Badstue Angre …",
        "Berit Prøve Endret: bilde lagt til: Fra gata Huset, Oslo Endres tilbake i skjemaet",
        "Huset, Oslo Omtale på norsk: endret Åpningstider: mandag–fredag 08:00–17:00; 08:00–18:00; .* Angre",
        "Huset, Oslo E-post: endret Åpningstider: .* Endret igjen siden",
    ):
        assert [text for text in found if re.search(words, text)], (words, "\n".join(found))
    assert not [text for text in found if "emmelig" in text]
    start = unescape(coordinator_client.get("/admin/").content.decode())
    assert len(re.findall('class="log-entry"', start)) == 10
    assert "Siste endringer" in start


def test_log_is_filtered_by_person_kind_and_time(coordinator_client, coordinator):
    ola = CoordinatorFactory(first_name="Ola")
    with time_machine.travel(timezone.now() - timedelta(days=9)):
        save(owner := OrganisationFactory(), ola, name="Gammel")
    save(SpaceFactory(organisation=owner, name="Ny"), ola, name="Nyere")
    save(owner, coordinator, name="Nyest")
    since = (timezone.localdate() - timedelta(days=2)).isoformat()
    assert len(texts(coordinator_client)) == 5
    assert len(texts(coordinator_client, f"?who={ola.pk}")) == 2
    assert len(texts(coordinator_client, f"?who={ola.pk}&kind=space&since=")) == 1
    assert len(texts(coordinator_client, f"?since={since}")) == 3
    for query, fault in {"?since=x": "gyldig", "?who=999": "gyldig", "?kind=x%00": "gyldig", "?before=x": ""}.items():
        page = coordinator_client.get(LOG + query)
        assert (page.status_code, bool(fault)) == (200, "errorlist" in page.content.decode()), query


def test_log_is_paged_and_shows_each_entry_once(coordinator_client):
    """Also those of the same moment, of several kinds."""
    with time_machine.travel(timezone.now(), tick=False):
        OrganisationFactory.create_batch(40)
        AmenityFactory.create_batch(40)
        SpaceFactory.create_batch(40, organisation=OrganisationFactory())
    seen, query = [], ""
    while query is not None:
        page = unescape(coordinator_client.get(LOG + query).content.decode())
        seen += re.findall(r'href="(/admin/\w+/\w+/\d+/history/)">', page)
        older = re.search(r'href="(\?[^"]*before=[^"]+)"', page)
        query = older and older[1]
    assert len(seen) == len(set(seen)) == 121


def test_log_answers_times_that_are_none(coordinator_client):
    for query in (
        "since=0001-01-01",
        "before=2026-13-45T00:00:00%2B00:00~1~1",
        "before=0001-01-01T00:00:00%2B14:00~0~1",
        "before=9999-12-31T23:59:59-14:00~0~1",
    ):
        assert coordinator_client.get(f"{LOG}?{query}").status_code == 200, query


def test_log_undoes_a_change_a_deletion_and_nothing_twice(coordinator_client, coordinator):
    space = SpaceFactory(name="Før", town="Oslo", county="03", status="open")
    save(space, coordinator, name="Nå", town="Bergen", county="46", hidden=True)
    (_text, entry), *_older = entries(coordinator_client)
    for pressed in ("Hentet tilbake.", "mens du hadde det åpent"):
        assert pressed in unescape(press_undo(coordinator_client, entry).content.decode())
        space.refresh_from_db()
        assert (space.name, space.town, space.county, space.hidden) == ("Før", "Oslo", "03", False)
        assert space.history.count() == 3
    coordinator_client.post(reverse("admin:spaces_space_delete", args=[space.pk]), {"post": "yes"})
    (text, entry), (before, _entry), *_older = entries(coordinator_client)
    assert text.endswith("Angre")
    assert before.endswith("Slettet siden")
    for pressed in ("er tilbake", "er hentet tilbake eller slettet for godt"):
        assert pressed in unescape(press_undo(coordinator_client, entry).content.decode()).replace("Den er", "er")
        assert Space.objects.get().name == "Før"
    assert "Hentet tilbake, eller slettet for godt" in texts(coordinator_client)[1]


def test_log_shows_and_undoes_only_what_one_may(client, django_user_model):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    client.force_login(viewer)
    assert client.get(LOG).status_code == 403
    save(SpaceFactory(), None, name="Nå")
    viewer.user_permissions.add(*viewer.user_permissions.model.objects.filter(codename="view_space"))
    assert [text.endswith(("Angre", "…")) for text in texts(client)] == [False, False]


def test_log_asks_as_little_of_many_entries(coordinator_client, coordinator, django_assert_max_num_queries):
    for number in range(60):
        save(SpaceFactory(), coordinator, name=f"Hus {number}")
        Deletion.objects.put(SpaceFactory(), by=coordinator)
        save(AmenityFactory(), coordinator, name_nb=f"Gode {number}")
        JoinRequestFactory(state="received").start_review(by=coordinator)
    with django_assert_max_num_queries(24):
        assert len(texts(coordinator_client)) == 50


def test_published_version_of_the_agreement_has_no_undo(coordinator_client, coordinator):
    agreement = Agreement.objects.create(title_nb="Avtalen", text_nb="En tekst.")
    assert "delete" in entries(coordinator_client)[0][1]
    Agreement.objects.filter(pk=agreement.pk).publish(by=coordinator)
    for text, entry in entries(coordinator_client)[:2]:
        assert text.endswith("Publisert, og blir stående")
        assert not re.search("bring-back|/delete/", entry)


def test_undoing_what_is_new_asks_first_and_only_while_it_is_as_it_was(coordinator_client, coordinator):
    new, changed = AmenityFactory(name_nb="Ny"), AmenityFactory(name_nb="Annen")
    changed.name_nb = "Endret"
    changed.save()
    began = AmenityFactory.build(name_nb="Fra begynnelsen")
    began._change_reason = BY_THE_SYSTEM
    began.save()
    page = unescape(coordinator_client.get("/admin/").content.decode())
    assert "Fra begynnelsen" not in page
    assert "Endret siden" in page
    asking = re.search(r'class="change-back" href="(\S+)"\s+aria-label="Angre …: Opprettet Ny"', page)[1]
    assert "papirkurven" in coordinator_client.get(asking).content.decode()
    assert coordinator_client.post(asking, {"post": "yes"})["Location"] == "/admin/#log-heading"
    assert not type(new).objects.filter(pk=new.pk).exists()
