"""The site's settings with what PRODUCTION adds for speed, answering plain http on loopback."""

from coworking_norge.settings import *  # noqa: F403

DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}  # noqa: F405

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]  # noqa: F405 (for its command, simulate)
