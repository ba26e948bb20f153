"""Which agreement held when: a new version follows, and the older one stays readable by its day."""

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from pages.models import Agreement
from tests.factories import AgreementFactory

from .test_pages import body, saved

pytestmark = pytest.mark.django_db

LIST = "/admin/pages/agreement/"
OLD, NEW = "gratis i inntil fem dager i måneden", "gratis i inntil ti dager i måneden"


def test_new_version_follows_and_the_older_one_stays(coordinator_client, coordinator):
    visitor = Client()
    assert OLD in body(coordinator_client, f"{LIST}add/")  # it begins as a copy
    saved(coordinator_client, f"{LIST}add/", "agreement_form", text_nb=f"- {NEW}", title_en="", text_en="")
    version = Agreement.objects.get(state="draft")
    assert NEW in body(coordinator_client, f"{LIST}{version.pk}/preview/")
    with time_machine.travel("2027-03-01 12:00Z", tick=False):
        for address in ("/om/", "/bli-med/", "/avtalen/"):
            assert (OLD in body(visitor, address), NEW in body(visitor, address)) == (True, False), address
        Agreement.objects.publish(by=coordinator)
        for address in ("/om/", "/bli-med/", "/avtalen/", "/en/agreement/", "/avtalen/2027-03-01/"):
            assert (OLD in body(visitor, address), NEW in body(visitor, address)) == (False, True), address
        older = body(visitor, "/avtalen/2027-02-28/")
        assert OLD in older
        assert "Gjaldt til og med 28. februar 2027." in older
        assert 'href="/avtalen/2027-02-28/"' in body(visitor, "/avtalen/")
        assert 'lang="nb"' in body(visitor, "/en/about/").split("band-promise")[1].split("</section>")[0]
        for wrong in ("2027-03-02", "20270228", "i-går", "2027-02-30"):
            assert visitor.get(f"/avtalen/{wrong}/").status_code == 404, wrong


def test_published_version_is_never_changed_deleted_or_taken_back(coordinator_client):
    AgreementFactory()
    for published in Agreement.objects.all():
        form = coordinator_client.get(f"{LIST}{published.pk}/change/").content.decode()
        assert 'name="text_nb"' not in form
        assert "_take_back" not in form
        for page, status in {"change": 409, "delete": 302}.items():
            answer = coordinator_client.post(f"{LIST}{published.pk}/{page}/", {"text_nb": "Nytt", "post": "yes"})
            assert answer.status_code == status
    for action in ("take_back", "delete_selected"):
        chosen = {"_selected_action": Agreement.objects.values_list("pk", flat=True), "confirmed": "yes", "post": "yes"}
        coordinator_client.post(LIST, {"action": action} | chosen)
    assert set(Agreement.objects.values_list("state", flat=True)) == {"published"}
    assert Agreement.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.take_back(by=None)


def test_of_two_versions_from_one_day_the_last_holds(client):
    for number, text in enumerate(["Først", "Så"]):
        AgreementFactory(text_nb=text, date="2026-03-02", title_nb=f"Utgave {number}")
    now = body(client, "/avtalen/")
    assert ("Utgave 1" in now, now.count("Gjaldt til og med")) == (True, 1)
    assert "Utgave 0" not in body(client, "/avtalen/2026-03-02/")
    assert "Gjaldt til og med 1. mars 2026." in body(client, "/avtalen/2026-03-01/")
