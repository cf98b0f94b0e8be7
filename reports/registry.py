"""
Registries of what runs on across issues: finding a row by the name that a text prints, registering new ones, merging
two that are one, and removing what nothing uses.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.lib.fields import room
from newsroom.lib.locks import one_at_a_time
from newsroom.lib.names import closest
from newsroom.lib.rights import require
from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.lib.text import folded
from reports.models import Credit, Edition, Placed, Report, Source
from reports.signals import registry_merged, registry_uses
from reports.using import LISTED, InUse, Use, dated, report_page

Line = TypeVar("Line", bound=tuple[str, ...])


@dataclass(frozen=True)
class Recognition:
    """What a printed name turned out to be: `known` and `similar` come with the row, `new` without."""

    kind: Literal["known", "similar", "new"]
    row: Any = None


class Unmergeable(Exception):
    """Why a row can't be merged into another; `reasons` are whole sentences."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


@dataclass(frozen=True)
class Both:
    """An issue that has a line about both of two rows, and what the one line says that is left of them."""

    report: Report
    going: str
    staying: str
    together: str
    most: int

    @property
    def is_too_long(self) -> bool:
        return len(self.together) > self.most


@dataclass(frozen=True)
class Registry:
    """
    Rows with a name, an address and other names (aliases), each of which issues have one line about.

    `rows`, `aliases`, `lines`, `appearances` and `merged` are the models; `label` is the row's field that holds its
    name, `of` the field of the others that holds their row, `text` the field of a line that holds its words. `facts`
    gives what can be told of a new row by its name: fields and their values; `used` what else of its app uses a row;
    `issues` the numbers of the issues that name any of some rows elsewhere than in their lines. `merging` are the
    permissions of the row's model that it takes to merge one.

    Sources have no page of their own: no appearances, no addresses, no other names, and a line of no words.
    """

    rows: Any
    aliases: Any = None
    _: KW_ONLY
    label: str
    of: str
    lines: Any
    text: str = ""
    appearances: Any = None
    merged: Any = None
    facts: Callable[[str], Mapping[str, str]] = lambda name: {}
    used: Callable[[Any], list[Use]] = lambda row: []
    issues: Callable[[Sequence[int]], Iterable[int]] = lambda rows: ()
    merging: Sequence[str] = ("merge",)

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
        slugs = self.taken_slugs()
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

    def taken_slugs(self) -> set[str]:
        """Those of the rows, and those that lead to where a row was merged into."""
        now = self.rows.objects.values_list("slug", flat=True)
        return {*now, *self.merged.objects.values_list("old_slug", flat=True)}

    def key(self, name: str) -> str:
        """What tells names apart, as FoldedField keeps it: whatever their case, and as far as it has room."""
        return folded(name)[: room(self.rows, "key")]

    # What uses a row, and removing one that nothing uses

    def uses(self, row: Any) -> list[Use]:
        """What uses a row: issues, what readers have, and what its own and other apps know of (`registry_uses`)."""
        found = [*self.issues_with(row), *self.editions_with(row), *self.used(row)]
        for _receiver, uses in registry_uses.send(sender=self.rows, kind=self.of, row=row):
            found.extend(uses if isinstance(uses, list) else [])
        return found

    def issues_with(self, row: Any) -> list[Use]:
        lines = self.lines.objects.filter(**{self.of: row.pk}).select_related("report")
        lines = lines.order_by(F("report__issued_on").desc(nulls_first=True), "-report__pk")
        return uses_in(line.report for line in lines[:LISTED]) + more_issues(lines.count() - LISTED)

    def editions_with(self, row: Any) -> list[Use]:
        if self.appearances is None:
            return []
        its = self.appearances.objects.filter(**{self.of: row.pk})
        live = its.live_few().with_edition().newest_first()
        found = [
            Use(
                dated(_("Readers have it in “%(title)s”") % {"title": place.edition.title}, place.edition.issued_on),
                place.edition.url,
            )
            for place in live[:LISTED]
        ]
        if (others := its.count() - len(found)) > 0:
            said = ngettext(
                "%(number)d more edition that readers have, had or will get",
                "%(number)d more editions that readers have, had or will get",
                others,
            )
            found.append(Use(said % {"number": others}))
        return found

    def permission(self, act: str) -> str:
        return f"{self.rows._meta.app_label}.{act}_{self.rows._meta.model_name}"

    @transaction.atomic
    def remove(self, row: Any, *, by: Any) -> None:
        """Delete a row that nothing uses. Raises PermissionDenied, and InUse with what uses it."""
        require(by, self.permission("delete"))
        row = self.rows.objects.select_for_update().get(pk=row.pk)
        if uses := self.uses(row):
            raise InUse(row, uses)
        row.delete()

    # Merging

    def with_lines_about_both(self, row: Any, into: Any) -> list[Both]:
        """The issues that have a line about both, and what becomes of the two lines."""
        going = self.lines.objects.filter(**{self.of: row.pk}).select_related("report")
        by_report = {line.report_id: line for line in going}
        staying = self.lines.objects.filter(**{self.of: into.pk}, report__in=list(by_report)).order_by("report_id")
        found = []
        for line in staying:
            other = by_report[line.report_id]
            texts = [self.said(each) for each in sorted((line, other), key=lambda each: each.position)]
            most = room(self.lines, self.text) if self.text else 0
            found.append(Both(other.report, self.said(other), self.said(line), together(texts), most))
        return found

    def said(self, line: Any) -> str:
        """The words of a line; "" where lines have none."""
        return getattr(line, self.text) if self.text else ""

    def obstacles(self, row: Any, into: Any) -> list[str]:
        """Why one row can't be merged into the other, in sentences."""
        if row.pk == into.pk:
            return [_("“%(row)s” can’t be merged into itself.") % {"row": row}]
        return [
            _(
                "“%(title)s” has a line about both, and together they have %(number)d characters; %(most)d are the "
                "most. Shorten one of them first."
            )
            % {"title": both.report, "number": len(both.together), "most": both.most}
            for both in self.with_lines_about_both(row, into)
            if both.is_too_long
        ]

    @transaction.atomic
    def merge(
        self,
        row: Any,
        *,
        into: Any,
        by: Any,
        move: Callable[[Any, Any], None],
        project: Callable[[Sequence[Edition]], None],
    ) -> Any:
        """
        Let `into` take the place of `row`, in all issues, editions and wherever else; gives it back, read anew.

        An issue that has a line about both keeps one with both texts, at the place of the first. The name of the row
        that is gone, and its other names, become names of the one that is left. `move` is called with both rows for
        what else belongs to them. Revisions and drawn pages stay as they are: `project` writes anew what is asked of
        the editions that had the row, and other apps hear of it (`registry_merged`). The issues concerned get a new
        version, so that nobody saves over this what was opened before.

        All issues that have to do with either are locked first, as whoever publishes or saves one locks that first;
        then both rows. So they wait for each other, and not in a circle.
        Raises PermissionDenied, and Unmergeable with every reason; then nothing is changed.
        """
        for act in self.merging:
            require(by, self.permission(act))
        # One merge after the other: which issues one is about can change by another.
        one_at_a_time(f"{self.rows._meta.label_lower}.merge")
        mine = self.issues_of([row.pk, into.pk])
        list(Report.objects.select_for_update().filter(pk__in=mine).order_by("pk").values_list("pk", flat=True))
        found = {each.pk: each for each in self.rows.objects.select_for_update().filter(pk__in=[row.pk, into.pk])}
        if missing := [each for each in (row, into) if each.pk not in found]:
            raise Unmergeable([_("“%(row)s” is not there any more.") % {"row": each} for each in missing])
        row, into = found[row.pk], found[into.pk]
        if reasons := self.obstacles(row, into):
            raise Unmergeable(reasons)
        editions = self.editions_of([row.pk])
        self.move_lines(row, into)
        move(row, into)
        self.move_names(row, into, by)
        for start in range(0, len(editions), AT_ONCE):
            some = (
                Edition.objects.without_article().select_related("revision").in_bulk(editions[start : start + AT_ONCE])
            )
            project(list(some.values()))
        registry_merged.send(sender=self.rows, kind=self.of, old=row.pk, into=into, editions=editions)
        row.delete()
        return into

    def issues_of(self, rows: Sequence[int]) -> set[int]:
        """The numbers of the issues that name any of these rows, or that readers have, had or will get with one."""
        lines = self.lines.objects.filter(**{f"{self.of}__in": rows}).values_list("report", flat=True)
        shown = Edition.objects.filter(pk__in=self.editions_of(rows)).order_by().values_list("report", flat=True)
        return {*lines, *shown, *self.issues(rows)}

    def editions_of(self, rows: Sequence[int]) -> list[int]:
        """The numbers of the editions that anything is projected of with any of these rows."""
        projections = [
            relation.related_model
            for relation in self.rows._meta.related_objects
            if issubclass(relation.related_model, Placed)
        ]
        found = {
            pk
            for model in projections
            for pk in model.objects.filter(**{f"{self.of}__in": rows}).values_list("edition", flat=True)
        }
        return sorted(found)

    def move_lines(self, row: Any, into: Any) -> None:
        for both in self.with_lines_about_both(row, into):
            lines = self.lines.objects.filter(report=both.report)
            first = min(lines.filter(**{f"{self.of}__in": [row.pk, into.pk]}).values_list("position", flat=True))
            lines.filter(**{self.of: row.pk}).delete()
            said = {self.text: both.together} if self.text else {}
            lines.filter(**{self.of: into.pk}).update(**said, position=first)
            Report.objects.filter(pk=both.report.pk).update(version=F("version") + 1)
        going = self.lines.objects.filter(**{self.of: row.pk})
        Report.objects.filter(pk__in=list(going.values_list("report", flat=True))).update(version=F("version") + 1)
        going.update(**{self.of: into})

    def move_names(self, row: Any, into: Any, by: Any) -> None:
        """The row's names become those of the other, and its number and its addresses lead there, if it has any."""
        if self.merged is None:
            return
        newest = self.appearances.objects.filter(**{self.of: into.pk}).live_few().newest_first().first()
        known = newest or into
        as_known = {"into": into, "name": getattr(known, self.label), "slug": known.slug}
        self.merged.objects.filter(into=row).update(**as_known)
        was = {
            field.name: getattr(row, field.name) for field in self.rows._meta.concrete_fields if not field.primary_key
        }
        self.merged.objects.create(old=row.pk, old_slug=row.slug, was=was, merged_by=by, **as_known)
        self.aliases.objects.filter(**{self.of: row.pk}).update(**{self.of: into})
        name = getattr(row, self.label)
        if self.key(name) != self.key(getattr(into, self.label)):
            self.aliases.objects.get_or_create(key=self.key(name), defaults={"name": name, self.of: into})


