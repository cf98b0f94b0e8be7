from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from newsroom import crawling, sitemaps, views
from newsroom.feeds.views import urlpatterns as feeds
from newsroom.handbook.views import urlpatterns as handbook
from newsroom.previews import views as preview_views
from newsroom.search import views as search_views
from newsroom.staff.urls import urlpatterns as staff

# What programs fetch has one address, whatever language people read.
urlpatterns: list[URLPattern | URLResolver] = [
    *feeds,
    path("robots.txt", crawling.robots, name="robots"),
    path("llms.txt", crawling.llms, name="llms"),
    path("sitemap.xml", sitemaps.index, name="sitemap-index"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap-news"),
    path("sitemap-<str:kind>-<int:number>.xml", sitemaps.part, name="sitemap-part"),
    path("media/<path:path>", views.media),
    path("reports/<any_slug:slug>/briefing.pdf", views.briefing, name="briefing"),
    path("cards/<str:kind>-<int:pk>-<str:digest>.jpg", views.card, name="card"),
    path("oembed/", views.oembed, name="oembed"),
]

if settings.ANYMAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("anymail/", include("anymail.urls")))

# What people read has one for each language: /reports/ and /zh-hans/reports/.
urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("", include("reports.urls")),
    path("embed/<any_slug:slug>/", views.issue_embed, name="issue-embed"),
    path("embed/<any_slug:slug>/<any_slug:story_slug>/", views.story_embed, name="story-embed"),
    path("search/", search_views.search, name="search"),
    path("search/suggest/", search_views.suggest, name="search-suggest"),
    path("companies/", include("watchlist.urls")),
    path("policies/", include("policies.urls")),
    path("compare/", views.compare, name="compare"),
    path("preview/<str:token>/", preview_views.shared, name="preview"),
    path("preview/<str:token>/media/<path:path>", preview_views.picture, name="preview-picture"),
    path("corrections/", views.corrections, name="corrections"),
    path("comments/", include("comments.urls")),
    path("", include("follow.urls")),
    path("admin/", include(staff)),  # before the desk's own, whose log-in it takes the place of
    path("admin/handbook/", include(handbook)),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

handler403 = "newsroom.views.not_allowed"
handler404 = "newsroom.views.not_found"
handler429 = "newsroom.staff.views.too_many"
