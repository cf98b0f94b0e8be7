"""
Asking a spam service what it thinks of a comment: Akismet's comment-check, if the operator has a key for it.

Nothing leaves the house unless `settings.AKISMET_KEY` is set. What is sent then is in `thinks_spam` and in
docs/security.md, and no more. (The package of that name asks a second time to check the key, and another host only
with changes to itself; this is one request.)
"""

import logging
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings

logger = logging.getLogger(__name__)

PATIENCE = 3  # seconds for the service to answer
ANSWERS = {b"true": True, b"false": False}


def thinks_spam(
    *, name: str, email: str, site: str, body: str, permalink: str, address: str, user_agent: str
) -> bool | None:
    """
    Whether the service takes a comment for spam; None if it could not be asked, and False if none is set up.

    `address` is the visitor's network address, `permalink` the path of the issue's page. Never raises: a service that
    is down, slow or answers nonsense is logged in one line, without anything about the comment.
    """
    if not settings.AKISMET_KEY:
        return False
    fields = {
        "api_key": settings.AKISMET_KEY,
        "blog": settings.SITE_URL,
        "user_ip": address,
        "user_agent": user_agent,
        "permalink": f"{settings.SITE_URL}{permalink}",
        "comment_type": "comment",
        "comment_author": name,
        "comment_author_email": email,
        "comment_author_url": site,
        "comment_content": body,
        "blog_charset": "UTF-8",
    }
    request = Request(  # noqa: S310 - the operator's own setting, checked at the start
        settings.AKISMET_URL, data=urlencode(fields).encode(), headers={"User-Agent": "Newsroom/1.0"}
    )
    try:
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            answer = response.read(100).strip()
    except (OSError, ValueError) as error:
        logger.warning("The spam service could not be asked: %s", type(error).__name__)
        return None
    if answer not in ANSWERS:
        logger.warning("The spam service gave no answer that makes sense, to %s", settings.AKISMET_URL)
        return None
    return ANSWERS[answer]
