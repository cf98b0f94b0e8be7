"""Pictures are stored at once and drawn in the background; readers never see a broken one meanwhile."""

import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from newsroom.publishing import publish, withdraw
from newsroom.schedule import JOBS
from reports.images import LEASE, PAUSES, add, ask_to_draw, attach, draw_due, redraw, store, sweep, take
from reports.models import EditionPicture, Image
from tests.factories import ImageFactory, complete_issue, edit, person, picture, picture_bytes, published
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db


def addresses(image: Image) -> list[str]:
    return [address for kind in ("avif", "webp", "jpeg") for address, _ in image.sources(kind)]


def file_at(address: str, settings: Any) -> Path:
    return Path(settings.MEDIA_ROOT) / address.removeprefix("/media/")


def spoil(image: Image, settings: Any) -> None:
    """As a full disk or a failing one would leave it."""
    (Path(settings.MEDIA_ROOT) / image.file.name).write_bytes(b"no picture")


class TestTheJob:
    def test_it_draws_one_picture_at_a_time_and_says_whether_there_was_one(self) -> None:
        images = [take(ImageFactory(), picture_bytes(500, 300)) for _ in range(2)]
        assert [draw_due() for _ in range(3)] == [1, 1, 0]
        for image in images:
            image.refresh_from_db()
            assert image.is_ready
            assert image.draw_at is None

    def test_it_is_in_the_schedule_and_goes_on_while_there_is_something_to_draw(self) -> None:
        job = next(job for job in JOBS if job.run is draw_due)
        assert job.is_keen

    def test_a_description_whose_file_is_to_come_is_not_due(self) -> None:
        ImageFactory()
        assert draw_due() == 0

    def test_what_one_worker_claimed_no_other_draws_until_the_lease_runs_out(self) -> None:
        image = take(ImageFactory(), picture_bytes(500, 300))
        now = timezone.now()
        Image.objects.filter(pk=image.pk).update(draw_at=now + LEASE)  # claimed by a worker that was killed
        assert draw_due(now) == 0
        assert draw_due(now + LEASE) == 1
        image.refresh_from_db()
        assert image.is_ready

    def test_what_fails_says_why_is_tried_again_and_is_given_up_at_last(self, settings) -> None:
        image, now = take(ImageFactory(), picture_bytes(500, 300)), timezone.now()
        spoil(image, settings)
        for pause in PAUSES:
            assert draw_due(now) == 1
            image.refresh_from_db()
            assert "UnidentifiedImageError" in image.draw_error
            assert str(settings.MEDIA_ROOT) not in image.draw_error
            assert image.draw_at == now + pause
            assert draw_due(now + pause - timedelta(seconds=1)) == 0
            now += pause
        assert draw_due(now) == 1
        image.refresh_from_db()
        assert image.draw_at is None
        assert not image.is_ready
        assert draw_due(now + timedelta(days=9)) == 0

    def test_one_that_fails_keeps_no_other_from_being_drawn(self, settings) -> None:
        bad, good = (take(ImageFactory(), picture_bytes(500, 300)) for _ in range(2))
        spoil(bad, settings)
        assert [draw_due() for _ in range(3)] == [1, 1, 0]
        good.refresh_from_db()
        assert good.is_ready

    def test_an_editor_can_have_it_tried_again(self, settings) -> None:
        image = take(ImageFactory(), picture_bytes(500, 300))
        whole = (Path(settings.MEDIA_ROOT) / image.file.name).read_bytes()
        spoil(image, settings)
        draw_due()
        (Path(settings.MEDIA_ROOT) / image.file.name).write_bytes(whole)
        with pytest.raises(PermissionDenied):
            ask_to_draw(image, by=person("Moderator"))
        assert draw_due() == 0
        ask_to_draw(image, by=person("Writer"))
        assert draw_due() == 1
        image.refresh_from_db()
        assert (image.is_ready, image.draw_error, image.draw_attempts) == (True, "", 0)

    def test_a_file_that_came_while_the_old_one_was_drawn_is_still_due(self) -> None:
        image = take(ImageFactory(), picture_bytes(500, 300, "red"))
        stale = Image.objects.get(pk=image.pk)
        take(image, picture_bytes(500, 300, "blue"))
        redraw(stale)
        image.refresh_from_db()
        assert not image.is_ready
        assert draw_due() == 1

    def test_saving_words_draws_nothing_anew_and_another_focal_point_does(self) -> None:
        image = attach(ImageFactory(), picture_bytes(500, 300))
        image.caption = "Another"
        store(image, anew=False)
        assert draw_due() == 0
        before = addresses(image)
        image.focal_point = "0.1x0.9"
        store(image, anew=True)
        assert not set(addresses(Image.objects.get(pk=image.pk))) & set(before)
        assert draw_due() == 1


