from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class BucketStorage(S3Storage):
    """Uploaded files in a bucket, which nginx fetches for visitors: their URL is of our own origin."""

    default_acl = None
    file_overwrite = False
    object_parameters = {"CacheControl": "public, max-age=604800, s-maxage=300, immutable"}

    def url(self, name, parameters=None, expire=None, http_method=None):
        return settings.MEDIA_URL + quote(name)
