"""
Asking the web whether an address answers, for addresses that people wrote.

Whoever may write a link may choose where our server connects to, so it connects to public addresses alone (against
server-side request forgery, OWASP): the host is looked up once, the answer is judged, and the connection goes to that
very address, so that no second answer of a name server can move it. The same again after each redirect. No cookies,
no credentials, no body; limits on time, redirects and ports.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Timer
from urllib.parse import SplitResult, quote, urljoin, urlsplit

CONNECT = 5.0  # seconds for each step of a connection
WHOLE = 12.0  # seconds for one answer, however slowly it drips
REDIRECTS = 5
PORTS = {80, 443}
LONGEST = 2_000  # characters of an address
GONE = {404, 410}
REFUSES_HEAD = {400, 403, 404, 405, 406, 410, 501, 503}  # as some servers answer to HEAD alone


class Verdict(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"  # without doubt: there is no such page, or no such host
    UNSURE = "unsure"  # it may well answer to readers
    FORBIDDEN = "forbidden"  # not asked: nothing that the public web has


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    outcome: str  # in a few words: "404 Not Found", "no such host"


Judge = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind the prefixes that carry IPv4 in IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64 (RFC 6052)
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def follow(url: str, *, agent: str, may_connect: Judge = is_public, ports: set[int] = PORTS) -> Answer:
    """
    What a reader who follows the address would come to. Never raises; takes up to `WHOLE` seconds for each hop.

    `may_connect` judges every IP address before anything is sent to it.
    """
    for _hop in range(REDIRECTS + 1):
        parts = acceptable(url, ports)
        if parts is None:
            return Answer(Verdict.FORBIDDEN, "not asked: no address of the public web")
        try:
            status, reason, location = ask(parts, agent, may_connect)
        except Forbidden:
            return Answer(Verdict.FORBIDDEN, "not asked: its host is not on the public internet")
        except NoSuchHost:
            return Answer(Verdict.DEAD, "no such host")
        except ssl.SSLCertVerificationError as fault:
            return Answer(Verdict.UNSURE, f"certificate: {fault.verify_message}"[:200])
        except (OSError, http.client.HTTPException, ValueError) as fault:
            return Answer(Verdict.UNSURE, (str(fault) or type(fault).__name__)[:200])
        if 300 <= status < 400 and location:
            url = urljoin(url, location)
            continue
        return Answer(judged(status), f"{status} {reason}"[:200].strip())
    return Answer(Verdict.DEAD, f"more than {REDIRECTS} redirects")


class Forbidden(Exception):
    """The host is none of the public internet."""


class NoSuchHost(Exception):
    """No name server knows it."""


def acceptable(url: str, ports: set[int]) -> SplitResult | None:
    """The parts of an address that may be asked for; None for one with another scheme or port, or with a password."""
    if len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return parts if is_plain and port in ports else None


def judged(status: int) -> Verdict:
    if status in GONE:
        return Verdict.DEAD
    return Verdict.ALIVE if 200 <= status < 300 else Verdict.UNSURE


def ask(parts: SplitResult, agent: str, may_connect: Judge) -> tuple[int, str, str]:
    """Status, reason and redirect of a page: by HEAD, and by GET where HEAD may have been what was refused."""
    host = ascii_host(parts.hostname or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(host, port, may_connect)
    answer = request("HEAD", parts, host, address, port, agent)
    return request("GET", parts, host, address, port, agent) if answer[0] in REFUSES_HEAD else answer


def ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise NoSuchHost from None


def public_address(host: str, port: int, may_connect: Judge) -> str:
    """One IP address of the host. Raises Forbidden if any is not public: such a name is up to something."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as fault:
        if fault.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            raise NoSuchHost from fault
        raise
    except UnicodeError:
        raise NoSuchHost from None
    addresses = [str(row[4][0]) for row in found]
    if not all(map(may_connect, addresses)):
        raise Forbidden
    return addresses[0]


def request(method: str, parts: SplitResult, host: str, address: str, port: int, agent: str) -> tuple[int, str, str]:
    """One request to that very IP address, in the name of the host; nothing of a body is read."""
    connection = http.client.HTTPConnection(host, port, timeout=CONNECT)
    connection.sock = open_socket(parts.scheme, host, address, port)
    # A server that sends a byte every four seconds would never run into the time for one step.
    stop = Timer(WHOLE, shut, [connection.sock])
    stop.start()
    try:
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?[]')}" if parts.query else ""
        connection.request(method, path + query, headers={"User-Agent": agent, "Accept": "*/*", "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.reason, response.getheader("Location", "")
    finally:
        stop.cancel()
        connection.close()


def open_socket(scheme: str, host: str, address: str, port: int) -> socket.socket:
    sock = socket.create_connection((address, port), timeout=CONNECT)
    if scheme != "https":
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already
