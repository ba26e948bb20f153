"""Measures the pages of the admin in this process, on the database of the environment, made by `simulate`.

DATA_DIR=… .venv/bin/python -m bench.desk
"""

import gzip
import os
import time

import django

TIMES = 5
PAGES = {
    "start page": "",
    "board, page 900, a gap": "?lacks=4&page=900",
    "board, a county": "?county=21",
    "board, a gap that none has": "?lacks=8",
    "search on top": "search/?q=bergen",
    "search on top, nothing found": "search/?q=finnesikke",
    "spaces": "spaces/space/",
    "spaces, searched": "spaces/space/?q=bergen",
    "spaces, a county": "spaces/space/?county__exact=46",
    "spaces without a photo": "spaces/space/?attention=without_photo",
    "spaces, by county": "spaces/space/?o=3",
    "form of a space": "spaces/space/{space}/change/",
    "organisations": "members/organisation/",
    "organisations, searched": "members/organisation/?q=simulert+17",
    "organisations, a county": "members/organisation/?spaces__county__exact=03",
    "organisation search of the form": (
        "autocomplete/?app_label=spaces&model_name=space&field_name=organisation&term=17"
    ),
}


def coordinator():
    """Return the client of a coordinator who has given both steps of the login."""
    user, _created = get_user_model().objects.get_or_create(username="bench", defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name=GROUP))
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    session = client.session
    steps = [{"method": method, "at": time.time()} for method in ("password", "mfa")]
    session["account_authentication_methods_user"] = str(user.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = steps
    session.save()
    return client


def measure(client, path):
    client.get(path)
    taken = []
    for _ in range(TIMES):
        began, worked = time.perf_counter(), time.process_time()
        page = client.get(path)
        taken.append((time.perf_counter() - began, time.process_time() - worked))
    if page.status_code != 200:
        raise RuntimeError(f"{path} answered {page.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    wall, cpu = (min(times) * 1000 for times in zip(*taken, strict=True))
    return len(queries), wall, cpu, len(gzip.compress(page.content)) / 1000


def main():
    client, space = coordinator(), Space.objects.members().earliest("pk").pk
    print("| page | queries | best ms | of the process | kB gzip |\n| --- | ---: | ---: | ---: | ---: |")
    for name, path in PAGES.items():
        queries, wall, cpu, size = measure(client, f"/admin/{path.format(space=space)}")
        print(f"| {name} | {queries} | {wall:.0f} | {cpu:.0f} | {size:.1f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()

    from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.coordinators import GROUP
    from spaces.models import Space

    main()
