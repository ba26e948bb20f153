"""Lighthouse's mobile scores of each kind of page: `python -m bench.lighthouse`.

Needs Chromium and Node.js 18 or newer. npm installs Lighthouse, once, in a folder of the system's temporary files.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .inside import helper_process
from .load import ask, require_program
from .pages import Page, at
from .server import built_site, exit_on_sigterm
from .table import shown, table

VERSION = "12.8.2"  # the newest for Node.js 20; 13 wants 22
FOLDER = Path(tempfile.gettempdir(), f"lighthouse-{VERSION}")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = [
    Page("landing", "/"),
    Page("landing, English", "/en/"),
    Page("directory", "/steder/"),
    Page("search", "/steder/?q=bergen"),
    Page("near a place", "/steder/?near=Bergen", 'name="near"'),
    Page("space", "/steder/{space}/"),
    Page("space with photos", "/steder/{furnished}/"),
    Page("organisations", "/medlemmer/"),
    Page("organisation", "/medlemmer/{organisation}/"),
    Page("about", "/om/"),
    Page("join", "/bli-med/"),
    Page("privacy", "/personvern/"),
]


class Report(NamedTuple):
    """Scores of a hundred in the order of CATEGORIES; what cost some, by Lighthouse's own names."""

    page: str
    scores: list[int]
    faults: list[str]


def install() -> Path:
    program = FOLDER / "node_modules/.bin/lighthouse"
    if not program.exists():
        print(f"Installing Lighthouse in {FOLDER} …", file=sys.stderr, flush=True)
        command = [
            require_program("npm", "npm"),
            "install",
            "--prefix",
            FOLDER,
            "--no-audit",
            "--no-fund",
            f"lighthouse@{VERSION}",
        ]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return program


def examine(program: Path, page: Page, address: str) -> Report:
    print(f"  {page.name}", file=sys.stderr, flush=True)
    sandbox = " --no-sandbox" if os.geteuid() == 0 else ""
    command = [program, address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    command.append(f"--chrome-flags=--headless=new --disable-gpu{sandbox}")
    environment = os.environ | {"CHROME_PATH": require_program("chromium", "chromium")}
    output = json.loads(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
    categories = [output["categories"][name] for name in CATEGORIES]
    scores = [round((category["score"] or 0) * 100) for category in categories]
    return Report(
        page.name, scores, [fault for category in categories for fault in _faults(category, output["audits"])]
    )


def _faults(category, audits):
    weighed = [audits[part["id"]] for part in category["auditRefs"] if part["weight"]]
    return [_named(audit) for audit in weighed if audit["score"] is not None and audit["score"] < 0.9]


def _named(audit):
    """With the first of the elements at fault, where there are any."""
    nodes = [item["node"]["selector"] for item in audit.get("details", {}).get("items", []) if "node" in item]
    return f"{audit['id']} ({nodes[0]})" if nodes else audit["id"]


COLUMNS = {
    "page": lambda report: report.page,
    **{name: lambda report, index=index: report.scores[index] for index, name in enumerate(CATEGORIES)},
    "below 90": lambda report: ", ".join(report.faults),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spaces", type=int, default=300)
    arguments.add_argument("--page", default="", help="only pages with this in their name")
    chosen = arguments.parse_args()
    exit_on_sigterm()
    program = install()
    reports = []
    with (
        tempfile.TemporaryDirectory() as folder,
        built_site("sqlite", chosen.spaces, Path(folder, "site")) as site,
        site.served() as port,
        helper_process(site) as send,
    ):
        for page in at(send("examples") | send("furnish"), [page for page in PAGES if chosen.page in page.name]):
            if page.marker.encode() in ask(port, page.path, {}).body:
                reports.append(examine(program, page, f"http://127.0.0.1:{port}{page.path}"))
    print(f"\n### Lighthouse {VERSION}, {shown(chosen.spaces)} spaces, phone\n\n{table(COLUMNS, reports)}")


if __name__ == "__main__":
    main()
