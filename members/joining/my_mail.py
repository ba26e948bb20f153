from django.contrib import admin, messages
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from mail.addresses import is_mailbox

from .admin_forms import MyMailForm


@transaction.atomic
def my_mail(request):
    form = MyMailForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save(request)
        messages.success(request, _("Saved."))
        return redirect("admin:index")
    context = admin.site.each_context(request) | {"title": _("My mail"), "form": form}
    return TemplateResponse(request, "admin/members/joinrequest/my_mail.html", context)


def is_unreachable(user) -> bool:
    """Return whether news of join requests should reach the user, but cannot."""
    return user.has_perm("members.change_joinrequest") and not is_mailbox(user.email)
