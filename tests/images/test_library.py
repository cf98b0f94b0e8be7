"""The library on the desk: sending files, describing them, finding them, and refusing to delete what is used."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from reports.forms import MOST_AT_ONCE
from reports.images import discard, draw_due, take
from reports.library import ImageAdmin
from reports.models import Image
from reports.using import InUse
from tests.desk.browsing import Form, signed_in, words
from tests.factories import ImageFactory, complete_issue, edit, person, picture, picture_bytes, published

pytestmark = pytest.mark.django_db
LIST, UPLOAD, DESCRIBE, CHOOSE = (f"/admin/reports/image/{page}" for page in ("", "upload/", "describe/", "choose/"))


def file(name: str = "p.jpg", data: bytes | None = None, **picture: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes(**picture).read() if data is None else data)


def send(client: Client, *files: SimpleUploadedFile, **more: str) -> Any:
    return client.post(UPLOAD, {"pictures": list(files), **more})


class TestSendingFiles:
    def test_the_page_takes_several_without_a_script(self, desk: Client) -> None:
        page = desk.get(UPLOAD).content.decode()
        assert 'type="file" name="pictures"' in page
        assert " multiple" in page
        assert 'enctype="multipart/form-data"' in page

    def test_what_is_good_is_kept_and_each_of_the_others_has_its_reason(self, desk: Client) -> None:
        answer = send(
            desk,
            file("robot <arm>.jpg"),
            file("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            file("page.jpg", b"<!doctype html><script>alert(1)</script>"),
            file("half.jpg", picture_bytes(300, 300).read()[:700]),
            file("second.png", width=300, kind="PNG"),
            file("empty.png", b""),
        )
        assert answer.status_code == 422
        said = words(answer)
        assert "4 files were not taken" in said
        assert "drawing.png : This is no picture in JPEG, PNG, GIF, WebP or AVIF." in said
        assert "half.jpg : This picture is damaged" in said
        assert "empty.png : This file is empty." in said
        assert sorted(Image.objects.values_list("original_name", flat=True)) == ["robot <arm>.jpg", "second.png"]
        assert "robot &lt;arm&gt;.jpg" in answer.content.decode()
        for image in Image.objects.all():
            assert image.awaits_words
            assert "robot" not in image.file.name

    def test_nothing_and_too_many_are_refused_whole(self, desk: Client) -> None:
        assert desk.post(UPLOAD, {}).status_code == 422
        answer = send(desk, *(file(f"{n}.jpg", width=5, height=5) for n in range(MOST_AT_ONCE + 1)))
        assert answer.status_code == 422
        assert "Send 20 files at once at most." in words(answer)
        assert not Image.objects.exists()

    def test_nothing_is_drawn_while_the_editor_waits(self, desk: Client, settings) -> None:
        send(desk, file())
        assert not (Path(settings.MEDIA_ROOT) / "__processed__").exists()
        assert draw_due() == 1

    def test_the_words_are_asked_for_right_after(self, desk: Client) -> None:
        answer = send(desk, file("one.jpg"), file("two.jpg"))
        assert answer.status_code == 200
        form = Form(answer, "words-0-alt")
        assert words(desk.get(LIST)).count("Description missing") == 2
        form["words-0-alt"] = "A “robot”"
        refused = form.send(desk)
        assert refused.status_code == 422
        assert "Describe the picture, or tick that it is decorative." in words(refused)
        assert Form(refused, "words-0-alt")["words-0-alt"] == "A “robot”"
        form = Form(refused, "words-0-alt")
        form["words-1-decorative"] = "on"
        form["words-0-credit"] = "Photograph: 新华社"
        assert form.send(desk).status_code == 302
        one, two = Image.objects.order_by("pk")
        assert (one.alt, one.credit, one.awaits_words) == ("A “robot”", "Photograph: 新华社", False)
        assert (two.decorative, two.awaits_words) == (True, False)
        assert "All pictures are described." in words(desk.get(DESCRIBE))

    def test_whoever_went_away_finds_them_waiting(self, desk: Client) -> None:
        send(desk, file("forgotten.jpg"))
        assert "forgotten.jpg" in words(desk.get(DESCRIBE))
        listed = words(desk.get(f"{LIST}?lacks=words"))
        assert "forgotten.jpg" in listed
        form = Form(desk.get(f"/admin/reports/image/{Image.objects.get().pk}/change/"), "alt")
        form["alt"] = "Found"
        assert form.send(desk).status_code == 302
        assert not Image.objects.get().awaits_words

    def test_odd_numbers_of_pictures_are_passed_over(self, desk: Client) -> None:
        form = Form(send(desk, file()), "words-0-alt")
        form["words-0-alt"] = "A robot"
        for sent in ("x", "99999999999999999999", "-1", "²"):
            assert form.send(desk, sent=sent).status_code in (302, 422)
        assert Image.objects.get().awaits_words

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
    def test_what_a_camera_wrote_is_in_no_file_of_the_site(self, desk: Client, kind: str, settings) -> None:
        exif = Pillow.Exif()
        exif[0x010F] = "SECRET CAMERA"
        exif.get_ifd(0x8825).update({1: "N", 2: (TiffImagePlugin.IFDRational(52), 31, 12), 29: "SECRET:DATE"})
        out = BytesIO()
        xmp = b"<x:xmpmeta>SECRET PLACE</x:xmpmeta>"
        more = {"pnginfo": text_chunks()} if kind == "PNG" else {"xmp": xmp}
        Pillow.new("RGB", (900, 600), "teal").save(out, kind, exif=exif, **more)
        assert out.getvalue().count(b"SECRET") >= 2
        send(desk, file(f"p.{kind.lower()}", out.getvalue()))
        draw_due()
        stored = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
        assert len(stored) == 1 + 3 * 2
        for path in stored:
            data = path.read_bytes()
            for trace in (b"SECRET", b"Exif", b"xmp", b"XMP", b"eXIf", b"iTXt", b"tEXt", b"ICC_PROFILE"):
                assert trace not in data, (path.suffix, trace)

    def test_a_bomb_is_one_sentence(self, desk: Client) -> None:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9999)))
        answer = send(desk, file("bomb.png", bomb + chunk(b"IEND", b"")), file("good.jpg"))
        assert answer.status_code == 422
        assert "bomb.png : This picture has far more than 40 million points." in words(answer)
        assert Image.objects.count() == 1

    def test_only_who_may_add_pictures(self) -> None:
        for who in (person("Moderator"), person()):
            client = signed_in(who)
            assert client.get(UPLOAD).status_code == 403
            assert send(client, file()).status_code == 403
            assert client.get(CHOOSE).status_code == 403
            assert client.get(DESCRIBE).status_code == 403
            assert client.post(DESCRIBE, {"sent": "1"}).status_code == 403
            assert client.get(f"/admin/reports/image/{picture().pk}/told/").status_code == 403
        assert Client().get(UPLOAD).status_code == 302
        assert send(Client(), file()).status_code == 302
        assert not Image.objects.exclude(original_name="").exists()


def text_chunks() -> Any:
    from PIL import PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET COMMENT")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>SECRET PLACE</x:xmpmeta>")
    return info


class TestTheList:
    def test_an_empty_one_says_so(self, desk: Client) -> None:
        assert "There is no picture yet." in words(desk.get(LIST))
        assert "There is no picture yet." in words(desk.get(CHOOSE))
        assert "No picture is like that." in words(desk.get(f"{LIST}?q=robot"))
        assert "No picture is like that." in words(desk.get(f"{CHOOSE}?q=robot"))

    def test_it_shows_pictures_and_where_each_is_used(self, desk: Client) -> None:
        hero, idle = picture(alt="The hero"), picture(alt="The idle one")
        edition = published(title="Live", hero=hero)
        page = desk.get(LIST).content.decode()
        assert hero.thumbnail in page
        assert idle.thumbnail in page
        assert f'href="/admin/reports/report/{edition.report_id}/change/"' in page
        assert f'href="{edition.url}"' in page
        assert "Used in 2 places" in words(desk.get(LIST))
        assert "Used nowhere" in words(desk.get(LIST))

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("use=used", {"Used"}),
            ("use=unused", {"To come", "Unused", "Undrawn"}),
            ("use=nonsense", {"Used", "To come", "Unused", "Undrawn"}),
            ("lacks=file", {"To come"}),
            ("lacks=sizes", {"Undrawn"}),
            ("q=credit+of", {"Used"}),
            ("q=UNUSED", {"Unused"}),
            ("q=sent.jpg", {"Undrawn"}),
            ("q=nothing", set()),
        ],
    )
    def test_search_and_filters(self, desk: Client, asked: str, found: set[str]) -> None:
        published(hero=picture(alt="Used", credit="Credit of it"))
        picture(alt="Unused")
        ImageFactory(alt="To come")
        take(ImageFactory(alt="Undrawn"), file("sent.jpg"))
        page = desk.get(f"{LIST}?{asked}")
        assert {image.alt for image in page.context["cl"].result_list} == found

    def test_it_costs_the_same_for_one_and_for_three(self, desk: Client, django_assert_num_queries: Any) -> None:
        published(title="One", hero=picture())
        desk.get(LIST)
        with django_assert_num_queries(LIST_QUERIES):
            desk.get(LIST)
        for title in ("Two", "Three"):
            published(title=title, hero=picture())
        with django_assert_num_queries(LIST_QUERIES):
            desk.get(LIST)


LIST_QUERIES = 12


class TestDeleting:
    def url(self, image: Image, page: str) -> str:
        return f"/admin/reports/image/{image.pk}/{page}/"

    def test_what_nothing_shows_is_deleted(self, desk: Client) -> None:
        image = picture()
        assert desk.post(self.url(image, "delete"), {"post": "yes"}).status_code == 302
        assert not Image.objects.exists()

    def test_what_is_used_is_not_and_the_uses_are_listed(self, desk: Client) -> None:
        image = picture(alt="In a text")
        report = complete_issue(title="Draft & more")
        story = report.stories.order_by("pk")[0]
        story.body += f'<figure data-image="{image.pk}"></figure>'
        story.save()
        for answer in (desk.get(self.url(image, "delete")), desk.post(self.url(image, "delete"), {"post": "yes"})):
            said = words(answer)
            assert "“In a text” is used, so it can’t be deleted Take it out of what uses it first:" in said
            assert f"Story “{story.headline}” in “Draft & more” · 12 April 2025" in said
            assert f'href="/admin/reports/report/{report.pk}/change/"' in answer.content.decode()
        assert Image.objects.filter(pk=image.pk).exists()
        assert "Where it is used" in words(desk.get(self.url(image, "change")))

    def test_what_readers_have_is_used_even_when_the_desk_let_go_of_it(self, desk: Client) -> None:
        image = picture()
        edition = published(title="Live", hero=image)
        edit(edition.report, hero=None)
        page = desk.post(self.url(image, "delete"), {"post": "yes"})
        assert "Readers have it in “Live” · 12 April 2025" in words(page)
        assert Image.objects.filter(pk=image.pk).exists()

    def test_one_that_came_to_be_used_since_the_page_asked_is_kept_and_its_use_told(
        self, desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        image = picture(alt="Busy")
        published(title="Live", hero=image)
        monkeypatch.setattr(ImageAdmin, "get_deleted_objects", lambda *asked: ([], {}, set(), []))
        answer = desk.post(self.url(image, "delete"), {"post": "yes"}, follow=True)
        assert "“Busy” is used, so it can’t be deleted: Main picture of “Live”" in words(answer)
        assert Image.objects.filter(pk=image.pk).exists()

    def test_the_verb_holds_to_that_too(self) -> None:
        image = picture()
        published(hero=image)
        with pytest.raises(InUse) as refused:
            discard(image, by=None)
        assert len(refused.value.uses) == 2


class TestOnePicture:
    def form(self, desk: Client, image: Image) -> Form:
        return Form(desk.get(f"/admin/reports/image/{image.pk}/change/"), "alt")

    @pytest.mark.parametrize("point", ["0.123x0.9", "0x1", "1x0.5"])
    def test_a_focal_point(self, desk: Client, point: str) -> None:
        image = picture()
        form = self.form(desk, image)
        form["focal_point"] = point
        assert form.send(desk).status_code == 302
        image.refresh_from_db()
        assert image.focal_point == point

    @pytest.mark.parametrize("point", ["2x0.5", "-1x0", "0.5", "axb", "0.5x0.5x0.5", "1.5x1", "nanxnan", "0.5x"])
    def test_a_bad_focal_point_is_an_error_of_the_form(self, desk: Client, point: str) -> None:
        image = picture()
        form = self.form(desk, image)
        form["focal_point"] = point
        answer = form.send(desk)
        assert answer.status_code == 200
        assert "focal_point" in answer.context["adminform"].form.errors
        assert Form(answer, "alt")["focal_point"] == point
        image.refresh_from_db()
        assert image.focal_point == "0.5x0.5"

    def test_looking_at_it_draws_nothing(self, desk: Client, settings) -> None:
        image = take(ImageFactory(), picture_bytes(900, 600))
        desk.get(f"/admin/reports/image/{image.pk}/change/")
        assert not (Path(settings.MEDIA_ROOT) / "__processed__").exists()

    def test_saving_its_words_does_not_undo_what_a_worker_wrote_meanwhile(self, desk: Client) -> None:
        image = take(ImageFactory(), picture_bytes(500, 300))
        form = self.form(desk, image)
        draw_due()
        form["caption"] = "Another"
        assert form.send(desk).status_code == 302
        image.refresh_from_db()
        assert (image.caption, image.is_ready) == ("Another", True)

    def test_why_it_could_not_be_drawn_and_a_button(self, desk: Client, settings) -> None:
        image = take(ImageFactory(), picture_bytes(500, 300))
        (Path(settings.MEDIA_ROOT) / image.file.name).write_bytes(b"no picture")
        draw_due()
        assert "Its sizes could not be drawn" in words(desk.get(f"/admin/reports/image/{image.pk}/change/"))
        assert desk.get(f"/admin/reports/image/{image.pk}/draw/").status_code == 405
        assert desk.post(f"/admin/reports/image/{image.pk}/draw/").status_code == 302
        image.refresh_from_db()
        assert image.draw_error == ""
        assert signed_in(person("Moderator")).post(f"/admin/reports/image/{image.pk}/draw/").status_code == 403


class TestChoosing:
    def test_it_offers_what_can_stand_in_a_text(self, desk: Client) -> None:
        good = picture(alt="A <robot>", credit="新华社")
        ImageFactory(alt="To come")
        send(desk, file("undescribed.jpg"))
        page = desk.get(CHOOSE).content.decode()
        assert f'data-choose="{good.pk}"' in page
        assert page.count("data-choose=") == 1
        assert "A &lt;robot&gt;" in page
        assert "To come" not in page
        assert "Describe it first" in page

    def test_it_searches_and_turns_pages(self, desk: Client) -> None:
        for number in range(25):
            take(ImageFactory(alt=f"Robot {number}"), picture_bytes(30, 30))
        take(ImageFactory(alt="Apple"), picture_bytes(30, 30))
        assert desk.get(f"{CHOOSE}?q=apple").content.decode().count("data-choose=") == 1
        assert desk.get(f"{CHOOSE}?q=robot").content.decode().count("data-choose=") == 24
        assert desk.get(f"{CHOOSE}?q=robot&p=2").content.decode().count("data-choose=") == 1
        for odd in ("x", "-1", "99999999999999999999", ""):
            assert desk.get(CHOOSE, {"q": "robot\x00"[:5], "p": odd}).status_code == 200

    def test_an_upload_within_the_dialog_leads_back_there(self, desk: Client) -> None:
        form = Form(send(desk, file(), choosing="1"), "words-0-alt")
        assert form["choosing"] == "1"
        form["words-0-alt"] = "A robot"
        assert form.send(desk).headers["Location"] == CHOOSE

    def test_what_the_editor_of_a_text_is_told(self, desk: Client) -> None:
        image = picture(alt="A “robot”")
        assert desk.get(f"/admin/reports/image/{image.pk}/told/").json() == {"src": image.thumbnail, "alt": "A “robot”"}
        gone = desk.get("/admin/reports/image/999999/told/").json()
        assert gone == {"src": "", "alt": "This picture is no longer in the library."}
