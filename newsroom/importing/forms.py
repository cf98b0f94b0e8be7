"""The forms of the import: what was pasted, and everything that was understood of it, to be repaired."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from newsroom.importing.decoding import UnreadableText, decode
from newsroom.importing.parsed import Note, ParsedIssue, Policy, Story, Takeaway
from newsroom.lib.fields import room
from newsroom.lib.text import printable
from policies.models import Policy as TrackedPolicy
from policies.models import Update
from reports.models import Image, Report, Section, Source
from reports.models import Story as WorkingStory
from reports.models import Takeaway as WorkingTakeaway
from reports.registry import Recognition
from watchlist.models import Company
from watchlist.models import Note as WorkingNote

MOST_ROWS = 1000


def line(model: Any, field: str, *, required: bool = True, **options: Any) -> forms.CharField:
    return forms.CharField(
        max_length=room(model, field), required=required, widget=UnfoldAdminTextInputWidget, **options
    )


def text(rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **options)


class PasteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Paste the issue here"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 16, "autofocus": True}),
        help_text=gettext_lazy(
            "Plain text, Markdown or a copied web page. You see what was understood before anything is saved."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or choose a file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".txt,.md,.markdown,.html,.htm"}),
        help_text=gettext_lazy(".txt, .md or .html, at most 5 MB."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        pasted, file = cleaned["text"].strip(), cleaned["file"]
        if bool(pasted) == bool(file):
            raise forms.ValidationError(
                _("Both a text and a file were given; send one of them.")
                if file
                else _("Paste a text, or choose a file.")
            )
        try:
            cleaned["source"] = decode(file.read()) if file else cleaned["text"]
        except UnreadableText as fault:
            self.add_error("file", fault.said.through(_))
        return cleaned


class LinesField(forms.CharField):
    """A text box in which every line is one item of a list."""

    def __init__(self, *, most: int, rows: int, **options: Any) -> None:
        self.most = most
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **options)

    def clean(self, value: str) -> list[str]:
        items = [item.strip() for item in printable(super().clean(value)).split("\n") if item.strip()]
        if long := [item for item in items if len(item) > self.most]:
            said = _("“%(beginning)s…” is longer than %(number)d characters.")
            raise forms.ValidationError(said % {"beginning": long[0][:40], "number": self.most})
        return items


class IssueForm(forms.Form):
    """The issue's own fields; its rows are in the formsets below."""

    title = line(Report, "title", label=gettext_lazy("Title"))
    issued_on = forms.DateField(
        label=gettext_lazy("Date of issue"),
        required=False,
        widget=UnfoldAdminDateWidget,
    )
    intro = text(5, label=gettext_lazy("Intro"), help_text=gettext_lazy("An empty line between paragraphs."))
    hero_alt = line(
        Image,
        "alt",
        required=False,
        label=gettext_lazy("What the main picture shows"),
        help_text=gettext_lazy("You add the picture’s file after the import."),
    )
    china_heading = line(Report, "china_heading", required=False, label=gettext_lazy("Heading of the China list"))
    international_heading = line(
        Report, "international_heading", required=False, label=gettext_lazy("Heading of the International list")
    )
    credits = LinesField(
        most=room(Source, "name"),
        rows=4,
        label=gettext_lazy("Reporting credits"),
        help_text=gettext_lazy("One name a line."),
    )
    takeaways = LinesField(
        most=room(WorkingTakeaway, "text"),
        rows=7,
        label=gettext_lazy("Key takeaways"),
        help_text=gettext_lazy("One a line."),
    )
    source = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    copies = forms.IntegerField(widget=forms.HiddenInput, required=False)


class StoryForm(forms.Form):
    section = forms.ChoiceField(label=gettext_lazy("Section"), choices=Section.choices, widget=UnfoldAdminSelectWidget)
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"), min_value=0, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"})
    )
    headline = line(WorkingStory, "headline", label=gettext_lazy("Headline"))
    body = text(6, label=gettext_lazy("Text"))
    line = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RegistryForm(forms.Form):
    """A row whose name may be one of a registry's."""

    registry: Any = None
    named = "name"
    is_new: Any = ""  # what is said of a row that the registry has not

    same: Any = forms.ModelChoiceField(
        queryset=None, required=False, label=gettext_lazy("In the registry"), widget=UnfoldAdminSelectWidget
    )
    line = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: Mapping[str, Recognition] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same: Any = self.fields["same"]
        same.queryset = self.registry.objects.all()
        name = (self.data.get(self.add_prefix(self.named)) if self.is_bound else self.initial.get(self.named)) or ""
        self.recognition = (found or {}).get(name.strip(), Recognition("new"))
        offers: list[tuple[Any, str]] = [("", self.is_new)]
        if self.recognition.kind == "known":
            # Chosen by its name when it is saved, so that correcting the name means another row.
            offers = [("", _("Known: %(row)s") % {"row": self.recognition.row})]
        elif self.recognition.kind == "similar":
            offers.append((self.recognition.row.pk, _("The same as %(row)s") % {"row": self.recognition.row}))
        same.widget.choices = offers


