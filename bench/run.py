"""Measures the pages of networks of several sizes: `make bench`, or `make bench ARGS="--sizes 20 --databases sqlite"`.

Prints a table for each database and size in Markdown; what it is doing goes to the standard error.
"""

import argparse
import sys
import tempfile
from itertools import product
from pathlib import Path

from .load import busy, require_program
from .measure import Row, measured
from .server import DATABASES, built_site, exit_on_sigterm
from .table import kilobytes, shown, table

SIZES = (20, 300, 1_000, 10_000, 100_000)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def queries(row: Row) -> str | None:
    return None if row.queries is None else f"{row.queries} / {row.queries_cached}"


def share_of_static(row: Row) -> str | None:
    return f"{row.rate / row.rate_static:.0%}" if row.rate_static else None


COLUMNS = {
    "page": lambda row: row.page,
    "queries": queries,
    "in the database": lambda row: row.database_ms,
    "best": lambda row: row.best,
    "uncached": lambda row: row.median,
    "p99": lambda row: row.p99,
    "cached": lambda row: row.median_cached,
    "cached p99": lambda row: row.p99_cached,
    "cached/s": lambda row: row.rate,
    "304/s": lambda row: row.rate_unchanged,
    "static/s": lambda row: row.rate_static,
    "of static": share_of_static,
    "kB": lambda row: kilobytes(row.raw),
    "kB gzip": lambda row: kilobytes(row.gzipped),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many spaces")
    arguments.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    arguments.add_argument("--page", default="", help="only pages with this in their name")
    arguments.add_argument("--seconds", type=int, default=4, help="how long each load lasts")
    chosen = arguments.parse_args()
    exit_on_sigterm()
    require_program("wrk", "wrk")
    with tempfile.TemporaryDirectory() as folder:
        for database, size in product(chosen.databases, chosen.sizes):
            print(f"{NAMES[database]}, {size} spaces …", file=sys.stderr, flush=True)
            with built_site(database, size, Path(folder, f"{database}-{size}")) as site:
                others = busy()
                rows = list(measured(site, chosen.seconds, chosen.page))
            print(f"\n### {NAMES[database]}, {shown(size)} spaces\n")
            print(
                f"{table(COLUMNS, rows)}\n\nProcessors busy with something else at the start: {others:.0%}.", flush=True
            )


if __name__ == "__main__":
    main()
