import gzip
import zlib
from pathlib import Path

import brotli
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Store static files compressed, under names that change with their content, and rename ES module imports too."""

    support_js_module_import_aggregation = True
    # Releases share the folder, so that a page of the last one finds its files; each has a list of its own.
    manifest_name = f"staticfiles-{settings.BASE_DIR.name}.json" if settings.PRODUCTION else "staticfiles.json"

    def __init__(self, *args, **kwargs):
        # beside the folder of static files, which everybody may read
        super().__init__(*args, manifest_storage=FileSystemStorage(settings.DATA_DIR), **kwargs)

    def compress_files(self, paths):
        """Compress what pages point to, unless an earlier release has."""
        hashed = paths.intersection(self.hashed_files.values())
        return super().compress_files(name for name in hashed if not self.is_compressed(name))

    def is_compressed(self, name):
        """Return whether both files are whole: the power may have failed while they were written."""
        try:
            content, gz, br = (Path(self.path(name + suffix)).read_bytes() for suffix in ("", ".gz", ".br"))
            return gzip.decompress(gz) == brotli.decompress(br) == content
        except (FileNotFoundError, EOFError, zlib.error, gzip.BadGzipFile, brotli.error):
            return False
