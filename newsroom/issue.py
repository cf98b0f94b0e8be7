"""
The whole of one issue, as one value.

`gather` reads the working rows into a plain JSON object (SCHEMA 2), which a Revision keeps; `present` turns such an
object into what templates show. Everything between the desk and the readers passes through here.

SCHEMA 1 had no search texts, no companies that a story names and no milestones; "pictures" is there only where texts
refer to some. What reads a snapshot takes them as empty where they are missing. A company that a story calls by other
names than its own has these names as well ("as").
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsroom.lib import richtext
from newsroom.lib.mentions import Found, Names, find_first, link, read
from policies.models import Update
from reports import picturing
from reports.models import Image, Report, Section, Source, Story, Takeaway, reading_minutes
from watchlist.models import Company, Mention, Note

SCHEMA = 2
Content = dict[str, Any]
# What a snapshot says of a story, as an editor calls it.
PARTS = {
    "section": gettext_lazy("section"),
    "rank": gettext_lazy("rank"),
    "headline": gettext_lazy("headline"),
    "slug": gettext_lazy("slug"),
    "body": gettext_lazy("body"),
    "tags": gettext_lazy("tags"),
    "search_title": gettext_lazy("title for search engines"),
    "search_description": gettext_lazy("description for search engines"),
    "companies": gettext_lazy("companies"),
}


def gather(report: Report) -> Content:
    """
    The issue as its working rows stand, in a fixed number of queries.

    Stories come by section and rank, everything else by its position. Ids are those of the rows they were read
    from, so that two snapshots can be compared row by row.
    """
    named = gather_mentions(report)
    stories = list(report.stories.prefetch_related("tags").order_by("section", "rank"))  # type: ignore[misc]
    return compose(
        report,
        Rows(
            tags=report.tags.all(),
            stories=[(story, story.tags.all(), named.get(story.pk, [])) for story in stories],
            other_names=other_names(company for companies in named.values() for company in companies),
            takeaways=report.takeaways.all(),
            sources=[credit.source for credit in report.credits.select_related("source")],
            notes=report.notes.select_related("company"),
            updates=report.updates.select_related("policy").prefetch_related("policy__milestones"),
            pictures=picturing.find([report.intro, *(story.body for story in stories)]),
        ),
    )


class Rows(NamedTuple):
    """The working rows that belong to a report, in their order; each story with its tags and the companies it names."""

    tags: Iterable[Any]
    stories: Iterable[tuple[Story, Iterable[Any], Iterable[Company]]]
    takeaways: Iterable[Takeaway]
    sources: Iterable[Source]
    notes: Iterable[Note]
    updates: Iterable[Update]
    other_names: Mapping[int, Iterable[str]]  # of companies that stories name
    pictures: Iterable[Image] = ()


def other_names(companies: Iterable[Company]) -> dict[int, list[str]]:
    """The aliases of companies that were read with them."""
    return {company.pk: [alias.name for alias in company.aliases.all()] for company in companies}


def compose(report: Report, rows: Rows) -> Content:
    """The snapshot that these rows make, without a query. They need not be saved; what is not has the id None."""
    return {
        "schema": SCHEMA,
        "title": report.title,
        "slug": report.slug,
        "number": report.number,
        "issued_on": report.issued_on.isoformat() if report.issued_on else None,
        "standfirst": report.standfirst,
        "intro": report.intro,
        "hero": picturing.facts_of(report.hero) if report.hero else None,
        "headings": {
            Section.CHINA.value: report.china_heading,
            Section.INTERNATIONAL.value: report.international_heading,
        },
        "tags": gather_tags(rows.tags),
        "search_title": report.search_title,
        "search_description": report.search_description,
        "stories": [
            {
                "id": story.pk,
                "section": story.section,
                "rank": story.rank,
                "headline": story.headline,
                "slug": story.slug,
                "body": story.body,
                "tags": gather_tags(tags),
                "search_title": story.search_title,
                "search_description": story.search_description,
                "companies": gather_companies(companies, story, rows.other_names),
            }
            for story, tags, companies in rows.stories
        ],
        "takeaways": [takeaway.text for takeaway in rows.takeaways],
        "credits": [{"source": source.pk, "name": source.name, "url": source.link} for source in rows.sources],
        "watchlist": [
            {
                "company": note.company_id,
                "name": note.company.name,
                "slug": note.company.slug,
                "country": note.company.country,
                "link": note.company.link,
                "note": note.text,
            }
            for note in rows.notes
        ],
        "policies": [
            {
                "policy": update.policy_id,
                "title": update.policy.title,
                "slug": update.policy.slug,
                "jurisdiction": update.policy.jurisdiction,
                "detail": update.detail,
                "milestones": [
                    {
                        "status": milestone.status,
                        "dated_on": milestone.dated_on.isoformat(),
                        "text": milestone.text,
                        "source_name": milestone.source_name,
                        "source_link": milestone.source_link,
                    }
                    for milestone in update.policy.milestones.all()
                ],
            }
            for update in rows.updates
        ],
        **gather_pictures(rows.pictures),
    }


def gather_mentions(report: Report) -> dict[int, list[Company]]:
    """By story, the companies that it names and that no editor refused."""
    named: dict[int, list[Company]] = {}
    told = Mention.objects.told().filter(story__report=report).select_related("company")
    for mention in told.prefetch_related("company__aliases"):
        named.setdefault(mention.story_id, []).append(mention.company)
    return named


def gather_companies(
    companies: Iterable[Company], story: Story, others: Mapping[int, Iterable[str]]
) -> list[dict[str, Any]]:
    """By name; two that differ in nothing but case in the order of their registration."""
    ordered = sorted(companies, key=lambda company: (company.name.casefold(), company.pk))
    return [
        {"company": company.pk, "name": company.name, "slug": company.slug}
        | spelled(story.body, others.get(company.pk, ()))
        for company in ordered
    ]


def spelled(body: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Which of these names a text has, as "as"; nothing for none."""
    found = {found.key for found in Names((name, name) for name in names).find(read(body)[0])} if names else set()
    return {"as": sorted(found)} if found else {}


