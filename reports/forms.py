"""The forms in which editors write an issue, its stories and its pictures."""

import re
from typing import Any

from ckeditor.fields import RichTextFormField
from django import forms
from django.db import connection
from django.db.models import UniqueConstraint
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.forms import TagField, TagWidget
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from newsroom.lib.locks import one_at_a_time
from newsroom.lib.richtext import clean
from newsroom.lib.slugs import slug_for, unique_slug
from newsroom.lib.text import folded
from reports.drafting import BEGINNING
from reports.images import UnusablePicture, name_of, recode
from reports.models import Image, Report, Story
from reports.ranking import rank
from reports.renditions import CROPS

ACCEPTED = "image/jpeg,image/png,image/gif,image/webp,image/avif"
MOST_AT_ONCE = 20  # files in one upload


class TagLineWidget(TagWidget, UnfoldAdminTextInputWidget):
    """A line of tags that looks like the desk's other lines."""


class RichText(RichTextFormField):
    """HTML from an editor that sets the line breaks between its blocks its own way, and sends every one as CR LF."""

    BREAK = re.compile(r"(</(?:p|h3|h4|ul|ol|li|blockquote|figure)>|<(?:ul|ol|blockquote|br)>)\s+")

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = (self.BREAK.sub(r"\1", clean(text or "")) for text in (initial, data))
        return before != after


class WithRichText:
    """For forms in which a text that only looks otherwise is saved as it was, and so makes no revision."""

    changed_data: list[str]
    cleaned_data: dict[str, Any]
    initial: dict[str, Any]

    def kept(self, name: str) -> Any:
        return self.cleaned_data[name] if name in self.changed_data else self.initial.get(name, "")


class ReportForm(WithRichText, forms.ModelForm):
    """
    An issue, with the version that its editor has seen.

    If somebody saved it since, the form does not validate, so nothing is written and everything typed stays in it;
    `over`, the number of the version that the editor has now been shown beside his own, lets him save all the same.
    `base` is the digest of the revision that he opened.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    over = forms.IntegerField(widget=forms.HiddenInput, required=False)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Report
        fields = (
            "title",
            "slug",
            "number",
            "issued_on",
            "standfirst",
            "intro",
            "hero",
            "china_heading",
            "international_heading",
            "tags",
            "search_title",
            "search_description",
        )
        field_classes = {"intro": RichText}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" not in self.fields:
            return  # only shown, to somebody who may not change it
        self.fields["slug"].required = False
        self.fields["standfirst"].widget.attrs["rows"] = 2
        self.fields["seen"].initial = self.instance.version
        self.fields["base"].initial = getattr(self.instance, "kept_digest", "")

    @property
    def stale(self) -> bool:
        """Whether somebody saved the issue since the editor opened it (and he has not been shown that yet)."""
        return self.has_error("__all__", "stale")

    def clean_intro(self) -> Any:
        return self.kept("intro")

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug:
            return slug
        if connection.in_atomic_block:  # the desk saves in the transaction in which it checks
            one_at_a_time(BEGINNING)
        others = Report.objects.exclude(pk=self.instance.pk).values_list("slug", flat=True)
        return unique_slug(slug_for(self.data.get("title", "")), set(others))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        current = self.instance.version
        if self.instance.pk and current not in (cleaned.get("seen"), cleaned.get("over")):
            raise forms.ValidationError(
                _(
                    "Somebody saved this issue after you opened it. "
                    "Nothing of yours was saved yet, and nothing is lost."
                ),
                code="stale",
            )
        return cleaned


class RowForm(forms.ModelForm):
    """One row of an issue. A new one in which nothing but its place was set is taken as empty, and passed over."""

    places: tuple[str, ...] = ("position",)

    def has_changed(self) -> bool:
        return bool(self.changed_data if self.instance.pk else set(self.changed_data).difference(self.places))


class StoryForm(WithRichText, RowForm):
    """One story. Its rank is not checked against the others': the formset gives all of them their ranks anew."""

    places = ("section", "rank")
    # Not taggit's own field, which would ask for the tags of every story by itself.
    tag_line = TagField(
        label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("Separated by commas."), widget=TagLineWidget
    )

    class Meta:
        model = Story
        fields = ("headline", "body", "slug", "search_title", "search_description", "section", "rank")
        field_classes = {"body": RichText}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_line"] = list(self.instance.tags.all())

    def clean_body(self) -> Any:
        return self.kept("body")

    def _save_m2m(self) -> None:
        super()._save_m2m()
        self.instance.tags.set(self.cleaned_data["tag_line"])

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "rank"}


