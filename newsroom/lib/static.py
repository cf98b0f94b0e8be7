"""Static files, collected when they changed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command


def collect_if_changed(before: Callable[[], None] | None = None) -> None:
    """Run `collectstatic`, and `before` it, unless it ran for exactly these files."""
    # Beside the folder, not in it: what is in it is served.
    stamp = Path(f"{settings.STATIC_ROOT}.sources")
    fingerprint = sources_fingerprint()
    if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    if before:
        before()
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)


def sources_fingerprint() -> str:
    """Changes when a static file of the project or of a package comes, goes or changes."""
    ignored = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in finders.get_finders():
        for path, storage in finder.list(ignored):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{file.st_size}\0{file.st_mtime_ns}\n".encode())
    return digest.hexdigest()
