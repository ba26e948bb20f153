"""The web server behind nginx. It is handed its socket by systemd (coworking-web.socket) or by --bind."""

import gc
import os

wsgi_app = "coworking_norge.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
timeout = 30  # seconds that a request may take; nginx waits a little longer
graceful_timeout = 30
backlog = 2048
preload_app = False  # so that HUP loads new code, and its settings
max_requests, max_requests_jitter = 20_000, 2_000  # whatever leaks does not leak for ever
worker_tmp_dir = "/dev/shm"  # noqa: S108 — the heartbeat never waits for a disk
control_socket_disable = True
# nginx limits all of this, to less, and refuses with a page that can be read.
limit_request_line, limit_request_fields, limit_request_field_size = 0, 10_000, 16_384


def post_worker_init(worker):
    gc.collect()
    gc.freeze()  # what is loaded now stays: the collector skips it
    gc.set_threshold(50_000)  # objects: a visit makes thousands, and nearly all go without it
