"""A real mail server in a thread, which takes mail, refuses it, or goes away in the middle, as a test tells it to."""

import asyncio
import email
import email.policy
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own chatter, which quotes addresses


class Mailbox:
    """
    What arrived, in order; `answer`, given a recipient, says what the server answers to it.

    "250 OK" takes the mail; "550 …" and "451 …" refuse the recipient, with "DATA 554 …" the text; "lost" takes the mail
    and hangs up before saying so, "cut" hangs up before it is taken, "hang up" before the text is sent; "stall" thinks
    about the recipient for three seconds.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer: Callable[[str], str] = lambda to: "250 OK"
        self.connections = 0
        self.slowness = 0.0  # seconds that it takes over each mail
        self.most_on_a_connection = 10**6  # mails, after which it hangs up
        self.port = 0

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]).strip() for mail in self.mails]

    # What aiosmtpd calls

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, answers: list[str]) -> list[str]:  # noqa: N802
        session.host_name = host
        self.connections += 1
        return answers

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, sender: str, options: list[str]) -> str:  # noqa: N802
        session.mails = getattr(session, "mails", 0) + 1
        if session.mails > self.most_on_a_connection:
            server.transport.abort()
        envelope.mail_from = sender
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: list[str]) -> str:  # noqa: N802
        answer = self.answer(to)
        if answer == "hang up":
            server.transport.abort()
        if answer == "stall":
            await asyncio.sleep(3)
        if answer[0] in "45":
            return f"{answer} <{to}>"  # servers quote the address
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.slowness)
        answer = self.answer(envelope.rcpt_tos[0])
        if answer.startswith("DATA "):
            return f"{answer.removeprefix('DATA ')} <{envelope.rcpt_tos[0]}>"
        if answer == "cut":
            server.transport.abort()
            return "250 OK"
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if answer == "lost":
            server.transport.abort()
        return "250 OK"


def whole(mail: EmailMessage) -> str:
    """All of a mail as a person could read it: headers, text and HTML, decoded."""
    headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
    return headers + "".join(part.get_content() for part in mail.iter_parts())


@contextmanager
def open_mailbox(settings: Any) -> Iterator[Mailbox]:
    """Have the site send its mail here."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", box.port, 5
    try:
        yield box
    finally:
        controller.stop()
