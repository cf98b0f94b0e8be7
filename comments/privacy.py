"""
What is known of a person who comments: giving it out, erasing it, and forgetting it in time.

docs/security.md says what is kept for how long.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from comments.models import (
    NETWORK_KEPT,
    Address,
    Ban,
    Comment,
    Commenter,
    Decision,
    Flag,
    Notice,
    address_digest,
)
from comments.moderating import purge_issues
from comments.record import entry, write
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from reports.models import Edition

SEE, ERASE = "comments.view_address", "comments.delete_address"
NOBODY = "Anonymous"
ADDRESS_KEPT = timedelta(days=30)
BATCH = 1_000
# What the log may keep of a comment whose author was erased.
KEPT_IN_LOG = {"status", "pinned", "is_open"}


class Unknown(Exception):
    """Nothing is kept about this address."""


def find(email: str) -> Commenter:
    """The commenter with this address. Raises Unknown."""
    commenter = Commenter.objects.filter(digest=address_digest(email)).first()
    if commenter is None:
        raise Unknown(gettext("Nothing is kept about this address."))
    return commenter


# Giving it out


def export(email: str, *, by: Any) -> dict[str, Any]:
    """
    Everything that is kept about an address, as JSON has it: comments, what was decided about them, mails, bans.

    Not who decided. Raises PermissionDenied, Unknown.
    """
    require(by, SEE)
    return {"address": email, **export_commenter(find(email), by=by)}


def export_commenter(commenter: Commenter, *, by: Any) -> dict[str, Any]:
    """As `export`, of somebody who was found; the address as far as it is kept."""
    require(by, SEE)
    comments = list(commenter.comments.order_by("pk"))
    issues = titles({comment.report_id for comment in comments})
    decisions = by_comment(Decision.objects.filter(comment__in=comments).order_by("at", "pk"))
    flags = by_comment(Flag.objects.filter(comment__in=comments))
    kept = Address.objects.filter(commenter=commenter).values_list("email", flat=True).first()
    return {
        **({"address": kept} if kept else {}),
        "address_is_kept": kept is not None,
        "first_seen_at": when(commenter.created_at),
        "address_confirmed_at": when(commenter.confirmed_at),
        "mails_stopped_at": when(commenter.muted_at),
        "comments": [
            {
                **facts(comment),
                "issue": issues.get(comment.report_id, ""),
                "decisions": [deed(line) for line in decisions.get(comment.pk, [])],
                "reports_by_readers": [
                    {"reason": flag.get_reason_display(), "at": when(flag.created_at)}
                    for flag in flags.get(comment.pk, [])
                ],
            }
            for comment in comments
        ],
        "mails": [
            {
                "mail": notice.get_kind_display(),
                "about_comment": notice.about_id,
                "asked_at": when(notice.created_at),
                "sent_at": when(notice.sent_at),
                "dropped_at": when(notice.dropped_at),
            }
            for notice in commenter.notices.order_by("pk")
        ],
        "bans_of_the_address": [
            {
                "reason": ban.reason,
                "since": when(ban.created_at),
                "until": when(ban.until),
                "lifted_at": when(ban.lifted_at),
            }
            for ban in Ban.objects.filter(kind=Ban.Kind.ADDRESS, value=commenter.digest)
        ],
    }


def facts(comment: Comment) -> dict[str, Any]:
    return {
        "comment": comment.pk,
        "answers_comment": comment.parent_id,
        "name": comment.name,
        "website": comment.site,
        "text": comment.body,
        "text_before_it_was_edited": comment.original,
        "state": comment.get_status_display(),
        "held_because": comment.reasons,
        "network_fingerprint": comment.network,
        "wants_mail": comment.wants_mail,
        "submitted_at": when(comment.submitted_at),
        "approved_at": when(comment.approved_at),
        "decided_at": when(comment.decided_at),
        "edited_at": when(comment.edited_at),
        "pinned_at": when(comment.pinned_at),
    }


def deed(line: Decision) -> dict[str, Any]:
    return {
        "what": line.get_act_display(),
        "whose": line.get_actor_display(),
        "why": line.why,
        "before": line.before,
        "after": line.after,
        "at": when(line.at),
    }


def when(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def titles(reports: set[int]) -> dict[int, str]:
    """What readers knew these issues by, last."""
    editions = Edition.objects.filter(report__in=reports, live_from__lte=timezone.now()).order_by("live_from", "pk")
    return dict(editions.values_list("report_id", "title"))


def by_comment(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(row)
    return found


# Erasing it


def erase(email: str, *, by: Any) -> int:
    """Erase who is behind an address, as `erase_commenter` does. Raises PermissionDenied, Unknown."""
    require(by, ERASE)
    return erase_commenter(find(email), by=by)


@transaction.atomic
def erase_commenter(commenter: Commenter, *, by: Any) -> int:
    """
    Make somebody's comments those of nobody; how many that were.

    Their text, their place and their state stay. Name, website, address, secret link, network, mails, what the texts
    were before they were edited, and all of that in the log go; a ban of the address stays, as the hash that it is.
    Effects: log, purge of the issues' pages. Raises PermissionDenied.
    """
    require(by, ERASE)
    one_at_a_time(f"comments by {commenter.digest}")  # the same that submitting waits for
    comments = list(Comment.objects.select_for_update(of=("self",)).filter(commenter=commenter).order_by("pk"))
    for comment in comments:
        make_nobodys(comment)
    Comment.objects.bulk_update(comments, NOBODYS, batch_size=200)
    clean_log(comments)
    commenter.delete()  # with the address and the mails
    lines = [entry(Decision.Act.ERASE, by=by, comment=comment) for comment in comments]
    write(lines or [entry(Decision.Act.ERASE, by=by)])
    purge_issues({comment.report_id for comment in comments if comment.status == Comment.Status.APPROVED})
    return len(comments)


NOBODYS = [
    *("name", "site", "original", "token_digest", "network", "wants_mail", "reasons", "version", "commenter"),
]


def make_nobodys(comment: Comment) -> None:
    comment.name, comment.site, comment.original = NOBODY, "", ""
    comment.token_digest, comment.network, comment.wants_mail = None, "", False
    comment.reasons = []  # they may quote the name, the website
    comment.commenter = None
    comment.version += 1  # so that nobody writes the name back who has it before him


def clean_log(comments: list[Comment]) -> None:
    """Take out of the log what is said of erased people; who did what when stays."""
    changed = []
    lines = Decision.objects.filter(comment__in=comments).exclude(before={}, after={}, why="")
    for line in lines.iterator(chunk_size=500):
        line.before, line.after = cleaned(line.before), cleaned(line.after)
        line.why = ""
        changed.append(line)
    Decision.objects.bulk_update(changed, ["before", "after", "why"], batch_size=200)


def cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if name in KEPT_IN_LOG or name == "ban"}
    return {**kept, "name": NOBODY} if "name" in fields else kept


# Forgetting it in time: plain functions for a schedule, that may run at any time and any number of times


def forget_networks(now: datetime | None = None) -> int:
    """
    Forget the fingerprints of networks that are older than 30 days, of comments, readers' reports and past bans.

    How many were forgotten. Nothing else changes: limits and bans look no further back anyway.
    """
    last = (now or timezone.now()) - NETWORK_KEPT
    return (
        in_batches(Comment.objects.filter(network__gt="", submitted_at__lte=last), network="")
        + in_batches(Flag.objects.filter(network__gt="", created_at__lte=last), network="")
        + in_batches(Ban.objects.filter(kind=Ban.Kind.NETWORK, value__gt="", created_at__lte=last), value="")
    )


def forget_addresses(now: datetime | None = None) -> int:
    """
    Forget addresses to which no mail can be owed: never confirmed, or stopped by their owner, nothing sent for 30 days,
    no comment waiting for a decision, no mail due.

    How many were forgotten. The commenter stays, as a hash; whoever comments again brings the address along.
    """
    last = (now or timezone.now()) - ADDRESS_KEPT
    comments = Comment.objects.filter(commenter=OuterRef("commenter"))
    recent = comments.filter(Q(submitted_at__gt=last) | Q(status=Comment.Status.PENDING))
    due = Notice.objects.filter(commenter=OuterRef("commenter"), sent_at=None, dropped_at=None)
    asked = Notice.objects.filter(commenter=OuterRef("commenter"), created_at__gt=last)
    forgotten = Address.objects.filter(
        Q(commenter__confirmed_at=None) | Q(commenter__muted_at__lte=last),
        ~Exists(recent),
        ~Exists(due),
        ~Exists(asked),
        commenter__created_at__lte=last,
    )
    return batches(forgotten, lambda rows: rows.delete()[0])


def in_batches(rows: QuerySet[Any], **changes: Any) -> int:
    return batches(rows, lambda some: some.update(**changes))


def batches(rows: QuerySet[Any], act: Callable[[QuerySet[Any]], int]) -> int:
    """Do something to rows that are no such rows afterwards, a thousand in one transaction."""
    done = 0
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        done += act(rows.filter(pk__in=pks))
    return done
