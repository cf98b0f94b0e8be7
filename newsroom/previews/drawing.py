"""Drawing an issue that nobody can read yet: its own links would lead to pages that are not there."""

import re

from django.conf import settings
from django.template.loader import render_to_string

from newsroom.issue import Content, present

INSIDE = r"(?:[^<>\"]|\"[^\"]*\")*?"  # of a tag; a > in a quoted value ends none
OWN_LINK = re.compile(rf"(<a\b{INSIDE})\shref=\"/[^\"]*\"")
PICTURE = re.compile(r"<(?:img|source)\b(?:[^<>\"]|\"[^\"]*\")*>")


def draw_preview(content: Content, *, media: str = "") -> str:
    """
    The page of an issue as readers will get it, in the language that is active, for a preview.

    Headlines lead to their stories on this page; companies, policies and tags lead nowhere, as their pages may not be
    there or say something else. `media` is the address below which its pictures are, if it is not the usual one.
    """
    issue = present(content)
    for section in issue["sections"]:
        for story in section["stories"]:
            story["url"] = f"#{story['anchor']}"
    article = OWN_LINK.sub(r"\1", render_to_string("reports/_article.html", {"issue": issue}))
    if not media:
        return article
    return PICTURE.sub(lambda tag: re.sub(rf"(?<=[\"\s,]){re.escape(settings.MEDIA_URL)}", media, tag[0]), article)
