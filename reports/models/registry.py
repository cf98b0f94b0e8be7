"""What registries have in common, whose rows run on across issues; and the simplest of them, the sources."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.lib.naming import called
from newsroom.lib.text import FoldedField, LineField


class Named(models.Model):
    """A row of a registry, known by a name that no other row of it has, whatever its case."""

    name = LineField(max_length=250)
    key = FoldedField(of="name", unique=True)

    class Meta:
        abstract = True
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_taken_name(self, "name")


@called(_("source"), _("sources"), name=_("name"), link=_("link"))
class Source(Named):
    """A newspaper, agency or person whose reporting an issue builds on."""

    link = models.URLField(blank=True)


class Merged(models.Model):
    """
    That a row of a registry was merged into another, which is named by the field `into`.

    Revisions and editions have its old number for ever; who reads one of them asks here what it means now. `name` and
    `slug` are those of the row that is left, as readers knew them then, so that projections come out the same whenever
    they are written. `was` keeps the fields of the row that is gone.
    """

    old = models.BigIntegerField(primary_key=True)
    old_slug = models.CharField(max_length=80)
    name = models.CharField(max_length=250)
    slug = models.CharField(max_length=80)
    was = models.JSONField(default=dict)
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.old}: {self.name}"


def refuse_name_of_another(row: Any, field: str, others: models.QuerySet[Any, Any]) -> None:
    """Raise ValidationError if one of `others`, rows of another model that have names too, has the name of this."""
    key = row._meta.get_field("key").key(getattr(row, field))
    if (other := others.filter(key=key).first()) is not None:
        said = _("“%(name)s” is a name of “%(other)s” already.")
        whose = getattr(other, other.owner) if hasattr(other, "owner") else other
        raise ValidationError({field: said % {"name": getattr(row, field), "other": whose}})


def refuse_taken_name(row: Any, field: str) -> None:
    """Raise ValidationError if another row of this model has the name, whatever its case."""
    key = row._meta.get_field("key").key(getattr(row, field))
    if type(row).objects.filter(key=key).exclude(pk=row.pk).exists():
        raise ValidationError({field: _("“%(name)s” is there already.") % {"name": getattr(row, field)}})
