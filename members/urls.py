from django.urls import path

from . import views

app_name = "members"
urlpatterns = [
    path("", views.organisations, name="organisations"),
    path("<slug:slug>/", views.organisation, name="organisation"),
]
