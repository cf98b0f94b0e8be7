"""
A reader's comment on its way in: the guards, in their order, and what becomes of it.

Each guard has its own status and sentence (`Refused`). Limits count rows under a lock, so they hold over any number of
processes and with no cache at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from comments.checks import Candidate
from comments.models import (
    DEPTH,
    Address,
    Comment,
    Commenter,
    Decision,
    Discussion,
    address_digest,
    text_digest,
    token_digest,
)
from comments.moderating import after_change
from comments.notices import ask_to_confirm
from comments.record import entry, write
from comments.rules import current_lists, house_rules, is_open, judge
from newsroom.lib.doors import Refused
from newsroom.lib.locks import one_at_a_time
from reports.models import Edition

TIME_TO_EDIT = timedelta(minutes=15)
MOST_EDITS = 5
TIME_OF_REPEATS = timedelta(days=30)
# How many comments within which time, for one network (which many people may share) and for one address.
NETWORK_LIMITS = ((10, timedelta(minutes=10)), (60, timedelta(days=1)))
ADDRESS_LIMITS = ((5, timedelta(minutes=10)), (30, timedelta(days=1)))


GONE = gettext_lazy("The comment you want to answer is not there (any more). Sent again, yours will stand by itself.")
TOO_DEEP = gettext_lazy(
    "This conversation can’t go any deeper; answer the comment above it. Sent again, yours will stand by itself."
)


class Closed(Refused):
    """The issue takes no comments (any more)."""

    def __init__(self) -> None:
        super().__init__(403, gettext("Comments on this issue are closed."))


@dataclass(frozen=True)
class Words:
    """What the form gives, once its fields are valid."""

    name: str
    email: str
    body: str
    site: str = ""
    wants_mail: bool = False
    trapped: bool = False


def admit(edition: Edition, parent_pk: int | None = None) -> Comment | None:
    """
    Whether a comment may be written here at all, and the comment it answers, if any.

    Raises Refused: 403 if the comments are closed, 403 if the comment to answer is not one that readers see, or stands
    too deep. (An issue that is not live is no business of ours: the view finds none, 404.)
    """
    discussion = Discussion.objects.filter(report=edition.report_id).first()
    if not is_open(edition.issued_on, discussion, house_rules()):
        raise Closed
    if parent_pk is None:
        return None
    parent = Comment.objects.approved().filter(report=edition.report_id, pk=parent_pk).first()
    if parent is None:
        raise Refused(403, GONE)
    if parent.depth >= DEPTH:
        raise Refused(403, TOO_DEEP)
    return parent


@transaction.atomic
def submit(
    edition: Edition, words: Words, *, parent_pk: int | None = None, network: str, thought_spam: bool | None = False
) -> tuple[Comment, str]:
    """
    Take a comment on a live edition's issue in, and give it back with the secret of its author's own page.

    Effects: the comment, held unless a rule approves it; its author's record and address; a line of the log; a
    mail that asks for confirmation, if the author wants mail and the address is unconfirmed.

    Raises Refused: 403 (see `admit`), 409 for a duplicate, 429 for too many.
    """
    parent = admit(edition, parent_pk)
    now = timezone.now()
    # Always in this order, so that no two wait for each other.
    one_at_a_time(f"comments from {network}")
    one_at_a_time(f"comments by {address_digest(words.email)}")
    commenter = meet(words.email)
    refuse_duplicate(edition.report_id, commenter, words.body, network=network)
    refuse_flood(commenter, network, now)
    comment = Comment(
        report_id=edition.report_id,
        parent=parent,
        name=words.name,
        site=words.site,
        body=words.body,
        commenter=commenter,
        network=network,
        text_digest=text_digest(words.body),
        wants_mail=words.wants_mail,
        submitted_at=now,
    )
    verdict(comment, words, thought_spam=thought_spam, now=now)
    token = comment.new_token()
    comment.save()
    comment.place(parent)
    comment.save(update_fields=["path"])
    log_verdict(comment)
    if comment.wants_mail:
        ask_to_confirm(comment)
    if comment.status == Comment.Status.APPROVED:
        after_change([comment])
    return comment, token


def meet(email: str) -> Commenter:
    """
    The commenter with this address, and the address itself where it is not kept (any more: see `comments.privacy`).

    To be called under the address's lock. Nothing is read of it: it goes one way.
    """
    commenter, _ = Commenter.objects.get_or_create(digest=address_digest(email))
    Address.objects.bulk_create([Address(commenter=commenter, email=email)], ignore_conflicts=True)
    return commenter


def refuse_duplicate(report_id: int, commenter: Commenter, body: str, *, network: str, but: int | None = None) -> None:
    """
    Raises Refused (409) if the same words came from the same address and network before.

    From another network they are taken in, and held as repeated: a refusal would tell anybody who copies a comment
    whether he has guessed its author's address.
    """
    said = Comment.objects.filter(report=report_id, commenter=commenter, network=network, text_digest=text_digest(body))
    if said.exclude(pk=but or 0).exclude(status=Comment.Status.WITHDRAWN).exists():
        raise Refused(409, gettext("You have already said that: this comment reached us before."))


def look_ahead(edition: Edition, words: Words, *, network: str) -> None:
    """
    Refuse duplicates and floods before anything slow is done about them; `submit` looks once more, under its locks.

    Raises Refused (409, 429).
    """
    commenter = Commenter.objects.filter(digest=address_digest(words.email)).first()
    if commenter:
        refuse_duplicate(edition.report_id, commenter, words.body, network=network)
    refuse_flood(commenter, network, timezone.now())


def refuse_flood(commenter: Commenter | None, network: str, now: datetime) -> None:
    """Count what came from the network and from the address lately; each limit ends by itself."""
    for rows, limits in (
        (Comment.objects.of_network(network, now), NETWORK_LIMITS),
        (Comment.objects.filter(commenter=commenter) if commenter else Comment.objects.none(), ADDRESS_LIMITS),
    ):
        for most, time in limits:
            if rows.filter(submitted_at__gt=now - time).count() >= most:
                sentence = gettext("You are commenting very fast. Please wait a few minutes, then send it again.")
                raise Refused(429, sentence)


def verdict(comment: Comment, words: Words, *, thought_spam: bool | None, now: datetime) -> None:
    """Let the rules decide about an unsaved comment, or an edited one."""
    rules = house_rules()
    commenter: Any = comment.commenter
    approved = commenter.comments.approved().filter(name=comment.name).exclude(pk=comment.pk)
    repeats = Comment.objects.filter(text_digest=comment.text_digest, submitted_at__gt=now - TIME_OF_REPEATS)
    found = judge(
        Candidate(
            name=comment.name,
            body=comment.body,
            site=comment.site,
            email_domain=words.email.rpartition("@")[2],
            address=commenter.digest,
            network=comment.network,
            trapped=words.trapped,
            confirmed=commenter.confirmed_at is not None,
            approved_before=approved.count(),
            repeated=repeats.exclude(pk=comment.pk).exists(),
            thought_spam=thought_spam,
        ),
        current_lists(rules),
        approve_after=rules.approve_after,
    )
    comment.status, comment.reasons = found.status, found.reasons
    if comment.status == Comment.Status.APPROVED:
        comment.approved_at = now
    comment.decided_at = None if comment.status == Comment.Status.PENDING else now


RULED: dict[str, str] = {
    Comment.Status.PENDING: Decision.Act.HOLD,
    Comment.Status.APPROVED: Decision.Act.APPROVE,
    Comment.Status.SPAM: Decision.Act.SPAM,
    Comment.Status.BIN: Decision.Act.BIN,
}


def log_verdict(comment: Comment) -> None:
    line = entry(
        RULED[comment.status],
        by=None,
        actor=Decision.Actor.RULE,
        comment=comment,
        after={"status": comment.status},
        why="; ".join(comment.reasons),
    )
    write([line])


def may_change(comment: Comment, now: datetime | None = None) -> bool:
    """Whether its author may still edit or withdraw it: for 15 minutes, and not once a person has put it away."""
    young = (now or timezone.now()) - comment.submitted_at < TIME_TO_EDIT
    is_somebodys = comment.commenter_id is not None and comment.status != Comment.Status.WITHDRAWN
    return young and is_somebodys and not was_refused(comment)


def was_refused(comment: Comment) -> bool:
    """
    Whether a person put it away.

    What a rule put away looks to its author as if it waited: who is banned must not be told to just anybody.
    """
    return comment.status in {Comment.Status.SPAM, Comment.Status.BIN} and was_decided(comment)


def was_decided(comment: Comment) -> bool:
    """Whether a person, on the desk or in the operator's shell, ever decided about it."""
    return comment.decisions.filter(actor__in=[Decision.Actor.STAFF, Decision.Actor.OPERATOR]).exists()


