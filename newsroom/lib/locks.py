"""Doing one thing at a time, whichever process asks."""

import zlib

from django.db import connection


def one_at_a_time(what: str) -> None:
    """
    Wait until no other transaction does `what`; ends with this transaction.

    For "look whether it is there, else write it". SQLite needs nothing: its transactions are IMMEDIATE, and so one at a
    time anyway (newsroom/settings.py).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A lock that ends with a transaction needs one.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(what.encode())])
