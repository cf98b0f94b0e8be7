"""Pictures on their way in: decoded, checked, written anew, drawn in every size, described."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePath
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image as Pillow
from PIL import ImageCms, TiffImagePlugin

from reports.images import UnusablePicture, attach, draw_due, recode
from reports.models import Image
from tests.desk.browsing import Form, words
from tests.factories import ImageFactory, picture_bytes

ADD = "/admin/reports/image/add/"


def encoded(image: Any, kind: str, **options: Any) -> BytesIO:
    out = BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def recoded(image: Any, kind: str, **options: Any) -> Any:
    """The picture that comes out when this one goes in."""
    return Pillow.open(recode(encoded(image, kind, **options)))


def two_colours() -> Any:
    image = Pillow.new("RGB", (80, 60), "red")
    image.paste("blue", (0, 30, 80, 60))
    return image


def photograph(orientation: int = 1) -> BytesIO:
    """A JPEG, red above blue as it is stored, with all that a camera writes into it."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (TiffImagePlugin.IFDRational(52), 31, 12), 3: "E", 4: (13, 24, 18)})
    return encoded(two_colours(), "JPEG", exif=exif, comment=b"SECRET COMMENT", quality=95)


def png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def wider_red(profile: bytes) -> tuple[bytes, bytes]:
    """The red of a profile, and the red of Display P3 to put in its place."""
    count = int.from_bytes(profile[128:132], "big")
    tags = {profile[132 + 12 * n : 136 + 12 * n]: profile[136 + 12 * n : 144 + 12 * n] for n in range(count)}
    start, length = struct.unpack(">II", tags[b"rXYZ"])
    numbers = struct.pack(">iii", *(round(value * 65536) for value in (0.51512, 0.24120, -0.00105)))
    return profile[start : start + length], profile[start : start + 8] + numbers


