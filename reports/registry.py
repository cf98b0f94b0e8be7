"""Finding a row of a registry by the name that a text prints."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from newsroom.lib.names import closest
from newsroom.lib.text import folded


@dataclass(frozen=True)
class Recognition:
    """What a printed name turned out to be: `known` and `similar` come with the row, `new` without."""

    kind: Literal["known", "similar", "new"]
    row: Any = None


def recognise(names: Iterable[str], *, registry: Any, aliases: Any, of: str, label: str) -> dict[str, Recognition]:
    """
    What each name is in a registry, in two queries however many there are.

    `registry` and `aliases` are its models, `of` the field by which an alias names its row, `label` the registry's
    field that holds the name. Known is who has the name, or has it as an alias, whatever its case.
    """
    rows: dict[str, Any] = {row.key: row for row in registry.objects.all()}
    known = rows | {alias.key: getattr(alias, of) for alias in aliases.objects.select_related(of)}
    by_label = {getattr(row, label): row for row in rows.values()}
    found = {}
    for name in names:
        if row := known.get(folded(name)):
            found[name] = Recognition("known", row)
        elif similar := closest(name, by_label):
            found[name] = Recognition("similar", by_label[similar])
        else:
            found[name] = Recognition("new")
    return found
