"""Where a request comes from, as little of it as limits need: the prefix of a network, and only its keyed hash."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

from newsroom.lib.pseudonyms import pseudonym

WITH_PORT = re.compile(r"^(?:(?P<v4>[0-9.]+):\d+|\[(?P<v6>[^\]]+)\](?::\d+)?)$")
PREFIX = {4: 24, 6: 56}  # bits: what one visitor can easily move about in


def client_address(request: HttpRequest) -> str:
    """
    The address that the connection came from, "" where it can't be told.

    X-Forwarded-For counts only behind `TRUSTED_PROXIES` proxies of our own: each adds the address it saw at the right
    (RFC 7239 §5.2 tells the same of Forwarded), so the visitor's is that many from the right, whatever he forged
    at the left.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        given = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else given
    bare = WITH_PORT.sub(r"\g<v4>\g<v6>", given)  # as some proxies write it
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        return ""


def fingerprint(request: HttpRequest) -> str:
    """
    The keyed hash of the visitor's network prefix, 64 hexadecimal digits.

    An address that can't be told has one too, so that limits still hold for all such visitors together.
    """
    address = client_address(request)
    return fingerprint_of(address) if address else pseudonym("network", "unknown")


def fingerprint_of(address: str) -> str:
    """The keyed hash of the network that an address is in (IPv4: /24, IPv6: /56). Raises ValueError if it is none."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return pseudonym("network", str(ipaddress.ip_network((ip, PREFIX[ip.version]), strict=False)))
