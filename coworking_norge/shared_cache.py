import json
import logging

from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

FAIL_FAST = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), retries=0)}  # seconds

UNREADABLE = RedisError, ValueError, RecursionError

logger = logging.getLogger(__name__)


class JSONSerializer:
    """Unlike Django's own it runs nothing that somebody else may have written into Redis."""

    def dumps(self, value):
        return json.dumps(value)

    def loads(self, data):
        return json.loads(data)


class SharedCache(RedisCache):
    """Redis for several web machines, which may be gone: nothing is found there then, and nothing stored."""

    def __init__(self, server, params):
        super().__init__(server, params | {"OPTIONS": FAIL_FAST | {"serializer": JSONSerializer}})

    def get(self, key, default=None, version=None):
        try:
            return super().get(key, default, version)
        except UNREADABLE as error:
            return self._unavailable(error, default)

    def add(self, *arguments, **options):
        # allauth recognises a used code by this; accounts.limits asks the database, too
        try:
            return super().add(*arguments, **options)
        except RedisError as error:
            return self._unavailable(error, True)

    def set(self, *arguments, **options):
        try:
            super().set(*arguments, **options)
        except RedisError as error:
            self._unavailable(error)

    @staticmethod
    def _unavailable(error, default=None):
        # the error's text may hold the address with its password
        logger.warning("The shared cache does not answer: %s", type(error).__name__)
        return default
