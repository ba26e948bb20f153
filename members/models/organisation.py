from functools import partial
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Prefetch, Q, When
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from simple_history.models import HistoricalRecords

from ..bilingual import in_reader_language
from ..fields import WebsiteField
from ..files import discard_on_error
from ..folding import Folded, FoldedQuerySet
from ..slugs import slug_url
from ..validators import validate_not_in_future, validate_organisation_number
from .change import Change, watch
from .refusals import NumberTaken


class VerbQuerySet(FoldedQuerySet):
    def formerly_at(self, slug: str):
        """Rows that have, or once had, this slug."""
        return self.filter(pk__in=self.model.history.filter(slug=slug).values("id"))

    def change(self, *, by, reason: str, **values) -> int:
        """Set the values on the rows that differ, each with an entry in its history; returns how many did.

        The reason is an English text of the catalogue, stored as it is and translated where it is shown.
        """
        changed = 0
        with transaction.atomic():
            rows = self.model.objects.filter(pk__in=self.order_by().values("pk")).exclude(**values)
            for changed, row in enumerate(rows.select_for_update(of=("self",)), start=1):  # noqa: B007
                for field, value in values.items():
                    setattr(row, field, value)
                row._history_user, row._change_reason = by, reason
                row.save(update_fields=values)
        return changed

    change.alters_data = True

    @transaction.atomic(savepoint=False)
    def update(self, **values):
        changed = super().update(**values)
        Change.note()
        return changed

    @transaction.atomic(savepoint=False)
    def bulk_create(self, *args, **options):
        created = super().bulk_create(*args, **options)
        Change.note()
        return created

    update.alters_data = bulk_create.alters_data = True


class Contact(models.Model):
    """How the public reaches an organisation or a space: a role's address that they chose, never a person's."""

    website = WebsiteField(_("website"), blank=True, max_length=300)
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        help_text=_("Shown to everybody: a role's address such as post@, not a person's."),
    )
    phone = PhoneNumberField(_("telephone"), blank=True, help_text=_("Shown to everybody."))

    class Meta:
        abstract = True


class PublicContact(NamedTuple):
    """What a page shows of a Contact; blank where it is not known."""

    website: str
    email: str
    phone: PhoneNumber | str


class OrganisationQuerySet(VerbQuerySet):
    def members(self):
        return self.filter(status=Organisation.Status.MEMBER)

    def public(self):
        """Members, and those on the way in by at least one space that the public sees."""
        on_the_way = self._spaces.on_the_way().order_by().values("organisation")
        return self.filter(Q(status=Organisation.Status.MEMBER) | Q(pk__in=on_the_way))

    def members_first(self):
        is_member = Case(When(status=Organisation.Status.MEMBER, then=0), default=1)
        return self.order_by(is_member, *Organisation._meta.ordering)

    def with_public_spaces(self, *also):
        """Each with its public_spaces, and what else of them is named."""
        spaces = self._spaces.public().prefetch_related(*also)
        return self.prefetch_related(Prefetch("spaces", spaces, to_attr="public_spaces"))

    @property
    def _spaces(self):
        return Organisation._meta.get_field("spaces").related_model.objects

    def admit(self, *, by) -> int:
        return self.exclude(status=Organisation.Status.MEMBER).change(
            by=by,
            reason=gettext_noop("admitted as a member"),
            status=Organisation.Status.MEMBER,
            member_since=timezone.localdate(),
            left_on=None,
        )

    admit.alters_data = True

    def refold(self):
        """Its spaces too: they are found by its name, and shown or not by its status."""
        super().refold()
        self._spaces.filter(organisation__in=self).refold()

    refold.alters_data = True

    def end_membership(self, *, by) -> int:
        return self.members().change(
            by=by,
            reason=gettext_noop("membership ended"),
            status=Organisation.Status.FORMER,
            left_on=timezone.localdate(),
        )

    end_membership.alters_data = True


