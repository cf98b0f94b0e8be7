"""
What a link in a mail carries: signed, of one kind, and good for a time.

A link of one kind opens no other door: the kind is part of the signature (Django's `salt`).
"""

from datetime import timedelta
from typing import Any

from django.core import signing


class Forged(Exception):
    """It was not made here, or for another kind of link."""


class Expired(Exception):
    """It was made here, too long ago."""


def make(kind: str, content: Any) -> str:
    """A token for an address. What JSON can hold is in it for everybody to read."""
    return signing.dumps(content, salt=f"newsroom.token.{kind}")


def read(token: str, kind: str, *, good_for: timedelta | None = None) -> Any:
    """What is in a token of this kind. Raises Forged, and Expired if it is older than `good_for`."""
    try:
        return signing.loads(token, salt=f"newsroom.token.{kind}", max_age=good_for)
    except signing.SignatureExpired as old:
        raise Expired from old
    except signing.BadSignature as bad:
        raise Forged from bad
