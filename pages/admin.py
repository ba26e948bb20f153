from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

from core.admin import HistoryAdmin, RecordAdmin, verb_action
from core.forms import who_and_when

from .forms import PublicationForm, SiteSettingsForm
from .history import PublicationChanges
from .models import Agreement, News, Page, SiteSettings
from .pictures import store
from .views import render_preview

PUBLISH = verb_action(
    "publish",
    _("Publish"),
    ngettext_lazy("%(count)d text is published.", "%(count)d texts are published.", "count"),
)
TAKE_BACK = verb_action(
    "take_back",
    _("Take back"),
    ngettext_lazy("%(count)d text is taken back.", "%(count)d texts are taken back.", "count"),
    _("They disappear from the site. You can publish them again later."),
)


class PublicationAdmin(RecordAdmin):
    """Saves a text, and publishes it or takes it back by a button beside that."""

    form = PublicationForm
    change_form_template = "admin/pages/publication_form.html"
    changes_in_words = PublicationChanges
    list_display = ["title", "status", "date"]
    list_filter = ["state"]
    readonly_fields = ["status"]
    actions = [PUBLISH, TAKE_BACK]
    TEXTS = [
        (_("In Norwegian"), {"fields": ["title_nb", "text_nb"]}),
        (_("In English"), {"fields": ["title_en", "text_en"]}),
    ]
    PICTURE = (_("Picture"), {"fields": ["picture", "picture_alt_nb", "picture_alt_en"]})

    @admin.display(description=_("title"), ordering="sort_name")
    def title(self, publication):
        return publication.title

    @admin.display(description=_("status"), ordering="state")
    def status(self, publication):
        with_draft = publication.is_public and publication.draft
        return _("published, with a draft of a change") if with_draft else publication.get_state_display()

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<int:pk>/preview/", self.admin_site.admin_view(self.preview), name=name), *super().get_urls()]

    def preview(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        publication = get_object_or_404(self.model, pk=pk)
        edit_url = reverse(admin_urlname(self.opts, "change"), args=[pk])
        return render_preview(request, publication, edit_url)

    def merge(self, request, stored):
        super().merge(request, stored)
        seen = request.POST.get("seen_state", stored.state)
        if hasattr(request, "merge") and seen != stored.state:
            text = _("Its status is “%(state)s” now. Look it over, and press once more.")
            request.refusals.append(text % {"state": self.status(stored)})

    def render_change_form(self, request, context, obj=None, **options):
        can_change = self.has_change_permission(request, obj)
        context["can_publish"] = can_change
        context["can_take_back"] = can_change and obj and obj.is_public and not obj.is_fixed
        if obj:
            context["draft"] = obj.is_public and obj.draft
            context["preview_url"] = reverse(admin_urlname(self.opts, "preview"), args=[obj.pk])
        return super().render_change_form(request, context, obj=obj, **options)

    def save_model(self, request, publication, form, change):
        if picture := form.cleaned_data.get("picture"):
            texts = [form.cleaned_data[name] for name in ("picture_alt_nb", "picture_alt_en")]
            publication.insert_picture(store(picture), *texts)
        verb = next((verb for verb in ("_publish", "_take_back", "_discard") if verb in request.POST), "")
        if publication.is_public and verb in ("", "_discard"):
            self.save_draft(request, publication, [] if verb else form.fields)
            return
        if publication.draft:
            publication.draft = {}
            form.changed_data.append("draft")
        super().save_model(request, publication, form, change)
        chosen = self.model.objects.filter(pk=publication.pk)
        if verb == "_publish":
            chosen.publish(by=request.user)
            self.message_user(request, _("It is published."))
        elif verb == "_take_back" and chosen.take_back(by=request.user):
            self.message_user(request, _("It is taken back: visitors do not see it any more."))

    def save_draft(self, request, publication, names):
        """Store of these fields those that differ from what is published; of none, there is a draft no more."""
        chosen = self.model.objects.filter(pk=publication.pk)
        published = chosen.get()
        values = {field.name: getattr(publication, field.name) for field in self.opts.fields if field.name in names}
        draft = {name: value for name, value in values.items() if value != getattr(published, name)}
        reason = gettext_noop("draft saved") if draft else gettext_noop("draft discarded")
        chosen.change(by=request.user, reason=reason, draft=draft)
        if draft:
            self.message_user(request, _("It is a draft: visitors see what was published before, until you publish."))
        elif not names:
            self.message_user(request, _("The draft is discarded. Under History you can bring it back."))


@admin.register(Page)
class PageAdmin(PublicationAdmin):
    list_display = ["title", "status", "where", "date"]
    list_filter = ["state", "is_fixed"]
    fieldsets = [
        (None, {"fields": ["status"]}),
        *PublicationAdmin.TEXTS,
        PublicationAdmin.PICTURE,
        (_("Address and menu"), {"fields": ["slug", "placement", "position"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        if obj is None or not obj.is_fixed:
            return super().get_fieldsets(request, obj)
        has_own_page = obj.slug in ("about", "news", "privacy")
        in_menu = [(_("Menu"), {"fields": ["placement", "position"]})] if has_own_page else []
        return [(None, {"fields": ["status"]}), *self.TEXTS, self.PICTURE, *in_menu]

    @admin.display(description=_("where visitors find it"), ordering="placement")
    def where(self, page):
        return _("part of the site") if page.is_fixed and not page.placement else page.get_placement_display()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj and obj.is_fixed else {"slug": ["title_nb"]}

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.is_fixed)


@admin.register(News)
class NewsAdmin(PublicationAdmin):
    fieldsets = [
        (None, {"fields": ["status", "date"]}),
        *PublicationAdmin.TEXTS,
        PublicationAdmin.PICTURE,
        (_("Address"), {"fields": ["slug"]}),
    ]
    prepopulated_fields = {"slug": ["title_nb"]}


@admin.register(Agreement)
class AgreementAdmin(PublicationAdmin):
    """A new version begins as a copy; a published one is never changed, so that it stays known what held when."""

    actions = [PUBLISH]
    fieldsets = [(None, {"fields": ["status", "date"]}), *PublicationAdmin.TEXTS]

    def get_fieldsets(self, request, obj=None):
        may_write = self.has_change_permission(request, obj)
        return [*self.fieldsets, self.PICTURE] if may_write else self.fieldsets

    def why_final(self, obj):
        text = _("%(who)s published this on %(when)s. A published version is not changed: the next one follows it.")
        return text % who_and_when(obj.history.first())

    def get_changeform_initial_data(self, request):
        now = Agreement.objects.in_force(timezone.localdate())
        texts = ("title_nb", "text_nb", "title_en", "text_en")
        return {name: getattr(now, name) for name in texts} | super().get_changeform_initial_data(request)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.is_public)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.is_public)


@admin.register(SiteSettings)
class SiteSettingsAdmin(HistoryAdmin):
    """The only row: its list leads straight to it."""

    form = SiteSettingsForm
    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_form.html"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(admin_urlname(self.opts, "change"), 1)
