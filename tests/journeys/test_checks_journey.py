"""An editor puts right what the checks find, without saving in between."""

from playwright.sync_api import expect

from tests.factories import complete_issue, person


def test_what_is_typed_is_checked_and_a_finding_leads_to_its_field(page, sign_in, axe):
    report = complete_issue()
    report.stories.filter(section="international", rank=2).update(body="<p>The number is TK.</p>")
    sign_in(page, person("Editor"))
    page.goto(f"/admin/reports/report/{report.pk}/change/")
    panel = page.locator("#desk-checks")
    expect(panel).to_contain_text("1 stops publishing")
    page.wait_for_function("window.CKEDITOR && CKEDITOR.instances['id_stories-2-1-body']?.status === 'ready'")
    panel.get_by_role("link", name="“TK” was left behind.").click()
    editor = page.locator("#cke_id_stories-2-1-body [contenteditable=true]")
    expect(editor).to_be_visible()
    expect(editor).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("The number is 12.")
    page.fill("#id_standfirst", "Lorem ipsum")
    page.get_by_role("button", name="Check now").click()
    expect(panel).to_contain_text("Of what is typed, saved or not.")
    expect(panel).not_to_contain_text("TK")
    link = panel.get_by_role("link", name="“Lorem ipsum” was left behind.")
    link.click()
    expect(page.locator("#id_standfirst")).to_be_focused()
    report.refresh_from_db()
    assert (report.standfirst, report.version) == ("", 0)
    assert axe(page, within="#desk-checks") == []
