"""What search engines and other crawlers are told: every live page, in each language, and nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from newsroom.crawling import AI_CRAWLERS
from newsroom.publishing import publish, withdraw
from newsroom.sitemaps import KINDS
from reports.models import Edition
from tests.factories import complete_issue, edit, published
from tests.public.crawling import ask, crawl
from watchlist.models import Company

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}link"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def root(path: str) -> ET.Element:
    answer = ask(Client(), path)
    assert answer.status == 200, path
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    return ET.fromstring(answer.body)


def short(address: str | None) -> str:
    assert address
    assert address.startswith(f"{django_settings.SITE_URL}/")
    return address.removeprefix(django_settings.SITE_URL)


def parts() -> dict[str, str | None]:
    """The parts that the index names, with the time of the last change."""
    found = root("/sitemap.xml")
    assert found.tag == f"{MAP}sitemapindex"
    return {short(part.findtext(f"{MAP}loc")): part.findtext(f"{MAP}lastmod") for part in found}


def urls(path: str) -> dict[str, ET.Element]:
    found = root(path)
    assert found.tag == f"{MAP}urlset"
    named = {short(url.findtext(f"{MAP}loc")): url for url in found}
    assert len(named) == len(found), "each is named once"
    return named


def part(kind: str) -> str:
    """The one part of a kind: its number depends on the numbers of the rows."""
    (found,) = [path for path in parts() if path.startswith(f"/sitemap-{kind}-")]
    return found


def everything() -> dict[str, ET.Element]:
    return {address: url for path in parts() for address, url in urls(path).items()}


class TestTheParts:
    def test_name_every_page_that_readers_have_and_no_other(self) -> None:
        published(title="One", stories=2, tags=["芯片"])
        report = published(title="Moves").report
        edit(report, slug="moved")
        publish(report, by=None)
        withdraw(published(title="Gone").report, by=None)
        complete_issue(title="Draft", companies=["Lonely"], policies=["Alone"], tags=["Nobody"])
        named = everything()
        answers = crawl(Client(), [*named])
        assert {answers[address].status for address in named} == {200}
        pages = {
            address
            for address, answer in answers.items()
            if answer.status == 200
            and re.match(r"(/zh-hans)?/(reports|companies|policies|tags|sections|follow|compare|corrections)/", address)
            and f'rel="canonical" href="{django_settings.SITE_URL}{address}"' in answer.text
            and "noindex" not in answer.text
        }
        assert {page for page in pages if "/follow/" not in page} <= named.keys()
        assert not any(
            re.search("/reports/(gone|moves|draft)|of-(gone|draft)|lonely|alone|nobody|admin", address)
            for address in named
        )

    def test_tell_each_page_in_every_language(self) -> None:
        edition = published()
        expected = {
            "en-gb": edition.url,
            "zh-hans": f"/zh-hans{edition.url}",
            "x-default": edition.url,
        }
        found = urls(part("issues"))
        assert set(found) == {edition.url, f"/zh-hans{edition.url}"}
        for url in found.values():
            assert {link.get("hreflang"): short(link.get("href")) for link in url.findall(XHTML)} == expected

    def test_say_when_a_page_really_changed(self, clock: time_machine.Traveller) -> None:
        report = published(title="First").report
        clock.shift(3600)
        published(title="Second")
        edit(report, standfirst="Not published")

        def changed() -> str | None:
            return urls(part("issues"))["/reports/first/"].findtext(f"{MAP}lastmod")

        assert changed() == NOW.isoformat()
        publish(report, by=None)
        assert changed() == (NOW + timedelta(hours=1)).isoformat()
        assert parts()[part("stories")] == (NOW + timedelta(hours=1)).isoformat()

    def test_hold_a_span_of_numbers_each_so_that_none_grows_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for kind in ("issues", "stories", "companies", "policies", "tags"):
            monkeypatch.setattr(KINDS[kind], "span", 2)
        for month in range(1, 6):
            published(title=f"Issue {month}", issued_on=date(2025, month, 1), stories=1, companies=[f"Company {month}"],
                      policies=[f"Policy {month}"], tags=[f"Tag {month}"])  # fmt: skip
        named = parts()
        for kind in ("issues", "stories", "companies", "policies", "tags"):
            found = [urls(path) for path in named if path.startswith(f"/sitemap-{kind}-")]
            assert len(found) >= 3
            assert sum(map(len, found)) == len({address for part in found for address in part})
        first = min(Edition.objects.live(), key=lambda edition: edition.report_id)
        assert any(f"/reports/{first.slug}/" in urls(path) for path in named if "issues" in path)
        assert sum(len(urls(path)) for path in named if "tags" in path) == 2 * 6

    def test_are_not_there_without_anything_in_them(self) -> None:
        assert list(parts()) == ["/sitemap-pages-1.xml"]
        for path in ("issues-1", "stories-7", "companies-1", "tags-0", "pages-2", "nothing-1", f"issues-{10**30}"):
            assert ask(Client(), f"/sitemap-{path}.xml").status == 404

    def test_name_a_company_where_it_is_now_and_only_once(self) -> None:
        published(title="One", companies=["Company 1"])
        Company.objects.update(slug="renamed")
        published(title="Two", companies=["Company 1"], issued_on=date(2025, 5, 1))
        assert set(urls(part("companies"))) == {"/companies/renamed/", "/zh-hans/companies/renamed/"}


class TestTheNews:
    def news(self) -> dict[str, str | None]:
        found = {}
        for address, url in urls("/sitemap-news.xml").items():
            (told,) = url.findall(f"{NEWS}news")
            publication = told.find(f"{NEWS}publication")
            assert publication is not None
            assert publication.findtext(f"{NEWS}name") == django_settings.SITE_NAME
            assert publication.findtext(f"{NEWS}language") == "en"
            assert told.findtext(f"{NEWS}title")
            found[address] = told.findtext(f"{NEWS}publication_date")
        return found

    def test_is_what_appeared_in_the_last_48_hours(self, clock: time_machine.Traveller) -> None:
        old = published(title="Old & <new>", stories=1).report
        assert len(self.news()) == 3
        clock.shift(timedelta(hours=47))
        edition = published(title="Fresh", stories=1)
        assert len(self.news()) == 6
        clock.shift(timedelta(hours=1))
        story = old.stories.create(section="china", rank=2, headline="Added", slug="added", body="<p>Now.</p>")
        edit(old)
        publish(old, by=None)
        told = self.news()
        fresh = (NOW + timedelta(hours=47)).isoformat()
        assert told == {
            edition.url: fresh,
            **{row.url: fresh for row in edition.stories.all()},
            f"/reports/old-new/{story.slug}/": (NOW + timedelta(hours=48)).isoformat(),
        }

    def test_has_nothing_that_is_not_live(self) -> None:
        withdraw(published(title="Gone").report, by=None)
        publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(hours=1))
        complete_issue(title="Draft")
        assert self.news() == {}


class TestRobots:
    def text(self) -> str:
        answer = ask(Client(), "/robots.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return answer.text

    def test_close_the_desk_and_forms_and_name_the_sitemaps(self) -> None:
        text = self.text()
        for path in ("/admin/", "/search/", "/share/", "/comments/status/", "/zh-hans/comments/on/*/new/"):
            assert f"\nDisallow: {path}\n" in text
        assert text.startswith("User-agent: *\nDisallow: ")
        assert f"Sitemap: {django_settings.SITE_URL}/sitemap.xml\n" in text
        assert f"Sitemap: {django_settings.SITE_URL}/sitemap-news.xml\n" in text
        assert "GPTBot" not in text

    def test_close_no_page_that_a_sitemap_names(self) -> None:
        published()
        closed = [
            re.compile(re.escape(path).replace(r"\*", ".*")) for path in re.findall("Disallow: (.+)", self.text())
        ]
        assert len(closed) > 20
        assert not [address for address in everything() for path in closed if path.match(address)]

    def test_refuse_ai_crawlers_by_name_where_that_is_set(self, settings: Any) -> None:
        settings.AI_CRAWLERS = "refuse"
        text = self.text()
        group = re.search(r"((?:User-agent: [\w-]+\n){20,})Disallow: /\n\n", text)
        assert group
        named = set(re.findall("User-agent: (.+)", group[1]))
        assert named == set(AI_CRAWLERS)
        assert named >= {"GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "PerplexityBot", "Bytespider"}
        assert "gathered to train" in ask(Client(), "/llms.txt").text


def test_language_models_are_told_what_this_is(clock: time_machine.Traveller) -> None:
    published(title="[Chips] & *robots*", standfirst="What it is\nabout.")
    complete_issue(title="Draft zz")
    withdraw(published(title="Gone zz").report, by=None, note="zz")
    publish(complete_issue(title="Soon zz"), by=None, at=NOW + timedelta(hours=1))
    answer = ask(Client(), "/llms.txt")
    site = django_settings.SITE_URL
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(f"# {django_settings.SITE_NAME}\n\n> {django_settings.SITE_TAGLINE}\n\n")
    assert f"\n- [\\[Chips\\] & \\*robots\\*]({site}/reports/chips-robots/): What it is about.\n" in answer.text
    assert f"({site}/feed/)" in answer.text
    assert "zz" not in answer.text
    for address in re.findall(rf"\({re.escape(site)}(/[^)]*)\)", answer.text):
        assert ask(Client(), address).status == 200, address


def test_the_list_of_feeds_can_be_taken_in_by_programs() -> None:
    published(companies=["A & <b>", "中国"], policies=["Law"])
    complete_issue(title="Draft", companies=["Hidden zz"])
    answer = ask(Client(), "/feed/opml/")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    found = ET.fromstring(answer.body)
    assert (found.tag, found.get("version"), [child.tag for child in found]) == ("opml", "2.0", ["head", "body"])
    outlines = found.findall(".//outline[@type='rss']")
    assert {outline.get("text", "").partition(" — ")[0] for outline in outlines} == {
        *("Issues", "China", "International", "Corrections", "A & <b>", "中国", "Law")
    }
    for outline in outlines:
        for name in ("xmlUrl", "htmlUrl"):
            assert ask(Client(), short(outline.get(name))).status == 200
    assert "zz" not in answer.text


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "stories", "/sitemap-news.xml", "/robots.txt", "/llms.txt", "/feed/opml/"]
)
def test_what_did_not_change_is_not_sent_again(path: str) -> None:
    published()
    publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(seconds=20))
    path = part("stories") if path == "stories" else path
    first = Client().get(path)
    assert first["Cache-Control"] == "public, max-age=0, s-maxage=20"
    assert not first.cookies
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert Client().post(path).status_code == 405
