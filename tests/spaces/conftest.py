import pytest

from core.versions import version_of
from spaces.models import Space
from tests.factories import OrganisationFactory

HOURS = "opening_hours_{}"


def form_of(organisation, **changes):
    """What the browser sends for a new space, with some of it changed."""
    return {
        "organisation": organisation.pk,
        "name": "Huset",
        "slug": "huset",
        "status": "open",
        "address": "",
        "postal_code": "",
        "town": "Oslo",
        "municipality": "",
        "county": "03",
        "latitude": "59,91",
        "longitude": "10.75",
        "precision": "exact",
        "photos-TOTAL_FORMS": "0",
        "photos-INITIAL_FORMS": "0",
    } | changes


@pytest.fixture
def send(coordinator_client):
    """Send the form of a space, new or given; returns the response with its errors by field."""

    def send(space=None, **changes):
        address = f"/en/admin/spaces/space/{space.pk}/change/" if space else "/en/admin/spaces/space/add/"
        owner = space.organisation if space else OrganisationFactory()
        if space:
            changes.setdefault("version", version_of(Space.objects.get(pk=space.pk), ["photos"]))
        response = coordinator_client.post(address, form_of(owner, **changes), follow=True)
        form = response.context.get("adminform")
        response.faults = form.form.errors if form and response.redirect_chain == [] else {}
        return response

    return send
