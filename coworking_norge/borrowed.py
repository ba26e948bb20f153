"""Texts of Django's admin and of post_office that their own Norwegian lacks, for our catalogue to hold."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

BORROWED = [
    _("Select this object for an action - {}"),
    _("Select all objects on this page for an action"),
    _("Breadcrumbs"),
    _("Model name"),
    _("Add link"),
    _("Add %(name)s"),
    _("Add another %(verbose_name)s"),
    _("Add another %(model)s"),
    _("Change or view list link"),
    _("View selected %(model)s"),
    _("Error:"),
    _("Skip to main content"),
    _("Hide counts"),
    _("Show counts"),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: light)"),
    _("Toggle theme (current theme: dark)"),
    _("Added:"),
    _("Changed:"),
    _("Deleted:"),
    _("Forgotten your login credentials?"),
    _("In case you’ve forgotten, you are:"),
    _("Sidebar"),
    _("Start typing to filter…"),
    _("Filter navigation items"),
    _("Thanks for spending some quality time with the web site today."),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Set password"),
    _("Set password: %s"),
    _("Reset password"),
    _("Enabled"),
    _("Disabled"),
    _("Password-based authentication"),
    _("Enable password-based authentication"),
    _("Disable password-based authentication"),
    _("Password-based authentication was disabled."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Enable password-based authentication for this user by setting a password."),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Conflicting form data submitted. Please try again."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able "
        "to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _(
        "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z letters, "
        "numbers, and @/./+/-/_ characters."
    ),
    pgettext_lazy("Email address", "Email"),
    pgettext_lazy("Email addresses", "Emails"),
    ngettext_lazy("entry", "entries"),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
]
