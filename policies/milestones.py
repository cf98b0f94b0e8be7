"""The milestones of a policy as an issue has them: what has come, what was to come by now, and what lies ahead."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from policies.models import Status


class Step(NamedTuple):
    """A milestone in the reader's words. `was_due`: it was still to come in the issue, and its day has passed."""

    dated_on: date
    status: str
    label: str
    text: str
    source_name: str
    source_link: str
    was_due: bool


class Timeline(NamedTuple):
    """Milestones in the order of their dates: `past`, and `ahead` of today."""

    past: list[Step]
    ahead: list[Step]


def timeline(milestones: Iterable[dict[str, str]], *, issued_on: date, today: date) -> Timeline:
    """The milestones that an issue of that date has, told from today."""
    steps = sorted((step(milestone, issued_on, today) for milestone in milestones), key=lambda step: step.dated_on)
    return Timeline(
        [step for step in steps if step.dated_on <= today], [step for step in steps if step.dated_on > today]
    )


def step(milestone: dict[str, str], issued_on: date, today: date) -> Step:
    dated_on = date.fromisoformat(milestone["dated_on"])
    status, link = milestone["status"], milestone["source_link"]
    return Step(
        dated_on,
        status,
        str(Status(status).label) if status in Status.values else status,
        milestone["text"],
        milestone["source_name"] or (urlsplit(link).hostname or "" if link else ""),
        link,
        issued_on < dated_on <= today,
    )
