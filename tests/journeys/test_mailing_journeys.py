"""Mailings and followers as the desk uses them in a browser: by keyboard, while mail goes out, without JavaScript."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from follow.models import Cover, Follower, Mailing
from newsroom.announcing import announce_due
from tests.factories import complete_issue, person, published
from tests.follow.following import announced, followers, sent

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]
Axe = Callable[..., list[str]]
LIST = "email;confirmed_at\nann@example.org;2025-04-01\nben@example.org;2025-04-02\nnobody;2025-04-03\n"


@pytest.fixture
def administrator(live_site: str) -> Any:
    return person("Administrator", username="ada", email="ada@desk.example")


def test_a_cover_is_prepared_by_keyboard_and_the_mail_looked_at(page: Page, sign_in: SignIn, axe: Axe) -> None:
    writer = person("Writer", username="wil", email="wil@desk.example")
    report = complete_issue(title="Chips", stories=1)
    sign_in(page, writer)
    page.goto("/admin/follow/mailing/")
    page.get_by_role("link", name="Chips", exact=True).focus()
    page.keyboard.press("Enter")
    subject = page.get_by_label("Subject")
    subject.focus()
    page.keyboard.type("What chips do")
    page.keyboard.press("Tab")
    page.keyboard.type("And what they don’t")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Below is what the mail looks like now.")).to_be_visible()
    assert Cover.objects.get(report=report).subject == "What chips do"
    expect(page.locator("#preview")).to_contain_text("What chips do")
    frame = page.frame_locator("iframe[title='The mail, as HTML']")
    expect(frame.get_by_role("heading", name="Chips", exact=True)).to_be_attached()
    expect(page.get_by_role("button", name="Send a test to me (wil@desk.example)")).to_be_visible()
    text = page.get_by_text("The mail, as text").first
    text.focus()
    page.keyboard.press("Enter")
    expect(page.locator("pre")).to_contain_text("China story 1 of Chips")
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_how_far_a_mailing_got_is_seen_while_it_is_sent(
    new_page: NewPage, sign_in: SignIn, axe: Axe, administrator: Any, scheme: str
) -> None:
    followers(*(f"{n}@example.org" for n in range(10)))
    mailing = announced(title="Chips", stories=1)
    page = new_page(width=360, scheme=scheme)
    sign_in(page, administrator)
    page.goto(f"/admin/follow/mailing/{mailing.pk}/")
    box = page.locator("#mailing")
    expect(box).to_contain_text("0 sent, 10 to be sent")
    expect(box.get_by_role("link", name="Look again")).to_be_hidden()
    first = mailing.deliveries.order_by("pk").values("pk")[:4]
    mailing.deliveries.filter(pk__in=list(first.values_list("pk", flat=True))).update(sent_at=timezone.now())
    expect(box).to_contain_text("4 sent, 6 to be sent")
    box.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(box).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(box.locator(".desk-badge")).to_have_text("Sending")
    box.get_by_role("button", name="Pause").focus()
    sent(mailing)
    expect(box.locator(".desk-badge")).to_have_text("Done")
    expect(box.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.locator("#mailing-title")).to_be_focused()
    expect(box.get_by_role("status")).to_have_text("Done")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_mailing_is_stopped_and_looked_at_again_without_javascript(
    new_page: NewPage, sign_in: SignIn, administrator: Any
) -> None:
    followers("ann@example.org")
    mailing = announced(title="Chips", stories=1)
    page = new_page(javascript=False)
    sign_in(page, administrator)
    page.goto(f"/admin/follow/mailing/{mailing.pk}/")
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Stop for good…").click()
    page.get_by_role("button", name="Stop for good").click()
    expect(page.locator("#mailing .desk-badge")).to_have_text("Stopped for good")
    assert Mailing.objects.get().stopped_at


LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrenten"


@pytest.mark.parametrize(("scheme", "javascript"), [("light", True), ("dark", True), ("light", False)])
def test_an_issue_that_was_passed_over_is_sent_by_hand_and_no_long_word_breaks_a_page(
    new_page: NewPage, sign_in: SignIn, axe: Axe, administrator: Any, scheme: str, javascript: bool
) -> None:
    report = complete_issue(title=f"Of {LONG}", stories=1)
    Cover.objects.create(report=report, is_silent=True)
    published(report)
    announce_due()
    followers("ann@example.org", "ben@example.org")
    page = new_page(width=360, scheme=scheme, javascript=javascript)
    faults: dict[str, list[str]] = {}

    def look() -> None:
        if javascript:
            page.wait_for_load_state("networkidle")
            faults[page.url] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, page.url

    sign_in(page, administrator)
    page.goto("/admin/follow/mailing/")
    look()
    page.get_by_role("link", name=LONG).click()
    look()
    page.get_by_role("link", name="Send it to followers now…").click()
    look()
    page.get_by_role("button", name="Send it to 2 followers now").click()
    expect(page.get_by_text("The issue is on its way to its followers.")).to_be_visible()
    look()
    mailing = Mailing.objects.get()
    assert mailing.deliveries.count() == 2
    sent(mailing)
    for address in (
        f"/admin/follow/mailing/issue/{report.pk}/correct/",
        f"/admin/follow/mailing/{mailing.pk}/stop/",
        f"/admin/reports/report/{report.pk}/publish/now/",
    ):
        page.goto(address)
        look()
    assert faults == {address: [] for address in faults}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_is_imported(
    new_page: NewPage, sign_in: SignIn, axe: Axe, administrator: Any, tmp_path: Path, javascript: bool
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    page = new_page(width=360, javascript=javascript)
    sign_in(page, administrator)
    page.goto("/admin/follow/follower/")
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_label("Proof of consent").fill("Signed in at the fair.")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.locator("#outcome")).to_contain_text("Line 4 “email” is no address")
    assert not Follower.objects.exists()
    if javascript:
        assert axe(page) == []
    expect(page.get_by_label("Proof of consent")).to_have_value("Signed in at the fair.")
    page.get_by_role("button", name="Import 2 followers").click()
    expect(page.get_by_text("2 followers were imported. No mail was sent.")).to_be_visible()
    page.get_by_label("Address", exact=True).fill("ann")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".follow-table tbody tr")).to_have_count(1)
    assert "ann" not in page.url
    page.get_by_role("link", name="ann@example.org").click()
    expect(page.get_by_role("definition").filter(has_text="Signed in at the fair.")).to_be_visible()
