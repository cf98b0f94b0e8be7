"""
Sitemaps (sitemaps.org): an index, parts of each kind, and the news of the last 48 hours for Google.

A part holds what hangs on a span of the numbers of issues, companies or policies. So each costs the same, however many
come before it, and a story stays in the part where it once was: a part that holds no news shows no other lastmod, and
crawlers pass it by. Django's framework has neither: it finds pages by counting rows from the first one (OFFSET), it
reads all rows to tell when one changed last, and it resolves every address anew for every language.

Only live things are named, each at the address it has now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Max, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.http import require_safe

from newsroom.feeds.issues import first_times
from newsroom.feeds.stories import first_times_of
from newsroom.lib.languages import in_language
from newsroom.lib.mailed import absolute
from policies.models import Appearance as PolicyAppearance
from reports.caching import public_page
from reports.models import Edition, EditionStory, EditionTag, Section
from watchlist.models import Appearance as CompanyAppearance

MOST = 50_000  # addresses in one part (sitemaps.org), each language counted
NEWS = timedelta(hours=48)
MOST_NEWS = 1000  # addresses in a news sitemap
XML = "application/xml; charset=utf-8"

Numbers = dict[int, datetime | None]  # the parts that there are, and when something in them changed last, where known


@dataclass(frozen=True)
class Place:
    """Something that has a page: its path is that of an address pattern."""

    view: str
    named_by: tuple[str, ...] = ()
    changed_at: datetime | None = None


def written(places: Iterable[Place]) -> str:
    """The places as `<url>` elements, one for each language, each naming all of them; "" for none."""
    lines = []
    for place in islice(places, MOST // len(settings.LANGUAGES)):
        own = reverse(place.view, args=place.named_by)
        addresses = {code: escape(absolute(in_language(own, code))) for code, _name in settings.LANGUAGES}
        at = f"<lastmod>{place.changed_at.isoformat()}</lastmod>" if place.changed_at else ""
        named = [*addresses.items(), ("x-default", addresses[settings.LANGUAGE_CODE])]
        links = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href="{url}"/>' for code, url in named)
        lines += [f"<url><loc>{url}</loc>{at}{links}</url>" for url in addresses.values()]
    return "\n".join(lines)


class Kind:
    """A kind of things: the parts that there are, and what is in one."""

    span = 1

    def numbers(self) -> Numbers:
        raise NotImplementedError

    def places(self, number: int) -> Iterable[Place]:
        raise NotImplementedError

    def of(self, number: int) -> dict[str, int]:
        return {"gte": (number - 1) * self.span, "lt": number * self.span}


class Issues(Kind):
    span = 5_000

    def numbers(self) -> Numbers:
        found: Numbers = {}
        for report, at in Edition.objects.live().order_by().values_list("report_id", "changed_at"):
            number = report // self.span + 1
            found[number] = max(at, found.get(number) or at)
        return dict(sorted(found.items()))

    def editions(self, number: int) -> Any:
        of = {f"report_id__{end}": value for end, value in self.of(number).items()}
        return Edition.objects.live().filter(**of).order_by("report_id").only("slug", "changed_at", "report_id")

    def places(self, number: int) -> Iterable[Place]:
        return (Place("reports:report", (row.slug,), row.changed_at) for row in self.editions(number))


class Stories(Issues):
    span = 100  # issues: with up to 250 stories each, in two languages, a part is never too long

    def places(self, number: int) -> Iterable[Place]:
        ranked = Prefetch("stories", EditionStory.objects.only("edition_id", "slug").order_by("edition", "pk"))
        for edition in self.editions(number).prefetch_related(ranked):
            for story in edition.stories.all():
                yield Place("reports:story", (edition.slug, story.slug), edition.changed_at)


class Registered(Kind):
    """What runs on across issues; `of_row` is the field that names it."""

    span = 10_000

    def __init__(self, appearances: Any, of_row: str, view: str) -> None:
        self.appearances, self.of_row, self.view = appearances, of_row, view

    def numbers(self) -> Numbers:
        """One query, and one more for every further part."""
        field = f"{self.of_row}_id"
        found: list[int] = []
        while not found or found[-1] > 1:
            rows = self.appearances().live_few().order_by(f"-{field}").values_list(field, flat=True)
            below = {f"{field}__lt": (found[-1] - 1) * self.span} if found else {}
            highest = rows.filter(**below).first()
            if highest is None:
                break
            found.append(highest // self.span + 1)
        return dict.fromkeys(reversed(found))

    def places(self, number: int) -> Iterable[Place]:
        of = {f"{self.of_row}_id__{end}": value for end, value in self.of(number).items()}
        rows = self.appearances().live().filter(**of).latest_of_each(self.of_row).with_edition()
        return (Place(self.view, (row.slug,), row.edition.changed_at) for row in rows)


class Tags(Kind):
    """Tags have no number of their own, so their parts are counted from the first slug on."""

    span = MOST // len(settings.LANGUAGES)

    def tags(self) -> Any:
        return EditionTag.objects.live().order_by("slug").values_list("slug")

    def numbers(self) -> Numbers:
        return dict.fromkeys(range(1, -(-self.tags().distinct().count() // self.span) + 1))

    def places(self, number: int) -> Iterable[Place]:
        rows = self.tags().annotate(at=Max("edition__changed_at"))[(number - 1) * self.span : number * self.span]
        return (Place("reports:tag", (slug,), at) for slug, at in rows)


class Pages(Kind):
    """What is there from the first day on. Not the front page: it goes by the address of the issue that it shows."""

    def numbers(self) -> Numbers:
        return {1: None}

    def places(self, number: int) -> Iterable[Place]:
        if number == 1:
            changed_at = Edition.objects.live().aggregate(at=Max("live_from"))["at"]
            yield Place("reports:archive", (), changed_at)
            for section in Section.values:
                yield Place("reports:section", (section,), changed_at)
            yield Place("watchlist:company-list", (), changed_at)
            yield Place("policies:policy-list", (), changed_at)
            yield Place("compare", (), changed_at)
            yield Place("corrections", (), changed_at)
            yield Place("follow:follow")


KINDS: dict[str, Kind] = {
    "issues": Issues(),
    "stories": Stories(),
    "companies": Registered(CompanyAppearance.objects.all, "company", "watchlist:company"),
    "policies": Registered(PolicyAppearance.objects.all, "policy", "policies:policy"),
    "tags": Tags(),
    "pages": Pages(),
}


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """All parts that there are, and when something in each changed last, where that is known."""
    parts = [
        {"url": absolute(reverse("sitemap-part", args=[name, number])), "changed_at": at}
        for name, kind in KINDS.items()
        for number, at in kind.numbers().items()
    ]
    return render(request, "sitemaps/index.xml", {"parts": parts}, content_type=XML)


@require_safe
@public_page
def part(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    if kind not in KINDS or not 1 <= number < 2**31:
        raise Http404("There is no such sitemap.")
    urls = written(KINDS[kind].places(number))
    if not urls:
        raise Http404("Nothing is in this part.")
    return render(request, "sitemaps/part.xml", {"urls": urls}, content_type=XML)


@require_safe
@public_page
def news(request: HttpRequest) -> HttpResponse:
    """The issues and stories that readers first got in the last 48 hours, for Google News. Four queries."""
    since = timezone.now() - NEWS
    # What appeared since then is in an edition that began since then.
    recent = Edition.objects.live().filter(live_from__gt=since).newest_first().without_article()
    ranked = Prefetch("stories", EditionStory.objects.defer("body").order_by("section", "rank"))
    editions = list(recent.prefetch_related(ranked))
    stories = [story for edition in editions for story in edition.stories.all()]
    first, first_of = first_times(edition.report_id for edition in editions), first_times_of(stories)
    rows = [
        *((edition.title, edition.url, first[edition.report_id]) for edition in editions),
        *((story.headline, story.url, first_of[story.story_id]) for story in stories),
    ]
    items = [{"title": title, "url": absolute(path), "at": at} for title, path, at in rows if at > since][:MOST_NEWS]
    language = settings.LANGUAGE_CODE.partition("-")[0]
    return render(request, "sitemaps/news.xml", {"items": items, "language": language}, content_type=XML)
