"""Loads pages in Chromium as a desktop and as a slow phone: `python -m bench.browser --sizes 20 300`.

Each figure is the median of three loads, each in a browser of its own with nothing kept.
"""

import argparse
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from .load import require_program
from .server import built_site, exit_on_sigterm
from .table import kilobytes, shown, table

SIZES = (20, 300, 10_000, 100_000)
LOADS = 3
TIMEOUT_MS = 30_000
SETTLED_MS = 1_500  # after the pins, for what is still under way
WATCH = (Path(__file__).parent / "watch.js").read_text()


class Device(NamedTuple):
    """Pixels, how many times slower than this machine it is, and what Network.emulateNetworkConditions takes."""

    name: str
    width: int
    height: int
    slower: int = 1
    network: dict | None = None


# Lighthouse's "applied slow 4G": what a phone's browser feels on 1.6 Mbit/s with 150 ms to the server.
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 1_474_560 / 8, "uploadThroughput": 675_000 / 8}
DEVICES = [Device("desktop", 1440, 900), Device("phone", 360, 740, 4, SLOW_4G)]


class Load(NamedTuple):
    """Bytes over the wire; milliseconds from the start of the navigation; None where the page was not done in time."""

    bytes: int
    requests: int
    first_paint: float | None = None
    largest_paint: float | None = None
    blocking: float | None = None
    pins: float | None = None
    heap: int | None = None


@contextmanager
def chromium(playwright):
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(
        executable_path=require_program("chromium", "chromium"), args=["--disable-gpu", *sandbox]
    )
    try:
        yield browser
    finally:
        browser.close()


def load(playwright, address: str, device: Device) -> Load:
    with chromium(playwright) as browser:
        page = browser.new_page(viewport={"width": device.width, "height": device.height})
        page.add_init_script(WATCH)
        protocol = page.context.new_cdp_session(page)
        received = _receive(protocol)
        protocol.send("Performance.enable")
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": device.slower})
        if device.network:
            protocol.send("Network.emulateNetworkConditions", device.network)
        seen = _watch(page, protocol, address)
        return Load(sum(received["bytes"]), len(received["requests"]), **seen)


def _receive(protocol):
    """The requests and what has come over the wire, as they go on."""
    received = {"requests": [], "bytes": []}

    def note_request(event):
        if event["request"]["url"].startswith("http"):
            received["requests"].append(event["requestId"])

    protocol.on("Network.requestWillBeSent", note_request)
    protocol.on("Network.loadingFinished", lambda event: received["bytes"].append(event["encodedDataLength"]))
    protocol.send("Network.enable")
    return received


def _watch(page, protocol, address):
    """What the page's own observers saw; nothing when it draws no pin in time."""
    try:
        page.goto(address, timeout=TIMEOUT_MS)
        page.wait_for_function("seen.pins !== null", timeout=TIMEOUT_MS)
    except PlaywrightTimeout:
        return {}
    page.wait_for_timeout(SETTLED_MS)
    seen = page.evaluate("seen")
    protocol.send("HeapProfiler.collectGarbage")
    metrics = {metric["name"]: metric["value"] for metric in protocol.send("Performance.getMetrics")["metrics"]}
    return seen | {"heap": int(metrics["JSHeapUsedSize"])}


def median_load(playwright, address: str, device: Device) -> Load:
    """The median of several loads, of each figure by itself; of one, where that was not done in time."""
    loads = [load(playwright, address, device)]
    while loads[-1].pins is not None and len(loads) < LOADS:
        loads.append(load(playwright, address, device))
    return Load(*(None if None in values else median(values) for values in zip(*loads, strict=True)))


COLUMNS = {
    "spaces": lambda row: shown(row[0]),
    "device": lambda row: row[1].name,
    "kB": lambda row: kilobytes(row[2].bytes),
    "requests": lambda row: row[2].requests,
    "first paint": lambda row: row[2].first_paint,
    "largest paint": lambda row: row[2].largest_paint,
    "pins drawn": lambda row: row[2].pins,
    "blocking": lambda row: row[2].blocking,
    "heap, MB": lambda row: row[2].heap and row[2].heap / 1e6,
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many spaces")
    arguments.add_argument("--path", default="/")
    chosen = arguments.parse_args()
    exit_on_sigterm()
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for size in chosen.sizes:
            print(f"{size} spaces …", file=sys.stderr, flush=True)
            with built_site("sqlite", size, Path(folder, str(size))) as site, site.served() as port:
                address = f"http://127.0.0.1:{port}{chosen.path}"
                for device in DEVICES:
                    rows.append((size, device, median_load(playwright, address, device)))
    print(f"\n### {chosen.path} in Chromium\n\n{table(COLUMNS, rows)}")


if __name__ == "__main__":
    main()
