"""What the admin's start page tells a coordinator: what waits, for how long, and what to do about it."""

import gzip
import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone
from post_office.models import STATUS, Email

from spaces.querysets import IN_DOUBT

from .factories import CoordinatorFactory, JoinRequestFactory, SpaceFactory

pytestmark = pytest.mark.django_db

PIN = "/admin/spaces/space/{}/change/?next=%2Fadmin%2F#id_latitude"

ITEM = re.compile(
    r'<p class="tasks-age">(.*?)</p>.*?<h2[^>]*>(.*?)</h2>.*?<a class="([^"]+)" href="([^"]+)"', re.DOTALL
)


def items(page):
    """Of each: its age, its title, whether its button is filled, and where it leads."""
    return [
        (" ".join(re.sub("<[^>]+>", "", age).split()), unescape(title), "tasks-awaited" in button, url)
        for age, title, button, url in ITEM.findall(page)
    ]


def lists(page):
    return re.findall(r'<(?:li|p class="tasks-more")><a href="([^"]+)">([^<]+)</a>', page)


def join_request(name, state="received", hours=0, **fields):
    request = JoinRequestFactory(name=name, state=state, **fields)
    request.spaces.create(name="Loftet", town="Molde")
    type(request).objects.filter(pk=request.pk).update(waits_since=timezone.now() - timedelta(hours=hours, minutes=1))
    return request


def failed_mail(hours=0):
    email = Email.objects.create(from_email="a@example.org", to=["kari@example.org"], status=STATUS.failed)
    Email.objects.filter(pk=email.pk).update(last_updated=timezone.now() - timedelta(hours=hours, minutes=1))
    return email


def test_whom_a_person_waits_for_stands_first_and_then_the_oldest(coordinator_client, coordinator):
    answered = join_request("Fjordhuset", "waiting", reviewer=coordinator)
    answered.answer("Anne er vert.")
    old, new = join_request("Nordlys", hours=73), join_request("Elvehuset", hours=3)
    email = failed_mail(hours=200)
    space = SpaceFactory(name="Huset", address="Gata 1", precision="town")
    SpaceFactory(address="Gata 2", precision="exact")
    SpaceFactory(precision="town")
    for state in ("unconfirmed", "approved", "declined", "withdrawn"):
        join_request("Ferdig", state)
    change = "/admin/members/joinrequest/{}/change/?next=%2Fadmin%2F".format
    mail = f"/admin/post_office/email/{email.pk}/change/?next=%2Fadmin%2F"
    page = coordinator_client.get("/admin/").content.decode()
    assert items(page) == [
        ("3 dager", "Søknad: Nordlys, Molde", True, change(old.pk)),
        ("3 timer", "Søknad: Elvehuset, Molde", True, change(new.pk)),
        ("under en time", "Svar fra Fjordhuset, Molde", True, change(answered.pk)),
        ("8 dager", "E-post kom ikke fram til kari@example.org", False, mail),
        ("under en time", "Kartnålen til Huset, Oslo", False, PIN.format(space.pk)),
    ]
    for *_rest, url in items(page):
        assert coordinator_client.get(url).status_code == 200


def test_pin_is_in_doubt_after_another_address_until_something_is_done(coordinator_client):
    space = SpaceFactory(name="Huset", address="Gata 1", precision="exact")
    SpaceFactory(address="Gata 1", precision="exact").save()
    new = SpaceFactory(precision="exact")
    new.address = "Gata 3"
    new.save()
    space.address = "Gata 2"
    space.save()
    in_doubt = [("under en time", "Kartnålen til Huset, Oslo", False, PIN.format(space.pk))]
    page = coordinator_client.get("/admin/").content.decode()
    assert items(page) == in_doubt
    assert "Adressen er nå Gata 2, Oslo, men kartnålen står der den sto." in page
    space.history.update(history_date=timezone.now() - IN_DOUBT)
    assert items(coordinator_client.get("/admin/").content.decode()) == []
    space.history.update(history_date=timezone.now())
    space.latitude += 0.01
    space.save()
    assert items(coordinator_client.get("/admin/").content.decode()) == []


def test_of_many_the_first_are_shown_and_a_list_has_the_rest(coordinator_client, django_assert_num_queries):
    for number in range(60):
        join_request(f"Hus {number}", hours=number)
        failed_mail()
        SpaceFactory(address="Gata 1", coming=number % 2, precision="town")
        JoinRequestFactory(state="waiting")
        if number in (0, 59):
            coordinator_client.get("/admin/")  # what Django keeps for later requests is not counted
            with django_assert_num_queries(24):
                page = coordinator_client.get("/admin/").content
    assert len(gzip.compress(page)) < 8_000
    page = coordinator_client.get("/admin/").content.decode()
    assert len(items(page)) == 15
    assert lists(page) == [
        ("/admin/members/joinrequest/?waits=for_coordinators", "50+ søknader til venter"),
        (f"/admin/post_office/email/?state={STATUS.failed}", "50+ e-poster til kommer ikke fram"),
        ("/admin/spaces/space/?attention=address_without_pin", "25 kartnåler til skal plasseres"),
        ("/admin/members/joinrequest/?waits=for_applicants", "50+ søknader venter på søkeren"),
        ("/admin/spaces/space/?attention=upcoming", "30 steder er på vei inn"),
    ]
    for url, _text in lists(page):
        assert coordinator_client.get(url).status_code == 200


def test_start_page_tells_only_what_one_may_see(client):
    join_request("Nordlys")
    failed_mail()
    SpaceFactory(address="Gata 1", precision="town")
    kinds = {None: "", "view_joinrequest": "/joinrequest/", "view_email": "/email/", "view_space": "/space/"}
    for codename, kind in kinds.items():
        user = get_user_model().objects.create_user(f"viewer-{codename}", is_staff=True, email="a@example.org")
        user.user_permissions.add(*Permission.objects.filter(codename=codename))
        client.force_login(user)
        page = client.get("/admin/").content.decode()
        assert [kind in url for *_rest, url in items(page)] == [True] * bool(kind)
        assert ("Tavla" in page) == (codename == "view_space")


def test_start_page_says_when_nothing_waits_and_that_no_mail_arrives(client):
    for email, text in {
        "": "Du får ingen e-post fra nettstedet.",
        "a@example.org": "Ingenting venter på deg.",
    }.items():
        client.force_login(CoordinatorFactory(email=email))
        assert text in client.get("/admin/").content.decode()
