"""Sixteen write at once, to whichever database: none is turned away, and nothing is missing."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import Error, connection

from members.joining.models import JoinRequest
from tests.at_once import at_once
from tests.members.joining.test_erasure import SPACES, VALUES

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 16, 20


def write(writer) -> list[str]:
    """A join request after the other; what came of those that failed."""
    failed = []
    for number in range(EACH):
        try:
            JoinRequest.objects.submit(uuid4(), VALUES | {"contact_email": address(writer, number)}, SPACES)
        except Error as error:
            failed.append(str(error))
    return failed


def address(writer, number):
    return f"nr-{writer}-{number}@example.org"


def test_sixteen_writers_at_once(lost):
    failed = at_once(*(partial(write, writer) for writer in range(WRITERS)))
    sent = {address(writer, number) for writer in range(WRITERS) for number in range(EACH)}
    mailed = JoinRequest.objects.filter(mails__isnull=False, spaces__isnull=False)
    lost(
        f"{WRITERS} writers of {EACH} join requests each, {connection.vendor}",
        sent - set(mailed.values_list("contact_email", flat=True)),
    )
    assert failed == [[]] * WRITERS
    assert mailed.count() == len(sent)
