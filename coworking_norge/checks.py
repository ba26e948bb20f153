"""What `check --deploy` demands besides Django's own list: seen from outside where that is possible."""

import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from csp.constants import NONE, UNSAFE_EVAL, UNSAFE_HASHES, UNSAFE_INLINE
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.checks import Info, Tags, Warning, register
from django.core.handlers.wsgi import WSGIHandler
from django.shortcuts import resolve_url
from django.test import RequestFactory
from django.urls import Resolver404, resolve, reverse

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "origin",
    "Strict-Transport-Security": "max-age=",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LOOSE = {UNSAFE_EVAL, UNSAFE_HASHES, UNSAFE_INLINE, "*", "data:", "http:", "https:"}
CLOSED = ("default-src", "base-uri", "frame-ancestors")
COOKIES = ("SESSION", "CSRF")
GUESSED = ["password", "passord", "admin", "administrator", "coworking", "koordinator", "changeme", "postgres"]
ACTS = "hostile.svg"  # a file that a browser would run, were it handed out as it is


def warning(number: int, text: str, hint: str) -> Warning:
    return Warning(text, hint=hint, id=f"coworking_norge.W{number:03}")


def answer(method: str, address: str):
    """What the site says to a stranger who asks over https; no page is asked for that needs the database."""
    host = urlsplit(settings.SITE_URL).netloc
    request = RequestFactory().generic(method, address, secure=True, HTTP_HOST=host, HTTP_X_FORWARDED_PROTO="https")
    logging.disable(logging.INFO)  # nobody has asked
    try:
        return WSGIHandler().get_response(request)
    finally:
        logging.disable(logging.NOTSET)


@register(Tags.security, deploy=True)
def headers(app_configs, **kwargs):
    found = answer("GET", reverse("healthz")).headers
    return [
        warning(1, f"Answers have no {name} with {value}.", "Keep MIDDLEWARE whole and in its order.")
        for name, value in HEADERS.items()
        if value not in found.get(name, "")
    ]


@register(Tags.security, deploy=True)
def content_security_policy(app_configs, **kwargs):
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = sorted({source for sources in directives.values() for source in sources if source in LOOSE})
    is_open = [name for name in CLOSED if list(directives.get(name, [])) != [NONE]]
    if not loose and not is_open and "form-action" in directives:
        return []
    told = f"The content security policy is open: {' '.join(loose + is_open) or 'form-action'}."
    return [warning(2, told, "Put scripts and styles into files instead.")]


@register(Tags.security, deploy=True)
def cookies(app_configs, **kwargs):
    hint = "Without Secure, Path=/ and no Domain browsers refuse a __Host- cookie; without the name others may set it."
    return [
        warning(3, f"The cookie {_cookie(name, 'NAME')} could be set by another host, or read by a script.", hint)
        for name in COOKIES
        if not _cookie(name, "NAME").startswith("__Host-")
        or not (_cookie(name, "SECURE") and _cookie(name, "HTTPONLY") and _cookie(name, "SAMESITE"))
        or (_cookie(name, "PATH"), _cookie(name, "DOMAIN")) != ("/", None)
    ]


def _cookie(kind, property_):
    return getattr(settings, f"{kind}_COOKIE_{property_}")


@register(Tags.security, deploy=True)
def mail(app_configs, **kwargs):
    if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or is_this_machine(settings.EMAIL_HOST):
        return []
    return [warning(4, "Mail travels in the clear.", "Set EMAIL_URL to submission://, or add ?tls=true or ?ssl=true.")]


def is_this_machine(host) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@register(Tags.security, deploy=True)
def cache_headers(app_configs, **kwargs):
    kept = [address for address in (reverse("admin:index"), resolve_url(settings.LOGIN_URL)) if _may_be_kept(address)]
    return [warning(5, f"Browsers and proxies may keep {address}.", "Answer it with no-store.") for address in kept]


def _may_be_kept(address):
    return "no-store" not in answer("OPTIONS", address).get("Cache-Control", "")


@register(Tags.security, deploy=True)
def second_step(app_configs, **kwargs):
    """A password alone must not open the admin, whatever rights it comes with."""
    request = RequestFactory().get(reverse("admin:index"))
    request.user, request.session = get_user_model()(is_staff=True, is_superuser=True), {}
    if apps.is_installed("allauth.mfa") and not admin.site.has_permission(request):
        return []
    return [warning(6, "A password alone opens the admin.", "Ask for a passkey or a code: allauth.mfa, members.login.")]


@register(Tags.security, deploy=True)
def media(app_configs, **kwargs):
    """What this process hands out itself; tests/deploy looks at the web server in front."""
    try:
        resolve(f"{settings.MEDIA_URL}{ACTS}")
    except Resolver404:
        return []
    return [warning(7, "Uploaded files are handed out by the site itself.", "Set PRODUCTION; nginx hands them out.")]


@register(Tags.security, deploy=True)
def secrets_of_the_examples(app_configs, **kwargs):
    database = settings.DATABASES["default"]
    logins = {
        "DATABASE_URL": (database.get("USER"), database.get("PASSWORD")),
        "EMAIL_URL": (settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD),
    }
    return [
        warning(
            8,
            f"{name} has a password that anybody would try.",
            "Make a long one of random characters.",
        )
        for name, (user, password) in logins.items()
        if password and password.casefold() in [*GUESSED, (user or "").casefold()]
    ]


@register(Tags.database, deploy=True)
def passwords_of_staff(app_configs, databases, **kwargs):
    """Asked for by `check --deploy --database default`."""
    if not databases:
        return []
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    return [
        warning(9, "Staff have a password that anybody would try.", f"Change that of no. {user.pk}.")
        for user in staff
        if any(user.check_password(guess) for guess in [*GUESSED, user.get_username()])
    ]


@register(Tags.security, deploy=True)
def who_is_told(app_configs, **kwargs):
    """No warning, which would stop a release: a site may begin so."""
    missing = {
        "ADMINS": "Nobody is told of faults: ADMINS is blank.",
        "CONTACT_EMAIL": "No page says where to write: CONTACT_EMAIL is blank.",
    }
    hint = "Set it to an address."
    return [
        Info(told, hint=hint, id="coworking_norge.I010")
        for name, told in missing.items()
        if not getattr(settings, name)
    ]
