import re

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from post_office.models import STATUS, Email

from mail import outbox
from tests.factories import CoordinatorFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/post_office/email/"
REFUSAL = "{'kari@example.org': (550, b'5.1.1 <no> such mailbox')}"


@pytest.fixture
def failed():
    message = EmailMultiAlternatives(
        "Velkommen", "Hei <script>alert(1)</script>", to=["kari@example.org"], reply_to=["ola@example.org"]
    )
    message.attach_alternative("<script>alert(2)</script><p>HTML</p>", "text/html")
    email = outbox.put(message)
    Email.objects.update(status=STATUS.failed, number_of_retries=96, scheduled_time=email.created)
    for reason in ("an earlier reason", REFUSAL):
        email.logs.create(status=STATUS.failed, exception_type="SMTPRecipientsRefused", message=reason)
    email.refresh_from_db()
    return email


def texts(client, address):
    return client.get(address).content.decode()


@pytest.mark.parametrize("part", ["", "{}/change/"])
def test_outbox_says_what_failed_and_why(coordinator_client, failed, part):
    html = texts(coordinator_client, LIST + part.format(failed.pk))
    for text in ("kari@example.org", "Velkommen", "SMTPRecipientsRefused: ", "5.1.1 &lt;no&gt; such mailbox"):
        assert text in html
    assert "an earlier reason" not in html


def test_outbox_says_when_in_the_clock_of_norway(coordinator_client, failed):
    Email.objects.update(created="2026-07-01T10:00Z", scheduled_time="2026-07-01T22:30Z", status=STATUS.requeued)
    for part in ("", f"{failed.pk}/change/"):
        assert "1. juli 2026 12:00" in texts(coordinator_client, LIST + part)
    assert "2. juli 2026 00:30" in texts(coordinator_client, f"{LIST}{failed.pk}/change/")
    assert "None" not in texts(coordinator_client, f"{LIST}{failed.pk}/change/")


def test_outbox_shows_the_text_and_runs_nothing(coordinator_client, failed):
    response = coordinator_client.get(f"{LIST}{failed.pk}/change/")
    html = response.content.decode()
    assert "Hei &lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "ola@example.org" in html
    assert "alert(2)" not in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|https?://(?!127\.0\.0\.1|www\.w3\.org)", html)
    assert all("src=" in tag or "json" in tag for tag in re.findall("<script[^>]*>", html))


def test_outbox_forgets_the_error_of_what_was_sent_at_last(coordinator_client, failed):
    Email.objects.update(status=STATUS.sent)
    assert "such mailbox" not in texts(coordinator_client, LIST)


def test_outbox_can_be_changed_by_nobody(admin_client, failed):
    html = texts(admin_client, f"{LIST}{failed.pk}/change/")
    assert "_save" not in html
    assert "deletelink" not in html
    for part in ("add/", f"{failed.pk}/delete/"):
        assert admin_client.get(LIST + part).status_code == 403
    assert admin_client.post(f"{LIST}{failed.pk}/change/", {"subject": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("status", "listed"), [(STATUS.queued, 1), (STATUS.requeued, 0), (STATUS.failed, 0), (STATUS.sent, 0), ("x", 1)]
)
def test_outbox_filters_by_state(coordinator_client, failed, status, listed):
    Email.objects.update(status=STATUS.queued)
    assert texts(coordinator_client, f"{LIST}?state={status}").count('class="field-title') == listed


def send_again(client, email):
    return client.post(LIST, {"action": "send_again", "_selected_action": [email.pk]}, follow=True).content.decode()


def test_outbox_sends_again_what_was_given_up(coordinator_client, failed):
    assert '<li class="info">1 ' in send_again(coordinator_client, failed)
    failed.refresh_from_db()
    assert (failed.status, failed.number_of_retries, failed.scheduled_time) == (STATUS.queued, 0, None)


@pytest.mark.parametrize("status", [STATUS.sent, STATUS.requeued])
def test_outbox_sends_nothing_else_again(coordinator_client, failed, status):
    Email.objects.update(status=status)
    send_again(coordinator_client, failed)
    failed.refresh_from_db()
    assert (failed.status, failed.number_of_retries) == (status, 96)


def test_outbox_is_for_coordinators(client, failed):
    staff = CoordinatorFactory()
    staff.groups.clear()
    client.force_login(staff)
    assert client.get(LIST).status_code == 403


def test_outbox_sends_again_only_for_those_who_may(client, failed):
    staff = CoordinatorFactory()
    staff.groups.clear()
    staff.user_permissions.add(Permission.objects.get(codename="view_email"))
    client.force_login(staff)
    assert "send_again" not in texts(client, LIST)
    send_again(client, failed)
    failed.refresh_from_db()
    assert failed.status == STATUS.failed


@pytest.mark.parametrize("model", ["attachment", "emailtemplate", "log"])
def test_outbox_is_all_of_post_office_in_the_admin(admin_client, model):
    assert f"/admin/post_office/{model}/" not in texts(admin_client, reverse("admin:index"))


def test_outbox_list_has_few_queries(coordinator_client, django_assert_max_num_queries):
    for number in range(20):
        outbox.put(EmailMultiAlternatives(f"Nr. {number}", "Hei", to=["kari@example.org"]))
    with django_assert_max_num_queries(8):
        coordinator_client.get(LIST)
