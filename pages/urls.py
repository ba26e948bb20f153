from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.decorators import public_page

from . import views
from .feeds import NewsFeed

app_name = "pages"
urlpatterns = [
    path(_("pages/<slug:slug>/"), views.page, name="page"),
    path(_("agreement/"), views.agreement, name="agreement"),
    path(_("agreement/<str:day>/"), views.agreement_on, name="agreement_on"),
    path(_("news/"), views.news, name="news"),
    path(_("news/atom.xml"), public_page(NewsFeed()), name="feed"),
    path(_("news/<slug:slug>/"), views.news_item, name="news_item"),
]
