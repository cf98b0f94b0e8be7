"""Addresses of the web that people wrote: some look like one and can't be read (RFC 3986 §3.2.2)."""

from urllib.parse import urljoin, urlsplit


def is_address(text: str) -> bool:
    """Whether it can be read as an address, whole or relative: `https://a[b@example.org/` can't."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def joined(base: str, text: str) -> str:
    """An address as it is meant on the page at `base`; what can't be read stays as it is."""
    try:
        return urljoin(base, text)
    except ValueError:
        return text
