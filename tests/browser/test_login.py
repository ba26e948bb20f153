"""A coordinator logs in, with the app and with a passkey; what nobody must be able to do."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from accounts import limits
from accounts.models import LoginEvent
from coworking_norge import settings as production
from tests.client import code, enrol

PASSWORD = "riktig hest batteri stift"


@pytest.fixture
def kari(django_user_model, settings):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS  # the server knows no other
    return django_user_model.objects.create_user("kari", "kari@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def named(base_url):
    """Passkeys belong to a name, not to an address of digits."""
    return base_url.replace("127.0.0.1", "localhost")


@pytest.fixture
def passkeys(site):
    """A phone's or machine's own, whose owner always says yes."""
    devtools = site.context.new_cdp_session(site)
    devtools.send("WebAuthn.enable")
    owner = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True} | owner
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def follow(page, element):
    """Click, and wait for the page it leads to: between two pages there is no document to look at."""
    with page.expect_navigation():
        element.click()


def type_password(page, site_at):
    page.goto(f"{site_at}/en/admin/")
    page.get_by_label("User name").fill("kari")
    page.get_by_label("Password").fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Log in", exact=True))


def set_up_app(page):
    follow(page, page.get_by_role("link", name="Use an app"))
    secret = page.locator(".login-secret").inner_text().replace(" ", "")
    page.get_by_label("The six digits that the app shows").fill(code(secret))
    follow(page, page.get_by_role("button", name="Use this app"))
    return secret


def add_passkey(page):
    page.get_by_label("What do you call it?").fill("My phone")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".login-recovery-codes code")).to_have_count(10)


def log_out(page, site_at):
    page.goto(f"{site_at}/en/admin/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_label("User name")).to_be_visible()


def test_coordinator_sets_up_an_app_and_logs_in_with_it(site, named, kari):
    type_password(site, named)
    expect(site.get_by_role("heading", level=1)).to_have_text("One more step")
    site.goto(f"{named}/en/admin/spaces/space/")
    expect(site.get_by_role("heading", level=1)).to_have_text("One more step")
    secret = set_up_app(site)
    expect(site.locator(".login-recovery-codes code")).to_have_count(10)
    site.get_by_role("link", name="I have kept them").click()
    expect(site.get_by_role("link", name="My login")).to_be_visible()
    log_out(site, named)
    type_password(site, named)
    site.get_by_label("Code").fill(code(secret, steps=1))
    site.get_by_role("button", name="Log in", exact=True).click()
    expect(site.get_by_role("link", name="My login")).to_be_visible()


def log_in_with_password_after_adding_a_passkey(site, named):
    type_password(site, named)
    site.get_by_role("link", name="Add a passkey").click()
    add_passkey(site)
    log_out(site, named)
    type_password(site, named)


def test_coordinator_adds_a_passkey_and_logs_in_with_it(site, named, kari, passkeys):
    log_in_with_password_after_adding_a_passkey(site, named)
    site.get_by_role("button", name="Use the passkey").click()
    expect(site.get_by_role("link", name="My login")).to_be_visible()
    follow(site, site.get_by_role("link", name="My login"))
    expect(site.get_by_text("My phone")).to_be_visible()
    assert LoginEvent.objects.filter(kind="logged_in").count() == 2


def test_passkey_that_was_taken_away_does_not_let_in(site, named, kari, passkeys):
    log_in_with_password_after_adding_a_passkey(site, named)
    Authenticator.objects.all().delete()
    enrol(kari)
    site.get_by_role("button", name="Use the passkey").click()
    expect(site.get_by_role("alert")).to_contain_text("The code is not right")
    site.goto(f"{named}/en/admin/")
    expect(site.get_by_role("link", name="My login")).to_have_count(0)
    assert "wrong_code" in LoginEvent.objects.values_list("kind", flat=True)


def test_passkey_page_at_an_address_of_digits_says_where_to_go(site, base_url, kari):
    type_password(site, base_url)
    site.get_by_role("link", name="Add a passkey").click()
    link = site.get_by_role("link", name="Open it at localhost")
    assert link.get_attribute("href").startswith("http://localhost:")


def test_without_script_one_logs_in_with_the_app(browser, base_url, named, kari):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        type_password(page, base_url)
        set_up_app(page)
        follow(page, page.get_by_role("link", name="I have kept them"))
        assert page.url.endswith("/admin/")
        page.goto(f"{named}/en/admin/")
        type_password(page, named)
        expect(page.get_by_role("heading", level=1)).to_have_text("The second step")


def test_without_script_the_page_says_that_passkeys_need_it(browser, named, kari):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        type_password(page, named)
        page.get_by_role("link", name="Add a passkey").click()
        expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
        expect(page.get_by_role("button", name="Add the passkey")).to_be_hidden()


def test_axe_finds_nothing_on_the_pages_about_logging_in(site, named, kari, passkeys, axe):
    def check():
        for width in (1440, 360):
            site.set_viewport_size({"width": width, "height": 800})
            assert site.evaluate("document.documentElement.scrollWidth") <= width
        axe(site)

    for language in ("nb", "en"):
        with translation.override(language):
            for name in ("account_login", "account_reset_password"):
                site.goto(named + reverse(name))
                check()
    site.goto(f"{named}/en/login/")
    follow(site, site.get_by_role("button", name="Log in", exact=True))
    check()
    type_password(site, named)
    check()
    follow(site, site.get_by_role("link", name="Use an app"))
    check()
    site.go_back()
    set_up_app(site)
    check()
    pages = ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"]
    pages += ["mfa_add_webauthn", "account_change_password", "account_reauthenticate", "mfa_reauthenticate"]
    for name in [*pages, "account_logout"]:
        with translation.override("en"):
            site.goto(named + reverse(name))
        check()
    log_out(site, named)
    type_password(site, named)
    expect(site.get_by_role("heading", level=1)).to_have_text("The second step")
    check()


def test_tries_are_limited_over_all_processes(base_url, kari):
    """Two gunicorn workers, and more tries at once than are allowed: each counts the other's."""
    address = urlsplit(base_url)

    def guess(number):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request("GET", "/en/login/")
        page = connection.getresponse()
        token = re.search('csrfmiddlewaretoken" value="(.+?)"', page.read().decode())[1]
        cookie = page.headers["Set-Cookie"].split(";")[0]
        form = {"csrfmiddlewaretoken": token, "login": "kari", "password": f"wrong {number}"}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/en/login/", urlencode(form), headers)
        return connection.getresponse().status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(guess, range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT + 8))) == {200}
    kinds = list(LoginEvent.objects.values_list("kind", flat=True))
    assert kinds.count("wrong_password") == limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT
    assert kinds.count("too_many") == 8
