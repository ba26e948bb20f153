"""The page of the coordinators: who they are, and who is invited."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from core.admin import StrictAdmin, count_added, sent_form
from core.client_ip import anonymised_client_ip

from . import limits, second_step
from .forms import TOO_MANY_INVITATIONS, InviteForm
from .models import Coordinator, Invitation, InvitationClosed, LastCoordinator

PAGE = "admin:accounts_coordinator_changelist"
REMOVED = _("Somebody was first: this one is a coordinator no longer.")
CLOSED = _("Somebody was first: the invitation waits no longer.")


@admin.register(Coordinator)
class CoordinatorAdmin(StrictAdmin):
    """Changes who runs the network by the models' verbs alone."""

    def has_change_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("", view(self.page), name="accounts_coordinator_changelist"),
            path("invite/", view(self.invite), name="accounts_coordinator_invite"),
            path("<int:pk>/resend/", view(self.resend), name="accounts_coordinator_resend"),
            path("<int:pk>/revoke/", view(self.revoke), name="accounts_coordinator_revoke"),
            path("<int:pk>/remove/", view(self.remove), name="accounts_coordinator_remove"),
        ]

    @method_decorator(require_safe)
    def page(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        coordinators = list(Coordinator.objects.all())
        context = {
            "coordinators": coordinators,
            "is_last": len(coordinators) == 1,
            "invitations": Invitation.objects.waiting().select_related("invited_by"),
            "open_invitations": set(Invitation.objects.open()),
            "can_invite": self.has_add_permission(request),
            "can_remove": self.has_delete_permission(request),
        }
        return self.render(request, "list", _("Coordinators"), **context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def invite(self, request):
        self.require(request, self.has_add_permission(request))
        form = InviteForm(request.POST if request.method == "POST" else None, by=request.user)
        with transaction.atomic():
            if self.is_second_press(request):
                return redirect(PAGE)
            if form.is_valid():
                invitation = Invitation.objects.invite(**form.cleaned_data, **self.actor(request))
                self.report_sent(request, invitation)
                return redirect(PAGE)
            transaction.set_rollback(True)  # what is refused counts for nothing, and may be sent again
        return self.render(request, "invite", _("Invite a coordinator"), form=form)

    @transaction.atomic
    def resend(self, request, pk):
        self.require(request, self.has_add_permission(request))
        if request.method != "POST" or self.is_second_press(request):  # a GET comes after a login
            return redirect(PAGE)
        invitation = Invitation.objects.waiting().filter(pk=pk).first()
        try:
            if not invitation:
                raise InvitationClosed
            if not limits.invitation_allowed(request.user, invitation.email):
                messages.error(request, TOO_MANY_INVITATIONS)
            else:
                invitation.send(**self.actor(request))
                self.report_sent(request, invitation)
        except InvitationClosed:
            messages.warning(request, CLOSED)
        return redirect(PAGE)

    def revoke(self, request, pk):
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":  # after a login
            return redirect(PAGE)
        invitation = Invitation.objects.waiting().filter(pk=pk).first()
        try:
            if not invitation:
                raise InvitationClosed
            invitation.revoke(**self.actor(request))
        except InvitationClosed:
            messages.warning(request, CLOSED)
        else:
            text = _("The invitation of %(name)s is taken back. Its link opens nothing any more.")
            messages.success(request, text % {"name": invitation.name})
        return redirect(PAGE)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def remove(self, request, pk):
        self.require(request, self.has_delete_permission(request))
        coordinator = Coordinator.objects.filter(pk=pk).first()
        if not coordinator:
            messages.warning(request, REMOVED)
            return redirect(PAGE)
        if request.method != "POST":
            title = _("Remove %(name)s as a coordinator?") % {"name": coordinator}
            return self.render(request, "remove", title, coordinator=coordinator)
        try:
            is_first = coordinator.remove(**self.actor(request))
        except LastCoordinator:
            messages.error(request, _("You are the last coordinator. Invite another one first."))
        else:
            text = _("%(name)s is a coordinator no longer, and is logged out everywhere.") % {"name": coordinator}
            messages.success(request, text if is_first else REMOVED)
        return redirect(PAGE)

    @staticmethod
    def require(request, is_allowed):
        if not is_allowed:
            raise PermissionDenied
        if request.method == "POST":
            second_step.require_reauthentication(request)

    @staticmethod
    def actor(request) -> dict:
        return {"by": request.user, "network": anonymised_client_ip(request)}

    @staticmethod
    def is_second_press(request) -> bool:
        """Return whether this very form was sent before, and say so; count it, in the caller's transaction."""
        if request.method != "POST" or count_added(sent_form(request)):
            return False
        messages.info(request, _("The invitation was sent by the first press of the button."))
        return True

    @staticmethod
    def report_sent(request, invitation):
        text = _("An invitation is on its way to %(email)s. It is valid for seven days.")
        messages.success(request, text % {"email": invitation.email})

    def render(self, request, template, title, **context):
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/accounts/coordinator/{template}.html", context)
