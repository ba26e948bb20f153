from collections import defaultdict

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.history import difference
from core.localized import in_reader_language
from core.markdown import render
from core.models import track
from core.search_text import Searchable, fold, sort_key
from members.models import Contact, Organisation, PublicContact, Visibility
from norway.bounds import IN_NORWAY
from norway.counties import COUNTY_NAMES, County
from norway.places import other_names, town_centre
from norway.validators import validate_postal_code

from .amenities import Amenity
from .art.address import Pictured
from .completeness import Completeness
from .location import Pin, Precision
from .opening_hours import state, validate_opening_hours
from .photo import Photo
from .practical import PRACTICAL_CONSTRAINTS, Practical
from .querysets import SpaceQuerySet
from .titles import space_title

# Covering indexes: the directory counts and sorts without reading the rows.
COUNT_INDEX = ["visibility", "county", "id", "opening_hours", "search_text"]
LIST_INDEX = ["visibility", "sort_name", "id", "county", "latitude", "longitude", "opening_hours", "search_text"]
BOARD_INDEX = ["visibility", "-gaps", "sort_name", "id", "county"]


class Space(Pictured, Searchable, Contact, Practical, Completeness):
    """One physical location of an organisation: a pin on the map."""

    class Status(models.TextChoices):
        COMING = "coming", _("joining soon")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    BINNED_WITH = ("photos",)
    Precision = Precision

    # By the organisation's and its own status, unless it is hidden; any other combination is hidden.
    VISIBILITIES = {
        (Organisation.Status.MEMBER, Status.OPEN): Visibility.MEMBER,
        (Organisation.Status.MEMBER, Status.COMING): Visibility.UPCOMING,
        (Organisation.Status.PROSPECT, Status.OPEN): Visibility.UPCOMING,
        (Organisation.Status.PROSPECT, Status.COMING): Visibility.UPCOMING,
    }
    VISIBILITY_FIELDS = frozenset({"organisation", "organisation_id", "status", "hidden"})
    INDEXED_FIELDS = frozenset(
        {"name", "address", "postal_code", "town", "municipality", "county", "organisation", "organisation_id"}
    )
    DERIVED_FROM = INDEXED_FIELDS | VISIBILITY_FIELDS | Completeness.GAP_FIELDS

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="spaces",
        verbose_name=_("organisation"),
        db_index=False,  # "space_of_organisation" is one
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
    visibility = models.PositiveSmallIntegerField(choices=Visibility, default=0, db_default=0, editable=False)
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
        excluded_fields=["search_text", "sort_name", "visibility", "gaps", "asked_at", *Practical.PERSONAL],
        verbose_name=_("earlier version"),
        verbose_name_plural=_("earlier versions"),
    )

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["sort_name", "pk"]
        indexes = [
            models.Index(fields=["visibility", "latitude", "longitude", "id"], name="space_visibility_at"),
            models.Index(
                fields=["visibility", "county", "town", "latitude", "longitude", "id"], name="space_visibility_in_town"
            ),
            models.Index(fields=COUNT_INDEX, name="space_counted"),
            models.Index(fields=LIST_INDEX, name="space_listed"),
            models.Index(fields=["organisation", "visibility", "slug", "town"], name="space_of_organisation"),
            models.Index(fields=BOARD_INDEX, name="space_on_board"),
            models.Index(fields=["visibility", "precision", "address", "id"], name="space_address_without_pin"),
            models.Index(fields=["sort_name", "id", "search_text"], name="space_searched"),
            models.Index(fields=["county", "organisation"], name="space_organisation_in_county"),
            models.Index(fields=["county", "-id"], name="space_by_county"),
            models.Index(fields=["county", "sort_name", "id"], name="space_in_county_by_name"),
            models.Index(fields=["town", "-id"], name="space_by_town"),
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
            *PRACTICAL_CONSTRAINTS,
        ]

    def __str__(self):
        return self.title

    @transaction.atomic
    def save(self, *args, update_fields=None, **options):
        is_new = self._state.adding
        super().save(*args, update_fields=update_fields, **options)
        if update_fields is None or self.VISIBILITY_FIELDS & set(update_fields):
            # By the database and not by self.organisation, which may have been read before another changed it.
            type(self).objects.filter(pk=self.pk).update_visibility(are_new=is_new)
            self.refresh_from_db(fields=["visibility"])
        if update_fields is None or self.GAP_FIELDS & set(update_fields):
            type(self).objects.filter(pk=self.pk).update_gaps()

    def get_absolute_url(self):
        return reverse("spaces:space", args=[self.slug])

    @property
    def title(self) -> str:
        return space_title(self.name, self.town)

    @property
    def county_name(self) -> str:
        return COUNTY_NAMES.get(self.county, "")

    @property
    def other_county(self) -> str:
        # Not "Oslo, Oslo".
        return "" if self.county_name == self.town else self.county_name

    @property
    def search_document(self):
        own = [self.name, self.address, self.postal_code, self.town, self.municipality, self.county_name]
        own += other_names(self.county, self.town, self.municipality)
        return f"{fold(' '.join(own))} {self.organisation.search_text}"

    @property
    def sort_document(self):
        # The tabulator sorts before any letter.
        return f"{super().sort_document}\t{sort_key(self.town)}"

    @property
    def description(self):
        return in_reader_language(self, "description")

    @property
    def description_text(self) -> str:
        return render(self.description.text).line

    @property
    def is_public(self) -> bool:
        return self.visibility != Visibility.HIDDEN

    @property
    def is_member(self) -> bool:
        return self.visibility == Visibility.MEMBER

    @property
    def is_upcoming(self) -> bool:
        return self.visibility == Visibility.UPCOMING

    @property
    def visibility_unless_hidden(self) -> Visibility:
        return self.VISIBILITIES.get((self.organisation.status, self.status), Visibility.HIDDEN)

    @property
    def is_approximate(self) -> bool:
        return self.precision == self.Precision.TOWN

    @property
    def is_at_town_centre(self) -> bool:
        centre = town_centre(self.town, self.county)
        return bool(centre) and Pin(centre.latitude, centre.longitude).is_at(self.latitude, self.longitude)

    @property
    def postal_line(self) -> str:
        return f"{self.postal_code} {self.town}".strip()

    @property
    def contact(self) -> PublicContact:
        return PublicContact(
            *(getattr(self, field) or getattr(self.organisation, field) for field in PublicContact._fields)
        )

    @property
    def has_contact(self) -> bool:
        return any(self.contact)

    def record_restored(self, photo, *, by):
        locked = type(self).objects.select_for_update().get(pk=self.pk)
        locked._history_user, locked._change_reason = by, difference([], [photo], of="photo ")
        locked.save()

    @cached_property
    def cover(self):
        return next(iter(self.photos.all()), None)

    @property
    def picture_url(self) -> str:
        """Return the address of a member's first photo, or else of the coast around the space."""
        return self.cover.sources.fallback if self.is_member and self.cover else self.art_url

    @cached_property
    def amenity_list(self) -> list[Amenity]:
        return list(self.amenities.all())

    @cached_property
    def opening_state(self):
        return state(self.opening_hours, timezone.now()) if self.opening_hours else None


def share_amenities(spaces):
    """Set the amenity_list of each, the same objects in all: prefetch_related() would make new ones for each space."""
    amenities, found = Amenity.objects.in_bulk(), defaultdict(list)
    pairs = Space.amenities.through.objects.filter(space__in=spaces).values_list("space", "amenity")
    for space, amenity in pairs:
        found[space].append(amenities[amenity])
    for space in spaces:
        space.amenity_list = found[space.pk]


for model in (Amenity, Space, Photo):
    track(model)
track(Space.amenities.through)


@receiver(post_delete, sender=Photo)
def discard_files_of_deleted(instance, origin=None, **_):
    # A cascade from the space calls no delete().
    if not getattr(origin, "is_binned", False):  # the bin erases them with its snapshot
        instance.discard_files()
    Space.objects.filter(pk=instance.space_id).update_gaps()
