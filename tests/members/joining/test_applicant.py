"""The links that are mailed, and the applicant's own page."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core import signing
from django.utils import timezone
from post_office.models import Email

from members.joining.models import Event, JoinRequest, RequestedSpace
from members.models import Organisation
from spaces.models import Space
from tests.factories import JoinRequestFactory, OrganisationFactory
from tests.mail.test_emails import body

from .form import ORGANISATION, SPACE, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

State = JoinRequest.State


def text(response):
    return unescape(response.content.decode())


def page(request, part=""):
    return f"/bli-med/{request.page_token}/{part}"


def state(request):
    return JoinRequest.objects.get(pk=request.pk).state


@pytest.fixture
def request_in_hand():
    request = JoinRequestFactory(state=State.RECEIVED, name="Ærlig hus")
    request.spaces.create(name="Loftet", town="Oslo")
    return request


def test_link_in_the_first_mail_shows_a_button_that_confirms(client):
    request = JoinRequestFactory()
    address = f"/bli-med/bekreft/{request.confirm_token}/"
    shown = client.get(address)
    assert request.contact_email in text(shown)
    assert state(request) == State.UNCONFIRMED
    done = client.post(address)
    assert done["Location"] == page(request)
    assert state(request) == State.RECEIVED
    assert client.get(done["Location"]).status_code == 200


@pytest.mark.parametrize("language", ["nb", "en"])
def test_get_of_every_mailed_link_changes_nothing(client, coordinator, language):
    request = JoinRequestFactory(language=language)
    request.spaces.create(name="Loftet", town="Oslo", postal_code="0150")
    JoinRequest.objects.unconfirmed().get()
    tokens = [request.confirm_token]
    request.confirm()
    request.start_review(by=coordinator)
    request.ask("Hvem?", by=coordinator)
    links = set()
    before = everything()
    for email in Email.objects.all():
        links |= set(re.findall(r"http://127\.0\.0\.1:8000(\S+)", body(email)))
    links |= {f"/bli-med/bekreft/{tokens[0]}/"}
    links |= {page(request, part) for part in ("svar/", "rett/", "trekk/", "slett/")}
    for link in links:
        for _ in range(3):
            client.get(link)
            client.head(link)
    assert everything() == before


def everything():
    models = JoinRequest, RequestedSpace, Event, Organisation, Space, Email
    return [list(model.objects.order_by("pk").values()) for model in models]


PAGES = ["", "svar/", "rett/", "trekk/", "slett/"]


def test_wrong_tokens_are_refused_alike(client, request_in_hand):
    other = JoinRequestFactory()
    right = request_in_hand.page_token
    wrong = ["x", right[:-1], f"{right}x", right.swapcase(), other.confirm_token, request_in_hand.confirm_token]
    wrong += [signing.dumps([request_in_hand.pk, "gjettet"], salt="page"), signing.dumps("rart", salt="page")]
    answers = set()
    for token in wrong:
        for part in PAGES:
            for response in (client.get(f"/bli-med/{token}/{part}"), client.post(f"/bli-med/{token}/{part}")):
                assert response.status_code == 404
                shown = re.search("<main.*</main>", text(response), re.DOTALL)[0]
                answers.add(re.sub('csrfmiddlewaretoken" value="[^"]*', "", shown))
    assert len(answers) == 1
    assert state(request_in_hand) == State.RECEIVED


def test_confirmation_link_is_refused_when_used_expired_or_of_another_purpose(client):
    request, late = JoinRequestFactory(), JoinRequestFactory()
    used = f"/bli-med/bekreft/{request.confirm_token}/"
    client.post(used)
    expired = f"/bli-med/bekreft/{late.confirm_token}/"
    answers = [client.get(used), client.post(used), client.get(f"/bli-med/bekreft/{request.page_token}/")]
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        answers += [client.get(expired), client.post(expired)]
    assert {answer.status_code for answer in answers} == {404}
    assert state(late) == State.UNCONFIRMED


def test_personal_pages_are_kept_and_found_by_nobody(client, request_in_hand):
    for address in (page(request_in_hand), page(request_in_hand, "rett/"), "/bli-med/feil/"):
        response = client.get(address)
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex"
        assert 'rel="canonical"' not in text(response)
        assert "og:url" not in text(response)


@pytest.mark.parametrize("state", State)
def test_page_says_where_it_stands(client, state, coordinator):
    request = JoinRequestFactory(state=state, reviewer=coordinator)
    request.events.create(kind="noted", by=coordinator, text="Bare for oss")
    request.events.create(kind="asked", by=coordinator, text="Hvem er verten?")
    shown = text(client.get(page(request)))
    assert request.place in shown
    assert request.contact_email in shown
    assert "Hvem er verten?" in shown
    assert "Bare for oss" not in shown
    assert coordinator.username not in shown
    assert ("/svar/" in shown) == (state == State.WAITING)
    assert ("/rett/" in shown) == ("/trekk/" in shown) == (state in JoinRequest.UNDECIDED)
    assert ("/slett/" in shown) == (state in JoinRequest.REFUSED)


def test_page_names_the_coordinator_who_gave_a_name(client, coordinator):
    coordinator.first_name, coordinator.last_name = "Prøve", "Prøvesen"
    coordinator.save()
    request = JoinRequestFactory(state=State.RECEIVED)
    request.start_review(by=coordinator)
    assert text(client.get(page(request))).count("Prøve Prøvesen") == 2
    assert "Prøve Prøvesen" in Email.objects.last().message


def test_answer_goes_to_the_coordinators(client, coordinator):
    request = JoinRequestFactory(state=State.IN_REVIEW)
    request.ask("Hvem er verten?", by=coordinator)
    assert client.post(page(request, "svar/"), {"text": "Ola\r\nog Kari"})["Location"] == page(request)
    assert state(request) == State.IN_REVIEW
    assert request.events.get(kind="answered").text == "Ola\nog Kari"


def test_answer_sent_twice_is_one_answer(client):
    request = JoinRequestFactory(state=State.WAITING)
    for _ in range(2):
        assert client.post(page(request, "svar/"), {"text": "Ola"}).status_code == 302
    assert request.events.filter(kind="answered").count() == 1


@pytest.mark.parametrize("answer", ["", "  ", "x" * 2001])
def test_answer_that_is_wrong_is_kept(client, answer):
    request = JoinRequestFactory(state=State.WAITING)
    response = client.post(page(request, "svar/"), {"text": answer})
    assert 'id="id_text_error"' in text(response)
    assert answer.strip() in text(response)
    assert state(request) == State.WAITING


def test_answer_that_comes_too_late_is_shown_to_whoever_wrote_it(client, coordinator):
    request = JoinRequestFactory(state=State.WAITING)
    JoinRequest.objects.get().decline("Nei", by=coordinator)
    shown = text(client.post(page(request, "svar/"), {"text": "Et langt svar"}))
    assert "Et langt svar" in shown
    assert state(request) == State.DECLINED


def test_correction_replaces_what_was_sent(client, request_in_hand):
    shown = text(client.get(page(request_in_hand, "rett/")))
    assert 'value="Ærlig hus"' in shown
    assert 'value="Loftet"' in shown
    data = ORGANISATION | {"name": "Ærligere hus", "contact_email": "x@example.org"}
    client.post(page(request_in_hand, "rett/"), data | rows(SPACE | {"name": "Kaia"}, SPACE))
    request = JoinRequest.objects.get()
    assert (request.name, request.state) == ("Ærligere hus", State.RECEIVED)
    assert request.contact_email == request_in_hand.contact_email
    assert [space.name for space in request.spaces.all()] == ["Kaia", "Loftet"]
    assert request.events.get().kind == "corrected"


def test_correction_shows_coordinators_old_and_new_and_goes_with_the_request(client, coordinator):
    request = JoinRequestFactory(state=State.RECEIVED, **dict(ORGANISATION, contact_email="x@example.org"))
    for name, town in (("Loftet", "Oslo"), ("Kaia", "Bergen"), ("Bua", "Moss")):
        request.spaces.create(name=name, town=town, postal_code="", address="Gata 1")
    request.ask("Hvem er vert?", by=coordinator)
    address = f"/admin/members/joinrequest/{request.pk}/change/"
    client.force_login(coordinator)
    assert "Nytt fra søkeren" not in text(client.get(address))
    later = SPACE | {"postal_code": "", "is_open": "False"}
    moved = SPACE | {"name": "Bryggen", "town": "Bergen", "postal_code": "", "latitude": "60.4", "longitude": "5.3"}
    new = SPACE | {"name": "Nytt", "town": "Horten", "postal_code": ""}
    data = ORGANISATION | rows(later, moved, new) | {"contact_name": "Kari Nyttnavn", "place": "Et <b>større</b> hus"}
    client.post(page(request, "rett/"), data)
    client.post(page(request, "svar/"), {"text": "Kari er vert"})
    shown = client.get(address).content.decode()
    news = shown.split("Nytt fra søkeren")[1].split("</section>")[0]
    seen = unescape(" ".join(re.sub("<[^>]+>", " ", news).split()))
    assert seen.index("Vi spurte: Hvem er vert?") < seen.index("Kari er vert") < seen.index("Søkeren rettet søknaden")
    for change in (
        "Navn Test Testesen → Kari Nyttnavn",
        "Stedet Et hus med åpne bord → Et <b>større</b> hus",
        "Loftet: det er allerede åpent ja → nei",
        "Bryggen: navn på stedet Kaia → Bryggen",
        "Bryggen: kartnål 60.40000, 5.30000",
        "Tok ut et sted Bua, Gata 1, Moss → –",
        "La til et sted Nytt, Gata 1, Horten",
    ):
        assert change in seen, change
    assert shown.index("Nytt fra søkeren") < shown.index('id="elements-heading"') < shown.index("history-heading")
    assert "Test Testesen" not in text(client.get(page(request))), "only coordinators see the corrections"
    request.refresh_from_db()
    request.decline("Nei", by=coordinator)
    request.refresh_from_db()
    request.erase()
    assert not Event.objects.exists()


def test_correction_that_is_wrong_changes_nothing(client, request_in_hand):
    response = client.post(page(request_in_hand, "rett/"), ORGANISATION | rows(SPACE) | {"name": ""})
    assert 'href="#id_name"' in text(response)
    assert JoinRequest.objects.get().name == "Ærlig hus"


def test_correction_too_late_changes_nothing(client, request_in_hand, coordinator):
    JoinRequest.objects.get().decline("Nei", by=coordinator)
    client.post(page(request_in_hand, "rett/"), ORGANISATION | rows(SPACE))
    assert JoinRequest.objects.get().name == "Ærlig hus"
    assert client.get(page(request_in_hand, "rett/"))["Location"] == page(request_in_hand)


def test_correction_too_late_is_kept_on_the_page(client, request_in_hand, coordinator):
    JoinRequest.objects.get().decline("Nei", by=coordinator)
    response = client.post(page(request_in_hand, "rett/"), ORGANISATION | rows(SPACE) | {"message": "Et langt svar"})
    assert "Et langt svar" in text(response)
    assert 'class="error-summary"' in text(response)


def test_what_was_sent_names_the_membership(client):
    request = JoinRequestFactory(state=State.RECEIVED, member=OrganisationFactory(name="Coworx"))
    assert "Coworx" in text(client.get(page(request)))


def test_correction_is_done_ten_times_a_day(client, request_in_hand):
    for number in range(10):
        data = ORGANISATION | rows(SPACE) | {"name": f"Hus {number}"}
        assert client.post(page(request_in_hand, "rett/"), data).status_code == 302
    response = client.post(page(request_in_hand, "rett/"), ORGANISATION | rows(SPACE) | {"name": "Hus 11"})
    assert 'class="error-summary"' in text(response)
    assert JoinRequest.objects.get().name == "Hus 9"
    assert Email.objects.count() == 10


def test_withdrawing_takes_a_button(client, request_in_hand):
    assert client.get(page(request_in_hand, "trekk/")).status_code == 200
    assert state(request_in_hand) == State.RECEIVED
    for _ in range(2):
        assert client.post(page(request_in_hand, "trekk/"))["Location"] == page(request_in_hand)
    assert state(request_in_hand) == State.WITHDRAWN
    assert Email.objects.count() == 1


def test_erasing_is_for_what_is_over(client, request_in_hand):
    client.post(page(request_in_hand, "slett/"))
    assert state(request_in_hand) == State.RECEIVED
    request_in_hand.withdraw()
    assert client.get(page(request_in_hand, "slett/")).status_code == 200
    done = client.post(page(request_in_hand, "slett/"))
    assert client.get(done["Location"]).status_code == 200
    assert not JoinRequest.objects.exists()
    assert not Email.objects.exists()
    assert client.get(page(request_in_hand)).status_code == 404
