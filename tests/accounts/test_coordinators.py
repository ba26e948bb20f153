"""Coordinators invite and remove coordinators: a link opens once, mails to a mailbox are few, and one always stays."""

import re
from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from accounts.models import Coordinator, Invitation, InvitationClosed, LoginEvent
from core.models import RateLimit
from tests.at_once import at_once
from tests.client import StaffClient
from tests.factories import CoordinatorFactory
from tests.mail.test_emails import SITE, body

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:accounts_coordinator_changelist")
INVITE = reverse("admin:accounts_coordinator_invite")
OLA = {"name": "Ola Prøve", "email": "ola@example.org"}
ACCOUNT = {"username": "ola", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def berit():
    return CoordinatorFactory(username="berit", first_name="Berit", email="berit@example.org")


@pytest.fixture
def eva():
    """The other coordinator."""
    return CoordinatorFactory(username="eva", first_name="Eva", email="eva@example.org")


@pytest.fixture
def desk(client, berit):
    client.force_login(berit)
    client.prove_second_step()
    return client


@pytest.fixture
def link(desk):
    """The path that was mailed to Ola."""
    desk.post(INVITE, OLA)
    return latest_link()


def latest_link() -> str:
    mail = Email.objects.filter(to="ola@example.org").latest("pk")
    return re.search(rf"{SITE}(\S+/invitasjon/\S+/)", body(mail))[1]


def act(verb):
    return reverse(f"admin:accounts_coordinator_{verb}", args=[Invitation.objects.get().pk])


def test_invited_becomes_a_coordinator_with_own_password_and_second_step(desk, berit, eva, link, logged, visitor):
    assert link not in Email.objects.latest("pk").message
    assert [mail.to for mail in Email.objects.order_by("pk")] == [["ola@example.org"], ["eva@example.org"]]
    assert "ola@example.org" in desk.get(PAGE).content.decode()
    assert 'value="ola"' in visitor.get(link).content.decode()
    assert not Coordinator.objects.filter(username="ola")
    for wrong in ({}, ACCOUNT | {"password2": "x"}, ACCOUNT | dict.fromkeys(("password1", "password2"), "kort")):
        assert visitor.post(link, wrong).status_code == 200
    assert visitor.post(link, ACCOUNT)["Location"] == reverse("account_login")
    ola = Coordinator.objects.get(username="ola")
    assert (ola.get_full_name(), ola.email, ola.is_superuser) == ("Ola Prøve", "ola@example.org", False)
    entered = visitor.post(reverse("account_login"), {"login": "ola", "password": PASSWORD}, follow=True)
    assert entered.redirect_chain[-1][0] == reverse("mfa_index")
    assert logged()[:2] == [("invited", "berit"), ("invitation_accepted", "ola")]
    assert LoginEvent.objects.get(kind="invited").about == "Ola Prøve"
    told = Email.objects.filter(subject__contains="er nå koordinator").order_by("pk")
    assert [mail.to for mail in told] == [["berit@example.org"], ["eva@example.org"]]


def test_every_state_of_an_invitation_by_every_verb(desk, eva, link, visitor):
    """What each answers, whether the link that was mailed opens afterwards, and how many mails went to Ola."""
    past = timezone.now() - Invitation.LIFETIME
    states = {
        "waiting": {},
        "accepted": {"state": "accepted"},
        "revoked": {"state": "revoked"},
        "expired": {"sent_at": past},
    }
    expected = {
        ("waiting", "read"): (200, "waiting", True, 0),
        ("waiting", "accept"): (302, "accepted", False, 0),
        ("waiting", "resend"): (302, "waiting", False, 1),
        ("waiting", "revoke"): (302, "revoked", False, 0),
        ("accepted", "read"): (302, "accepted", False, 0),
        ("accepted", "accept"): (302, "accepted", False, 0),
        ("accepted", "resend"): (302, "accepted", False, 0),
        ("accepted", "revoke"): (302, "accepted", False, 0),
        ("revoked", "read"): (404, "revoked", False, 0),
        ("revoked", "accept"): (404, "revoked", False, 0),
        ("revoked", "resend"): (302, "revoked", False, 0),
        ("revoked", "revoke"): (302, "revoked", False, 0),
        ("expired", "read"): (404, "waiting", False, 0),
        ("expired", "accept"): (404, "waiting", False, 0),
        ("expired", "resend"): (302, "waiting", False, 1),
        ("expired", "revoke"): (302, "revoked", False, 0),
    }
    invitation, found = Invitation.objects.get(), {}
    values = {field.attname: getattr(invitation, field.attname) for field in Invitation._meta.concrete_fields}
    for state, verb in expected:
        Coordinator.objects.filter(username="ola").delete()
        Invitation.objects.filter(pk=invitation.pk).update(**values | states[state])
        mails = Email.objects.filter(to="ola@example.org").count()
        answers = {
            "read": lambda: visitor.get(link),
            "accept": lambda: visitor.post(link, ACCOUNT),
            "resend": lambda: desk.post(act("resend")),
            "revoke": lambda: desk.post(act("revoke")),
        }
        status = answers[verb]().status_code
        assert Coordinator.objects.filter(username="ola").exists() == ((state, verb) == ("waiting", "accept"))
        sent = Email.objects.filter(to="ola@example.org").count() - mails
        found[state, verb] = status, Invitation.objects.get().state, visitor.get(link).status_code == 200, sent
    assert found == expected


def form_on(desk, page, number=0):
    """Return what sends a form as the page shows it, with its token, each time it is called."""
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', desk.get(page).content.decode())[number]
    return lambda address, typed: desk.post(address, {"csrfmiddlewaretoken": token, **typed})


def invitations_to_ola():
    return Email.objects.filter(to="ola@example.org").count()


def test_double_click_on_invite_and_on_send_again_sends_one_mail_each(desk, eva):
    invite = form_on(desk, INVITE)
    assert [invite(INVITE, OLA)["Location"] for _click in range(2)] == [PAGE, PAGE]
    assert invitations_to_ola() == 1
    assert "Invitasjonen ble sendt da du trykte første gang." in desk.get(PAGE).content.decode()
    again = form_on(desk, PAGE, -1)
    assert [again(act("resend"), {})["Location"] for _click in range(2)] == [PAGE, PAGE]
    assert invitations_to_ola() == 2
    assert Email.objects.filter(to="eva@example.org").count() == 2
    assert LoginEvent.objects.filter(kind="invited").count() == 2
    form_on(desk, INVITE)(INVITE, OLA)  # on purpose: neither of the second clicks has spent one of the day's three
    assert invitations_to_ola() == 3


@pytest.mark.django_db(transaction=True)
def test_double_click_on_invite_at_once_sends_one_mail(desk):
    invite = form_on(desk, INVITE)
    assert [answer.status_code for answer in at_once(*[partial(invite, INVITE, OLA)] * 2)] == [302, 302]
    assert invitations_to_ola() == 1


def test_invitation_that_was_refused_is_sent_by_the_same_form_later(desk):
    invite = form_on(desk, INVITE)
    for _time in range(3):
        desk.post(INVITE, OLA)
    assert invite(INVITE, OLA).status_code == 200
    RateLimit.objects.filter(kind="invitation").delete()  # the next day
    assert invite(INVITE, OLA).status_code == 302
    assert invitations_to_ola() == 4


@pytest.mark.django_db(transaction=True)
def test_double_click_accepts_once(link):
    clicks = [partial(StaffClient().post, link, ACCOUNT | {"username": name}) for name in ("ola", "ola2")]
    assert [answer.status_code for answer in at_once(*clicks)] == [302, 302]
    assert Coordinator.objects.filter(email="ola@example.org").count() == 1
    assert LoginEvent.objects.filter(kind="invitation_accepted").count() == 1


def test_link_that_was_overtaken_since_its_page_was_opened_makes_no_account(link, berit, eva):
    """By another link, by an account that took the address, or by a first click."""
    for overtake in (
        lambda: Invitation.objects.get().send(by=berit, network=""),
        lambda: Coordinator.objects.filter(pk=eva.pk).update(email="ola@example.org"),
        lambda: Invitation.objects.get().accept(eva, network=""),
    ):
        opened = Invitation.objects.get()
        overtake()
        with pytest.raises(InvitationClosed):
            opened.accept(opened.new_account(), network="")
    assert Coordinator.objects.count() == 2


def test_invited_address_that_has_an_account(desk, berit, visitor, django_user_model):
    """A coordinator's is named; whoever can enter keeps the account; whoever was shut out gets no old rights back."""
    assert "Berit er allerede koordinator." in desk.post(INVITE, OLA | {"email": "BERIT@Example.org"}).content.decode()
    boss = django_user_model.objects.create_superuser("boss", "boss@example.org", PASSWORD)
    out = django_user_model.objects.create_superuser("ute", "ola@example.org", PASSWORD, is_active=False)
    answers = [desk.post(INVITE, OLA | {"email": email}) for email in ("boss@example.org", "ola@example.org")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, PAGE)}
    token = Invitation.objects.get(email="boss@example.org").token
    page = visitor.get(reverse("accept_invitation", args=[token])).content.decode()
    assert "boss" in page
    assert "password" not in page.split("<main", 1)[1]
    visitor.post(reverse("accept_invitation", args=[token]))
    assert Coordinator.objects.get(pk=boss.pk).check_password(PASSWORD)
    visitor.post(latest_link(), ACCOUNT)
    out.refresh_from_db()
    assert (out.is_active, out.email) == (False, "")
    assert not Coordinator.objects.get(username="ola").is_superuser