def gather_pictures(pictures: Iterable[Image]) -> Content:
    """Those within the texts; where there are none, a snapshot is what it was before texts could have any."""
    told = [picturing.facts_of(image) for image in pictures]
    return {"pictures": told} if told else {}


def gather_tags(tags: Iterable[Any]) -> list[dict[str, str]]:
    # A tag of signs alone, such as "++", has no slug; taggit never gives one the slug "_".
    return sorted(
        ({"name": tag.name, "slug": tag.slug or "_"} for tag in tags),
        key=lambda tag: (tag["name"].casefold(), tag["name"]),
    )


def digest(content: Content) -> str:
    """A fingerprint of the content (SHA-256): the same for the same issue, whenever it was gathered."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def present(content: Content) -> dict[str, Any]:
    """
    What `reports/_article.html` shows of a snapshot: `issue`, from the snapshot alone, without a query.

    In the language that is active, except for the editors' own words.
    """
    addresses = addresses_in(content)
    return {
        **{key: content[key] for key in ("title", "slug", "number", "standfirst", "takeaways", "credits")},
        "url": reverse("reports:report", args=[content["slug"]]),
        "issued_on": date.fromisoformat(content["issued_on"]) if content["issued_on"] else None,
        "intro": picturing.with_pictures(content["intro"], content.get("pictures", [])),
        "hero": picturing.as_image(content["hero"]),
        "sections": [
            present_section(content, section, addresses) for section in Section if has_stories(content, section)
        ],
        "watchlist": [{**note, "url": addresses.companies[note["company"]]} for note in content["watchlist"]],
        "policies": [{**line, "url": addresses.policies[line["slug"]]} for line in content["policies"]],
        "tags": present_tags(content["tags"], addresses),
        "minutes": reading_minutes(words_of(content)),
    }


class Addresses(NamedTuple):
    """What an issue leads to: its watchlist's companies by their ids, and stories, policies and tags by their slugs."""

    companies: dict[int, str]
    stories: dict[str, str]
    policies: dict[str, str]
    tags: dict[str, str]


def addresses_in(content: Content) -> Addresses:
    companies = reverse_each("watchlist:company", (note["slug"] for note in content["watchlist"]))
    return Addresses(
        {note["company"]: companies[note["slug"]] for note in content["watchlist"]},
        reverse_each("reports:story", (story["slug"] for story in content["stories"]), content["slug"]),
        reverse_each("policies:policy", (line["slug"] for line in content["policies"])),
        reverse_each("reports:tag", (tag["slug"] for part in (content, *content["stories"]) for tag in part["tags"])),
    )


def reverse_each(view: str, slugs: Iterable[str], *before: str) -> dict[str, str]:
    """The address of a view for each slug, after what else it takes: reversed once, as an issue leads to dozens."""
    stem, _slug, end = reverse(view, args=[*before, "_"]).rpartition("_")
    return {slug: f"{stem}{quote(slug)}{end}" for slug in slugs}


