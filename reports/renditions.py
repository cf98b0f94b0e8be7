"""Which sizes and kinds of a picture the site serves. All are drawn in the background, none when a page is."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy
from imagefield.processing_pillow import register_pillow

WIDTHS = (400, 720, 1080, 1600)
# Where a picture is cut around its focal point, and to what size: beside the words of a share image
# (newsroom/cards.py). Everywhere else it is shown whole.
CROPS = ((gettext_lazy("Share image"), 420, 630),)
KINDS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 55, "speed": 6},
    "webp": {"format": "WEBP", "quality": 78, "method": 5},
    "jpeg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


def rendition(kind: str, width: int) -> Callable[[Any, Any], None]:
    """A spec for imagefield: the picture as `kind`, at most `width` pixels wide, never enlarged."""

    def spec(fieldfile: Any, context: Any) -> None:
        context.extension = ".jpg" if kind == "jpeg" else f".{kind}"
        context.processors = ["autorotate", ("thumbnail", (width, width * 50)), ("save_as", kind)]

    return spec


RENDITIONS = {f"{kind}_{width}": rendition(kind, width) for kind in KINDS for width in WIDTHS}


@register_pillow
def save_as(get_image: Callable[[Any, Any], Any], kind: str) -> Callable[[Any, Any], Any]:
    """Processor for imagefield: write the result as `kind`, whatever the original was."""

    def processor(image: Any, context: Any) -> Any:
        context.save_kwargs.clear()
        context.save_kwargs.update(KINDS[kind])
        transparent = kind != "jpeg" and ("A" in image.mode or "transparency" in image.info)
        return get_image(image.convert("RGBA" if transparent else "RGB"), context)

    return processor
