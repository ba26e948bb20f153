import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import translation

from members.joining.models import JoinRequest
from members.models import Organisation
from tests.factories import CoordinatorFactory

from .deciding import LIST, OPEN, PAGES, STEPS, State, messages, received, text, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", ["change", "register", *STEPS, "erase"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_led_to_the_login(client, step, method):
    response = getattr(client, method)(url(received(), step))
    assert response.status_code == 302
    assert response["Location"].startswith("/en/admin/login/")


@pytest.mark.parametrize(("codename", "page", "step"), [(None, 403, 403), ("view_joinrequest", 200, 403)])
def test_those_who_may_not_are_refused(client, codename, page, step):
    user = get_user_model().objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename=codename))
    client.force_login(user)
    request = received()
    assert client.get(url(request)).status_code == page
    for name in [*STEPS, "erase"]:
        assert client.get(url(request, name)).status_code == step
        assert client.post(url(request, name), STEPS.get(name, ({},))[0]).status_code == step
    assert JoinRequest.objects.get().state == State.RECEIVED
    if page == 200:
        assert "csrfmiddlewaretoken" not in text(client.get(url(request))).split("<main")[1]


@pytest.mark.parametrize("step", STEPS)
def test_step_is_taken_once_however_often_it_is_sent(decide, coordinator, step):
    request = received()
    for _ in range(2):
        response = decide(request, step, seen=0)
        assert response.redirect_chain[-1][0] == url(request)
    assert request.state == STEPS[step][1]
    (event,) = request.events.all()
    assert (event.by, event.text) == (coordinator, STEPS[step][0].get("text", ""))
    assert Organisation.objects.count() == (step == "approve")


def test_nothing_is_written_to_djangos_log(decide):
    for step in ("start_review", "ask", "approve"):
        decide(received(), step)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("step", ["ask", "decline"])
@pytest.mark.parametrize("said", ["", "   ", "x" * 2001])
def test_text_for_the_applicant_is_required_and_limited(decide, step, said):
    request = received()
    response = decide(request, step, text=said)
    assert response.context["form"].errors["text"]
    assert request.state == State.RECEIVED
    assert decide(request, step, text="\r\n".join(["x" * 999] * 2)).redirect_chain


@pytest.mark.parametrize("step", ["ask", "decline"])
def test_page_says_that_the_applicant_reads_it(coordinator_client, step):
    assert "The applicant reads this text" in text(coordinator_client.get(url(received(), step)))


@pytest.mark.parametrize("step", [*STEPS, "assess"])
def test_step_waits_when_something_happened_meanwhile(decide, step):
    request = received()
    request.assess(by=CoordinatorFactory(first_name="Ola"), note="Jeg ringer dem.")
    response = decide(request, step, seen=0)
    page = text(response)
    assert not response.redirect_chain
    assert "Something happened meanwhile" in page
    assert "Jeg ringer dem." in page
    assert STEPS[step][0].get("text", "") in page
    assert request.state == State.RECEIVED
    assert request.events.count() == 1
    assert decide(request, step, seen=response.context["seen"]).redirect_chain
    assert request.state == STEPS[step][1]


def test_the_others_question_is_not_taken_for_ones_own(decide):
    request = received()
    request.ask("Hvem er vert?", by=CoordinatorFactory(first_name="Ola", last_name="Dunk"))
    (told,) = messages(decide(request, "ask", seen=0))
    assert "Ola Dunk was first" in told


@pytest.mark.parametrize("step", ["start_review", "ask", "decline", "approve"])
def test_too_late_names_who_was_first_and_what_was_decided(decide, step):
    request = received()
    request.decline("Nei", by=CoordinatorFactory(first_name="Ola", last_name="Dunk"))
    response = decide(request, step, seen=0)
    (told,) = messages(response)
    assert response.redirect_chain[-1][0] == url(request)
    assert "Ola Dunk was first" in told
    assert "declined" in told
    assert request.state == State.DECLINED


def test_too_late_names_the_applicant_who_withdrew(decide):
    request = received()
    request.withdraw()
    assert "The applicant was first" in messages(decide(request, "approve", seen=0))[0]


@pytest.mark.parametrize("step", PAGES)
def test_page_of_a_step_that_is_not_open_leads_back(coordinator_client, step):
    request = received(State.RECEIVED if step == "erase" else State.WITHDRAWN)
    response = coordinator_client.get(url(request, step), follow=True)
    assert response.redirect_chain[-1][0] == url(request)
    assert messages(response)


def test_ticks_are_saved_with_a_private_event(decide):
    request = received()
    decide(request, "assess", text="", has_community="on")
    assert (request.has_place, request.has_community, request.has_facilitation) == (False, True, False)
    assert [(event.kind, event.text) for event in request.events.all()] == [("assessed", "+ the community is there")]


def test_note_can_be_added_to_what_is_decided(decide):
    request = received(State.APPROVED)
    decide(request, "assess", text="De har flyttet.")
    assert request.events.get().text == "De har flyttet."
    assert request.meets_all


@pytest.mark.parametrize("state", OPEN)
def test_erase_leaves_nothing_where_it_is_open(decide, coordinator_client, state):
    request = received(state)
    response = coordinator_client.post(url(request, "erase"), {"seen": 0}, follow=True)
    assert JoinRequest.objects.exists() == ("erase" not in OPEN[state])
    assert response.redirect_chain[-1][0] == (url(request) if JoinRequest.objects.exists() else LIST)


@pytest.mark.parametrize("step", ["change", "register", *STEPS, "erase"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_was_erased_leads_to_the_list(coordinator_client, step, method):
    response = getattr(coordinator_client, method)(f"{LIST}999/{step}/", follow=True)
    assert response.redirect_chain[-1][0] == LIST
    assert "deleted" in messages(response)[0]


def test_ticks_of_two_coordinators_undo_each_other_never(decide, coordinator):
    request = received(has_place=True)
    ola = CoordinatorFactory(first_name="Ola")
    with translation.override("en"):
        request.assess(by=ola, has_place=False, has_community=True, has_facilitation=False)
    for step, fields in {"assess": {"has_place": "on", "text": "Ringte."}, "approve": {}}.items():
        response = decide(request, step, seen=0, **fields)
        page = text(response)
        assert "Something happened meanwhile" in page
        assert "Ola" in page
        assert "+ the community is there − the place is there" in page
        assert (request.has_place, request.has_community, request.state) == (False, True, State.RECEIVED)
    decide(request, "assess", has_place="on", has_community="on", text="Ringte.")
    assert (request.has_place, request.has_community) == (True, True)
    assert [event.is_private for event in request.events.all()] == [True] * 3


def test_ticks_sent_twice_are_one_entry_and_saved_without_a_change_none(decide):
    request = received()
    for note in ("", "Ringte."):
        latest = request.events.last()
        for _ in range(2):
            sent = decide(request, "assess", seen=latest.pk if latest else 0, has_place="on", text=note)
            assert sent.redirect_chain
    assert [event.kind for event in request.events.all()] == ["assessed", "noted"]


def test_applicant_never_sees_the_ticks(coordinator):
    request = received()
    request.assess(by=coordinator, has_place=True, has_community=False, has_facilitation=False)
    assert not request.visible_events
