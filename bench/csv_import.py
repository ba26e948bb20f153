"""How long the admin takes to import and export rows as CSV, from the request to the last byte of the page.

    python -m bench.csv_import [--rows 10000] [--of organisation]

in a new SQLite database, or in the empty one that DATABASE_URL names (tests/with_postgres gives one).
"""

import argparse
import io
import os
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
SPACES = (
    "organisation;name;slug;status;address;postal_code;latitude;longitude;opening_hours;website;email;phone;"
    "amenities;description_nb",
    "Organisasjon {owner};Sted {number};sted-{number};open;Gata {number};1607;59,{number:05};10,{number:05};"
    '"Mo-Fr 08:00-16:{minute:02}; PH off";https://sted-{number}.example;post@sted-{number}.example;22{number:06};'
    '"wifi, kitchen";"Et hus der folk deler mer enn kaffen. Nummer {number}."',
    "Organisasjon {owner};;Sted {number};ingen;Gata;99;95,1;{number};når som helst;htp:/x;post;12;gull {number};",
)
ORGANISATIONS = (
    "name;slug;status;member_since;website;email;phone;description_nb",
    "Organisasjon {number};organisasjon-{number};member;20{year:02}-01-{day:02};https://sted-{number}.example;"
    'post@sted-{number}.example;22{number:06};"De deler mer enn kaffen. Nummer {number}."',
    ";Nei {number};ingen;i fjor {number};htp:/{number};post {number};12;",
)
FILES = {"space": ("spaces/space", *SPACES), "organisation": ("members/organisation", *ORGANISATIONS)}


def file_of(header: str, line: str, rows: int) -> bytes:
    numbers = (
        {"number": n, "owner": n // 2, "minute": n % 60, "day": n % 28 + 1, "year": n % 20 + 5} for n in range(rows)
    )
    return "\r\n".join([header, *(line.format(**each) for each in numbers)]).encode("cp1252")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--of", choices=FILES, default="space")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "coworking_norge.settings", "DEBUG": "true"}
        import django

        django.setup()
        measure(arguments.rows, *FILES[arguments.of])


def measure(rows, address, header, good, bad):
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from tests.client import StaffClient

    settings.DEBUG = False
    call_command("migrate", verbosity=0)
    call_command("seed", stdout=io.StringIO())
    client = StaffClient(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.create_superuser("bench"))
    print(f"{connection.vendor}, {rows} rows")
    print(f"{'':34}{'seconds':>9}{'of CPU':>9}{'queries':>9}{'kB in':>9}{'kB out':>9}")
    clean, wrong = file_of(header, good, rows), file_of(header, bad, rows)
    timed = partial(timed_at, client, f"/admin/{address}/")
    timed("check, every cell wrong", wrong, "check")
    timed("import, every cell wrong", wrong, "import")
    timed("check, clean", clean, "check")
    timed("import, clean, all new", clean, "import")
    timed("import, the same again", clean, "import")
    exported = timed("export", b"", "export")
    timed("import of the export", exported, "import")
    timed("import, every row changed", clean.replace(b"kaffen", b"te"), "import")
    print(f"largest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def timed_at(client, address, what, raw, do) -> bytes:
    from uuid import uuid4

    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection

    queries = []
    start, start_of_processor = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(lambda execute, *args: queries.append(1) or execute(*args)):
        if do == "export":
            response = client.get(f"{address}export/")
        else:
            upload = SimpleUploadedFile("steder.csv", raw, "text/csv")
            response = client.post(f"{address}import/", {"file": upload, "once": uuid4(), do: "yes"})
        content = response.getvalue()
    seconds, processor = time.perf_counter() - start, time.process_time() - start_of_processor
    sizes = f"{len(raw) // 1024:9}{len(content) // 1024:9}"
    print(f"{what:34}{seconds:9.2f}{processor:9.2f}{len(queries):9}{sizes}  {response.status_code}")
    return content


if __name__ == "__main__":
    main()
