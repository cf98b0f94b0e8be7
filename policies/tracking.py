"""Writing where an issue says policies stand."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.lib.text import folded
from policies.models import Alias, Policy, Update
from reports.models import Report
from reports.registry import Recognition
from reports.registry import recognise as recognise_in

# Titles begin with their place often enough to save the editor the typing: "EU AI Act", "China’s “AI+” Action Plan".
PLACE = re.compile(
    r"(China|EU|US|UK|UN|G7|G20|Japan|India|South Korea|Singapore|Canada|Brazil|African Union)(?:[’']s?)?\b"
)


class Line(NamedTuple):
    """A line of a printed policy tracker."""

    title: str
    detail: str


def recognise(titles: Iterable[str]) -> dict[str, Recognition]:
    """Which policies of the registry the printed titles are."""
    return recognise_in(titles, registry=Policy, aliases=Alias, of="policy", label="title")


@transaction.atomic
def track(report: Report, lines: Iterable[Line], *, same: Mapping[str, Policy] | None = None) -> list[Update]:
    """
    Add the lines to the issue's policy tracker, in their order, and give back the updates.

    `same` says which policy a printed title means; it becomes an alias, so that it is known next time. Other titles
    are looked up, and registered if nobody has them. A policy that is printed twice gets one line with both details.

    Raises ValidationError if such a line gets too long.
    """
    lines = list(lines)
    found = recognise(line.title for line in lines)
    policies = {folded(title): policy for title, policy in (same or {}).items()}
    updates: dict[int, Update] = {}
    for line in lines:
        key = folded(line.title)
        if key not in policies:
            known = found[line.title]
            policies[key] = known.row if known.kind == "known" else register(line.title)
        policy = policies[key]
        if found[line.title].kind != "known" and policy.key != key:
            Alias.objects.get_or_create(key=key, defaults={"policy": policy, "name": line.title})
        if policy.pk in updates:
            updates[policy.pk].detail = joined(policy, updates[policy.pk].detail, line.detail)
        else:
            updates[policy.pk] = Update(report=report, policy=policy, position=len(updates), detail=line.detail)
    return Update.objects.bulk_create(updates.values())


def joined(policy: Policy, *details: str) -> str:
    """The details of one policy's lines as one. Raises ValidationError."""
    detail = "; ".join(filter(None, details))
    most = Update._meta.get_field("detail").max_length or 0
    if len(detail) > most:
        raise ValidationError(
            f"{policy} is printed more than once, and its details together have {len(detail)} characters; "
            f"{most} are the most."
        )
    return detail


def register(title: str) -> Policy:
    slugs = set(Policy.objects.values_list("slug", flat=True))
    place = PLACE.match(title)
    return Policy.objects.create(
        title=title, slug=unique_slug(slug_for(title), slugs), jurisdiction=place[1] if place else ""
    )
