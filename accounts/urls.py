"""The pages of allauth that we use, by allauth's names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import views
from .views import private

urlpatterns = [
    path("", private(account.login), name="account_login"),
    path(_("out/"), private(account.logout), name="account_logout"),
    path(_("closed/"), private(account.account_inactive), name="account_inactive"),
    path(_("code/"), private(views.SecondStep.as_view()), name="mfa_authenticate"),
    path(_("again/"), private(account.reauthenticate), name="account_reauthenticate"),
    path(_("again/code/"), private(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(_("again/passkey/"), private(views.PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path(_("password/"), private(views.ChangePassword.as_view()), name="account_change_password"),
    path(_("password/forgotten/"), private(account.password_reset), name="account_reset_password"),
    path(
        _("password/forgotten/code/"),
        private(views.EnterPasswordCode.as_view()),
        name="account_confirm_password_reset_code",
    ),
    path(
        _("password/forgotten/new/"), private(account.complete_password_reset), name="account_complete_password_reset"
    ),
    path(
        _("password/forgotten/done/"),
        private(account.password_reset_from_key_done),
        name="account_password_reset_completed",
    ),
    path(_("invitation/<str:token>/"), private(views.accept_invitation), name="accept_invitation"),
    path(_("security/"), private(views.Security.as_view()), name="mfa_index"),
    path(_("security/sessions/"), private(views.end_session), name="end_session"),
    path(_("security/app/"), private(totp.activate_totp), name="mfa_activate_totp"),
    path(_("security/app/remove/"), private(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(_("security/passkey/"), private(views.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path(_("security/passkey/<int:pk>/remove/"), private(views.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path(_("security/recovery-codes/"), private(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        _("security/recovery-codes/new/"),
        private(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