class RowFormSet(PaginationInlineFormSet):
    """
    Rows of an issue. Those that another editor deleted meanwhile come back as new ones, so nothing typed is lost.

    Django would answer "Select a valid choice" to them, and no save could ever get past it.
    """

    data: Any
    vanished: dict[int, int]  # of rows that came back as new: their numbers, and which rows they were

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vanished = {}
        if self.is_bound:
            rows = {str(row.pk): row for row in self.rows_there()}
            self.data = self.with_vanished_as_new(self.data, set(rows))
            # In the order of the forms, as the desk puts the two together one by one.
            self._queryset = [rows[pk] for pk in self.sent_ids(self.data) if pk in rows]

    def rows_there(self) -> Any:
        """The rows that a form may have been sent for."""
        return self.get_queryset()

    def sent_ids(self, data: Any) -> list[str]:
        first = min(self.initial_form_count(), self.total_form_count())
        return [data.get(f"{self.prefix}-{number}-id", "") for number in range(first)]

    def number_of(self, name: str) -> int:
        """The number of the row that a field belongs to, -1 if to none."""
        number, *__ = name.removeprefix(f"{self.prefix}-").partition("-")
        return int(number) if name.startswith(f"{self.prefix}-") and number.isdecimal() else -1

    def with_vanished_as_new(self, data: Any, known: set[str]) -> Any:
        ids = self.sent_ids(data)
        first = len(ids)
        gone = [number for number, pk in enumerate(ids) if pk and pk not in known]
        if not gone:
            return data
        # Existing rows come first in a formset, so those that are new again move behind the others.
        order = [*(number for number in range(first) if number not in gone), *gone]
        places = {number: place for place, number in enumerate(order)}
        sent, data = data, data.copy()
        moving = [name for name in sent if self.number_of(name) in places]
        for name in moving:
            del data[name]  # all of them first: an unticked box has no name that another could take the place of
        for name in moving:
            number = self.number_of(name)
            field = name.removeprefix(f"{self.prefix}-{number}-")
            value = [""] if field == "id" and number in gone else sent.getlist(name)
            data.setlist(f"{self.prefix}-{places[number]}-{field}", value)
        data[f"{self.prefix}-INITIAL_FORMS"] = str(first - len(gone))
        self.vanished = {places[number]: int(ids[number]) for number in gone if ids[number].isdecimal()}
        self.__dict__.pop("management_form", None)
        return data

    def save(self, commit: bool = True) -> list[Any]:
        if commit and self.named:
            self.make_way()
        return super().save(commit)

    @property
    def named(self) -> str:
        """The field that says which company, policy or source a row is about; an issue has one row for each."""
        pairs = [set(c.fields) for c in self.model._meta.constraints if isinstance(c, UniqueConstraint)]
        others = [pair - {self.fk.name} for pair in pairs if self.fk.name in pair]
        return others[0].pop() if others and len(others[0]) == 1 else ""

    def make_way(self) -> None:
        """
        Delete the rows in whose place others are about to be saved.

        That is what another editor added meanwhile on the same company; and where two rows exchange theirs, both: no
        moment of the exchange may have two of one company, and Django writes a row that is gone anew.
        """
        kept = [form.instance for form in self.forms if form.has_changed() and not self._should_delete_form(form)]
        wanted = {getattr(row, f"{self.named}_id"): row.pk for row in kept}
        there = self.model.objects.filter(**{self.fk.name: self.instance, f"{self.named}__in": wanted})
        for row in there:
            if wanted[getattr(row, f"{self.named}_id")] != row.pk:
                row.delete()


class StoryFormSet(RowFormSet):
    """
    The stories of one section.

    The order in which they were put becomes their ranks; a story given to the other section goes to its end.
    """

    section = ""

    def rows_there(self) -> Any:
        """Those of the other section too: another editor may have moved one there meanwhile."""
        return self.instance.stories.prefetch_related("tags") if self.instance.pk else []

    def validate_unique(self) -> None:
        """Nothing to check: ranks are given anew, and slugs that would meet get numbers."""

    def save(self, commit: bool = True) -> list[Story]:
        if not commit:
            return super().save(commit=False)
        gone = [form for form in self.initial_forms if self._should_delete_form(form)]
        kept = [
            form
            for form in self.forms
            if not self._should_delete_form(form) and (form.instance.pk or form.has_changed())
        ]
        self.deleted_objects = [form.instance for form in gone]
        self.new_objects = [form.save(commit=False) for form in kept if not form.instance.pk]
        self.changed_objects = [
            (form.save(commit=False), form.changed_data) for form in kept if form.instance.pk and form.has_changed()
        ]
        for story in self.deleted_objects:
            story.delete()
        kept.sort(key=lambda form: form.cleaned_data.get("rank") or 0)
        rank(self.instance, self.section, [form.instance for form in kept if form.instance.section == self.section])
        self.save_elsewhere([form for form in kept if form.instance.section != self.section])
        for form in kept:
            if form.has_changed():
                form.save_m2m()
        return [form.instance for form in kept]

    def save_elsewhere(self, forms: list[StoryForm]) -> None:
        """Save stories of the other section: those that leave this one at its end, others in their places."""
        arriving = [form.instance for form in forms if not form.instance.pk or "section" in form.changed_data]
        for form in forms:
            if form.instance not in arriving and form.has_changed():
                form.instance.save(update_fields=("headline", "slug", "body", "search_title", "search_description"))
        for section in {story.section for story in arriving}:
            there = self.instance.stories.filter(section=section).exclude(pk__in=[story.pk for story in arriving])
            rank(self.instance, section, [*there, *arriving])
        if arriving:
            rank(self.instance, self.section, [])  # close up where they left


