"""
What readers see of the comments on an issue: pages of a thread, in reading order.

Everything here takes a live edition, and reads nothing of a comment that is not meant for readers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Left

from comments.models import Comment, CommentQuerySet, Discussion, HouseRules
from comments.rules import house_rules, is_open
from reports.models import Edition

PAGE = 50
ROOT = 12  # characters of a path: the number of the comment on the issue itself
PLACE = re.compile(r"\d{1,12}(?:\.\d{1,12}){0,2}", re.ASCII)
SHOWN = ("report_id", "parent_id", "path", "name", "site", "body", "staff_id", "submitted_at", "edited_at", "pinned_at")
OLDEST, NEWEST = HouseRules.Order.OLDEST, HouseRules.Order.NEWEST


class Nowhere(ValueError):
    """There is no such page of a thread."""


@dataclass
class Node:
    """
    A comment with the replies to it that stand on the same page.

    Without a comment: one that readers see no longer, above its replies. `answers` is the comment that this one is a
    reply to, where that stands on another page.
    """

    comment: Comment | None
    replies: list["Node"] = field(default_factory=list)
    answers: Comment | None = None


@dataclass(frozen=True)
class Thread:
    """One page of the comments on an issue. `more` is the place of its last comment, if others follow."""

    count: int
    order: str
    is_open: bool
    pinned: list[Node]
    nodes: list[Node]
    more: str = ""
    after: str = ""
    in_usual_order: bool = True


def on(edition: Edition) -> CommentQuerySet:
    """The comments on an issue that readers see."""
    return Comment.objects.approved().filter(report=edition.report_id).only(*SHOWN)


def public(pk: int) -> tuple[Comment, Edition]:
    """A comment that readers see, with the edition of its issue. Raises ObjectDoesNotExist if they don't."""
    comment = Comment.objects.approved().only(*SHOWN).get(pk=pk)
    return comment, Edition.objects.live().without_article().get(report=comment.report_id)


def read(edition: Edition, *, order: str = "", after: str = "") -> Thread:
    """
    A page of the thread: the first, or the one after a place in it.

    Pinned comments, and what was said below them, stand at the head of the first page and nowhere else. Without an
    `order` it is the usual one of the house. Raises Nowhere for an unknown order or what is no place.
    """
    rules = house_rules()
    order = order or rules.order
    if order not in HouseRules.Order.values or (after and not PLACE.fullmatch(after)):
        raise Nowhere
    discussion = Discussion.objects.filter(report=edition.report_id).first()
    rows = on(edition)
    count = rows.count()
    head = head_of(rows) if count else []
    found = list(following(sequence(rows, head, order), order, path_of(after))[: PAGE + 1]) if count else []
    shown, rest = found[:PAGE], found[PAGE:]
    first = head if not after else []
    elsewhere = answered([*first, *shown], rows)
    return Thread(
        count=count,
        order=order,
        is_open=is_open(edition.issued_on, discussion, rules),
        pinned=nested(first, elsewhere),
        nodes=nested(shown, elsewhere),
        more=place_of(shown[-1].path) if rest else "",
        after=after,
        in_usual_order=order == rules.order,
    )


def page_with(comment: Comment, edition: Edition) -> str:
    """The place after which the page begins that holds a comment, in the usual order; "" for the first page."""
    rows, order = on(edition), house_rules().order
    head = head_of(rows)
    if any(pinned.pk == comment.pk for pinned in head):
        return ""
    others = sequence(rows, head, order)
    pages = preceding(others, order, comment.path).count() // PAGE
    last_before = others.values_list("path", flat=True)[pages * PAGE - 1 : pages * PAGE].first() if pages else None
    return place_of(last_before) if last_before else ""


def newest(edition: Edition, number: int) -> list[Any]:
    """The comments that appeared last, the last first, each with `appeared_at`."""
    appeared = on(edition).annotate(appeared_at=Coalesce("approved_at", "submitted_at"))
    return list(appeared.order_by("-appeared_at", "-pk")[:number])


# The order of a thread: by path from the oldest on; from the newest on, the same within what was said about one comment


def head_of(rows: CommentQuerySet) -> list[Comment]:
    """The pinned comments, the last pinned first, each with what was said below it; no more than a page of them."""
    pinned = list(rows.exclude(pinned_at=None).order_by("-pinned_at", "path").values_list("path", flat=True)[:PAGE])
    tops = [path for path in pinned if not any(path.startswith(f"{other}/") for other in pinned)]
    below = Q(*(Q(path__startswith=top) for top in tops), _connector=Q.OR)
    found = rows.filter(below).order_by("path")[:PAGE] if tops else []
    return sorted(found, key=lambda row: next(n for n, top in enumerate(tops) if row.path.startswith(top)))


def sequence(rows: CommentQuerySet, head: Iterable[Comment], order: str) -> CommentQuerySet:
    """All that is not at the head, in order."""
    others = rows.exclude(pk__in=[comment.pk for comment in head])
    if order == NEWEST:
        return others.annotate(root=Left("path", Value(ROOT))).order_by("-root", "path")
    return others.order_by("path")


def following(rows: CommentQuerySet, order: str, path: str) -> CommentQuerySet:
    if not path:
        return rows
    if order == NEWEST:
        return rows.filter(Q(root__lt=path[:ROOT]) | Q(root=path[:ROOT], path__gt=path))
    return rows.filter(path__gt=path)


def preceding(rows: CommentQuerySet, order: str, path: str) -> CommentQuerySet:
    if order == NEWEST:
        return rows.filter(Q(root__gt=path[:ROOT]) | Q(root=path[:ROOT], path__lt=path))
    return rows.filter(path__lt=path)


def place_of(path: str) -> str:
    """A path as it stands in an address: 000000000007/000000000012 is 7.12."""
    return ".".join(part.lstrip("0") or "0" for part in path.split("/"))


def path_of(place: str) -> str:
    return "/".join(f"{int(part):012}" for part in place.split(".")) if place else ""


# Who answers whom


def answered(comments: Sequence[Comment], rows: CommentQuerySet) -> dict[int, Comment]:
    """Comments on other pages, or in the other part of this one, to which these are replies."""
    parents = {comment.parent_id for comment in comments if comment.parent_id}
    here = {comment.pk: comment for comment in comments if comment.pk in parents}
    missing = parents - here.keys()
    return here | {comment.pk: comment for comment in rows.filter(pk__in=missing)} if missing else here


def nested(comments: Sequence[Comment], elsewhere: dict[int, Comment]) -> list[Node]:
    """Comments in reading order as a tree."""
    here = {comment.pk: Node(comment) for comment in comments}
    top: list[Node] = []
    for comment in comments:
        node, parent_id = here[comment.pk], comment.parent_id
        if parent_id is None:
            top.append(node)
        elif parent_id in here:
            here[parent_id].replies.append(node)
        elif parent_id in elsewhere:
            node.answers = elsewhere[parent_id]
            top.append(node)
        else:
            gone = here[parent_id] = Node(None, [node])
            grandparent = here.get(comment.above[-2]) if len(comment.above) > 1 else None
            (grandparent.replies if grandparent else top).append(gone)
    return top
