"""Deployment checks of what an operator may set wrong, besides Django's own; run by `check --deploy`."""

from collections import defaultdict
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Info, Tags, Warning, register

from mail.addresses import address_key, is_mailbox

WEAK_PASSWORDS = ["password", "passord", "admin", "administrator", "coworking", "koordinator", "changeme", "postgres"]


@register(Tags.security, deploy=True)
def check_mail_encryption(app_configs, **kwargs):
    if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or is_loopback(settings.EMAIL_HOST):
        return []
    hint = "Set EMAIL_URL to submission://, or add ?tls=true or ?ssl=true."
    return [Warning("Mail travels in the clear.", hint=hint, id="coworking_norge.W004")]


def is_loopback(host) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@register(Tags.security, deploy=True)
def check_server_passwords(app_configs, **kwargs):
    database = settings.DATABASES["default"]
    logins = {
        "DATABASE_URL": (database.get("USER"), database.get("PASSWORD")),
        "EMAIL_URL": (settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD),
    }
    hint = "Make a long one of random characters."
    return [
        Warning(f"{name} has a password that anybody would try.", hint=hint, id="coworking_norge.W008")
        for name, (user, password) in logins.items()
        if password and password.casefold() in [*WEAK_PASSWORDS, (user or "").casefold()]
    ]


@register(Tags.database, deploy=True)
def check_staff_passwords(app_configs, databases, **kwargs):
    if not databases:  # without --database default
        return []
    # A hash for each guess is slow: only staff are tried, and only by `check --deploy --database`.
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    message = "Staff have a password that anybody would try."
    return [
        Warning(message, hint=f"Change that of no. {user.pk}.", id="coworking_norge.W009")
        for user in staff
        if any(user.check_password(guess) for guess in [*WEAK_PASSWORDS, user.get_username()])
    ]


@register(Tags.database, deploy=True)
def check_shared_addresses(app_configs, databases, **kwargs):
    # the site lets nobody take another's; commands on the server and earlier releases did
    if not databases:
        return []
    keys = defaultdict(list)
    for key, email in get_user_model().objects.exclude(email="").order_by("pk").values_list("pk", "email"):
        keys[address_key(email)].append(str(key))
    message = "Accounts share an address, and a code for a new password reaches the first of them only."
    return [
        Info(message, hint=f"Give nos. {', '.join(shared)} one each.", id="coworking_norge.I011")
        for shared in keys.values()
        if len(shared) > 1
    ]


@register(Tags.security, deploy=True)
def check_contact_address(app_configs, **kwargs):
    # it is where applicants' answers go: no mail to them is queued with one that is refused
    if not settings.CONTACT_EMAIL or is_mailbox(settings.CONTACT_EMAIL):
        return []
    hint = "Set it to one such as post@example.org."
    return [Warning("Nobody else can write to CONTACT_EMAIL.", hint=hint, id="coworking_norge.W012")]


@register(Tags.security, deploy=True)
def check_addresses(app_configs, **kwargs):
    # no warning, which would stop a release: a site may begin without
    messages = {
        "ADMINS": "Nobody is told of faults: ADMINS is blank.",
        "CONTACT_EMAIL": "No page says where to write: CONTACT_EMAIL is blank.",
    }
    return [
        Info(message, hint="Set it to an address.", id="coworking_norge.I010")
        for name, message in messages.items()
        if not getattr(settings, name)
    ]
