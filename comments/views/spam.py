"""What the spam service, if one is set up, thinks of what a reader sends."""

from django.conf import settings
from django.http import HttpRequest

from comments.akismet import thinks_spam
from comments.models import Comment
from comments.submitting import Words, look_ahead, may_change
from newsroom.lib.network import client_address, fingerprint
from reports.models import Edition


def opinion(request: HttpRequest, edition: Edition, words: Words) -> bool | None:
    """
    Whether it takes new words for spam; None if it could not be asked, and False if there is none.

    Asked outside of any transaction, as it may take seconds; and only about what is not refused anyway. Raises
    Refused (409, 429).
    """
    if not settings.AKISMET_KEY:
        return False
    look_ahead(edition, words, network=fingerprint(request))
    return ask(request, edition.url, words)


def opinion_of_edit(request: HttpRequest, comment: Comment, body: str) -> bool | None:
    """The same of other words for an own comment, while they may be changed; the author's address is not sent again."""
    if not settings.AKISMET_KEY or body == comment.body or not may_change(comment):
        return False
    return ask(request, comment.url, Words(name=comment.name, email="", site=comment.site, body=body))


def ask(request: HttpRequest, path: str, words: Words) -> bool | None:
    return thinks_spam(
        name=words.name,
        email=words.email,
        site=words.site,
        body=words.body,
        permalink=path,
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
    )
