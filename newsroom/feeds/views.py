"""The addresses of the feeds. Each feed is there in three forms: as RSS, and below that as Atom and as JSON Feed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

import reports.urls  # noqa: F401 - where it is said what a slug in an address may be
from newsroom.feeds import opml
from newsroom.feeds.corrections import corrections
from newsroom.feeds.issues import issues
from newsroom.feeds.moving import Moved
from newsroom.feeds.policies import policy
from newsroom.feeds.stories import company, section, tag
from newsroom.lib.feeds import WRITERS, Channel, in_form, respond
from reports.caching import public_page


def named(name: str, form: str) -> str:
    """What the address pattern of a feed in one of its forms is called: company-feed, company-feed-atom …"""
    return name if form == "rss" else f"{name}-{form}"


def answering(describe: Callable[..., Channel], form: str) -> Callable[..., HttpResponseBase]:
    """The view of a feed in one of its forms; `describe` takes what the address names."""

    @require_safe
    @public_page
    def feed(request: HttpRequest, *named_by: str, **named: str) -> HttpResponse:
        try:
            return respond(describe(*named_by, **named), form)
        except Moved as moved:
            assert request.resolver_match  # noqa: S101 - a view is always resolved
            return redirect(request.resolver_match.view_name, moved.slug, permanent=True)

    return feed


def forms_of(route: str, describe: Callable[..., Channel], name: str) -> list[URLPattern]:
    return [path(in_form(route, form), answering(describe, form), name=named(name, form)) for form in WRITERS]


@require_safe
@public_page
def subscription_list(request: HttpRequest) -> HttpResponse:
    """The feeds that most want, as a file that a reader's program takes in at once."""
    response = HttpResponse(opml.write(), content_type="text/x-opml; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    return response


urlpatterns = [
    *forms_of("feed/", issues, "feed"),
    *forms_of("feed/sections/<any_slug:key>/", section, "section-feed"),
    *forms_of("feed/tags/<any_slug:slug>/", tag, "tag-feed"),
    *forms_of("feed/companies/<any_slug:slug>/", company, "company-feed"),
    *forms_of("feed/policies/<any_slug:slug>/", policy, "policy-feed"),
    *forms_of("feed/corrections/", corrections, "corrections-feed"),
    path("feed/opml/", subscription_list, name="feeds-opml"),
]
