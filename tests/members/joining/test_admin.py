import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone
from post_office.models import STATUS, Email

from core.http import ServiceUnavailable
from members.joining.models import JoinRequest
from norway.registers import RegisteredOrganisation
from tests.factories import CoordinatorFactory, OrganisationFactory, SpaceFactory

from .deciding import LIST, NUMBER, OPEN, PAGES, State, received, text, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["for_coordinators", "for_applicants", "unconfirmed"])
def test_filter_lists_what_the_verb_finds(coordinator_client, verb):
    for state in State:
        received(state, name=state.label)
    page = text(coordinator_client.get(LIST, {"waits": verb}))
    names = re.findall(r"/joinrequest/(\d+)/change/", page)
    assert names
    assert [int(name) for name in names] == [row.pk for row in getattr(JoinRequest.objects, verb)()]


def test_list_has_what_waits_for_us_first_and_then_the_longest_wait(coordinator_client):
    now = timezone.now()
    received(State.DECLINED, name="Ferdig", waits_since=now - timedelta(days=90))
    received(State.WAITING, name="Spurt", waits_since=now - timedelta(days=30))
    received(name="Ny", waits_since=now)
    received(State.IN_REVIEW, name="Gammel", waits_since=now - timedelta(days=12))
    rows = re.findall(r'<th class="field-name">.*?>(\w+)<.*?field-how_long">(.*?)<', text(coordinator_client.get(LIST)))
    assert rows == [("Gammel", "12 days"), ("Ny", "less than a day"), ("Spurt", "30 days"), ("Ferdig", "–")]


@pytest.mark.parametrize("query", ["aerlig", "LILLEHAMMER", "berg", "maja@", "923 609 016"])
def test_search_folds(coordinator_client, query):
    received(
        name="Ærlig hus", contact_name="Maja Berg", contact_email="maja@x.no", organisation_number=NUMBER
    ).spaces.update(town="Lillehammer")
    received(name="Et annet")
    page = text(coordinator_client.get(LIST, {"q": query}))
    assert "Ærlig hus" in page
    assert "Et annet" not in page


def test_list_has_few_queries(coordinator_client, django_assert_max_num_queries):
    for number in range(30):
        received(name=f"Hus {number}", reviewer=CoordinatorFactory())
    with django_assert_max_num_queries(10):
        coordinator_client.get(LIST)


@pytest.mark.parametrize("page", ["add/", "1/delete/", "1/history/", "1/"])
def test_what_django_would_offer_besides_is_not_there(coordinator_client, page):
    received(pk=1)
    assert coordinator_client.get(LIST + page).status_code == 404


@pytest.mark.parametrize("state", State)
def test_page_offers_the_steps_that_are_open(coordinator_client, state):
    request = received(state)
    page = text(coordinator_client.get(url(request)))
    assert set(re.findall(rf'"{LIST}{request.pk}/(\w+)/"', page)) - {"assess", "register"} == OPEN[state]


def test_page_shows_all_that_was_sent(coordinator_client):
    sent = {
        "organisation_number": NUMBER,
        "website": "https://loftet.example/om",
        "place": "600 kvadratmeter",
        "community": "34 firmaer",
        "facilitation": "En vert",
        "message": "Vi gleder oss",
        "contact_name": "Maja Berg",
        "contact_email": "maja@example.org",
    }
    request = received(**sent, contact_phone="+4722222222")
    request.spaces.update(address="Gata 1", postal_code="0150")
    page = text(coordinator_client.get(url(request)))
    links = ["mailto:maja@example.org", "tel:+47-22-22-22-22", f"{LIST}{request.pk}/register/"]
    for expected in [*sent.values(), "Gata 1, 0150 Oslo", *(f'href="{link}"' for link in links)]:
        assert expected in page
    assert '<a href="https://loftet.example/om" rel="noopener external">' in page


def test_page_makes_no_link_of_a_website_that_is_none(coordinator_client):
    page = text(coordinator_client.get(url(received(website="javascript:alert(1)"))))
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_page_escapes_what_was_sent(coordinator_client):
    evil = "<script>alert(1)</script>"
    request = received(name=evil, place=evil, message=evil, contact_name=evil)
    request.spaces.update(name=evil, address=evil)
    request.events.create(kind="noted", text=evil)
    for page in ("change", *PAGES[:3], "register"):
        assert evil not in coordinator_client.get(url(request, page)).content.decode()


