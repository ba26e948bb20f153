from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.markdown import PICTURE, first_picture, render_prose, split_sections, with_contact
from core.models import track
from core.querysets import VerbQuerySet
from core.search_text import Searchable, fold, sort_key
from core.validators import validate_not_in_future

from .site_settings import SiteSettings

__all__ = ["Agreement", "News", "Page", "Publication", "SiteSettings"]

MAX_CHARS = 20_000
PUBLISHED, TAKEN_BACK = gettext_noop("published"), gettext_noop("taken back")  # in the history
BRACKETS = str.maketrans("[]", "()")  # would end the description of a picture
PICTURE_HERE = "{bilde}"  # in a text, until the picture is chosen


class PublicationQuerySet(VerbQuerySet):
    def public(self):
        return self.filter(state=Publication.State.PUBLISHED)

    def newest_first(self):
        return self.order_by(F("date").desc(nulls_last=True), "-pk")

    @transaction.atomic
    def publish(self, *, by) -> int:
        """Publish, dated today unless a date was given."""
        values = {"by": by, "reason": PUBLISHED, "state": Publication.State.PUBLISHED}
        waiting = self.exclude(state=Publication.State.PUBLISHED)
        return waiting.filter(date=None).change(date=timezone.localdate(), **values) + waiting.change(**values)

    publish.alters_data = True

    def take_back(self, *, by) -> int:
        return self.public().change(by=by, reason=TAKEN_BACK, state=Publication.State.TAKEN_BACK)

    take_back.alters_data = True


class Publication(Searchable):
    """A text of the network's own, in Norwegian and, once somebody has written that, in English."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        TAKEN_BACK = "taken_back", _("taken back")

    INDEXED_FIELDS = DERIVED_FROM = frozenset({"title_nb", "title_en"})

    state = models.CharField(_("status"), max_length=10, choices=State, default=State.DRAFT)
    title_nb = models.CharField(_("title, in Norwegian"), max_length=120)
    title_en = models.CharField(_("title, in English"), max_length=120, blank=True)
    text_nb = models.TextField(_("text, in Norwegian"), max_length=MAX_CHARS)
    text_en = models.TextField(_("text, in English"), max_length=MAX_CHARS, blank=True)
    date = models.DateField(
        _("published on"),
        null=True,
        blank=True,
        validators=[validate_not_in_future],
        help_text=_("Left empty it is the day on which you publish."),
    )
    draft, is_fixed = None, False  # but of models that have such columns

    history = HistoricalRecords(
        inherit=True,
        excluded_fields=["search_text", "sort_name"],
        verbose_name=_("earlier version"),
        verbose_name_plural=_("earlier versions"),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "taken_back"]), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(title_en="", text_en="") | ~(Q(title_en="") | Q(text_en="")),
                name="%(class)s_english_whole",
                violation_error_message=_("Write both title and text in English, or neither."),
            ),
        ]

    def __str__(self):
        return self.title_nb

    @property
    def language(self) -> str:
        """Return the reader's language, or Norwegian where the other is not written."""
        return "en" if get_language() == "en" and self.title_en else "nb"

    @property
    def foreign_language(self) -> str:
        """Return the language for the attribute lang, a blank where it is the page's."""
        return "" if self.language == get_language() else self.language

    @property
    def title(self) -> str:
        return getattr(self, f"title_{self.language}")

    @property
    def text(self) -> str:
        return getattr(self, f"text_{self.language}")

    @property
    def opening(self) -> str:
        return split_sections(self.text)[0]

    @property
    def sections(self) -> list[tuple[str, str]]:
        return split_sections(self.text)[1]

    @property
    def summary(self) -> str:
        """Return its beginning on one line, without pictures and what only a contact address completes."""
        words = PICTURE.sub("", with_contact(self.opening or self.text, ""))
        return Truncator(render_prose(words).line or self.title).chars(155)

    @property
    def is_public(self) -> bool:
        return self.state == self.State.PUBLISHED

    def insert_picture(self, address: str, alt_nb: str, alt_en: str):
        """Put the picture where the texts await it, or at their end, without saving the row."""
        for language, alt in (("nb", alt_nb), ("en", alt_en or alt_nb)):
            text, markdown = getattr(self, f"text_{language}"), f"![{alt.translate(BRACKETS)}]({address})"
            if PICTURE_HERE in text:
                text = text.replace(PICTURE_HERE, markdown)
            elif text:
                text = f"{text}\n\n{markdown}"
            setattr(self, f"text_{language}", text)

    @property
    def search_document(self) -> str:
        return fold(f"{self.title_nb} {self.title_en}")

    @property
    def sort_document(self) -> str:
        return sort_key(self.title_nb)


