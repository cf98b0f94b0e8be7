"""
Changing the house rules, and trying them first: on a text, and on what came in the last 30 days.

Lists are given as editors type them: one word or domain a line, a box for each kind and action.
"""

import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comments.checks import Candidate, canonical_host, domain_of, plain, with_bounds
from comments.models import Comment, Decision, HouseRules, Rule, text_digest
from comments.record import entry, write
from comments.rules import Verdict, current_lists, judge
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.rights import require
from newsroom.lib.text import Wording, folded, one_line
from reports.caching import purge
from reports.models import Edition

CHANGE = "comments.change_houserules"
SETTINGS = (
    *("is_open", "close_after", "order", "approve_after", "max_links", "hold_staff_names", "hold_repeats", "digest"),
)
ON_PAGES = {"is_open", "close_after", "order"}
BOXES = [(kind, action) for kind in Rule.Kind.values for action in Rule.Action.values]
MOST_RULES = 2_000
MOST_WORDS = 8  # of one phrase
TRIED = timedelta(days=30)
MOST_TRIED = 10_000
SECONDS_TRIED = 15  # less than a web worker is given for one answer
MOST_SHOWN = 100
CHUNK = 500  # comments in memory at a time


class Stale(Exception):
    """Somebody changed the rules after this editor had seen them."""


# What is typed


@dataclass
class Typed:
    """The lists as somebody typed them: rules, not saved, by key, and what is wrong by box ("word_hold")."""

    found: dict[tuple[str, str], Rule] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    @property
    def rules(self) -> list[Rule]:
        return list(self.found.values())

    def take(self, kind: str, action: str, line: str) -> None:
        """Add one line. Raises ValueError with a sentence for the editor."""
        pattern = understood(kind, line)
        rule = Rule(kind=kind, action=action, pattern=pattern, pattern_folded=folded(pattern))
        if self.found.setdefault(key(rule), rule).action != action:
            raise ValueError(_("“%(line)s” is on another list too. Decide for one of them.") % {"line": pattern})
        if len(self.found) == MOST_RULES + 1:
            said = ngettext(
                "All lists together have room for %(number)s line.",
                "All lists together have room for %(number)s lines.",
                MOST_RULES,
            )
            raise ValueError(said % {"number": f"{MOST_RULES:,}"})


def read_lists(boxes: Mapping[str, str]) -> Typed:
    """The rules that boxes of text hold, each once, and a fault for each line that can be none."""
    typed = Typed()
    for kind, action in BOXES:
        box = f"{kind}_{action}"
        for line in filter(None, map(one_line, boxes.get(box, "").splitlines())):
            try:
                typed.take(kind, action, line)
            except ValueError as fault:
                typed.faults.setdefault(box, []).append(str(fault))
    return typed


def key(rule: Rule) -> tuple[str, str]:
    return rule.kind, rule.pattern_folded


def understood(kind: str, line: str) -> str:
    """One line of a list as it is kept. Raises ValueError with a sentence for the editor."""
    if len(line) > 200 or len(folded(line)) > 250:
        raise ValueError(_("“%(line)s…” is too long; a line has at most 200 letters.") % {"line": line[:40]})
    return understood_word(line) if kind == Rule.Kind.WORD else understood_domain(line)


def understood_word(line: str) -> str:
    letters = [letter for letter in plain(line) if letter.isalnum()]
    spaced = sum(map(is_spaced, letters))
    if letters and not spaced:
        line = line.strip("* ")  # a word that may stand anywhere needs none
    if len(plain(line)) < (1 if letters else 2):
        raise ValueError(_("“%(line)s” is no word.") % {"line": line})
    if "*" in line and len(letters) < 2:
        said = _("“%(line)s” would match nearly every comment. Beside a * there must be two letters or more.")
        raise ValueError(said % {"line": line})
    if "*" in line and spaced < len(letters):
        said = _("“%(line)s”: in Chinese and Japanese a word may stand anywhere, so it needs no *.")
        raise ValueError(said % {"line": line})
    if len(line.split()) > MOST_WORDS:
        raise ValueError(_("“%(line)s” has more than eight words.") % {"line": line})
    return line


def is_spaced(letter: str) -> bool:
    """Whether this letter's script writes spaces between words."""
    return with_bounds(letter) != letter


