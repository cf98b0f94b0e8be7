"""
The house rules as one value: what is asked of the database once, and then applied to any number of comments.

`comments.checks` is the list of what can be found; this module decides what follows from it.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.utils import timezone

from comments.checks import CHECKS, Action, Candidate, Lists
from comments.models import Ban, Comment, Discussion, HouseRules, Rule
from newsroom.lib.text import folded

# Of several suspicions the gravest decides.
GRAVITY = (Action.HOLD, Action.REJECT, Action.SPAM)
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
    staff = get_user_model().objects.filter(is_staff=True, is_active=True) if rules.hold_staff_names else []
    return Lists(
        max_links=rules.max_links,
        hold_repeats=rules.hold_repeats,
        words=[
            (word_pattern(rule.pattern), rule.pattern, Action(rule.action)) for rule in listed if rule.kind == "word"
        ],
        domains=[(rule.pattern.casefold(), Action(rule.action)) for rule in listed if rule.kind == "domain"],
        bans=bans,
        staff_names=[name for user in staff for name in {user.get_full_name(), user.get_username()} if name],
    )


def word_pattern(pattern: str) -> re.Pattern[str]:
    """
    A word or phrase of the list as an expression for folded text: whole words, * for letters within one.

    In scripts that write no spaces (Chinese), a word may stand anywhere.
    """
    parts = [re.escape(part) for part in folded(pattern).split("*")]
    body = r"\w*".join(parts)
    first, last = pattern.strip()[:1], pattern.strip()[-1:]
    before = r"(?<!\w)" if spaced(first) else ""
    after = r"(?!\w)" if spaced(last) else ""
    return re.compile(before + body + after)


def spaced(letter: str) -> bool:
    """Whether words of this letter's script are written with spaces between."""
    return letter.isalnum() and not re.match(r"[぀-ヿ㐀-鿿豈-﫿\U00020000-\U0003ffff]", letter)


def judge(candidate: Candidate, lists: Lists, *, approve_after: int = 0) -> Verdict:
    """
    What becomes of a comment: spam or bin if a list says so, held if anything speaks against it, else held all the same
    (the default) or approved, if its author has earned it.

    An author has earned it by `approve_after` approved comments under this name, with a confirmed address.
    """
    suspicions = [found for check in CHECKS for found in check(candidate, lists)]
    if suspicions:
        gravest = max((suspicion.action for suspicion in suspicions), key=GRAVITY.index)
        return Verdict(BECOMES[gravest], [suspicion.reason for suspicion in suspicions])
    if approve_after and candidate.confirmed and candidate.approved_before >= approve_after:
        reason = f"{candidate.approved_before} approved before under this name, and the address is confirmed"
        return Verdict(Comment.Status.APPROVED, [reason])
    return Verdict(Comment.Status.PENDING, ["Every comment waits for a person"])


def is_open(issued_on: date, discussion: Discussion | None, rules: HouseRules, now: datetime | None = None) -> bool:
    """Whether an issue takes comments: its own switch, else the house's and the days since its date of issue."""
    if discussion is not None and discussion.is_open is not None:
        return discussion.is_open
    if not rules.is_open:
        return False
    return not rules.close_after or (timezone.localdate(now) - issued_on).days <= rules.close_after
