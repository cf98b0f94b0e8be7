"""The policies of an edition, as rows that other pages can ask across issues."""

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
            policy_id=line["policy"],
            position=position,
            title=line["title"],
            slug=line["slug"],
            jurisdiction=line["jurisdiction"],
            detail=line["detail"],
        )
        for position, line in enumerate(edition.revision.content["policies"])
    )
