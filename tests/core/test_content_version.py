"""A change and its new version are seen together, else what was before would be served as what is now."""

import pytest
from django.db import connection

from core.models import ContentVersion
from members.models import Organisation
from tests.at_once import at_once
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = {
    "update": lambda: Organisation.objects.update(website="https://example.org/"),
    "update of an indexed column": lambda: Organisation.objects.update(name="Nytt navn"),
    "bulk": lambda: Organisation.objects.bulk_create([OrganisationFactory.build()]),
}


def seen():
    return ContentVersion.current(), sorted(Organisation.objects.values_list("name", "website"))


@pytest.mark.parametrize("write", WRITES)
def test_bulk_write_is_seen_with_its_version(write):
    OrganisationFactory()
    before, meanwhile = seen(), []

    def look(execute, *args):
        meanwhile.extend(at_once(seen))
        return execute(*args)

    with connection.execute_wrapper(look):
        WRITES[write]()
    after = seen()
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert before in meanwhile
    assert all(moment in (before, after) for moment in meanwhile)