class NamesFormSet(PaginationInlineFormSet):
    """Names of one row of a registry, none of them twice, whatever its case."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            name = form.cleaned_data.get("name") if form.is_valid() and not self._should_delete_form(form) else None
            if name and folded(name) in seen:
                form.add_error("name", _("“%(name)s” is there already.") % {"name": name})
            elif name:
                seen.add(folded(name))


class FocalPointWidget(UnfoldAdminTextInputWidget):
    """
    A point as "0.25x0.5", from the left and from the top.

    static/desk/focal.js shows the picture with the point on it, two sliders and the crops that are made of it.
    """

    template_name = "admin/reports/image/focal_point.html"
    image: Image | None = None

    class Media:
        css = {"screen": ("desk/pictures.css",)}
        js = ("desk/focal.js",)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """By the site's templates: those of widgets are looked for in apps alone."""
        context = self.get_context(name, value, attrs)
        context |= {"attributes": flatatt(context["widget"]["attrs"]), "image": self.image, "crops": CROPS}
        return render_to_string(self.template_name, context)


class WithWords:
    """For forms of pictures: each is described, or said to be decorative."""

    cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}  # type: ignore[misc]
        if not cleaned.get("alt") and not cleaned.get("decorative"):
            self.add_error("alt", _("Describe the picture, or tick that it is decorative."))  # type: ignore[attr-defined]
        return cleaned


class ImageForm(WithWords, forms.ModelForm):
    POINT = re.compile(r"(?:0(?:\.[0-9]{1,4})?|1(?:\.0{1,4})?)x(?:0(?:\.[0-9]{1,4})?|1(?:\.0{1,4})?)", re.ASCII)

    class Meta:
        model = Image
        fields = ("file", "focal_point", "alt", "decorative", "caption", "credit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" not in self.fields:  # whoever may look alone has no fields
            return
        self.fields["file"].widget = UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED})
        point = FocalPointWidget()
        point.image = self.instance if self.instance.pk and self.instance.file else None
        self.fields["focal_point"].widget = point

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file or "file" not in self.changed_data:
            return file
        try:
            file.seek(0)
            self.instance.original_name = name_of(file)
            return recode(file)
        except UnusablePicture as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean_focal_point(self) -> str:
        point = self.cleaned_data["focal_point"] or "0.5x0.5"
        if not self.POINT.fullmatch(point):
            raise forms.ValidationError(_("Two numbers from 0 to 1 with an x between them, such as 0.25x0.5."))
        return str(point)


class WordsForm(WithWords, forms.ModelForm):
    """What stands beside one of several pictures that were sent together."""

    class Meta:
        model = Image
        fields = ("alt", "decorative", "caption", "credit")
        widgets = {
            "alt": UnfoldAdminTextInputWidget,
            "decorative": UnfoldBooleanWidget,
            "caption": UnfoldAdminTextInputWidget,
            "credit": UnfoldAdminTextInputWidget,
        }


class SeveralFiles(forms.FileField):
    """Any number of files of one field, as a list."""

    class Widget(forms.ClearableFileInput):
        allow_multiple_selected = True
        template_name = "django/forms/widgets/file.html"

    widget = Widget

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        if not any(files):
            raise forms.ValidationError(_("Choose at least one file."))
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(_("Send %(most)d files at once at most.") % {"most": MOST_AT_ONCE})
        return [file for file in files if file]


class UploadForm(forms.Form):
    pictures = SeveralFiles(label=gettext_lazy("Pictures"), widget=SeveralFiles.Widget(attrs={"accept": ACCEPTED}))
