"""Tags for whatever shows an issue."""

from typing import Any

from django import template

from reports.models import Image

register = template.Library()
KINDS = {"avif": "image/avif", "webp": "image/webp"}


@register.inclusion_tag("reports/_picture.html")
def picture(image: Image, *, sizes: str, eager: bool = False) -> dict[str, Any]:
    """
    A picture in the best kind that the browser knows and the width that its place needs.

    `sizes` is the HTML attribute; `eager` is for the one picture of the first screen.
    """

    def srcset(kind: str) -> str:
        return ", ".join(f"{url} {width}w" for url, width in image.sources(kind))

    jpeg = image.sources("jpeg")
    return {
        "image": image,
        "sources": [{"type": mime, "srcset": srcset(kind)} for kind, mime in KINDS.items()],
        "fallback": {"src": jpeg[min(1, len(jpeg) - 1)][0] if jpeg else "", "srcset": srcset("jpeg")},
        "sizes": sizes,
        "eager": eager,
    }
