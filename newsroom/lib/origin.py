"""Whether a form was sent from a page of ours."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def same_origin(request: HttpRequest, *, unnamed: bool = False) -> bool:
    """
    False if the browser says that another site's page sent this.

    `unnamed`: whether Origin may be "null", as it is on pages of ours that give no referrer (Fetch §3.2), where the
    browser says nothing better. Only for addresses that another site can't know.

    Sec-Fetch-Site (W3C Fetch Metadata) tells it where there is one, else Origin (RFC 6454). A client that sends
    neither can't be made to send anything by another site's page, so it passes.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in {"same-origin", "none"}  # none: the reader's own doing, such as a reload
    origin = request.headers.get("Origin")
    if not origin or (unnamed and origin == "null"):
        return True
    try:
        sent_from = urlsplit(origin)
    except ValueError:
        return False
    return (sent_from.scheme, sent_from.netloc) == (request.scheme, request.get_host())
