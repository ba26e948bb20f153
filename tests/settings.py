import os
from pathlib import Path

# Nothing of a developer's own site; and no static files there, which each new client would look through.
os.environ.setdefault("DATA_DIR", str(Path(__file__).parents[1] / "var/tests"))
os.environ.setdefault("DATABASE_TIMEOUT", "0")  # the machine is busy; servers that tests start have the real one

from coworking_norge.settings import *  # noqa: F403

STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]  # noqa: F405 (for its command, simulate)
