"""The policies of editions, as rows that other pages can ask across issues."""

from collections.abc import Iterator, Sequence
from datetime import date

from policies.models import Appearance
from reports.models import Edition


def project(editions: Sequence[Edition]) -> None:
    """Write the policies of editions, replacing those that were there. A withdrawal has none."""
    Appearance.objects.filter(edition__in=editions).delete()
    shown = [edition for edition in editions if edition.kind != Edition.Kind.WITHDRAWAL]
    Appearance.objects.bulk_create(row for edition in shown for row in tracked(edition))


def tracked(edition: Edition) -> Iterator[Appearance]:
    """The policies of an edition's tracker."""
    for position, line in enumerate(edition.revision.content["policies"]):
        milestones = line.get("milestones", [])
        yield Appearance(
            edition=edition,
            place=edition.place,
            policy_id=line["policy"],
            position=position,
            title=line["title"],
            slug=line["slug"],
            jurisdiction=line["jurisdiction"],
            detail=line["detail"],
            status=status_on(edition.issued_on, milestones),
            milestones=milestones,
        )


def status_on(day: date, milestones: list[dict[str, str]]) -> str:
    """The status that a policy has on a day, by its milestones in the order of their dates; "" before the first."""
    reached = [milestone["status"] for milestone in milestones if date.fromisoformat(milestone["dated_on"]) <= day]
    return reached[-1] if reached else ""