def understood_domain(line: str) -> str:
    """The domain of a URL, an address or a pattern such as *.example.org; a whole ending keeps its dot (“.casino”)."""
    bare = line.rpartition("@")[2] if "://" not in line else line
    ending = bare.startswith((".", "*."))
    host = domain_of(bare.lstrip("*."))
    if not host or "*" in host or " " in host or not all(host.split(".")):
        raise ValueError(_("“%(line)s” is not a domain. Write it as in example.org.") % {"line": line})
    if "." not in host:
        if not ending:
            said = _("“%(line)s” is not a domain. For all names with that ending, write “.%(ending)s”.")
            raise ValueError(said % {"line": line, "ending": host})
        return f".{host}"
    return canonical_host(host)


def in_boxes(rules: QuerySet[Rule] | list[Rule]) -> dict[str, str]:
    """The rules as text, box by box."""
    lines: dict[str, list[str]] = {f"{kind}_{action}": [] for kind, action in BOXES}
    for rule in rules:
        lines[f"{rule.kind}_{rule.action}"].append(rule.pattern)
    return {box: "\n".join(patterns) for box, patterns in lines.items()}


# Saving


@transaction.atomic
def change(rules: HouseRules, listed: list[Rule], *, seen: str, by: Any) -> Decision | None:
    """
    Save the house rules and the lists; the line of the log, None if nothing changed.

    `seen` is the state that the editor had before him (`state`). Effects: log; pages of all live issues are
    purged if what they show depends on what changed. Raises PermissionDenied, Stale.
    """
    require(by, CHANGE)
    one_at_a_time("house rules")
    stored = HouseRules.objects.first() or HouseRules(pk=1)
    known = list(Rule.objects.all())
    if seen != state(stored, known):
        raise Stale(_("Somebody changed the rules after you opened this page."))
    before, after = summary(stored, known), summary(rules, listed)
    line = entry(Decision.Act.RULES, by=by, before=before, after=after)
    if not line.before and not line.after:
        return None
    rules.pk = 1
    rules.save()
    wanted = {key(rule): rule for rule in listed}
    kept = {key(rule) for rule in known if same(rule, wanted.get(key(rule)))}
    Rule.objects.filter(pk__in=[rule.pk for rule in known if key(rule) not in kept]).delete()
    Rule.objects.bulk_create([rule for name, rule in wanted.items() if name not in kept])
    shorten(line)
    if ON_PAGES & {*line.before, *line.after}:
        purge_all_issues()
    return write([line])[0]


def same(rule: Rule, other: Rule | None) -> bool:
    return other is not None and (rule.action, rule.pattern) == (other.action, other.pattern)


def state(rules: HouseRules, listed: list[Rule]) -> str:
    """What a form must bring back unchanged, so that nobody saves over what he has not seen."""
    newest = max((rule.pk for rule in listed), default=0)
    return f"{rules.changed_at.isoformat() if rules.changed_at else 'new'} {len(listed)} {newest}"


def summary(rules: HouseRules, listed: list[Rule]) -> dict[str, Any]:
    """The rules as the log compares them: each setting, and each list as one."""
    found: dict[str, Any] = {name: getattr(rules, name) for name in SETTINGS}
    for kind, action in BOXES:
        found[f"{kind}s: {action}"] = sorted(
            rule.pattern for rule in listed if (rule.kind, rule.action) == (kind, action)
        )
    return found


def shorten(line: Decision) -> None:
    """Of each list keep in the log what was taken away and what was added, not the rest of it."""
    for name in [name for name in {*line.before, *line.after} if ":" in name]:
        old, new = line.before.get(name, []), line.after.get(name, [])
        line.before[name] = [pattern for pattern in old if pattern not in new]
        line.after[name] = [pattern for pattern in new if pattern not in old]


def purge_all_issues() -> None:
    live = [f"issue-{pk}" for pk in Edition.objects.live().order_by("report_id").values_list("report_id", flat=True)]
    for first in range(0, len(live), 100):
        purge(live[first : first + 100])


# Trying


def try_text(rules: HouseRules, listed: list[Rule], *, name: str, site: str, body: str) -> Verdict:
    """What these rules, saved or not, would do with a text of somebody unknown; saves nothing."""
    repeats = Comment.objects.filter(text_digest=text_digest(body), submitted_at__gt=timezone.now() - TRIED)
    candidate = Candidate(name=name, site=site, body=body, repeated=bool(body) and repeats.exists())
    return judge(candidate, current_lists(rules, listed), approve_after=rules.approve_after)


