"""The load that the site must bear on two cores, the generator included: nginx with TLS, gunicorn and PostgreSQL.

`.venv/bin/python -m bench.load_mixed` takes seven minutes, prints a table for docs/performance.md, and ends with 1
where a limit is missed. Needs nginx, openssl, PostgreSQL and wrk.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.machines.nginx import HOST, Nginx

from .inside import helper_process
from .load import CONNECTIONS, GZIP, busy, percentile, require_program
from .server import TIMEOUT, built_site, exit_on_sigterm, free_port, wait_for
from .table import table
from .users import WORDS, mixed

USERS = 60
SECRETS = {
    "DJANGO_SETTINGS_MODULE": "coworking_norge.settings",
    "PRODUCTION": "true",
    "SECRET_KEY": "0123456789" * 5,
    "SITE_URL": f"https://{HOST}",
    "EMAIL_URL": "submission://site:secret@localhost",
    "MAIL_FROM": "Coworking Norge <post@example.org>",
}
WRK = """
local words = {%(words)s}
local number = 0
request = function()
  number = number + 1
  local path = string.gsub("%(path)s", "WORD", words[number %% #words + 1])
  return wrk.format("GET", path .. (%(unique)s and number or ""))
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('RESULT{"rate": %%f, "p95": %%f, "p99": %%f, "errors": %%d}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


class LoadLimit(NamedTuple):
    what: str
    wanted: str
    measured: float
    is_met: bool


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=300, help="how long the mixed users stay")
    arguments.add_argument("--load-seconds", type=int, default=30, help="how long each of the other loads lasts")
    arguments.add_argument("--spaces", type=int, default=300)
    chosen = arguments.parse_args()
    exit_on_sigterm()
    for program in ("wrk", "nginx", "openssl"):
        require_program(program, program)
    others = busy()
    with tempfile.TemporaryDirectory() as folder, built_site("postgresql", chosen.spaces, Path(folder, "site")) as site:
        limits = list(measured(site, chosen))
    columns = {"what": lambda one: one.what, "limit": lambda one: one.wanted, "measured": lambda one: one.measured}
    print(table(columns | {"": lambda one: "" if one.is_met else "missed"}, limits))
    print(f"\nProcessors busy with something else at the start: {others:.0%}.")
    sys.exit(not all(one.is_met for one in limits))


def measured(site, chosen):
    with helper_process(site) as send:
        slugs = send("examples")
    production = site._replace(environment=site.environment | SECRETS)
    production.manage("collectstatic", "--noinput", "--verbosity", "0")  # each release has a list of its own
    with served(production) as server, before(server, site.folder) as port:
        yield from user_limits(server, chosen.seconds, port, slugs)
        landing = wrk(port, chosen.load_seconds, "/")
        yield from load_limits("landing", landing, min_rate=500, share="p99", max_ms=150)
        search = wrk(port, chosen.load_seconds, "/steder/?q=WORD&n=", unique=True)  # nothing kept can answer
        yield from load_limits("search", search, min_rate=60, share="p95", max_ms=300)


class Server(NamedTuple):
    process: subprocess.Popen
    port: int

    @property
    def memory(self) -> int:
        """Bytes of all its processes, what they share counted once."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(proportional(process) for process in [self.process.pid, *children])


def proportional(process) -> int:
    result = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(r"Pss:\s+(\d+) kB", result)[1]) * 1024


@contextmanager
def served(site):
    """As in production, by deploy/gunicorn.conf.py."""
    port = free_port()
    command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    with (site.folder / "log").open("w") as log:
        process = site.start(*command, "--log-level", "warning", stderr=log)
        try:
            wait_for(port, process)
            yield Server(process, port)
        finally:
            process.terminate()
            process.wait(TIMEOUT)


@contextmanager
def before(server, folder):
    """The port of an nginx with the site's configuration, which wrk may greet by its address."""
    nginx = Nginx(folder, server.port, names_needed=False)
    nginx.start()
    try:
        yield nginx.port
    finally:
        nginx.stop()


def user_limits(server, seconds, port, slugs):
    memory = []
    warm = threading.Timer(seconds / 5, lambda: memory.append(server.memory))
    warm.start()
    visits = mixed(USERS, seconds, port, HOST, slugs)
    warm.join()
    growth = server.memory / memory[0] - 1
    errors = [visit for visit in visits if visit.status not in (200, 302, 304)]
    late = percentile([visit.ms for visit in visits], 0.95)
    what = f"{USERS} users, {seconds} s"
    print(
        f"{len(visits)} visits; {sum(visit.status == 302 for visit in visits)} forms sent; {errors[:5]}",
        file=sys.stderr,
    )
    yield LoadLimit(f"{what}, errors", "0", len(errors), not errors)
    yield LoadLimit(f"{what}, p95, ms", "< 300", late, late < 300)
    yield LoadLimit(f"{what}, memory growth, %", "< 10", growth * 100, growth < 0.1)


def load_limits(what, result, min_rate, share, max_ms):
    yield LoadLimit(f"{what}, requests/s", f"≥ {min_rate}", result["rate"], result["rate"] >= min_rate)
    yield LoadLimit(f"{what}, {share}, ms", f"< {max_ms}", result[share], result[share] < max_ms)
    yield LoadLimit(f"{what}, errors", "0", result["errors"], not result["errors"])


def wrk(port, seconds, path, unique=False) -> dict:
    """Requests a second, milliseconds and errors."""
    words = ", ".join(f'"{word}"' for word in WORDS)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK % {"words": words, "path": path, "unique": str(unique).lower()})
        script.flush()
        headers = [part for name, value in (GZIP | {"Host": HOST}).items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name, *headers]
        result = subprocess.run([*command, f"https://127.0.0.1:{port}"], check=True, capture_output=True, text=True)
    return json.loads(result.stdout.partition("RESULT")[2])


if __name__ == "__main__":
    main()
