"""Writing where an issue says policies stand."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from newsroom.lib.fields import room
from policies.models import Alias, Appearance, MergedPolicy, Policy, Update
from reports.models import Report
from reports.registry import Registry, joined

# Titles begin with their place often enough to save the editor the typing: "EU AI Act", "China’s “AI+” Action Plan".
PLACE = re.compile(
    r"(China|EU|US|UK|UN|G7|G20|Japan|India|South Korea|Singapore|Canada|Brazil|African Union)(?:[’']s?)?\b"
)


def facts(title: str) -> dict[str, str]:
    """What a new policy's title tells of it: whose it is."""
    place = PLACE.match(title)
    return {"jurisdiction": place[1]} if place else {}


POLICIES = Registry(
    Policy,
    Alias,
    label="title",
    of="policy",
    lines=Update,
    text="detail",
    appearances=Appearance,
    merged=MergedPolicy,
    facts=facts,
)
recognise = POLICIES.recognise


class Line(NamedTuple):
    """A line of a printed policy tracker."""

    title: str
    detail: str


@transaction.atomic
def track(report: Report, lines: Iterable[Line], *, same: Mapping[str, Policy] | None = None) -> list[Update]:
    """
    Add the lines to the issue's policy tracker, in their order, and give back the updates.

    `same` says which policy a printed title means; it becomes an alias, so that it is known next time. Other titles
    are looked up, and registered if nobody has them. A policy that is printed twice gets one line with both details.

    Raises ValidationError if such a line gets too long.
    """
    printed = POLICIES.settle(lines, same=same)
    most = room(Update, "detail")
    return Update.objects.bulk_create(
        Update(
            report=report,
            policy=policy,
            position=position,
            detail=joined(policy, _("details"), (line.detail for line in its_lines), most=most),
        )
        for position, (policy, its_lines) in enumerate(printed.items())
    )
