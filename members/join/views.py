from contextlib import suppress
from functools import wraps

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache

from ..models import JoinRequest, TooLate
from ..parties import client
from . import emails, limits
from .application import Application
from .forms import AnswerForm, LostLinkForm, MendAddressForm

SENT = "join-request-sent"
SENT_SECONDS = 24 * 3600
Purpose = JoinRequest.Purpose


def discreet(response):
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def no_link(request):
    return render(request, "members/joinrequest_no_link.html", {"form": LostLinkForm()}, status=404)


def by_link(purpose):
    """For a page that only the link in a mail leads to: kept by nobody, found by nobody, told to nobody."""

    def decorate(view):
        @wraps(view)
        def with_token(request, token):
            join_request = JoinRequest.objects.with_token(purpose, token)
            return discreet(view(request, join_request) if join_request else no_link(request))

        return with_token

    return decorate


@cache_control(private=True, max_age=0)  # not no-store: the back button must find what was typed
def form(request):
    application = Application(request.POST if request.method == "POST" else None, client=client(request))
    if application.is_sent and application.is_valid():
        try:
            join_request = application.submit()
        except ValidationError as refused:
            application.refuse(refused)
        else:
            return redirect("join:thanks", signing.dumps(join_request.pk, salt=SENT))
    context = {"application": application, "days_to_decide": settings.DAYS_TO_DECIDE}
    return render(request, "members/joinrequest_form.html", context)


def thanks(request, token):
    """What happens now; who has just sent the form sees the address that was written to, and may mend it."""
    try:
        key = signing.loads(token, salt=SENT, max_age=SENT_SECONDS)
    except signing.BadSignature:
        key = None
    join_request = JoinRequest.objects.unconfirmed().filter(pk=key).first()
    form = MendAddressForm(request.POST or None)
    if join_request and form.is_valid():
        try:
            mend_address(join_request, form.cleaned_data["email"], client(request))
        except ValidationError as refused:
            form.add_error("email", refused.messages)
        else:
            return redirect("join:thanks", token)
    context = {"join_request": join_request, "form": form, "days_to_decide": settings.DAYS_TO_DECIDE}
    return discreet(render(request, "members/joinrequest_thanks.html", context))


@transaction.atomic
def mend_address(join_request, email, client):
    """Nothing where it is the same, or confirmed meanwhile. ValidationError where too much was sent lately."""
    if email != join_request.contact_email:
        with suppress(TooLate):
            join_request.move_to(email)
            limits.count_request(client, email)


@by_link(Purpose.CONFIRM)
def confirm(request, join_request):
    if request.method != "POST":
        return render(request, "members/joinrequest_confirm.html", {"join_request": join_request})
    try:
        join_request.confirm()
    except TooLate:
        return no_link(request)
    return redirect("join:page", join_request.page_token)


@never_cache
def lost_link(request):
    """Answers alike whether or not anybody has the address."""
    form = LostLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "members/joinrequest_lost_link.html", {"form": form})
    if not limits.link_allowed(client(request)):
        form.add_error(None, _("Somebody has asked for very many links from where you are. Try again in an hour."))
        return render(request, "members/joinrequest_lost_link.html", {"form": form})
    if limits.mail_allowed(form.cleaned_data["email"]):
        emails.links(JoinRequest.objects.of(form.cleaned_data["email"]))
    return redirect("join:link_sent")


@by_link(Purpose.PAGE)
def page(request, join_request):
    return render_page(request, join_request, AnswerForm())


def render_page(request, join_request, answer_form, **context):
    return render(
        request,
        "members/joinrequest_detail.html",
        {"join_request": join_request, "answer_form": answer_form} | context,
    )


@by_link(Purpose.PAGE)
def answer(request, join_request):
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return render_page(request, join_request, form)
    if request.method == "POST":
        try:
            join_request.answer(form.cleaned_data["text"])
        except TooLate:
            if not join_request.events.filter(what="answered", text=form.cleaned_data["text"]).exists():
                return render_page(request, join_request, form, too_late=True)
    return redirect("join:page", join_request.page_token)


@by_link(Purpose.PAGE)
def correct(request, join_request):
    data = request.POST if request.method == "POST" else None
    application = Application(data, client=client(request), correcting=join_request)
    if application.is_sent and application.is_valid():
        try:
            application.correct()
        except ValidationError as refused:
            application.refuse(refused)
        else:
            return redirect("join:page", join_request.page_token)
    elif not join_request.is_undecided:
        return redirect("join:page", join_request.page_token)
    return render(
        request, "members/joinrequest_correct.html", {"application": application, "join_request": join_request}
    )


@by_link(Purpose.PAGE)
def withdraw(request, join_request):
    if request.method == "POST":
        with suppress(TooLate):  # the page says how it stands
            join_request.withdraw()
    elif join_request.is_undecided:
        return render(request, "members/joinrequest_withdraw.html", {"join_request": join_request})
    return redirect("join:page", join_request.page_token)


@by_link(Purpose.PAGE)
def erase(request, join_request):
    if request.method == "POST" and join_request.is_refused:
        join_request.erase()
        return redirect("join:erased")
    if join_request.is_refused:
        return render(request, "members/joinrequest_erase.html", {"join_request": join_request})
    return redirect("join:page", join_request.page_token)