class Organisation(Folded, Contact):
    """A legal or social body that is, was or may become a member of the network."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("on the way in")
        MEMBER = "member", _("member")
        FORMER = "former", _("former member")

    FOLDED_FROM = frozenset({"name", "organisation_number", "status"})

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("web address"),
        max_length=140,
        unique=True,
        help_text=_("The last part of the page's address. Old ones lead on."),
    )
    organisation_number = models.CharField(
        _("organisation number"), max_length=9, blank=True, validators=[validate_organisation_number]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROSPECT)
    member_since = models.DateField(
        _("member since"),
        null=True,
        blank=True,
        validators=[validate_not_in_future],
        help_text=_("Leave empty where the date is not known."),
    )
    left_on = models.DateField(
        _("member until"),
        null=True,
        blank=True,
        validators=[validate_not_in_future],
        help_text=_("Only for a former member."),
    )
    description_nb = models.TextField(_("about, in Norwegian"), blank=True, max_length=4000)
    description_en = models.TextField(_("about, in English"), blank=True, max_length=4000)
    logo = models.ImageField(_("logo"), upload_to="logos", blank=True, editable=False)

    objects = OrganisationQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["search_text", "sort_name"],
        verbose_name=_("earlier version"),
        verbose_name_plural=_("earlier versions"),
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["sort_name", "pk"]
        indexes = [models.Index(fields=["status"], name="organisation_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_number"],
                condition=~Q(organisation_number=""),
                name="organisation_number_unique",
                violation_error_message=_("Another organisation has this organisation number."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["prospect", "member", "former"]),
                name="organisation_status_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=~Q(status="prospect") | Q(member_since=None),
                name="organisation_prospect_not_member_since",
                violation_error_message=_("Leave “member since” empty until it is a member."),
            ),
            models.CheckConstraint(
                condition=Q(status="former", left_on__isnull=False) | (~Q(status="former") & Q(left_on=None)),
                name="organisation_left_on_if_former",
                violation_error_message=_("Fill in “member until” for former members, and only for them."),
            ),
            models.CheckConstraint(
                condition=Q(member_since=None) | Q(left_on=None) | Q(member_since__lte=F("left_on")),
                name="organisation_joined_before_left",
                violation_error_message=_("It cannot have left before it joined."),
            ),
        ]

    def __str__(self):
        return self.name

    @transaction.atomic
    def save(self, *args, update_fields=None, **options):
        is_new = self._state.adding
        super().save(*args, update_fields=update_fields, **options)
        if not is_new and (update_fields is None or self.FOLDED_FROM & set(update_fields)):
            self.spaces.all().refold()

    def get_absolute_url(self):
        return slug_url("members:organisation", self.slug)

    @property
    def folded_text(self):
        return " ".join(filter(None, [super().folded_text, self.organisation_number]))

    @property
    def description(self):
        return in_reader_language(self, "description")

    def join(self, *, by, number: str = "", website: str = ""):
        """Become a member today, or stay one; what is given fills what is blank. Raises NumberTaken."""
        self._refuse_taken(number)
        if not self.is_member:
            self.status, self.member_since, self.left_on = self.Status.MEMBER, timezone.localdate(), None
        self.organisation_number = self.organisation_number or number
        self.website = self.website or website
        self._history_user, self._change_reason = by, gettext_noop("join request approved")
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self._refuse_taken(number)  # at this very moment
            raise

    def _refuse_taken(self, number):
        others = Organisation.objects.filter(organisation_number=number or None).exclude(pk=self.pk)
        if other := others.first():
            raise NumberTaken(other)

    def change_logo(self, logo: ContentFile):
        """Store the logo and point to it, without saving the row; the one before goes when the change holds."""
        self.discard_logo()
        discard_on_error(self.logo.storage.delete, f"logos/{logo.name}")
        self.logo.save(logo.name, logo, save=False)

    def discard_logo(self):
        if self.logo:
            transaction.on_commit(partial(self.logo.storage.delete, self.logo.name))

    @property
    def public_towns(self) -> list[str]:
        return list(dict.fromkeys(space.town for space in self.public_spaces))

    @property
    def is_member(self):
        return self.status == self.Status.MEMBER


watch(Organisation)


@receiver(post_delete, sender=Organisation)
def discard_logo_of_deleted(instance, **_):
    """A signal, because a bulk deletion calls no method of the rows."""
    instance.discard_logo()
