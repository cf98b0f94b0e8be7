"""Two policies of the registry that are one: merging them, with all that is said of either."""

from typing import Any

from policies.models import Milestone, Policy
from policies.projection import project
from policies.tracking import POLICIES


def merge(policy: Policy, *, into: Policy, by: Any) -> Policy:
    """
    Let `into` take the place of a policy, which is gone then; gives it back. In one transaction.

    Updates, milestones, names and editions become the other's (`Registry.merge` says how); its old addresses lead to
    the other's, and so does its number in frozen revisions. A jurisdiction is taken over where the other has none; a
    milestone that both have is kept once.

    Needs `policies.merge_policy`. Raises PermissionDenied, and Unmergeable with every reason.
    """
    merged: Policy = POLICIES.merge(policy, into=into, by=by, move=move, project=project)
    return merged


def move(policy: Policy, into: Policy) -> None:
    """Give the other what belongs to a policy beside its updates and names."""
    into.jurisdiction = into.jurisdiction or policy.jurisdiction
    into.save(update_fields=["jurisdiction"])
    known = {told(milestone) for milestone in into.milestones.all()}
    for milestone in policy.milestones.all():
        if told(milestone) in known:
            milestone.delete()
    Milestone.objects.filter(policy=policy).update(policy=into)


def told(milestone: Milestone) -> tuple[Any, ...]:
    """All that a milestone says."""
    return (
        *(milestone.status, milestone.dated_on, milestone.text),
        *(milestone.source_name, milestone.source_link),
    )
