from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import views

app_name = "spaces"
urlpatterns = [
    path("", views.directory, name="directory"),
    path(_("in/<slug:slug>/"), views.town, name="town"),
    path(_("county/<slug:slug>/"), views.county, name="county"),
    path("<slug:slug>/", views.space, name="space"),
]
