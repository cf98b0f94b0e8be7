"""Where a page of the desk is, in the words of its menu."""

from typing import Any, NamedTuple

from django import template
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

register = template.Library()


class Crumb(NamedTuple):
    """A step on the way to a page; without an address it is no page of its own, or the page itself."""

    name: str
    url: str = ""


@register.inclusion_tag("admin/_crumbs.html", takes_context=True)
def crumbs(context: dict[str, Any]) -> dict[str, list[Crumb]]:
    """The way to a page: the desk, the part of the menu that it is in, the record that it is about, the page itself."""
    path = context["request"].path
    way = [Crumb(_("The desk"), reverse("admin:index")), *in_menu(context.get("sidebar_navigation") or (), path)]
    way += of_record(context.get("original"))
    way = [crumb for crumb in way if crumb.name]
    if path not in {crumb.url for crumb in way} and context.get("title"):
        way.append(Crumb(str(context["title"])))
    return {"crumbs": [Crumb(name, "" if url == path else url) for name, url in way]}


@register.simple_tag(takes_context=True)
def called_in_menu(context: dict[str, Any], otherwise: str) -> str:
    """What the menu calls the page, or `otherwise` for a page that is not in it."""
    path = context["request"].path
    way = in_menu(context.get("sidebar_navigation") or (), path)
    return way[-1].name if way and way[-1].url == path else otherwise


def in_menu(groups: Any, path: str) -> list[Crumb]:
    """The entry of the menu below whose address a page is, and the heading over it; nothing if there is none."""
    account = Crumb(_("Your account"), reverse("mfa_index"))
    entries = [
        (str(item["link"]), [Crumb(str(group["title"])), Crumb(str(item["title"]), str(item["link"]))])
        for group in groups
        for item in group["items"]
        if item["has_permission"]
    ]
    own = [(account.url, [account]), (reverse("account_change_password"), [account])]
    found = [entry for entry in (*entries, *own) if path.startswith(entry[0])]
    return max(found, key=lambda entry: len(entry[0]))[1] if found else []


def of_record(record: Any) -> list[Crumb]:
    """A saved record that has a page on the desk; issues that are only about to be made have none."""
    if not isinstance(record, Model) or record.pk is None or not admin.site.is_registered(type(record)):
        return []
    options = record._meta
    return [Crumb(str(record), reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk]))]
