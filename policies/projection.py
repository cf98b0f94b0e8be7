"""The policies of editions, as rows that other pages can ask across issues."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from policies.models import Appearance, FormerAddress, MergedPolicy
from reports.models import Edition
from reports.registry import as_they_are


def project(editions: Sequence[Edition]) -> None:
    """
    Write the policies of editions, replacing those that were there. A withdrawal has none.

    A policy that was merged into another since counts as that one, and its address is kept as a former one.
    """
    for model in (Appearance, FormerAddress):
        model.objects.filter(edition__in=editions).delete()
    shown = [edition for edition in editions if edition.kind != Edition.Kind.WITHDRAWAL]
    merged = MergedPolicy.objects.in_bulk()
    Appearance.objects.bulk_create(row for edition in shown for row in tracked(edition, merged))
    if merged:
        FormerAddress.objects.bulk_create(row for edition in shown for row in former(edition, merged))


def tracked(edition: Edition, merged: Mapping[int, Any]) -> Iterator[Appearance]:
    """The policies of an edition's tracker."""
    for line in as_they_are(edition.revision.content["policies"], "policy", "title", merged):
        milestones = in_order(line.lines)
        yield Appearance(
            edition_id=edition.pk,
            place=edition.place,
            policy_id=line.row,
            position=line.position,
            title=line.name,
            slug=line.slug,
            jurisdiction=line.said("jurisdiction"),
            detail=line.all_said("detail"),
            status=status_on(edition.issued_on, milestones),
            milestones=milestones,
        )


def in_order(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The milestones of a policy's lines by their dates, none of them twice."""
    if len(lines) == 1:
        return list(lines[0].get("milestones", []))
    found: list[dict[str, str]] = []
    for line in lines:
        found += [milestone for milestone in line.get("milestones", []) if milestone not in found]
    return sorted(found, key=lambda milestone: milestone["dated_on"])


def former(edition: Edition, merged: Mapping[int, Any]) -> Iterator[FormerAddress]:
    """The addresses that an edition's tracker has for policies which were merged into others since."""
    for line in edition.revision.content["policies"]:
        if row := merged.get(line["policy"]):
            yield FormerAddress(edition_id=edition.pk, place=edition.place, policy_id=row.into_id, slug=line["slug"])


def status_on(day: date, milestones: list[dict[str, str]]) -> str:
    """The status that a policy has on a day, by its milestones in the order of their dates; "" before the first."""
    reached = [milestone["status"] for milestone in milestones if date.fromisoformat(milestone["dated_on"]) <= day]
    return reached[-1] if reached else ""
