"""Confirming and refusing that stories name companies."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from newsroom.lib.numbers import row_number
from newsroom.lib.rights import require
from newsroom.revising import keep, lock
from reports.models import Report
from watchlist.models import Mention

States = dict[int, str]  # by the number of a mention, the state that it is to have, or had
ACTS = {
    "confirm": Mention.State.CONFIRMED.value,
    "refuse": Mention.State.REFUSED.value,
    "propose": Mention.State.PROPOSED.value,
}


def confirm(mention: Mention, *, by: Any) -> States:
    """Say that a story does name a company. As `decide`."""
    return decide(mention.story.report, {mention.pk: ACTS["confirm"]}, by=by)


def refuse(mention: Mention, *, by: Any) -> States:
    """Say that a story doesn't name a company: readers are told of it no more once this is published. As `decide`."""
    return decide(mention.story.report, {mention.pk: ACTS["refuse"]}, by=by)


@transaction.atomic
def decide(report: Report, states: Mapping[int, str], *, by: Any) -> States:
    """
    Give mentions of an issue these states, and give back which those had that were changed, for undoing it.

    Numbers that are no mentions of the issue are passed over: a mention may be gone, with its name or its story. A
    revision is kept; what is live stays as it is until the issue is published again. The issue's version stays, as no
    form of it holds a mention, and so nobody can save over one.

    Needs `watchlist.change_mention`. Raises PermissionDenied, and ValueError for a state that there is none of.
    """
    require(by, "watchlist.change_mention")
    if unknown := set(states.values()).difference(Mention.State.values):
        raise ValueError(f"No mention can be {unknown.pop()}.")
    report = lock(report)
    found = Mention.objects.filter(story__report=report, pk__in=list(states))
    before = {pk: state for pk, state in found.values_list("pk", "state") if state != states[pk]}
    for state in set(states.values()):
        Mention.objects.filter(pk__in=[pk for pk in before if states[pk] == state]).update(state=state)
    if before:
        keep(report, by=by, note=_("Companies that stories name"))
    return before


@transaction.atomic
def look_again(report: Report, *, by: Any) -> int:
    """
    Propose what the stories name by the registry as it is now; gives back how many more wait for a decision.

    For a company or a name that was added since the issue was saved last. A revision is kept if that changes anything.
    Needs `watchlist.change_mention`. Raises PermissionDenied.
    """
    require(by, "watchlist.change_mention")
    waiting = Mention.objects.filter(story__report=lock(report), state=Mention.State.PROPOSED)
    before = waiting.count()
    keep(report, by=by, note=_("Companies that stories name"))
    return max(0, waiting.count() - before)


def asked(report: Report, act: str) -> States:
    """
    What a button asks for: "confirm:12", "refuse:story-3", "confirm:all"; nothing for what names nothing.

    With many at once those are meant that nobody has decided about.
    """
    verb, _colon, what = act.partition(":")
    if verb not in ACTS:
        return {}
    its = Mention.objects.filter(story__report=report)
    if what == "all":
        its = its.filter(state=Mention.State.PROPOSED)
    elif what.startswith("story-"):
        its = its.filter(state=Mention.State.PROPOSED, story=row_number(what.removeprefix("story-")))
    else:
        its = its.filter(pk=row_number(what))
    return dict.fromkeys(its.values_list("pk", flat=True), ACTS[verb])


def written(states: States) -> str:
    """States as an address holds them: "12.proposed,13.refused"."""
    return ",".join(f"{pk}.{state}" for pk, state in sorted(states.items()))


def parsed(text: str) -> States:
    """The states that a text of `written` holds; what is none is passed over."""
    pairs = (part.partition(".") for part in text.split(",")[:1000])
    return {number: state for pk, _dot, state in pairs if (number := row_number(pk)) and state in Mention.State.values}
