"""allauth's forms with our texts and limits."""

from itertools import chain, count
from textwrap import wrap

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.forms import LineField
from core.search_text import base_letters
from mail.addresses import having_address
from mail.forms import MailboxField

from . import limits, log, people
from .credentials import validate_email_is_free
from .models import Coordinator

CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
RESET_ADDRESS_SESSION_KEY = "password_reset_address"
USER_NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


def set_labels(form, **labels):
    for field in form.fields.values():  # no placeholders beside our labels
        field.widget.attrs.pop("placeholder", None)
    for name, text in labels.items():
        form.fields[name].label = text


class LoginForm(account.LoginForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, login=_("User name"), password=_("Password"))
        self.fields["login"].help_text = _("Not the e-mail address.")
        self.fields["login"].widget.attrs |= USER_NAME
        self.fields["password"].help_text = ""


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, password=_("Password"))
        self.fields["password"].help_text = ""


class NewPasswordMixin:
    """A form with a new password, typed twice."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, password1=_("New password"), password2=_("The new password again"))
        self.fields["password1"].help_text = _(
            "At least twelve characters. Four words that do not belong together are easy to remember and hard to guess."
        )


class ChangePasswordForm(NewPasswordMixin, account.ChangePasswordForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, oldpassword=_("The password you have now"))
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self):
        if not limits.password_allowed(context.request, self.user.get_username()):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_oldpassword()


class ResetPasswordForm(account.ResetPasswordForm):
    """Whether or not anybody has the address, the same page asks for the code."""

    email = MailboxField(label=_("E-mail"), max_length=254)

    def clean_email(self):
        return self.cleaned_data["email"]

    def clean(self):
        email = self.cleaned_data.get("email")
        if email and not limits.reset_allowed(context.request, people.get_by_email(email)):
            raise get_adapter().validation_error("rate_limited")
        return self.cleaned_data

    def save(self, request, **options):
        user = people.get_by_email(self.cleaned_data["email"])
        # Without a user allauth answers the same, and sends no mail.
        self.users = [user] if user and limits.reset_mail_allowed(request, user) else []
        super().save(request, **options)
        request.session[limits.RESET_SESSION_KEY] = get_random_string(32)
        for user in self.users:
            request.session[RESET_ADDRESS_SESSION_KEY] = user.email
            log.write(request, log.Kind.RESET_ASKED, user)


class PasswordCodeForm(account.ConfirmPasswordResetCodeForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, code=_("The code in the mail"))
        self.fields["code"].widget.attrs |= CODE


class NewPasswordForm(NewPasswordMixin, account.ResetPasswordKeyForm):
    def clean(self):
        """Refuse what began with a code to an address that the account has no more."""
        if context.request.session.get(RESET_ADDRESS_SESSION_KEY) != self.user.email:
            raise get_adapter().validation_error("incorrect_code")
        return super().clean()


class SecondStepMixin:
    """A form with a code of the app, or a recovery code."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, code=_("Code"))
        self.fields["code"].widget.attrs |= CODE

    def clean_code(self):
        if not limits.code_allowed(context.request, self.user):
            log.write(context.request, log.Kind.TOO_MANY, self.user)
            raise get_adapter().validation_error("too_many_login_attempts")
        code = super().clean_code()
        if not limits.code_is_fresh(self.user, code):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(SecondStepMixin, mfa.AuthenticateForm):
    def save(self):
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            self.authenticator.refresh_from_db()  # it counted the code on a locked copy
            unused_count = len(self.authenticator.wrap().get_unused_codes())
            text = ngettext(
                "That recovery code is used up; one is left. Have you lost phone or passkey? See “My login”.",
                "That recovery code is used up; %(left)d are left. Have you lost phone or passkey? See “My login”.",
                unused_count,
            )
            messages.warning(context.request, text % {"left": unused_count})


class SecondStepAgainForm(SecondStepMixin, mfa.ReauthenticateForm):
    pass


class AppForm(totp.ActivateTOTPForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, code=_("The six digits that the app shows"))
        self.secret_in_groups = " ".join(wrap(self.secret, 4))
        self.fields["code"].widget.attrs |= CODE | {"inputmode": "numeric"}


MALFORMED = (AttributeError, KeyError, TypeError, ValueError)  # raised by what is not a passkey's answer


class PasskeyMixin:
    """A form that a passkey fills in; a wrong one is logged like a wrong code."""

    def clean_credential(self):
        try:
            return super().clean_credential()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
        except forms.ValidationError:
            log.wrong_code(context.request, self.user)
            raise


class PasskeyForm(PasskeyMixin, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(PasskeyMixin, webauthn.ReauthenticateWebAuthnForm):
    pass


class NewPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["name"].max_length = 60
        self.fields["name"].initial = self.initial["name"] = ""
        self.fields["name"].required = True
        set_labels(self, name=_("What do you call it?"))
        self.fields["name"].help_text = _("For example “My phone” or “The key on the key ring”.")

    def clean(self):
        try:
            return super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class AddressMixin:
    """A form with the address of an account; it locks all addresses until the transaction ends."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        validate_email_is_free(self.instance, email)
        return email


class AccountForm(AddressMixin, UserChangeForm):
    password = None
    email = MailboxField(label=_("E-mail"), max_length=254, required=False, widget=AdminEmailInputWidget)


class InviteForm(forms.Form):
    name = LineField(label=_("Name"), max_length=150)
    email = MailboxField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("One that only this person reads: the link that we send opens the admin."),
    )

    def __init__(self, *args, by, **options):
        self.by = by
        super().__init__(*args, **options)

    def clean_email(self):
        email = self.cleaned_data["email"]
        if coordinator := having_address(Coordinator.objects.all(), "email", email).first():
            raise forms.ValidationError(_("%(name)s is a coordinator already.") % {"name": coordinator})
        return email

    def clean(self):
        data = super().clean()
        if not self.errors and not limits.invitation_allowed(self.by, data["email"]):
            raise forms.ValidationError(TOO_MANY_INVITATIONS)
        return data


TOO_MANY_INVITATIONS = _("We have sent enough invitations for a day. Try again tomorrow.")


class NewCoordinatorForm(NewPasswordMixin, UserCreationForm):
    """The user name and the password of whoever was invited."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        set_labels(self, username=_("User name"), password1=_("Password"), password2=_("The password again"))
        self.initial["username"] = free_username(self.instance)
        self.fields["username"].help_text = _("You log in with it.")
        self.fields["username"].widget.attrs |= USER_NAME
        self.fields["password2"].help_text = ""


def free_username(user) -> str:
    name = slugify(base_letters(user.first_name or user.last_name))[:100]
    taken = {username.casefold() for username in get_user_model().objects.values_list("username", flat=True)}
    names = chain([name], (f"{name}{number}" for number in count(2)))
    return next(each for each in names if each not in taken) if name else ""
