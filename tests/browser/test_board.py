import re

from playwright.sync_api import expect
from post_office.models import Email

from tests.factories import SpaceFactory


def test_double_click_asks_once(logged_in, coordinator):
    type(coordinator).objects.update(email="berit@example.org")
    SpaceFactory(name="Huset", email="post@huset.example")
    logged_in.goto("/admin/")
    logged_in.get_by_role("button", name=re.compile("Be dem fylle ut.*Huset, Oslo")).dblclick()
    expect(logged_in.get_by_role("row", name="Huset")).to_contain_text("spurt")
    assert Email.objects.filter(to=["post@huset.example"]).count() == 1
