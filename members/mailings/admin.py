from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.admin import VersionedAdmin
from core.forms import who_at
from core.history import full_name
from mail.addresses import is_mailbox
from pages import network

from . import emails
from .forms import MailingForm
from .limits import trial_allowed
from .models import AlreadySent, AudienceChanged, Mailing

ADDRESSEES_PER_PAGE = 200
ALREADY_SENT = _("The mail has been sent already.")


@admin.register(Mailing)
class MailingAdmin(VersionedAdmin):
    """A draft is edited like any row; what was sent is only read."""

    form = MailingForm
    list_display = ["subject", "state", "recipient_count", "writer", "sent_at"]
    list_select_related = ["written_by", "sent_by"]
    list_per_page = 50
    actions = None
    fieldsets = [
        (_("To whom"), {"fields": ["county", "gap", "with_upcoming"]}),
        (_("The mail"), {"fields": ["subject", "text"]}),
    ]
    readonly_fields = ["state", "recipient_count", "writer", "sender", "sent_at"]

    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, {"title": _("Write to the members")} | (extra_context or {}))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None or obj.is_draft else [*fieldsets, (_("Sent"), {"fields": self.readonly_fields})]

    @admin.display(description=_("written by"))
    def writer(self, mailing):
        return full_name(mailing.written_by) if mailing.written_by else "–"

    @admin.display(description=_("sent by"))
    def sender(self, mailing):
        return full_name(mailing.sent_by) if mailing.sent_by else "–"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    def why_final(self, obj):
        return _("%(who)s sent this on %(when)s. What is sent is not changed.") % who_at(obj.sent_by, obj.sent_at)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.written_by = request.user
        super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        # Locked, or it could be sent between the look at it and its deletion, and would reach nobody.
        drafts = Mailing.objects.select_for_update(of=("self",)).filter(state=Mailing.State.DRAFT)
        if not drafts.filter(pk=obj.pk).first():
            raise PermissionDenied
        super().delete_model(request, obj)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            *(
                path(f"<int:pk>/{name}/", view(self.for_draft(page)), name=f"mailings_mailing_{name}")
                for name, page in {"preview": self.preview, "trial": self.trial, "send": self.send}.items()
            ),
            *super().get_urls(),
        ]

    def for_draft(self, view):
        """Wrap a view so that it is given the draft instead of its key."""

        def wrapper(request, pk):
            if not self.has_change_permission(request):
                raise PermissionDenied
            mailing = Mailing.objects.filter(pk=pk).first()
            if mailing is None:
                messages.warning(request, self.who_deleted(pk))
                return redirect("admin:mailings_mailing_changelist")
            if not mailing.is_draft:
                return self.redirect_sent(request, mailing)
            return view(request, mailing)

        return wrapper

    @method_decorator(require_safe)
    def preview(self, request, mailing):
        audience = mailing.audience()
        context = self.admin_site.each_context(request) | {
            "title": _("Look it over before it is sent"),
            "opts": self.opts,
            "original": mailing,
            "count": len(audience.addressees),
            "page": Paginator(audience.addressees, ADDRESSEES_PER_PAGE).get_page(request.GET.get("p")),
            "unreachable": audience.unreachable,
            "seen": mailing.fingerprint(audience),
            "reply_to": network.current().contact_email,
        }
        return TemplateResponse(request, "admin/mailings/mailing/preview.html", context)

    def trial(self, request, mailing):
        if request.method != "POST":  # after a login
            return redirect("admin:mailings_mailing_preview", mailing.pk)
        if not is_mailbox(request.user.email):
            messages.error(request, _("Give your e-mail address under “My mail” first."))
        elif not trial_allowed(request.user):
            messages.error(request, _("You have had enough trials for an hour."))
        else:
            emails.trial(mailing, request.user.email)
            text = _("A trial is on its way to %(email)s, and to nobody else.")
            messages.success(request, text % {"email": request.user.email})
        return redirect("admin:mailings_mailing_preview", mailing.pk)

    def send(self, request, mailing):
        if request.method != "POST":  # after a login
            return redirect("admin:mailings_mailing_preview", mailing.pk)
        try:
            mailing.send(by=request.user, seen=request.POST.get("seen", ""))
        except AlreadySent:
            return self.redirect_sent(request, mailing)
        except AudienceChanged:
            messages.warning(request, _("The mail or who gets it has changed since you looked. Look it over again."))
            return redirect("admin:mailings_mailing_preview", mailing.pk)
        mailing.refresh_from_db()
        count = mailing.recipient_count
        text = ngettext("The mail is on its way to one.", "The mail is on its way to %(count)d.", count)
        messages.success(request, text % {"count": count})
        return redirect("admin:mailings_mailing_changelist")

    def redirect_sent(self, request, mailing):
        messages.warning(request, ALREADY_SENT)
        return redirect("admin:mailings_mailing_change", mailing.pk)

    def response_add(self, request, obj, post_url_continue=None):
        return redirect("admin:mailings_mailing_preview", obj.pk)

    def response_change(self, request, obj):
        return redirect("admin:mailings_mailing_preview", obj.pk)