class TestWhatSurvives:
    def test_nothing_that_the_camera_wrote(self) -> None:
        before = photograph()
        assert b"SECRET" in before.getvalue()
        after = recode(before)
        assert b"SECRET" not in after.read()
        after.seek(0)
        image = Pillow.open(after)
        assert (image.format, image.size) == ("JPEG", (80, 60))
        assert not image.getexif()
        assert not set(image.info) & {"exif", "comment", "xmp", "icc_profile"}

    @pytest.mark.parametrize(
        ("orientation", "size", "above"),
        [(1, (80, 60), "red"), (3, (80, 60), "blue"), (6, (60, 80), None), (8, (60, 80), None)],
    )
    def test_the_turn_that_the_camera_noted(self, orientation: int, size: tuple[int, int], above: str | None) -> None:
        image = Pillow.open(recode(photograph(orientation)))
        assert image.size == size
        red, _, blue = image.convert("RGB").getpixel((size[0] // 2, 3))
        if above:
            assert (red > blue) == (above == "red")
        left = image.getpixel((3, size[1] // 2))
        if orientation == 6:
            assert left[2] > left[0]  # stored upright, shown lying: what was below is left
        elif orientation == 8:
            assert left[0] > left[2]

    def test_transparency(self) -> None:
        source = Pillow.new("RGBA", (10, 10), (255, 0, 0, 0))
        source.putpixel((5, 5), (0, 255, 0, 128))
        for kind in ("PNG", "WEBP"):
            image = recoded(source, kind, **({"lossless": True} if kind == "WEBP" else {}))
            assert (image.format, image.mode) == ("PNG", "RGBA")
            assert image.getpixel((5, 5)) == (0, 255, 0, 128)
            assert image.getpixel((0, 0))[3] == 0

    def test_a_palette_with_and_without_transparency(self) -> None:
        source = Pillow.new("P", (4, 4), 1)
        source.putpalette([0, 0, 0, 10, 200, 30])
        assert recoded(source, "PNG").getpixel((0, 0)) == (10, 200, 30)
        assert recoded(source, "PNG", transparency=1).getpixel((0, 0))[3] == 0

    def test_the_colours_of_print(self) -> None:
        image = recoded(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95)
        red, green, blue = image.getpixel((4, 4))
        assert image.mode == "RGB"
        assert red > 200
        assert max(green, blue) < 60

    def test_the_colours_of_a_wide_screen(self) -> None:
        """A profile is applied before it is dropped, or every photograph of a telephone would pale."""
        red = Pillow.new("RGB", (8, 8), (200, 60, 60))
        same = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        image = recoded(red, "PNG", icc_profile=same)
        assert image.getpixel((4, 4)) == pytest.approx((200, 60, 60), abs=2)
        assert "icc_profile" not in image.info
        assert recoded(red, "PNG", icc_profile=b"no profile at all").getpixel((4, 4)) == (200, 60, 60)
        wide = same.replace(*wider_red(same))
        assert wide != same
        assert recoded(red, "PNG", icc_profile=wide).getpixel((4, 4))[0] > 215
        seen_through = red.convert("RGBA")
        seen_through.putalpha(77)
        assert recoded(seen_through, "PNG", icc_profile=wide).getpixel((4, 4))[3] == 77
        for mode in ("L", "P", "CMYK"):
            kind = "JPEG" if mode == "CMYK" else "PNG"
            assert recoded(red.convert(mode), kind, icc_profile=wide).size == (8, 8)

    def test_16_bits(self) -> None:
        source = Pillow.new("I;16", (3, 1))
        for x, value in enumerate((0, 32768, 65535)):
            source.putpixel((x, 0), value)
        image = recoded(source, "PNG").convert("L")
        assert [image.getpixel((x, 0)) for x in range(3)] == pytest.approx([0, 128, 255], abs=1)

    @pytest.mark.parametrize("kind", ["1", "L", "LA", "RGB"])
    def test_other_modes(self, kind: str) -> None:
        assert recoded(Pillow.new(kind, (5, 4)), "PNG").size == (5, 4)

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_the_first_of_moving_pictures(self, kind: str) -> None:
        frames = [Pillow.new("RGB", (6, 6), colour) for colour in ("red", "blue", "green")]
        image = recoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        assert getattr(image, "n_frames", 1) == 1
        red, _, blue = image.convert("RGB").getpixel((3, 3))
        assert red > 200 > 60 > blue

    @pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
    def test_a_photograph_of_another_kind_becomes_a_jpeg_as_it_would_be_huge_as_png(self, kind: str) -> None:
        image = recoded(Pillow.new("RGB", (16, 16), "teal"), kind)
        assert (image.format, image.size) == ("JPEG", (16, 16))
        seen_through = recoded(Pillow.new("RGBA", (16, 16), (0, 128, 128, 9)), kind)
        assert (seen_through.format, seen_through.mode) == ("PNG", "RGBA")

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
    def test_each_kind_is_turned_upright(self, kind: str) -> None:
        exif = Pillow.Exif()
        exif[0x0112] = 6
        image = recoded(two_colours(), kind, exif=exif)
        assert image.size == (60, 80)
        red, _, blue = image.convert("RGB").getpixel((3, 40))
        assert blue > red, "what was below is left"


class TestWhatIsRefused:
    def archive(self) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("picture.png", picture_bytes().read())
        return out.getvalue()

    def why(self, data: bytes) -> str:
        with pytest.raises(UnusablePicture) as refused:
            recode(BytesIO(data))
        said = str(refused.value)
        assert said.endswith(".")
        assert "\n" not in said
        return said

    def test_what_is_no_picture(self) -> None:
        assert self.why(b"") == "This file is empty."
        for data in (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<!doctype html><img src=x onerror=alert(1)>",
            b"%PDF-1.7\n...",
            self.archive(),
            b"\xff\xd8\xff",
            encoded(Pillow.new("RGB", (5, 5)), "TIFF").read(),
            encoded(Pillow.new("RGB", (5, 5)), "BMP").read(),
            encoded(Pillow.new("RGB", (5, 5)), "EPS").read(),
        ):
            assert self.why(data) == "This is no picture in JPEG, PNG, GIF, WebP or AVIF."

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
    def test_a_picture_that_breaks_off(self, kind: str) -> None:
        whole = encoded(Pillow.effect_noise((200, 200), 80).convert("RGB"), kind).read()
        assert self.why(whole[: len(whole) // 2]) in (
            "This picture is damaged and can't be opened.",
            "This is no picture in JPEG, PNG, GIF, WebP or AVIF.",
        )

    def test_a_picture_that_would_fill_the_memory(self) -> None:
        assert "far more than 40 million points" in self.why(png(50_000, 50_000))
        assert "far more than 40 million points" in self.why(png(15_000, 12_000))
        assert "12000 × 10000 points; 40 million are the most" in self.why(png(12_000, 10_000))
        assert "8000 × 6000 points" in self.why(png(8_000, 6_000))

    def test_a_file_that_is_too_large(self) -> None:
        assert "larger than 20 MB" in self.why(b"\x89PNG\r\n\x1a\n" + bytes(20 * 1024 * 1024))

    def test_a_refusal_changes_nothing(self, db: None) -> None:
        image = ImageFactory()
        with pytest.raises(UnusablePicture):
            attach(image, BytesIO(b"no picture"))
        image.refresh_from_db()
        assert not image.file


@pytest.mark.django_db
class TestRenditions:
    @pytest.mark.parametrize(
        ("size", "widths"),
        [
            ((2000, 1200), [400, 720, 1080, 1600]),
            ((1000, 600), [400, 720]),
            ((400, 300), [400]),
            ((90, 60), [90]),
            ((1080, 3000), [400, 720, 1080]),
        ],
    )
    def test_of_the_right_widths_and_never_enlarged(self, size: tuple[int, int], widths: list[int]) -> None:
        image = attach(ImageFactory(), picture_bytes(*size))
        assert (image.width, image.height) == size
        for kind, name in (("avif", "AVIF"), ("webp", "WEBP"), ("jpeg", "JPEG")):
            drawn = []
            for address, promised in image.sources(kind):
                with image.file.storage.open(address.removeprefix("/media/")) as file:
                    rendition = Pillow.open(file)
                    assert rendition.format == name
                    assert rendition.width == promised
                    drawn.append(promised)
            assert drawn == widths

    def test_of_a_transparent_picture(self) -> None:
        image = attach(ImageFactory(), encoded(Pillow.new("RGBA", (500, 300), (255, 0, 0, 0)), "PNG"))
        modes = {}
        for kind in ("avif", "webp", "jpeg"):
            with image.file.storage.open(image.sources(kind)[0][0].removeprefix("/media/")) as file:
                modes[kind] = Pillow.open(file).mode
        assert modes == {"avif": "RGBA", "webp": "RGBA", "jpeg": "RGB"}

    def test_names_tell_nothing(self) -> None:
        names = set()
        for _ in range(5):
            image = attach(ImageFactory(), SimpleUploadedFile("secret-plan.jpg", picture_bytes(50, 50).read()))
            names.add(image.file.name)
            stem = PurePath(image.file.name).stem
            assert "secret" not in image.file.name
            assert len(stem) >= 20
            assert "-" not in stem  # newsroom.views.media finds the original of a rendition by it
        assert len(names) == 5


class TestAtTheDesk:
    def add(self, desk: Client, file: SimpleUploadedFile | None, **fields: str) -> Any:
        form = Form(desk.get(ADD), "alt")
        form.update(fields)
        return form.send(desk, **({"file": file} if file else {}))

    def test_a_picture_is_taken_at_once_and_drawn_later(self, desk: Client) -> None:
        answer = self.add(desk, SimpleUploadedFile("p.jpg", photograph(6).read()), alt="Red and blue", caption="“C”")
        assert answer.status_code == 302
        image = Image.objects.get()
        assert (image.width, image.height, image.caption) == (60, 80, "“C”")
        with image.file.open() as file:
            assert b"SECRET" not in file.read()
        addresses = [address for kind in ("avif", "webp", "jpeg") for address, _ in image.sources(kind)]
        assert addresses
        assert not any(image.file.storage.exists(address.removeprefix("/media/")) for address in addresses)
        assert draw_due() == 1
        assert all(image.file.storage.exists(address.removeprefix("/media/")) for address in addresses)

    @pytest.mark.parametrize(
        "data",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a" + b"\0" * 20,
            png(50_000, 50_000),
            png(12_000, 10_000),
            encoded(Pillow.new("RGB", (40_000, 1)), "PNG").getvalue(),
            encoded(Pillow.new("RGB", (1, 40_000)), "PNG").getvalue(),
            encoded(Pillow.new("RGB", (2001, 100)), "PNG").getvalue(),
            encoded(Pillow.new("RGB", (5, 5)), "BMP").getvalue(),
            photograph().getvalue()[:600],
        ],
        ids=["svg", "broken gif", "bomb", "large", "line", "column", "ribbon", "bmp", "half a jpeg"],
    )
    def test_a_bad_file_is_an_error_of_the_form(self, desk: Client, data: bytes) -> None:
        answer = self.add(desk, SimpleUploadedFile("p.png", data), alt="Typed “alt”")
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors["file"]
        assert Form(answer, "alt")["alt"] == "Typed “alt”"
        assert not Image.objects.exists()

    def test_a_picture_is_described_or_decorative(self, desk: Client) -> None:
        def file() -> SimpleUploadedFile:
            return SimpleUploadedFile("p.jpg", picture_bytes(50, 50).read())

        for alt in ("", " \t "):
            answer = self.add(desk, file(), alt=alt)
            assert answer.status_code == 200
            assert "Describe the picture, or tick that it is decorative." in words(answer)
        assert not Image.objects.exists()
        assert self.add(desk, file(), alt="", decorative="on").status_code == 302

    def test_the_database_holds_to_that(self, db: None) -> None:
        for alt in ("", " \n "):
            with pytest.raises(IntegrityError), transaction.atomic():
                Image.objects.create(alt=alt)

    def test_another_file_for_the_same_picture(self, desk: Client) -> None:
        image = attach(ImageFactory(alt="One"), picture_bytes(500, 300, "red"))
        before = image.file.name
        form = Form(desk.get(f"/admin/reports/image/{image.pk}/change/"), "alt")
        answer = form.send(desk, file=SimpleUploadedFile("p.png", picture_bytes(800, 300, "blue", "PNG").read()))
        assert answer.status_code == 302
        image.refresh_from_db()
        assert image.file.name != before
        assert (image.width, len(image.sources("avif"))) == (800, 2)
        assert image.file.storage.exists(before)  # an edition may still show it

    def test_the_point_that_stays_visible(self, desk: Client) -> None:
        image = attach(ImageFactory(alt="One"), picture_bytes(500, 300))
        form = Form(desk.get(f"/admin/reports/image/{image.pk}/change/"), "alt")
        form["focal_point"] = "0.2x0.8"
        assert form.send(desk).status_code == 302
        image.refresh_from_db()
        assert image.focal_point == "0.2x0.8"
        draw_due()
        for address, _ in image.sources("webp"):
            assert image.file.storage.exists(address.removeprefix("/media/"))
