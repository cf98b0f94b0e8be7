"""A comment on its way in: each guard with its own status and sentence, all that was typed kept, nothing written."""

from datetime import timedelta
from html import unescape
from itertools import chain

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from comments.models import Address, Comment, Commenter, Decision, Notice
from comments.moderating import decide, set_open
from newsroom.lib.stamps import stamp
from newsroom.publishing import withdraw
from tests.comments.posting import aged, post, stamp_in, words
from tests.factories import approved, commented, complete_issue, edit, published
from tests.together import at_once

pytestmark = pytest.mark.django_db

TEXT = "Some “words” & <b>more</b>\nof mine"


@pytest.fixture
def edition():
    return published(title="Talked about")


def rows():
    return [model.objects.count() for model in (Comment, Commenter, Address, Decision, Notice)]


def refused(answer, status, sentence, *, kept=True):
    page = unescape(answer.content.decode())
    assert answer.status_code == status, page
    assert sentence in page
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies
    if kept:
        assert TEXT in page
    return page


class TestTheForm:
    def test_is_worded_as_on_the_original_site(self, client, edition):
        for path in (edition.url, "/", f"/comments/on/{edition.slug}/new/", f"/comments/on/{edition.slug}/"):
            page = client.get(path).content.decode()
            for sentence in (
                ">Leave a Comment<",
                "Your email address will not be published. Required fields are marked *",
                "Save my name, email, and website in this browser for the next time I comment",
                "Tell me when it is published and of replies",
                ">Post Comment<",
            ):
                assert page.count(sentence) == 1, (path, sentence)
            assert "checked" not in page[page.index(">Leave a Comment<") :]
            assert "csrf" not in page

    def test_says_to_the_browser_what_is_what(self, client, edition):
        page = client.get(f"/comments/on/{edition.slug}/new/").content.decode()
        for attributes in (
            'name="name" autocomplete="name" dir="auto" maxlength="245" required',
            'name="email" autocomplete="email" maxlength="100" required',
            'name="site" autocomplete="url" inputmode="url" maxlength="200"',
            'maxlength="65525" required',
            'name="subject" autocomplete="off" tabindex="-1"',
        ):
            assert attributes in page

    def test_takes_a_comment_in_and_leads_to_its_authors_page(self, client, edition):
        answer = post(client, edition, body=TEXT, name=" A \n B ", site="example.org/me", wants_mail="on")
        assert answer.status_code == 303
        assert not answer.cookies
        comment = Comment.objects.get()
        assert (comment.status, comment.name, comment.body) == ("pending", "A B", TEXT)
        assert (comment.site, comment.wants_mail) == ("https://example.org/me", True)
        page = client.get(answer["Location"]).content.decode()
        assert "Your comment is waiting" in page
        assert "reader@example.org" not in page

    def test_a_filled_trap_looks_as_if_it_waited(self, client, edition):
        answer = post(client, edition, subject="Buy")
        assert Comment.objects.get().status == "spam"
        assert "Your comment is waiting" in client.get(answer["Location"]).content.decode()

    def test_the_longest_comment_comes_through_in_any_script_and_with_any_line_ends(self, client, edition):
        for number, text in enumerate(("中" * 65_525, "a\r\n" * 32_762 + "a")):
            answer = post(client, edition, body=text, email=f"{number}@example.org")
            assert answer.status_code == 303
        assert {len(comment.body) for comment in Comment.objects.all()} == {65_525}

    def test_a_moved_issue_takes_what_was_sent_to_its_old_address(self, client, edition):
        old = edition.slug
        edit(edition.report, slug="elsewhere")
        published(edition.report)
        assert client.get(f"/comments/on/{old}/new/")["Location"] == "/comments/on/elsewhere/new/"
        assert post(client, edition).status_code == 303
        assert Comment.objects.count() == 1