def test_invited_mailbox_is_written_to_thrice_a_day(desk, link):
    for email in ("ola@example.org", "o.l.a+x@example.org"):  # the one again, the other the same mailbox
        assert desk.post(INVITE, OLA | {"email": email}).status_code == 302
    assert desk.post(INVITE, OLA).status_code == 200
    desk.post(act("resend") if Invitation.objects.count() == 1 else f"{PAGE}{Invitation.objects.first().pk}/resend/")
    assert Email.objects.count() == 3
    assert Invitation.objects.filter(email="ola@example.org").count() == 1
    assert "nok invitasjoner" in desk.get(PAGE).content.decode()


def test_second_step_is_asked_for_anew(client, berit, eva, link):
    client.force_login(berit)
    for address, data in {
        INVITE: OLA | {"email": "ny@example.org"},
        act("resend"): {},
        reverse("admin:accounts_coordinator_remove", args=[eva.pk]): {},
    }.items():
        assert client.post(address, data)["Location"].startswith(reverse("mfa_reauthenticate")), address
    assert Invitation.objects.count() == 1
    assert Coordinator.objects.count() == 2


def test_removed_coordinator_is_out_at_once(desk, berit, eva, logged):
    elsewhere = StaffClient()
    elsewhere.force_login(eva)
    UserSession.objects.create(user=eva, ip="192.0.2.0", session_key=elsewhere.session.session_key, user_agent="")
    third = CoordinatorFactory(email="tre@example.org")
    remove = reverse("admin:accounts_coordinator_remove", args=[eva.pk])
    assert "Eva" in desk.get(remove).content.decode()
    assert elsewhere.get("/admin/").status_code == 200
    for _click in range(2):
        assert desk.post(remove)["Location"] == PAGE
    assert elsewhere.get("/admin/").status_code == 302
    eva.refresh_from_db()
    assert (eva.is_active, eva.is_staff, eva.email, eva.has_usable_password()) == (False, False, "", False)
    assert not Authenticator.objects.filter(user=eva).exists()
    assert not UserSession.objects.exists()
    assert sorted(mail.to for mail in Email.objects.all()) == [["eva@example.org"], [third.email]]
    assert logged() == [("coordinator_removed", "berit"), ("access_removed", "eva")]
    call_command("login_changes", (timezone.now() - timedelta(days=1)).isoformat())


