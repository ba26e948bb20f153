"""The mails about logging in, and those of allauth which they stand in for."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from accounts import emails
from accounts.adapter import CHANGES
from accounts.credentials import Change, record
from accounts.emails import RESET_CODE
from tests.factories import CoordinatorFactory, InvitationFactory
from tests.mail.test_emails import SITE, body

pytestmark = pytest.mark.django_db

# For each template: how allauth asks for the mail, its subject, the pages that it links to, and what it says.
MAILS = {
    "password_code": (
        lambda user: get_adapter().send_mail(RESET_CODE, user.email, {"code": "BCDF-GHJK"}),
        "Your code for a new password",
        {"landing"},
        "BCDF-GHJK",
    ),
    "wrong_codes": (
        lambda user: emails.wrong_codes(user, 5),
        "Somebody seems to know your password",
        {"landing", "account_reset_password"},
        "kari",
    ),
    "login_changed": (
        lambda user: get_adapter().send_notification_mail("account/email/password_changed", user),
        "Your login was changed",
        {"landing", "account_reset_password"},
        "The password was changed.",
    ),
}
# Those about coordinators: to whom each goes when Berit invites and removes Ola, its subject, and the page it links to.
DESK = "admin:accounts_coordinator_changelist"
OF_COORDINATORS = {
    "invitation": ("invited", "Will you be a coordinator of Coworking Norge?", "accept_invitation"),
    "coordinator_invited": ("eva", "%(name)s is invited to be a coordinator", DESK),
    "coordinator_added": ("eva", "%(name)s is now a coordinator", DESK),
    "coordinator_removed": ("eva", "%(name)s is a coordinator no longer", DESK),
    "access_removed": ("ola", "You are a coordinator of Coworking Norge no longer", None),
}
# Nobody signs up here, manages addresses, logs in by a code alone or through another site.
NEVER_SENT = {
    *("account_already_exists", "email_changed", "email_confirm", "email_confirmation", "email_confirmation_signup"),
    *("email_deleted", "login_code", "password_reset_key", "password_set", "unknown_account"),
    *("account_connected", "account_disconnected"),
}


def names(folder, pattern):
    return {path.name.removesuffix("_subject.txt") for path in folder.glob(pattern)}


def test_every_mail_has_a_row():
    assert names(settings.BASE_DIR / "templates/accounts/emails", "*_subject.txt") == {*MAILS, *OF_COORDINATORS}


def test_every_mail_of_allauth_is_one_of_ours_or_never_sent():
    ours = {prefix.rpartition("/")[2] for prefix in [RESET_CODE, *CHANGES]}
    assert names(Path(allauth.__file__).parent, "templates/*/email/*_subject.txt") == ours | NEVER_SENT


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("name", MAILS)
def test_mail(kari, name, language):
    write, subject, pages, text = MAILS[name]
    with translation.override(language):
        write(kari)
        subject, text = translation.gettext(subject), translation.gettext(text)
        links = {SITE + reverse(page) for page in pages}
    email = Email.objects.get()
    assert (email.to, email.subject) == ([kari.email], subject)
    assert "kari" in body(email)
    assert text in body(email)
    assert set(re.findall('href="([^"]*)"', body(email, "html"))) == links
    assert f'<html lang="{language}">' in body(email, "html")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_mails_about_coordinators(language):
    berit, _eva, ola = (
        CoordinatorFactory(first_name=name.title(), email=f"{name}@example.org") for name in ("berit", "eva", "ola")
    )
    invitation = InvitationFactory(name="Ola", email="invited@example.org", invited_by=berit)
    with translation.override(language):
        emails.invitation(invitation)
        emails.coordinator_invited(invitation)
        Email.objects.filter(to="ola@example.org").delete()  # one of the others here, and the new one below
        emails.coordinator_added(ola, invitation)
        Email.objects.filter(to="berit@example.org").delete()
        emails.coordinator_removed(ola, berit)
        found = {(mail.to[0].split("@")[0], mail.subject): mail for mail in Email.objects.all()}
        for to, subject, page in OF_COORDINATORS.values():
            mail = found.pop((to, translation.gettext(subject) % {"name": "Ola"}))
            arguments = [invitation.token] if page == "accept_invitation" else []
            links = {SITE + reverse("landing")} | ({SITE + reverse(page, args=arguments)} if page else set())
            assert set(re.findall('href="([^"]*)"', body(mail, "html"))) == links, subject
            assert "Ola" in body(mail)
            assert "Berit" in body(mail) or page == DESK, subject
        assert not found


def test_mail_says_what_was_changed(kari):
    for language in ("nb", "en"):
        for change in Change:
            with translation.override(language):
                record(kari, change)
                assert str(change.text) in body(Email.objects.latest("pk")), (language, change)


def test_mail_to_an_address_that_is_no_longer_the_accounts_offers_no_code(kari):
    record(kari, Change.EMAIL, to="old@example.org")
    email = Email.objects.get()
    assert email.to == ["old@example.org"]
    assert reverse("account_reset_password") not in body(email)


def test_nobody_without_a_mailbox_is_written_to(kari):
    kari.email = ""
    get_adapter().send_notification_mail("account/email/password_changed", kari)
    assert not Email.objects.exists()
