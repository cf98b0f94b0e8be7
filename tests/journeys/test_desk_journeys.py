"""The desk as editors use it: with a mouse, with the keyboard alone, and two at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from reports.models import Report
from tests.factories import complete_issue, edit, person
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]
SAMPLE = Path(settings.BASE_DIR) / "newsroom" / "sample" / "report-2025-04-12.txt"


def form_of(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/change/"


def row(page: Page, headline: str) -> Locator:
    return page.locator(".form-group").filter(has=page.locator("h3", has_text=headline))


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def write(page: Page, story: Locator, text: str) -> None:
    """Type at the end of a story's text, in the editor that stands there."""
    area = story.locator(".cke_wysiwyg_div")
    area.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


@pytest.fixture
def editor(live_site: str) -> Any:
    user = person("Editor", username="editor")
    user.set_password("a good password")
    user.save()
    return user


def test_from_a_pasted_text_to_its_readers(page: Page, new_page: NewPage, editor: Any, live_site: str) -> None:
    text = SAMPLE.read_text().replace("April 12, 2025", "May 3, 2025").replace("Domestic Surge", "Slow Spring")

    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("a good password")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("Paste the issue here").fill(text)
    page.get_by_role("button", name="See what was understood").click()

    # Repair a headline, and save the draft.
    page.get_by_text("Beijing Surpasses 2,400 AI Firms").click()
    headline = page.locator("#id_stories-1-headline")
    expect(headline).to_be_visible()
    headline.fill("Beijing Passes 2,400 “AI” Firms — ¥300 Billion")
    page.get_by_role("button", name="Save as a draft").dblclick()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    report = Report.objects.get()

    # Move a story, write into another.
    row(page, "Nanjing Emerges").get_by_role("button", name="Move down").click()
    assert row(page, "Nanjing Emerges").locator("h3 strong").inner_text().startswith("China 2 ·")
    story = row(page, "Shanghai Showcases")
    story.locator("h3 strong").click()
    write(page, story, " Typed at the desk: “中文” & <b>.")
    page.get_by_role("button", name="Save and preview").click()
    page.wait_for_url("**/preview/")
    words = page.locator("body").inner_text()
    assert words.index("Beijing Passes 2,400 “AI” Firms — ¥300 Billion") < words.index("Nanjing Emerges")
    expect(page.get_by_text("Typed at the desk: “中文” & <b>.")).to_be_visible()

    reader = new_page(javascript=False)
    reader.goto("/")
    assert "Slow Spring" not in reader.content()

    page.goto(form_of(report))
    page.get_by_role("button", name="Save and publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published. Readers have it at")).to_be_visible()
    reader = new_page(javascript=False)  # another one: the first may keep what he has got for a while
    for address in ("/", f"/reports/{report.slug}/"):
        reader.goto(address)
        expect(reader.get_by_role("heading", level=1)).to_contain_text("Slow Spring")
        expect(reader.get_by_text("Typed at the desk: “中文” & <b>.")).to_be_visible()
        expect(reader.get_by_text("3 May 2025").first).to_be_visible()
    assert reader.context.cookies() == []


def test_saving_without_a_change_keeps_no_revision(page: Page, sign_in: SignIn, editor: Any) -> None:
    """CKEditor writes the same HTML with other line breaks."""
    report = complete_issue(
        intro="<p>One <em>and</em> a <a href='https://example.org/'>link</a></p>\n<ul>\n<li>x</li></ul>"
    )
    sign_in(page, editor)
    page.goto(form_of(report))
    page.locator(".cke_wysiwyg_div").first.wait_for()
    save(page)
    assert report.revisions.count() == 1
    assert Report.objects.get().version == 1


def test_a_story_is_dragged_to_its_place(page: Page, sign_in: SignIn, editor: Any) -> None:
    report = complete_issue()
    sign_in(page, editor)
    page.goto(form_of(report))
    # Only once all editors stand does nothing on the page move any more by itself.
    page.wait_for_function("Object.values(CKEDITOR.instances).every(editor => editor.status === 'ready')")
    page.locator("#stories-data").evaluate("list => list.scrollIntoView({ block: 'center' })")
    handles = page.locator("#stories-data .form-group.original").get_by_text("drag_indicator")
    first, last = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(last["x"] + 8, last["y"] + 8)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(last["x"] + 8, last["y"] + (first["y"] - last["y"]) * step / 10 + 3)
        page.wait_for_timeout(30)
    page.mouse.up()
    expect(page.locator("#stories-data h3 strong").first).to_contain_text("China 1 · China story 3")
    save(page)
    order = [story.headline.split(" of ")[0] for story in report.stories.filter(section="china")]
    assert order == ["China story 3", "China story 1", "China story 2"]


def test_a_new_story_and_a_new_takeaway(page: Page, sign_in: SignIn, editor: Any) -> None:
    report = complete_issue()
    sign_in(page, editor)
    page.goto(form_of(report))
    page.get_by_text("Add another International story").click()
    page.locator("#id_stories-2-3-headline").fill("A new one")
    new = page.locator(".form-group").filter(has=page.locator("#id_stories-2-3-headline"))
    write(page, new, "With a text.")
    new.get_by_role("button", name="Move up").click()
    page.get_by_text("Add another Takeaway").click()
    page.locator("#id_takeaways-3-text").fill("A new takeaway")
    page.get_by_text("Add another China story").click()  # and left empty
    save(page)
    stories = list(report.stories.filter(section="international").order_by("rank"))
    assert [story.headline.split(" of ")[0] for story in stories] == [
        "International story 1",
        "International story 2",
        "A new one",
        "International story 3",
    ]
    assert stories[2].body == "<p>With a text.</p>"
    assert report.takeaways.last().text == "A new takeaway"
    assert report.stories.filter(section="china").count() == 3


