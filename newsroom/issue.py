"""
The whole of one issue, as one value.

`gather` reads the working rows into a plain JSON object (SCHEMA 2), which a Revision keeps; `present` turns such an
object into what templates show. Everything between the desk and the readers passes through here.

SCHEMA 1 had no search texts, no companies that a story names and no milestones. What reads a snapshot takes them as
empty where they are missing.
"""

import hashlib
import json
from datetime import date
from typing import Any

from django.urls import reverse

from newsroom.lib import richtext
from reports.models import Image, Report, Section, reading_minutes
from watchlist.models import Mention

SCHEMA = 2
Content = dict[str, Any]


def gather(report: Report) -> Content:
    """
    The issue as its working rows stand, in a fixed number of queries.

    Stories come by section and rank, everything else by its position. Ids are those of the rows they were read
    from, so that two snapshots can be compared row by row.
    """
    stories = report.stories.prefetch_related("tags").order_by("section", "rank")  # type: ignore[misc]
    named = gather_mentions(report)
    return {
        "schema": SCHEMA,
        "title": report.title,
        "slug": report.slug,
        "number": report.number,
        "issued_on": report.issued_on.isoformat() if report.issued_on else None,
        "standfirst": report.standfirst,
        "intro": report.intro,
        "hero": gather_image(report.hero) if report.hero else None,
        "headings": {
            Section.CHINA.value: report.china_heading,
            Section.INTERNATIONAL.value: report.international_heading,
        },
        "tags": gather_tags(report),
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
                "tags": gather_tags(story),
                "search_title": story.search_title,
                "search_description": story.search_description,
                "companies": named.get(story.pk, []),
            }
            for story in stories
        ],
        "takeaways": [takeaway.text for takeaway in report.takeaways.all()],
        "credits": [
            {"source": credit.source_id, "name": credit.source.name, "url": credit.source.link}
            for credit in report.credits.select_related("source")
        ],
        "watchlist": [
            {
                "company": note.company_id,
                "name": note.company.name,
                "slug": note.company.slug,
                "country": note.company.country,
                "link": note.company.link,
                "note": note.text,
            }
            for note in report.notes.select_related("company")
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
            for update in report.updates.select_related("policy").prefetch_related("policy__milestones")
        ],
    }


def gather_mentions(report: Report) -> dict[int, list[dict[str, Any]]]:
    """By story, the companies that it names and that no editor refused, by name."""
    named: dict[int, list[dict[str, Any]]] = {}
    for mention in Mention.objects.told().filter(story__report=report).select_related("company"):
        company = mention.company
        row = {"company": company.pk, "name": company.name, "slug": company.slug}
        named.setdefault(mention.story_id, []).append(row)
    return {story: sorted(rows, key=lambda row: row["name"].casefold()) for story, rows in named.items()}


def gather_image(image: Image) -> Content:
    return {
        "id": image.pk,
        "file": image.file.name,
        "width": image.width,
        "height": image.height,
        "focal_point": image.focal_point,
        "alt": image.alt,
        "decorative": image.decorative,
        "caption": image.caption,
        "credit": image.credit,
    }


def gather_tags(row: Any) -> list[dict[str, str]]:
    # A tag of signs alone, such as "++", has no slug; taggit never gives one the slug "_".
    return sorted(
        ({"name": tag.name, "slug": tag.slug or "_"} for tag in row.tags.all()),
        key=lambda tag: (tag["name"].casefold(), tag["name"]),
    )


def digest(content: Content) -> str:
    """A fingerprint of the content (SHA-256): the same for the same issue, whenever it was gathered."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def present(content: Content) -> dict[str, Any]:
    """What `reports/_article.html` shows of a snapshot: `issue`, from the snapshot alone, without a query."""
    return {
        **{key: content[key] for key in ("title", "slug", "number", "standfirst", "intro", "takeaways", "credits")},
        "url": reverse("reports:report", args=[content["slug"]]),
        "issued_on": date.fromisoformat(content["issued_on"]) if content["issued_on"] else None,
        "hero": present_image(content["hero"]),
        "sections": [present_section(content, section) for section in Section if has_stories(content, section)],
        "watchlist": [
            {**note, "url": reverse("watchlist:company", args=[note["slug"]])} for note in content["watchlist"]
        ],
        "policies": [{**line, "url": reverse("policies:policy", args=[line["slug"]])} for line in content["policies"]],
        "tags": present_tags(content["tags"]),
    }


def has_stories(content: Content, section: Section) -> bool:
    return any(story["section"] == section for story in content["stories"])


def present_section(content: Content, section: Section) -> dict[str, Any]:
    stories = [present_story(content, story) for story in content["stories"] if story["section"] == section]
    return {
        "key": section.value,
        "label": section.label,
        "heading": content["headings"][section.value] or f"Top {len(stories)} {section.label} stories",
        "stories": stories,
    }


def present_story(content: Content, story: Content) -> dict[str, Any]:
    words = richtext.count_words(richtext.plain(story["body"]))
    return {
        **story,
        "body": richtext.shift_headings(story["body"], 1),  # below the story's own h3
        "url": reverse("reports:story", args=[content["slug"], story["slug"]]),
        "anchor": f"{story['section']}-{story['rank']}",
        "tags": present_tags(story["tags"]),
        "minutes": reading_minutes(words),
    }


def present_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**tag, "url": reverse("reports:tag", args=[tag["slug"]])} for tag in tags]


def present_image(hero: Content | None) -> Image | None:
    """The picture as a row that was never read: enough to name its renditions. None while its file is to come."""
    if not hero or not hero["file"]:
        return None
    return Image(**{**hero, "id": None})


def changes(old: Content, new: Content) -> list[str]:
    """What differs between two snapshots of one issue, piece by piece, in words for an editor."""
    names = {
        "title": "the title",
        "slug": "the address",
        "number": "the number",
        "issued_on": "the date",
        "standfirst": "the standfirst",
        "intro": "the intro",
        "hero": "the picture",
        "headings": "the section headings",
        "tags": "the tags",
        "takeaways": "the key takeaways",
        "credits": "the credits",
        "watchlist": "the company watchlist",
        "policies": "the policy tracker",
        "search_title": "the title for search engines",
        "search_description": "the description for search engines",
    }
    found = [f"Changed: {name}" for key, name in names.items() if old.get(key) != new.get(key)]
    before, after = ({story["id"]: story for story in content["stories"]} for content in (old, new))
    for key, story in after.items():
        place = f"{Section(story['section']).label} {story['rank']}, “{story['headline']}”"
        if key not in before:
            found.append(f"New: {place}")
        elif story != before[key]:
            what = ", ".join(name for name in story if story[name] != before[key].get(name))
            found.append(f"Changed: {place} ({what})")
    found += [f"Gone: “{before[key]['headline']}”" for key in before if key not in after]
    return found
