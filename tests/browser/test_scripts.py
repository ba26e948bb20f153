"""Whatever people type is shown as they typed it: nothing of it runs, and no policy has to stop it."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from post_office.models import Email

from tests import stand_ins
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
    page.set_default_timeout(8_000)
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
    page.goto(address)
    check(page, *shown)


def linked_data(page):
    return [json.loads(text) for text in page.locator("script[type='application/ld+json']").all_inner_texts()]


def test_nothing_runs_on_public_pages(watched, base_url, media):
    spaces = hostile_network.directory()
    visit(watched, "/", *PAYLOADS)
    visit(watched, "/en/spaces/", *PAYLOADS)
    visit(watched, "/medlemmer/", *PAYLOADS)
    for index in INDEXES:
        shown = [payload(index), payload(index, 1), payload(index, 2)]
        visit(watched, f"/steder/sted-{index}/", ALL, *shown)
        assert [data["name"] for data in linked_data(watched)] == [spaces[index].title]
        visit(watched, f"/en/members/org-{index}/", ALL, payload(index))
        assert [data["name"] for data in linked_data(watched)] == [payload(index)]
    visit(watched, "/en/spaces/sted-0/", *PAYLOADS)
    visit(watched, "/kart/punkter.json?z=4&b=4,57,32,72")


def test_nothing_runs_in_popups(watched, base_url):
    owner = hostile_network.organisation(0)
    for index in INDEXES:
        hostile_network.space(index, owner)
    watched.goto("/")
    watched.locator(".pin").click()
    expect(watched.locator(".leaflet-popup").get_by_role("link")).to_have_count(len(PAYLOADS))
    assert set(watched.locator(".leaflet-popup a").all_text_contents()) >= set(PAYLOADS)
    check(watched)
    watched.goto("/steder/sted-5/")
    watched.locator(".pin").first.hover()
    check(watched)


def test_nothing_runs_of_what_is_asked_for(logged_in):
    hostile_network.space(0, hostile_network.organisation(0))
    lists = ["spaces/space", "members/organisation", "members/joinrequest", "post_office/email"]
    pages = ["/steder/{0}/", "/bli-med/{0}/", "/kart/punkter.json?z={0}&b={1}", "/admin/{2}/?q={0}"]
    for index in INDEXES:
        words = [quote(payload(index, place)) for place in range(5)]
        visit(logged_in, f"/?q={words[0]}&area={words[1]}", payload(index).strip())
        query = "q={}&near={}&county={}&amenity={}&page={}".format(*words)
        visit(logged_in, f"/en/spaces/?{query}", payload(index).strip())
        visit(logged_in, pages[index % 4].format(*words[:2], lists[index // 4]))


def test_nothing_runs_in_the_admin_of_the_network(logged_in, media):
    spaces = hostile_network.directory()
    for name in ("spaces/space", "members/organisation", "spaces/amenity"):
        visit(logged_in, f"/admin/{name}/", *PAYLOADS)
    for index, space in enumerate(spaces):
        visit(logged_in, f"/admin/spaces/space/{space.pk}/change/", ALL, payload(index), payload(index, 2))
        if index % 2:
            visit(logged_in, f"/admin/members/organisation/{space.organisation_id}/change/", ALL, payload(index))
    pages = ["spaces/space/{0}/preview/", "spaces/space/{0}/history/", "spaces/space/{0}/delete/"]
    pages += ["members/organisation/{1}/history/", "members/organisation/{1}/delete/"]
    pages += ["spaces/space/{0}/history/{2}/", "spaces/space/add/"]
    first = spaces[0]
    for page in pages:
        visit(logged_in, "/admin/" + page.format(first.pk, first.organisation_id, first.history.first().pk))


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
        answer = {"navn": payload(index, 5), "hjemmeside": payload(index, 6), "organisasjonsform": {"kode": "SA"}}
        register.expect_request(f"/enheter/{request.organisation_number}").respond_with_json(answer)
    visit(logged_in, "/admin/members/joinrequest/", *PAYLOADS)
    visit(logged_in, "/admin/")
    for index, request in enumerate(requests):
        logged_in.goto(f"/admin/members/joinrequest/{request.pk}/change/")
        expect(logged_in.locator("[data-register-answer] dd").first).to_be_visible()
        check(logged_in, ALL, payload(index), payload(index, 1), payload(index, 2), payload(index, 5))
        step = ["approve", "ask", "decline", "erase"][index % 4]
        visit(logged_in, f"/admin/members/joinrequest/{request.pk}/{step}/", payload(index))
    for page in ("approve", "change"):
        visit(logged_in, f"/admin/members/joinrequest/{requests[0].pk}/{page}/", *PAYLOADS)
    visit(logged_in, f"/admin/members/organisation/{requests[0].member_id}/change/", *PAYLOADS)


def test_nothing_runs_in_mails(logged_in, coordinator):
    hostile_network.directory_of_one()
    hostile_network.joining(coordinator)
    visit(logged_in, "/admin/post_office/email/", *PAYLOADS[:4])
    mails = Email.objects.order_by("pk")
    for mail in mails[:: len(mails) // len(PAYLOADS)]:
        visit(logged_in, f"/admin/post_office/email/{mail.pk}/change/", mail.subject)
    logged_in.goto("about:blank")
    for mail in mails:  # no policy guards what a mail program shows
        logged_in.set_content(mail.html_message)
        check(logged_in)
    asked = mails.filter(message__contains=PAYLOADS[0])
    assert asked
    logged_in.set_content(asked[0].html_message)
    check(logged_in, PAYLOADS[0])


def test_nothing_runs_on_the_applicants_pages(watched, base_url, coordinator):
    hostile_network.directory_of_one()
    for index, request in enumerate(hostile_network.joining(coordinator)):
        own = f"/bli-med/{request.page_token}/"
        visit(watched, own, payload(index), payload(index, 1), payload(index, 2))
        for page in ("rett", "trekk") if request.is_undecided else ("slett",):
            visit(watched, f"{own}{page}/")
        if request.state == "unconfirmed":
            visit(watched, f"/en/join/confirm/{request.confirm_token}/", payload(index))


def test_nothing_runs_in_the_form_that_is_shown_again(watched, register, base_url):
    hostile_network.directory_of_one()
    register.clear()
    hits = [stand_ins.HIT | {"adressetekst": text} for text in PAYLOADS[:5]]
    register.expect_request("/sok").respond_with_json({"adresser": hits})
    for index in INDEXES:
        watched.goto("/bli-med/")
        watched.evaluate(FILL, [payload(index, place) for place in INDEXES])
        if index < 2:
            watched.get_by_role("button", name="Finn adressen").click()
            expect(watched.locator(".hits")).to_be_visible()
            check(watched, *PAYLOADS[:5])
        watched.get_by_role("button", name="Send søknaden").click()
        expect(watched.locator(".faults")).to_be_visible()
        check(watched, payload(index))
