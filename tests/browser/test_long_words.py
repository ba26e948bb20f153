"""Texts that people type without a space: web addresses, compound words, keys held down. No page is wider for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.logos import clean_logo
from spaces.models import Photo
from tests.factories import AmenityFactory, JoinRequestFactory, NewsFactory, OrganisationFactory, SpaceFactory
from tests.pictures import cleaned, encoded, picture

from .test_accessibility import ADMIN, visit

pytestmark = pytest.mark.timeout(300)  # many pages in a test

WIDTHS = (320, 360)
WORD = "Menneskerettighetsorganisasjonssekretariatet"
KEY = "W" * 120
LINK = "https://example.org/" + "a" * 100
EMAIL = f"{'post' * 15}@{'eksempel' * 7}.example.org"
TEXT = f"{WORD} {LINK}\n\n{KEY}"
PAGES = ["", "steder/", "steder/?county=03", f"steder/?q={KEY}", f"steder/?near={KEY}", f"?q={KEY}", f"?q={WORD}"]
PAGES += ["steder/huset/", "steder/snart/", "medlemmer/", "medlemmer/org/", "bli-med/", "om/", "personvern/", f"{KEY}/"]
ENGLISH = {"steder": "spaces", "medlemmer": "members", "bli-med": "join", "om": "about", "personvern": "privacy"}


@pytest.fixture
def network(base_url, media):
    organisation = OrganisationFactory(
        slug="org", name=WORD, description_nb=TEXT, website=LINK, email=EMAIL, organisation_number="923609016"
    )
    amenity = AmenityFactory(name_nb=KEY[:60], name_en=KEY[:60])
    names = {"huset": f"Huset {KEY[:100]}", "snart": WORD, "bergen": KEY}
    for place, (slug, name) in enumerate(names.items()):
        space = SpaceFactory(
            slug=slug, organisation=organisation, name=name, address=KEY, town=WORD, municipality=WORD, website=LINK,
            email=EMAIL, description_nb=TEXT, description_en=TEXT, opening_hours="Mo-Fr 08:00-12:00,13:00-18:00",
            latitude=59.5 + place * 4, coming=slug == "snart", desks=9999, meeting_rooms=" + ".join(["100"] * 13),
            month_price=100_000, booking_url=f"https://{KEY[:60]}.example.org/", languages="no en se nsl sv da fi de",
            step_free="no", lift="no", accessible_toilet="no", welcomed_by=KEY[:30], welcome_consent=True,
        )  # fmt: skip
        space.amenities.add(amenity)
    photo = Photo(space=space, alt_nb=KEY, credit=KEY[:100])
    photo.set_image(cleaned(encoded(picture(960, 640))))
    photo.save()
    organisation.change_logo(clean_logo(SimpleUploadedFile("logo.png", encoded(picture(300, 100), "PNG"))))
    organisation.save()
    return space


def too_wide(page, addresses):
    """The addresses and widths where a page is wider than its window, and what of it is."""
    found = []
    for address in addresses:
        page.set_viewport_size({"width": WIDTHS[0], "height": 700})
        assert visit(page, address) == (404 if address.endswith(f"{KEY}/") else 200), address
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append((address, width, wide, page.evaluate(CULPRITS)))
    return found


CULPRITS = """() => [...document.body.querySelectorAll('*')]
    .filter((each) => each.getBoundingClientRect().right + scrollX > innerWidth + 1)
    .slice(-3).map((each) => each.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("language", ["", "en/"])
def test_no_page_is_wider_than_its_window(page, network, language):
    addresses = [f"/{language}{address}" for address in PAGES]
    for norwegian, english in ENGLISH.items():
        addresses = [each.replace(f"/en/{norwegian}/", f"/en/{english}/") for each in addresses]
    assert not too_wide(page, addresses)


def test_join_form_with_errors_is_no_wider_than_its_window(page, network):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        page.goto("/bli-med/")
        for field in page.locator("main input:not([type=hidden], [type=checkbox], [type=radio]), main textarea").all():
            if field.is_visible():
                field.fill(KEY)
        page.locator("main form [type=submit]").last.click()
        page.locator(".errorlist").first.wait_for()
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def join_request(network, coordinator):
    request = JoinRequestFactory(
        state="received", name=KEY, member=network.organisation, website=LINK, message=TEXT, place=TEXT, community=KEY,
        facilitation=LINK, contact_name=KEY[:100], contact_email=EMAIL,
    )  # fmt: skip
    request.spaces.create(name=WORD, town=WORD, address=KEY, latitude=59.91, longitude=10.75)
    request.ask(TEXT, by=coordinator)
    request.answer(TEXT)
    request.ask(LINK, by=coordinator)
    return request


def test_no_page_of_the_applicants_is_wider_than_its_window(page, join_request):
    parts = ["", "rett/", "trekk/"]
    assert not too_wide(page, [f"/bli-med/{join_request.page_token}/{part}" for part in parts])


def test_popup_on_the_map_is_no_wider_than_its_window(page, network):
    page.emulate_media(reduced_motion="reduce")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        visit(page, "/")
        page.locator(".map-label").first.press("Enter")
        page.locator(".leaflet-popup").wait_for()
        popup = page.locator(".leaflet-popup-content")
        assert popup.evaluate("(content) => content.scrollWidth <= content.clientWidth")
        assert popup.bounding_box()["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_page_of_the_admin_is_wider_than_its_window(logged_in, network, join_request):
    keys = {"space": network.pk, "organisation": network.organisation_id, "version": network.history.first().pk}
    approved = JoinRequestFactory(state="approved", name=KEY, member=network.organisation)
    approved.spaces.create(name=WORD, town=WORD, space=network)
    keys |= {"request": join_request.pk, "declined": JoinRequestFactory(state="declined", name=KEY).pk}
    news = NewsFactory(title_nb=KEY, slug="news", text_nb=TEXT, draft={"title_nb": WORD})
    keys |= {"approved": approved.pk, "news": news.pk}
    assert not too_wide(logged_in, ["/admin/" + address.format(**keys) for address in ADMIN])


def test_no_word_of_a_mark_is_broken(site, base_url):
    OrganisationFactory.create_batch(5, name="Kunnskapsparken")
    lines = "marks => marks.map(mark => { const range = document.createRange(); range.selectNodeContents(mark);"
    lines += " return range.getClientRects().length })"
    for address in ("/", "/medlemmer/"):
        visit(site, address)
        for width in range(320, 1441, 20):
            site.set_viewport_size({"width": width, "height": 700})
            assert site.locator("li:not(:last-child) > .mark > .mark-name").evaluate_all(lines) == [1] * 5, width
