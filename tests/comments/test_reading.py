"""What readers see of comments, in which order, on which page; and that they see nothing else."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import chain
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comments.models import Comment, HouseRules
from comments.moderating import decide, edit, pin, reply, set_open
from comments.submitting import Words, submit, withdraw_own
from newsroom.publishing import publish, withdraw
from tests.comments.posting import post, report
from tests.factories import approved, commented, complete_issue, person, published
from tests.factories import edit as edit_issue
from tests.public.crawling import ask, crawl

pytestmark = pytest.mark.django_db

THREAD = "/comments/on/talked-about/"


@pytest.fixture
def edition():
    return published(title="Talked about")


def said(edition, *texts, parent=None, **words):
    """Approved comments, each by another author."""
    last = Comment.objects.count()
    return [
        approved(
            edition.report,
            body=text,
            parent=parent,
            **{"email": f"{last + n}@example.org", "network": f"{last + n}", "name": f"Author of {text}", **words},
        )
        for n, text in enumerate(texts)
    ]


def many(edition, number):
    """So many approved comments, written past the verbs."""
    rows = Comment.objects.bulk_create(
        Comment(report=edition.report, name="R", body=f"Text {n:03}", text_digest=f"{n}", status="approved")
        for n in range(number)
    )
    for row in rows:
        row.place(None)
    Comment.objects.bulk_update(rows, ["path"])
    return rows


def read(path):
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


def texts(path):
    """What the comments on a page say, in their order."""
    return re.findall(r'<div class="comment__body"><p dir="auto">(.*?)</p></div>', read(path))


def take_down(comment, act="bin"):
    comment.refresh_from_db()
    decide([(comment.pk, comment.version)], act, by=None)


class TestAThread:
    def test_is_read_from_the_oldest_on_with_replies_below_what_they_answer(self, edition):
        first, _ = said(edition, "First", "Second")
        (answer,) = said(edition, "Answer to first", parent=first)
        said(edition, "Another answer to first", parent=first)
        said(edition, "Answer to the answer", parent=answer)
        oldest = ["First", "Answer to first", "Answer to the answer", "Another answer to first", "Second"]
        assert texts(edition.url) == texts(THREAD) == texts(f"{THREAD}?order=oldest") == oldest
        assert texts(f"{THREAD}?order=newest") == ["Second", *oldest[:4]]
        HouseRules.objects.create(pk=1, order="newest")
        assert texts(edition.url) == texts(THREAD) == ["Second", *oldest[:4]]
        assert texts(f"{THREAD}?order=oldest") == oldest

    def test_is_nested_three_deep_and_no_deeper(self, edition):
        (first,) = said(edition, "First")
        (second,) = said(edition, "Second", parent=first)
        (third,) = said(edition, "Third", parent=second)
        page = read(edition.url)
        assert page.count('<ol class="thread__replies">') == 2
        for comment, answerable in ((first, True), (second, True), (third, False)):
            assert f'<article class="comment" id="comment-{comment.pk}"' in page
            assert (f'href="/comments/{comment.pk}/reply/"' in page) is answerable

    @pytest.mark.parametrize(("number", "heading"), [(0, "No comments yet"), (1, "1 comment"), (3, "3 comments")])
    def test_counts_what_readers_see(self, edition, number, heading):
        said(edition, *(f"Text {n}" for n in range(number)))
        commented(edition.report, body="Waits")
        for path in ("/", edition.url, THREAD):
            assert re.search(rf'id="comments">\s*{heading}\s*</h2>', read(path))

    def test_shows_who_it_is(self, edition):
        (linked,) = said(edition, "Linked", site="https://author.example/?a=1&b=2")
        (bad,) = said(edition, "Bad")
        Comment.objects.filter(pk=bad.pk).update(site="javascript:alert(1)")
        editor = person("Editor", first_name="Ann", last_name="Other")
        reply(linked.pk, linked.version, body="From the house", by=editor)
        edit(bad.pk, bad.version, body="Better", name="Author", by=editor)
        page = read(edition.url)
        assert '<a href="https://author.example/?a=1&b=2" rel="nofollow ugc noopener"><bdi>' in page
        assert "javascript:" not in page
        assert page.count(">Staff<") == page.count(">Edited by the editors<") == 1
        assert page.index("Author of Linked") < page.index("Ann Other") < page.index(">Staff<")
        assert page.index("Better") > page.index(">Edited by the editors<")

    def test_says_when_in_the_time_of_the_site(self, edition, settings):
        settings.TIME_ZONE = "Asia/Shanghai"
        with time_machine.travel(datetime(2099, 1, 2, 20, 30, tzinfo=UTC), tick=False):
            said(edition, "Now")
        assert '<time datetime="2099-01-03T04:30:00+0800">3 January 2099, 04:30</time>' in read(edition.url)

    def test_has_pinned_ones_at_the_head_of_its_first_page_with_what_was_said_below(self, edition):
        many(edition, 50)
        (thread,) = said(edition, "Pinned")
        said(edition, "Below", parent=thread)
        (later,) = said(edition, "Pinned later")
        for comment in (thread, later):
            pin(comment.pk, comment.version, pinned=True, by=None)
        for path in (edition.url, THREAD, f"{THREAD}?order=newest"):
            assert texts(path)[:3] == ["Pinned later", "Pinned", "Below"]
            assert len(texts(path)) == 53
        assert read(edition.url).count("Pinned by the editors") == 2
        assert 'rel="next"' not in read(THREAD)

    def test_keeps_replies_whose_parent_was_taken_down(self, edition):
        (parent,) = said(edition, "The parent of both")
        said(edition, "Reply", "Second reply", parent=parent)
        for act in ("bin", "spam", "unapprove"):
            take_down(parent, act)
            page = read(edition.url)
            assert page.count("A comment that was here is no longer shown.") == 1
            assert texts(edition.url) == ["Reply", "Second reply"]
            assert "The parent of both" not in page

    def test_closed_takes_no_more_and_keeps_what_is_there(self, edition):
        said(edition, "Stays")
        set_open(edition.report, False, by=None)
        for path in (edition.url, THREAD):
            page = read(path)
            assert "Comments are closed." in page
            assert texts(path) == ["Stays"]
            assert "Post Comment" not in page
            assert "/reply/" not in page
            assert "site/comments" not in page


class TestPages:
    def walk(self, path):
        pages = []
        while path:
            pages.append(texts(path))
            path = next(iter(re.findall(r'href="([^"]+)"\s+rel="next"', read(path))), "")
        return pages

    @pytest.mark.parametrize(("number", "sizes"), [(50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
    @pytest.mark.parametrize("order", ["oldest", "newest"])
    def test_are_walked_to_the_end(self, edition, number, sizes, order):
        HouseRules.objects.create(pk=1, order=order)
        many(edition, number)
        expected = [f"Text {n:03}" for n in range(number)]
        for asked, start in (
            (order, edition.url),
            ("oldest", f"{THREAD}?order=oldest"),
            ("newest", f"{THREAD}?order=newest"),
        ):
            pages = self.walk(start)
            assert [len(page) for page in pages] == sizes
            assert list(chain(*pages)) == (expected if asked == "oldest" else expected[::-1])

    @pytest.mark.parametrize("order", ["oldest", "newest"])
    def test_that_begin_inside_a_conversation_say_whom_it_answers(self, edition, order):
        HouseRules.objects.create(pk=1, order=order)
        (other,) = said(edition, "Other") if order == "newest" else [None]
        (root,) = said(edition, "Root")
        rows = [
            Comment(
                report=edition.report, name="R", body=f"Text {n:03}", text_digest=f"{n}", status="approved", parent=root
            )
            for n in range(60)
        ]
        for row in Comment.objects.bulk_create(rows):
            row.place(root)
            row.save()
        first, second = self.walk(edition.url)
        assert (first[0], first[-1], second[0]) == ("Root", "Text 048", "Text 049")
        assert second[-1] == ("Other" if other else "Text 059")
        page = read(re.findall(r'href="([^"]+)"\s+rel="next"', read(edition.url))[0])
        assert page.count("In reply to") == 11
        assert f'In reply to <a href="/comments/{root.pk}/"><bdi>Author of Root</bdi></a>' in re.sub(r"\s+", " ", page)
        assert "no longer shown" not in page

    @pytest.mark.parametrize("order", ["oldest", "newest"])
    def test_hold_the_comment_to_which_a_permalink_leads(self, edition, order):
        HouseRules.objects.create(pk=1, order=order)
        rows = many(edition, 120)
        said(edition, "Below", parent=rows[70])
        pin(rows[60].pk, 0, pinned=True, by=None)
        for comment in Comment.objects.all():
            answer = Client().get(comment.url)
            assert answer.status_code == 302
            address, _, anchor = answer["Location"].partition("#")
            assert anchor == comment.anchor
            if comment.pk % 10 == 0 or comment.pinned_at:
                assert f'id="{anchor}"' in read(address)
        assert Client().get(rows[60].url)["Location"].startswith(edition.url)

    @pytest.mark.parametrize(
        "query",
        [
            "order=x",
            "after=x",
            "after=-1",
            "after=1.2.3.4",
            "after=1.",
            f"after={'9' * 13}",
            "after=１",
            "order=oldest&after=' OR 1",
        ],
    )
    def test_that_are_none_are_missing(self, edition, query):
        assert Client().get(f"{THREAD}?{query}").status_code == 404

    def test_name_their_own_address(self, edition, settings):
        def canonical(query):
            return re.findall(r'rel="canonical" href="([^"]+)"', read(THREAD + query))

        assert canonical("") == canonical("?order=oldest&utm_source=x") == [settings.SITE_URL + THREAD]
        assert canonical("?order=newest") == [f"{settings.SITE_URL}{THREAD}?order=newest"]
        assert canonical("?order=newest&after=7.12") == [f"{settings.SITE_URL}{THREAD}?order=newest&after=7.12"]
        assert canonical("?order=&after=7") == [f"{settings.SITE_URL}{THREAD}?after=7"]


DOORS = (THREAD, f"{THREAD}new/", f"{THREAD}feed/")


class TestTheIssue:
    def test_that_moved_takes_its_doors_along(self, edition):
        edit_issue(edition.report, slug="elsewhere")
        publish(edition.report, by=None)
        for path in DOORS:
            answer = Client().get(path)
            assert (answer.status_code, answer["Location"]) == (301, path.replace("talked-about", "elsewhere"))

    def test_that_was_withdrawn_takes_everything_with_it(self, edition):
        (comment,) = said(edition, "zzsaid")
        secret = post(Client(), edition, body="Waits")["Location"]
        withdraw(edition.report, by=None, note="Why")
        for path in DOORS:
            answer = Client().get(path)
            assert answer.status_code == 410
            assert b"zzsaid" not in answer.content
        for path in (comment.url, f"{comment.url}reply/", f"{comment.url}report/"):
            assert Client().get(path).status_code == 404
        assert report(Client(), comment).status_code == 404
        page = read(secret)
        assert "On an issue that is not on the site at present" in page
        assert "Talked about" not in page

    def test_that_nobody_may_see_yet_has_no_doors(self):
        complete_issue(title="Draft", slug="talked-about")
        assert {Client().get(path).status_code for path in DOORS} == {404}
        published(title="Soon", slug="soon", at=timezone.now() + timedelta(days=1))
        assert {Client().get(path.replace("talked-about", "soon")).status_code for path in DOORS} == {404}


@pytest.mark.parametrize("number", ["0", "999", "9" * 18, "9" * 25, "9" * 5000, "-1", "1.5", "%F0%9F%98%80", "１"])
def test_numbers_of_nothing_are_missing(edition, number):
    for path in ("", "reply/", "report/"):
        assert Client().get(f"/comments/{number}/{path}").status_code == 404
        assert Client().post(f"/comments/{number}/{path}").status_code in {403, 404, 405}


class TestTheFeed:
    def parsed(self):
        answer = Client().get(f"{THREAD}feed/")
        assert answer["Content-Type"] == "application/xml; charset=utf-8"
        return answer, ET.fromstring(answer.content).find("channel")

    def test_has_the_whole_of_what_was_said_last(self, edition, settings):
        many(edition, 55)
        hostile = "]]> <b>&amp;</b> https://a.example/?x=1&y=2\n\nSecond \U0001f600"
        (comment,) = said(edition, hostile, name="A <i>B</i> ]]>")
        _, channel = self.parsed()
        items = channel.findall("item")
        assert len(items) == 50
        assert channel.findtext("title") == "Comments on Talked about"
        assert channel.findtext("link") == settings.SITE_URL + edition.url
        first = items[0]
        assert first.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") == (
            '<p dir="auto">]]&gt; &lt;b&gt;&amp;amp;&lt;/b&gt; <a href="https://a.example/?x=1&amp;y=2" '
            'rel="nofollow ugc noopener">https://a.example/?x=1&amp;y=2</a></p>\n<p dir="auto">Second \U0001f600</p>'
        )
        assert first.findtext("{http://purl.org/dc/elements/1.1/}creator") == "A <i>B</i> ]]>"
        assert first.findtext("link") == settings.SITE_URL + comment.url
        assert first.findtext("guid") == f"tag:{settings.SITE_HOST},2025:comment/{comment.pk}"
        assert "application/rss+xml" in read(edition.url)
        for page in (edition.url, f"/zh-hans{edition.url}"):  # a feed has one address
            assert f'href="{THREAD}feed/"' in read(page)

    def test_stands_with_what_no_xml_may_hold(self, edition):
        Comment.objects.create(
            report=edition.report, name="A\x0bB", body="C\x00\x1b\ufffeD", status="approved", path="1", text_digest="x"
        )
        _, channel = self.parsed()
        assert "CD" in channel.find("item").findtext("description")

    @pytest.mark.parametrize("form", ["", "atom/", "json/"])
    def test_has_one_address_whatever_language_one_reads(self, edition, form):
        answer = Client().get(f"/zh-hans{THREAD}feed/{form}")
        assert (answer.status_code, answer["Location"]) == (301, f"{THREAD}feed/{form}")

    def test_that_did_not_change_is_not_sent_again(self, edition):
        for steps in ([], ["First"]):
            said(edition, *steps)
            answer, _ = self.parsed()
            with time_machine.travel(timezone.now() + timedelta(days=2)):
                again = Client().get(f"{THREAD}feed/", headers={"If-None-Match": answer["ETag"]})
                assert again.status_code == 304
        take_down(Comment.objects.get())
        headers = {"If-None-Match": answer["ETag"], "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        assert Client().get(f"{THREAD}feed/", headers=headers).status_code == 200


class TestNothingElseIsSeen:
    """Comments in every state that readers don't see, with words in every field; then all are approved."""

    HIDDEN = ("pending", "spam", "bin", "withdrawn")

    @pytest.fixture
    def site(self, edition):
        (visible,) = said(edition, "Visible")
        secrets = {}
        for number, state in enumerate(self.HIDDEN):
            words = Words(
                name=f"zzname{state}",
                email=f"zzmail{state}@example.org",
                body=f"zzbody{state}",
                site=f"https://zzsite{state}.example/",
            )
            parent = visible.pk if number % 2 else None
            comment, token = submit(edition, words, parent_pk=parent, network=f"{number}")
            secrets[comment.pk] = f"/comments/status/{token}/"
            if state == "withdrawn":
                withdraw_own(comment)
            elif state != "pending":
                decide([(comment.pk, 0)], state, by=person("Moderator"), why="zzwhy")
        Comment.objects.exclude(pk=visible.pk).update(original="zzoriginal", reasons=["zzreason"])
        return edition, visible, secrets

    def everywhere(self, edition, secrets):
        """All that anybody can ask for, with the addresses that can be guessed, and what comes back."""
        client = Client()
        guesses = [f"/comments/{pk}/{door}" for pk in (*secrets, *range(1, 9)) for door in ("", "reply/", "report/")]
        orders = [
            f"{THREAD}?order={order}&after={after}" for order in ("oldest", "newest") for after in ("", "0", "1", "2.3")
        ]
        answers = list(crawl(client, ["/", edition.url, *DOORS, *orders, *guesses]).values())
        texts = [f"{answer.headers} {answer.text}" for answer in answers]
        faults = ({"body": ""}, {"parent": str(next(iter(secrets)))}, {"email": "zz"})
        texts += [post(client, edition, **{"body": "Mine", **fault}).content.decode() for fault in faults]
        return re.sub(r'value="zz"|name="stamp" value="[^"]+"|\bETag\W+\w+', "", "\n".join(texts))

    def test_before_and_everything_but_the_address_after(self, site):
        edition, visible, secrets = site
        page = self.everywhere(edition, secrets)
        assert "zz" not in page.lower()
        assert "Visible" in page
        mine = next(iter(secrets))
        own = ask(Client(), secrets[mine]).text
        assert "zzbodypending" in own
        assert not re.search("zz(name|body|site)(spam|bin|withdrawn)|zzmail|zzwhy|zzreason|zzoriginal", own)
        Comment.objects.exclude(pk=visible.pk).update(status="approved")
        page = self.everywhere(edition, secrets)
        for state in self.HIDDEN:
            for field in ("name", "body", "site"):
                assert f"zz{field}{state}" in page
        assert not re.search("zzmail|zzwhy|zzreason|zzoriginal", page)
        assert "@example.org" not in page.replace("reader@example.org", "", 3), "only what the sender typed himself"
