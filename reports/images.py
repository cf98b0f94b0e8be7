"""
Taking pictures in: decoded, checked, written anew; and drawing them in every size that the site serves, later.

A picture is stored as soon as it is sent (`take`); its renditions are drawn in the background (`draw_due`). Their names
are settled by then, for they follow from the file and the focal point, so an issue can be published at once: its frozen
page names renditions that may still be to come. Until one is there, the original is served at its address
(`stand_in`), so no reader sees a broken picture, nothing moves, and the frozen page stays right when they come.

Nothing that a frozen page may name is ever drawn over or taken away: another file or another focal point gives new
names. What no row, no edition and no revision names any more is removed by `sweep`.
"""

from __future__ import annotations

import logging
import re
import time
import warnings
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps, UnidentifiedImageError

from newsroom.lib.rights import require
from newsroom.lib.text import one_line
from reports.models import EditionPicture, Image, Revision
from reports.picturing import uses
from reports.using import InUse

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PROPORTION = 20
LEASE = timedelta(minutes=10)  # for drawing one picture; the largest takes half a minute
# After each failure; after the last one the picture waits for somebody to press the button.
PAUSES = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
STRAY_AFTER = 7 * 24 * 3600  # seconds after which a file that nothing names is removed
SWEPT_AT_ONCE = 200  # originals in one sweep, as each is looked for in all revisions
# Of an original, as reports.models.random_name makes them, and of its renditions, as imagefield does.
NAME = re.compile(
    r"(?:images|__processed__/[0-9a-f]{3}/[0-9a-f]{3})/(?P<stem>\w{1,64})(?:-[0-9a-f]{12})?\.[a-z]{3,4}", re.ASCII
)


class UnusablePicture(Exception):
    """Says in one sentence why a file can't be taken as a picture."""


def recode(file: IO[bytes]) -> ContentFile[bytes]:
    """
    The picture written anew: nothing of the file survives but its pixels (and animation is reduced to one frame).

    JPEG stays JPEG; WebP and AVIF that hide nothing become it, as they are photographs; everything else becomes PNG,
    packed quickly rather than well, for an editor waits. Camera data (place, device, thumbnail) is dropped after its
    turn of the picture was applied. Raises UnusablePicture.
    """
    data = file.read(MAX_BYTES + 1)
    if not data:
        raise UnusablePicture(_("This file is empty."))
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
    options: dict[str, Any] = {"quality": 92, "optimize": True} if kind == "JPEG" else {"compress_level": 4}
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
    was = picture.format
    ImageOps.exif_transpose(picture, in_place=True)  # a copy would take as much memory again
    upright = in_screen_colours(picture)
    transparent = was != "JPEG" and ("A" in upright.mode or "transparency" in upright.info)
    kind = "JPEG" if was in ("JPEG", "WEBP", "AVIF") and not transparent else "PNG"
    pixels = upright.convert("RGBA" if transparent else "RGB")
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


def store(image: Image, *, anew: bool) -> None:
    """
    Save a picture whose words, file or focal point somebody changed.

    `anew`: the file or the focal point is another one, so the renditions are due to be drawn. Else nothing that the
    worker writes is touched.
    """
    image.awaits_words = not (image.alt or image.decorative)
    if anew or image.pk is None:
        image.drawn_at, image.draw_at, image.draw_attempts, image.draw_error = None, timezone.now(), 0, ""
        image.save()
    else:
        image.save(update_fields=("alt", "decorative", "caption", "credit", "awaits_words"))


def take(image: Image, file: IO[bytes]) -> Image:
    """Give a picture its file; its renditions are drawn later. Raises UnusablePicture before anything is changed."""
    content = recode(file)
    image.original_name = image.original_name or name_of(file)
    image.file.save(content.name, content, save=False)
    store(image, anew=True)
    return image


def attach(image: Image, file: IO[bytes]) -> Image:
    """Give a picture its file, and draw its renditions at once. Raises UnusablePicture before anything is changed."""
    take(image, file)
    redraw(image)
    return image


def name_of(file: Any) -> str:
    """What the file was called where it came from, to find it by; it is in no address."""
    return one_line(PurePath(str(getattr(file, "name", "") or "")).name)[:200]


def add(file: IO[bytes], *, by: Any) -> Image:
    """
    A new picture of the library, still to be described.

    Raises PermissionDenied, and UnusablePicture before anything is written.
    """
    require(by, "reports.add_image")
    return take(Image(awaits_words=True), file)


def ask_to_draw(image: Image, *, by: Any) -> None:
    """Have the renditions drawn after all that could not be drawn before. Raises PermissionDenied."""
    require(by, "reports.change_image")
    Image.objects.filter(pk=image.pk, drawn_at=None).update(draw_at=timezone.now(), draw_attempts=0, draw_error="")


