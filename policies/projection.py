"""The policies of an edition, as rows that other pages can ask across issues."""

from datetime import date

from policies.models import Appearance
from reports.models import Edition


def project(edition: Edition) -> None:
    """Write an edition's policies, replacing those that were there. A withdrawal has none."""
    edition.policies.all().delete()
    if edition.kind == Edition.Kind.WITHDRAWAL:
        return
    Appearance.objects.bulk_create(
        Appearance(
            edition=edition,
            place=edition.place,
            policy_id=line["policy"],
            position=position,
            title=line["title"],
            slug=line["slug"],
            jurisdiction=line["jurisdiction"],
            detail=line["detail"],
            status=status_on(edition.issued_on, line.get("milestones", [])),
            milestones=line.get("milestones", []),
        )
        for position, line in enumerate(edition.revision.content["policies"])
    )


def status_on(day: date, milestones: list[dict[str, str]]) -> str:
    """The status that a policy has on a day, by its milestones in the order of their dates; "" before the first."""
    reached = [milestone["status"] for milestone in milestones if date.fromisoformat(milestone["dated_on"]) <= day]
    return reached[-1] if reached else ""