@pytest.mark.parametrize(
    ("town", "position", "expected"),
    [
        ("Oslo", (59.9, 10.7), "59.90000, 10.70000"),
        ("Oslo", (None, None), "town centre"),
        ("Atlantis", (None, None), "do not know where this is"),
    ],
)
def test_page_says_how_each_space_will_be_placed(coordinator_client, town, position, expected):
    request = received(town=town)
    request.spaces.update(latitude=position[0], longitude=position[1])
    page = text(coordinator_client.get(url(request)))
    assert expected in page
    assert ("data-map" in page) == ("map-picture" in page) == (town == "Oslo")


def test_page_tells_the_history_and_the_mails(coordinator_client, coordinator):
    coordinator.first_name, coordinator.email = "Kari", "kari@example.org"
    coordinator.save()
    request = received()
    request.ask("Hvem er vert?", by=coordinator)
    request.assess(by=CoordinatorFactory(username="ola"), note="Ringte dem.")
    email = request.mails.get()
    Email.objects.update(status=STATUS.failed)
    email.logs.create(status=STATUS.failed, exception_type="SMTPRecipientsRefused", message="no mailbox")
    page = text(coordinator_client.get(url(request)))
    for expected in ("Kari", "Hvem er vert?", "ola", "Ringte dem.", email.subject, "SMTPRecipientsRefused: no mailbox"):
        assert expected in page
    assert f"/en/admin/post_office/email/{email.pk}/change/" in page


def test_page_names_duplicates(coordinator_client):
    space = SpaceFactory(name="Loftet", organisation__name="Loftet")
    other = received()
    page = text(coordinator_client.get(url(received())))
    for link in (
        f"/en/admin/members/organisation/{space.organisation_id}/change/",
        f"/en/admin/spaces/space/{space.pk}/change/",
        url(other),
    ):
        assert f'href="{link}"' in page
    assert "the same name" in page
    assert page.index('id="duplicates-heading"') < page.index('id="decide-heading"')


def test_page_has_the_decision_first_where_nothing_is_alike(coordinator_client):
    page = text(coordinator_client.get(url(received())))
    assert page.index('id="decide-heading"') < page.index('id="duplicates-heading"')


@pytest.mark.parametrize("step", ["change", "register", *PAGES])
@pytest.mark.parametrize("state", State)
def test_get_changes_nothing(coordinator_client, state, step):
    request = received(state)
    before = list(JoinRequest.objects.values())
    coordinator_client.get(url(request, step))
    assert list(JoinRequest.objects.values()) == before
    assert not request.events.exists()
    assert not Email.objects.exists()


def test_page_takes_no_post(coordinator_client):
    assert coordinator_client.post(url(received()), {"state": "approved"}).status_code == 405


def registered(**facts):
    entry = ("LOFTET AS", "AS", "", "Gata 1", "0150", "Oslo", False, False, None)
    return RegisteredOrganisation(*entry)._replace(**facts)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (registered(), "LOFTET AS"),
        (registered(), "Gata 1"),
        (registered(is_bankrupt=True), "BANKRUPT"),
        (registered(is_winding_up=True), "BEING WOUND UP"),
        (registered(name="NOE ANNET AS"), "another name than the request"),
        (registered(deleted_on=timezone.localdate()), "DELETED on"),
        (None, f"no organisation with the number {NUMBER}"),
        (ServiceUnavailable(), "is not answering"),
    ],
)
def test_register_says(coordinator_client, monkeypatch, answer, expected):
    def ask(number):
        assert number == NUMBER
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("members.joining.admin.organisation", ask)
    page = text(coordinator_client.get(url(received(organisation_number=NUMBER), "register")))
    section = page.split("data-register-answer")[1]
    assert expected in section
    assert ("BANKRUPT" in section) == (expected == "BANKRUPT")


def test_organisation_lists_its_requests_with_the_person_to_reach(coordinator_client):
    member = OrganisationFactory()
    request = received(
        member=member, contact_name="Maja <b>Berg", contact_email="maja@example.org", contact_phone="+4722222222"
    )
    page = coordinator_client.get(f"/en/admin/members/organisation/{member.pk}/change/").content.decode()
    assert f'href="{url(request)}"' in page
    assert "Maja &lt;b&gt;Berg" in page
    assert 'href="mailto:maja@example.org"' in page
    assert 'href="tel:+47-22-22-22-22"' in page


def test_organisation_hides_its_requests_from_those_who_may_not_see_them(client):
    user = get_user_model().objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_organisation", "change_organisation"]))
    client.force_login(user)
    member = OrganisationFactory()
    received(member=member, contact_name="Maja Berg")
    assert "Maja Berg" not in text(client.get(f"/en/admin/members/organisation/{member.pk}/change/"))
