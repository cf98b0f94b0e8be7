"""
Draws the pictures of docs/handbook from the running site: `make handbook`.

Its name is none that pytest looks for, so no test run draws them. The issues, comments and links are made for it; what
a clock or chance says on the pages is replaced before a picture is taken, so that drawing again gives the same.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Locator, Page

from newsroom.handbook.pages import FOLDER
from newsroom.management.commands.setup import SAMPLE, Command
from newsroom.publishing import publish
from newsroom.reviewing import submit
from reports.models import Edition, Image, Report
from tests.factories import commented, complete_issue, edit, follower, person
from tests.journeys.conftest import Watch

MOST_BYTES = 120_000
COLOURS = 48
# Bars that stay in view while one scrolls would lie over what is drawn.
STILL = """
  * { caret-color: transparent !important; transition: none !important; animation: none !important }
  #submit-row { display: none !important }
  .sticky, .fixed, [class*="lg:fixed"] { position: static !important }
"""
SAME_TIMES = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.data = node.data
      .replace(/valid until \\d{1,2} [A-Z][a-z]+ 20[2-9]\\d, \\d\\d:\\d\\d/, "valid until 18 April 2025 at 16:20")
      .replace(/\\d{1,2} ([A-Z][a-z]{2}) 20[2-9]\\d, \\d\\d:\\d\\d/g, "11 Apr 2025, 16:20")
      .replace(/\\d{1,2} ([A-Z][a-z]{3,}|May) 20[2-9]\\d, \\d\\d:\\d\\d/g, "11 April 2025, 16:20")
      .replace(/\\d{1,2} ([A-Z][a-z]{3,}|May), \\d\\d:\\d\\d/g, "11 April, 16:20")
      .replace(/has waited \\d+\\s\\w+/, "has waited 4\\u00a0minutes");
  }
}
"""
SECRET = "(field) => { field.value = 'https://newsroom.example/preview/a-long-word-that-nobody-can-guess/' }"


class Camera:
    def __init__(self, page: Page) -> None:
        self.page = page

    def draw(self, name: str, *parts: Locator, most: int = 620, margin: int = 12) -> None:
        """What lies around these parts of the page, at most so many pixels high, as docs/handbook/<name>.png."""
        page = self.page
        page.add_style_tag(content=STILL)
        page.evaluate(SAME_TIMES)
        page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
        page.wait_for_timeout(300)  # for what a style sheet still moves
        boxes = [box for part in parts if (box := part.bounding_box())]
        assert len(boxes) == len(parts), f"{name}: a part is not on the page"
        left = min(box["x"] for box in boxes) - margin
        top = min(box["y"] for box in boxes) - margin
        width = max(box["x"] + box["width"] for box in boxes) + margin - left
        height = min(max(box["y"] + box["height"] for box in boxes) + margin - top, most)
        clip: Any = {"x": max(left, 0), "y": max(top, 0), "width": width, "height": height}
        store(FOLDER / f"{name}.png", page.screenshot(full_page=True, clip=clip))


def store(file: Path, drawn: bytes) -> None:
    """Keep a picture in few colours, which is enough for letters and lines."""
    with Pillow.open(BytesIO(drawn)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Pillow.Quantize.MEDIANCUT, dither=Pillow.Dither.NONE)
        small.save(file, optimize=True)
    assert file.stat().st_size <= MOST_BYTES, f"{file.name} has {file.stat().st_size} bytes"


