"""The cache that several web machines share."""

import logging

from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

AT_ONCE = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), retries=0)}  # seconds

logger = logging.getLogger(__name__)


class SharedCache(RedisCache):
    """Redis, which may be gone: nothing is found there then, and nothing kept. What the site uses bears that."""

    def __init__(self, server, params):
        super().__init__(server, params | {"OPTIONS": AT_ONCE})

    def get(self, key, default=None, version=None):
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return self._gone(error, default)

    def add(self, *arguments, **options):
        """By this allauth knows a code that was used before; members.login.limits asks the database, too."""
        try:
            return super().add(*arguments, **options)
        except RedisError as error:
            return self._gone(error, True)

    def set(self, *arguments, **options):
        try:
            super().set(*arguments, **options)
        except RedisError as error:
            self._gone(error)

    @staticmethod
    def _gone(error, default=None):
        # Nobody vouches that the text of an error holds no address with a password.
        logger.warning("The shared cache does not answer: %s", type(error).__name__)
        return default
