"""What a search finds, as short as it can be said."""

from typing import Any

from django.core.cache import cache
from django.test import Client

from newsroom.search import finding
from newsroom.search.finding import Hit
from reports.models import Edition, Report, Story
from tests.factories import complete_issue, edit, published


def hits(q: str = "", **asked: str) -> list[Hit]:
    """The first page of hits, with the caches as they are after a minute."""
    cache.clear()
    question = finding.ask({"q": q, **asked})
    assert not question.faults, question.faults
    return [] if question.is_empty else finding.answer(question).hits


def titles(q: str = "", **asked: str) -> list[str]:
    return [hit.title for hit in hits(q, **asked)]


def meant(q: str) -> str:
    cache.clear()
    return finding.answer(finding.ask({"q": q})).meant


def suggested(client: Client, q: str) -> list[dict[str, str]]:
    cache.clear()
    found: list[dict[str, str]] = client.get("/search/suggest/", {"q": q}).json()["suggestions"]
    return found


def telling(*stories: tuple[str, str], **issue: Any) -> Report:
    """An issue with these stories (headline, body) in China alone, and nothing else unless it is asked for."""
    fields = {"companies": (), "policies": (), "tags": (), "story_tags": (), **issue}
    report = complete_issue(stories=max(1, len(stories)), **fields)
    report.stories.filter(section="international").delete()
    for story, (headline, body) in zip(report.stories.order_by("rank"), stories, strict=False):
        Story.objects.filter(pk=story.pk).update(headline=headline, body=f"<p>{body or '—'}</p>")
    edit(report)
    return report


def told(*stories: tuple[str, str], **issue: Any) -> Edition:
    """As `telling`, published."""
    return published(telling(*stories, **issue))
