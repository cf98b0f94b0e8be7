"""
What every test gets: settings of its own, quick passwords, files in temporary folders, an empty cache.

No test reads the developer's .env or writes into var/. DATABASE_URL is the one variable that comes from outside:
`python -m tests.postgres pytest` sets it; without it the tests run on SQLite, in a real file, so that several
threads can use it as several processes of a real site do.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(tempfile.mkdtemp(prefix="newsroom-tests-"))

# All this before Django's settings are read, which is why pyproject.toml doesn't name them to pytest.
for name in re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
    for variant in {name, f"{name}_FILE"} - {"DATABASE_URL"}:
        os.environ.pop(variant, None)
os.environ.update(DJANGO_SETTINGS_MODULE="newsroom.settings", DOTENV=os.devnull, VAR_DIR=str(VAR))

hypothesis_settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis_settings.register_profile("explore", max_examples=2_000, deadline=None)
hypothesis_settings.load_profile("same")  # for another: pytest --hypothesis-profile=explore


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Hashed names as on the real site, so that a template which names a missing file fails; only not compressed.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STATIC_ROOT = config.cache.mkdir(f"static-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    if on_sqlite():
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(VAR / "test.sqlite3")


def pytest_unconfigure() -> None:
    shutil.rmtree(VAR, ignore_errors=True)


def on_sqlite() -> bool:
    from django.conf import settings

    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Everything in tests/journeys is a journey.

    On SQLite run all tests but those that need PostgreSQL; on PostgreSQL those that use the database, since all
    others have nothing new to say there.
    """
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker("journey")
    mine = needs_no_postgres if on_sqlite() else uses_database
    config.hook.pytest_deselected(items=[item for item in items if not mine(item)])
    items[:] = filter(mine, items)


def needs_no_postgres(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgres") is None


def uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite"):
        return False
    if item.get_closest_marker("django_db") or item.get_closest_marker("postgres"):
        return True
    return not {"db", "transactional_db", "live_site"}.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def collected_static() -> None:
    """The static files, collected once and again when one changed; and listed once, not by every test client."""
    from whitenoise.base import WhiteNoise

    from newsroom.lib.static import collect_if_changed

    collect_if_changed()
    listed: dict[tuple[str, str], dict[str, object]] = {}
    list_files = WhiteNoise.update_files_dictionary

    def list_files_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in listed:
            list_files(self, root, prefix)
            listed[root, prefix] = dict(self.files)
        self.files.update(listed[root, prefix])

    WhiteNoise.update_files_dictionary = list_files_once


@pytest.fixture(autouse=True)
def _numbered_from_the_start() -> None:
    """Rows of factories bear the same numbers whichever tests ran before."""
    from tests import factories

    for factory in vars(factories).values():
        if isinstance(factory, type) and issubclass(factory, factories.DjangoModelFactory):
            factory.reset_sequence(force=True)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path) -> Iterator[None]:
    """Uploads of one test are not there in the next, nor is what it cached."""
    from django.core.cache import cache

    settings.MEDIA_ROOT = tmp_path / "media"
    yield
    cache.clear()
