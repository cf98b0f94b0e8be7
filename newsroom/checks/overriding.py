"""Publishing in spite of what the checks found: who may, and the log of it."""

from typing import Any

from newsroom.checks import Outcome
from newsroom.lib.rights import require
from reports.models import Override, Report, Revision

PERMISSION = "reports.override_checks"


def override(report: Report, revision: Revision, outcome: Outcome, *, by: Any, reason: str) -> Override:
    """
    Write down that the revision is published in spite of the outcome's blocking findings, for `reason`.

    To be called in the transaction that publishes, with a reason that is not blank. Raises PermissionDenied.
    """
    require(by, PERMISSION)
    return Override.objects.create(
        report=report,
        revision=revision,
        by=by,
        reason=reason,
        findings=[finding.as_json() for finding in outcome.blocking],
        unable=[check.code for check in outcome.unable],
    )
