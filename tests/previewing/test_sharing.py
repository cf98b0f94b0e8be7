"""Links to previews: whom they open for, what they show, and that nothing of them is kept or told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from newsroom.audit import Did
from newsroom.lib.tokens import make
from newsroom.models import Act, PreviewLink
from newsroom.previews.sharing import GOOD_FOR, key_of, open_shared, revoke, share
from newsroom.publishing import publish
from reports.images import take
from reports.models import Report
from tests.desk.browsing import words
from tests.factories import ImageFactory, complete_issue, edit, person, picture, picture_bytes, published

pytestmark = pytest.mark.django_db

PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@pytest.fixture
def report() -> Report:
    return complete_issue(title="Not out yet")


def link_to(report: Report, **options: Any) -> tuple[PreviewLink, str]:
    link, token = share(report, by=None, **options)
    return link, f"/preview/{token}/"


class TestMaking:
    @pytest.mark.parametrize("role", ["Editor", "Administrator"])
    def test_is_for_those_who_publish(self, report: Report, role: str) -> None:
        link, _token = share(report, by=person(role), label="for the lawyer")
        assert link.label == "for the lawyer"

    @pytest.mark.parametrize("role", ["", "Writer", "Moderator"])
    def test_and_for_nobody_else(self, report: Report, role: str) -> None:
        with pytest.raises(PermissionDenied):
            share(report, by=person(role))
        assert not PreviewLink.objects.exists()

    def test_the_token_is_long_random_and_kept_nowhere(self, report: Report) -> None:
        tokens = {share(report, by=None)[1] for _ in range(3)}
        assert len(tokens) == 3
        assert min(map(len, tokens)) >= 43  # 256 bits
        kept = " ".join(map(str, PreviewLink.objects.values_list()))
        assert not any(token in kept for token in tokens)
        assert {key_of(token) for token in tokens} == set(PreviewLink.objects.values_list("key", flat=True))

    def test_it_is_good_for_seven_days(self, report: Report) -> None:
        link, _token = share(report, by=None)
        assert link.expires_at - link.created_at == GOOD_FOR == timedelta(days=7)

    def test_rows_that_were_never_kept_are_kept_first(self) -> None:
        bare = Report.objects.create(title="Bare", slug="bare")
        _link, address = link_to(bare)
        assert "Bare" in words(Client().get(address))


class TestOpening:
    def test_shows_the_issue_to_anybody_who_has_the_link(self, report: Report) -> None:
        link, address = link_to(report)
        answer = Client().get(address)
        assert answer.status_code == 200
        page = words(answer)
        assert "Preview, not published." in page
        assert "Not out yet" in page
        assert "Body of international 3." in page
        until = timezone.localtime(link.expires_at)
        assert f"valid until {until.day} {until:%B %Y}, {until:%H:%M} (" in page

    def test_the_headers_keep_it_private(self, report: Report) -> None:
        _link, address = link_to(report)
        answer = Client().get(address)
        for name, value in PRIVATE.items():
            assert answer.headers[name] == value
        assert "Set-Cookie" not in answer.headers
        assert "cookie" not in answer.headers.get("Vary", "").lower()
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]

    def test_staff_get_the_same_and_no_session_is_read(self, report: Report, django_assert_num_queries: Any) -> None:
        _link, address = link_to(report)
        client = Client()
        client.force_login(person("Editor"))
        with django_assert_num_queries(5):  # the link, its issue and revision, the count, the live edition
            client.get(address)

    def test_the_page_names_neither_its_address_nor_what_passes_it_on(self, report: Report) -> None:
        _link, address = link_to(report)
        page = Client().get(address).content.decode()
        assert address.strip("/").split("/")[1] not in page  # without a picture it is nowhere
        assert '<meta name="robots" content="noindex, nofollow, noarchive">' in page
        for tag in ('rel="canonical"', "og:url", "application/ld+json", 'hreflang="', "<form", "/share/", "<script"):
            assert tag not in page, tag

    def test_its_links_lead_to_nothing_that_is_not_there(self, report: Report) -> None:
        _link, address = link_to(report)
        page = Client().get(address).content.decode()
        article = page[page.index("<article") : page.rindex("</article>")]
        assert 'href="/' not in article
        assert 'href="#china-1"' in article
        assert f"/reports/{report.slug}/" not in page

    def test_a_link_follows_what_is_saved(self, report: Report) -> None:
        _link, address = link_to(report)
        report.title = "Typed, and not saved"
        assert "Typed" not in words(Client().get(address))
        edit(report, title="Saved since")
        assert "Saved since" in words(Client().get(address))

    def test_a_pinned_link_never_shows_a_later_text(self, report: Report) -> None:
        _link, address = link_to(report, pinned=True)
        edit(report, title="Saved since")
        publish(report, by=None)
        page = words(Client().get(address))
        assert "Not out yet" in page
        assert "Saved since" not in page

    def test_once_it_is_published_it_says_so_and_where(self, report: Report) -> None:
        _link, address = link_to(report)
        assert "is published by now" not in words(Client().get(address))
        edition = published(report)
        answer = Client().get(address)
        assert "is published by now" in words(answer)
        assert f'href="{edition.url}"' in answer.content.decode()

    def test_opens_are_counted(self, report: Report) -> None:
        link, address = link_to(report)
        for _ in range(3):
            Client().get(address)
        Client().head(address)
        link.refresh_from_db()
        assert link.opens == 3
        assert timezone.now() - link.opened_at < timedelta(minutes=1)

    def test_nothing_can_be_sent_to_it(self, report: Report) -> None:
        _link, address = link_to(report)
        assert Client().post(address).status_code == 405

    def test_in_chinese(self, report: Report) -> None:
        _link, address = link_to(report)
        answer = Client().get(f"/zh-hans{address}")
        assert answer.status_code == 200
        assert "Not out yet" in words(answer)

    def test_typed_markup_is_no_markup(self, report: Report) -> None:
        edit(report, title="<script>x</script>", standfirst='"><img src=x>')
        _link, address = link_to(report)
        page = Client().get(address).content.decode()
        assert "<script>x" not in page
        assert "<img src=x>" not in page


def got(address: str) -> Any:
    """The answer with its file read to the end."""
    answer = Client().get(address)
    answer.getvalue()
    return answer


def dead_answer(address: str) -> tuple[int, bytes, dict[str, str]]:
    answer = Client().get(address)
    assert "Not out yet" not in answer.content.decode()
    return answer.status_code, answer.content, dict(answer.headers)


class TestDeadLinks:
    """Each kind of link that opens nothing gets the very same answer, so that it tells nothing."""

    @pytest.fixture
    def never(self, report: Report) -> tuple[int, bytes, dict[str, str]]:
        found = dead_answer("/preview/never-made/")
        assert found[0] == 404
        for name, value in PRIVATE.items():
            assert found[2][name] == value
        return found

    def test_old(self, report: Report, never: Any) -> None:
        link, address = link_to(report)
        with time_machine.travel(link.expires_at - timedelta(seconds=1), tick=False):
            assert Client().get(address).status_code == 200
        with time_machine.travel(link.expires_at, tick=False):
            assert dead_answer(address)[:2] == never[:2]

    def test_revoked(self, report: Report, never: Any) -> None:
        link, address = link_to(report)
        assert Client().get(address).status_code == 200
        editor = person("Editor")
        revoke(link, by=editor)
        assert dead_answer(address) == never
        revoke(link, by=editor)
        assert [(act.by, act.what_name) for act in Act.objects.filter(did=Did.UNSHARE)] == [(editor, str(report))]

    def test_forged(self, report: Report, never: Any) -> None:
        link, address = link_to(report)
        token = address.split("/")[2]
        for forged in (token[:-1], token + "A", token.swapcase(), link.key, str(link.pk), "%F0%9F%A4%96", "x" * 5000):
            assert dead_answer(f"/preview/{forged}/") == never

    @pytest.mark.parametrize("kind", ["comment.decide", "follow.preferences", "preview", "newsroom.preview"])
    def test_of_another_kind(self, report: Report, never: Any, kind: str) -> None:
        link, _address = link_to(report)
        assert dead_answer(f"/preview/{make(kind, link.pk)}/") == never

    def test_of_an_issue_that_was_deleted(self, report: Report, never: Any) -> None:
        _link, address = link_to(report)
        report.delete()
        assert dead_answer(address) == never

    def test_counts_no_open(self, report: Report) -> None:
        link, address = link_to(report)
        revoke(link, by=None)
        Client().get(address)
        link.refresh_from_db()
        assert (link.opens, link.opened_at) == (0, None)

    def test_all_of_them_are_one_question(self, report: Report, django_assert_num_queries: Any) -> None:
        link, address = link_to(report)
        revoke(link, by=None)
        for token in (address.split("/")[2], "never-made"):
            with django_assert_num_queries(1):
                assert open_shared(token, count=True) is None

    def test_only_who_may_share_revokes(self, report: Report) -> None:
        link, address = link_to(report)
        for role in ("", "Writer", "Moderator"):
            with pytest.raises(PermissionDenied):
                revoke(link, by=person(role))
        assert Client().get(address).status_code == 200

    def test_revoking_twice_keeps_the_first_time(self, report: Report) -> None:
        link, _address = link_to(report)
        revoke(link, by=None)
        link.refresh_from_db()
        first: datetime = link.revoked_at
        revoke(link, by=None)
        link.refresh_from_db()
        assert link.revoked_at == first


class TestPictures:
    @pytest.fixture
    def report(self) -> Report:
        return complete_issue(title="Not out yet", hero=picture(alt="A robot"))

    def sources(self, address: str) -> list[str]:
        page = Client().get(address).content.decode()
        assert '="/media/' not in page
        return [part for part in page.replace('"', " ").replace(",", " ").split() if "/media/" in part]

    def test_of_a_draft_load_through_the_link_alone(self, report: Report) -> None:
        _link, address = link_to(report)
        (source, *_others) = self.sources(address)
        assert source.startswith(f"{address}media/")
        answer = got(source)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("image/")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert got(source.replace(address, "/")).status_code == 404

    def test_not_once_it_is_revoked(self, report: Report) -> None:
        link, address = link_to(report)
        source = self.sources(address)[0]
        revoke(link, by=None)
        assert got(source).status_code == 404

    def test_of_another_issue_do_not(self, report: Report) -> None:
        other = complete_issue(title="Other", hero=picture(alt="Secret", colour="red"))
        _link, address = link_to(report)
        _link, others = link_to(other)
        source = self.sources(others)[0]
        assert got(source).status_code == 200
        assert got(source.replace(others, address)).status_code == 404
        for name in ("../test.sqlite3", "%2e%2e/x", "images", "images/", "", "/etc/passwd"):
            assert Client().get(f"{address}media/{name}").status_code == 404

    def test_within_texts_and_not_drawn_yet_load_too(self) -> None:
        image = take(ImageFactory.create(alt="A robot"), picture_bytes())
        report = complete_issue()
        story = report.stories.get(section="china", rank=1)
        story.body = f'<p>Before.</p><figure data-image="{image.pk}"></figure>'
        story.save()
        edit(report)
        _link, address = link_to(report)
        sources = self.sources(address)
        assert any(source.endswith(".avif") for source in sources)
        for source in sources:
            answer = got(source)
            assert answer.status_code == 200
            assert answer.headers["Content-Type"] == "image/jpeg"  # the original

    def test_count_no_opens(self, report: Report) -> None:
        link, address = link_to(report)
        source = self.sources(address)[0]
        got(source)
        link.refresh_from_db()
        assert link.opens == 1


def test_tokens_are_masked_in_logs(report: Report, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    from newsroom.lib.logs import Masked

    line = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: /zh-hans/preview/abc_-12/media/x.jpg", None, None)
    assert Masked().format(line) == "Not Found: /zh-hans/preview/…/media/x.jpg"
    desk = logging.LogRecord("x", logging.WARNING, "", 0, "GET /admin/reports/report/5/preview/ 200", None, None)
    assert Masked().format(desk) == "GET /admin/reports/report/5/preview/ 200"


def test_crawlers_are_told_to_keep_out_without_a_token(report: Report) -> None:
    share(report, by=None)
    robots = Client().get("/robots.txt").content.decode()
    assert "Disallow: /preview/\n" in robots
    assert "Disallow: /zh-hans/preview/\n" in robots
    for path in ("/sitemap.xml", "/feed/", "/llms.txt"):
        assert "preview" not in Client().get(path).content.decode()
