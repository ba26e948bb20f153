"""Two web machines with one Redis: what one has found out the other knows, and both go on when it is gone."""

import json
import pickle
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from redis import Redis
from werkzeug import Response

from tests import stand_ins
from tests.client import StaffClient, code, enrol
from tests.conftest import database_url, needs

from .nginx import free_port
from .servers import Web, allowing_for_load, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = 5  # seconds; the address search may take two of them


@pytest.fixture
def redis(tmp_path):
    port = free_port()
    command = [needs("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    process.address = f"redis://127.0.0.1:{port}/0"
    wait_for(lambda: answers(port), "Redis")
    yield process
    process.kill()
    process.wait()


def answers(port) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def machines(tmp_path, redis, httpserver):
    found = Response(json.dumps({"adresser": [stand_ins.HIT]}), mimetype="application/json")
    httpserver.expect_request("/sok").respond_with_response(found)
    outside = {"CACHE_URL": redis.address, "ADDRESS_SEARCH_URL": httpserver.url_for("/").rstrip("/")}
    started = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        started.append(Web(tmp_path / name, database_url(), **outside))
        started[-1].start()
    yield started
    for machine in started:
        machine.stop()


def near(machine, street) -> str:
    began = time.monotonic()
    answer = machine.ask(f"/en/spaces/?near={street}+5")
    assert answer.status == 200
    assert time.monotonic() - began < allowing_for_load(WITHIN)
    return answer.body


def test_what_one_machine_has_found_the_other_knows(machines, httpserver):
    for machine in machines:
        assert "Strandgaten 5" in near(machine, "Strandgaten")
    assert len(httpserver.log) == 1


class Planted:
    """Whoever unpickles it makes a file."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_pickle_that_somebody_planted_is_not_run(machines, redis, tmp_path, httpserver):
    assert "Strandgaten 5" in near(machines[0], "Strandgaten")
    planted = tmp_path / "planted"
    with closing(Redis.from_url(redis.address)) as attacker:
        keys = attacker.keys("*address-*")
        assert keys
        for key in keys:
            assert json.loads(attacker.get(key))  # nothing of ours is a pickle
            attacker.set(key, pickle.dumps(Planted(planted)))
    assert "Strandgaten 5" in near(machines[1], "Strandgaten")
    assert not planted.exists()
    assert len(httpserver.log) == 2, "it counts as nothing, and is asked for anew"


@pytest.fixture(params=["is killed", "hangs"])
def end(request, redis):
    """Ends it; gives how."""

    def act():
        redis.send_signal(signal.SIGKILL if request.param == "is killed" else signal.SIGSTOP)
        return request.param

    return act


def test_machines_go_on_without_redis(machines, lost, end):
    how = end()
    answers = {f"machine {number}": near(machine, "Strandgaten") for number, machine in enumerate(machines)}
    lost(f"Redis {how}", [name for name, body in answers.items() if "Strandgaten 5" not in body])


def test_coordinator_logs_in_without_redis_and_no_code_is_good_twice(redis, settings, coordinator, end, lost):
    shared = {"BACKEND": "coworking_norge.shared_cache.SharedCache", "LOCATION": redis.address}
    settings.CACHES = settings.CACHES | {"default": shared}
    how, used = end(), code()
    enrol(coordinator)
    entered = []
    for _ in range(2):
        visitor = StaffClient()
        Client.force_login(visitor, coordinator)
        visitor.post(reverse("mfa_reauthenticate"), {"code": used})
        entered.append(visitor.get("/admin/").status_code == 200)
    lost(f"Redis {how}: login", [] if entered[0] else ["login"])
    assert not entered[1], "a code is good once"
