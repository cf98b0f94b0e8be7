"""
The mails about comments, a function for each: who gets it, and why.

To an address that nobody has confirmed goes no word that a visitor wrote: whoever types another person's address could
make us send anything to it. No mail tells of anybody's address but the one it goes to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from comments.models import Comment, Notice
from newsroom.lib.mail import compose
from newsroom.lib.mailed import absolute, mail_link
from newsroom.lib.text import excerpt
from reports.models import Edition

# The kinds of links in these mails, and for how long each is good; `comments.views.links` answers them.
CONFIRM, OUT, DECIDE = "comments.confirm", "comments.out", "comments.decide"
TIME_TO_CONFIRM = timedelta(hours=48)
TIME_TO_DECIDE = timedelta(hours=72)

REPLY_SHOWN = 500  # letters of a reply
COMMENT_SHOWN = 1_000  # letters of a comment in a digest
REPORTS_SHOWN = 5  # of readers, about one comment


@dataclass(frozen=True)
class Waiting:
    """A comment as a digest shows it."""

    comment: Comment
    issue: str
    reports: Sequence[str] = ()  # for what readers reported it, if they did
    url: str = ""  # of the page on which this moderator decides about it

    @property
    def text(self) -> str:
        return shortened(self.comment.body, COMMENT_SHOWN)

    @property
    def quoted(self) -> str:
        return quoted(self.text)


def confirm_address(notice: Notice, to: str, edition: Edition) -> EmailMultiAlternatives:
    """To whoever wrote a comment and ticked "tell me", while the address is unconfirmed: once, to ask for that."""
    url, out = (
        mail_link("comments:confirm", CONFIRM, notice.commenter_id),
        mail_link("comments:out", OUT, notice.commenter_id),
    )
    return compose(
        "confirm_address",
        to,
        {"issue": edition.title, "url": url, "out": out, "hours": round(TIME_TO_CONFIRM.total_seconds() / 3600)},
        identity=identity(notice),
        unsubscribe=out,
    )


def published(notice: Notice, to: str, edition: Edition) -> EmailMultiAlternatives:
    """To the author of a comment who asked for it, once it is approved."""
    context = {"issue": edition.title, "url": absolute(notice.about.url)}
    return to_commenter("published", notice, to, context)


def reply(notice: Notice, to: str, edition: Edition) -> EmailMultiAlternatives:
    """To the author of a comment who asked for it, when an answer to that comment is approved."""
    answer = notice.about
    text = shortened(answer.body, REPLY_SHOWN)
    context = {
        "issue": edition.title,
        "url": absolute(answer.url),
        "name": excerpt(answer.name, 80),
        "text": text,
        "quoted": quoted(text),
        "is_staff": answer.staff_id is not None,
    }
    return to_commenter("reply", notice, to, context)


def to_commenter(name: str, notice: Notice, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """A mail to a confirmed address, with one click out of all of them."""
    out = mail_link("comments:out", OUT, notice.commenter_id)
    return compose(name, to, {**context, "out": out}, identity=identity(notice), unsubscribe=out)


def digest(
    to: str,
    moderator: int,
    items: Sequence[Waiting],
    counts: dict[str, int],
    *,
    every: str,
    identity: str,
) -> EmailMultiAlternatives:
    """
    To a moderator, as often as he wants: what waits, the first of it whole, with links that let him decide.

    `counts` say how many comments are pending and how many reported.
    """
    total = counts["pending"] + counts["reported"]
    context = {
        "items": items,
        "more": total - len(items),
        "total": total,
        "every": every,
        "hours": round(TIME_TO_DECIDE.total_seconds() / 3600),
        "queue": absolute(reverse("admin:comments_comment_changelist")),
        "choice": absolute(reverse("admin:comments_digest_changelist")),
        **counts,
    }
    return compose("digest", to, context, identity=f"comments-digest-{moderator}-{identity}")


def decide_link(comment: Comment, moderator: int) -> str:
    """Where one moderator decides about one comment, as it is now, within TIME_TO_DECIDE."""
    return mail_link("comments:decide", DECIDE, [comment.pk, comment.version, moderator])


def shortened(text: str, length: int) -> str:
    """The beginning of a text with its paragraphs, cut between words where there are some."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at = head.rfind(" ")
    return (head[:at] if at > length * 3 // 4 else head).rstrip() + "…"


def quoted(text: str) -> str:
    """For plain text, where nothing else tells a visitor's words from ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def identity(notice: Notice) -> str:
    """The same at every attempt, so that a mail that went out twice can be told by its Message-ID."""
    return f"comments-notice-{notice.pk}-{notice.created_at:%Y%m%d%H%M%S}"
