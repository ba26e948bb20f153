"""The mails about logging in, and about who may."""

from django.utils.translation import get_language

from core.history import full_name
from mail import emails
from mail.addresses import is_mailbox
from pages import network

from .coordinators import reachable

RESET_CODE = "account/email/password_reset_code"


def password_code(user, code: str, minutes: int):
    context = {"name": user.get_username(), "code": code, "minutes": minutes}
    _queue("password_code", user.email, context)


def wrong_codes(user, count: int):
    if is_mailbox(user.email):
        context = {"name": user.get_username(), "count": count}
        _queue("wrong_codes", user.email, context)


def login_changed(user, change: str, *, to: str):
    if is_mailbox(to):
        context = {"name": user.get_username(), "change": change, "has_moved": to != user.email}
        _queue("login_changed", to, context)


def invitation(invitation):
    # no stranger may know a user name
    by, expires_at = invitation.invited_by.get_full_name(), invitation.expires_at
    context = {"name": invitation.name, "by": by, "token": invitation.token, "expires_at": expires_at}
    _queue("invitation", invitation.email, context, reply_to=network.current().contact_email)


def coordinator_invited(invitation):
    context = {"invitation": invitation, "by": full_name(invitation.invited_by)}
    _to_coordinators("coordinator_invited", context, besides=[invitation.invited_by])


def coordinator_added(account, invitation):
    context = {"name": full_name(account), "username": account.get_username(), "email": invitation.email}
    _to_coordinators("coordinator_added", context, besides=[account])


def coordinator_removed(coordinator, by):
    context = {"name": full_name(coordinator), "by": full_name(by)}
    _to_coordinators("coordinator_removed", context, besides=[coordinator, by])
    if is_mailbox(coordinator.email):
        _queue("access_removed", coordinator.email, context)


def _to_coordinators(name, context, besides):
    for coordinator in reachable():
        if coordinator not in besides:
            _queue(name, coordinator.email, context)


def _queue(name, to, context, **options):
    emails.queue(f"accounts/emails/{name}", to=to, language=get_language(), context=context, **options)
