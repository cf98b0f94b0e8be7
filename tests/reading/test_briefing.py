"""An issue's briefing: drawn for what readers have, given out for nothing else, and made of our own files alone."""

import re
import shutil
import zlib
from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from newsroom import briefing
from newsroom.briefing import draw_due, folder, own_file
from newsroom.publishing import publish, withdraw
from reports.images import UnusablePicture, recode
from reports.models import Edition
from tests.factories import complete_issue, edit, picture, picture_bytes, published
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    """Briefings of one test are not there in the next."""
    settings.VAR_DIR = tmp_path
    briefing.failed.clear()


def address(edition: Edition) -> str:
    return f"{edition.url}briefing.pdf"


def drawn(edition: Edition) -> Edition:
    while draw_due():
        pass
    edition.refresh_from_db()
    return edition


class TestThePdf:
    def test_has_all_of_the_issue_with_chinese_in_a_font_of_its_own(self):
        report = complete_issue(title="芯片 & Chips", number=7, hero=picture(1200, 700, alt="A robot"))
        story = report.stories.first()
        story.body = '<p>Body, <a href="https://elsewhere.example/paper">a paper</a>.</p>'
        story.save()
        pdf = insides(briefing.draw(publish(report, by=None)))
        assert b"/MarkInfo" in pdf
        assert b"/Lang (en-gb)" in pdf
        assert b"Briefing-Chinese" in pdf
        assert b"Newsreader" in pdf

    def test_shows_every_story_on_a_page_that_the_contents_name(self, monkeypatch):
        edition = published(title="AI & Robotics", stories=3)
        texts = []
        render = briefing.library().HTML.write_pdf

        def watched(self, *args, **options):
            document = self.render(
                **{name: options[name] for name in ("stylesheets", "font_config") if name in options}
            )
            texts.extend(" ".join(words(page._page_box)) for page in document.pages)
            return render(self, *args, **options)

        monkeypatch.setattr(briefing.library().HTML, "write_pdf", watched)
        briefing.draw(edition)
        whole = " ".join(texts)
        assert len(texts) >= 3
        for part in ("AI & Robotics", "Takeaway 1 of AI & Robotics", "Body of china 3.", "Where AI & Robotics sees"):
            assert part in whole
        assert "Key takeaways" in texts[0]
        assert "Comment" not in whole
        page = next(n for n, text in enumerate(texts, 1) if "Body of international 1." in text)
        assert re.search(rf"International story 1 of AI & Robotics[ .]*{page}\b", whole)

    def test_says_what_readers_were_told_of_changes(self):
        report = complete_issue(stories=1)
        first = publish(report, by=None)
        edit(report, standfirst="Right")
        edition = publish(report, by=None, kind="correction", note="It said <4>. It is 三.")
        assert "It said &lt;4&gt;. It is" in briefing.page_of(edition)
        assert "It said" not in briefing.page_of(first)

    def test_is_the_same_for_the_same_edition(self):
        edition = published(stories=1)
        assert briefing.draw(edition) == briefing.draw(edition)


def insides(pdf: bytes) -> bytes:
    """What a PDF says in its compressed parts."""
    assert pdf.startswith(b"%PDF-")
    parts = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):  # a picture
            parts.append(zlib.decompress(found[1]))
    return b"\n".join(parts)


def words(box) -> list[str]:
    """The text of a laid-out page, in its order."""
    if text := getattr(box, "text", None):
        return [text]
    return [word for child in getattr(box, "children", ()) for word in words(child)]


