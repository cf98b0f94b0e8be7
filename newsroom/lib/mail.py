"""
Mail: drawing one, and handing it to the server with an answer that a worker can act upon.

The words of a mail are `templates/emails/<name>/{subject.txt,body.txt,body.html}`. Nobody's address gets into an error
or a log line: what servers answer quotes addresses, so only the code of an answer is kept.
"""

import re
import smtplib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Engine
from django.utils import translation

from newsroom.lib.forms import AsciiMailbox
from newsroom.lib.text import one_line

mailbox = AsciiMailbox()
NOT_NOW = {401, 403, 408, 429}  # of a provider's API: the key is wrong, or there were too many
TIME_FOR_TEXT = 120  # seconds; less than a worker leaves of its lease (follow/delivering.py)
TOO_LARGE = 552  # at MAIL FROM: the message exceeds a fixed limit (RFC 1870 §6.1)
BUSY = 421  # "Service not available, closing transmission channel" (RFC 5321 §4.2.3)


class Unsent(Exception):
    """
    Why a message did not go out: `reason`, without anybody's address.

    `for_good` if trying again is pointless (RFC 5321 §4.2.1: 5yz); `server_away` if the next one would fare no better
    now; `is_blamed` unless it can't have been this message's fault (no connection, no log-in, the sender refused), so
    that its attempts should be counted; `is_reached` unless there was no connection to begin with; `no_mailbox` if the
    server says that there is no such mailbox.
    """

    def __init__(
        self,
        reason: str,
        *,
        for_good: bool = False,
        server_away: bool = False,
        is_blamed: bool = True,
        is_reached: bool = True,
        no_mailbox: bool = False,
    ) -> None:
        self.reason, self.for_good, self.server_away = reason, for_good, server_away
        self.is_blamed, self.is_reached, self.no_mailbox = is_blamed, is_reached, no_mailbox
        super().__init__(reason)


Given = ParamSpec("Given")
Made = TypeVar("Made")