def test_removed_coordinator_comes_back_by_no_invitation_of_their_own(desk, eva, visitor):
    Invitation.objects.invite("Ola Prøve", "ola@example.org", by=eva, network="")
    link = latest_link()
    desk.post(reverse("admin:accounts_coordinator_remove", args=[eva.pk]))
    visitor.post(link, ACCOUNT)
    assert not Coordinator.objects.filter(email="ola@example.org").exists()
    with pytest.raises(PermissionDenied):
        Invitation.objects.invite("Ola Prøve", "ola@example.org", by=eva, network="")


def test_one_coordinator_always_stays(desk, berit, eva, django_user_model):
    boss = CoordinatorFactory(is_superuser=True)
    for address in (boss.pk, boss.pk):
        assert desk.post(reverse("admin:accounts_coordinator_remove", args=[address])).status_code == 403
    boss.groups.clear()
    me, other = Coordinator.objects.get(pk=berit.pk), Coordinator.objects.get(pk=eva.pk)
    me.remove(by=eva, network="")  # both have pressed the button: the later one is a coordinator no longer
    with pytest.raises(PermissionDenied):
        other.remove(by=berit, network="")
    desk.force_login(eva)
    desk.prove_second_step()
    assert reverse("admin:accounts_coordinator_remove", args=[eva.pk]) not in desk.get(PAGE).content.decode()
    desk.post(reverse("admin:accounts_coordinator_remove", args=[eva.pk]))
    assert [*Coordinator.objects.all()] == [eva]


def test_invitations_are_erased_and_no_backup_brings_one_back(link, visitor):
    call_command("after_restore")
    assert visitor.get(link).status_code == 404
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=91))
    call_command("erase_expired")
    assert not Invitation.objects.exists()


def test_coordinators_page_has_few_queries(desk, berit, django_assert_max_num_queries):
    for number in range(20):
        CoordinatorFactory()
        Invitation.objects.create(name=f"Navn {number}", email=f"n{number}@example.org", invited_by=berit)
    with django_assert_max_num_queries(10):
        assert desk.get(PAGE).content.decode().count("Trekk tilbake invitasjonen") == 20


def test_constraint_invitation_state_known():
    with pytest.raises(IntegrityError, match="invitation_state_known"):
        Invitation.objects.create(name="Ola", email="ola@example.org", state="lost")


@pytest.mark.parametrize("shut_out", ["is_active", "groups", "delete"])
def test_invitation_opens_nothing_once_its_sender_was_shut_out(desk, berit, eva, link, visitor, client, shut_out):
    """By a super-user's page of accounts too, which knows nothing of invitations; another may send it again."""
    if shut_out == "is_active":
        type(berit).objects.filter(pk=berit.pk).update(is_active=False)
    elif shut_out == "groups":
        berit.groups.clear()
    else:
        berit.delete()
    assert visitor.get(link).status_code == visitor.post(link, ACCOUNT).status_code == 404
    client.force_login(eva)
    client.prove_second_step()
    assert "Gjelder ikke lenger" in client.get(PAGE).content.decode()
    client.post(act("resend"))
    assert visitor.post(latest_link(), ACCOUNT).status_code == 302
    assert Coordinator.objects.filter(username="ola").exists()
