"""Links to pass a page on: plain addresses, made here, that load nothing from anybody."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("follow/_share_links.html")
def share_links(title: str, url: str) -> dict[str, Any]:
    """Links that hand `title` and the whole address of the path `url` to LinkedIn, X, WhatsApp or a mail program."""
    address = settings.SITE_URL + url

    def link(kind: str, label: str, target: str, **query: str) -> dict[str, str]:
        # A mail program shows "+" as it stands, so spaces become %20 for all.
        return {"kind": kind, "label": label, "url": f"{target}?{urlencode(query).replace('+', '%20')}"}

    return {
        "links": [
            link("linkedin", "LinkedIn", "https://www.linkedin.com/sharing/share-offsite/", url=address),
            link("x", "X", "https://x.com/intent/post", text=title, url=address),
            link("whatsapp", "WhatsApp", "https://wa.me/", text=f"{title} {address}"),
            link("email", "Email", "mailto:", subject=title, body=address),
        ]
    }
