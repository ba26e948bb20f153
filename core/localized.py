from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language


class Text(NamedTuple):
    """A text and the language it is written in, so that a page can say so."""

    text: str
    language: str

    def __str__(self):
        return self.text

    def __bool__(self):
        return bool(self.text)


def in_reader_language(instance, field: str) -> Text:
    """Return the text of `field` in the reader's language, or in the other one if only that is written."""
    languages = [code for code, _ in settings.LANGUAGES]
    languages.sort(key=lambda code: code != get_language())
    texts = [Text(getattr(instance, f"{field}_{code}"), code) for code in languages]
    return next((text for text in texts if text), texts[0])
