"""Text as Norwegians search and sort it, computed in Python so that SQLite and PostgreSQL agree."""

import re
import unicodedata

from django.db import models, transaction
from django.db.models import Q

LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "ae", "ö": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l"})
ALPHABET = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}", "ü": "y"})
BATCH = 500
LONGEST = 1000  # bytes of a derived text; in an index PostgreSQL takes 2,700 for all its columns


def fold(text: str) -> str:
    """Lower case without accents or punctuation; æ/ä/ae, ø/ö/oe and å/aa each fold to one letter."""
    plain = _without_accents(unicodedata.normalize("NFKC", text).casefold().translate(LETTERS))
    words = re.sub(r"[\W_]+", " ", plain)
    return re.sub("oe", "o", re.sub("a[ae]+", "a", words)).strip()


def sort_key(text: str) -> str:
    """A key whose code points order names the Norwegian way: æ, ø, å last, aa as å. Shape: ASCII where possible."""
    letters = unicodedata.normalize("NFKC", text).casefold().replace("aa", "å").translate(ALPHABET)
    return re.sub(r"[^\w{|}]+|_", " ", _without_accents(letters)).strip()


def kept(text: str) -> str:
    """As much of a derived text as is stored: all of it, unless its letters are rare ones and very many."""
    return text.encode()[:LONGEST].decode(errors="ignore")


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class DerivedTextField(models.TextField):
    """Text that a property of the row computes, each time the row is written; compared by code point."""

    def __init__(self, *, derived_from: str = "", **options):
        self.derived_from = derived_from
        super().__init__(**options | {"editable": False, "default": "", "db_default": ""})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"derived_from": self.derived_from}

    def pre_save(self, instance, add):
        setattr(instance, self.attname, kept(getattr(instance, self.derived_from)))
        return getattr(instance, self.attname)

    def db_parameters(self, connection):
        collation = {"postgresql": "C", "sqlite": "BINARY"}.get(connection.vendor)
        return super().db_parameters(connection) | {"collation": collation}


class FoldedQuerySet(models.QuerySet):
    def search(self, query: str):
        """Rows in which every word of the query occurs somewhere."""
        found = Q()
        for word in fold(query).split():
            found &= self.model.matching(word)
        return self.filter(found)

    def update(self, **values):
        """As Django's, and the derived columns stay true: folded again when a column they come from is set."""
        if not self.model.FOLDED_FROM & values.keys():
            return super().update(**values)
        with transaction.atomic(using=self.db):
            keys = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values)
            for start in range(0, len(keys), BATCH):
                self.model._default_manager.filter(pk__in=keys[start : start + BATCH]).refold()
        return changed

    update.alters_data = True

    def refold(self):
        rows = list(self)
        for row in rows:
            row.search_text, row.sort_name = kept(row.folded_text), kept(row.folded_name)
        self.bulk_update(rows, ["search_text", "sort_name"])

    refold.alters_data = True


class Folded(models.Model):
    """A row that is found by its folded text and ordered by its name as Norwegians order names."""

    FOLDED_FROM = frozenset({"name"})

    search_text = DerivedTextField(derived_from="folded_text")
    sort_name = DerivedTextField(derived_from="folded_name")

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **options):
        if update_fields and self.FOLDED_FROM & set(update_fields):
            update_fields = {*update_fields, "search_text", "sort_name"}
        super().save(*args, update_fields=update_fields, **options)

    @property
    def folded_text(self) -> str:
        return fold(self.name)

    @property
    def folded_name(self) -> str:
        return sort_key(self.name)

    @classmethod
    def matching(cls, word: str) -> Q:
        return Q(search_text__contains=word)
