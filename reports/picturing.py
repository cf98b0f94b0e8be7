"""
Pictures in texts: which ones a text refers to, how they are drawn there, and what shows a picture.

A text holds `<figure data-image="12"></figure>` (newsroom/lib/richtext.py), a reference to the library's row. What the
picture was when an issue was kept stands in the snapshot, so a frozen issue never changes with the library.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from newsroom.lib import richtext
from reports.models import EditionPicture, Image, Report, Story
from reports.using import Use, dated, report_page

Facts = dict[str, Any]
MARK = "data-image="


def facts_of(image: Image) -> Facts:
    """What a snapshot keeps of a picture."""
    return {
        "id": image.pk,
        "file": image.file.name,
        "width": image.width,
        "height": image.height,
        "focal_point": image.focal_point,
        "alt": image.alt,
        "decorative": image.decorative,
        "caption": image.caption,
        "credit": image.credit,
    }


def as_image(facts: Facts | None) -> Image | None:
    """The picture as a row that was never read: enough to name its renditions. None while its file is to come."""
    if not facts or not facts["file"]:
        return None
    return Image(**{**facts, "id": None})


def numbers_in(texts: Iterable[str]) -> list[int]:
    """The numbers of the pictures that texts refer to, each once, lowest first."""
    return sorted({number for text in texts for number in richtext.pictures_in(text)})


def find(texts: Iterable[str]) -> list[Image]:
    """The pictures that texts refer to and the library has, by number. One query, none if they refer to none."""
    numbers = numbers_in(texts)
    return list(Image.objects.filter(pk__in=numbers).order_by("pk")) if numbers else []


def with_pictures(text: str, facts: Sequence[Facts], sizes: str = "(min-width: 48rem) 44rem, 100vw") -> str:
    """
    Cleaned HTML with its references drawn as figures; one to a picture that is gone, or has no file yet, is dropped.

    `facts` are the snapshot's pictures; `sizes` is the HTML attribute of that name.
    """
    if MARK not in text:
        return text
    known = {told["id"]: told for told in facts}

    def drawn(number: int) -> str:
        image = as_image(known.get(number))
        return render_to_string("reports/_figure.html", {"image": image, "sizes": sizes}).strip() if image else ""

    return richtext.replace_pictures(text, drawn)


def words_of(text: str, facts: Sequence[Facts]) -> list[str]:
    """What stands beside the pictures of a text, and what they show: for the search."""
    known = {told["id"]: told for told in facts}
    shown = (known[number] for number in richtext.pictures_in(text) if number in known)
    return [told[name] for told in shown for name in ("caption", "alt", "credit") if told[name]]


def pictures_of(content: Mapping[str, Any]) -> dict[int, str]:
    """All the pictures that a snapshot shows, over its text and within it: their files by their numbers."""
    texts = [content["intro"], *(story["body"] for story in content["stories"])]
    within = set(numbers_in(texts))
    told = [content["hero"] or {}, *(facts for facts in content.get("pictures", []) if facts["id"] in within)]
    return {facts["id"] or 0: facts["file"] for facts in told if facts.get("file")}


def uses(of: Iterable[int] | None = None) -> defaultdict[int, list[Use]]:
    """
    What shows pictures, by their numbers: issues and stories of the desk, and editions that readers have or will get.

    Of all pictures, or `of` some. Four queries, however many pictures: texts that refer to none are not read.
    """
    wanted = None if of is None else set(of)
    found: defaultdict[int, list[Use]] = defaultdict(list)
    for number, use in chain(uses_at_the_desk(), uses_in_editions(wanted)):
        if (wanted is None or number in wanted) and use not in found[number]:
            found[number].append(use)
    return found


def uses_at_the_desk() -> Iterator[tuple[int, Use]]:
    def use(said: str, report: Report) -> Use:
        return Use(dated(said, report.issued_on), report_page(report.pk))

    for report in Report.objects.exclude(hero=None).only("title", "issued_on", "hero"):
        yield report.hero_id or 0, use(_("Main picture of “%(issue)s”") % {"issue": report.title}, report)
    for report in Report.objects.filter(intro__contains=MARK).only("title", "issued_on", "intro"):
        for number in richtext.pictures_in(report.intro):
            yield number, use(_("Intro of “%(issue)s”") % {"issue": report.title}, report)
    for story in Story.objects.filter(body__contains=MARK).select_related("report"):
        said = _("Story “%(story)s” in “%(issue)s”") % {"story": story.headline, "issue": story.report.title}
        for number in richtext.pictures_in(story.body):
            yield number, use(said, story.report)


def uses_in_editions(wanted: Iterable[int] | None) -> Iterator[tuple[int, Use]]:
    now = timezone.now()
    shown = EditionPicture.objects.kept(now).select_related("edition")
    if wanted is not None:
        shown = shown.filter(image_id__in=wanted)
    for row in shown.defer("edition__article", "edition__article_zh_hans"):
        edition = row.edition
        if edition.live_from > now:
            said, url = _("Readers will get it in “%(title)s”"), report_page(edition.report_id)
        else:
            said, url = _("Readers have it in “%(title)s”"), edition.url
        yield row.image_id, Use(dated(said % {"title": edition.title}, edition.issued_on), url)
