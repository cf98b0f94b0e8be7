"""
The briefing: an issue as a PDF to print, keep and pass on, drawn in the background for what readers have.

It is the page's own print style (`@media print` in static/site/site.css), set by WeasyPrint. That needs Pango, a
library of the system; where it is missing no briefing is drawn, and everything else works. Nothing is fetched over the
network while one is drawn: what a page names is read from our own folders, or left out.
"""

import fcntl
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.template.loader import render_to_string
from django.utils import translation
from PIL import ImageFile

from newsroom.correcting import history_of
from newsroom.issue import present
from reports.caching import purge
from reports.images import stand_in
from reports.models import Edition

logger = logging.getLogger(__name__)

AT_ONCE = 2  # in one run, so that a worker's other work does not wait for an archive
CHINESE = settings.BASE_DIR / "newsroom" / "fonts" / "noto-sans-sc.woff2"
CHINESE_URL = "/briefing/noto-sans-sc.woff2"  # a name for the drawing alone; the site has no such address
STRAY_AFTER = 3600  # seconds after which a file that no live edition names is removed
MISSING = (
    "Briefings (PDF) are not drawn: WeasyPrint can't find Pango. "
    "Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
failed: set[int] = set()  # editions that this process could not draw; one that is started anew tries again


@cache
def can_draw() -> bool:
    """Whether the libraries are there."""
    try:
        library()
    except (ImportError, OSError):
        return False
    return True


def library() -> Any:
    """
    WeasyPrint, less its wish that Pillow accept pictures that break off: reports/images.py goes on refusing them.

    Raises ImportError or OSError if the system's libraries are missing.
    """
    import weasyprint

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def briefings_can_be_drawn(**asked: Any) -> list[checks.CheckMessage]:
    """A system check for a site that is put into service."""
    return [] if can_draw() else [checks.Warning(MISSING, id="newsroom.W001")]


def folder() -> Path:
    """Where they are: not among the media, which have addresses of their own."""
    return Path(settings.VAR_DIR) / "briefings"


def draw_due() -> int:
    """
    Draw the briefings of live editions that have none, newest issue first, a few at most; how many were drawn.

    One process of this machine does it at a time, another one finds nothing to do. One that is killed leaves an
    edition without a name, which is done again, and a file that nobody names, which `sweep` removes.
    """
    if not can_draw():
        return 0
    drawn = 0
    with alone() as is_alone:
        if not is_alone:
            return 0
        for pk in list(waiting()[:AT_ONCE]):
            try:
                drawn += write(pk)
            except Exception:  # one that can't be drawn must not keep the next from it
                logger.exception("Could not draw the briefing of edition %s", pk)
                failed.add(pk)
    return drawn


def waiting() -> Any:
    live = Edition.objects.live().filter(briefing="").exclude(pk__in=failed)
    return live.newest_first().values_list("pk", flat=True)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other process of this machine draws; the kernel forgets it with the process."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def write(pk: int) -> bool:
    """Draw one and name it; False if another machine was faster, or it is live no more."""
    edition = Edition.objects.select_related("revision").get(pk=pk)
    name = f"{pk}-{secrets.token_urlsafe(12)}.pdf"
    file = folder() / name
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(draw(edition))
    unfinished.replace(file)
    if not Edition.objects.live().filter(pk=pk, briefing="").update(briefing=name):
        file.unlink(missing_ok=True)
        return False
    purge([f"issue-{edition.report_id}"])  # its page has a link to it now
    return True


def sweep() -> None:
    """Remove what no live edition names, unless it was written just now. To be done from time to time."""
    named = set(Edition.objects.live().exclude(briefing="").values_list("briefing", flat=True))
    for file in [*folder().glob("*.pdf"), *folder().glob("*.part")]:
        with suppress(OSError):  # gone already
            if file.name not in named and time.time() - file.stat().st_mtime > STRAY_AFTER:
                file.unlink()


def content(edition: Edition) -> bytes | None:
    """The briefing of an edition, or None while there is none."""
    if not edition.briefing:
        return None
    try:
        return (folder() / Path(edition.briefing).name).read_bytes()
    except OSError:
        return None  # another machine has it, or nobody any more


def draw(edition: Edition) -> bytes:
    """The PDF: tagged, with title, language and author; the same bytes for the same edition."""
    weasyprint = library()
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it names every property that is not for paper
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    base = f"{settings.SITE_URL}/"
    fetcher, fonts = own_files(), FontConfiguration()
    styles = [
        weasyprint.CSS(
            string=own_file(f"{base}static/site/{name}").read_text(),
            base_url=f"{base}static/site/",
            media_type="print",
            url_fetcher=fetcher,
            font_config=fonts,
        )
        for name in ("site.css", "briefing.css")
    ]
    document = weasyprint.HTML(string=page_of(edition), base_url=base, url_fetcher=fetcher, media_type="print")
    pdf: bytes = document.write_pdf(
        stylesheets=styles,
        font_config=fonts,
        pdf_tags=True,
        pdf_identifier=sha256(f"{edition.pk} {edition.revision.digest}".encode()).hexdigest()[:32].encode(),
        optimize_images=True,
    )
    return pdf


def page_of(edition: Edition) -> str:
    """The page that is set: the issue as the edition has it, with the public notes up to it."""
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "edition": edition,
            "issue": present(edition.revision.content),
            "notices": [notice for notice in history_of(edition).notices if notice.at <= edition.live_from],
            "site": {"name": settings.SITE_NAME, "tagline": settings.SITE_TAGLINE, "url": settings.SITE_URL},
            "language": settings.LANGUAGE_CODE,
        }
        return render_to_string("reports/briefing.html", context)


def own_files() -> Any:
    """
    What WeasyPrint gets for an address: static files, media and our font, from the disk; for any other one a refusal.

    No text of an editor's can have it ask another host or read another file.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            return URLFetcherResponse(url, own_file(url).read_bytes())

    return OwnFiles()


def own_file(url: str) -> Path:
    """The file behind an address of this site. Raises ValueError for any other."""
    path = url.removeprefix(settings.SITE_URL)
    if path == url or not path.startswith("/"):
        raise ValueError(f"A briefing is made of this site's files alone, not of {url}")
    path = path.partition("?")[0].partition("#")[0]
    if path == CHINESE_URL:
        return Path(CHINESE)
    if path.startswith("/static/site/"):
        root = Path(settings.BASE_DIR) / "static" / "site"
        file = (root / path.removeprefix("/static/site/")).resolve()
    else:
        root = Path(settings.MEDIA_ROOT)
        name = path.removeprefix(settings.MEDIA_URL)
        file = (root / (stand_in(name) or name)).resolve()
        if not path.startswith(settings.MEDIA_URL):
            raise ValueError(f"A briefing is made of no {path}")
    if not file.is_relative_to(root.resolve()):
        raise ValueError(f"{path} leads out of our folders")
    return file
