"""PostgreSQL is killed under load, and comes back."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from threading import Event
from typing import NamedTuple

import psycopg2
import pytest

from .servers import Answer, Web, client_of, new_form

DOWN, AROUND = 8, 3  # seconds
BACK = 2  # after which the first and every answer must be right
PAGES = ["/", "/en/", "/steder/?q=hus", "/en/spaces/", "/medlemmer/", "/bli-med/"]
WITHOUT_DATA = "/robots.txt"

pytestmark = pytest.mark.own_database


class Visit(NamedTuple):
    began: float
    form: dict | None
    answer: Answer


@pytest.fixture
def web(tmp_path, postgres):
    server = Web(tmp_path, postgres.url)
    server.manage("migrate", "-v0")
    server.manage("seed", "-v0")
    server.start()
    yield server
    server.stop()


def test_killed_for_eight_seconds_under_load(web, postgres, lost):
    with Load(web) as load:
        time.sleep(AROUND)
        killed = time.monotonic()
        postgres.kill()
        time.sleep(DOWN)
        postgres.start()
        back = time.monotonic()
        time.sleep(AROUND)
    failed = [visit for visit in load.visits if visit.answer.status not in (200, 302)]
    assert_told_in_the_readers_language(failed)
    meanwhile = [visit for visit in load.visits if killed + 0.5 < visit.began < back - 0.5]
    assert {visit.answer.status for visit in meanwhile} == {503}
    assert load.statuses_without_data == {200}
    late = max(0, max(visit.began for visit in failed) - back)
    assert late < BACK
    assert "Traceback" not in web.log.read_text()
    taken = {visit.form["contact_email"] for visit in load.visits if visit.form and visit.answer.status == 302}
    fault = (
        f"PostgreSQL killed for {DOWN} s, {len(load.visits)} visits, all well {late:.1f} s after, {len(taken)} forms"
    )
    lost(fault, taken - set(stored(postgres)))
    assert_refused_forms_are_taken_once(web, postgres, load.visits, taken)


def assert_told_in_the_readers_language(failed):
    assert {visit.answer.status for visit in failed} == {503}
    assert {visit.answer.headers["retry-after"] for visit in failed} == {"10"}
    assert {re.search('<html lang="(..)">', visit.answer.body)[1] for visit in failed} == {"nb", "en"}


def assert_refused_forms_are_taken_once(web, postgres, visits, taken):
    """When they are sent again."""
    refused = [visit.form for visit in visits if visit.form and visit.answer.status == 503]
    assert taken
    assert refused
    for number, form in enumerate(refused):
        assert web.ask("/bli-med/", form, client=client_of(number + 1000)).status == 302
    assert sorted(stored(postgres)) == sorted(taken | {form["contact_email"] for form in refused})


def stored(postgres) -> list[str]:
    """The addresses of whole join requests: those with a mail."""
    query = """SELECT r.contact_email FROM members_joinrequest r
        JOIN members_joinrequest_mails m ON m.joinrequest_id = r.id JOIN post_office_email e ON e.id = m.email_id"""
    with closing(psycopg2.connect(postgres.url)) as database, database.cursor() as cursor:
        cursor.execute(query)
        return [address for (address,) in cursor.fetchall()]


class Load:
    """Three who read and one who sends forms, all the time."""

    def __init__(self, web):
        self.web, self.visits, self.statuses_without_data, self.over = web, [], set(), Event()
        self.pool = ThreadPoolExecutor(4)

    def __enter__(self):
        self.running = [self.pool.submit(self.read, start) for start in range(3)] + [self.pool.submit(self.send)]
        return self

    def __exit__(self, *_):
        self.over.set()
        self.pool.shutdown()
        for thread in self.running:
            thread.result()

    def read(self, start):
        for number in count(start):
            if self.over.wait(0.03):
                return
            self.visit(PAGES[number % len(PAGES)])
            self.statuses_without_data.add(self.web.ask(WITHOUT_DATA).status)

    def send(self):
        for number in count():
            if self.over.wait(0.2):
                return
            self.visit("/bli-med/", new_form(number), client=client_of(number))

    def visit(self, path, form=None, **options):
        began = time.monotonic()
        self.visits.append(Visit(began, form, self.web.ask(path, form, **options)))
