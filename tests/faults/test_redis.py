"""Two web machines with one Redis: what one has found out the other knows, and both go on when it is gone."""

import json
import signal
import subprocess
import time

import pytest
from werkzeug import Response

from tests import stand_ins
from tests.browser.conftest import database_url
from tests.conftest import needs

from .nginx import free_port
from .servers import Web

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = 5  # seconds; the address search may take two of them


@pytest.fixture
def redis(tmp_path):
    port = free_port()
    command = [needs("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    process.address = f"redis://127.0.0.1:{port}/0"
    yield process
    process.kill()
    process.wait()


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
    assert time.monotonic() - began < WITHIN
    return answer.body


def test_what_one_machine_has_found_the_other_knows(machines, httpserver):
    for machine in machines:
        assert "Strandgaten 5" in near(machine, "Strandgaten")
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("end", ["is killed", "hangs"])
def test_machines_go_on_without_redis(machines, redis, lost, end):
    redis.send_signal(signal.SIGKILL if end == "is killed" else signal.SIGSTOP)
    answers = {f"machine {number}": near(machine, "Strandgaten") for number, machine in enumerate(machines)}
    lost(f"Redis {end}", [name for name, body in answers.items() if "Strandgaten 5" not in body])
