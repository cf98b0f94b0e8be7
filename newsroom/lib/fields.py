"""Asking models about their fields."""

from typing import Any

from django.db.models import Model


def room(model: type[Model], field: str) -> int:
    """How many characters a column holds."""
    column: Any = model._meta.get_field(field)
    return int(column.max_length)
