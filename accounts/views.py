"""allauth's views where ours differ, and the end of a session."""

import re
from functools import wraps

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStageController
from allauth.mfa.base import views as mfa
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.client_ip import anonymised_client_ip, shorten
from core.decorators import private_page

from . import browsers, limits, log, second_step
from .forms import NewCoordinatorForm
from .models import Invitation, InvitationClosed
from .user_agents import describe


def private(view):
    """Make the page private, keep what is typed there out of error reports, and name a browser that has logged in."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        browsers.remember(request, response)
        return response

    return sensitive_post_parameters()(private_page(wrapper))


class SecondStep(mfa.AuthenticateView):
    def dispatch(self, request, *args, **options):
        """Begin anew if the second step was removed meanwhile."""
        # allauth would redirect between this page and the login for ever
        stage = LoginStageController.enter(request, AuthenticateStage.key)
        if stage and not second_step.is_set_up(stage.login.user):
            return stage.abort()
        return super().dispatch(request, *args, **options)


class Security(mfa.IndexView):
    """The page of second steps and sessions."""

    def get_context_data(self, **options):
        sessions = UserSession.objects.purge_and_list(self.request.user)
        for session in sessions:
            session.browser, session.network = describe(session.user_agent), shorten(session.ip)
        return super().get_context_data(**options) | {
            "is_done": second_step.is_done(self.request),
            "sessions": sorted(sessions, key=lambda session: session.created_at, reverse=True),
        }


class ChangePassword(account.PasswordChangeView):
    def dispatch(self, request, *args, **options):
        if request.user.is_authenticated:  # allauth sends others to the login
            second_step.require_reauthentication(request)
        return super().dispatch(request, *args, **options)

    @transaction.atomic
    def form_valid(self, form):
        return super().form_valid(form)


class EnterPasswordCode(account.ConfirmPasswordResetCodeView):
    def post(self, request, *args, **options):
        if limits.reset_code_allowed(request.session.get(limits.RESET_SESSION_KEY, "")):
            return super().post(request, *args, **options)
        messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
        return redirect("account_login")


class AddPasskey(webauthn.AddWebAuthnView):
    def get_context_data(self, **options):
        # passkeys are tied to a host name: an IP address has none
        host, _colon, port = self.request.get_host().partition(":")
        here = reverse("mfa_add_webauthn")
        named = f"http://localhost:{port}{here}" if host == "127.0.0.1" else ""
        return super().get_context_data(**options) | {"named_address": named}


class RemovePasskey(webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    """Show the page again, with the reason, if the passkey does not fit."""

    def form_invalid(self, form):
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


@require_POST
@login_required
def end_session(request):
    mine = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    which = request.POST.get("session", "")
    for session in mine.filter(pk=which) if re.fullmatch("[0-9]{1,18}", which) else mine:
        session.end()
    log.write(request, log.Kind.SESSION_ENDED, request.user)
    messages.success(request, _("Logged out there."))
    return redirect("mfa_index")


def accept_invitation(request, token):
    """Make an account for whoever was invited, or a coordinator of whoever has one."""
    invitation = Invitation.objects.with_token(token)
    if invitation and invitation.state == invitation.State.ACCEPTED:  # by a first click, or long ago
        messages.success(request, _("The invitation has been used. Log in."))
        return redirect("account_login")
    if not invitation or not Invitation.objects.open().contains(invitation):
        return render(request, "accounts/invitation_closed.html", status=404)
    account, data = invitation.account, request.POST if request.method == "POST" else None
    form = None if account else NewCoordinatorForm(data, instance=invitation.new_account())
    if request.method != "POST" or (form and not form.is_valid()):
        context = {"invitation": invitation, "account": account, "form": form}
        return render(request, "accounts/invitation.html", context)
    account = account or form.save(commit=False)
    try:
        invitation.accept(account, network=anonymised_client_ip(request))
    except InvitationClosed:
        return redirect(request.path)
    text = _("You are a coordinator now. Log in with the user name %(name)s and your password.")
    messages.success(request, text % {"name": account.get_username()})
    return redirect("account_login")