class TestWhatReadersGet:
    def test_the_original_until_a_rendition_is_drawn_and_then_that(self, client: Client) -> None:
        image = take(ImageFactory(), picture_bytes(900, 600))
        edition = published(hero=image)
        page = edition.article
        for address in addresses(image):
            assert address in page  # the frozen page names what is still to come
            answer = ask(client, address)
            assert answer.status == 200
            assert answer.headers["Content-Type"] in ("image/jpeg", "image/png")
            assert answer.headers["Cache-Control"] == "public, max-age=10"
            shown = Pillow.open(BytesIO(answer.body))
            assert shown.size == (900, 600)
        draw_due()
        edition.refresh_from_db()
        assert edition.article == page
        drawn = {}
        for address in addresses(image):
            answer = ask(client, address)
            assert answer.headers["Cache-Control"] == "public, max-age=3600"
            drawn[Pillow.open(BytesIO(answer.body)).format] = True
        assert set(drawn) == {"AVIF", "WEBP", "JPEG"}

    def test_an_old_edition_keeps_its_picture_when_the_focal_point_changes(self, client: Client) -> None:
        image = picture(900, 600)
        edition = published(hero=image)
        before = addresses(image)
        image.focal_point = "0.9x0.1"
        store(image, anew=True)
        take(image, picture_bytes(300, 300, "red"))
        draw_due()
        page = client.get(edition.url).content.decode()
        for address in before:
            assert address in page
            assert ask(client, address).headers["Cache-Control"] == "public, max-age=3600"

    def test_nothing_of_a_draft_however_it_is_asked_for(self, client: Client) -> None:
        live = published(hero=picture(900, 600))
        hidden = take(ImageFactory(), picture_bytes(900, 600))
        within = picture(500, 300)
        report = complete_issue(title="Draft", hero=hidden)
        report.intro = f'<figure data-image="{within.pk}"></figure>'
        edit(report)
        asked = [*addresses(hidden), *addresses(within), f"/media/{hidden.file.name}", f"/media/{within.file.name}"]
        # The name of a live picture in the place of a draft's rendition, and the other way round.
        asked += [addresses(hidden)[0].replace("__processed__", "images"), "/media/", "/media/images/"]
        for address in asked:
            assert ask(client, address).status == 404, address
        assert ask(client, f"/media/{live.image}").status == 200
        scheduled = publish(report, by=None, at=timezone.now() + timedelta(hours=1))
        assert EditionPicture.objects.filter(edition=scheduled).count() == 2
        for address in asked:
            assert ask(client, address).status == 404, address

    def test_nothing_of_what_was_withdrawn(self, client: Client) -> None:
        image = picture(900, 600)
        edition = published(hero=image)
        assert ask(client, addresses(image)[0]).status == 200
        withdraw(edition.report, by=None)
        assert ask(client, addresses(image)[0]).status == 404
        staff = Client()
        staff.force_login(person("Writer"))
        assert ask(staff, addresses(image)[0]).headers["Cache-Control"] == "private, no-store"


class TestTheSweep:
    def aged(self, image: Image, settings: Any, days: int = 8) -> list[Path]:
        """All files of a picture, as if they were older."""
        stem = Path(image.file.name).stem
        files = [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file() and file.stem.startswith(stem)]
        then = time.time() - days * 24 * 3600
        for file in files:
            os.utime(file, (then, then))
        return files

    def test_it_removes_what_nothing_names_with_its_renditions(self, settings) -> None:
        image = picture(500, 300)
        files = self.aged(image, settings)
        assert sweep() == 0
        image.delete()
        assert sweep() == len(files) == 4
        assert not any(file.exists() for file in files)

    def test_it_keeps_what_is_young_and_what_has_another_name(self, settings) -> None:
        image = picture(500, 300)
        files = self.aged(image, settings, days=6)
        other = Path(settings.MEDIA_ROOT) / "images" / "read me.txt"
        other.write_text("Not ours.")
        os.utime(other, (0, 0))
        image.delete()
        assert sweep() == 0
        assert all(file.exists() for file in [*files, other])

    def test_it_keeps_what_any_edition_or_revision_shows(self, settings) -> None:
        shown, kept = picture(500, 300), picture(500, 300)
        withdraw(published(hero=shown).report, by=None)
        report = complete_issue(title="Draft", hero=kept)
        edit(report, hero=None)
        files = [*self.aged(shown, settings), *self.aged(kept, settings)]
        take(shown, picture_bytes(300, 300))  # the old file has no row any more
        kept.delete()
        sweep()
        assert all(file.exists() for file in files)

    def test_it_is_done_once_a_day(self) -> None:
        assert next(job.every for job in JOBS if job.run is sweep) == timedelta(days=1)


def test_whoever_may_add_no_picture_adds_none() -> None:
    with pytest.raises(PermissionDenied):
        add(picture_bytes(), by=person("Moderator"))
    assert not Image.objects.exists()
