"""What records and their fields are called, where the code's own names would stand on the desk untranslated."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

from newsroom.lib.text import Wording

AnyModel = TypeVar("AnyModel", bound=type[Model])


def called(one: Wording, many: Wording = "", **fields: Wording) -> Callable[[AnyModel], AnyModel]:
    """
    For classes of models: how one row and many are called, and fields that are called as in the code otherwise.

    In English each is what Django makes of the code's name, so they are given for being translated alone. They stand
    neither in `Meta` nor in the fields, where every one of them would ask for a migration.
    """

    def name(model: AnyModel) -> AnyModel:
        model._meta.verbose_name = one
        if many:
            model._meta.verbose_name_plural = many
        for field, words in fields.items():
            model._meta.get_field(field).verbose_name = words  # type: ignore[union-attr]
        return model

    return name
