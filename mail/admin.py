from django.contrib import admin
from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from post_office.models import STATUS, Attachment, Email, EmailTemplate, Log

from core.admin import ReadOnlyAdmin

from . import outbox

STATES = {
    STATUS.queued: _("waiting"),
    STATUS.requeued: _("failed, will be tried again"),
    STATUS.failed: _("cannot be delivered"),
    STATUS.sent: _("sent"),
}


def format_datetime(time):
    return date_format(localtime(time), "DATETIME_FORMAT")


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return STATES.items()

    def queryset(self, request, queryset):
        if self.value() in map(str, STATES):
            return queryset.filter(status=self.value())
        return queryset


class OutboxAdmin(ReadOnlyAdmin):
    list_display = ["queued", "recipient", "title", "state", "error"]
    list_filter = [StateFilter]
    list_per_page = 50
    search_fields = ["to", "subject"]
    ordering = ["-created", "-pk"]
    fields = ["queued", "recipient", "reply_to", "title", "state", "error", "next_try", "text"]
    readonly_fields = fields
    actions = ["send_again"]
    change_form_template = "admin/change_form.html"  # post_office's has a button that sends inside the request

    def has_send_again_permission(self, request):
        return request.user.has_perm("post_office.change_email")

    def get_queryset(self, request):
        errors = Log.objects.filter(email=OuterRef("pk")).order_by("-date", "-pk")
        texts = errors.values_list(Concat("exception_type", Value(": "), "message", output_field=TextField()))
        return super().get_queryset(request).annotate(last_error=Subquery(texts[:1]))

    @admin.display(description=_("queued"), ordering="created")
    def queued(self, email):
        return format_datetime(email.created)

    @admin.display(description=_("to"), ordering="to")
    def recipient(self, email):
        return ", ".join(email.to)

    @admin.display(description=_("replies to"))
    def reply_to(self, email):
        return (email.headers or {}).get("Reply-To", "–")

    @admin.display(description=_("subject"), ordering="subject")
    def title(self, email):
        return email.subject

    @admin.display(description=_("state"), ordering="status")
    def state(self, email):
        return STATES[email.status]

    @admin.display(description=_("last error"))
    def error(self, email):
        return (email.status != STATUS.sent and email.last_error) or "–"

    @admin.display(description=_("next try"))
    def next_try(self, email):
        is_waiting = email.status in (STATUS.queued, STATUS.requeued) and email.scheduled_time
        return format_datetime(email.scheduled_time) if is_waiting else "–"

    @admin.display(description=_("text"))
    def text(self, email):
        if "Sensitivity" in (email.headers or {}):  # a code that was queued before the outbox encrypted it
            return _("Hidden: only the one it was written to may read it.")
        return email.message

    @admin.action(description=_("Send again"), permissions=["send_again"])
    def send_again(self, request, queryset):
        count = outbox.send_again(queryset)
        self.message_user(
            request, ngettext("%d mail will be sent again.", "%d mails will be sent again.", count) % count
        )


admin.site.unregister([Attachment, Email, EmailTemplate, Log])
admin.site.register(Email, OutboxAdmin)