class TestTheGuards:
    def test_of_what_is_not_live(self, client, edition):
        draft = complete_issue(title="Draft")
        soon = published(title="Soon", at=timezone.now() + timedelta(days=1))
        for slug in ("never-was", draft.slug, soon.slug):
            assert client.post(f"/comments/on/{slug}/new/", words(edition)).status_code == 404
        withdraw(edition.report, by=None, note="Why")
        assert post(client, edition).status_code == 410
        assert rows() == [0] * 5

    def test_of_size_before_anything_is_read(self, client, edition):
        answer = client.post(
            f"/comments/on/{edition.slug}/new/", b"x" * (1024 * 1024 + 1), "application/x-www-form-urlencoded"
        )
        refused(answer, 413, "one megabyte", kept=False)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
        ],
    )
    def test_of_other_sites(self, client, edition, headers):
        page = refused(post(client, edition, headers=headers, body=TEXT), 403, "from a page of another site")
        assert rows() == [0] * 5
        assert post(client, edition, body=TEXT, stamp=stamp_in(page)).status_code == 303

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}])
    def test_not_of_our_own(self, client, edition, headers):
        assert post(client, edition, headers=headers).status_code == 303

    def test_of_closed_comments(self, client, edition):
        set_open(edition.report, False, by=None)
        page = refused(post(client, edition, body=TEXT), 403, "Comments on this issue are closed.")
        assert "Post Comment" not in page
        assert client.get(f"/comments/on/{edition.slug}/new/").status_code == 403
        assert not Comment.objects.exists()

    def test_of_the_comment_that_is_answered(self, client, edition):
        report = edition.report
        other = approved(published(title="Other").report, network="o", email="o@example.org")
        waiting, gone = commented(report, body="Waiting"), approved(report, body="Gone")
        decide([(gone.pk, gone.version)], "spam", by=None)
        parent = None
        for level in range(3):
            parent = approved(report, body=f"Level {level}", email=f"{level}@example.org", network="l", parent=parent)
        before = rows()
        for pk in (other.pk, waiting.pk, gone.pk, 10**9, 10**30, "x", "-1", "１"):
            refused(post(client, edition, body=TEXT, parent=pk), 403, "is not there (any more)")
        refused(post(client, edition, body=TEXT, parent=parent.pk), 403, "can’t go any deeper")
        assert rows() == before
        assert client.get(f"/comments/{parent.pk}/reply/").status_code == 403
        assert post(client, edition, body=TEXT, parent=parent.parent_id).status_code == 303
        assert Comment.objects.get(body=TEXT).path.startswith(parent.parent.path)

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"name": ""}, "Please give your name."),
            ({"name": " \t\x00\x07\u200b"}, "Please give your name."),
            ({"email": ""}, "Please give your email address."),
            ({"email": "a@b"}, "Please enter an email address such as name@example.net."),
            ({"email": "a@b.example\nBcc: c@d.example"}, "Please enter an email address such as name@example.net."),
            ({"email": "a" * 60 + "@" + "b" * 40 + ".example"}, "Your email address is too long: 100"),
            ({"name": "n" * 246}, "Your name is too long: 245"),
            ({"site": "https://e.example/" + "s" * 183}, "The address of your website is too long: 200"),
            ({"site": "javascript:alert(1)"}, "Please enter a web address such as https://example.org."),
            ({"site": "ftp://files.example"}, "Please enter a web address such as https://example.org."),
            ({"site": "data:text/html,x"}, "Please enter a web address such as https://example.org."),
        ],
    )
    def test_of_fields_one_by_one(self, client, edition, fields, fault):
        page = refused(post(client, edition, body=TEXT, **fields), 422, fault)
        (field,) = fields
        assert page.count(fault) == 2, "at the top and beside the field"
        assert page.count("autofocus") == 1
        tag = page[page.rindex("<", 0, page.index(f'name="{field}"')) :].partition(">")[0]
        assert "autofocus" in tag
        assert f'aria-describedby="leave_{field}_error"' in tag
        assert 'aria-invalid="true"' in tag
        assert rows() == [0] * 5

    @pytest.mark.parametrize("body", ["", " \n\t ", "\x00\x01\x1f\x7f", "\u200b\ufeff\u2060"])
    def test_of_words(self, client, edition, body):
        page = refused(post(client, edition, body=body, name=TEXT), 422, "Please write a comment.", kept=False)
        assert 'value="Some “words” & <b>more</b>\nof mine"' in page
        assert rows() == [0] * 5

    def test_of_too_many_words(self, client, edition):
        refused(post(client, edition, body="x" * 65_526), 422, "65525 characters are the most", kept=False)

    def test_of_all_fields_at_once_with_a_message_per_fault(self, client, edition):
        page = refused(
            post(client, edition, body="", name="", email="no", site="no way"), 422, "Not everything", kept=False
        )
        assert page.count('class="errorlist"') == 4
        assert page.index("autofocus") < page.index('name="name"')

    def test_of_haste_keeps_the_stamp_so_that_it_ages(self, client, edition):
        young = aged("comment", edition.report_id, timedelta(seconds=1))
        page = refused(post(client, edition, body=TEXT, stamp=young), 422, "That was very quick.")
        assert stamp_in(page) == young
        assert rows() == [0] * 5
        with time_machine.travel(timezone.now() + timedelta(seconds=3)):
            assert post(client, edition, body=TEXT, stamp=young).status_code == 303

    def test_of_old_and_forged_forms_offers_a_fresh_one(self, client, edition):
        old = aged("comment", edition.report_id, timedelta(hours=24, seconds=1))
        page = refused(post(client, edition, body=TEXT, stamp=old), 422, "open for more than a day")
        assert stamp_in(page) != old
        other = published(title="Other")
        for forged in ("", "x", old[:-1], aged("comment", other.report_id), aged("flag", edition.report_id)):
            page = refused(post(client, edition, body=TEXT, stamp=forged), 422, "was not made for this page")
            assert stamp_in(page) != forged
        assert rows() == [0] * 5
        fresh = stamp_in(page)
        with time_machine.travel(timezone.now() + timedelta(seconds=4)):
            assert post(client, edition, body=TEXT, stamp=fresh).status_code == 303

    def test_of_repeats(self, client, edition):
        assert post(client, edition, body=TEXT).status_code == 303
        before = rows()
        refused(
            post(client, edition, body=TEXT.upper(), email="READER@example.org"), 409, "already said that", kept=False
        )
        assert rows() == before

    def test_of_floods(self, client, edition):
        for number in range(5):
            assert post(client, edition, body=f"{number}").status_code == 303
        before = rows()
        answer = post(client, edition, body=TEXT)
        refused(answer, 429, "Please wait a few minutes")
        assert answer["Retry-After"] == "600"
        assert rows() == before
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            assert post(client, edition, body=TEXT).status_code == 303

    def test_stand_in_their_order(self, client, edition):
        """Each fault alone is told where all later ones are there too."""
        wrong = {"parent": 10**9, "email": "no", "body": "", "stamp": "forged"}
        set_open(edition.report, False, by=None)
        assert "are closed" in post(client, edition, **wrong).content.decode()
        set_open(edition.report, True, by=None)
        assert "is not there (any more)" in post(client, edition, **wrong).content.decode()
        wrong.pop("parent")
        assert "Not everything is right" in post(client, edition, **wrong).content.decode()
        wrong |= {"email": "reader@example.org", "body": "Said"}
        assert "was not made for this page" in post(client, edition, **wrong).content.decode()
        wrong.pop("stamp")
        for number in range(4):
            post(client, edition, body=f"{number}")
        assert post(client, edition, **wrong).status_code == 303
        assert post(client, edition, **wrong).status_code == 409
        assert post(client, edition, body="Other").status_code == 429


