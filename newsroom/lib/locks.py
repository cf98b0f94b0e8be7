"""Doing one thing at a time, whichever process asks."""

import zlib

from django.db import connection


def one_at_a_time(what: str) -> None:
    """
    Wait until no other transaction does `what`; ends with this transaction.

    For "look whether it is there, else write it". SQLite needs nothing: its transactions are IMMEDIATE, and so one at a
    time anyway (newsroom/settings.py).
    """
    lock("SELECT pg_advisory_xact_lock(%s)", what)


def hold_off(what: str) -> None:
    """
    Wait until no transaction does `what` one at a time, and keep those that want to waiting until this one ends.

    Any number may hold it off at once: for those that are not in each other's way.
    """
    lock("SELECT pg_advisory_xact_lock_shared(%s)", what)


def lock(statement: str, what: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A lock that ends with a transaction needs one.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, [zlib.crc32(what.encode())])
