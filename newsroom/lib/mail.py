"""
Mail: drawing one, and handing it to the server with an answer that a worker can act upon.

The words of a mail are `templates/emails/<name>/{subject.txt,body.txt,body.html}`. Nobody's address gets into an error
or a log line: what servers answer quotes addresses, so only the code of an answer is kept.
"""

import smtplib
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template import Context, Engine

from newsroom.lib.text import one_line

BUSY = 421  # "Service not available, closing transmission channel" (RFC 5321 §4.2.3)


class Unsent(Exception):
    """
    Why a message did not go out: `reason`, without anybody's address.

    `for_good` if trying again is pointless (RFC 5321 §4.2.1: 5yz); `server_away` if it was not this message's fault,
    so that the next one would fare no better.
    """

    def __init__(self, reason: str, *, for_good: bool = False, server_away: bool = False) -> None:
        self.reason, self.for_good, self.server_away = reason, for_good, server_away
        super().__init__(reason)


def compose(
    name: str, to: str, context: Mapping[str, Any], *, identity: str, unsubscribe: str = ""
) -> EmailMultiAlternatives:
    """
    A message of `templates/emails/<name>/` to one address.

    `identity` tells this mail from all others of the site, also from one process to the next: the Message-ID is made of
    it. `unsubscribe` is an address that takes a POST without cookie or form token (RFC 8058). The subject is one line,
    whatever is in it. Raises Unsent for an address that is none.
    """
    try:
        validate_email(to)
    except ValidationError:
        raise Unsent("no valid address", for_good=True) from None
    filled = {"site": {"name": settings.SITE_NAME, "url": settings.SITE_URL}, **context}
    headers = {
        "Message-ID": f"<{identity}@{settings.SITE_HOST}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notes in reply
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=one_line(draw(f"emails/{name}/subject.txt", filled, escape=False)),
        body=draw(f"emails/{name}/body.txt", filled, escape=False).strip() + "\n",
        to=[to],
        headers=headers,
    )
    message.attach_alternative(draw(f"emails/{name}/body.html", filled, escape=True), "text/html")
    return message


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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Send it, or raise Unsent. Where the server's answer was lost, the message may have gone out all the same."""
        try:
            if self.connection is None:
                self.connection = get_connection()
                self.connection.open()
            self.connection.send_messages([message])
        except (OSError, ValueError) as error:  # smtplib's own are OSErrors, Django's BadHeaderError is a ValueError
            self.close()
            raise unsent(error) from None  # the cause quotes addresses

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
        code = next(iter(error.recipients.values()))[0]
        return Unsent(f"{code} refused", for_good=code >= 500, server_away=code == BUSY)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
        return Unsent(f"{code} refused after the text", for_good=code >= 500, server_away=code == BUSY)
    if isinstance(error, smtplib.SMTPResponseException):  # of the sender, the log-in, the greeting
        return Unsent(f"{error.smtp_code} {kind}", server_away=True)
    if isinstance(error, OSError):
        return Unsent(f"no answer ({kind})", server_away=True)
    return Unsent(f"can’t be written as a mail ({kind})", for_good=True)