def test_two_editors(page: Page, new_page: NewPage, sign_in: SignIn, editor: Any, watch: Watch) -> None:
    watch.expect("answered 409")
    report = complete_issue()
    other = new_page()
    sign_in(page, editor)
    sign_in(other, person("Editor", username="another"))
    page.goto(form_of(report))
    other.goto(form_of(report))

    other.locator("#id_title").fill("Their title")
    save(other)

    page.locator("#id_title").fill("My “title”")
    row(page, "China story 1").get_by_role("button", name="Move down").click()
    story = row(page, "China story 3")
    story.locator("h3 strong").click()
    write(page, story, " My words.")
    page.get_by_text("Add another Takeaway").click()
    page.locator("#id_takeaways-3-text").fill("My takeaway")
    save(page)

    conflict = page.get_by_role("region", name="Somebody else saved this issue meanwhile")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text("another saved it on")
    rows = conflict.locator("tbody tr")
    expect(rows.filter(has_text="Title")).to_contain_text(["Their title"])
    expect(rows.filter(has_text="Title")).to_contain_text(["My “title”"])
    expect(rows).to_have_count(1)  # nobody else touched the text, nor the order
    expect(page.locator(".cke_wysiwyg_div").filter(has_text="My words.")).to_have_count(1)
    assert page.locator("#id_title").input_value() == "My “title”"
    assert page.locator("#id_takeaways-3-text").input_value() == "My takeaway"
    order = [text.split(" of ")[0] for text in page.locator("#stories-data h3 strong").all_inner_texts()]
    assert [text.partition("· ")[2] for text in order[:3]] == ["China story 2", "China story 1", "China story 3"]
    assert Report.objects.get().title == "Their title"

    page.get_by_role("button", name="Save what is chosen").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    report.refresh_from_db()
    assert report.title == "My “title”"
    assert [story.headline.split(" of ")[0] for story in report.stories.filter(section="china")] == [
        "China story 2",
        "China story 1",
        "China story 3",
    ]
    assert report.stories.get(section="china", rank=3).body.endswith("More of it. My words.</p>")
    assert report.takeaways.last().text == "My takeaway"


def test_with_the_keyboard_alone(page: Page, sign_in: SignIn, editor: Any) -> None:
    report = complete_issue()
    sign_in(page, editor)
    page.goto(form_of(report))
    page.locator(".cke_wysiwyg_div").first.wait_for()

    def tab_to(wanted: str, most: int = 120) -> None:
        """Press Tab until what has the focus is that."""
        for _ in range(most):
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => {
                    const here = document.activeElement;
                    const row = here.closest('.form-group');
                    return (here.getAttribute('aria-label') ?? here.innerText ?? here.value) + ' | '
                        + (row?.querySelector('h3 strong')?.innerText ?? '') + ' | ' + (here.name ?? here.className);
                }"""
            )
            if wanted in found:
                return
        pytest.fail(f"Tab never reached {wanted}")

    tab_to("Move down | China 1 · China story 1")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-announcer")).to_have_text("Moved to place 2")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Move down"
    tab_to("China 2 · China story 1")
    if not page.evaluate("document.activeElement.matches('strong')"):
        tab_to("China 2 · China story 1")
    page.keyboard.press("Enter")
    tab_to("stories-0-headline")
    page.keyboard.press("End")
    page.keyboard.type(", sharper")
    tab_to("cke_wysiwyg_div")
    page.keyboard.press("Control+End")
    page.keyboard.type(" By keyboard.")
    page.keyboard.press("Control+b")
    page.keyboard.type(" Bold.")
    tab_to("Save | ")
    page.keyboard.press("Enter")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    story = report.stories.get(section="china", rank=2)
    assert story.headline == "China story 1 of AI & Robotics, sharper"
    assert story.body.endswith("More of it. By keyboard.<strong> Bold.</strong></p>")


def test_markup_in_an_issue_runs_nowhere(page: Page, sign_in: SignIn, editor: Any, watch: Watch) -> None:
    """If it did, the watch would bark: the dialog of an alert, a broken picture, the policy."""
    watch.expect("answered 422")
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    sign_in(page, editor)
    page.goto("/admin/reports/report/import/")
    page.get_by_label("Paste the issue here").fill(SAMPLE.read_text())
    page.get_by_role("button", name="See what was understood").click()
    page.get_by_text("Nanjing Emerges").click()
    for field in ("stories-0-headline", "stories-0-body", "notes-0-note", "policies-0-detail", "issue-intro"):
        page.locator(f"#id_{field}").fill(evil)
    page.locator("#id_stories-1-headline").evaluate("input => { input.value = '' }")
    page.locator("form.desk-import").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("what is marked below needs a correction")).to_be_visible()
    page.locator("#id_stories-1-headline").fill("Mended")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    report = Report.objects.get()
    edit(report, title=evil)
    for address in (form_of(report), "/admin/reports/report/", f"/admin/reports/report/{report.pk}/preview/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert alerts == []
