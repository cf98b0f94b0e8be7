"""Taking pictures in: decoded, checked, written anew, and drawn in every size that the site serves."""

from __future__ import annotations

import warnings
from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps, UnidentifiedImageError

from reports.models import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PROPORTION = 20


class UnusablePicture(Exception):
    """Says in one sentence why a file can't be taken as a picture."""


def recode(file: IO[bytes]) -> ContentFile[bytes]:
    """
    The picture written anew: nothing of the file survives but its pixels (and animation is reduced to one frame).

    JPEG stays JPEG, everything else becomes PNG. Camera data (place, device, thumbnail) is dropped after its turn
    of the picture was applied. Raises UnusablePicture.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        said = _("This file is larger than %(number)d MB; send a smaller one.")
        raise UnusablePicture(said % {"number": MAX_BYTES // 1024 // 1024})
    try:
        pixels, kind = decode(data)
    except Pillow.DecompressionBombError:
        said = _("This picture has far more than %(number)d million points.")
        raise UnusablePicture(said % {"number": MAX_PIXELS // 1_000_000}) from None
    except UnidentifiedImageError:
        raise UnusablePicture(_("This is no picture in JPEG, PNG, GIF, WebP or AVIF.")) from None
    except (OSError, SyntaxError, ValueError) as fault:
        raise UnusablePicture(_("This picture is damaged and can't be opened.")) from fault
    out = BytesIO()
    options: dict[str, Any] = {"quality": 92, "optimize": True} if kind == "JPEG" else {"optimize": True}
    pixels.save(out, kind, **options)
    return ContentFile(out.getvalue(), name="picture.jpg" if kind == "JPEG" else "picture.png")


def decode(data: bytes) -> tuple[Any, str]:
    """The pixels, turned upright, and the kind to write them as. Raises UnusablePicture and what Pillow raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)  # the check below is stricter and says more
        picture = Pillow.open(BytesIO(data), formats=FORMATS)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        said = _("This picture has %(width)d × %(height)d points; %(number)d million are the most.")
        raise UnusablePicture(said % {"width": width, "height": height, "number": MAX_PIXELS // 1_000_000})
    if max(width, height) > MAX_PROPORTION * min(width, height):
        said = _("This picture has %(width)d × %(height)d points; one side may be %(number)d times the other at most.")
        raise UnusablePicture(said % {"width": width, "height": height, "number": MAX_PROPORTION})
    upright = in_screen_colours(ImageOps.exif_transpose(picture))
    if picture.format == "JPEG":
        pixels, kind = upright.convert("RGB"), "JPEG"
    else:
        transparent = "A" in upright.mode or "transparency" in upright.info
        pixels, kind = upright.convert("RGBA" if transparent else "RGB"), "PNG"
    pixels.info.clear()
    return pixels, kind


def in_screen_colours(picture: Any) -> Any:
    """The picture in sRGB and 8 bits, as browsers take one that says nothing about its colours."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if profile := picture.info.get("icc_profile"):
        screen = ImageCms.createProfile("sRGB")
        mode = picture.mode if picture.mode in ("RGB", "RGBA") else "RGB"
        with suppress(ImageCms.PyCMSError, OSError):  # a broken profile, or one for other colours than the picture's
            picture = ImageCms.profileToProfile(picture, BytesIO(profile), screen, outputMode=mode)
    return picture


def draw(image: Image) -> None:
    """Draw all renditions that the site serves of a picture; those that exist are left alone."""
    for kind in ("avif", "webp", "jpeg"):
        for name in image.rendition_names(kind):
            image.file.process(name)


def attach(image: Image, file: IO[bytes]) -> Image:
    """Give a picture its file, and draw its renditions. Raises UnusablePicture before anything is changed."""
    content = recode(file)
    image.file.save(content.name, content, save=False)
    image.save()
    draw(image)
    return image
