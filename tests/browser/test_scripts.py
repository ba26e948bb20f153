"""Whatever people type is shown as they typed it: nothing of it runs, and no policy has to stop it."""

import json
import re
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect
from post_office.models import Email

from accounts.models import Coordinator, Invitation
from core.bin.models import Deletion
from members.mailings.models import Mailing
from members.models import Organisation
from pages.models import Agreement, News, Page
from tests import stand_ins
from tests.mail.test_emails import body
from tests.payloads import ALL, EVALUATED, PAYLOADS

from . import hostile_network
from .hostile_network import INDEXES, payload

# Runs before any script of a page: what an attack would call tells of it, as does each refusal by the policy.
WATCH = """
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = (...told) => console.error(`ran: ${name} ${told}`);
}
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
}, true);
"""
# Elements and attributes that no page of ours has: markup that was let through and did not run.
TRACES = """() => {
  const foreign = "iframe, object, embed, base, set, math, img[src=x], [srcdoc], form[action^='javascript' i]";
  const found = [...document.querySelectorAll(`${foreign}, a[href^='javascript' i], a[href^='data' i]`)];
  for (const element of document.querySelectorAll("*")) {
    if (element.getAttributeNames().some((name) => /^on/i.test(name))) found.push(element);
    if (element.localName === "script" && !element.src && !/json/.test(element.type)) found.push(element);
  }
  return found.map((element) => element.outerHTML.slice(0, 200));
}"""
# All that is read in a page, or would be: texts, values, attributes and titles.
TEXTS = """() => {
  const texts = [document.title, document.documentElement.textContent];
  for (const element of document.querySelectorAll("*")) {
    for (const { value } of element.attributes) texts.push(value);
    if (typeof element.value === "string") texts.push(element.value);
  }
  return texts.join("\\n");
}"""

# Each field of the form gets the next of the texts.
FILL = """(texts) => {
  const fields = document.querySelectorAll("[data-join] :is([type=text], [type=email], [type=tel], textarea)");
  fields.forEach((field, place) => { field.value = texts[place % texts.length]; });
}"""


@pytest.fixture
def watched(page):
    """As `site`, but a page that is not found is no fault, and a dialog is one."""
    faults = []
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
    page.on("popup", lambda popup: faults.append(popup.url))
    page.on("request", lambda request: faults.append(request.url) if "127.0.0.1" not in request.url else None)
    yield page
    assert not faults


@pytest.fixture
def logged_in(watched, base_url, coordinator_client):
    session = {"name": "sessionid", "value": coordinator_client.cookies["sessionid"].value, "url": base_url}
    watched.context.add_cookies([session])
    return watched


def is_fault(message):
    return message.type in ("error", "warning") and not re.search("status of 40[04]", message.text)


def check(page, *shown):
    """No trace of an attack; each of the texts is there as it was typed."""
    assert not page.evaluate(TRACES), page.url
    texts = page.evaluate(TEXTS)
    assert EVALUATED not in texts, page.url
    assert not [text for text in shown if text not in texts], page.url


def visit(page, address, *shown):
    status = page.goto(address).status
    check(page, *shown)
    return status


def linked_data(page):
    return [json.loads(text) for text in page.locator("script[type='application/ld+json']").all_inner_texts()]


def test_nothing_runs_on_public_pages(watched, base_url, media):
    spaces = hostile_network.directory()
    visit(watched, "/", *PAYLOADS)
    visit(watched, "/en/spaces/", *PAYLOADS)
    visit(watched, "/medlemmer/", *PAYLOADS)
    for address, name in {
        "/steder/sted-0/": spaces[0].title,
        "/en/spaces/sted-0/": spaces[0].title,
        "/medlemmer/org-0/": ALL,
        "/en/members/org-0/": ALL,
    }.items():
        visit(watched, address, ALL)
        assert [data["name"] for data in linked_data(watched) if "name" in data] == [name]
    visit(watched, "/kart/punkter.json?z=4&b=4,57,32,72")


def test_nothing_runs_in_popups(watched, base_url):
    owner = hostile_network.organisation(0)
    for index in INDEXES:
        hostile_network.space(index, owner)
    watched.goto("/")
    watched.locator(".map-label").click()
    expect(watched.locator(".leaflet-popup").get_by_role("link")).to_have_count(len(PAYLOADS))
    assert set(watched.locator(".leaflet-popup a").all_text_contents()) >= set(PAYLOADS)
    check(watched)
    watched.goto("/steder/sted-5/")
    watched.locator(".map-label").first.hover()
    check(watched)


