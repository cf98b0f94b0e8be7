"""
How fast an issue is announced to 100,000 followers, and how fast mail leaves, against the bare minimum of each.

    .venv/bin/python -m benchmarks.mailings                                        (SQLite)
    .venv/bin/python -m tests.postgres .venv/bin/python -m benchmarks.mailings     (PostgreSQL)

Fills a database of its own (a new one, or the one that DATABASE_URL names, which must be empty). Announcing is compared
with one bare INSERT … SELECT of the same rows; sending 10,000 mails into a server that throws them away with a loop
over smtplib that hands the same bytes to the same server. Prints seconds, mails a second, the most memory that was
used (MiB, of the whole process, and what announcing added), and the ratios. Announcing may take 10 seconds; if it takes
longer the run ends with exit status 1.
"""

import os
import resource
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FOLLOWERS = int(os.environ.get("FOLLOWERS", 100_000))
MAILS = int(os.environ.get("MAILS", 10_000))
ALLOWANCE = 10  # seconds
BARE = """
    INSERT INTO follow_delivery (mailing_id, follower_id, domain, created_at, due_at, attempts, last_error, has_failed)
    SELECT %s, id, domain, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 0, '', false FROM follow_follower
"""


def fill() -> None:
    """Followers of every kind, written past the verbs: what is measured is what comes after."""
    from django.utils import timezone

    from follow.models import Choice, Follower
    from tests.factories import published

    kinds = ["issues", "issues", "issues", "china", "international"]
    rows = []
    for n in range(FOLLOWERS):
        row = Follower(confirmed_at=timezone.now(), consent_text="Yes", source="/follow/")
        row.set_email(f"reader-{n}@domain-{n % 500}.example")
        rows.append(row)
    rows = Follower.objects.bulk_create(rows, batch_size=5_000)
    Choice.objects.bulk_create(
        (Choice(follower=row, kind=kinds[n % len(kinds)]) for n, row in enumerate(rows)), batch_size=5_000
    )
    published(title="News", stories=10)


def timed(act: Any) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def most_memory() -> float:
    """MiB that this process has used at most, so far (Linux counts KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def announce() -> float:
    """Seconds for all deliveries of an issue; prints them, and the bare statement beside them."""
    from django.db import connection

    from follow.models import Delivery, Mailing
    from newsroom.announcing import announce_due

    before = most_memory()
    seconds = timed(announce_due)
    assert Delivery.objects.count() == FOLLOWERS
    mailing = Mailing.objects.create(kind="issue", key="bare")

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [mailing.pk])

    least = timed(bare)
    mailing.delete()
    print(f"announcing to {FOLLOWERS:,} followers: {seconds:6.1f} s, {seconds / least:5.1f} × one bare INSERT … SELECT")
    print(f"  memory: {most_memory() - before:.0f} MiB more than before, {most_memory():.0f} MiB at most")
    return seconds


def send(port: int) -> None:
    """Have 10,000 mails sent; prints mails a second, and those of a bare loop with the same bytes."""
    from django.conf import settings

    from follow.delivering import Sender, choices_of, claim, send_due
    from follow.models import Delivery
    from newsroom.lib.mail import Post

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    kept = Delivery.objects.order_by("pk").values("pk")[:MAILS]
    Delivery.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

    from django.utils import timezone

    sender = Sender(Post(), timezone.now, ends=time.monotonic() + 60)
    (turn,) = claim(sender.lease, timezone.now(), size=1)
    message = sender.written(turn.pk, choices_of([turn.pk])).message().as_bytes().replace(b"\n", b"\r\n")
    Delivery.objects.update(lease=None, leased_until=None)

    def loop() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for n in range(MAILS):
                server.sendmail("desk@newsroom.example", [f"reader-{n}@example.org"], message)

    least = timed(loop)
    sent: list[int] = []
    seconds = timed(lambda: sent.append(send_due(seconds=3600)))
    assert sent == [MAILS]
    assert not Delivery.objects.filter(sent_at=None).exists()
    print(
        f"sending {MAILS:,} mails of {len(message) / 1024:.0f} KiB: {seconds:6.1f} s, {MAILS / seconds:,.0f} a second"
    )
    print(f"  a bare loop over smtplib: {least:6.1f} s, {MAILS / least:,.0f} a second; ratio {seconds / least:.2f}")
    print(f"  memory: {most_memory():.0f} MiB at most")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="newsroom-benchmark-") as folder:
        os.environ.update(DJANGO_SETTINGS_MODULE="newsroom.settings", DOTENV=os.devnull, VAR_DIR=folder)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'mailings.sqlite3'}")
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        if sys.argv[1:] == ["fill"]:
            fill()
            return 0
        call_command("migrate", verbosity=0)
        # In a process of its own, so that its memory is not taken for that of what is measured.
        subprocess.run([sys.executable, "-m", "benchmarks.mailings", "fill"], check=True)
        print(connection.vendor)
        seconds = announce()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = ["-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
        with subprocess.Popen([sys.executable, "-m", "aiosmtpd", *options]) as sink:
            try:
                while socket.socket().connect_ex(("127.0.0.1", port)):
                    time.sleep(0.1)
                send(port)
            finally:
                sink.terminate()
        connection.close()
    return 0 if seconds <= ALLOWANCE else 1


if __name__ == "__main__":
    sys.exit(main())
