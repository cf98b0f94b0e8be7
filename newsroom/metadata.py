"""
What a page says of itself to programs: search engines, and sites where it is passed on.

Open Graph (ogp.me), X's cards, and JSON-LD after schema.org: a Periodical has PublicationIssues, which have
NewsArticles. All of it is from editions and their projections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from newsroom import cards
from newsroom.correcting import History, history_of
from newsroom.lib.mailed import absolute
from reports.models import Edition, EditionStory
from watchlist.models import companies_with_page

Node = dict[str, Any]
LOCALES = {"en-gb": "en_GB", "zh-hans": "zh_CN"}  # as Open Graph writes them


@dataclass
class Meta:
    """What stands in a page's head for programs; `graph` are nodes of JSON-LD."""

    title: str
    description: str
    kind: str = "website"
    image: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    section: str = ""
    tags: list[str] = field(default_factory=list)
    oembed: str = ""
    graph: list[Node] = field(default_factory=list)

    @property
    def image_size(self) -> tuple[int, int]:
        return cards.WIDTH, cards.HEIGHT

    @property
    def locale(self) -> str:
        return LOCALES.get(get_language() or "", "en_GB")

    @property
    def other_locales(self) -> list[str]:
        return [locale for locale in LOCALES.values() if locale != self.locale]

    @property
    def json(self) -> Node:
        return {"@context": "https://schema.org", "@graph": self.graph}


def page(title: str = "", description: str = "", *, trail: Iterable[tuple[str, str]] = ()) -> Meta:
    """A page that is neither issue nor story; `trail` leads to it: names and paths, itself last."""
    steps = list(trail)
    return Meta(
        title=title or settings.SITE_NAME,
        description=description or settings.SITE_TAGLINE,
        image=absolute(cards.site_card_url()),
        graph=[organisation(), periodical(), *([breadcrumb(steps)] if steps else [])],
    )


def issue(edition: Edition) -> Meta:
    """
    One query. Each story says of itself that it is part of this issue; to list them here would make the page a
    twentieth heavier for nobody's use.
    """
    history = history_of(edition)
    image = absolute(cards.issue_card_url(edition))
    node = {
        **issue_stub(edition),
        "headline": edition.title,
        "description": description_of(edition),
        "datePublished": history.first_at.isoformat(timespec="seconds"),
        "dateModified": history.changed_at.isoformat(timespec="seconds"),
        "inLanguage": settings.LANGUAGE_CODE,
        "isPartOf": reference(periodical()),
        "publisher": reference(organisation()),
        "image": image,
        **corrections(history),
    }
    if edition.number:
        node["issueNumber"] = edition.number
    return Meta(
        title=edition.search_title or edition.title,
        description=description_of(edition),
        kind="article",
        image=image,
        published_at=history.first_at,
        modified_at=history.changed_at,
        oembed=absolute(edition.url),
        graph=[
            organisation(),
            periodical(),
            without_empty(node),
            breadcrumb([(_("Archive"), reverse("reports:archive")), (edition.title, edition.url)]),
        ],
    )


def story(story: EditionStory, edition: Edition, tags: Iterable[Mapping[str, str]]) -> Meta:
    """Two queries, the one about companies none where the page has asked it already; `tags` are the story's."""
    history = history_of(edition, story)
    path = story_path(edition, story)
    image = absolute(cards.story_card_url(story, edition))
    names = [tag["name"] for tag in tags]
    description = story.search_description or story.summary or description_of(edition)
    node = {
        "@type": "NewsArticle",
        "@id": absolute(path),
        "url": absolute(path),
        "mainEntityOfPage": absolute(path),
        "headline": story.headline[:110],  # what Google's guide for articles allows
        "description": description,
        "articleSection": str(story.section_label),
        "position": story.rank,
        "wordCount": story.words,
        "keywords": names,
        "datePublished": history.first_at.isoformat(timespec="seconds"),
        "dateModified": history.changed_at.isoformat(timespec="seconds"),
        "inLanguage": settings.LANGUAGE_CODE,
        "isAccessibleForFree": True,
        "isPartOf": reference(issue_stub(edition)),
        "author": reference(organisation()),
        "publisher": reference(organisation()),
        "image": [image],
        "about": [
            {"@type": "Organization", "name": named.name, "url": absolute(named.page)}
            for named in companies_with_page(story)
        ],
        **corrections(history),
    }
    trail = [(_("Archive"), reverse("reports:archive")), (edition.title, edition.url), (story.headline, path)]
    return Meta(
        title=story.search_title or story.headline,
        description=description,
        kind="article",
        image=image,
        published_at=history.first_at,
        modified_at=history.changed_at,
        section=str(story.section_label),
        tags=names,
        oembed=absolute(path),
        graph=[
            organisation(),
            periodical(),
            {**issue_stub(edition), "isPartOf": reference(periodical())},
            without_empty(node),
            breadcrumb(trail),
        ],
    )


def story_path(edition: Edition, story: EditionStory) -> str:
    """Without asking for the story's edition, which is known here."""
    return reverse("reports:story", args=[edition.slug, story.slug])


def description_of(edition: Edition) -> str:
    return edition.search_description or edition.standfirst or settings.SITE_TAGLINE


def organisation() -> Node:
    home = f"{settings.SITE_URL}/"
    logo = {"@type": "ImageObject", "url": absolute(static("site/icon-180.png")), "width": 180, "height": 180}
    return {
        "@type": "NewsMediaOrganization",
        "@id": f"{home}#organisation",
        "name": settings.SITE_NAME,
        "url": home,
        "logo": logo,
    }


def periodical() -> Node:
    home = f"{settings.SITE_URL}/"
    return without_empty(
        {
            "@type": "Periodical",
            "@id": f"{home}#periodical",
            "name": settings.SITE_NAME,
            "description": settings.SITE_TAGLINE,
            "url": home,
            "publisher": {"@id": f"{home}#organisation"},
        }
    )


def issue_stub(edition: Edition) -> Node:
    """An issue by its name and address."""
    address = absolute(edition.url)
    return {"@type": "PublicationIssue", "@id": f"{address}#issue", "name": edition.title, "url": address}


def corrections(history: History) -> Node:
    """`correction`, if readers were told of any; a clarification is one too (schema.org knows no other word)."""
    told = [
        {"@type": "CorrectionComment", "text": notice.text, "datePublished": notice.at.isoformat()}
        for notice in history.corrections
    ]
    return {"correction": told} if told else {}


def breadcrumb(trail: Iterable[tuple[str, str]]) -> Node:
    """The way from the front page: names and paths."""
    steps = [(settings.SITE_NAME, reverse("home")), *trail]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(iri_to_uri(path))}
            for place, (name, path) in enumerate(steps, start=1)
        ],
    }


def reference(node: Node) -> Node:
    return {"@id": node["@id"]}


def without_empty(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in ("", [], None)}
