"""allauth's forms in our words, with limits that hold for all servers."""

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess as Reset
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib import messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..join.forms import MailboxField
from . import limits, log, people

CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
USER_NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


def label(form, **labels):
    """Our labels; no placeholders beside them."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    for name, text in labels.items():
        form.fields[name].label = text


class LoginForm(account.LoginForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, login=_("User name"), password=_("Password"))
        self.fields["login"].help_text = _("Not the e-mail address.")
        self.fields["login"].widget.attrs |= USER_NAME
        self.fields["password"].help_text = ""


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, password=_("Password"))
        self.fields["password"].help_text = ""


class NewPassword:
    """For forms with a new password, typed twice."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, password1=_("New password"), password2=_("The new password once more"))
        self.fields["password1"].help_text = _(
            "At least twelve characters. Four words that do not belong together are easy to remember and hard to guess."
        )


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, oldpassword=_("The password you have now"))
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self):
        if not limits.password_allowed(context.request, self.user.get_username()):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_oldpassword()


class ResetPasswordForm(forms.Form):
    """Whether or not anybody has the address, the same page asks for the code."""

    email = MailboxField(label=_("E-mail"), max_length=254)

    def clean(self):
        if "email" in self.cleaned_data and not limits.reset_allowed(context.request):
            raise get_adapter().validation_error("rate_limited")
        return self.cleaned_data

    def save(self, request):
        email = self.cleaned_data["email"]
        user = people.with_address(email)
        if user and not limits.reset_mail_allowed(request, user):
            user = None
        Reset.initiate(request=request, user=user, email=email)
        if user:
            log.write(request, log.Kind.RESET_ASKED, user)


class PasswordCodeForm(account.ConfirmPasswordResetCodeForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, code=_("The code in the mail"))
        self.fields["code"].widget.attrs |= CODE


class NewPasswordForm(NewPassword, account.ResetPasswordKeyForm):
    pass


class SecondStep:
    """For forms with a code of the app, or a recovery code."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, code=_("Code"))
        self.fields["code"].widget.attrs |= CODE

    def clean_code(self):
        if not limits.code_allowed(self.user):
            log.write(context.request, log.Kind.TOO_MANY, self.user)
            raise get_adapter().validation_error("too_many_login_attempts")
        code = super().clean_code()
        if not limits.code_is_fresh(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(SecondStep, mfa.AuthenticateForm):
    def save(self):
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            self.authenticator.refresh_from_db()  # it counted the code on a locked copy
            left = len(self.authenticator.wrap().get_unused_codes())
            spent = ngettext(
                "That recovery code is spent; one is left. Phone or passkey gone? See to it under “My login”.",
                "That recovery code is spent; %(left)d are left. Phone or passkey gone? See to it under “My login”.",
                left,
            )
            messages.warning(context.request, spent % {"left": left})


class SecondStepAgainForm(SecondStep, mfa.ReauthenticateForm):
    pass


class AppForm(totp.ActivateTOTPForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        label(self, code=_("The six digits that the app shows"))
        self.fields["code"].widget.attrs |= CODE | {"inputmode": "numeric"}


MALFORMED = (AttributeError, KeyError, TypeError, ValueError)  # what reading it raises where somebody made it up


class Passkey:
    """For forms that a passkey fills in; a wrong one is written down as a wrong code is."""

    def clean_credential(self):
        try:
            return super().clean_credential()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
        except forms.ValidationError:
            log.write(context.request, log.Kind.WRONG_CODE, self.user)
            raise


class PasskeyForm(Passkey, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(Passkey, webauthn.ReauthenticateWebAuthnForm):
    pass


class NewPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["name"].max_length = 60
        self.fields["name"].initial = self.initial["name"] = ""
        self.fields["name"].required = True
        label(self, name=_("What do you call it?"))
        self.fields["name"].help_text = _("For example “My phone” or “The key on the key ring”.")

    def clean(self):
        try:
            return super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