SOURCES = Registry(Source, label="name", of="source", lines=Credit, merging=("change", "delete"))


def merge_source(source: Source, *, into: Source, by: Any) -> Source:
    """
    Let `into` take the place of a source in the credits of all issues; gives it back. As `Registry.merge`.

    A link is taken over where the other has none. Editions and revisions keep the name that they printed; an import
    that prints it again registers it again. Needs `reports.change_source` and `reports.delete_source`.
    """
    merged: Source = SOURCES.merge(source, into=into, by=by, move=move_link, project=lambda editions: None)
    return merged


def move_link(source: Source, into: Source) -> None:
    into.link = into.link or source.link
    into.save(update_fields=["link"])


def uses_in(reports: Iterable[Report]) -> list[Use]:
    return [
        Use(dated(_("Issue “%(title)s”") % {"title": report}, report.issued_on), report_page(report.pk))
        for report in reports
    ]


def more_issues(number: int) -> list[Use]:
    said = ngettext("%(number)d more issue", "%(number)d more issues", number)
    return [Use(said % {"number": number})] if number > 0 else []


AT_ONCE = 50  # editions whose snapshots are read together


def together(texts: Iterable[str]) -> str:
    """Texts of one thing as one line; what is said twice stands once."""
    return "; ".join(dict.fromkeys(filter(None, texts)))


