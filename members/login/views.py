"""allauth's views where ours differ, and the page of sessions."""

from functools import wraps

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ..join.views import discreet
from . import limits, log, second_step


def private(view):
    """Kept by nobody, found by nobody; what is typed stands in no report of an error."""

    @wraps(view)
    @sensitive_post_parameters()
    def hide(request, *args, **options):
        return discreet(view(request, *args, **options))

    return hide


class SecondStep(mfa.AuthenticateView):
    def dispatch(self, request, *args, **options):
        """Begin anew where the step was taken away meanwhile; allauth would send round for ever."""
        response = super().dispatch(request, *args, **options)
        if response.get("Location") == reverse("account_login"):
            clear_login(request)
        return response


class Security(mfa.IndexView):
    """How one logs in, and where one is logged in."""

    def get_context_data(self, **options):
        sessions = UserSession.objects.purge_and_list(self.request.user)
        return super().get_context_data(**options) | {
            "is_done": second_step.is_done(self.request),
            "sessions": sorted(sessions, key=lambda session: session.created_at, reverse=True),
        }


class EnterPasswordCode(account.ConfirmPasswordResetCodeView):
    def post(self, request, *args, **options):
        if limits.reset_code_allowed(self._process.state["email"], self._process.state["at"]):
            return super().post(request, *args, **options)
        self._process.abort()
        messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
        return redirect("account_login")


class AddPasskey(webauthn.AddWebAuthnView):
    """Passkeys are tied to a name: an address of digits has none."""

    def get_context_data(self, **options):
        host, _colon, port = self.request.get_host().partition(":")
        here = reverse("mfa_add_webauthn")
        named = f"http://localhost:{port}{here}" if host == "127.0.0.1" else ""
        return super().get_context_data(**options) | {"named_address": named}


class RemovePasskey(webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    """One that does not fit: the same page once more, with the reason."""

    def form_invalid(self, form):
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


@require_POST
@login_required
def end_session(request):
    """One of one's own, or all but this one."""
    mine = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    which = request.POST.get("session", "")
    for session in mine.filter(pk=which) if which.isdecimal() and which.isascii() else mine:
        session.end()
    log.write(request, log.Kind.SESSION_ENDED, request.user)
    messages.success(request, _("Logged out there."))
    return redirect("mfa_index")