class TestBursts:
    """Forty at once from one visitor; the limit of a network, 10 in ten minutes, lets no more in."""

    def burst(self, edition, sender):
        def send(turn):
            statuses = []
            for number in range(5 * turn, 5 * turn + 5):
                body, email = f"Number {number}", f"{number}@example.org"
                options = sender(number)
                client = Client(**{key: value for key, value in options.items() if key == "REMOTE_ADDR"})
                fields = words(edition, body=body, email=email)
                answer = client.post(f"/comments/on/{edition.slug}/new/", fields, headers=options.get("headers", {}))
                statuses.append(answer.status_code)
            return statuses

        return sorted(chain.from_iterable(at_once(send, 8)))

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        ("proxies", "sender"),
        [
            (0, lambda n: {"headers": {"X-Forwarded-For": f"10.{n}.0.1"}}),
            (1, lambda n: {"headers": {"X-Forwarded-For": f"10.{n}.0.1, 203.0.113.{n}"}}),
            (0, lambda n: {"REMOTE_ADDR": f"2001:db8:0:a{n:02x}::{n:x}"}),
        ],
        ids=["forged", "forged behind a proxy", "all of a /56"],
    )
    @pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
    def test_from_one_visitor(self, settings, proxies, sender, backend):
        settings.TRUSTED_PROXIES = proxies
        settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
        cache.clear()
        assert self.burst(published(title="Flooded"), sender) == [303] * 10 + [429] * 30
        assert Comment.objects.count() == 10
        assert Address.objects.count() == 10, "and nothing is kept of those that were refused"

    @pytest.mark.django_db(transaction=True)
    def test_the_same_sent_at_the_same_instant_is_one_comment(self):
        edition = published(title="Doubled")
        url, fields = f"/comments/on/{edition.slug}/new/", words(edition)
        statuses = at_once(lambda number: Client().post(url, fields).status_code, 4)
        assert sorted(statuses) == [303, 409, 409, 409]
        assert Comment.objects.count() == Commenter.objects.count() == 1


@pytest.mark.parametrize("path", ["/comments/on/{slug}/new/", "/comments/{pk}/report/"])
def test_no_odd_body_breaks_a_door(edition, path):
    comment = approved(edition.report)
    address = path.format(slug=edition.slug, pk=comment.pk)
    client = Client()
    for body, kind in (
        (b"\xff\xfe=\xff&body=%ff%00", "application/x-www-form-urlencoded"),
        (b"body=" + b"&a=1" * 25_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"body=%ED%A0%80", "application/x-www-form-urlencoded; charset=nonsense"),
    ):
        assert client.generic("POST", address, body, kind).status_code in {400, 422}, body[:40]
    assert Comment.objects.count() == 1


def test_a_stamp_of_now_is_in_every_form(client, edition):
    with time_machine.travel(timezone.now(), tick=False):
        assert stamp_in(client.get(edition.url).content.decode()) == stamp("comment", edition.report_id)
