"""The admin of users and of the log of logins, for super-users."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import ReadOnlyAdmin, VersionedAdmin
from mail.admin import format_datetime

from . import coordinators_admin, credentials, log, second_step, sessions  # noqa: F401 (registers the coordinators)
from .forms import AccountForm
from .models import LoginEvent

User = get_user_model()


@admin.register(LoginEvent)
class LoginEventAdmin(ReadOnlyAdmin):
    list_display = ["when", "kind", "user", "about", "network", "count"]
    list_filter = ["kind", ("user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user"]
    list_display_links = None
    list_per_page = 100

    @admin.display(description=_("when"), ordering="at")
    def when(self, event):
        return format_datetime(event.at)


class AccountAdmin(VersionedAdmin, UserAdmin):
    """Asks for the second step anew before anything is changed: a session alone takes over no account.

    Accounts are made by invitation, and nobody sets another's password: each chooses it with a mailed code.
    """

    form = AccountForm
    fieldsets = [(None, {"fields": ["username"]}), *UserAdmin.fieldsets[1:]]
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_superuser", "has_second_step"]
    actions = ["reset_second_step", "log_out"]

    def get_urls(self):
        return super(UserAdmin, self).get_urls()  # without the page that sets a password

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        steps = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_step.STEPS)
        return super().get_queryset(request).annotate(has_step=Exists(steps))

    def changelist_view(self, request, extra_context=None):
        self._require_second_step(request)
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        self._require_second_step(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        self._require_second_step(request)
        return super().delete_view(request, object_id, extra_context)

    def save_model(self, request, obj, form, change):
        if change:
            credentials.change_email(request, obj, obj.email)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("second step"), boolean=True)
    def has_second_step(self, user):
        return user.has_step

    @admin.action(description=_("Take away the second step and log out everywhere"), permissions=["change"])
    def reset_second_step(self, request, queryset):
        for user in queryset:
            credentials.remove_second_step(user, request)
        self._report(
            request,
            ngettext(
                "%d user chooses a new second step at the next login.",
                "%d users choose a new second step at the next login.",
                len(queryset),
            ),
            queryset,
        )

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def log_out(self, request, queryset):
        for user in queryset:
            sessions.end_sessions(user)
            log.write(request, log.Kind.SESSION_ENDED, user)
        self._report(request, ngettext("%d user was logged out.", "%d users were logged out.", len(queryset)), queryset)

    def _require_second_step(self, request):
        if request.method == "POST" and self.has_module_permission(request):  # else it is refused
            second_step.require_reauthentication(request)

    def _report(self, request, text, queryset):
        self.message_user(request, text % len(queryset))


class RoleAdmin(VersionedAdmin, GroupAdmin):
    pass


# allauth registers its own: they would show sessions and secrets.
admin.site.unregister([Authenticator, EmailAddress, Group, User, UserSession])
admin.site.register(User, AccountAdmin)
admin.site.register(Group, RoleAdmin)