@dataclass(frozen=True)
class PrintedLine:
    """The lines that a snapshot has about one row, as it is numbered now; its first is at `position`."""

    row: int
    position: int
    name: str
    slug: str
    lines: Sequence[Mapping[str, Any]]
    own: Mapping[str, Any] | None  # the one that has this number itself

    def said(self, fact: str) -> str:
        """What is said of a fact: by its own line, else by the first that says something."""
        return next((str(line[fact]) for line in (self.own or {fact: ""}, *self.lines) if line[fact]), "")

    @property
    def spellings(self) -> set[str]:
        """Under which other names than its own the lines have it."""
        others = {name for line in self.lines for name in (line["name"], *line.get("as", []))}
        return others - {self.name}

    def all_said(self, fact: str) -> str:
        return together(str(line[fact]) for line in self.lines)


def as_they_are(
    content: Sequence[Mapping[str, Any]], of: str, label: str, merged: Mapping[int, Any]
) -> Iterator[PrintedLine]:
    """
    A snapshot's lines about rows of a registry, by what these rows are now; `merged` as `in_bulk` gives it.

    A row that was merged into another since has that one's name and address; where there is a line about both, they
    come as one. `of` and `label` are the keys of the row's number and of its name.
    """
    found: dict[int, list[tuple[int, Mapping[str, Any]]]] = {}
    for position, line in enumerate(content):
        now = merged.get(line[of])
        found.setdefault(now.into_id if now else line[of], []).append((position, line))
    for row, placed in found.items():
        lines = [line for _position, line in placed]
        own: Any = next((line for line in lines if line[of] == row), None)
        then = None if own else merged[lines[0][of]]
        yield PrintedLine(
            row=row,
            position=placed[0][0],
            name=then.name if then else own[label],
            slug=then.slug if then else own["slug"],
            lines=lines,
            own=own,
        )


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
