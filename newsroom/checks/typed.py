"""An issue as it is typed in the desk's form and not saved yet, as one value."""

from collections.abc import Iterator
from typing import Any

from django.db.models import prefetch_related_objects

from newsroom.issue import Content, Rows, compose
from newsroom.lib.richtext import clean
from reports.forms import RichText
from reports.models import Report, Section, Story
from reports.picturing import find

Prefixes = dict[str, list[str]]  # by part of the issue, what the names of each row's fields begin with, in order
PARTS = {"takeaways": "takeaways", "credits": "credits", "notes": "watchlist", "updates": "policies"}


def typed(form: Any, formsets: list[Any]) -> tuple[Content, Prefixes]:
    """
    The snapshot that saving these bound forms would make, less tags and named companies; and where its rows stand.

    Forms that can't be saved are read too: a field that was refused is taken as it was typed. Changes the forms'
    instances, and saves nothing.
    """
    report: Report = as_typed(form)
    rows: dict[str, list[Any]] = {part: [] for part in PARTS.values()}
    stories: list[tuple[bool, int, Story, Any]] = []
    for formset in formsets:
        kept = [(as_typed(row), row) for row in formset.forms if is_kept(row)]
        if part := PARTS.get(formset.prefix):
            rows[part] = sorted(kept, key=lambda pair: place_of(pair[1], "position"))
        elif formset.model is Story:
            stories += [(is_arriving(story, formset), place_of(row, "rank"), story, row) for story, row in kept]
    prefixes = {part: [row.prefix for _instance, row in named(part, pairs)] for part, pairs in rows.items()}
    found: dict[str, list[Any]] = {part: [row for row, _form in named(part, pairs)] for part, pairs in rows.items()}
    prefetch_related_objects([update.policy for update in found["policies"]], "milestones")
    ranked = []
    for section in Section:
        own = sorted((row for row in stories if row[2].section == section), key=lambda row: row[:2])
        prefixes[section.value] = [row.prefix for *_order, row in own]
        for rank, (*_order, story, _row) in enumerate(own, start=1):
            story.rank = rank
            ranked.append((story, (), ()))
    content = compose(
        report,
        Rows(
            tags=(),
            stories=ranked,
            takeaways=found["takeaways"],
            sources=[credit.source for credit in found["credits"]],
            notes=found["watchlist"],
            updates=found["policies"],
            other_names={},
            pictures=find([report.intro, *(story.body for story, *_others in ranked)]),
        ),
    )
    return content, prefixes


def as_typed(form: Any) -> Any:
    """The form's row with what was typed, also into fields that were refused."""
    form.is_valid()
    for name in form._meta.fields or form.fields:
        field = form.fields.get(name)
        if isinstance(field, RichText):
            setattr(form.instance, name, clean(form[name].data or ""))
        elif name not in form.cleaned_data and hasattr(field, "max_length"):
            setattr(form.instance, name, form[name].data or "")
    return form.instance


def is_kept(form: Any) -> bool:
    is_dropped = "DELETE" in form.fields and form["DELETE"].data
    return not is_dropped and bool(form.instance.pk or form.has_changed())


def is_arriving(story: Story, formset: Any) -> bool:
    """Whether the story is given to the other section, at the end of which it will stand."""
    return bool(story.section != formset.section)


def place_of(form: Any, name: str) -> int:
    """Where a row was put; at the end if that can't be told."""
    value = str(form[name].data or "")
    return int(value) if value.isdecimal() and len(value) < 10 else 10**9


NAMES = {"credits": "source_id", "watchlist": "company_id", "policies": "policy_id"}


def named(part: str, pairs: list[Any]) -> Iterator[Any]:
    """The rows of a list that say what they are about; one that doesn't yet can't be checked."""
    for row, form in pairs:
        if part not in NAMES or getattr(row, NAMES[part]):
            yield row, form
