"""Public pages of the issues. All read editions and their projections, never the desk's rows."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from reports.caching import of_issue, public_page
from reports.models import Edition, EditionStory, EditionTag, Section
from reports.paging import page_of, rows_of_page


def show(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The page of one edition: a shell around what was drawn when it was frozen."""
    live = Edition.objects.live().without_article()
    place = (edition.issued_on, edition.report_id)
    context = {
        "edition": edition,
        "article": edition.drawn,
        "previous": live.before(*place).first(),
        "next": live.after(*place).first(),
        "canonical_url": settings.SITE_URL + edition.url,
    }
    return of_issue(render(request, "reports/report_detail.html", context), edition.report_id)


def gone_or_moved(request: HttpRequest, slug: str) -> Edition | HttpResponse:
    """
    What became of an issue that was at this address once.

    Its live edition if it is at another address now, the page that says it was withdrawn, or Http404 if nothing was
    ever public here.
    """
    past = Edition.objects.begun().filter(slug=slug).order_by("-live_from").without_article().first()
    successor = past and Edition.objects.current().filter(report=past.report_id).without_article().first()
    if successor is None:
        raise Http404("No issue is at this address.")
    if successor.kind == Edition.Kind.WITHDRAWAL:
        context = {"withdrawn_on": successor.live_from, "note": successor.note}
        return render(request, "410.html", context, status=410)
    return successor


def on_live_issue(view: Callable[[HttpRequest, Edition], HttpResponse]) -> Callable[..., HttpResponse]:
    """
    For views of something that hangs on one live issue: they get its edition, found by the address.

    An old address leads to the present one, a withdrawn issue is answered with 410, everything else with 404. What is
    sent (POST) to an old address is taken there: a redirect would lose it.
    """

    @wraps(view)
    def found(request: HttpRequest, slug: str) -> HttpResponse:
        live = Edition.objects.live().filter(slug=slug).without_article().first()
        edition = live or gone_or_moved(request, slug)
        if not isinstance(edition, Edition):
            return edition
        if edition.slug != slug and request.method != "POST" and request.resolver_match:
            return redirect(request.resolver_match.view_name, edition.slug, permanent=True)
        return view(request, edition)

    return found


@public_page
def report(request: HttpRequest, slug: str) -> HttpResponse:
    edition = Edition.objects.live().filter(slug=slug).with_article().first()
    if edition:
        return show(request, edition)
    found = gone_or_moved(request, slug)
    return redirect(found.url, permanent=True) if isinstance(found, Edition) else found


@public_page
def story(request: HttpRequest, slug: str, story_slug: str) -> HttpResponse:
    edition = Edition.objects.live().filter(slug=slug).without_article().first()
    if edition is None:
        found = gone_or_moved(request, slug)
        return (
            redirect("reports:story", found.slug, story_slug, permanent=True) if isinstance(found, Edition) else found
        )
    stories = list(edition.stories.all())
    here = next((story for story in stories if story.slug == story_slug), None)
    if here is None:
        return story_gone_or_moved(request, edition, story_slug)
    section = [other for other in stories if other.section == here.section]
    place = section.index(here)
    context = {
        "edition": edition,
        "story": here,
        "tags": [{"name": tag.name, "url": tag.url} for tag in here.tags.all()],
        "previous": section[place - 1] if place else None,
        "next": section[place + 1] if place + 1 < len(section) else None,
    }
    return of_issue(render(request, "reports/story_detail.html", context), edition.report_id)


def story_gone_or_moved(request: HttpRequest, edition: Edition, slug: str) -> HttpResponse:
    """To where a story is now that had this slug in the issue once, or that it was withdrawn. Raises Http404."""
    try:
        return redirect(renamed(edition, slug).url, permanent=True)
    except Http404:
        begun = Edition.objects.begun().filter(report=edition.report_id)
        retractions = begun.filter(kind=Edition.Kind.RETRACTION).without_article()
        numbers = EditionStory.objects.filter(edition__in=begun, slug=slug).values_list("story_id", flat=True)
        gone = set(numbers) if retractions else set()
        notice = next((edition for edition in retractions if gone.intersection(edition.about)), None)
        if notice is None:
            raise
    context = {"withdrawn_on": notice.live_from, "note": notice.note, "issue": edition}
    return of_issue(render(request, "410.html", context, status=410), edition.report_id)


def renamed(edition: Edition, slug: str) -> EditionStory:
    """The story that had this slug in an earlier edition of the same issue. Raises Http404."""
    begun = Edition.objects.begun().filter(report=edition.report_id)
    once = EditionStory.objects.filter(edition__in=begun, slug=slug).order_by("-edition__live_from").values("story_id")
    now = edition.stories.filter(story_id=Subquery(once[:1])).with_edition().first()
    if now is None:
        raise Http404("No story is at this address.")
    return now


@public_page
def archive(request: HttpRequest) -> HttpResponse:
    def lead(section: Section) -> Subquery:
        stories = EditionStory.objects.filter(edition=OuterRef("pk"), section=section).order_by("rank")
        return Subquery(stories.values("headline")[:1])

    editions = Edition.objects.live().annotate(
        china_lead=lead(Section.CHINA), international_lead=lead(Section.INTERNATIONAL)
    )
    page = page_of(editions, request, size=50)
    years = [
        {"year": year, "editions": list(group)} for year, group in groupby(page.editions, lambda e: e.issued_on.year)
    ]
    context = {"years": years, "all_years": years_with_address(), "older_url": page.older_url}
    return render(request, "reports/archive.html", context)


def years_with_address() -> list[tuple[int, str]]:
    """From the newest live issue's year to the oldest's, each with where the archive begins at it. Two queries."""
    days = Edition.objects.live().newest_first().values_list("issued_on", flat=True)
    newest, oldest = days.first(), days.last()
    if newest is None or oldest is None:
        return []
    first = reverse("reports:archive")
    earlier = range(newest.year - 1, oldest.year - 1, -1)
    return [(newest.year, first), *((year, f"{first}?before={date(year + 1, 1, 1)}.0") for year in earlier)]


@public_page
def section(request: HttpRequest, key: str) -> HttpResponse:
    if key not in Section.values:
        raise Http404("There are two sections: china and international.")
    stories = EditionStory.objects.filter(section=key).defer("body").order_by("rank")
    filled = Edition.objects.live().filter(Exists(stories.filter(edition=OuterRef("pk"))))
    page = page_of(filled.prefetch_related(Prefetch("stories", stories)), request, size=10)
    context = {"section": {"key": key, "label": Section(key).label}, **page._asdict()}
    return render(request, "reports/section.html", context)


@public_page
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    tags = EditionTag.objects.filter(slug=slug)
    newest = tags.live_few().newest_first().first()
    if newest is None:
        raise Http404("Nothing that is published has this tag.")
    rows, older_url = rows_of_page(tags.select_related("story").defer("story__body"), request, size=20)
    editions = [tagged(list(its)) for _, its in groupby(rows, lambda row: row.edition_id)]
    return render(request, "reports/tag.html", {"tag": newest, "editions": editions, "older_url": older_url})


def tagged(rows: list[EditionTag]) -> Edition:
    """An edition with whether it bears the tag itself and with its stories that do, in their order; `rows` say so."""
    edition: Any = rows[0].edition
    stories = [row.story for row in rows if row.story]
    for story in stories:
        story.edition = edition
    edition.is_tagged = any(row.story is None for row in rows)
    edition.tagged_stories = sorted(stories, key=lambda story: (story.section, story.rank))
    return edition
