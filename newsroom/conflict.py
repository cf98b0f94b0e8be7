"""
Two editors at one issue: where what one typed differs from what another saved meanwhile.

What an editor left as he was given it is no wish of his. So the comparison has three sides: the revision that he
opened, the rows as they are saved, and what he sent; only what he changed himself stands against the saved version.
Where nothing does, as when each worked on another story, both are kept without a question.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from newsroom.issue import Content
from newsroom.lib.richtext import clean, pictures_in, plain
from newsroom.lib.text import one_line
from reports.models import Report

UNSEEN = ("seen", "over", "base", "rank", "position", "report", "id")
CHOICE, SAVED = "choose-", "saved-"  # how the names of fields begin by which an editor chooses


class Difference(NamedTuple):
    """
    One field, as it is saved and as it was typed.

    `name` is the field's in the form, `values` are what the form would send for the saved version, by its fields;
    empty where there is nothing to choose, as the whole row is only in one of the two.
    """

    place: str
    field: str
    saved: str
    yours: str
    name: str = ""
    values: Mapping[str, str] = {}

    @property
    def choice(self) -> str:
        """The name of the field by which an editor chooses."""
        return f"{CHOICE}{self.name}"

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Names and values of the fields that carry the saved version."""
        return [(f"{SAVED}{self.name}:{name}", value) for name, value in self.values.items()]


class Mergeable(Exception):
    """Nothing that the editor changed differs from what is saved; `data` is the form with both."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        super().__init__("Both can be kept.")


def chosen(data: QueryDict) -> QueryDict:
    """What was sent, with the saved value in every field for which the editor chose that."""
    taken = [name.removeprefix(CHOICE) for name in data if name.startswith(CHOICE) and data[name] == "saved"]
    if not taken:
        return data
    found = data.copy()
    for name in taken:
        begun = f"{SAVED}{name}:"
        for key in [key for key in data if key.startswith(begun)]:
            found.setlist(key.removeprefix(begun), data.getlist(key))
    return found


def merge(report: Report, given: "Given | None", form: Any, formsets: list[Any]) -> list[Difference]:
    """
    Where the editor's own changes differ from what is saved now.

    In all other fields the saved value takes the place of the old one that he sent, so that saving over it undoes
    nobody's work; a row that another editor deleted and he left alone is not shown again. `given` is what he opened
    (`opened`); if that is not known, everything he sent counts as his.
    """
    form.data = form.data.copy()
    found = [*of_form(form, _("Issue"), given.issue if given else None)]
    for formset in formsets:
        formset.data = formset.data.copy()
        noun = formset.model._meta.verbose_name
        for number, row in enumerate(list(formset.forms)):
            row.data = formset.data
            pk = row.instance.pk or formset.vanished.get(number)
            old = given.row(formset.prefix, row, pk) if given else None
            if number in formset.vanished and old is not None and is_as_given(row, old):
                formset.forms.remove(row)  # no longer shown, and so no longer sent
                for name in row.fields:
                    formset.data.pop(row.add_prefix(name), None)
                continue
            if row.instance.pk:
                found += of_form(row, str(row.instance), old)
            elif given is None or number in formset.vanished or is_taken(report, formset, row):
                found += of_form(row, (_("%(row)s that is only in yours") % {"row": noun}).capitalize(), None)
        if given:
            found += of_order(formset, given)
    return found


def opened(report: Report, form: Any) -> "Given | None":
    """The fields as the editor was given them, None if the revision that he opened is not known."""
    revision = report.revisions.filter(digest=form.data.get("base", "")).first()
    return Given(revision.content) if revision else None


def merged(sent: QueryDict, form: Any, formsets: list[Any]) -> QueryDict:
    """What would be sent now: after `merge`, the editor's own changes and the saved version of all else."""
    data = sent.copy()
    for each, names in ((form, [form.add_prefix(name) for name in form.fields]), *map(with_names, formsets)):
        for name in names:
            data.pop(name, None)
            if values := each.data.getlist(name):
                data.setlist(name, values)
    return data


def with_names(formset: Any) -> tuple[Any, list[str]]:
    """A formset and the names of all its fields. That of another may begin like one: "stories", "stories-2"."""
    fields = (*formset.empty_form.fields, "DELETE")
    rows = range(formset.total_form_count())
    own = [formset.management_form.add_prefix(name) for name in formset.management_form.fields]
    return formset, own + [f"{formset.prefix}-{row}-{name}" for row in rows for name in fields]


def is_taken(report: Report, formset: Any, row: Any) -> bool:
    """Whether a row that is new names what another editor gave a row meanwhile, such as a company."""
    value = row[formset.named].data if formset.named else ""
    if not str(value or "").isdecimal():
        return False
    others = [form.instance.pk for form in formset.forms if form.instance.pk]
    rows = formset.model.objects.filter(**{formset.fk.name: report, formset.named: value})
    return bool(rows.exclude(pk__in=others).exists())


