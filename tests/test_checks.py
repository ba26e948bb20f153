"""Each of our checks is silent where all is well, and speaks where it is not."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.checks import run_checks

from coworking_norge import checks

SAFE = {
    "SITE_URL": "https://coworking.example.org",
    "ALLOWED_HOSTS": ["coworking.example.org"],
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_USE_TLS": True,
    "EMAIL_HOST_USER": "site",
    "EMAIL_HOST_PASSWORD": "k9PzV0",
    "ADMINS": [("", "operator@example.org")],
    "CONTACT_EMAIL": "post@example.org",
    "ROOT_URLCONF": "tests.test_checks",
}

handler500 = "django.views.defaults.server_error"
urlpatterns = []


@pytest.fixture(autouse=True)
def safe(settings):
    """The site as it is in production: there the web server in front hands out the media."""
    from coworking_norge import urls

    urlpatterns[:] = [pattern for pattern in urls.urlpatterns if "media" not in str(pattern.pattern)]
    for name, value in SAFE.items():
        setattr(settings, name, value)


@pytest.fixture
def ids():
    def found():
        told = [message.id for message in run_checks(include_deployment_checks=True)]
        return {id for id in told if id.startswith("coworking_norge.")} - {"coworking_norge.W006"}

    return found


def number(which):
    return {f"coworking_norge.W{which:03}"}


def test_silent_where_all_is_well(ids):
    assert ids() == set()


@pytest.mark.parametrize(
    ("which", "name", "value"),
    [
        (1, "SECURE_HSTS_SECONDS", 0),
        (1, "SECURE_REFERRER_POLICY", "unsafe-url"),
        (1, "SECURE_CROSS_ORIGIN_OPENER_POLICY", None),
        (1, "SECURE_CONTENT_TYPE_NOSNIFF", False),
        (1, "PERMISSIONS_POLICY", {}),
        (1, "X_FRAME_OPTIONS", "SAMEORIGIN"),
        (3, "SESSION_COOKIE_NAME", "sessionid"),
        (3, "CSRF_COOKIE_NAME", "csrftoken"),
        (3, "SESSION_COOKIE_SECURE", False),
        (3, "CSRF_COOKIE_PATH", "/admin/"),
        (3, "SESSION_COOKIE_DOMAIN", "example.org"),
        (3, "CSRF_COOKIE_HTTPONLY", False),
        (3, "SESSION_COOKIE_SAMESITE", None),
        (4, "EMAIL_USE_TLS", False),
        (8, "EMAIL_HOST_PASSWORD", "Password"),
        (8, "EMAIL_HOST_PASSWORD", "site"),
    ],
)
def test_warns_of_a_setting(ids, settings, which, name, value):
    setattr(settings, name, value)
    assert ids() == number(which)


@pytest.mark.parametrize(("name", "value"), [("ADMINS", []), ("CONTACT_EMAIL", "")])
def test_says_that_nobody_is_told_of_faults(ids, settings, name, value):
    setattr(settings, name, value)
    assert ids() == {"coworking_norge.I010"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_mail_may_reach_this_machine_in_the_clear(ids, settings, host):
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST = False, host
    assert ids() == set()


@pytest.mark.parametrize("missing", ["csp.middleware.CSPMiddleware", "coworking_norge.headers.SafeHeaders"])
def test_warns_of_a_missing_middleware(ids, settings, missing):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != missing]
    assert ids() == number(1)


@pytest.mark.parametrize(
    "loosened",
    [
        {"script-src": ["'self'", "'unsafe-inline'"]},
        {"img-src": ["*"]},
        {"style-src": ["data:"]},
        {"frame-ancestors": ["'self'"]},
        {"base-uri": []},
    ],
)
def test_warns_of_an_open_policy(ids, settings, loosened):
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | loosened}
    assert ids() == number(2)


def test_warns_of_a_policy_that_lets_forms_go_anywhere(ids, settings):
    directives = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    del directives["form-action"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
    assert ids() == number(2)


def test_warns_of_pages_of_the_admin_that_are_kept(ids, monkeypatch):
    monkeypatch.setattr(admin.sites, "never_cache", lambda view: view)
    assert number(5) <= ids()


@pytest.mark.parametrize(
    ("is_installed", "opens", "warns"),
    [
        (True, lambda request: "second step" in request.session, False),
        (True, lambda request: request.user.is_staff, True),
        (False, lambda request: False, True),
    ],
)
def test_warns_of_an_admin_that_a_password_opens(monkeypatch, is_installed, opens, warns):
    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: is_installed)
    monkeypatch.setattr(type(admin.site._wrapped), "has_permission", lambda site, request: opens(request))
    assert {message.id for message in checks.second_step(None)} == (number(6) if warns else set())


def test_warns_of_media_that_the_site_hands_out(ids, settings):
    settings.ROOT_URLCONF = "coworking_norge.urls"
    assert ids() == number(7)


@pytest.mark.parametrize(
    ("name", "password", "warns"),
    [
        ("kari", "k9PzV0-and-more", False),
        ("kari", "kari", True),
        ("kari", "koordinator", True),
        ("kari", None, False),
    ],
)
def test_warns_of_staff_with_a_password_that_anybody_would_try(db, name, password, warns):
    get_user_model().objects.create_user(name, password=password, is_staff=True)
    get_user_model().objects.create_user("stranger", password="password")
    found = run_checks(include_deployment_checks=True, databases=["default"], tags=["database"])
    assert {message.id for message in found} == (number(9) if warns else set())
    assert name not in str(found)
