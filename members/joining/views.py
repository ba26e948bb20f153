from contextlib import suppress
from functools import wraps

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache

from core.client_ip import client_ip
from core.decorators import private_page

from . import emails, first_mail, limits
from .application import Application
from .forms import AnswerForm, CorrectAddressForm, LostLinkForm
from .models import Event, JoinRequest, TooLate

SENT = "join-request-sent"
SENT_SECONDS = 24 * 3600
Purpose = JoinRequest.Purpose


def invalid_link(request):
    return render(request, "joining/joinrequest_no_link.html", {"form": LostLinkForm()}, status=404)


def token_required(purpose):
    """Pass the join request to a view by the token in its URL, which only a mail contains."""

    def decorate(view):
        @private_page
        @wraps(view)
        def wrapper(request, token):
            join_request = JoinRequest.objects.with_token(purpose, token)
            return view(request, join_request) if join_request else invalid_link(request)

        return wrapper

    return decorate


@cache_control(private=True, max_age=0)  # not no-store: the back button must find what was typed
def form(request):
    application = Application(request.POST if request.method == "POST" else None, client=client_ip(request))
    if application.is_sent and application.is_valid():
        try:
            join_request = application.submit()
        except ValidationError as error:
            first_mail.notify_of_refusal(error)
            application.add_error(error)
        else:
            return redirect("join:thanks", signing.dumps(join_request.pk, salt=SENT))
    context = {"application": application, "days_to_decide": settings.DAYS_TO_DECIDE}
    return render(request, "joining/joinrequest_form.html", context)


@private_page
def thanks(request, token):
    # Only the signed token of who has just sent the form shows the address and lets it be corrected.
    try:
        key = signing.loads(token, salt=SENT, max_age=SENT_SECONDS)
    except signing.BadSignature:
        key = None
    join_request = JoinRequest.objects.unconfirmed().filter(pk=key).first()
    form = CorrectAddressForm(request.POST or None)
    if join_request and form.is_valid():
        try:
            correct_address(join_request, form.cleaned_data["email"], client_ip(request))
        except ValidationError as error:
            first_mail.notify_of_refusal(error)
            form.add_error("email", error.messages)
        else:
            return redirect("join:thanks", token)
    context = {
        "join_request": join_request,
        "is_held": bool(join_request and first_mail.is_held(join_request)),
        "form": form,
        "days_to_decide": settings.DAYS_TO_DECIDE,
    }
    return render(request, "joining/joinrequest_thanks.html", context)


@transaction.atomic
def correct_address(join_request, email, client):
    """Change and count the address unless it is confirmed already. Raise ValidationError if a limit is reached."""
    # The same address pressed twice must not spend one of its mailbox's few mails.
    if email != join_request.contact_email:
        with suppress(TooLate):
            join_request.change_email(email)
            first_mail.count(join_request, client)


@token_required(Purpose.CONFIRM)
def confirm(request, join_request):
    # Mail scanners follow links: only a button confirms.
    if request.method != "POST":
        return render(request, "joining/joinrequest_confirm.html", {"join_request": join_request})
    try:
        join_request.confirm()
    except TooLate:
        return invalid_link(request)
    return redirect("join:page", join_request.page_token)


@never_cache
def lost_link(request):
    # The response is the same whether or not anybody has the address.
    form = LostLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "joining/joinrequest_lost_link.html", {"form": form})
    if not limits.link_allowed(client_ip(request)):
        form.add_error(None, _("A great many links have been requested from your network. Try again in an hour."))
        return render(request, "joining/joinrequest_lost_link.html", {"form": form})
    requests = JoinRequest.objects.of(form.cleaned_data["email"])
    # An unknown address costs the one who asks, and no mailbox.
    if requests.exists() and limits.mail_allowed("link", form.cleaned_data["email"]):
        emails.links(requests)
    return redirect("join:link_sent")


@token_required(Purpose.PAGE)
def page(request, join_request):
    return render_page(request, join_request, AnswerForm())


def render_page(request, join_request, answer_form, **context):
    return render(
        request,
        "joining/joinrequest_detail.html",
        {"join_request": join_request, "answer_form": answer_form} | context,
    )


@token_required(Purpose.PAGE)
def answer(request, join_request):
    if request.POST.get("do") == "again":
        return render_page(request, join_request, AnswerForm(initial=request.POST), is_refused=True)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return render_page(request, join_request, form)
    if request.method == "POST":
        try:
            join_request.answer(form.cleaned_data["text"])
        except TooLate:
            # A second click finds its own answer stored, and need not be told that it is too late.
            if not join_request.events.filter(kind=Event.Kind.ANSWERED, text=form.cleaned_data["text"]).exists():
                return render_page(request, join_request, form, too_late=True)
    return redirect("join:page", join_request.page_token)


@token_required(Purpose.PAGE)
def correct(request, join_request):
    data = request.POST if request.method == "POST" else None
    application = Application(data, client=client_ip(request), correcting=join_request)
    if application.is_sent and application.is_valid():
        try:
            application.correct()
        except ValidationError as error:
            application.add_error(error)
        else:
            return redirect("join:page", join_request.page_token)
    elif not join_request.is_undecided:
        return redirect("join:page", join_request.page_token)
    return render(
        request, "joining/joinrequest_correct.html", {"application": application, "join_request": join_request}
    )


@token_required(Purpose.PAGE)
def withdraw(request, join_request):
    if request.method == "POST":
        with suppress(TooLate):  # the page says how it stands
            join_request.withdraw()
    elif join_request.is_undecided:
        return render(request, "joining/joinrequest_withdraw.html", {"join_request": join_request})
    return redirect("join:page", join_request.page_token)


@token_required(Purpose.PAGE)
def erase(request, join_request):
    if request.method == "POST" and join_request.is_refused:
        join_request.erase()
        return redirect("join:erased")
    if join_request.is_refused:
        return render(request, "joining/joinrequest_erase.html", {"join_request": join_request})
    return redirect("join:page", join_request.page_token)