@transaction.atomic
def discard(image: Image, *, by: Any) -> None:
    """
    Delete a picture that nothing shows. Its files go with the next sweep, unless an old edition or revision has them.

    Raises PermissionDenied, and InUse with what shows it.
    """
    require(by, "reports.delete_image")
    if found := uses([image.pk])[image.pk]:
        raise InUse(image, found)
    image.delete()


# Drawing


def draw(image: Image) -> None:
    """Draw all renditions that the site serves of a picture; those that exist are left alone."""
    for kind in ("jpeg", "webp", "avif"):  # the quick ones first
        for name in image.rendition_names(kind):
            image.file.process(name)


def redraw(image: Image) -> None:
    """Draw what is missing of a picture, and say so; unless it has another file or focal point by then."""
    draw(image)
    same = Image.objects.filter(pk=image.pk, file=image.file.name, focal_point=image.focal_point)
    same.update(drawn_at=timezone.now(), draw_at=None, draw_attempts=0, draw_error="")
    image.refresh_from_db(fields=("drawn_at", "draw_at", "draw_attempts", "draw_error"))


def draw_due(now: datetime | None = None) -> int:
    """
    Draw the renditions of one picture that is due, if there is one; how many were drawn.

    Any number of workers may do it at once: each claims its picture for a while, by an UPDATE that repeats what it saw.
    One that is killed leaves a lease that runs out. What fails is tried again, and the library shows why.
    """
    now = now or timezone.now()
    image = Image.objects.undrawn(now).first()
    if image is None:
        return 0
    lease = now + LEASE
    claimed = Image.objects.filter(pk=image.pk, draw_at=image.draw_at)
    if not claimed.update(draw_at=lease, draw_attempts=F("draw_attempts") + 1):
        return 1  # another worker was faster; there may be more to do
    try:
        redraw(image)
    except Exception as fault:  # whatever Pillow or the disk says, the next picture must not wait for it
        logger.exception("Could not draw picture %s", image.pk)
        fail(image, lease, fault, now)
    return 1


def fail(image: Image, lease: datetime, fault: Exception, now: datetime) -> None:
    """Note why a picture could not be drawn, and when it is tried again; never, after the last pause."""
    again = now + PAUSES[image.draw_attempts] if image.draw_attempts < len(PAUSES) else None
    said = one_line(f"{type(fault).__name__}: {fault}".replace(str(settings.MEDIA_ROOT), ""))[:300]
    Image.objects.filter(pk=image.pk, draw_at=lease).update(draw_at=again, draw_error=said)


# Files


def stem_of(path: str) -> str:
    """The part of a file's name that an original shares with its renditions; empty if it is no name of ours."""
    found = NAME.fullmatch(path)
    return found["stem"] if found else ""


def originals(stem: str) -> list[str]:
    """The names that an original may have: `recode` writes no others."""
    return [f"images/{stem}{suffix}" for suffix in (".jpg", ".jpeg", ".png")]


def stand_in(path: str) -> str:
    """What is served at the address of a picture: that file, or its original until it is drawn; empty if neither."""
    stem = stem_of(path)
    there = (name for name in (path, *originals(stem)) if stem and (Path(settings.MEDIA_ROOT) / name).is_file())
    return next(there, "")


def sweep() -> int:
    """
    Remove originals that no picture, edition or revision names, with their renditions; how many files went.

    Only those that are a week old and have names of ours. To be done once a day: revisions are read for it.
    """
    root = Path(settings.MEDIA_ROOT)
    old = [
        file
        for file in (root / "images").glob("*")
        if stem_of(f"images/{file.name}") and time.time() - file.stat().st_mtime > STRAY_AFTER
    ]
    removed = 0
    for file in unnamed(old)[:SWEPT_AT_ONCE]:
        if is_in_a_revision(f"images/{file.name}"):
            continue
        for stray in [*(root / "__processed__").glob(f"*/*/{file.stem}-*"), file]:
            with suppress(OSError):  # gone already
                stray.unlink()
                removed += 1
    return removed


def unnamed(files: list[Path]) -> list[Path]:
    """Those that neither a picture nor an edition has."""
    named = {*Image.objects.values_list("file", flat=True), *EditionPicture.objects.values_list("file", flat=True)}
    return [file for file in files if f"images/{file.name}" not in named]


def is_in_a_revision(name: str) -> bool:
    as_text = Revision.objects.annotate(text=Cast("content", models.TextField()))
    return as_text.filter(text__contains=name).exists()
