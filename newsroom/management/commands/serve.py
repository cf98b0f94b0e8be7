"""
`manage.py serve`: the site, as one command that keeps what it is made of running.

That is the web server, and the worker that sends mail and does what else runs from time to time (`manage.py work`).
A child that dies is started again, after a growing pause; SIGTERM, SIGINT (Ctrl-C) and SIGHUP end them all; and
where the kernel can, it ends them too when this process is killed.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from newsroom.lib.static import collect_if_changed

SECONDS_TO_END = 12  # more than gunicorn gives its workers
SECONDS_BETWEEN_LOOKS = 0.2
LONGEST_PAUSE = 30
STEADY_AFTER = 60  # seconds; a child that lived so long starts again at once


class Child:
    """One program that is to be running."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self.arguments = arguments
        self.pause = 0.0
        self.start()

    def start(self) -> None:
        parent = os.getpid()
        self.started = time.monotonic()
        self.ended: float | None = None
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter, and words of this file
            [sys.executable, "-m", *self.arguments],
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C reaches only us; we end the children in our own way
            preexec_fn=lambda: end_with(parent),
        )

    def keep_alive(self) -> str | None:
        """Start it again if it ended and its pause is over. Returns what happened, if anything did."""
        code = self.process.poll()
        if code is None:
            return None
        now = time.monotonic()
        if self.ended is None:
            self.ended = now
            self.pause = 0 if now - self.started > STEADY_AFTER else min(LONGEST_PAUSE, self.pause * 2 or 1)
            return f"The {self.name} ended (exit code {code}); it starts again in {self.pause:.0f} s."
        if now - self.ended >= self.pause:
            self.start()
        return None

    def signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, deadline: float) -> None:
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def end_with(parent: int) -> None:
    """In a new child: have the kernel end it when its parent dies, even of kill -9 (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


class Command(BaseCommand):
    help = "Serve the site: the web server and the worker, watched over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        parser.add_argument("--workers", type=int, help="web processes (embedded: 1; production: 2 for each core)")
        parser.add_argument("--threads", type=int, default=8, help="threads of each (8)")
        parser.add_argument("--no-worker", action="store_true", help="`manage.py work` runs elsewhere, or by cron")
        parser.add_argument("--no-static", action="store_true", help="don't collect changed static files first")

    def handle(self, *args: Any, **options: Any) -> None:
        self.host, self.port = options["host"], settings.PORT
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup's wish
                signal.signal(number, self.stop)
        refuse_taken_port(self.host, self.port)
        if not (settings.DEBUG or options["no_static"]):
            collect_if_changed(before=lambda: self.say("Collecting the static files, as they are new or changed …"))
        if self.stopping:
            return
        workers = options["workers"] or (2 * (os.cpu_count() or 1) if settings.PRODUCTION else 1)
        children = [
            Child("web server", web_server(self.host, self.port, workers, options["threads"])),
        ]
        try:
            self.announce(children[0])
            if not (self.stopping or options["no_worker"]):
                children.append(Child("worker", ["django", "work"]))  # after the first answer, which it would delay
            self.watch(children)
        finally:
            for child in reversed(children):
                child.signal(signal.SIGTERM)
            deadline = time.monotonic() + SECONDS_TO_END
            for child in children:
                child.wait(deadline)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def announce(self, web: Child) -> None:
        """Wait for the first answer, and say where the site is."""
        while not self.stopping and not answers(self.host, self.port):
            if web.process.poll() is not None:
                raise CommandError("The web server could not start; what it said last is above.")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if not self.stopping:
            self.say(f"{settings.SITE_NAME} is at {settings.SITE_URL} (Ctrl-C ends it)")

    def watch(self, children: list[Child]) -> None:
        while not self.stopping:
            for child in children:
                if news := child.keep_alive():
                    self.stderr.write(news)
            time.sleep(SECONDS_BETWEEN_LOOKS)


def web_server(host: str, port: int, workers: int, threads: int) -> list[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        "gunicorn",
        "newsroom.wsgi",
        f"--bind={bind}",
        "--worker-class=gthread",
        f"--workers={workers}",
        f"--threads={threads}",
        "--graceful-timeout=10",
        "--log-level=warning",
        "--no-control-socket",
    ]


def refuse_taken_port(host: str, port: int) -> None:
    """Say in one sentence what gunicorn would say in forty lines."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise CommandError(f"{port} is no port; choose one between 1024 and 65535.") from error
        except OSError as error:
            raise CommandError(
                f"Port {port} can't be used ({error.strerror}); end what uses it, "
                f"or choose another one: make run PORT={port + 1 if port < 65535 else 8001}"
            ) from error


def answers(host: str, port: int) -> bool:
    """Whether the site answers, be it with a redirect or an error page."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        connection.getresponse()
    except http.client.HTTPException:
        return True  # a broken answer, but one: what is wrong is in the log
    except OSError:
        return False
    else:
        return True
    finally:
        connection.close()
