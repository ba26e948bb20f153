from functools import cached_property, lru_cache

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that change with their content, compressed; ES module imports are renamed too."""

    support_js_module_import_aggregation = True
    # Releases share the folder, so that a page of the last one finds its files; each has a list of its own.
    manifest_name = f"staticfiles-{settings.BASE_DIR.name}.json" if settings.PRODUCTION else "staticfiles.json"

    @cached_property
    def url(self):
        """Each file's is worked out once: a page links to a dozen."""
        return lru_cache(maxsize=1000)(super().url)
