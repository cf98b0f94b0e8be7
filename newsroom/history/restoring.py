"""
Going back to how an issue was: its old content becomes a new revision. Nothing that was kept is written over.

What readers get stays as it is until somebody publishes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from newsroom.issue import Content, gather, gather_pictures
from newsroom.lib.fields import room
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.revising import claim, keep, lock
from policies.models import Policy, Update
from policies.tracking import POLICIES
from reports.drafting import BEGINNING
from reports.models import Image, Report, Revision, Section, Source, Story
from reports.picturing import facts_of, find, numbers_in
from reports.ranking import rank
from reports.registry import Registry, joined
from watchlist.models import Company, Note
from watchlist.noting import COMPANIES

PARKED = "restoring-"  # what slugs begin with while they change places; the database lets no two share one
STORY_TEXTS = ("headline", "body", "slug", "search_title", "search_description")


class Unrestorable(Exception):
    """Why an issue can't be as it was, in one sentence; nothing is changed."""


@dataclass(frozen=True)
class Plan:
    """
    An old snapshot as the issue can have it today, and in sentences what will not be as it was.

    Rows that are to be made anew have the id None in it.
    """

    content: Content
    remarks: tuple[str, ...]


def plan(report: Report, revision: Revision) -> Plan:
    """
    What `restore` would make of the issue, changing nothing. A fixed number of queries.

    Companies, policies, sources and pictures live outside of issues: they are as they are now, found by their numbers,
    then by their names and aliases, so that one that was merged into another is that other. An address or number that
    another issue has by now stays what this issue has. What older snapshots do not say (SCHEMA 1: search texts) stays
    as it is.
    """
    now, then = gather(report), revision.content
    remarks: list[str] = []
    stories = {story["id"]: story for story in now["stories"]}
    content = {
        **now,
        **{name: then[name] for name in ("title", "issued_on", "standfirst", "intro", "headings", "takeaways", "tags")},
        **{name: then.get(name, now[name]) for name in ("search_title", "search_description")},
        **{name: free(report, name, then[name], now[name], remarks) for name in ("slug", "number")},
        "hero": picture_now(then["hero"], remarks),
        "stories": [
            story_now(story, stories, place)
            for section in Section.values
            for place, story in enumerate((s for s in then["stories"] if s["section"] == section), start=1)
        ],
        "credits": sources_now(then["credits"], remarks),
        "watchlist": companies_now(then["watchlist"], remarks),
        "policies": policies_now(then["policies"], remarks),
    }
    content.pop("pictures", None)
    return Plan(content | pictures_now(content, remarks), tuple(remarks))


@transaction.atomic
def restore(report: Report, revision: Revision, *, by: Any, seen: int) -> Revision:
    """
    Make the issue's working rows what they were in a revision of its, and keep that as a new revision.

    Stories that are still there are changed, those that are gone are made anew, later ones go. Companies, policies and
    sources that nobody has any more are registered anew. `seen` is the issue's version that the editor has looked at.

    Raises PermissionDenied, StaleVersion if somebody saved since, and Unrestorable; then nothing is changed.
    """
    require(by, "reports.change_report")
    if revision.report_id != report.pk:
        raise Unrestorable(_("This revision is of another issue."))
    one_at_a_time(BEGINNING)  # from the look for free addresses and names to the end
    claim(report, seen=seen)
    report = lock(report)
    content = plan(report, revision).content
    write_issue(report, content)
    write_stories(report, content["stories"])
    write_lines(report, content)
    return keep(report, by=by, note=_("Restored from revision %(number)d") % {"number": revision.number})


# What can be as it was


def free(report: Report, name: str, then: Any, now: Any, remarks: list[str]) -> Any:
    if then != now and then is not None and Report.objects.filter(**{name: then}).exclude(pk=report.pk).exists():
        said = {
            "slug": _("Another issue has the address “%(value)s” by now, so this one keeps “%(now)s”."),
            "number": _("Another issue has the number %(value)s by now, so this one keeps what it has: %(now)s."),
        }[name]
        remarks.append(said % {"value": then, "now": now if now is not None else _("none")})
        return now
    return then


def picture_now(then: Content | None, remarks: list[str]) -> Content | None:
    if then is None:
        return None
    image = Image.objects.filter(pk=then["id"]).first()
    if image is None:
        name = then["alt"] or then["caption"] or _("Decorative picture")
        remarks.append(_("The picture “%(name)s” is no longer in the library, so there will be none.") % {"name": name})
        return None
    return facts_of(image)


def pictures_now(content: Content, remarks: list[str]) -> Content:
    """The pictures within the texts as the library has them."""
    texts = [content["intro"], *(story["body"] for story in content["stories"])]
    pictures = find(texts)
    if gone := len(numbers_in(texts)) - len(pictures):
        remarks.append(_("Pictures in the texts that are no longer in the library: %(number)d.") % {"number": gone})
    return gather_pictures(pictures)


def story_now(then: Content, stories: dict[int, Content], place: int) -> Content:
    """The story as it will be: with the id None if it is made anew; the companies are looked up when it is kept."""
    there = stories.get(then["id"])
    extra = {name: then.get(name, (there or {}).get(name, "")) for name in ("search_title", "search_description")}
    companies = then.get("companies", (there or {}).get("companies", []))
    return {**then, **extra, "id": then["id"] if there else None, "rank": place, "companies": companies}


def sources_now(then: list[Content], remarks: list[str]) -> list[Content]:
    field: Any = Source._meta.get_field("key")
    known = Source.objects.in_bulk([row["source"] for row in then])
    named = {source.key: source for source in Source.objects.filter(key__in=[field.key(row["name"]) for row in then])}
    found: dict[Any, Content] = {}
    for row in then:
        source = known.get(row["source"]) or named.get(field.key(row["name"]))
        if source:
            found[source.pk] = {"source": source.pk, "name": source.name, "url": source.link}
        else:
            found[row["name"]] = {**row, "source": None}
            remarks.append(again(row["name"]))
    return list(found.values())


