"""Drawing an issue that nobody can read yet: its own links would lead to pages that are not there."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from newsroom.issue import Content, present
from reports.models import Edition, Revision
from reports.projection import as_row

INSIDE = r"(?:[^<>\"]|\"[^\"]*\")*?"  # of a tag; a > in a quoted value ends none
OWN_LINK = re.compile(rf"(<a\b{INSIDE})\shref=\"/[^\"]*\"")
PICTURE = re.compile(r"<(?:img|source)\b(?:[^<>\"]|\"[^\"]*\")*>")


def here(story: Any) -> str:
    return f"#{story['anchor']}"


def below(story: Any) -> str:
    """The desk's preview of a story, from that of its issue. It begins with no slash, as what leads nowhere does."""
    return f"{story['id']}/"


def without_own_links(html: str) -> str:
    return OWN_LINK.sub(r"\1", html)


def draw_preview(content: Content, *, media: str = "", story_url: Callable[[Any], str] = here) -> str:
    """
    The page of an issue as readers will get it, in the language that is active, for a preview.

    Headlines lead to their stories on this page, unless `story_url` says where; companies, policies and tags lead
    nowhere, as their pages may not be there or say something else. `media` is the address below which its pictures
    are, if it is not the usual one.
    """
    issue = present(content)
    for section in issue["sections"]:
        for story in section["stories"]:
            story["url"] = story_url(story)
    article = without_own_links(render_to_string("reports/_article.html", {"issue": issue}))
    if not media:
        return article
    return PICTURE.sub(lambda tag: re.sub(rf"(?<=[\"\s,]){re.escape(settings.MEDIA_URL)}", media, tag[0]), article)


def preview_of_story(content: Content, number: int) -> dict[str, Any]:
    """
    What a story's own page shows of a snapshot, for a preview: the story, its edition, and its neighbours' previews.

    Raises KeyError if the snapshot has no story with this number.
    """
    found = {story["id"]: story for story in content["stories"]}
    story = found[number]
    day = content["issued_on"]
    edition: Any = Edition(slug=content["slug"], title=content["title"], revision=Revision(content=content))
    edition.issued_on = date.fromisoformat(day) if day else None
    row = as_row(edition, story)
    row.body = without_own_links(row.body)
    section = [each for each in content["stories"] if each["section"] == story["section"]]
    place = section.index(story)
    neighbours = {"previous": section[place - 1 : place], "next": section[place + 1 : place + 2]}
    return {
        "edition": edition,
        "story": row,
        "tags": story["tags"],
        "companies": story.get("companies", []),
        **{way: {**its[0], "url": f"../{below(its[0])}"} if its else None for way, its in neighbours.items()},
    }
