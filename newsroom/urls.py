from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from newsroom import feeds, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("reports.urls")),
    path("companies/", include("watchlist.urls")),
    path("policies/", include("policies.urls")),
    path("comments/", include("comments.urls")),
    path("", include("follow.urls")),
    path("feed/", feeds.feed, name="feed"),
    path("media/<path:path>", views.media),
    path("admin/", admin.site.urls),
]

if settings.ANYMAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("anymail/", include("anymail.urls")))

handler404 = "newsroom.views.not_found"
