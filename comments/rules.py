"""
The house rules as one value: what is asked of the database once, and then applied to any number of comments.

`comments.checks` is the list of what can be found; this module decides what follows from it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from comments.checks import CHECKS, Action, Candidate, Listed, Lists, Suspicion, canonical_host
from comments.models import Ban, Comment, Discussion, HouseRules, Rule

# Of several suspicions the gravest decides.
GRAVITY = (Action.HOLD, Action.REJECT, Action.SPAM)
MOST_REASONS = 10
BECOMES: dict[Action, str] = {
    Action.HOLD: Comment.Status.PENDING,
    Action.REJECT: Comment.Status.BIN,
    Action.SPAM: Comment.Status.SPAM,
}


@dataclass(frozen=True)
class Verdict:
    """What becomes of a comment, and why, in words for the moderator."""

    status: str
    reasons: list[str] = field(default_factory=list)


def house_rules() -> HouseRules:
    """The one row, or its defaults where nobody has saved one yet."""
    return HouseRules.objects.first() or HouseRules(pk=1)


def current_lists(rules: HouseRules | None = None, listed: list[Rule] | None = None) -> Lists:
    """
    Everything that checks look things up in, as it is now.

    `rules` and `listed` put unsaved ones in the place of those of the database, for trying them.
    """
    rules = rules or house_rules()
    listed = list(Rule.objects.all()) if listed is None else listed
    bans: dict[str, set[str]] = {kind: set() for kind in Ban.Kind.values}
    for kind, value in Ban.objects.active().values_list("kind", "value"):
        bans[kind].add(value)
    return Lists(
        max_links=rules.max_links,
        hold_repeats=rules.hold_repeats,
        words=[Listed(rule.pattern, Action(rule.action)) for rule in listed if rule.kind == Rule.Kind.WORD],
        domains={canonical_host(rule.pattern): Action(rule.action) for rule in listed if rule.kind == Rule.Kind.DOMAIN},
        bans=bans,
        staff_names=staff_names() if rules.hold_staff_names else [],
    )


def staff_names() -> list[str]:
    """What the staff are called, full names and short ones, and the house itself."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True)
    people = {name for user in staff for name in (user.get_full_name(), user.get_username()) if name}
    return [settings.SITE_NAME, *sorted(people)]


def judge(candidate: Candidate, lists: Lists, *, approve_after: int = 0) -> Verdict:
    """
    What becomes of a comment: spam or bin if a list says so, held if anything speaks against it, else held all the same
    (the default) or approved, if its author has earned it.

    An author has earned it by `approve_after` approved comments under this name, with a confirmed address.
    """
    suspicions = [found for check in CHECKS for found in check(candidate, lists)]
    if suspicions:
        gravest = max((suspicion.action for suspicion in suspicions), key=GRAVITY.index)
        return Verdict(BECOMES[gravest], in_words(suspicions))
    if approve_after and candidate.confirmed and candidate.approved_before >= approve_after:
        reason = f"{candidate.approved_before} approved before under this name, and the address is confirmed"
        return Verdict(Comment.Status.APPROVED, [reason])
    return Verdict(Comment.Status.PENDING, ["Every comment waits for a person"])


def in_words(suspicions: list[Suspicion]) -> list[str]:
    """The reasons, the gravest first, and no more than a moderator reads."""
    gravest_first = sorted(suspicions, key=lambda suspicion: -GRAVITY.index(suspicion.action))
    reasons = list(dict.fromkeys(suspicion.reason for suspicion in gravest_first))
    more = len(reasons) - MOST_REASONS
    return [*reasons[:MOST_REASONS], f"And {more} more"] if more > 0 else reasons


def is_open(issued_on: date, discussion: Discussion | None, rules: HouseRules, now: datetime | None = None) -> bool:
    """Whether an issue takes comments: its own switch, else the house's and the days since its date of issue."""
    if discussion is not None and discussion.is_open is not None:
        return discussion.is_open
    if not rules.is_open:
        return False
    return not rules.close_after or (timezone.localdate(now) - issued_on).days <= rules.close_after
