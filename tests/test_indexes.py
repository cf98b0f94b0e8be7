"""Which columns the database looks rows up by."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

# Whose rows come by the hundred with each issue, so that every index is written for each of them.
WITH_EVERY_ISSUE = ("reports", "watchlist", "policies")
MODELS = [model for app in WITH_EVERY_ISSUE for model in apps.get_app_config(app).get_models()]


def begin_with(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """The first column of each index of several columns, and the index's name."""
    for index in model._meta.indexes:
        if index.fields and not index.condition:
            yield index.fields[0].lstrip("-"), index.name
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition:
            yield constraint.fields[0], constraint.name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_column_has_an_index_alone_that_another_begins_with(model: type[models.Model]) -> None:
    indexed: dict[str, Any] = {field.name: field.db_index and not field.unique for field in model._meta.local_fields}
    assert [name for column, name in begin_with(model) if indexed[column]] == []
