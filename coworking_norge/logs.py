import logging
import re

SECRET = re.compile(r"(/(?:bli-med|en/join)/(?:[a-z-]+/)?)[^/\s]*:[^/\s]*")  # a signed token has colons


class WithoutTokens(logging.Filter):
    """Keeps the secret in the address of an applicant's page out of the logs."""

    def filter(self, record):
        record.msg = SECRET.sub(r"\1…", record.getMessage())
        record.args = ()
        return True
