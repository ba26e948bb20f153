import pytest
import time_machine
from django.utils import timezone

from tests.factories import CoordinatorFactory

from .deciding import STEPS, url
from .mails import SITE


@pytest.fixture
def decide(coordinator_client):
    """Send a step of a request, as its page would have it now."""

    def decide(request, step, seen=None, **fields):
        latest = request.events.last()
        fields["seen"] = seen if seen is not None else (latest.pk if latest else 0)
        response = coordinator_client.post(url(request, step), STEPS.get(step, ({},))[0] | fields, follow=True)
        request.refresh_from_db()
        return response

    return decide


@pytest.fixture
def stopped_clock():
    """Stop the clock: a token is signed with the second in which it was made."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def site(settings, stopped_clock):
    settings.SITE_URL = SITE
    return settings


@pytest.fixture
def reachable(db):
    return CoordinatorFactory(email="berit@example.org")