def test_nothing_runs_of_what_is_asked_for(logged_in):
    hostile_network.space(0, hostile_network.organisation(0))
    lists = ["spaces/space", "members/organisation", "members/joinrequest", "post_office/email"]
    for index in INDEXES[::2]:
        pairs = [f"{payload(index, place)} {payload(index, place + 1)}" for place in range(5)]
        asked = [quote(pair[:100]) for pair in pairs]  # the longest that is searched for
        visit(logged_in, f"/?q={asked[0]}&area={asked[1]}", pairs[0][:100].strip())
        query = "q={}&near={}&county={}&amenity={}&page={}".format(*asked)
        visit(logged_in, f"/en/spaces/?{query}", pairs[0][:100].strip())
    for address in ("/steder/{0}/", "/bli-med/{0}/", "/kart/punkter.json?z={0}&b={0}", "/admin/search/?q={0}"):
        visit(logged_in, address.format(quote(ALL, safe="")))
    for name in lists:
        visit(logged_in, f"/admin/{name}/?q={quote(ALL)}", ALL)


def test_nothing_runs_in_the_admin_of_the_network(logged_in, media):
    spaces = hostile_network.directory()
    for name in ("spaces/space", "members/organisation", "spaces/amenity"):
        visit(logged_in, f"/admin/{name}/", *PAYLOADS)
    pages = [
        "spaces/space/{0}/change/",
        "members/organisation/{1}/change/",
        "spaces/space/{0}/preview/",
        "spaces/space/{0}/history/",
        "spaces/space/{0}/delete/",
    ]
    pages += ["members/organisation/{1}/history/", "members/organisation/{1}/delete/"]
    pages += ["spaces/space/{0}/history/{2}/", "spaces/space/add/"]
    first = spaces[0]
    for page in pages:
        shown = [ALL] if "change" in page else []
        visit(logged_in, "/admin/" + page.format(first.pk, first.organisation_id, first.history.first().pk), *shown)


def test_nothing_runs_in_the_import(logged_in):
    rows = [[quoted(index, place) for place in range(3)] for index in INDEXES]
    for head in ("fasiliteter", "omtale på norsk"):  # the one is refused, the other stored and told of
        lines = [f"navn;organisasjon;{head};by;fylke", *('"{}";"{}";"{}";Oslo;Oslo'.format(*row) for row in rows)]
        table = "\r\n".join(lines).encode()
        logged_in.goto("/admin/spaces/space/import/")
        logged_in.locator("[name=file]").set_input_files({"name": "s.csv", "mimeType": "text/csv", "buffer": table})
        logged_in.locator("[name=import]").click()
        expect(logged_in.locator("[role=alert], .messagelist").first).to_be_visible()
        check(logged_in, *[text.strip() for text in PAYLOADS if head == "fasiliteter"])


def quoted(index, place=0):
    return payload(index, place).replace('"', '""')


def test_nothing_runs_in_the_admin_of_joining(logged_in, coordinator, register):
    hostile_network.directory_of_one()
    requests = hostile_network.joining(coordinator)
    for index, request in enumerate(requests):
        name, form = f"{payload(2 * index)} {payload(2 * index + 1)}", {"kode": "SA"}
        answer = {"navn": name, "hjemmeside": payload(index, 6), "organisasjonsform": form}
        register.expect_request(f"/enheter/{request.organisation_number}").respond_with_json(answer)
    visit(logged_in, "/admin/members/joinrequest/", *PAYLOADS)
    visit(logged_in, "/admin/")
    for index, request in enumerate(requests):
        logged_in.goto(f"/admin/members/joinrequest/{request.pk}/change/")
        expect(logged_in.locator("[data-register-answer] dd").first).to_be_visible()
        check(logged_in, ALL, payload(2 * index), payload(2 * index + 1))
    for request, page in zip(requests, ["approve", "ask", "decline", "register", "erase"], strict=False):
        visit(logged_in, f"/admin/members/joinrequest/{request.pk}/{page}/")
    visit(logged_in, f"/admin/members/joinrequest/{requests[0].pk}/approve/", *PAYLOADS)
    visit(logged_in, f"/admin/members/organisation/{requests[0].member_id}/change/", *PAYLOADS)