class TestDrawing:
    def test_what_is_live_gets_one_newest_first_a_few_at_a_time(self):
        editions = [published(title=f"Issue {n}", issued_on=f"2025-01-0{n}", stories=1) for n in (1, 2, 3)]
        complete_issue(title="Draft")
        published(title="Soon", at=timezone.now() + timedelta(days=1))
        withdraw(published(title="Gone", stories=1).report, by=None)
        assert draw_due() == briefing.AT_ONCE == 2
        assert [bool(Edition.objects.get(pk=edition.pk).briefing) for edition in editions] == [False, True, True]
        assert draw_due() == 1
        assert draw_due() == 0
        assert Edition.objects.exclude(briefing="").count() == 3

    def test_one_process_at_a_time(self):
        published(stories=1)
        with briefing.alone() as first, briefing.alone() as second:
            assert (first, second) == (True, False)
            assert draw_due() == 0
        assert draw_due() == 1

    def test_a_killed_one_is_done_again_and_what_it_left_is_swept(self, monkeypatch):
        edition = published(stories=1)

        def killed(edition):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(briefing, "draw", killed)
            with pytest.raises(KeyboardInterrupt):
                draw_due()
        (folder() / "1-x.part").write_bytes(b"half")
        monkeypatch.setattr(briefing, "STRAY_AFTER", -1)
        assert drawn(edition).briefing
        briefing.sweep()
        assert {file.name for file in folder().iterdir()} == {"lock", edition.briefing}

    def test_one_that_fails_keeps_no_other_from_it(self, monkeypatch, caplog):
        good, bad = published(title="Good", stories=1), published(title="Bad", issued_on="2026-01-01", stories=1)
        draw = briefing.draw
        monkeypatch.setattr(briefing, "draw", lambda edition: draw(edition) if edition.pk != bad.pk else 1 // 0)
        assert drawn(good).briefing
        assert not drawn(bad).briefing
        assert "Could not draw the briefing" in caplog.text

    def test_without_pango_the_site_says_so_where_it_is_put_into_service_and_draws_nothing(self, monkeypatch):
        edition = published(stories=1)
        assert briefing.briefings_can_be_drawn() == []
        monkeypatch.setattr(briefing, "can_draw", lambda: False)
        (warning,) = briefing.briefings_can_be_drawn()
        assert "Pango" in warning.msg
        assert draw_due() == 0
        assert not drawn(edition).briefing


class TestTheAddress:
    def test_gives_the_live_edition_as_a_file(self, client):
        edition = drawn(published(title="AI & Robotics", stories=1))
        answer = ask(client, address(edition))
        assert answer.status == 200
        assert answer.body.startswith(b"%PDF-")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ai-robotics.pdf"'
        assert "public" in answer.headers["Cache-Control"]
        again = client.get(address(edition), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert address(edition) in ask(client, edition.url).text

    def test_gives_nothing_else(self, client):
        edition = drawn(published(title="First title", stories=1))
        waiting = published(title="Waiting", stories=1)
        complete_issue(title="Draft")
        published(title="Soon", at=timezone.now() + timedelta(days=1))
        for path in (address(waiting), "/reports/draft/briefing.pdf", "/reports/soon/briefing.pdf"):
            answer = ask(client, path)
            assert answer.status == 404
            assert b"%PDF" not in answer.body
        assert "briefing.pdf" not in ask(client, waiting.url).text
        assert ask(client, address(waiting)).headers["Cache-Control"] == "no-store", "it may be there in a moment"
        # An update has none until its own is drawn: the old edition's is no longer what readers have.
        edit(edition.report, title="Second title", slug="moved")
        publish(edition.report, by=None)
        assert ask(client, "/reports/moved/briefing.pdf").status == 404
        assert client.get(address(edition)).headers["Location"] == "/reports/moved/briefing.pdf"
        withdraw(edition.report, by=None)
        assert ask(client, "/reports/moved/briefing.pdf").status == 410

    def test_a_file_that_is_lost_is_missing(self, client):
        edition = drawn(published(stories=1))
        shutil.rmtree(folder())
        assert ask(client, address(edition)).status == 404


class TestOwnFiles:
    def test_static_files_media_and_the_font(self, settings):
        edition = published(hero=picture(640, 400), stories=1)
        for path in ("/static/site/site.css", f"/media/{edition.image}", briefing.CHINESE_URL):
            assert own_file(f"{settings.SITE_URL}{path}").is_file()

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/a.png",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "{site}/admin/",
            "{site}/media/../newsroom.sqlite3",
            "{site}/media/../../../../etc/passwd",
            "{site}/static/site/../../manage.py",
            "{site}.evil.example/media/x",
            "{site}@evil.example/x",
        ],
    )
    def test_nothing_else(self, settings, url):
        with pytest.raises(ValueError, match=r"briefing|folders"):
            own_file(url.replace("{site}", settings.SITE_URL))

    def test_what_is_refused_is_left_out_of_the_page(self, settings):
        fetcher = briefing.own_files()
        html = '<img src="file:///etc/passwd"><img src="http://127.0.0.1:1/x"><p>Text</p>'
        pdf = briefing.library().HTML(string=html, base_url=settings.SITE_URL, url_fetcher=fetcher).write_pdf()
        assert BytesIO(pdf).read(5) == b"%PDF-"


def test_what_draws_briefings_lets_no_broken_picture_in() -> None:
    """Its library would have Pillow accept pictures that break off, everywhere in the process."""
    assert briefing.can_draw()
    with pytest.raises(UnusablePicture):
        recode(BytesIO(picture_bytes().getvalue()[:-400]))