def words_of(content: Content) -> int:
    """How many words one reads who reads all of an issue."""
    rich = [content["intro"], *(story["body"] for story in content["stories"])]
    lines = [
        *(content["title"], content["standfirst"], *content["takeaways"]),
        *(story["headline"] for story in content["stories"]),
        *(note["note"] for note in content["watchlist"]),
        *(line["detail"] for line in content["policies"]),
    ]
    return sum(richtext.count_words(text) for text in (*map(richtext.plain, rich), "\n".join(lines)))


def has_stories(content: Content, section: Section) -> bool:
    return any(story["section"] == section for story in content["stories"])


def present_section(content: Content, section: Section, addresses: Addresses) -> dict[str, Any]:
    stories = [present_story(content, story, addresses) for story in content["stories"] if story["section"] == section]
    label = _(str(section.label))
    usual = ngettext("Top %(count)d %(section)s story", "Top %(count)d %(section)s stories", len(stories))
    return {
        "key": section.value,
        "label": label,
        "own_heading": content["headings"][section.value],
        "heading": content["headings"][section.value] or usual % {"count": len(stories), "section": label},
        "stories": stories,
    }


def present_story(content: Content, story: Content, addresses: Addresses) -> dict[str, Any]:
    words = richtext.count_words(richtext.plain(story["body"]))
    return {
        **story,
        "body": picturing.with_pictures(
            richtext.shift_headings(with_links(story, addresses.companies), 1),  # below the story's own h3
            content.get("pictures", []),
        ),
        "url": addresses.stories[story["slug"]],
        "rank": str(story["rank"]),  # which no language writes otherwise
        "anchor": f"{story['section']}-{story['rank']}",
        "tags": present_tags(story["tags"], addresses),
        "minutes": reading_minutes(words),
    }


def with_links(story: Content, watched: Mapping[int, str]) -> str:
    """
    A story's text with the first place that names a company of the issue's own watchlist as a link to its page.

    Only of that: a page is drawn once, and while it is shown its own watchlist gives these companies a page. What
    the company's address is later on, or if it is merged into another, this one leads there.
    """
    named = story.get("companies", [])
    if not any(company["company"] in watched for company in named):
        return str(story["body"])
    names = ((name, company["company"]) for company in named for name in (company["name"], *company.get("as", [])))
    return link(story["body"], named_first(story["body"], tuple(names), frozenset(watched)), watched)


@lru_cache(maxsize=64)  # a page is drawn once for each language
def named_first(body: str, names: tuple[tuple[str, int], ...], watched: frozenset[int]) -> list[Found[int]]:
    return find_first(body, Names(names), watched)


def present_tags(tags: list[dict[str, str]], addresses: Addresses) -> list[dict[str, str]]:
    return [{**tag, "url": addresses.tags[tag["slug"]]} for tag in tags]


def changes(old: Content, new: Content) -> list[str]:
    """What differs between two snapshots of one issue, piece by piece, in words for an editor."""
    names = {
        "title": _("the title"),
        "slug": _("the address"),
        "number": _("the number"),
        "issued_on": _("the date"),
        "standfirst": _("the standfirst"),
        "intro": _("the intro"),
        "hero": _("the picture"),
        "pictures": _("the pictures in the texts"),
        "headings": _("the section headings"),
        "tags": _("the tags"),
        "takeaways": _("the key takeaways"),
        "credits": _("the credits"),
        "watchlist": _("the company watchlist"),
        "policies": _("the policy tracker"),
        "search_title": _("the title for search engines"),
        "search_description": _("the description for search engines"),
    }
    found = [_("Changed: %(what)s") % {"what": name} for key, name in names.items() if old.get(key) != new.get(key)]
    before, after = ({story["id"]: story for story in content["stories"]} for content in (old, new))
    for key, story in after.items():
        section = Section(story["section"]).label
        place = _("%(section)s %(rank)d, “%(headline)s”") % {**story, "section": section}
        if key not in before:
            found.append(_("New: %(what)s") % {"what": place})
        elif story != before[key]:
            what = ", ".join(str(PARTS.get(name, name)) for name in story if story[name] != before[key].get(name))
            found.append(_("Changed: %(what)s (%(parts)s)") % {"what": place, "parts": what})
    found += [_("Gone: “%(headline)s”") % before[key] for key in before if key not in after]
    return found
