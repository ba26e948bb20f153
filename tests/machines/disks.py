"""A disk that can be full: a small one in memory, which only the server sees that is started with it."""

import os
from errno import ENOSPC
from pathlib import Path

MEGABYTES = 16
MOUNT = 'mount -t tmpfs -o mode=777,size="$3" tmpfs "$2" && cp -r "$1/." "$2" && shift 3 && exec "$@"'


class Disk:
    def __init__(self, folder: Path):
        """What is put into `laid` before the server starts, the disk begins with."""
        self.folder, self.laid, self.process = folder / "disk", folder / "laid", None
        self.folder.mkdir()
        self.laid.mkdir()
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        mount = ["sh", "-c", MOUNT, "sh", str(self.laid), str(self.folder), f"{MEGABYTES}m"]
        self.within = ["unshare", *as_root, "--mount", *mount]

    @property
    def seen(self) -> Path:
        """The folder as the server's process sees it."""
        return Path(f"/proc/{self.process.pid}/root{self.folder}")

    def fill(self, leave=0):
        """All but so many bytes."""
        with (self.seen / "filler").open("wb", 0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError as error:
                if error.errno != ENOSPC:
                    raise
            filler.truncate(max(0, filler.tell() - leave))

    def free(self):
        (self.seen / "filler").unlink()
