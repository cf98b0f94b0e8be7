"""Every feed in every form: what is in it, under which name, for how long a copy holds, and what it costs."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsroom.lib.feeds import in_form
from newsroom.publishing import publish, withdraw
from policies.models import Milestone, Policy
from reports.models import Edition
from tests.factories import approved, complete_issue, edit, picture, published
from tests.feeds.reading import FORMS, read
from tests.public.crawling import ask
from watchlist.models import Company, Mention
from watchlist.noting import Entry, note

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
CHINA, ROBOTS, CHIPS = "/feed/sections/china/", "/feed/tags/robots/", "/feed/tags/chips/"
COMPANY, POLICY, CORRECTIONS = "/feed/companies/company-1/", "/feed/policies/policy-1/", "/feed/corrections/"
THREAD = "/comments/on/ai-robotics/feed/"
PATHS = ["/feed/", CHINA, ROBOTS, CHIPS, COMPANY, POLICY, CORRECTIONS, THREAD]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def titles(path: str, form: str = "rss") -> list[str]:
    return [item.title for item in read(path, form).items]


def filled(**issue: object) -> Edition:
    """An issue of which every feed has something: a story names a company, a policy has a status, it was corrected."""
    report = published(**issue).report  # type: ignore[arg-type]
    story = report.stories.get(section="china", rank=2)
    named = Company.objects.get(name="Company 1")
    Mention.objects.create(story=story, company=named, state=Mention.State.CONFIRMED)
    policy = Policy.objects.get(title="Policy 1")
    Milestone.objects.create(policy=policy, status="adopted", dated_on=date(2025, 3, 1), text="Voted & signed",
                             source_name="Gazette", source_link="https://gazette.example/1")  # fmt: skip
    edit(report)
    edition = publish(report, by=None, kind=Edition.Kind.CORRECTION, note="A figure was wrong.\n\nIt is 3 < 4.")
    approved(report, body="Well said, 好.")
    return edition


class TestEveryFeed:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("path", PATHS)
    def test_says_what_it_is_and_where(self, path: str, form: str) -> None:
        filled()
        feed = read(path, form)
        assert feed.own == django_settings.SITE_URL + in_form(path, form)
        assert feed.items
        assert feed.hubs == []
        assert ask(Client(), feed.page.removeprefix(django_settings.SITE_URL)).status == 200
        for item in feed.items:
            page = ask(Client(), item.url.removeprefix(django_settings.SITE_URL).partition("#")[0])
            assert page.status in {200, 302}, "a comment is somewhere on a page of its thread"

    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("path", PATHS)
    def test_a_copy_is_confirmed_until_something_in_it_changes(self, path: str, form: str) -> None:
        edition = filled()
        address = in_form(path, form)
        for encoding in ("identity", "gzip"):
            first = Client().get(address, headers={"Accept-Encoding": encoding})
            assert first["Cache-Control"] == "public, max-age=0, s-maxage=60"
            assert "Last-Modified" not in first
            assert not first.cookies
            again = Client().get(address, headers={"Accept-Encoding": encoding, "If-None-Match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
        withdraw(edition.report, by=None)
        again = Client().get(address, headers={"If-None-Match": first["ETag"]})
        assert again.status_code in {200, 404, 410}

    @pytest.mark.parametrize("form", FORMS)
    def test_has_the_same_things_in_every_form(self, form: str) -> None:
        filled(tags=["AI & <law>", "芯片"], hero=picture(64, 40))
        for path in ("/feed/", CHINA, ROBOTS, COMPANY, POLICY, CORRECTIONS, THREAD):
            feed, rss = read(path, form), read(path, "rss")
            assert (feed.title, feed.about, feed.page) == (rss.title, rss.about, rss.page)
            for item, other in zip(feed.items, rss.items, strict=True):
                for name in ("id", "title", "url", "text", "summary", "published_at", "tags"):
                    assert getattr(item, name) == getattr(other, name), (path, name)
                assert path != THREAD or item.author == other.author == "Reader"

    def test_keeps_its_ids_when_everything_is_called_something_else(self) -> None:
        report = filled().report
        paths = {CHINA: CHINA, ROBOTS: ROBOTS, COMPANY: "/feed/companies/other/", POLICY: "/feed/policies/other/",
                 CORRECTIONS: CORRECTIONS, "/feed/": "/feed/", THREAD: "/comments/on/other/feed/"}  # fmt: skip
        before = {path: [item.id for item in read(path, "atom").items] for path in paths}
        for story in report.stories.all():
            story.slug, story.headline = f"other-{story.pk}", f"Other {story.pk}"
            story.save()
        Company.objects.filter(name="Company 1").update(name="Else", slug="other")
        Policy.objects.filter(title="Policy 1").update(title="Else", slug="other")
        edit(report, slug="other", title="Other")
        publish(report, by=None)
        after = {path: [item.id for item in read(new, "atom").items] for path, new in paths.items()}
        assert after == before
        assert all(before.values())

    @pytest.mark.parametrize("form", FORMS)
    def test_leads_to_where_it_is_now(self, form: str) -> None:
        report = filled().report
        Company.objects.filter(name="Company 1").update(slug="other")
        Policy.objects.filter(title="Policy 1").update(slug="other")
        edit(report, slug="other")
        publish(report, by=None)
        moved = {COMPANY: "/feed/companies/other/", POLICY: "/feed/policies/other/", THREAD: "/comments/on/other/feed/"}
        for old, new in moved.items():
            answer = Client().get(in_form(old, form))
            assert (answer.status_code, answer["Location"]) == (301, in_form(new, form))

    @pytest.mark.parametrize("form", FORMS)
    def test_is_nowhere_without_what_it_is_of(self, form: str) -> None:
        report = filled().report
        for path in ("/feed/sections/x/", "/feed/tags/x/", "/feed/companies/x/", "/feed/policies/x/"):
            assert ask(Client(), in_form(path, form)).status == 404
        withdraw(report, by=None)
        statuses = {path: ask(Client(), in_form(path, form)).status for path in PATHS}
        assert statuses == {
            **dict.fromkeys(("/feed/", CHINA, CORRECTIONS), 200),
            **dict.fromkeys((ROBOTS, CHIPS, COMPANY, POLICY), 404),
            THREAD: 410,
        }

    def test_what_shows_one_issue_says_so_to_caches(self) -> None:
        report = filled().report
        assert ask(Client(), THREAD).headers["Cache-Tag"] == f"issue-{report.pk}"


class TestStories:
    def test_of_a_section_come_by_issue_and_rank_with_their_whole_text(self) -> None:
        published(title="Old", issued_on=date(2025, 4, 5), stories=2)
        edition = published(title="New", issued_on=date(2025, 4, 12), stories=2)
        published(title="Older", issued_on=date(2025, 3, 5), stories=1)
        feed = read(CHINA, "atom")
        assert feed.title == f"China — {django_settings.SITE_NAME}"
        expected = ["China story 1 of New", "China story 2 of New", "China story 1 of Old", "China story 2 of Old"]
        assert [item.title for item in feed.items] == [*expected, "China story 1 of Older"]
        first = feed.items[0]
        story = edition.stories.get(section="china", rank=1)
        assert first.id == f"tag:{django_settings.SITE_HOST},2025:story/{story.story_id}"
        assert first.url == django_settings.SITE_URL + story.url
        assert "<p>Body of china 1.</p>\n<p>More of it.</p>" in first.text
        assert f'China, number 1 in <a href="{django_settings.SITE_URL}{edition.url}">New</a>' in first.text
        assert first.tags == ("Robots",)

    def test_are_a_second_apart_so_that_programs_keep_their_ranks(self) -> None:
        published(stories=3)
        times = [item.published_at for item in read(CHINA, "atom").items]
        assert times == [NOW, NOW - timedelta(seconds=1), NOW - timedelta(seconds=2)]

    def test_keep_the_day_they_appeared_on_and_say_when_they_changed(self, clock: time_machine.Traveller) -> None:
        report = published(stories=1).report
        clock.shift(timedelta(days=2))
        report.stories.create(section="china", rank=2, headline="Late", slug="late", body="<p>Late.</p>")
        edit(report)
        publish(report, by=None)
        first, late = read(CHINA, "json").items
        assert (first.published_at, first.updated_at) == (NOW, NOW), "another story came, this one is as it was"
        assert NOW + timedelta(days=2) - late.published_at < timedelta(minutes=1)
        clock.shift(timedelta(days=1))
        report.stories.filter(slug="late").update(body="<p>Later.</p>")
        edit(report)
        publish(report, by=None, kind=Edition.Kind.TYPO)
        put_right = read(CHINA, "json").items[1]
        assert "Later." in put_right.text
        assert put_right.updated_at == late.updated_at
        report.stories.filter(slug="late").update(headline="Late!")
        edit(report)
        publish(report, by=None)
        first, late = read(CHINA, "json").items
        assert first.updated_at == NOW
        assert late.updated_at == NOW + timedelta(days=3)

    @pytest.mark.parametrize("form", FORMS)
    def test_and_issues_carry_what_readers_were_told_of_them(self, form: str) -> None:
        report = published(title="Told", stories=2).report
        one, _other = report.stories.filter(section="china")
        edit(report, standfirst="Right")
        publish(report, by=None, kind=Edition.Kind.CORRECTION, note="It said <4>.\n\nIt is 三.", about=[one.pk])
        told = "<strong>Correction, 12 April 2025</strong>"
        (issue,) = read("/feed/", form).items
        first, second = read(CHINA, form).items
        for item in (issue, first):
            assert told in item.text
            assert "<p>It said &lt;4&gt;.</p>\n\n<p>It is 三.</p>" in item.text
        assert "<strong>" not in second.text
        withdraw(report, by=None)
        assert titles("/feed/", form) == titles(CHINA, form) == []

    def test_of_a_tag_stand_beside_the_issues_that_have_it(self) -> None:
        published(title="One", issued_on=date(2025, 4, 5), stories=1, tags=["Robots"])
        published(title="Two", issued_on=date(2025, 4, 12), stories=1, tags=[])
        assert titles(ROBOTS) == [
            *("China story 1 of Two", "International story 1 of Two"),
            *("One", "China story 1 of One", "International story 1 of One"),
        ]
        whole = next(item for item in read(ROBOTS, "json").items if item.title == "One")
        assert "Takeaway 3 of One" in whole.text
        assert read(ROBOTS, "rss").title == f"Robots — {django_settings.SITE_NAME}"

    def test_of_a_tag_in_another_script(self) -> None:
        published(stories=1, story_tags=["芯片"])
        feed = read("/feed/tags/芯片/", "atom")
        assert len(feed.items) == 2
        assert feed.own.endswith("/feed/tags/%E8%8A%AF%E7%89%87/atom/")

    def test_about_a_company_stand_beside_what_the_issues_say_of_it(self) -> None:
        edition = filled(title="Named")
        note, story = read(COMPANY, "json").items
        assert note.title == "Company 1 in Named"
        assert "What Named says of Company 1" in note.text
        assert note.url == f"{django_settings.SITE_URL}{edition.url}#watchlist"
        assert story.title == "China story 2 of Named"
        assert "Body of china 2." in story.text
        assert ask(Client(), edition.url).text.count('id="watchlist"') == 1

    @pytest.mark.parametrize("form", ["rss", "atom"])
    def test_of_a_company_without_a_word_have_changed_when_its_issue_did(self, form: str) -> None:
        report = complete_issue(companies=())
        note(report, [Entry("Silent", "", "")])
        edit(report)
        published(report)
        page = ask(Client(), in_form("/feed/companies/silent/", form)).text
        assert read("/feed/companies/silent/", form).items == []
        assert ("Sat, 12 Apr 2025 09:00:00" if form == "rss" else "2025-04-12T09:00:00") in page

    def test_a_refused_mention_is_not_told(self) -> None:
        report = filled().report
        Mention.objects.update(state=Mention.State.REFUSED)
        edit(report)
        publish(report, by=None)
        assert len(titles(COMPANY)) == 1

    def test_no_more_than_fifty(self) -> None:
        for month in range(1, 12):
            published(title=f"Issue {month}", issued_on=date(2024, month, 1), stories=6)
        assert (len(titles(CHINA)), len(titles(ROBOTS))) == (50, 50)
        assert titles(CHINA)[0] == "China story 1 of Issue 11"


class TestAPolicy:
    def test_is_told_by_issue_with_its_status_and_milestones(self) -> None:
        edition = filled(title="Tracked")
        (line,) = read(POLICY, "atom").items
        assert line.title == "Policy 1 in Tracked: Adopted"
        assert line.url == f"{django_settings.SITE_URL}{edition.url}#policies"
        assert "Where Tracked sees Policy 1" in line.text
        for words in ("1 March 2025: Adopted — Voted &amp; signed", '<a href="https://gazette.example/1">Gazette</a>'):
            assert words in " ".join(line.text.split()), words
        assert ask(Client(), edition.url).text.count('id="policies"') == 1

    def test_without_a_milestone_has_no_status(self) -> None:
        published(title="Plain")
        assert titles(POLICY) == ["Policy 1 in Plain"]


class TestCorrections:
    def test_stand_there_with_their_public_note_newest_first(self, clock: time_machine.Traveller) -> None:
        edition = filled(title="Wrong")
        clock.shift(60)
        edit(edition.report, title="Right", standfirst="Now")
        second = publish(edition.report, by=None, kind=Edition.Kind.CORRECTION, note="Once more.")
        clock.shift(60)
        edit(edition.report, standfirst="Later")
        publish(edition.report, by=None)
        newer, older = read(CORRECTIONS, "json").items
        assert newer.id == f"tag:{django_settings.SITE_HOST},2025:correction/{second.pk}"
        assert (newer.title, older.title) == ("Correction: Right", "Correction: Right"), "by the name it has now"
        assert "<p>Once more.</p>" in newer.text
        assert "<p>A figure was wrong.</p>" in older.text
        assert "It is 3 &lt; 4." in older.text
        assert newer.published_at == second.live_from

    def test_of_a_withdrawn_issue_only_that_it_was_withdrawn_is_told(self) -> None:
        report = filled(title="Zzbad").report
        edit(report, number=77)
        withdraw(report, by=None, note="It was not ours.")
        (item,) = read(CORRECTIONS, "json").items
        assert item.title == "An issue was withdrawn"
        assert "The issue of 12 April 2025 was withdrawn." in item.text
        assert "It was not ours." in item.text
        assert "zzbad" not in ask(Client(), CORRECTIONS).text.casefold()
        publish(report, by=None)
        assert titles(CORRECTIONS) == ["Correction: Zzbad"], "and it is told no more once it is back"

    def test_one_that_is_to_come_is_not_told(self, clock: time_machine.Traveller) -> None:
        report = published().report
        edit(report, standfirst="Other")
        publish(report, by=None, at=NOW + timedelta(hours=1), kind=Edition.Kind.CORRECTION, note="Later zz")
        assert titles(CORRECTIONS) == []
        clock.shift(timedelta(hours=1))
        assert len(titles(CORRECTIONS)) == 1


COUNTS = {
    "/feed/": 4,
    CHINA: 6,
    ROBOTS: 5,
    CHIPS: 4,
    COMPANY: 8,
    POLICY: 4,
    CORRECTIONS: 3,
    THREAD: 3,
    "/feed/opml/": 4,
    "/sitemap.xml": 6,
    "issues": 2,
    "stories": 3,
    "companies": 2,
    "policies": 2,
    "tags": 2,
    "pages": 2,
    "/sitemap-news.xml": 5,
    "/robots.txt": 1,
    "/llms.txt": 2,
}


@pytest.mark.parametrize("many", [1, 3])
def test_it_costs_the_same_with_one_of_each_and_with_three(many: int) -> None:
    filled(hero=picture(64, 40))
    for number in range(1, many):
        filled(
            title=f"Issue {number}", issued_on=date(2025, 1, number), stories=many + 1, companies=many, policies=many
        )
    counts = {}
    parts = re.findall(r"/(sitemap-(\w+)-\d+\.xml)", ask(Client(), "/sitemap.xml").text)
    numbered = {kind: f"/{path}" for path, kind in parts}
    for path in COUNTS:
        with CaptureQueriesContext(connection) as queries:
            assert ask(Client(), numbered.get(path, path)).status == 200
        counts[path] = len(queries)
    assert counts == COUNTS
