"""Two coordinators at once, on the database itself."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from members.models import JoinRequest, Organisation, TooLate
from tests.factories import CoordinatorFactory, JoinRequestFactory

ROUNDS = 50


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_deciding_at_once_decide_once():
    coordinators = [CoordinatorFactory(), CoordinatorFactory()]
    for number in range(ROUNDS):
        request = JoinRequestFactory(state=JoinRequest.State.RECEIVED, name=f"Applicant {number}")
        request.spaces.create(name="Loftet", town="Oslo", postal_code="0150")
        barrier = Barrier(2)

        def decide(by, key=request.pk, barrier=barrier):
            mine = JoinRequest.objects.get(pk=key)
            barrier.wait()
            try:
                mine.approve(by=by)
            except TooLate as late:
                return late.join_request.reviewer
            finally:
                connections.close_all()
            return None

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(decide, coordinators))
        request.refresh_from_db()
        assert [told.count(None), told.count(request.reviewer)] == [1, 1]
    assert Organisation.objects.count() == ROUNDS
    print(f"lost or done twice in {ROUNDS} rounds: nothing")
