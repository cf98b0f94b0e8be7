"""The companies of an edition, as rows that other pages can ask across issues."""

from reports.models import Edition
from watchlist.models import Appearance


def project(edition: Edition) -> None:
    """Write an edition's companies, replacing those that were there. A withdrawal has none."""
    edition.companies.all().delete()
    if edition.kind == Edition.Kind.WITHDRAWAL:
        return
    Appearance.objects.bulk_create(
        Appearance(
            edition=edition,
            company_id=note["company"],
            position=position,
            name=note["name"],
            slug=note["slug"],
            country=note["country"],
            link=note["link"],
            note=note["note"],
        )
        for position, note in enumerate(edition.revision.content["watchlist"])
    )
