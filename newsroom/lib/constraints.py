"""Constraints that one database has and another has not."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model


class PostgresExclusion(ExclusionConstraint):
    """
    An exclusion constraint that other databases pass over in silence.

    Where SQLite is used, the verb that writes such rows must hold the rule under its write lock.
    """

    def constraint_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        if schema_editor and schema_editor.connection.vendor != "postgresql":
            return None
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        if schema_editor and schema_editor.connection.vendor != "postgresql":
            return None
        return super().create_sql(model, schema_editor)

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        if schema_editor and schema_editor.connection.vendor != "postgresql":
            return None
        return super().remove_sql(model, schema_editor)

    def validate(self, model: type[Model], instance: Model, *args: Any, **kwargs: Any) -> None:
        """Left to the database: only the verb that writes the rows knows the spans it is about to close."""