def of_order(formset: Any, given: "Given") -> Iterator[Difference]:
    """
    The order of a list, if both put it another way than it was opened.

    If only the other did, his order takes the place of the old one that was sent.
    """
    field = next((name for name in ("rank", "position") if name in formset.empty_form.fields), "")
    rows = {
        given.key(formset.prefix, row): row
        for row in formset.forms
        if row.instance.pk and row.initial.get("section", "") == getattr(formset, "section", "")
    }
    before = [key for key in given.order(formset) if key in rows]
    saved = sorted(before, key=lambda key: rows[key].initial[field])
    yours = sorted(before, key=lambda key: as_number(rows[key][field].data))
    if not field or saved == before:
        return
    values = {rows[key].add_prefix(field): str(rows[key].initial[field]) for key in before}
    if yours in (before, saved):
        for name, value in values.items():
            formset.data[name] = value
        return
    noun = str(formset.model._meta.verbose_name_plural).capitalize()
    said = [" · ".join(str(rows[key].instance) for key in order) for order in (saved, yours)]
    yield Difference(noun, _("Order"), said[0], said[1], name=f"{formset.prefix}-order", values=values)


def as_number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


class Given:
    """The fields of an issue's forms as a revision had them."""

    def __init__(self, content: Content) -> None:
        hero = content["hero"]
        self.issue = {
            **{name: content[name] for name in ("title", "slug", "number", "issued_on", "standfirst", "intro")},
            **{name: content.get(name, "") for name in ("search_title", "search_description")},
            "china_heading": content["headings"]["china"],
            "international_heading": content["headings"]["international"],
            "hero": hero and hero["id"],
            "tags": [tag["name"] for tag in content["tags"]],
        }
        self.stories = {
            story["id"]: {**story, "tag_line": [tag["name"] for tag in story["tags"]]} for story in content["stories"]
        }
        # Rows that hold little else than what they name are known by that.
        self.named: dict[str, dict[str, dict[str, Any]]] = {
            "takeaways": {text: {"text": text} for text in content["takeaways"]},
            "credits": {str(credit["source"]): {"source": credit["source"]} for credit in content["credits"]},
            "notes": {
                str(note["company"]): {"company": note["company"], "text": note["note"]}
                for note in content["watchlist"]
            },
            "updates": {
                str(line["policy"]): {"policy": line["policy"], "detail": line["detail"]}
                for line in content["policies"]
            },
        }
        self.names = {"takeaways": "text", "credits": "source", "notes": "company", "updates": "policy"}

    def key(self, prefix: str, form: Any) -> str:
        """By what a saved row is known in both."""
        return str(form.initial.get(self.names[prefix], "") if prefix in self.names else form.instance.pk)

    def order(self, formset: Any) -> list[str]:
        """The keys of a list's rows, as the revision had them."""
        if formset.prefix in self.named:
            return list(self.named[formset.prefix])
        stories = [story for story in self.stories.values() if story["section"] == formset.section]
        return [str(story["id"]) for story in sorted(stories, key=lambda story: story["rank"])]

    def row(self, prefix: str, form: Any, pk: int | None) -> dict[str, Any] | None:
        """What the revision had in the place of a row, None if it had no such row."""
        if prefix in self.named:
            return self.named[prefix].get(form.data.get(form.add_prefix(self.names[prefix]), ""))
        return self.stories.get(pk) if pk else None


def of_form(form: Any, place: str, given: dict[str, Any] | None) -> Iterator[Difference]:
    for name in form.changed_data:
        if name in UNSEEN:
            continue
        field = form[name]
        saved, yours = field.initial, field.data
        if given is not None and name in given and is_same(form, name, given[name]):
            form.data[field.html_name] = sent(form, name, saved)
        elif given is None or name not in given or not is_equal(name, saved, given[name]):
            both = shown(form, name, saved), shown(form, name, yours)
            if form.instance.pk:
                values = {field.html_name: sent(form, name, saved)}
                yield Difference(place, field.label, *both, name=field.html_name, values=values)
            else:
                yield Difference(place, field.label, *both)


def is_as_given(form: Any, given: dict[str, Any]) -> bool:
    return all(name not in given or name in UNSEEN or is_same(form, name, given[name]) for name in form.fields)


def is_same(form: Any, name: str, given: Any) -> bool:
    """Whether a field was sent as it had been given to the editor."""
    value = form.cleaned_data.get(name) if name in getattr(form, "cleaned_data", {}) else form[name].data
    return is_equal(name, value, given)


def is_equal(name: str, value: Any, given: Any) -> bool:
    """Whether a field's value is the one that a revision had."""
    if isinstance(given, list):
        tags = value.all() if hasattr(value, "all") else value or ()
        return sorted(given) == sorted(str(tag) for tag in tags)
    value, old = (getattr(side, "pk", side) for side in (value, given))
    if name in ("body", "intro"):
        ours, theirs = clean(value or ""), clean(old or "")
        is_alike = plain(ours) == plain(theirs) and ours.count("<") == theirs.count("<")
        return is_alike and pictures_in(ours) == pictures_in(theirs)
    return one_line(str("" if value is None else value)) == one_line(str("" if old is None else old))


def sent(form: Any, name: str, value: Any) -> str:
    """A saved value as a browser would send it."""
    field = form.fields[name]
    prepared = field.prepare_value(value)
    formatted = field.widget.format_value(prepared) if value not in (None, "") else ""
    return str((formatted[0] if isinstance(formatted, list) else formatted) or "")


def shown(form: Any, name: str, value: Any) -> str:
    """A field's value in words."""
    field = form.fields[name]
    choices = getattr(field, "queryset", None)
    if choices is not None and value:
        try:
            return str(choices.filter(pk=value).first() or value)
        except (TypeError, ValueError, OverflowError):  # what was sent is no number of a row
            return str(value)
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        return str(field.widget.format_value(value) or "")
    text = "" if value is None else str(value)
    return plain(text) if "<" in text else text