def own(comment: Comment) -> Comment:
    """The comment, locked, while its author may change it. Raises Refused (403)."""
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if not may_change(comment):
        raise Refused(403, gettext("The 15 minutes in which you could change this comment are over."))
    return comment


@transaction.atomic
def edit_own(comment: Comment, *, body: str, thought_spam: bool | None = False) -> Comment:
    """
    Put other words in an own comment, five times at most. The rules look at it again; but once a person has decided
    about it, they approve nothing any more, and what they put away stays there until a person takes it out.

    Raises Refused: 403 after 15 minutes, 409 if these words were sent before, 429 for too many edits.
    """
    comment = own(comment)
    if body == comment.body:
        return comment
    commenter: Any = comment.commenter
    if comment.decisions.filter(actor=Decision.Actor.AUTHOR, act=Decision.Act.EDIT).count() >= MOST_EDITS:
        sentence = ngettext(
            "You have changed this comment %(number)d time; that has to be enough.",
            "You have changed this comment %(number)d times; that has to be enough.",
            MOST_EDITS,
        )
        raise Refused(429, sentence % {"number": MOST_EDITS})
    refuse_duplicate(comment.report_id, commenter, body, network=comment.network, but=comment.pk)
    before = {"body": comment.body, "status": comment.status}
    was_public = comment.status == Comment.Status.APPROVED
    put_away = comment.status in {Comment.Status.SPAM, Comment.Status.BIN}
    reasons = comment.reasons
    comment.body, comment.text_digest = body, text_digest(body)
    comment.original, comment.edited_at = "", None
    comment.version += 1
    email = Address.objects.filter(commenter=commenter).values_list("email", flat=True).first() or ""
    words = Words(name=comment.name, email=email, body=body, site=comment.site)
    verdict(comment, words, thought_spam=thought_spam, now=timezone.now())
    if comment.status == Comment.Status.APPROVED and was_decided(comment):
        comment.status, comment.reasons = Comment.Status.PENDING, []
    if was_public and comment.status == Comment.Status.PENDING:
        comment.reasons = ["Its author edited it after it was approved", *comment.reasons]
    if put_away:
        comment.status, comment.reasons = before["status"], ["Its author edited it since", *reasons]
    comment.decided_by = None
    comment.save()
    after = {"body": body, "status": comment.status}
    write([entry(Decision.Act.EDIT, by=None, actor=Decision.Actor.AUTHOR, comment=comment, before=before, after=after)])
    if was_public or comment.status == Comment.Status.APPROVED:
        after_change([comment])
    return comment


@transaction.atomic
def withdraw_own(comment: Comment) -> Comment:
    """Take an own comment back. Raises Refused (403) after 15 minutes."""
    comment = own(comment)
    before = {"status": comment.status}
    comment.status = Comment.Status.WITHDRAWN
    comment.version += 1
    comment.decided_at, comment.decided_by = timezone.now(), None
    comment.save()
    after = {"status": comment.status}
    write(
        [
            entry(
                Decision.Act.WITHDRAW, by=None, actor=Decision.Actor.AUTHOR, comment=comment, before=before, after=after
            )
        ]
    )
    after_change([comment])
    return comment


def of_token(token: str) -> Comment | None:
    """The comment whose author has this secret."""
    return Comment.objects.filter(token_digest=token_digest(token)).first()