def test_nothing_runs_in_mails(logged_in, coordinator):
    hostile_network.directory_of_one()
    hostile_network.joining(coordinator)
    visit(logged_in, "/admin/post_office/email/", *PAYLOADS[:4])
    mails = Email.objects.order_by("pk")
    for mail in mails[:: len(mails) // len(hostile_network.STATES)]:
        visit(logged_in, f"/admin/post_office/email/{mail.pk}/change/", mail.subject)
    look_at_mails(logged_in, mails)


def look_at_mails(page, mails):
    """All in one document, where no policy guards them: each is whole, and stands beside the others."""
    page.goto("about:blank")
    page.set_content("".join(f"<article>{body(mail, 'html')}</article>" for mail in mails))
    check(page)
    texts = page.locator("body > article").all_text_contents()
    assert [PAYLOADS[0] in text for text in texts] == [PAYLOADS[0] in mail.message for mail in mails]


def test_nothing_runs_on_the_applicants_pages(watched, base_url, coordinator):
    hostile_network.directory_of_one()
    for request in hostile_network.joining(coordinator):
        own = f"/bli-med/{request.page_token}/"
        visit(watched, own, ALL)
        for page in ("rett", "trekk") if request.is_undecided else ("slett",):
            visit(watched, f"{own}{page}/")
        if request.state == "unconfirmed":
            visit(watched, f"/en/join/confirm/{request.confirm_token}/", ALL)


def test_nothing_runs_in_the_form_that_is_shown_again(watched, register, base_url):
    hostile_network.directory_of_one()
    register.clear()
    hits = [stand_ins.HIT | {"adressetekst": text} for text in PAYLOADS[:5]]
    register.expect_request("/sok").respond_with_json({"adresser": hits})
    watched.goto("/bli-med/")
    watched.evaluate(FILL, [payload(0, place) for place in INDEXES])
    watched.get_by_role("button", name="Finn adressen").click()
    expect(watched.locator(".suggestions")).to_be_visible()
    check(watched, *PAYLOADS)
    watched.evaluate(FILL, [ALL])
    watched.get_by_role("button", name="Send søknaden").click()
    expect(watched.locator(".error-summary")).to_be_visible()
    check(watched, ALL)


WORDS = [("landing",), ("about",), ("privacy",), ("join:form",), ("pages:news",), ("pages:agreement",)]
WORDS += [("pages:agreement_on", "2026-01-01"), ("pages:news_item", "nyhet"), ("pages:page", "side")]


def test_nothing_runs_of_the_networks_own_words(watched, base_url, media, coordinator):
    hostile_network.words(coordinator)
    for language in ("nb", "en"):
        with translation.override(language):
            for name, *args in WORDS:
                assert visit(watched, reverse(name, args=args), ALL) == 200, name
            assert visit(watched, reverse("pages:feed")) == 200
    assert visit(watched, reverse("accept_invitation", args=[Invitation.objects.get().token]), ALL) == 200
    look_at_mails(watched, Email.objects.order_by("pk"))


def test_nothing_runs_in_the_admin_of_words_and_people(logged_in, media, coordinator, coordinator_client):
    hostile_network.words(coordinator)
    coordinator_client.prove_second_step()
    for row in (Page.objects.get(slug="side"), News.objects.first(), Agreement.objects.first()):
        model = f"/admin/pages/{row._meta.model_name}"
        for part in ("", "/change", "/preview", "/history", f"/history/{row.history.last().pk}"):
            assert visit(logged_in, f"{model}/{row.pk}{part}/" if part else f"{model}/", ALL) == 200, part
    pages = ["", "log/", f"search/?q={quote(ALL)}", "pages/sitesettings/1/change/", "pages/sitesettings/1/history/"]
    pages += ["accounts/coordinator/", f"accounts/coordinator/{Coordinator.objects.get(first_name=ALL).pk}/remove/"]
    pages += [f"members/organisation/{Organisation.objects.get(slug='org').pk}/change/", "mailings/mailing/"]
    pages += [f"mailings/mailing/{mailing.pk}/change/" for mailing in Mailing.objects.all()]
    pages += [f"mailings/mailing/{Mailing.objects.get(state='draft').pk}/preview/", "bin/deletion/"]
    pages += [f"bin/deletion/{Deletion.objects.get().pk}/{page}/" for page in ("change", "erase")]
    for address in pages:
        assert visit(logged_in, f"/admin/{address}") == 200, address
    logged_in.goto(f"/admin/pages/news/{News.objects.first().pk}/change/")
    logged_in.locator("button[aria-controls=id_text_nb_preview]").click()
    expect(logged_in.locator("#id_text_nb_preview h2")).to_have_count(len(PAYLOADS))
    check(logged_in, ALL)
