from functools import partial
from urllib.parse import urlencode

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from members.bilingual import in_reader_language
from members.folding import Folded, fold, sort_key
from members.models import Contact, Organisation, PublicContact, watch
from members.norway import IN_NORWAY
from members.slugs import slug_url
from members.validators import validate_postal_code

from . import photos
from .counties import COUNTY_NAMES, County
from .opening_hours import state, validate_opening_hours
from .querysets import PhotoQuerySet, SpaceQuerySet
from .titles import titled

# All that the directory counts, and sorts, by: it reads no row but those that it shows.
COUNTED = ["shown", "county", "id", "opening_hours", "search_text"]
LISTED = ["shown", "sort_name", "id", "county", "latitude", "longitude", "opening_hours", "search_text"]


class Amenity(models.Model):
    """One thing that a space may offer, from a short vocabulary of the network's."""

    slug = models.SlugField(_("code"), unique=True)
    name_nb = models.CharField(_("name in Norwegian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("amenity")
        verbose_name_plural = _("amenities")
        ordering = ["position", "pk"]

    def __str__(self):
        return in_reader_language(self, "name").text


class Space(Folded, Contact):
    """One physical location of an organisation: what is plotted."""

    class Status(models.TextChoices):
        COMING = "coming", _("on the way in")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        TOWN = "town", _("approximate: the town centre")

    class Shown(models.IntegerChoices):
        """What the public sees it as, in the directory's order; the queryset settles it."""

        TO_NOBODY = 0
        AS_MEMBER = 1
        ON_THE_WAY = 2

    FOLDED_FROM = frozenset(
        {"name", "address", "postal_code", "town", "municipality", "county"}
        | {"organisation", "organisation_id", "status", "hidden"}
    )

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="spaces", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("web address"),
        max_length=140,
        unique=True,
        help_text=_("The last part of the page's address. Old ones lead on."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.COMING)
    hidden = models.BooleanField(
        _("hidden"),
        default=False,
        db_default=False,
        help_text=_("Hidden spaces are shown nowhere on the site."),
    )
    shown = models.PositiveSmallIntegerField(choices=Shown, default=0, db_default=0, editable=False)
    address = models.CharField(_("street address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=4, blank=True, validators=[validate_postal_code])
    town = models.CharField(_("town"), max_length=80)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    county = models.CharField(_("county"), max_length=2, choices=County)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    precision = models.CharField(_("pin position"), max_length=10, choices=Precision, default=Precision.TOWN)
    description_nb = models.TextField(_("about, in Norwegian"), blank=True, max_length=4000)
    description_en = models.TextField(_("about, in English"), blank=True, max_length=4000)
    opening_hours = models.CharField(
        _("opening hours"), max_length=500, blank=True, validators=[validate_opening_hours]
    )
    amenities = models.ManyToManyField(Amenity, related_name="spaces", blank=True, verbose_name=_("amenities"))

    objects = SpaceQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["search_text", "sort_name", "shown"],
        verbose_name=_("earlier version"),
        verbose_name_plural=_("earlier versions"),
    )

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["sort_name", "pk"]
        indexes = [
            models.Index(fields=["shown", "latitude", "longitude", "id"], name="space_shown_at"),
            models.Index(fields=["shown", "county", "town", "latitude", "longitude", "id"], name="space_shown_in_town"),
            models.Index(fields=COUNTED, name="space_counted"),
            models.Index(fields=LISTED, name="space_listed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=IN_NORWAY,
                name="space_in_norway",
                violation_error_message=_("The position must be in Norway. Was latitude swapped with longitude?"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["coming", "open", "closed"]),
                name="space_status_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=Q(precision__in=["exact", "town"]),
                name="space_precision_known",
                violation_error_message=_("Choose whether the pin is exact or approximate."),
            ),
            models.CheckConstraint(
                condition=Q(county__in=County.values),
                name="space_county_known",
                violation_error_message=_("Choose one of the counties."),
            ),
        ]

    def __str__(self):
        return self.title

    @transaction.atomic
    def save(self, *args, update_fields=None, **options):
        is_new = self._state.adding
        super().save(*args, update_fields=update_fields, **options)
        if update_fields is None or self.FOLDED_FROM & set(update_fields):
            type(self).objects.filter(pk=self.pk).settle(are_new=is_new)

    def get_absolute_url(self):
        return slug_url("spaces:space", self.slug)

    @property
    def title(self) -> str:
        return titled(self.name, self.town)

    @property
    def county_name(self) -> str:
        return COUNTY_NAMES.get(self.county, "")

    @property
    def other_county(self) -> str:
        """The county's name, unless the town's says it already: Oslo."""
        return "" if self.county_name == self.town else self.county_name

    @property
    def folded_text(self):
        own = [self.name, self.address, self.postal_code, self.town, self.municipality, self.county_name]
        return f"{fold(' '.join(own))} {self.organisation.search_text}"

    @property
    def folded_name(self):
        """By name, then town: the tabulator sorts before any letter."""
        return f"{super().folded_name}\t{sort_key(self.town)}"

    @property
    def description(self):
        return in_reader_language(self, "description")

    @property
    def is_member(self) -> bool:
        return self.status == self.Status.OPEN and self.organisation.is_member

    @property
    def shown_as(self) -> str:
        """What visitors see the space as, in a word."""
        if self.hidden:
            return _("hidden")
        if self.is_member:
            return _("member")
        return _("on the way in") if self.is_on_the_way else _("not shown")

    @property
    def is_on_the_way(self) -> bool:
        statuses = Organisation.Status
        if self.organisation.status == statuses.MEMBER:
            return self.status == self.Status.COMING
        return self.organisation.status == statuses.PROSPECT and self.status != self.Status.CLOSED

    @property
    def is_approximate(self) -> bool:
        return self.precision == self.Precision.TOWN

    @property
    def postal_line(self) -> str:
        return f"{self.postal_code} {self.town}".strip()

    @property
    def directions_url(self) -> str:
        """Google Maps' universal link to the pin or the address; blank where neither is exact."""
        place = self.address and f"{self.address}, {self.postal_line}, Norge"
        if not self.is_approximate:
            place = f"{self.latitude},{self.longitude}"
        return place and f"https://www.google.com/maps/dir/?{urlencode({'api': 1, 'destination': place})}"

    @property
    def contact(self) -> PublicContact:
        """Each of its own, or its organisation's where it has none."""
        return PublicContact(
            *(getattr(self, field) or getattr(self.organisation, field) for field in PublicContact._fields)
        )

    @property
    def has_contact(self) -> bool:
        return any(self.contact)

    @cached_property
    def cover(self):
        return next(iter(self.photos.all()), None)

    @cached_property
    def opening_state(self):
        return state(self.opening_hours, timezone.now()) if self.opening_hours else None


class Photo(models.Model):
    """A picture of a space, kept as cleaned renditions under a random key."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="photos", verbose_name=_("space"))
    key = models.CharField(max_length=32, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False, help_text=_("Pixels of the largest rendition."))
    height = models.PositiveIntegerField(editable=False)
    alt_nb = models.CharField(
        _("what it shows, in Norwegian"),
        max_length=200,
        help_text=_("Read aloud to those who cannot see it."),
    )
    alt_en = models.CharField(_("what it shows, in English"), max_length=200, blank=True)
    credit = models.CharField(_("credit"), max_length=120, blank=True, help_text=_("Who took it."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.alt.text

    @property
    def alt(self):
        return in_reader_language(self, "alt")

    @property
    def widths(self):
        return photos.rendition_widths(self.width)

    @property
    def sources(self):
        return photos.sources(self.key, self.widths)

    def take(self, clean: photos.CleanPhoto):
        """Store the picture and point to it, without saving the row; the one before goes when the change holds."""
        self.discard_files()
        self.key, self.width, self.height = photos.store(clean), clean.width, clean.height

    def discard_files(self):
        if self.key:
            transaction.on_commit(partial(photos.discard, self.key, self.widths))


for model in (Amenity, Space, Photo):
    watch(model)
watch(Space.amenities.through)


@receiver(post_delete, sender=Photo)
def discard_files_of_deleted(instance, **_):
    """A signal, because photos go with their space by cascade, which calls no method of theirs."""
    instance.discard_files()