def go(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


@pytest.fixture
def camera(new_page: Callable[..., Page], sign_in: Any) -> Camera:
    page = new_page(width=1280, height=1000, device_scale_factor=1.5, locale="en-GB")  # dates as the desk writes them
    sign_in(page, person("Editor", username="edith", first_name="Edith", email="edith@example.org"))
    return Camera(page)


@pytest.fixture
def sample(camera: Camera) -> Report:
    """The sample issue, live, with what the desk of a busy newsroom would have beside it."""
    Command().publish_sample(by=None)  # type: ignore[arg-type]
    report = Report.objects.get()
    live(report, datetime(2025, 4, 12, 7, tzinfo=UTC))
    return report


def live(report: Report, at: datetime) -> None:
    Edition.objects.filter(report=report).update(live_from=at, changed_at=at)


def form_of(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/change/"


def test_writing(camera: Camera, sample: Report) -> None:
    page = camera.page
    text = (SAMPLE / "report-2025-04-12.txt").read_text(encoding="utf-8")
    page.goto("/admin/reports/report/import/")
    page.locator("textarea").fill(text.replace("Key Takeaways", "Key Takaways"))
    go(page, "See what was understood")
    camera.draw("import", page.locator("form.desk-import"), most=560)

    page.goto(form_of(sample))
    page.get_by_text("What was found, story by story").click()
    camera.draw("checks", page.locator("#desk-checks"), most=530)
    page.goto(form_of(sample))
    page.get_by_text("China 2 ·").click()
    page.locator(".cke_wysiwyg_div >> visible=true").nth(1).wait_for()
    camera.draw("story", page.locator("#stories-group").first, most=525)

    picture = Image.objects.get()
    page.goto(f"/admin/reports/image/{picture.pk}/change/")
    page.wait_for_load_state("networkidle")
    camera.draw("focal", page.get_by_label("Focal point").locator("xpath=ancestor::*[contains(@class, 'form-row')][1]"))

    page.goto("/admin/reports/report/next/")
    page.locator("input[type=checkbox]").nth(1).uncheck()
    camera.draw("next", page.locator("form.desk-import"), most=585)


def test_publishing(camera: Camera, sample: Report) -> None:
    page = camera.page
    nextone = complete_issue(title="Chips and Rules", issued_on=date(2025, 4, 19), stories=10)
    submit(nextone, by=person("Writer", username="wen", first_name="Wen"), note="Is China 1 right?")
    page.goto(form_of(nextone))
    camera.draw("form", page.locator(".desk-state"))
    page.goto(f"/admin/reports/report/{nextone.pk}/schedule/now/")
    page.locator("#id_at_0").fill("2031-04-19")
    page.locator("#id_at_1").fill("07:00")
    camera.draw("schedule", page.locator(".desk-sheet"))

    for report, day in ((nextone, 19), (complete_issue(title="Two Worlds", issued_on=date(2025, 4, 26)), 26)):
        publish(report, by=None, at=datetime(2031, 4, day, 7, tzinfo=UTC), override="for the handbook")
    page.goto("/admin/reports/report/calendar/?month=2031-04")
    camera.draw("calendar", page.locator(".desk-calendar"), most=800)

    story = sample.stories.get(section="china", rank=2)
    story.headline = story.headline.replace("2,400", "2,300")
    story.save()
    edit(sample)
    page.goto(f"/admin/reports/report/{sample.pk}/publish/now/")
    page.get_by_label("Correction:").check()
    page.get_by_label("Note to readers").fill("We wrote that Beijing has over 2,400 AI firms. It has over 2,300.")
    camera.draw("correct", page.locator(".desk-sheet"), most=900)

    page.goto(f"/admin/reports/report/{sample.pk}/history/compare/?old=live&new=now")
    camera.draw("compare", page.locator(".redline, .desk-sheet").first, most=585)


def test_together(camera: Camera, sample: Report, watch: Watch) -> None:
    watch.expect("409")
    page = camera.page
    page.goto(form_of(sample))
    wen = person("Writer", username="wen", first_name="Wen")
    edit(Report.objects.get(), by=wen, standfirst="Ten stories here, ten stories there.")
    Report.objects.update(version=sample.version + 1)
    page.locator("#id_standfirst").fill("Twenty stories from two worlds.")
    go(page, "Save and continue editing")
    camera.draw("conflict", page.locator(".desk-conflict"))

    page.goto(f"/admin/reports/report/{sample.pk}/previews/")
    page.get_by_label("For whom").fill("for the lawyer")
    go(page, "Make a link")
    page.locator("#new-link").evaluate(SECRET)
    camera.draw("share", page.locator("#preview-links"), page.get_by_text("Whatever was saved last").locator(".."))


def test_registries_and_readers(camera: Camera, sample: Report) -> None:
    page = camera.page
    page.goto(f"/admin/reports/report/{sample.pk}/mentions/")
    camera.draw("mentions", page.locator(".mentions, .desk-sheet").first, most=640)

    commented(
        sample, name="Lin", email="lin@example.org", network="1", body="Does the Nanjing list count subsidiaries?"
    )
    commented(
        sample, name="Best Prices", email="b@example.org", network="2", body="https://a.example https://b.example now!"
    )
    commented(sample, name="Tomasz", email="t@example.org", network="3", body="Thank you. The table alone is worth it.")
    page.goto("/admin/comments/comment/")
    page.get_by_text("Tomasz").wait_for()
    camera.draw("queue", page.locator("#queue"), most=760)

    draft = complete_issue(title="Chips and Rules", issued_on=date(2025, 4, 19))
    for number in range(3):
        follower(f"reader-{number}@example.org")
    page.goto(f"/admin/follow/mailing/issue/{draft.pk}/")
    camera.draw("mail", page.locator("#content form").first.locator(".."), most=640)
