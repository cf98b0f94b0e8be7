"""Addresses of one page in each language of the interface: /reports/ and /zh-hans/reports/ (newsroom/middleware.py)."""

from django.conf import settings


def in_language(path: str, code: str) -> str:
    """The path of a page in a language, from that in the site's own."""
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def in_own_language(path: str, code: str) -> str:
    """The path of a page in the site's own language, from that in another."""
    return path if code == settings.LANGUAGE_CODE else path.removeprefix(f"/{code}")
