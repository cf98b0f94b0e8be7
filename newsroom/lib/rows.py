"""Writing many small rows at once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """
    Insert rows into a model's table in one statement, each with a value for all `columns` (names as on an instance).

    For tables that get dozens of rows for every story: `bulk_create` makes an instance of each and takes several times
    as long. So nothing is filled in, cleaned or given back: numbers and texts are as they are to be stored, and only
    what is neither (lists, for one) is prepared by its field. Raises IntegrityError or DataError where `bulk_create`
    would.
    """
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    values = [
        [prepared(field, value) for value in column]
        for field, column in zip(fields, zip(*rows, strict=True), strict=False)  # no rows, no columns
    ]
    if not values:
        return
    name = connection.ops.quote_name
    into = f"INSERT INTO {name(model._meta.db_table)} ({', '.join(name(field.column) for field in fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{unbound(field)}[]" for field in fields)
            cursor.execute(f"{into} SELECT * FROM UNNEST({arrays})", list(map(array, values)))  # noqa: S608 - columns
        else:
            cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * len(fields))})", list(zip(*values, strict=True)))


def prepared(field: Any, value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(field, JSONField):  # whose own value for PostgreSQL is the driver's, and no text for an array
        return json.dumps(value, cls=field.encoder)
    return field.get_db_prep_save(value, connection)


def unbound(field: Any) -> str:
    """The type of a column without its length: a cast to that would cut what is too long, and say nothing."""
    return str(field.db_type(connection)).partition("(")[0]


def array(values: Iterable[int | str | None]) -> str:
    """
    An array as PostgreSQL reads it (its documentation, §8.15.2).

    As one text, and not as the driver writes lists: of that, PostgreSQL parses each value as an expression.
    """
    return f"{{{','.join(map(element, values))}}}"


def element(value: int | str | None) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(value)