@dataclass
class Difference:
    """A comment about which these rules and a person would not agree."""

    comment: Comment
    verdict: Verdict

    @property
    def outcome(self) -> Wording:
        return OUTCOMES[self.verdict.status]

    @property
    def decided(self) -> Wording:
        return OUTCOMES[self.comment.status]


OUTCOMES: dict[str, Wording] = {
    Comment.Status.APPROVED: gettext_lazy("approved"),
    Comment.Status.PENDING: gettext_lazy("held"),
    Comment.Status.SPAM: gettext_lazy("spam"),
    Comment.Status.BIN: gettext_lazy("rejected"),
}


@dataclass
class DryRun:
    """What these rules would have done; `looked_at` of `total` comments, the newest first."""

    outcomes: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    different: int = 0
    looked_at: int = 0
    cut: bool = False

    def count(self, comment: Comment, verdict: Verdict) -> None:
        self.looked_at += 1
        self.outcomes[verdict.status] += 1
        if disagree(comment, verdict):
            self.different += 1
            if len(self.differences) < MOST_SHOWN:
                self.differences.append(Difference(comment, verdict))

    @property
    def counts(self) -> list[tuple[Wording, int]]:
        return [(label, self.outcomes[status]) for status, label in OUTCOMES.items()]


def dry_run(rules: HouseRules, listed: list[Rule], now: datetime | None = None) -> DryRun:
    """
    Judge the comments of the last 30 days by these rules, saved or not; saves nothing.

    At most MOST_TRIED comments and SECONDS_TRIED seconds. Addresses are not read, so neither their domains nor what
    the spam service and the trap said then play a part; bans count as they are now.
    """
    lists, run = current_lists(rules, listed), DryRun()
    deadline = time.monotonic() + SECONDS_TRIED
    rows = to_try(now or timezone.now())[: MOST_TRIED + 1].iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        earlier = Earlier.than(some)
        for comment in some:
            if run.looked_at == MOST_TRIED or time.monotonic() > deadline:
                run.cut = True
                return run
            run.count(comment, judge(earlier.candidate(comment), lists, approve_after=rules.approve_after))
    return run


def to_try(now: datetime) -> QuerySet[Comment]:
    """Readers' comments of the last 30 days, the newest first."""
    rows = Comment.objects.filter(submitted_at__gt=now - TRIED, submitted_at__lte=now, staff=None)
    found = rows.exclude(status=Comment.Status.WITHDRAWN).newest_first()
    return found.select_related("commenter").defer("original", "reasons")


@dataclass(frozen=True)
class Earlier:
    """What was known when some comments came: times, in order, of approvals by author and name, of texts by digest."""

    approvals: dict[tuple[int | None, str], list[datetime]]
    texts: dict[str, list[datetime]]

    @classmethod
    def than(cls, comments: list[Comment]) -> "Earlier":
        """Two queries, whatever their number."""
        authors = {comment.commenter_id for comment in comments}
        approved = Comment.objects.approved().filter(commenter__in=authors - {None}, approved_at__isnull=False)
        digests = {comment.text_digest for comment in comments}
        since = min(comment.submitted_at for comment in comments) - TRIED
        sent = Comment.objects.filter(text_digest__in=digests, submitted_at__gt=since)
        self = cls(defaultdict(list), defaultdict(list))
        approvals: Any = approved.order_by("approved_at").values_list("commenter", "name", "approved_at")
        for author, name, at in approvals:
            self.approvals[author, name].append(at)
        for digest, at in sent.order_by("submitted_at").values_list("text_digest", "submitted_at"):
            self.texts[digest].append(at)
        return self

    def candidate(self, comment: Comment) -> Candidate:
        """A comment as the rules would have seen it when it came."""
        at, author = comment.submitted_at, comment.commenter
        same = self.texts[comment.text_digest]
        return Candidate(
            name=comment.name,
            body=comment.body,
            site=comment.site,
            address=author.digest if author else "",
            network=comment.network,
            confirmed=bool(author and author.confirmed_at and author.confirmed_at < at),
            approved_before=bisect_left(self.approvals[comment.commenter_id, comment.name], at) if author else 0,
            repeated=bisect_left(same, at) > bisect_right(same, at - TRIED),
        )


def disagree(comment: Comment, verdict: Verdict) -> bool:
    """Whether the rules would have let through what a person kept back, or kept back what a person let through."""
    if comment.decided_by_id is None or Comment.Status.PENDING in {comment.status, verdict.status}:
        return False
    return (comment.status == Comment.Status.APPROVED) != (verdict.status == Comment.Status.APPROVED)
