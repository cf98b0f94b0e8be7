"""
Publishing many issues at once, as if each had been published when its time came.

For an archive that somebody makes up (newsroom/synthetic). What the verbs do for one issue (draft, note, track, keep,
publish, withdraw) is done here for a batch, in one transaction and few statements, with the same functions wherever
there is something to decide: `compose` a snapshot, find what its stories name, `draw` an edition, `project` it. A test
holds that both come to the same.

Nobody is ever told of these issues: their editions count as announced since they went live. The audit log does not
tell of them either.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import chain, islice
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone
from taggit.models import Tag, TaggedItem

from newsroom.correcting import changed_at
from newsroom.issue import SCHEMA, Content, Rows, compose, digest
from newsroom.lib import apart, richtext
from newsroom.lib.locks import hold_off, one_at_a_time
from newsroom.lib.mentions import Names
from newsroom.lib.rows import insert
from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.publishing import draw, draw_pages, project
from newsroom.search import index
from newsroom.synthetic import Archive, Cast, Issue, Policy, address_of, corrected
from policies.models import Milestone, Update
from policies.models import Policy as PolicyRow
from policies.tracking import POLICIES
from reports.drafting import BEGINNING, free_among
from reports.models import Credit, Edition, Report, Review, Revision, Source, Story, Takeaway
from reports.registry import Registry
from watchlist.mentioning import name_pairs, named_in
from watchlist.models import Alias, Company, Mention, Note
from watchlist.noting import COMPANIES
from watchlist.noting import place as keep_country

BATCH = 50
HOUR = time(6)  # in the site's time zone
# Pages and snapshots are most of what is stored: lz4 takes a fraction of the time that PostgreSQL's own method takes.
# And words are sorted into the search index more at once.
QUICKLY = """
    SELECT set_config(name, CASE name WHEN 'gin_pending_list_limit' THEN '256MB' ELSE 'lz4' END, false)
    FROM pg_settings
    WHERE name = 'gin_pending_list_limit' OR (name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
"""


class AddressTaken(Exception):
    """Somebody began an issue at an address that was free when the archive was planned."""


# Whom the issues tell of


class Registered(NamedTuple):
    """The rows of the registries, by the names that issues give; and all names that a story may bear."""

    companies: dict[str, Company]
    policies: dict[str, PolicyRow]
    tags: dict[str, Tag]
    sources: dict[str, Source]
    every_company: dict[int, Company]
    names: list[tuple[str, int]]


@transaction.atomic
def register(cast: Cast) -> Registered:
    """
    Register companies, policies with their milestones, tags and sources; those that are there stay as they are.

    Gives them back. Doing it again changes nothing.
    """
    one_at_a_time(BEGINNING)
    register_companies(cast)
    register_policies(cast.policies)
    key: Any = Source._meta.get_field("key")
    sources = {
        name: Source.objects.get_or_create(key=key.key(name), defaults={"name": name})[0] for name in cast.sources
    }
    tags = {}
    for name in cast.tag_names:
        tags[name] = Tag.objects.filter(name__iexact=name).order_by("pk").first() or Tag.objects.create(name=name)
    companies, policies = COMPANIES.known(), POLICIES.known()
    with_milestones = PolicyRow.objects.prefetch_related("milestones").in_bulk()
    return Registered(
        companies={company.name: companies[COMPANIES.key(company.name)] for company in cast.companies},
        policies={policy.title: with_milestones[policies[POLICIES.key(policy.title)].pk] for policy in cast.policies},
        tags=tags,
        sources=sources,
        every_company=Company.objects.in_bulk(),
        names=list(name_pairs()),
    )


def register_companies(cast: Cast) -> None:
    before, rows = COMPANIES.known(), settled(COMPANIES, (company.name for company in cast.companies))
    for company in cast.companies:
        row = rows[company.name]
        if COMPANIES.key(company.name) not in before:
            keep_country(row, company.country)
        if company.alias and COMPANIES.key(company.alias) not in before:
            Alias.objects.create(company=row, name=company.alias)


def register_policies(policies: Sequence[Policy]) -> None:
    before, rows = POLICIES.known(), settled(POLICIES, (policy.title for policy in policies))
    for policy in policies:
        if POLICIES.key(policy.title) in before:
            continue
        row = rows[policy.title]
        row.jurisdiction = policy.jurisdiction
        row.save(update_fields=["jurisdiction"])
        Milestone.objects.bulk_create(
            Milestone(
                policy=row,
                status=milestone.status,
                dated_on=milestone.dated_on,
                text=milestone.text,
                source_name=milestone.source,
            )
            for milestone in policy.milestones
        )


def settled(registry: Registry, names: Iterable[str]) -> dict[str, Any]:
    """The row of each name; those that are new are registered."""
    rows = registry.settle((name,) for name in names)
    return {name: row for row, lines in rows.items() for (name,) in lines}


# Which issues


class Order(NamedTuple):
    """An issue to be made: its place in the archive, its first address, and the one it moves to if it does."""

    archive: Archive
    place: int
    slug: str
    moved: str


def mark_of(archive: Archive, place: int) -> str:
    """What a synthetic issue is known by again: the fingerprint of a text that nobody wrote."""
    return hashlib.sha256(f"synthetic issue {archive.seed} {archive.every} {place}".encode()).hexdigest()


def others(archive: Archive) -> int:
    """How many issues the site has that are none of this archive."""
    ours = {mark_of(archive, place) for place in range(archive.room)}
    return sum(mark not in ours for mark in Report.objects.values_list("source_digest", flat=True))


def missing(archive: Archive, number: int) -> list[int]:
    """The places among the newest `number` of the archive whose issues are not there yet, the oldest first."""
    there = set(Report.objects.values_list("source_digest", flat=True))
    return [place for place in reversed(range(number)) if mark_of(archive, place) not in there]


def ordered(archive: Archive, places: Iterable[int]) -> Iterator[Order]:
    """What is to be made, each issue with addresses that no other has."""
    taken = set(Report.objects.values_list("slug", flat=True))
    for place in places:
        slug = free_among(taken, archive.title_of(place), archive.day_of(place))
        taken.add(slug)
        moved = unique_slug(address_of(archive.number_of(place)), taken)
        yield Order(archive, place, slug, moved)


# Making them


def publish_all(
    archive: Archive, places: Sequence[int], *, by: Any, processes: int = 1, batch: int = BATCH
) -> Iterator[int]:
    """
    Write, publish and change the issues of these places; gives after each batch how many are there by then.

    So many processes make the texts and pages, and store them too where several can write at once; SQLite's rows are
    stored here. Each batch is one transaction, so what is broken off can be taken up again. In which order batches are
    stored is left to chance then, and with it the ids of rows. Raises AddressTaken if somebody begins an issue
    meanwhile at an address of one of these.
    """
    given, done = Given(register(archive.cast), by), 0
    orders = ordered(archive, places)
    tasks = iter(lambda: list(islice(orders, batch)), [])
    if connection.vendor == "sqlite":
        written = apart.in_order(write_some, tasks, processes=processes, prepare=take, given=given)
        made: Iterator[int] = (len(save(some, given.registered, by=by)) for some in written)
    else:
        made = apart.in_order(make_some, tasks, processes=processes, prepare=take, given=given)
    for number in made:
        done += number
        yield done


class Stage(NamedTuple):
    """What readers get of an issue from a time on; `version` is which of its snapshots."""

    kind: str
    live_from: datetime
    note: str
    version: int


class Written(NamedTuple):
    """
    An issue that is ready to be stored but for the ids of its rows: its snapshots, and the pages of each.

    The last snapshot is what its rows end as.
    """

    order: Order
    versions: list[Content]
    pages: list[dict[str, str]]
    stages: list[Stage]


class Given(NamedTuple):
    """What a process that makes issues is told."""

    registered: Registered
    by: Any


class Desk(NamedTuple):
    """What it has at hand."""

    registered: Registered
    names: Names[int]
    other_names: dict[int, list[str]]
    by: Any


DESK: list[Desk] = []


def take(given: Given) -> None:
    registered, others = given.registered, dict[int, list[str]]()
    for name, company in registered.names:
        if name != registered.every_company[company].name:
            others.setdefault(company, []).append(name)
    DESK[:] = [Desk(registered, Names(registered.names), others, given.by)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(QUICKLY)


def make_some(orders: Sequence[Order]) -> int:
    """Write and store issues; how many."""
    return len(save(write_some(orders), DESK[0].registered, by=DESK[0].by))


def write_some(orders: Sequence[Order]) -> list[Written]:
    return [write(order) for order in orders]


def write(order: Order) -> Written:
    issue = order.archive.issue(order.place)
    live_from = timezone.make_aware(datetime.combine(issue.issued_on, HOUR))
    versions = [snapshot(issue, order.slug)]
    stages = [Stage(Edition.Kind.FIRST, live_from, "", 0)]
    slug = order.slug
    for change in issue.changes:
        if change.paragraphs:
            issue = corrected(issue, change)
        slug = order.moved if change.slug else slug
        if change.kind != "withdrawal":
            versions.append(snapshot(issue, slug))
        stages.append(Stage(change.kind, live_from + timedelta(hours=change.hours), change.note, len(versions) - 1))
    return Written(order, versions, [draw_pages(version) for version in versions], stages)


def snapshot(issue: Issue, slug: str) -> Content:
    """The snapshot of an issue whose rows are not stored yet: complete but for the ids of its stories."""
    desk, slugs = DESK[0], set[str]()
    names = desk.registered
    report = Report(
        title=issue.title,
        slug=slug,
        number=issue.number,
        issued_on=issue.issued_on,
        standfirst=issue.standfirst,
        intro=richtext.clean(richtext.from_paragraphs(list(issue.intro))),
        china_heading=issue.headings[0],
        international_heading=issue.headings[1],
    )
    stories, ranks = [], dict.fromkeys(("china", "international"), 0)
    for story in issue.stories:
        ranks[story.section] += 1
        row = Story(
            section=story.section,
            rank=ranks[story.section],
            headline=story.headline,
            slug=unique_slug(slug_for(story.headline), slugs),
            body=richtext.clean(richtext.from_paragraphs(list(story.paragraphs))),
        )
        slugs.add(row.slug)
        companies = [names.every_company[key] for key in named_in(desk.names, row.headline, row.body)]
        stories.append((row, [names.tags[tag] for tag in story.tags], companies))
    return compose(
        report,
        Rows(
            tags=[names.tags[tag] for tag in issue.tags],
            stories=stories,
            takeaways=[Takeaway(text=text) for text in issue.takeaways],
            sources=[names.sources[name] for name in issue.credits],
            notes=[Note(company=names.companies[name], text=text) for name, text in issue.watchlist],
            updates=[Update(policy=names.policies[title], detail=detail) for title, detail in issue.policies],
            other_names=desk.other_names,
        ),
    )


# Storing them


@transaction.atomic
def save(batch: Sequence[Written], registered: Registered, *, by: Any) -> list[Report]:
    """Store the rows of issues, their revisions, and their editions with all that is written with these."""
    hold_off(BEGINNING)  # other batches have other addresses
    slugs = {version["slug"] for written in batch for version in written.versions}
    if Report.objects.filter(slug__in=slugs).exists():
        raise AddressTaken
    reports = save_rows(batch, registered)
    revisions = save_revisions(batch, reports, by=by)
    editions = []
    for written, report, versions in zip(batch, reports, revisions, strict=True):
        shown: Edition | None = None
        ends = [*(stage.live_from for stage in written.stages[1:]), None]
        for stage, live_until in zip(written.stages, ends, strict=True):
            edition = edition_of(report, versions[stage.version], stage, live_until, by=by)
            draw(edition, written.pages[stage.version])
            edition.changed_at = changed_at(edition, shown)
            shown = shown if edition.kind == Edition.Kind.WITHDRAWAL else edition
            editions.append(edition)
    Edition.objects.bulk_create(editions)
    Review.objects.bulk_create(
        Review(
            report=edition.report,
            revision=edition.revision,
            verdict=Review.Verdict.APPROVED,
            by=by,
            at=edition.live_from,
        )
        for edition in editions
        if edition.kind != Edition.Kind.WITHDRAWAL
    )
    # Of what was public once, too; and all of them before anything waits for another batch, so that no circle closes.
    index.register_names(editions)
    project(editions)
    return reports


def edition_of(report: Report, revision: Revision, stage: Stage, live_until: datetime | None, *, by: Any) -> Edition:
    return Edition(
        report=report,
        revision=revision,
        kind=stage.kind,
        live_from=stage.live_from,
        live_until=live_until,
        published_by=by,
        note=stage.note,
        announced_at=stage.live_from,
        created_at=stage.live_from,
    )


def save_rows(batch: Sequence[Written], registered: Registered) -> list[Report]:
    """Store the working rows of issues as they end, and fill the ids of the stories into their snapshots."""
    finals = [written.versions[-1] for written in batch]
    reports = Report.objects.bulk_create(
        Report(
            title=content["title"],
            slug=content["slug"],
            number=content["number"],
            issued_on=written.order.archive.day_of(written.order.place),
            standfirst=content["standfirst"],
            intro=content["intro"],
            china_heading=content["headings"]["china"],
            international_heading=content["headings"]["international"],
            source_digest=mark_of(written.order.archive, written.order.place),
        )
        for written, content in zip(batch, finals, strict=True)
    )
    stories = Story.objects.bulk_create(
        Story(report_id=report.pk, **{name: told[name] for name in ("section", "rank", "headline", "slug", "body")})
        for report, content in zip(reports, finals, strict=True)
        for told in content["stories"]
    )
    keys = iter(stories)
    for written in batch:
        for told in zip(*(version["stories"] for version in written.versions), strict=True):
            number = next(keys).pk
            for version in told:
                version["id"] = number
    save_tags(reports, finals, registered)
    save_lists(reports, finals)
    return reports


def save_tags(reports: Sequence[Report], contents: Sequence[Content], registered: Registered) -> None:
    tags = {tag.name: tag.pk for tag in registered.tags.values()}
    of_report, of_story = (ContentType.objects.get_for_model(model).pk for model in (Report, Story))
    own = (
        (of_report, report.pk, tags[tag["name"]])
        for report, content in zip(reports, contents, strict=True)
        for tag in content["tags"]
    )
    of_stories = (
        (of_story, story["id"], tags[tag["name"]])
        for content in contents
        for story in content["stories"]
        for tag in story["tags"]
    )
    insert(TaggedItem, ("content_type_id", "object_id", "tag_id"), chain(own, of_stories))


def save_lists(reports: Sequence[Report], contents: Sequence[Content]) -> None:
    """Takeaways, credits, the watchlist, the policy tracker, and which companies the stories name."""

    def placed(part: str) -> Iterator[tuple[int, int, Any]]:
        for report, content in zip(reports, contents, strict=True):
            for position, line in enumerate(content[part]):
                yield report.pk, position, line

    of = ("report_id", "position")
    insert(Takeaway, (*of, "text"), placed("takeaways"))
    insert(Credit, (*of, "source_id"), ((*its, line["source"]) for *its, line in placed("credits")))
    notes = ((*its, line["company"], line["note"]) for *its, line in placed("watchlist"))
    insert(Note, (*of, "company_id", "text"), notes)
    updates = ((*its, line["policy"], line["detail"]) for *its, line in placed("policies"))
    insert(Update, (*of, "policy_id", "detail"), updates)
    named = (
        (story["id"], company["company"], Mention.State.PROPOSED.value)
        for content in contents
        for story in content["stories"]
        for company in story["companies"]
    )
    insert(Mention, ("story_id", "company_id", "state"), named)


def save_revisions(batch: Sequence[Written], reports: Sequence[Report], *, by: Any) -> list[list[Revision]]:
    """The revisions of each issue, kept when the first edition that shows them went live."""
    revisions = [
        [
            Revision(
                report=report,
                number=number,
                content=content,
                digest=digest(content),
                schema=SCHEMA,
                author=by,
                created_at=next(stage.live_from for stage in written.stages if stage.version == number - 1),
            )
            for number, content in enumerate(written.versions, start=1)
        ]
        for written, report in zip(batch, reports, strict=True)
    ]
    Revision.objects.bulk_create(chain.from_iterable(revisions))
    return revisions
