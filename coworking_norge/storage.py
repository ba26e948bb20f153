from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that change with their content, compressed; ES module imports are renamed too."""

    support_js_module_import_aggregation = True