class EditableQuerySet(PublicationQuerySet):
    """Publishes and takes back with the drafts of a change, as the form does."""

    @transaction.atomic
    def publish(self, *, by) -> int:
        changed = self.public()._write_drafts(by=by, reason=PUBLISHED)
        self._write_drafts(by=by, reason=PUBLISHED)  # of those that super() counts
        return changed + super().publish(by=by)

    @transaction.atomic
    def take_back(self, *, by) -> int:
        state = Publication.State.TAKEN_BACK
        return self.public()._write_drafts(by=by, reason=TAKEN_BACK, state=state) + super().take_back(by=by)

    publish.alters_data = take_back.alters_data = True

    def _write_drafts(self, *, by, reason, **values) -> int:
        written = 0
        for row in self.exclude(draft={}):
            drafted = row.drafted
            if self.model.objects.filter(slug=drafted.get("slug")).exclude(pk=row.pk).exists():
                del drafted["slug"]  # another has that address by now
            written += self.filter(pk=row.pk).change(by=by, reason=reason, draft={}, **drafted, **values)
        return written


class EditablePublication(Publication):
    """A text at an address of its own, which visitors see as it was published while a change of it is a draft."""

    slug = models.SlugField(
        _("web address"),
        max_length=140,
        unique=True,
        help_text=_("The last part of the page's address. Old ones lead on."),
    )
    draft = models.JSONField(
        _("draft of a change"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text="The changed columns by name; only the admin reads it.",
    )

    class Meta(Publication.Meta):
        abstract = True

    @property
    def drafted(self) -> dict:
        """Return the values of the draft's columns."""
        fields = [field for field in self._meta.fields if field.name in self.draft]
        return {field.name: field.to_python(self.draft[field.name]) for field in fields}


class PageQuerySet(EditableQuerySet):
    def fixed(self):
        return self.filter(is_fixed=True)

    def at_own_address(self):
        return self.public().filter(is_fixed=False)

    def on_every_page(self):
        """Return what templates are laid out around, and what the menus lead to."""
        return self.public().filter(Q(is_fixed=True) | ~Q(placement="")).order_by("position", "sort_name")

    def take_back(self, *, by) -> int:
        return super(PageQuerySet, self.filter(is_fixed=False)).take_back(by=by)

    take_back.alters_data = True


class Page(EditablePublication):
    """A page, or a text that a template is laid out around: such a fixed one is always there, known by its slug."""

    class Placement(models.TextChoices):
        NOWHERE = "", _("in no menu")
        MENU = "menu", _("in the menu on top and at the foot")
        FOOTER = "footer", _("at the foot alone")

    # Where a fixed one is read; all others are parts of "about".
    VIEWS = {"join": "join:form", "news": "pages:news", "privacy": "privacy", "footer": "landing"}

    is_fixed = models.BooleanField(_("part of the site"), default=False, editable=False)
    placement = models.CharField(
        _("where visitors find it"), max_length=6, choices=Placement, default=Placement.NOWHERE, blank=True
    )
    position = models.PositiveSmallIntegerField(
        _("order in the menu"), default=50, help_text=_("The lowest number stands first.")
    )

    objects = PageQuerySet.as_manager()

    class Meta(Publication.Meta):
        abstract = False
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["-is_fixed", "sort_name", "pk"]
        constraints = [
            *Publication.Meta.constraints,
            models.CheckConstraint(condition=Q(is_fixed=False) | Q(state="published"), name="page_fixed_is_published"),
            models.CheckConstraint(condition=Q(placement__in=["", "menu", "footer"]), name="page_placement_known"),
        ]

    @property
    def template(self) -> str:
        """Return the one that a fixed page's text is read in, a blank where that needs more than texts."""
        view = self.VIEWS.get(self.slug, "about")
        return f"pages/{view}.html" if view in ("about", "privacy") else ""

    def get_absolute_url(self):
        if self.is_fixed:
            return reverse(self.VIEWS.get(self.slug, "about"))
        return reverse("pages:page", args=[self.slug])


track(Page)


class News(EditablePublication):
    """Something that happened or will, dated."""

    objects = EditableQuerySet.as_manager()

    class Meta(Publication.Meta):
        abstract = False
        verbose_name = _("news item")
        verbose_name_plural = _("news")
        ordering = [F("date").desc(nulls_first=True), "-pk"]
        constraints = [
            *Publication.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state="published") | Q(date__isnull=False),
                name="news_published_has_date",
                violation_error_message=_("Say on which day it was published."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("pages:news_item", args=[self.slug])

    @property
    def picture(self) -> tuple[str, str] | None:
        """Return address and description of the first picture of the text."""
        return first_picture(self.text)


track(News)


class AgreementQuerySet(PublicationQuerySet):
    def in_force(self, on: date):
        """Return the version that held on the day, of several from one day the last; None if there was none."""
        return self.public().filter(Q(date=None) | Q(date__lte=on)).newest_first().first()


class Agreement(Publication):
    """A version of what the members promise each other. Once it is published another one follows it; it stays."""

    date = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        validators=[validate_not_in_future],
        help_text=_("Left empty it is the day on which you publish."),
    )

    objects = AgreementQuerySet.as_manager()

    class Meta(Publication.Meta):
        abstract = False
        verbose_name = _("version of the agreement")
        verbose_name_plural = _("agreement")
        ordering = ["-pk"]
        constraints = [
            *Publication.Meta.constraints,
            models.CheckConstraint(condition=~Q(state="taken_back"), name="agreement_stays"),
        ]

    def get_absolute_url(self):
        return reverse("pages:agreement")


track(Agreement)
