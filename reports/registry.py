"""Registries of what runs on across issues: finding a row by the name that a text prints, and registering new ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newsroom.lib.fields import room
from newsroom.lib.names import closest
from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.lib.text import folded

Line = TypeVar("Line", bound=tuple[str, ...])


@dataclass(frozen=True)
class Recognition:
    """What a printed name turned out to be: `known` and `similar` come with the row, `new` without."""

    kind: Literal["known", "similar", "new"]
    row: Any = None


@dataclass(frozen=True)
class Registry:
    """
    Rows with a name, an address and other names (aliases).

    `rows` and `aliases` are the models, `label` is the row's field that holds its name, `of` the alias's field that
    holds its row, and `facts` gives what can be told of a new row by its name: fields and their values.
    """

    rows: Any
    aliases: Any
    label: str
    of: str
    facts: Callable[[str], Mapping[str, str]] = lambda name: {}

    def recognise(self, names: Iterable[str]) -> dict[str, Recognition]:
        """What each name is, in two queries however many there are."""
        known = self.known()
        by_label = {getattr(row, self.label): row for row in known.values()}
        found = {}
        for name in names:
            if row := known.get(self.key(name)):
                found[name] = Recognition("known", row)
            elif similar := closest(name, by_label):
                found[name] = Recognition("similar", by_label[similar])
            else:
                found[name] = Recognition("new")
        return found

    def settle(self, lines: Iterable[Line], *, same: Mapping[str, Any] | None = None) -> dict[Any, list[Line]]:
        """
        The lines of each row, in their order. A line begins with a printed name.

        `same` says which row a name means; the name becomes the row's alias, so that it is known next time. Other
        names are looked up, and registered if nobody has them.
        """
        known = self.known()
        said = {self.key(name): row for name, row in (same or {}).items()}
        slugs = set(self.rows.objects.values_list("slug", flat=True))
        settled: dict[Any, list[Line]] = {}
        for line in lines:
            name, key = line[0], self.key(line[0])
            row = said.get(key) or known.get(key)
            if row is None:
                slug = unique_slug(slug_for(name), slugs)
                slugs.add(slug)
                row = self.rows.objects.create(**{self.label: name}, slug=slug, **self.facts(name))
            elif key not in known:
                self.aliases.objects.create(**{self.of: row}, name=name)
            known[key] = row
            settled.setdefault(row, []).append(line)
        return settled

    def known(self) -> dict[str, Any]:
        """The rows by the keys of their names and of their aliases."""
        rows: dict[str, Any] = {row.key: row for row in self.rows.objects.all()}
        aliases = {alias.key: getattr(alias, self.of) for alias in self.aliases.objects.select_related(self.of)}
        return aliases | rows  # who bears a name comes before who is also called so

    def key(self, name: str) -> str:
        """What tells names apart, as FoldedField keeps it: whatever their case, and as far as it has room."""
        return folded(name)[: room(self.rows, "key")]


def joined(row: Any, what: str, texts: Iterable[str], *, most: int) -> str:
    """The texts of one row's lines as one; `what` they are called. Raises ValidationError if they have no room."""
    text = "; ".join(filter(None, texts))
    if len(text) > most:
        raise ValidationError(
            _(
                "%(row)s is printed more than once, and its %(what)s together have %(number)d characters; "
                "%(most)d are the most."
            )
            % {"row": row, "what": what, "number": len(text), "most": most}
        )
    return text