class NoteForm(RegistryForm):
    registry = Company
    named = "company"
    is_new = gettext_lazy("New company")
    field_order = ("company", "country", "note", "same", "line")

    company = line(Company, "name", label=gettext_lazy("Company"))
    country = line(Company, "country", required=False, label=gettext_lazy("Country"))
    note = line(WorkingNote, "text", required=False, label=gettext_lazy("Note"))


class PolicyForm(RegistryForm):
    registry = TrackedPolicy
    named = "name"
    is_new = gettext_lazy("New policy")
    field_order = ("name", "detail", "same", "line")

    name = line(TrackedPolicy, "title", label=gettext_lazy("Policy"))
    detail = line(Update, "detail", required=False, label=gettext_lazy("Detail"))


def rows_of(form: type[forms.Form]) -> Any:
    return forms.formset_factory(form, extra=0, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


StoryRows, NoteRows, PolicyRows = rows_of(StoryForm), rows_of(NoteForm), rows_of(PolicyForm)


def too_many(issue: ParsedIssue) -> list[str]:
    """A sentence for each list that is longer than the forms can hold."""
    lists = (
        (_("This has %(number)s stories; %(most)s are the most."), issue.stories),
        (_("This has %(number)s companies; %(most)s are the most."), issue.watchlist),
        (_("This has %(number)s policies; %(most)s are the most."), issue.policies),
    )
    return [
        said % {"number": f"{len(rows):,}", "most": f"{MOST_ROWS:,}"} for said, rows in lists if len(rows) > MOST_ROWS
    ]


def initial_values(issue: ParsedIssue, source: str, copies: int) -> dict[str, Any]:
    """What the forms show first, by their prefixes. A story's rank is its place, whatever number is printed."""
    places = {section: count(1) for section in Section.values}
    return {
        "issue": {
            "title": issue.title,
            "issued_on": issue.issued_on,
            "intro": "\n\n".join(issue.intro),
            "hero_alt": issue.hero_alt,
            "china_heading": issue.headings.get("china", ""),
            "international_heading": issue.headings.get("international", ""),
            "credits": "\n".join(issue.credits),
            "takeaways": "\n".join(takeaway.text for takeaway in issue.takeaways),
            "source": source,
            "copies": copies,
        },
        "stories": [
            {
                "section": story.section,
                "rank": next(places[story.section]),
                "headline": story.headline,
                "body": "\n\n".join(story.paragraphs),
                "line": story.line,
            }
            for story in issue.stories
        ],
        "notes": [
            {"company": note.company, "country": note.country, "note": note.note, "line": note.line}
            for note in issue.watchlist
        ],
        "policies": [
            {"name": policy.name, "detail": policy.detail or "", "line": policy.line} for policy in issue.policies
        ],
    }


def repaired_issue(issue: Any, stories: Any, notes: Any, policies: Any) -> ParsedIssue:
    """The issue as the editor left the valid forms. Stories come by section and rank, as they were numbered."""
    facts = issue.cleaned_data
    rows = sorted(kept(stories), key=lambda row: row["rank"])
    issued_on: date | None = facts["issued_on"]
    return ParsedIssue(
        title=facts["title"],
        issued_on=issued_on,
        hero_alt=facts["hero_alt"],
        intro=tuple(paragraphs(facts["intro"])),
        headings={"china": facts["china_heading"], "international": facts["international_heading"]},
        stories=tuple(
            Story(row["section"], row["rank"], row["headline"], tuple(paragraphs(row["body"])), row["line"] or 0)
            for row in rows
        ),
        credits=tuple(facts["credits"]),
        takeaways=tuple(Takeaway(takeaway, 0) for takeaway in facts["takeaways"]),
        watchlist=tuple(Note(row["company"], row["country"], row["note"], row["line"] or 0) for row in kept(notes)),
        policies=tuple(Policy(row["name"], row["detail"] or None, row["line"] or 0) for row in kept(policies)),
    )


def kept(formset: Any) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]


def chosen(formset: Any, named: str) -> dict[str, Any]:
    """Which registered row each printed name was said to be."""
    return {row[named]: row["same"] for row in kept(formset) if row["same"]}


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a text box: what stands between empty lines."""
    blocks = re.split(r"\n[^\S\n]*\n", printable(body))
    return [" ".join(block.split("\n")).strip() for block in blocks if block.strip()]