def companies_now(then: list[Content], remarks: list[str]) -> list[Content]:
    def facts(company: Company) -> Content:
        return {
            "company": company.pk,
            "name": company.name,
            "slug": company.slug,
            "country": company.country,
            "link": company.link,
        }

    return rows_now(then, COMPANIES, "company", "note", facts, room(Note, "text"), remarks)


def policies_now(then: list[Content], remarks: list[str]) -> list[Content]:
    def facts(policy: Policy) -> Content:
        return {
            "policy": policy.pk,
            "title": policy.title,
            "slug": policy.slug,
            "jurisdiction": policy.jurisdiction,
        }

    return rows_now(then, POLICIES, "policy", "detail", facts, room(Update, "detail"), remarks)


def rows_now(
    then: list[Content], registry: Registry, key: str, said: str, facts: Any, most: int, remarks: list[str]
) -> list[Content]:
    """Lines about rows of a registry, each row once; two that were merged have one line with both texts."""
    known = registry.rows.objects.in_bulk([row[key] for row in then])
    gone = [row for row in then if row[key] not in known]
    named = registry.known() if gone else {}
    found: dict[Any, Content] = {}
    for row in then:
        name = row[registry.label]
        now = known.get(row[key]) or named.get(registry.key(name))
        line = {**row, **(facts(now) if now else {key: None})}
        if now is None:
            remarks.append(again(name))
        elif row[key] not in known:
            remarks.append(_("“%(name)s” is “%(now)s” by now.") % {"name": name, "now": now})
        there = found.setdefault(now.pk if now else registry.key(name), line)
        if there is not line:
            try:
                there[said] = joined(now or name, _("lines"), (there[said], row[said]), most=most)
            except ValidationError:
                remarks.append(_("“%(name)s” has no room for both of its lines; the first stays.") % {"name": name})
    return list(found.values())


def again(name: str) -> str:
    return _("“%(name)s” is registered no longer; it will be registered again.") % {"name": name}


# Writing it


def write_issue(report: Report, content: Content) -> None:
    day = content["issued_on"]
    report.issued_on = date.fromisoformat(day) if day else None
    report.hero_id = content["hero"]["id"] if content["hero"] else None
    report.china_heading = content["headings"][Section.CHINA.value]
    report.international_heading = content["headings"][Section.INTERNATIONAL.value]
    for name in ("title", "slug", "number", "standfirst", "intro", "search_title", "search_description"):
        setattr(report, name, content[name])
    report.save()
    report.tags.set([tag["name"] for tag in content["tags"]])


def write_stories(report: Report, stories: list[Content]) -> None:
    """Slugs step aside first, so that two stories can change theirs; `rank` does the same for places."""
    wanted = [story["id"] for story in stories if story["id"]]
    report.stories.exclude(pk__in=wanted).delete()
    report.stories.update(slug=Concat(Value(PARKED), Cast(F("pk"), models.CharField())))
    there = {story.pk: story for story in report.stories.all()}
    rows = [(there.get(story["id"]) or Story(), story) for story in stories]
    for row, story in rows:
        for name in STORY_TEXTS:
            setattr(row, name, story[name])
    for section in Section.values:
        rank(report, section, [row for row, story in rows if story["section"] == section])
    for row, story in rows:
        row.tags.set([tag["name"] for tag in story["tags"]])


def write_lines(report: Report, content: Content) -> None:
    by_place(report.takeaways, "text", content["takeaways"])
    sources = [row["source"] or Source.objects.create(name=row["name"]).pk for row in content["credits"]]
    by_row(report.credits, "source_id", [(pk, {}) for pk in sources])
    companies = registered(COMPANIES, "company", content["watchlist"])
    by_row(
        report.notes,
        "company_id",
        [(pk, {"text": row["note"]}) for pk, row in zip(companies, content["watchlist"], strict=True)],
    )
    policies = registered(POLICIES, "policy", content["policies"])
    by_row(
        report.updates,
        "policy_id",
        [(pk, {"detail": row["detail"]}) for pk, row in zip(policies, content["policies"], strict=True)],
    )


def registered(registry: Registry, key: str, rows: Iterable[Content]) -> list[int]:
    """The numbers of the registry's rows; those that it has no longer are registered with what the snapshot tells."""
    found = []
    for row in rows:
        pk = row[key]
        if pk is None:
            (made,) = registry.settle([(row[registry.label],)])
            for name in {"country", "link", "jurisdiction"}.intersection(row):
                setattr(made, name, row[name])
            made.save()
            pk = made.pk
        found.append(pk)
    return found


def by_place(rows: Any, name: str, wanted: list[str]) -> None:
    """Make the rows these texts, in this order."""
    there = list(rows.all())
    for place, text in enumerate(wanted):
        values = {name: text, "position": place}
        if place < len(there):
            rows.filter(pk=there[place].pk).update(**values)
        else:
            rows.create(**values)
    rows.filter(pk__in=[row.pk for row in there[len(wanted) :]]).delete()


def by_row(rows: Any, key: str, wanted: list[tuple[int, dict[str, str]]]) -> None:
    """Make the rows those that belong to these, in this order; one that is there already is changed."""
    rows.exclude(**{f"{key}__in": [pk for pk, __ in wanted]}).delete()
    there = set(rows.values_list(key, flat=True))
    for place, (pk, values) in enumerate(wanted):
        if pk in there:
            rows.filter(**{key: pk}).update(position=place, **values)
        else:
            rows.create(**{key: pk, "position": place, **values})
