from django.urls import path, register_converter

from newsroom.lib.slugs import SlugConverter
from reports import views

register_converter(SlugConverter, "any_slug")

app_name = "reports"
urlpatterns = [
    path("reports/", views.archive, name="archive"),
    path("reports/<any_slug:slug>/", views.report, name="report"),
    path("reports/<any_slug:slug>/<any_slug:story_slug>/", views.story, name="story"),
    path("sections/<any_slug:key>/", views.section, name="section"),
    path("tags/<any_slug:slug>/", views.tag, name="tag"),
]
