"""The same file imported twice at the same moment."""

from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Organisation
from spaces.models import Space
from tests.at_once import at_once
from tests.client import StaffClient
from tests.factories import CoordinatorFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def press(client, raw, once):
    upload = SimpleUploadedFile("steder.csv", raw)
    return client.post("/en/admin/spaces/space/import/", {"file": upload, "once": once, "import": "yes"}).status_code


@pytest.mark.parametrize(("presses_of_one_page", "answers"), [(True, [302, 302]), (False, [200, 302])])
def test_import_at_once_stores_once(presses_of_one_page, answers, lost):
    coordinator = CoordinatorFactory()
    for number in range(1, ROUNDS + 1):
        raw = f"name;organisation;town;county\r\nSted;Eier {number};Oslo;Oslo\r\n".encode()
        once = [uuid4()] * 2 if presses_of_one_page else [uuid4(), uuid4()]
        clients = [StaffClient(), StaffClient()]
        for client in clients:
            client.force_login(coordinator)
        calls = [partial(press, client, raw, token) for client, token in zip(clients, once, strict=True)]
        assert sorted(at_once(*calls)) == answers
        assert Space.objects.count() == Organisation.objects.count() == number
    owners = {f"Eier {number}" for number in range(1, ROUNDS + 1)}
    lost("A file imported twice at once", owners - set(Organisation.objects.values_list("name", flat=True)))
