"""`manage.py serve` as a person or systemd runs it: real processes, real signals."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.processes import free_port, within_time

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 30


def status(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/no-such-page/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def ask(port: int, method: str, path: str) -> tuple[Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path)
    response = connection.getresponse()
    with contextlib.closing(connection):
        return response, response.read()


def children(pid: int) -> list[int]:
    """The process's children, the way both Linux and macOS tell."""
    listed = subprocess.run(["ps", "-Ao", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (map(int, line.split()) for line in listed.splitlines())
    return [child for child, parent in pairs if parent == pid]


def is_worker(pid: int) -> bool:
    listed = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return "django work" in listed


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


class Site:
    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "DOTENV": os.devnull,
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
        }
        (folder / "static").symlink_to(settings.STATIC_ROOT)
        self.log = folder / "log"
        self.manage("migrate", "--verbosity=0")
        with self.log.open("w") as log:
            serve = self.command("serve", "--no-static", *options)
            self.process = subprocess.Popen(serve, stdout=log, stderr=log, **self.place)

    @property
    def place(self) -> dict[str, Any]:
        return {"cwd": ROOT, "env": self.environment}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    @property
    def family(self) -> tuple[list[int], list[int]]:
        """The web servers and the workers that run now."""
        found = children(self.process.pid)
        return [pid for pid in found if not is_worker(pid)], [pid for pid in found if is_worker(pid)]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), check=False, capture_output=True, text=True, **self.place)


@pytest.fixture
def site(tmp_path: Path, collected_static: None, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A running site; `@pytest.mark.parametrize("site", [["--option"]], indirect=True)` starts it otherwise."""
    site = Site(tmp_path, *getattr(request, "param", []))
    try:
        assert within_time(lambda: "Ctrl-C" in site.log.read_text()), site.log.read_text()
        yield site
    finally:
        site.process.kill()
        site.process.wait()


def test_says_where_it_is_and_keeps_the_web_server_and_the_worker_running(site):
    assert site.log.read_text() == f"Newsroom is at http://127.0.0.1:{site.port} (Ctrl-C ends it)\n"
    assert status(site.port) == 404
    assert within_time(lambda: len(site.family[1]) == 1)

    # HEAD is GET without its body, and nothing to complain of.
    for path in ("/", "/feed/", "/static/site/icon.svg", "/no-such-page/"):
        (got, body), (head, nothing) = ask(site.port, "GET", path), ask(site.port, "HEAD", path)
        assert (head.status, head.getheader("Content-Length"), nothing) == (got.status, str(len(body)), b"")
    assert "no-body" not in site.log.read_text()

    # A second one: one sentence, nothing more.
    second = site.manage("serve", "--no-static")
    assert second.returncode == 1
    assert f"Port {site.port} can't be used" in second.stderr
    assert second.stderr.count("\n") == 1

    # Its web server dies, and its worker: others take their places.
    for kind, name in enumerate(("web server", "worker")):
        (child,) = site.family[kind]
        os.kill(child, signal.SIGKILL)
        assert within_time(lambda kind=kind, child=child: site.family[kind] not in ([], [child]))
        assert f"The {name} ended (exit code -9); it starts again in 1 s." in site.log.read_text()
    assert within_time(lambda: status(site.port) == 404)

    # The polite end: all of them, without complaint.
    family = children(site.process.pid)
    family += [grandchild for child in family for grandchild in children(child)]
    assert len(family) >= 3
    before = site.log.read_text()
    begun = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(SECONDS) == 0
    assert time.monotonic() - begun < 10
    assert not any(map(alive, family))
    assert site.log.read_text() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel can do this")
def test_leaves_no_orphan_when_it_is_killed(site):
    assert within_time(lambda: len(site.family[1]) == 1)
    family = children(site.process.pid)
    family += [grandchild for child in family for grandchild in children(child)]
    assert len(family) >= 3
    site.process.kill()
    site.process.wait()
    assert within_time(lambda: not any(map(alive, family)))
    assert status(site.port) is None


@pytest.mark.parametrize("site", [["--no-worker"]], indirect=True)
def test_leaves_the_worker_to_others_who_want_it_so(site):
    assert [len(kind) for kind in site.family] == [1, 0]
    time.sleep(1)  # several looks at its children
    assert [len(kind) for kind in site.family] == [1, 0]
    done = site.manage("work", "--once")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
