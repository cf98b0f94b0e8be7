"""
Two editors at one issue: where what one typed differs from what another saved meanwhile.

What an editor left as he was given it is no wish of his. So the comparison has three sides: the revision that he
opened, the rows as they are saved, and what he sent; only what he changed himself stands against the saved version.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from newsroom.issue import Content
from newsroom.lib.richtext import clean, pictures_in, plain
from newsroom.lib.text import one_line
from reports.models import Report

UNSEEN = ("seen", "over", "base", "rank", "position", "report", "id")


class Difference(NamedTuple):
    """One field, as it is saved and as it was typed."""

    place: str
    field: str
    saved: str
    yours: str


def merge(report: Report, form: Any, formsets: list[Any]) -> list[Difference]:
    """
    Where the editor's own changes differ from what is saved now.

    In all other fields the saved value takes the place of the old one that he sent, so that saving over it undoes
    nobody's work; a row that another editor deleted and he left alone is not shown again. If the revision that
    he opened is not known, everything he sent counts as his.
    """
    opened = report.revisions.filter(digest=form.data.get("base", "")).first()
    given = Given(opened.content) if opened else None
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
                continue
            place = (
                str(row.instance)
                if row.instance.pk
                else (_("%(row)s that is only in yours") % {"row": noun}).capitalize()
            )
            found += of_form(row, place, old if row.instance.pk else None)
    return found


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
        else:
            yield Difference(place, field.label, shown(form, name, saved), shown(form, name, yours))


def is_as_given(form: Any, given: dict[str, Any]) -> bool:
    return all(name not in given or name in UNSEEN or is_same(form, name, given[name]) for name in form.fields)


def is_same(form: Any, name: str, given: Any) -> bool:
    """Whether a field was sent as it had been given to the editor."""
    value = form.cleaned_data.get(name) if name in getattr(form, "cleaned_data", {}) else form[name].data
    if isinstance(given, list):
        return sorted(given) == sorted(str(tag) for tag in value or ())
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
