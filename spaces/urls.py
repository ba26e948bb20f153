from django.urls import path

from . import views

app_name = "spaces"
urlpatterns = [
    path("", views.directory, name="directory"),
    path("<slug:slug>/", views.space, name="space"),
]
