"""What crawlers are told first: where they may go (robots.txt), and what the periodical is (llms.txt)."""

import re
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsroom.feeds import opml
from newsroom.lib.languages import in_language
from newsroom.lib.mailed import absolute
from newsroom.lib.text import one_line
from reports.caching import public_page
from reports.models import Edition

# Crawlers that gather texts for language models, or fetch pages for their answers, as their makers name them.
AI_CRAWLERS = (
    *("AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ChatGPT-User"),
    *("Claude-SearchBot", "Claude-User", "Claude-Web", "ClaudeBot", "cohere-ai", "cohere-training-data-crawler"),
    *("Diffbot", "DuckAssistBot", "FacebookBot", "Google-CloudVertexBot", "Google-Extended", "GPTBot", "ImagesiftBot"),
    *("Meta-ExternalAgent", "Meta-ExternalFetcher", "MistralAI-User", "OAI-SearchBot", "omgili", "PanguBot"),
    *("Perplexity-User", "PerplexityBot", "PetalBot", "Timpibot", "YouBot"),
)
# Forms, answers made for one question, and pages that belong to whoever holds their address.
CLOSED = (
    *("search/", "share/", "follow/email/", "follow/sent/", "follow/preferences/", "follow/confirm/", "follow/out/"),
    *("comments/on/*/new/", "comments/*/reply/", "comments/*/report/", "comments/reported/", "comments/status/"),
    *("comments/confirm/", "comments/out/", "comments/decide/", "preview/"),
)
NEWEST = 10
MARKED = re.compile(r"([\\`*_\[\]<>])")


class Entry(NamedTuple):
    """A line of llms.txt."""

    name: str
    url: str
    about: str


@require_safe
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Everything is open to everybody but forms and what is made for one reader; AI crawlers by the setting."""
    desk = reverse("admin:index").removeprefix("/")
    context = {
        "closed": [in_language("/", code) + path for code, _name in settings.LANGUAGES for path in (desk, *CLOSED)],
        "refused": AI_CRAWLERS if settings.AI_CRAWLERS == "refuse" else (),
        "sitemaps": [absolute(reverse(name)) for name in ("sitemap-index", "sitemap-news")],
    }
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
@public_page
def llms(request: HttpRequest) -> HttpResponse:
    """What the periodical is, for language models (llmstxt.org). One query."""
    newest = list(Edition.objects.live().newest_first().without_article()[:NEWEST])
    context = {
        "name": marked(settings.SITE_NAME),
        "tagline": marked(settings.SITE_TAGLINE),
        "issues": [Entry(marked(row.title), absolute(row.url), marked(row.standfirst)) for row in newest],
        "feeds": [Entry(marked(name), absolute(path), "") for name, path, _page in opml.always()],
        "is_refused": settings.AI_CRAWLERS == "refuse",
    }
    return render(request, "llms.txt", context, content_type="text/plain; charset=utf-8")


def marked(text: str) -> str:
    """Plain text on one line of Markdown, where none of its signs means anything."""
    return MARKED.sub(r"\\\1", one_line(text))
