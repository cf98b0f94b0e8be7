"""Where what one editor typed differs from what another saved."""

from typing import Any, NamedTuple

from newsroom.lib.richtext import plain


class Difference(NamedTuple):
    """One field, as it is saved and as it was typed."""

    place: str
    field: str
    saved: str
    yours: str


def differences(form: Any, formsets: list[Any]) -> list[Difference]:
    """All fields of an issue's forms that were typed other than they are saved now."""
    found = [*of_form(form, "Issue")]
    for formset in formsets:
        for row in formset.forms:
            other = f"{formset.model._meta.verbose_name} that is only in yours".capitalize()
            place = str(row.instance) if row.instance.pk else other
            found += of_form(row, place)
    return found


def of_form(form: Any, place: str) -> list[Difference]:
    return [
        Difference(place, form[name].label, shown(form, name, form[name].initial), shown(form, name, form[name].data))
        for name in form.changed_data
        if name not in ("seen", "over", "rank", "position", "report", "id")
    ]


def shown(form: Any, name: str, value: Any) -> str:
    """A field's value in words."""
    field = form.fields[name]
    choices = getattr(field, "queryset", None)
    if choices is not None and value:
        return str(choices.filter(pk=value).first() or value)
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        return str(field.widget.format_value(value) or "")
    text = "" if value is None else str(value)
    return plain(text) if "<" in text else text
