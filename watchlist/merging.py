"""Two companies of the registry that are one: merging them, with all that is said of either."""

from typing import Any

from watchlist.models import Company, Mention
from watchlist.noting import COMPANIES
from watchlist.projection import project

WEIGHT = [str(Mention.State.REFUSED), str(Mention.State.PROPOSED), str(Mention.State.CONFIRMED)]


def merge(company: Company, *, into: Company, by: Any) -> Company:
    """
    Let `into` take the place of a company, which is gone then; gives it back. In one transaction.

    Notes, mentions, names and editions become the other's (`Registry.merge` says how); its old addresses lead to the
    other's, and so does its number in frozen revisions. A country and a website are taken over where the other has
    none. Of a story that names both, confirmed comes before proposed, and refused stays only if both were.

    Needs `watchlist.merge_company`. Raises PermissionDenied, and Unmergeable with every reason.
    """
    merged: Company = COMPANIES.merge(company, into=into, by=by, move=move, project=project)
    return merged


def move(company: Company, into: Company) -> None:
    """Give the other what belongs to a company beside its notes and names."""
    into.country = into.country or company.country
    into.link = into.link or company.link
    into.save(update_fields=["country", "link"])
    going = dict(Mention.objects.filter(company=company).values_list("story", "state"))
    for mention in Mention.objects.filter(company=into, story__in=list(going)):
        mention.state = max(mention.state, going[mention.story_id], key=WEIGHT.index)
        mention.save(update_fields=["state"])
        Mention.objects.filter(company=company, story=mention.story_id).delete()
    Mention.objects.filter(company=company).update(company=into)
