from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts import people
from core.admin import NOT_CHOSEN
from core.merging import Merge, Opened
from mail.addresses import is_mailbox

from .admin_forms import MyMailForm


@transaction.atomic
def my_mail(request):
    """Save what was opened before somebody, in another tab perhaps, saved as the forms of the admin do: merged."""
    if request.method == "POST":
        people.lock_addresses()  # before the row is read, so that of two saves at once the later one sees the earlier
    # Not request.user itself: a refused form changes the names of its instance.
    stored = MyMailForm(instance=get_user_model().objects.get(pk=request.user.pk))
    version, merge, data = stored.version, None, request.POST or None
    opened = Opened.of(stored, []).dumps(stored.instance, version)
    if data:
        was_opened = Opened.loads(data.get("opened", ""), stored.instance, data.get("version", ""))
        if data.get("version") != version or (was_opened and was_opened.asked):
            merge = Merge(stored, [], data, request.FILES, was_opened, version)
            data = merge.data
        version, opened = data.get("version", ""), data.get("opened", "")
    form = MyMailForm(data, instance=stored.instance, refusals=[NOT_CHOSEN] if merge and merge.clashes else [])
    if form.is_valid():
        form.save(request)
        messages.success(request, _("Saved."))
        if merge:
            messages.info(request, merge.summary)
        return redirect("admin:index")
    context = {"title": _("My mail"), "form": form, "merge": merge, "version": version, "opened": opened}
    template = "admin/members/joinrequest/my_mail.html"
    return TemplateResponse(request, template, admin.site.each_context(request) | context)


def is_unreachable(user) -> bool:
    """Return whether news of join requests should reach the user, but cannot."""
    return user.has_perm("members.change_joinrequest") and not is_mailbox(user.email)
