"""In the admin: who logged in and was refused, and help for one who has lost the second step. For super-users."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import LoginEvent
from ..outbox_admin import moment
from . import log, second_step

User = get_user_model()


@admin.register(LoginEvent)
class LoginEventAdmin(admin.ModelAdmin):
    list_display = ["when", "kind", "user", "network"]
    list_filter = ["kind", ("user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user"]
    list_display_links = None
    list_per_page = 100

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("when"), ordering="at")
    def when(self, event):
        return moment(event.at)


class AccountAdmin(UserAdmin):
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_superuser", "has_second_step"]
    actions = ["reset_second_step", "log_out"]

    def get_queryset(self, request):
        steps = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_step.STEPS)
        return super().get_queryset(request).annotate(has_step=Exists(steps))

    @admin.display(description=_("second step"), boolean=True)
    def has_second_step(self, user):
        return user.has_step

    @admin.action(description=_("Take away the second step and log out everywhere"), permissions=["change"])
    def reset_second_step(self, request, queryset):
        for user in queryset:
            second_step.reset(user)
            log.write(request, log.Kind.STEP_REMOVED, user)
        self.tell(
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
            second_step.end_sessions(user)
            log.write(request, log.Kind.SESSION_ENDED, user)
        self.tell(request, ngettext("%d user was logged out.", "%d users were logged out.", len(queryset)), queryset)

    def tell(self, request, text, queryset):
        self.message_user(request, text % len(queryset))


# allauth registers its own: they would show sessions and secrets.
admin.site.unregister([Authenticator, EmailAddress, User, UserSession])
admin.site.register(User, AccountAdmin)
