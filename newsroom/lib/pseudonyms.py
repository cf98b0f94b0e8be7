"""Recognising what must not be kept: a keyed hash in its place (pseudonymisation, GDPR Article 4(5))."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def pseudonym(kind: str, value: str) -> str:
    """
    64 hexadecimal digits that are the same for the same value of the same kind, and tell nothing without the key.

    HMAC-SHA256 (RFC 2104) under `settings.PSEUDONYM_KEY`, which outlives changes of SECRET_KEY.
    """
    return salted_hmac(f"newsroom.{kind}", value, secret=settings.PSEUDONYM_KEY, algorithm="sha256").hexdigest()