def in_own_language(write: Callable[Given, Made]) -> Callable[Given, Made]:
    """
    For what writes mail: it speaks the site's own language, and its links lead to pages in it.

    Whoever gave reason for a mail by a request in another language, an editor or a passer-by, is not its reader.
    """

    @wraps(write)
    def written(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with translation.override(settings.LANGUAGE_CODE):
            return write(*args, **kwargs)

    return written


def compose(
    name: str, to: str, context: Mapping[str, Any], *, identity: str, unsubscribe: str = ""
) -> EmailMultiAlternatives:
    """
    A message of `templates/emails/<name>/` to one address; for the rest, see `message`.

    Raises Unsent for an address that is none.
    """
    filled = {"site": {"name": settings.SITE_NAME, "url": settings.SITE_URL}, **context}
    return message(
        to,
        subject=draw(f"emails/{name}/subject.txt", filled, escape=False),
        text=draw(f"emails/{name}/body.txt", filled, escape=False).strip() + "\n",
        html=draw(f"emails/{name}/body.html", filled, escape=True),
        identity=identity,
        unsubscribe=unsubscribe,
    )


def message(
    to: str, *, subject: str, text: str, html: str, identity: str, unsubscribe: str = "", list_id: str = ""
) -> EmailMultiAlternatives:
    """
    A message to one address, in text and HTML.

    `identity` tells this mail from all others of the site, also from one process to the next: the Message-ID is made of
    it. `unsubscribe` is an address that takes a POST without cookie or form token (RFC 8058); `list_id` the label of a
    list (RFC 2919). The subject is one line, whatever is in it. Raises Unsent for an address that is none.
    """
    try:
        mailbox(to)
    except ValidationError:
        raise Unsent("no valid address", for_good=True) from None
    headers = {
        "Message-ID": f"<{identity}@{settings.SITE_HOST}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notes in reply
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if list_id:
        headers["List-Id"] = f"<{list_id}.{settings.SITE_HOST}>"
    made = EmailMultiAlternatives(subject=one_line(subject), body=text, to=[to], headers=headers)
    made.attach_alternative(html, "text/html")
    # Providers that would count who opens what are told not to; SMTP knows no such thing.
    made.track_opens = made.track_clicks = False  # type: ignore[attr-defined]
    return made


def draw(template: str, context: Mapping[str, Any], *, escape: bool) -> str:
    return str(Engine.get_default().get_template(template).render(Context(dict(context), autoescape=escape)))


class Post:
    """
    One connection to the mail server, for any number of messages; opened by the first, and anew after a failure.

        with Post() as post:
            post.send(message)
    """

    def __init__(self) -> None:
        self.connection: Any = None
        self.sent = 0  # over this connection
        self.is_handed_over = False  # whether the server may have the text of the message that is being sent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, message: EmailMultiAlternatives) -> None:
        """
        Send it, or raise Unsent. Where the server's answer was lost, the message may have gone out all the same.

        A server that ends a connection which it has taken mail over, as many do after so many, is asked once more.
        """
        try:
            self.hand_over(message)
        except Unsent as failure:
            if not failure.server_away or self.is_handed_over or not self.sent:
                raise
            self.sent = 0
            self.hand_over(message)
        self.sent += 1

    def hand_over(self, message: EmailMultiAlternatives) -> None:
        if self.connection is None:
            self.open()
        # Of others than SMTP nobody knows when they have it.
        self.is_handed_over = not isinstance(getattr(self.connection, "connection", None), smtplib.SMTP)
        try:
            self.connection.send_messages([message])
        except Exception as error:  # noqa: BLE001 - an address alone can bring the library down in ways that nobody listed
            self.close()
            failure = unsent(error)
            if failure.server_away and not self.is_handed_over:
                failure.is_blamed = False
            raise failure from None  # the cause quotes addresses

    def open(self) -> None:
        """Connect. Raises Unsent, for which no message is to be blamed."""
        self.sent = 0
        try:
            self.connection = get_connection()
            self.connection.open()
        except Exception as error:  # noqa: BLE001 - a provider's settings can be wrong in any way
            self.close()
            raise Unsent(unsent(error).reason, server_away=True, is_blamed=False, is_reached=False) from None
        self.watch(getattr(self.connection, "connection", None))

    def watch(self, server: Any) -> None:
        """
        Note from when on an SMTP server may have the text: up to then, nothing went out for certain.

        And wait longer for its answer to that than to all else, as it may have the text looked at first (RFC 5321
        §4.5.3.2.6): who hangs up too early sends it again.
        """
        if not isinstance(server, smtplib.SMTP):
            return
        give = server.data

        def data(text: Any) -> Any:
            self.is_handed_over = True
            if server.sock is None:
                return give(text)
            usual = server.sock.gettimeout()
            server.sock.settimeout(TIME_FOR_TEXT)
            try:
                return give(text)
            finally:
                if server.sock is not None:
                    server.sock.settimeout(usual)

        server.data = data  # type: ignore[assignment]

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is None:
            return
        try:
            connection.close()
        except OSError:
            return  # whatever went wrong with saying goodbye, what was accepted is accepted


def unsent(error: Exception) -> Unsent:
    """What an error on the way to the server means."""
    kind = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return refused(*next(iter(error.recipients.values())), of_recipient=True)
    if isinstance(error, smtplib.SMTPDataError):
        return refused(error.smtp_code, error.smtp_error, of_recipient=False)
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == TOO_LARGE:
        return Unsent(f"{error.smtp_code} too large", for_good=True)
    if isinstance(error, smtplib.SMTPResponseException):  # of the sender, the log-in, the greeting
        return Unsent(f"{error.smtp_code} {kind}", server_away=True, is_blamed=False)
    if isinstance(error, AnymailError):
        return by_provider(error)
    if isinstance(error, OSError):
        return Unsent(f"no answer ({kind})", server_away=True)
    return Unsent(f"can’t be written as a mail ({kind})", for_good=True)


# "5.1.1 No such user": the enhanced status code at the beginning of an answer (RFC 2034, RFC 3463)
ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
# Without one, only words tell a mailbox that is not there from a list of blocked senders.
NO_MAILBOX = re.compile(
    r"(?:no|un)(?:\s?known|\s?such)\s(?:\w+\s)?(?:user|mailbox|recipient|address|account)"
    r"|(?:user|mailbox|recipient|address|account)\s(?:\w+\s){0,3}?(?:unknown|not\s(?:found|exist)|doesn.?t\sexist)"
    r"|invalid\s(?:recipient|mailbox|user)",
    re.IGNORECASE,
)


def refused(code: int, answer: bytes | str, *, of_recipient: bool) -> Unsent:
    """What the server's refusal of a recipient, or of the text, means. Nothing of the answer but its codes is kept."""
    text = (answer.decode("ascii", "replace") if isinstance(answer, bytes) else str(answer))[:1000]
    found = ENHANCED.match(text)
    said = f"{code} {found[0].strip()}" if found else f"{code}"
    # X.1: something is wrong with the address; X.2.1: the mailbox is closed. Not X.2.2, a full one, nor X.7, a policy.
    if found:
        no_mailbox = found[2] == "1" or (found[2], found[3]) == ("2", "1")
    else:
        no_mailbox = bool(NO_MAILBOX.search(re.sub(r"<[^>]*>", "", text)))
    return Unsent(
        f"{said} refused" if of_recipient else f"{said} refused after the text",
        for_good=code >= 500,
        server_away=code == BUSY,
        is_blamed=code != BUSY,
        no_mailbox=of_recipient and code >= 500 and no_mailbox,
    )


def by_provider(error: AnymailError) -> Unsent:
    """What the failure of a provider's API means: a refused recipient, a faulty message, or a service that is away."""
    kind, status = type(error).__name__, getattr(error, "status_code", None)
    if isinstance(error, AnymailRecipientsRefused):
        return Unsent("refused by the provider", for_good=True)  # which says why by its webhook, if it is for good
    if isinstance(error, AnymailAPIError):
        reason = f"no answer of the provider ({status or kind})"
        if status in NOT_NOW or isinstance(error.__cause__, requests.ConnectionError):
            return Unsent(reason, server_away=True, is_blamed=False)
        if status is None or status >= 500:  # it may have taken the mail all the same
            return Unsent(reason, server_away=True)
    return Unsent(f"refused by the provider ({status or kind})", for_good=True)
