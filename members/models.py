from functools import partial
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from simple_history.models import HistoricalRecords

from core.fields import WebsiteField
from core.localized import in_reader_language
from core.markdown import render
from core.models import track
from core.querysets import VerbQuerySet
from core.search_text import Searchable
from core.validators import validate_not_in_future
from mail.addresses import validate_mailbox
from norway.validators import validate_organisation_number

from .contact_persons import ContactPerson  # noqa: F401 (a model of this app)
from .logos import named_at_random


class Visibility(models.IntegerChoices):
    """How the public sees a space, in the directory's order."""

    HIDDEN = 0, _("not shown")
    MEMBER = 1, _("member")
    UPCOMING = 2, _("joining soon")


class NumberTaken(Exception):
    """Another organisation has the organisation number. Carries the other one."""

    def __init__(self, organisation):
        self.organisation = organisation
        super().__init__(organisation.name)


class Contact(models.Model):
    """Contact details for the public: a role's, never a person's."""

    website = WebsiteField(_("website"), blank=True, max_length=300)
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        validators=[validate_mailbox],
        help_text=_("Shown to everybody: a role's address such as post@, not a person's."),
    )
    phone = PhoneNumberField(_("telephone"), blank=True, help_text=_("Shown to everybody."))

    class Meta:
        abstract = True


class PublicContact(NamedTuple):
    """The contact details that a page shows; blank if not known."""

    website: str
    email: str
    phone: PhoneNumber | str


class OrganisationQuerySet(VerbQuerySet):
    def members(self):
        return self.filter(status=Organisation.Status.MEMBER)

    def public(self):
        # A prospect is public by a space that is.
        upcoming = self.model.objects.filter(spaces__visibility=Visibility.UPCOMING).order_by().values("pk")
        return self.filter(Q(status=Organisation.Status.MEMBER) | Q(pk__in=upcoming))

    def upcoming(self):
        return self.filter(status=Organisation.Status.PROSPECT, spaces__visibility=Visibility.UPCOMING).distinct()

    def members_first(self):
        is_member = Case(When(status=Organisation.Status.MEMBER, then=0), default=1)
        return self.order_by(is_member, *Organisation._meta.ordering)

    def admit(self, *, by) -> int:
        return self.exclude(status=Organisation.Status.MEMBER).change(
            by=by,
            reason=gettext_noop("admitted as a member"),
            status=Organisation.Status.MEMBER,
            member_since=timezone.localdate(),
            left_on=None,
        )

    admit.alters_data = True

    def update_derived(self, fields):
        super().update_derived(fields)
        self.update_spaces(fields)

    def update_spaces(self, fields):
        """Update what is stored with their spaces, which have their names, their status and their contact details."""
        spaces = self.model._meta.get_field("spaces").related_model.objects.filter(
            organisation__in=self.order_by().values("pk")
        )
        if self.model.INDEXED_FIELDS & fields:
            spaces.select_related("organisation").reindex()
        if "status" in fields:
            spaces.update_visibility()
        if self.model.CONTACT_FIELDS & fields:
            spaces.update_gaps()

    update_derived.alters_data = update_spaces.alters_data = True

    def end_membership(self, *, by) -> int:
        return self.members().change(
            by=by,
            reason=gettext_noop("membership ended"),
            status=Organisation.Status.FORMER,
            left_on=timezone.localdate(),
        )

    end_membership.alters_data = True


class Organisation(Searchable, Contact):
    """A legal or social body that is, was or may become a member of the network."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("joining soon")
        MEMBER = "member", _("member")
        FORMER = "former", _("former member")

    BINNED_WITH = ("contact_persons",)
    INDEXED_FIELDS = frozenset({"name", "organisation_number"})
    CONTACT_FIELDS = frozenset(PublicContact._fields)
    DERIVED_FROM = INDEXED_FIELDS | CONTACT_FIELDS | {"status"}

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
        indexes = [
            models.Index(fields=["status", "sort_name", "id"], name="organisation_listed"),
            models.Index(fields=["status", "member_since", "id"], name="organisation_newest"),
            models.Index(fields=["sort_name", "id", "search_text"], name="organisation_searched"),
        ]
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
        # A new one has no spaces yet.
        if not is_new:
            fields = self.DERIVED_FROM if update_fields is None else set(update_fields)
            type(self).objects.filter(pk=self.pk).update_spaces(fields)

    def get_absolute_url(self):
        return reverse("members:organisation", args=[self.slug])

    @property
    def search_document(self):
        return " ".join(filter(None, [super().search_document, self.organisation_number]))

    @property
    def description(self):
        return in_reader_language(self, "description")

    @property
    def description_text(self) -> str:
        return render(self.description.text).line

    def join(self, *, by, number: str = "", website: str = ""):
        """Become a member today, with number and website where these are blank, or stay one. Raise NumberTaken."""
        self._refuse_taken(number)
        if not self.is_member:  # a stranger may name any member
            self.status, self.member_since, self.left_on = self.Status.MEMBER, timezone.localdate(), None
            self.organisation_number = self.organisation_number or number
            self.website = self.website or website
        self._history_user, self._change_reason = by, gettext_noop("join request approved")
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self._refuse_taken(number)  # somebody took it since the check above
            raise

    def _refuse_taken(self, number):
        # The column is never null: without a number nobody is found.
        others = Organisation.objects.filter(organisation_number=number or None).exclude(pk=self.pk)
        if other := others.first():
            raise NumberTaken(other)

    def change_logo(self, logo: ContentFile):
        """Store the file without saving the row; the earlier file is deleted on commit."""
        self.discard_files()
        self.logo.save(logo.name, logo, save=False)

    def hide_files(self):
        """Move the logo to an address that nobody has been given, without saving the row. Raise FileNotFoundError."""
        if self.logo:
            with self.logo.open() as file:
                self.change_logo(named_at_random(file.read()))

    def discard_files(self):
        if self.logo:
            transaction.on_commit(partial(self.logo.storage.delete, self.logo.name))

    @property
    def is_member(self):
        return self.status == self.Status.MEMBER


track(Organisation)


@receiver(post_delete, sender=Organisation)
def discard_files_of_deleted(instance, origin=None, **_):
    # By a signal, because a bulk deletion calls no method of the rows.
    if not getattr(origin, "is_binned", False):
        instance.discard_files()
