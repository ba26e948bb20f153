"""Cleans each picture of a folder in a process of its own, and says what that took.

python -m tests.core.image_meter <folder>: a line of JSON for each of its *.upload files; the renditions are put
beside it. A process counts its own time and memory, so nothing else that runs on the machine is counted.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import django
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

AT_MOST = 20  # seconds of processor time, after which it is killed
MIB = 1024  # ru_maxrss is in kB


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def clean(upload: Path):
    from spaces.photos import clean_photo

    content = SimpleUploadedFile("bilde.jpg", upload.read_bytes())
    before, start = memory(), time.process_time()
    try:
        made, outcome = clean_photo(content).renditions, "cleaned"
    except ValidationError as refusal:
        made, outcome = {}, refusal.code
    took = {"seconds": time.process_time() - start, "mib": (memory() - before) / MIB}
    for name, rendition in made.items():
        upload.with_suffix(f".{name}").write_bytes(rendition)
    print(json.dumps({"name": upload.stem, "outcome": outcome} | took), flush=True)


def main(folder):
    django.setup()
    import spaces.photos  # noqa: F401 (so that no picture pays for it)

    for upload in sorted(Path(folder).glob("*.upload")):
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (AT_MOST, AT_MOST))
            clean(upload)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1])
