"""The feed of issues: what is in it, that programs can read it, and that nothing is in it that readers don't have."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.lib.feeds import with_whole_addresses
from newsroom.publishing import cancel, publish, withdraw
from reports.models import Edition, Revision
from tests.factories import complete_issue, edit, picture, published
from tests.public.crawling import Links, ask, crawl

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
FEED = "/feed/"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}link"


def channel(client=None):
    answer = ask(client or Client(), FEED)
    assert answer.status == 200
    root = ET.fromstring(answer.body)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (found,) = root
    return found


def items():
    return channel().findall("item")


def content(item):
    return item.findtext(CONTENT)


def titles():
    return [item.findtext("title") for item in items()]


class TestTheChannel:
    def test_says_what_it_is_and_where(self):
        published()
        found = channel()
        site = django_settings.SITE_URL
        expected = {
            "title": django_settings.SITE_NAME,
            "link": f"{site}/",
            "description": django_settings.SITE_TAGLINE,
            "language": "en-gb",
            "ttl": "60",
        }
        assert {name: found.findtext(name) for name in expected} == expected
        (own,) = found.findall(ATOM)
        assert (own.get("rel"), own.get("href")) == ("self", f"{site}/feed/")
        image = found.find("image")
        assert (image.findtext("title"), image.findtext("link")) == (expected["title"], expected["link"])
        picture = image.findtext("url")
        assert picture.startswith(f"{site}/static/site/icon-180.")

    def test_is_served_as_rss_for_everybody(self, client):
        published()
        answer = ask(client, FEED)
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8", "which browsers show with our style"
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert "Set-Cookie" not in answer.headers
        assert "Last-Modified" not in answer.headers
        assert client.post(FEED).status_code == 405

    def test_every_page_names_it_and_leads_to_following(self):
        published()
        answers = crawl(Client(), ["/", "/nothing/"])
        pages = [
            answer.text
            for address, answer in answers.items()
            if answer.headers["Content-Type"].startswith("text/html") and "/embed/" not in address  # a card elsewhere
        ]
        assert len(pages) > 15
        for page in pages:
            link = rf'type="application/rss\+xml"\s+title="{django_settings.SITE_NAME}"\s+href="/feed/"'
            assert re.search(link, page)
            assert len(re.findall(r'href="(?:/zh-hans)?/follow/"', page)) >= 2

    def test_without_an_issue_it_is_empty_and_readable(self, client):
        found = channel()
        assert found.findall("item") == []
        assert parsedate_to_datetime(found.findtext("lastBuildDate")).year == 2025
        assert ask(client, FEED).headers["ETag"] == ask(client, FEED).headers["ETag"]


class TestAnIssue:
    def test_is_there_with_all_that_it_says(self):
        edition = published(
            title="Chips & “robots”: 中国 🤖",
            standfirst="What it is <about>.",
            tags=["AI policy", "芯片"],
            story_tags=["Robots", "芯片"],
            hero=picture(640, 400, alt="A <robot>", caption="Caption", credit="Photograph: Somebody"),
            stories=2,
        )
        (item,) = items()
        assert item.findtext("title") == edition.title
        assert item.findtext("description") == "What it is &lt;about&gt;.", "which is HTML"
        assert item.findtext("link") == django_settings.SITE_URL + edition.url
        assert [tag.text for tag in item.findall("category")] == ["AI policy", "芯片", "Robots"]
        text = content(item)
        for words in (
            *("What Chips &amp; “robots”: 中国 🤖 is about.", "And a second paragraph."),
            *("<h2>Top 2 China stories</h2>", "China story 1 of Chips &amp;", "Body of china 2."),
            *("International story 2 of", "Body of international 1.", "Takeaway 3 of Chips &amp;"),
            *(">Company 2</a> (China): What Chips &amp;", ">Policy 3</a>", ": Where Chips &amp;"),
            *("Reuters", "Xinhua", "Caption", "Photograph: Somebody", 'alt="A &lt;robot&gt;"'),
        ):
            assert words in text, words
        assert set(re.findall(r"</?(\w+)", text)) <= {"p", "h2", "h3", "a", "b", "em", "ul", "li", "img"}

    def test_every_link_and_picture_is_whole(self):
        edition = published(hero=picture(640, 400))
        story = edition.report.stories.get(section="china", rank=1)
        story.body = '<p><a href="/companies/x/?a=1&amp;b=2">own</a> <a href="#there">here</a> <a href="y/">beside</a>'
        story.body += ' say href="/x" <a href="https://other.example/&quot;">other</a>'
        story.body += ' <a href="mailto:a@b.example">m</a></p>'
        story.save()
        edit(edition.report)
        publish(edition.report, by=None)
        text = content(items()[0])
        base = django_settings.SITE_URL + edition.url
        assert 'say href="/x"' in text or "say href=&quot;/x&quot;" in text, "words are left alone"
        found = Links(text).found
        for link in (
            f"{django_settings.SITE_URL}/companies/x/?a=1&b=2",
            *(f"{base}#there", f"{base}y/", 'https://other.example/"', "mailto:a@b.example"),
            f"{django_settings.SITE_URL}/companies/company-1/",
        ):
            assert link in found, link
        assert all(urlsplit(link).scheme in {"http", "https", "mailto"} for link in found)
        client = Client()
        for link in found:
            if link.startswith(f"{base}china") or "/media/" in link:
                assert ask(client, link.removeprefix(django_settings.SITE_URL)).status == 200

    def test_its_guid_stays_with_its_date_through_updates_and_at_another_address(self):
        with time_machine.travel(NOW, tick=False) as clock:
            report = published(title="Talked about").report
            first = items()[0]
            clock.shift(timedelta(days=3))
            edit(report, title="Talked about (updated)", slug="elsewhere")
            publish(report, by=None)
            (again,) = items()
            changed = channel()
        assert again.findtext("title") == "Talked about (updated)"
        for name in ("guid", "pubDate"):
            assert again.findtext(name) == first.findtext(name)
        assert again.findtext("link") == f"{django_settings.SITE_URL}/reports/elsewhere/"
        assert again.findtext("guid") == f"tag:{django_settings.SITE_HOST},2025:issue/{report.pk}"
        assert again.find("guid").get("isPermaLink") == "false"
        assert parsedate_to_datetime(again.findtext("pubDate")) == NOW
        assert parsedate_to_datetime(changed.findtext("lastBuildDate")) == NOW + timedelta(days=3)

    def test_what_xml_cannot_carry_is_left_out(self):
        edition = published(title="Plain")
        bad = "a\x00b\x0bc\ufffe\ud800d"
        revision = Revision.objects.get(pk=edition.revision_id)
        told = bad.replace("\x00", "").replace("\ud800", "")  # which no database keeps
        revision.content["title"] = revision.content["intro"] = told
        revision.content["takeaways"] = [told]
        revision.content["tags"] = [{"name": told, "slug": "x"}]
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)
        Edition.objects.filter(pk=edition.pk).update(title=told, standfirst=told)
        (item,) = items()
        assert (item.findtext("title"), item.findtext("description")) == ("abcd", "abcd")
        assert item.findtext("category") == "abcd"
        assert content(item).count("abcd") == 2


class TestWhichIssues:
    def test_the_newest_twenty_as_the_archive_has_them(self):
        for number in range(1, 23):
            published(title=f"Issue {number}", issued_on=date(2025, 1, number), stories=1, companies=1, policies=1)
        assert titles() == [f"Issue {number}" for number in range(22, 2, -1)]

    def test_nothing_that_readers_do_not_have(self):
        published(title="Live")
        complete_issue(title="Draft zz")
        publish(complete_issue(title="Soon zz"), by=None, at=timezone.now() + timedelta(hours=1))
        called_off = complete_issue(title="Off zz")
        publish(called_off, by=None, at=timezone.now() + timedelta(hours=1))
        cancel(called_off, by=None)
        withdraw(published(title="Gone zz").report, by=None, note="Why zz")
        changed = published(title="Changed", tags=["Public"]).report
        changed.stories.update(headline="Headline zz", body="<p>Body zz</p>")
        changed.takeaways.update(text="Takeaway zz")
        changed.tags.set(["Tag zz"])
        edit(changed, title="Title zz", standfirst="Standfirst zz", intro="<p>Intro zz</p>")
        publish(changed, by=None, at=timezone.now() + timedelta(hours=1))
        answer = ask(Client(), FEED)
        assert set(titles()) == {"Live", "Changed"}
        assert "zz" not in answer.text

    def test_what_is_scheduled_comes_on_time_and_no_copy_outlives_that(self):
        with time_machine.travel(NOW, tick=False) as clock:
            published(title="Now")
            publish(complete_issue(title="Soon", issued_on=date(2025, 4, 13)), by=None, at=NOW + timedelta(seconds=20))
            answer = ask(Client(), FEED)
            assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=20"
            assert titles() == ["Now"]
            clock.shift(20)
            assert titles() == ["Soon", "Now"]
            assert parsedate_to_datetime(items()[0].findtext("pubDate")) == NOW + timedelta(seconds=20)
            withdraw(Edition.objects.live().get(title="Soon").report, by=None)
            assert titles() == ["Now"]


class TestCopies:
    @pytest.mark.parametrize("encoding", ["identity", "gzip"])
    def test_a_copy_is_confirmed_until_something_in_it_changes(self, encoding):
        report = published().report
        headers = {"Accept-Encoding": encoding}
        first = Client().get(FEED, headers=headers)
        same = {**headers, "If-None-Match": first["ETag"]}
        assert Client().get(FEED, headers=same).status_code == 304
        edit(report, intro="<p>Other</p>")
        assert Client().get(FEED, headers=same).status_code == 304, "not published yet"
        publish(report, by=None)
        assert Client().get(FEED, headers=same).status_code == 200

    def test_head_answers_without_the_feed(self, client):
        published()
        assert client.head(FEED).content == b""

    def test_it_costs_the_same_with_one_issue_and_with_three(self, client):
        counts = []
        for number in (1, 3):
            for n in range(number):
                published(title=f"Issue {number} {n}", stories=number, hero=picture(64, 40))
            with CaptureQueriesContext(connection) as queries:
                ask(client, FEED)
            counts.append(len(queries))
        assert counts == [4, 4]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('<a href="/x">', '<a href="https://a.example/x">'),
        (
            '<img src="/a.jpg" alt="href=&quot;/x&quot;">',
            '<img src="https://a.example/a.jpg" alt="href=&quot;/x&quot;">',
        ),
        ('<a title="a > b" href="?q=1&amp;r">', '<a title="a > b" href="https://a.example/i/?q=1&amp;r">'),
        ('<a href="https://b.example/?a&amp;b">', '<a href="https://b.example/?a&amp;b">'),
        ('<p>Write href="/x" &lt;a href="/y"&gt;</p>', '<p>Write href="/x" &lt;a href="/y"&gt;</p>'),
        ("<a>x</a>", "<a>x</a>"),
    ],
)
def test_addresses_are_made_whole_in_tags_alone(text, whole):
    assert with_whole_addresses(text, "https://a.example/i/") == whole
