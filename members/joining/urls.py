from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from . import views

app_name = "join"
urlpatterns = [
    path("", views.form, name="form"),
    path(_("thanks/<str:token>/"), views.thanks, name="thanks"),
    path(_("confirm/<str:token>/"), views.confirm, name="confirm"),
    path(_("link/"), views.lost_link, name="lost_link"),
    path(_("link/sent/"), TemplateView.as_view(template_name="joining/joinrequest_link_sent.html"), name="link_sent"),
    path(_("erased/"), TemplateView.as_view(template_name="joining/joinrequest_erased.html"), name="erased"),
    path("<str:token>/", views.page, name="page"),
    path(_("<str:token>/answer/"), views.answer, name="answer"),
    path(_("<str:token>/correct/"), views.correct, name="correct"),
    path(_("<str:token>/withdraw/"), views.withdraw, name="withdraw"),
    path(_("<str:token>/erase/"), views.erase, name="erase"),
]
