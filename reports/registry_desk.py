"""The desk of a registry: not deleting what is used, and merging two rows that are one."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelect2Widget

from newsroom.lib.names import closest
from newsroom.lib.numbers import row_number
from newsroom.lib.text import Wording
from reports.registry import Both, Registry, Unmergeable
from reports.using import InUse, Use


class KeepsWhatIsUsed:
    """For admins of rows that others point to: deleting one that is used is refused, and tells by what, with links."""

    delete_confirmation_template = "admin/registry/delete.html"
    delete_selected_confirmation_template = "admin/registry/delete_selected.html"

    def uses(self, row: Any) -> list[Use]:
        """What uses a row."""
        raise NotImplementedError

    def remove(self, row: Any, *, by: Any) -> None:
        """Delete a row. Raises InUse if something uses it after all."""
        raise NotImplementedError

    def way_to_merge(self, request: HttpRequest, object_id: str) -> str:
        """Where a row can be merged into another; "" if it can't."""
        return ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        deletable, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        rows = list(objs)
        used = [(row, use) for row in rows for use in self.uses(row)]
        shown = [linked(use, of=row if len(rows) > 1 else None) for row, use in used]
        return deletable, counts, lacking, shown or protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            try:
                self.remove(row, by=request.user)
            except InUse as used:  # since the page asked
                messages.error(request, str(used))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        more = {**(extra_context or {}), "merge_url": self.way_to_merge(request, object_id)}
        try:
            return super().delete_view(request, object_id, more)  # type: ignore[misc]
        except InUse as used:  # since the page asked
            messages.error(request, str(used))
            return redirect(request.path)


def linked(use: Use, *, of: Any = None) -> str:
    words = format_html('<a href="{}" class="desk-link">{}</a>', use.url, use.text) if use.url else use.text
    return format_html("{}: {}", of, words) if of else words


class MergeForm(forms.Form):
    into: Any = forms.ModelChoiceField(None, label=gettext_lazy("Merge it into"), widget=UnfoldAdminSelect2Widget)

    def __init__(self, *args: Any, others: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others


class MergeDoor:
    """
    For the admin of a registry: a page that tells what merging a row would do, and does it.

    `merge` is the verb of the app, called as `merge(row, into=…, by=…)`.
    """

    registry: Registry
    merge: Callable[..., Any]
    admin_site: Any
    opts: Any
    actions = ("merge_selected",)
    actions_detail = ("merge_into",)

    def uses(self, row: Any) -> list[Use]:
        return self.registry.uses(row)

    def remove(self, row: Any, *, by: Any) -> None:
        self.registry.remove(row, by=by)

    def has_merge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return all(request.user.has_perm(self.registry.permission(act)) for act in self.registry.merging)

    def way_to_merge(self, request: HttpRequest, object_id: str) -> str:
        return self.merge_url(object_id) if self.has_merge_permission(request) else ""

    @admin.action(description=gettext_lazy("Merge two that are one…"), permissions=["merge"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = list(queryset[:3])
        if len(rows) != 2:
            messages.warning(request, _("Choose two rows: what is said of one becomes what is said of the other."))
            return None
        fewer, more = sorted(rows, key=lambda row: len(self.uses(row)))
        return redirect(f"{self.merge_url(fewer.pk)}?into={more.pk}")

    def merge_url(self, number: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_merge_into"
        return reverse(name, args=[quote(number)])

    @action(description=gettext_lazy("Merge into another…"), url_path="merge", permissions=["merge"], icon="call_merge")
    def merge_into(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask into which (GET), say what that does (GET with `into`), and do it (POST)."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        row = self.registry.rows.objects.filter(pk=row_number(object_id)).first()
        if row is None:
            return self.gone(request, object_id)
        others = self.registry.rows.objects.exclude(pk=row.pk)
        form = MergeForm(request.POST or (request.GET if "into" in request.GET else None), others=others)
        into = form.cleaned_data["into"] if form.is_valid() else None
        reasons: list[str] = []
        if into and request.method == "POST":
            try:
                self.merge_seen(request, row, into)
            except Unmergeable as refused:
                reasons = refused.reasons
            else:
                said = _("“%(row)s” is merged into “%(into)s”.") % {"row": row, "into": into}
                self.message_user(request, said, messages.SUCCESS)
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", quote(into.pk))
        if not form.is_bound:
            form.initial["into"] = self.likely(row, others)
        context = self.merge_context(request, row, into) | {"form": form, "reasons": reasons}
        return render(request, "admin/registry/merge.html", context, status=409 if reasons else 200)

    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is said of a row that is not there: where it was merged, perhaps by the first of two presses."""
        records = self.registry.merged.objects if self.registry.merged else None
        record = records.filter(old=row_number(object_id)).first() if records else None
        if record is None:
            self.message_user(request, _("That row is not there any more."), messages.WARNING)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        said = _("“%(row)s” is merged into “%(into)s”.") % {
            "row": record.was.get(self.registry.label, object_id),
            "into": record.into,
        }
        self.message_user(request, said, messages.SUCCESS)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", quote(record.into_id))

    def likely(self, row: Any, others: QuerySet[Any]) -> Any:
        """Which other row most probably means the same; None if none does."""
        names = dict(others.values_list(self.registry.label, "pk"))
        return names.get(closest(getattr(row, self.registry.label), names) or "")

    def merge_seen(self, request: HttpRequest, row: Any, into: Any) -> None:
        """Merge, if it does what the page said that it would."""
        if request.POST.get("seen") != told(self.uses(row), self.registry.with_lines_about_both(row, into)):
            raise Unmergeable([_("What would move has changed since you opened this page. Look at it again.")])
        type(self).merge(row, into=into, by=request.user)
        label = getattr(row, self.registry.label)
        self.log_change(request, into, _("Merged “%(row)s” into it.") % {"row": label})

    def merge_context(self, request: HttpRequest, row: Any, into: Any) -> dict[str, Any]:
        uses = self.uses(row)
        both = self.registry.with_lines_about_both(row, into) if into else []
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Merge “%(row)s” into “%(into)s”?") % {"row": row, "into": into}
            if into
            else _("Merge “%(row)s” into another") % {"row": row},
            "row": row,
            "into": into,
            "uses": uses,
            "both": both,
            "obstacles": self.registry.obstacles(row, into) if into else [],
            "names": self.names_of(row),
            "has_page": self.registry.merged is not None,
            "seen": told(uses, both),
            "other_way": f"{self.merge_url(into.pk)}?into={row.pk}" if into else "",
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(row.pk)]),
        }

    def names_of(self, row: Any) -> list[str]:
        """The names that the other gets; none where rows have no others than their own."""
        if self.registry.aliases is None:
            return []
        return [getattr(row, self.registry.label), *row.aliases.values_list("name", flat=True)]


def told(uses: Iterable[Use], both: Iterable[Both]) -> str:
    """A fingerprint of what the page says that merging does."""
    said = [*(use.text for use in uses), *(f"{each.report.pk} {each.going} {each.staying}" for each in both)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


class UsedFilter(admin.SimpleListFilter):
    """Those that nothing uses, which can be deleted."""

    title = gettext_lazy("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [("never", gettext_lazy("Never used"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.unused() if self.value() == "never" else queryset
