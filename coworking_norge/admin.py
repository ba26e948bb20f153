from allauth.account.views import logout
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS, Email

from members.join import attention as join_attention
from members.join.admin_forms import MyMailForm
from members.login import people, second_step
from members.validators import is_mailbox
from spaces import attention as spaces_attention


def undeliverable(user) -> list[tuple[str, str, int]]:
    if not user.has_perm("post_office.view_email"):
        return []
    url = f"{reverse('admin:post_office_email_changelist')}?state={STATUS.failed}"
    return [(url, _("Mails that cannot be delivered"), Email.objects.filter(status=STATUS.failed).count())]


class CoworkingAdminSite(admin.AdminSite):
    site_title = site_header = "Coworking Norge"
    index_title = _("The network")
    enable_nav_sidebar = False

    def has_permission(self, request):
        return super().has_permission(request) and second_step.is_done(request)

    def login(self, request, extra_context=None):
        """Where every page of the admin sends those whom it does not let in."""
        if request.user.is_anonymous:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not people.may_enter(request.user):
            raise PermissionDenied
        return redirect("admin:index" if self.has_permission(request) else second_step.address(request.user))

    def logout(self, request, extra_context=None):
        return logout(request)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def get_urls(self):
        return [path("my-mail/", self.admin_view(self.my_mail), name="my_mail"), *super().get_urls()]

    def index(self, request, extra_context=None):
        kinds = [join_attention.notes, undeliverable, spaces_attention.notes]
        context = {
            "attention": [note for notes in kinds for note in notes(request.user)],
            "is_unreachable": not is_mailbox(request.user.email)
            and request.user.has_perm("members.change_joinrequest"),
        }
        return super().index(request, context | (extra_context or {}))

    def my_mail(self, request):
        """How the one who is logged in is called, and reached."""
        form = MyMailForm(request.POST or None, instance=request.user)
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("admin:index")
        context = self.each_context(request) | {"title": _("My mail"), "form": form}
        return TemplateResponse(request, "admin/my_mail.html", context)
