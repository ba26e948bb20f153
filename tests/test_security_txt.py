from datetime import datetime

from django.utils import timezone

from pages.models import SiteSettings

OURS = "coworking.example.org"


def test_security_txt_says_whom_to_tell(client, db, settings):
    settings.CONTACT_EMAIL, settings.SITE_URL = "post@example.org", f"https://{OURS}"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert told["Contact"] == "mailto:post@example.org"
    assert told["Canonical"] == f"https://{OURS}/.well-known/security.txt"
    assert 60 < (datetime.fromisoformat(told["Expires"]) - timezone.now()).days < 365


def test_security_txt_names_the_operator_whatever_coordinators_set(client, db, settings):
    settings.CONTACT_EMAIL = "post@example.org"
    SiteSettings.objects.update(contact_email="network@example.org")
    for operator, told in {"": "post", "operator@example.org": "operator"}.items():
        settings.SECURITY_EMAIL = operator
        page = client.get("/.well-known/security.txt").content.decode()
        assert f"Contact: mailto:{told}@example.org\n" in page
        assert "network@" not in page


def test_security_txt_is_absent_where_nobody_is_there_to_tell(client, db, settings):
    settings.CONTACT_EMAIL = ""
    assert client.get("/.well-known/security.txt").status_code == 404
