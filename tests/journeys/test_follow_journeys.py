"""Following by mail as readers do: by keyboard and without JavaScript, on a phone, in the dark, on paper."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from follow.emails import out_link, preferences_link
from follow.models import Delivery, Follower
from follow.subscribing import pause
from newsroom.lib.stamps import TOO_FAST
from reports.models import Edition
from tests.factories import follower, published
from tests.follow.asking import asked, link, mailed
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
COMPANY = "/follow/email/?company=company-1"


@pytest.fixture
def edition(live_site: str) -> Edition:
    return published(title="News")


def settle(page: Page) -> None:
    """The time in which nobody has typed anything yet."""
    page.wait_for_timeout(TOO_FAST.total_seconds() * 1000 + 100)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_from_a_company_to_the_end_by_keyboard(new_page: NewPage, edition: Edition, javascript: bool) -> None:
    page = new_page(javascript=javascript)
    page.goto("/companies/company-1/")
    page.get_by_role("link", name="Follow Company 1 by email").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Follow Company 1 by email")).to_be_visible()
    expect(page.get_by_label("Company: Company 1")).to_be_checked()
    expect(page.locator("[name=subject]")).to_be_hidden()
    page.get_by_label("Email address").focus()
    page.keyboard.type("jo@example.org")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Company: Company 1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("China stories only")).to_be_checked()
    settle(page)
    page.get_by_role("button", name="Follow").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mailbox.")).to_be_visible()
    assert Follower.objects.get().state() == "unconfirmed"

    mail = mailed(Delivery.objects.get())
    page.goto(link("confirm", mail))
    expect(page.get_by_role("listitem").filter(has_text="Company: Company 1")).to_be_visible()
    page.get_by_role("button", name="Yes, I want to follow").press("Enter")
    expect(page.get_by_role("heading", name="Thank you. It is confirmed.")).to_be_visible()
    assert Follower.objects.get().state() == "active"

    page.get_by_role("link", name="See or change what you follow").press("Enter")
    expect(page.get_by_text("j…@example.org")).to_be_visible()
    page.get_by_label("Once a week").press("Space")
    page.get_by_label("Company: Company 1").press("Space")
    page.get_by_role("button", name="Save Changes").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your changes are saved.")
    expect(page.get_by_label("Once a week")).to_be_checked()
    expect(page.get_by_label("Company: Company 1")).to_have_count(0)
    page.get_by_role("button", name="For a month").press("Enter")
    expect(page.get_by_text("You pause until")).to_be_visible()
    page.get_by_role("button", name="Send me mail again").press("Enter")
    expect(page.get_by_text("You pause until")).to_have_count(0)

    page.get_by_role("link", name="Stop following").press("Enter")
    page.get_by_role("button", name="No more mail").press("Enter")
    expect(page.get_by_role("heading", name="You get no more mail from Newsroom.")).to_be_visible()
    assert Follower.objects.get().state() == "ended"
    assert page.context.cookies() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_fault_puts_the_reader_where_it_is_and_keeps_the_rest(
    new_page: NewPage, watch: Watch, edition: Edition, javascript: bool
) -> None:
    watch.expect("answered 422")
    page = new_page(javascript=javascript)
    page.goto("/follow/")
    settle(page)
    page.get_by_label("Email address").fill("jo@nowhere")
    page.get_by_label("Every issue").uncheck()
    page.get_by_label("Once a week").check()
    page.get_by_role("button", name="Follow").click()
    email = page.get_by_label("Email address")
    expect(email).to_be_focused()
    expect(email).to_have_value("jo@nowhere")
    expect(email).to_have_accessible_description("Please enter an email address such as name@example.net.")
    expect(page.get_by_label("Once a week")).to_be_checked()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    page.get_by_role("alert").get_by_role("link", name="Corrections alone would bring nothing").click()
    expect(page.get_by_role("group", name="What may we send you?")).to_be_focused()
    page.get_by_label("International stories only").check()
    email.fill("jo@example.org")
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("heading", name="Look into your mailbox.")).to_be_visible()
    assert Follower.objects.get().wishes.get().source.endswith("/follow/")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_taking_everything_along_and_erasing_it(
    new_page: NewPage, watch: Watch, edition: Edition, tmp_path: Path, javascript: bool
) -> None:
    page = new_page(javascript=javascript)
    page.goto(preferences_link(follower("jo@example.org")))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of it").click()
    assert download.value.suggested_filename == "following.json"
    assert json.loads(Path(download.value.path()).read_text())["address"] == "jo@example.org"
    page.get_by_role("link", name="Erase all of it").click()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Erase all of it").click()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_role("heading", name="It is erased.")).to_be_visible()
    assert not Follower.objects.exists()


class TestLooks:
    """The pages with everything on them that could go wrong."""

    @pytest.fixture
    def pages(self, edition: Edition) -> list[str]:
        published(title="Long", companies=[LONG, "Company 1"], policies=[f"{LONG} {n}" for n in range(3)])
        pairs = [pair for n in (1, 2, 3) for pair in (("company", n), ("policy", n), ("company", 900 + n))]
        active, paused = follower("a" * 60 + "@" + "b" * 60 + ".example", *pairs), follower("p@example.org")
        pause(paused.pk, "open")
        gone = follower("gone@example.org", ended_at=paused.confirmed_at)
        stopped = follower("s@example.org", disabled_at=paused.confirmed_at, disabled_for="hard")
        asked("asks@example.org", ("company", 1), ("policy", 1))
        confirm = link("confirm", mailed())
        return [
            *("/follow/", "/follow/email/", "/follow/sent/", COMPANY, "/companies/company-1/", "/policies/policy-1/"),
            *(f"/companies/{LONG.lower().replace('ä', 'a')}/", confirm, out_link(active)),
            *(preferences_link(person) for person in (active, paused, gone, stopped)),
            *(f"{preferences_link(active)}erase/", "/follow/out/forged/"),
        ]

    @pytest.mark.parametrize(
        ("width", "scheme"), [(320, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=str
    )
    def test_are_accessible_and_in_their_place(
        self, new_page: NewPage, watch: Watch, axe: Axe, pages: list[str], width: int, scheme: str
    ) -> None:
        watch.expect("answered 404")
        page, faults = new_page(width=width, scheme=scheme), {}
        for address in pages:
            page.goto(address)
            expect(page.locator("h1")).to_have_count(1)
            assert page.evaluate(SIDEWAYS) == 0, f"{address} scrolls sideways"
            if found := axe(page):
                faults[address] = found
        assert faults == {}
        assert page.context.cookies() == []

    def test_with_faults(self, new_page: NewPage, watch: Watch, axe: Axe, edition: Edition) -> None:
        watch.expect("answered 422")
        for width, scheme in ((320, "light"), (1280, "dark")):
            page = new_page(width=width, scheme=scheme)
            page.goto(COMPANY)
            page.locator("form").evaluate("form => { form.noValidate = true }")
            for box in page.get_by_role("checkbox").all():
                box.uncheck()
            page.get_by_role("button", name="Follow").click()
            expect(page.get_by_role("alert")).to_be_visible()
            assert axe(page) == []
            assert page.evaluate(SIDEWAYS) == 0

    def test_what_is_tapped_is_large_enough(self, new_page: NewPage, pages: list[str]) -> None:
        page = new_page(width=360)
        for address in (pages[0], COMPANY, "/companies/company-1/", pages[9]):
            page.goto(address)
            small = page.locator(
                "main :is(button, .form__check, [type=email], .follow-button__link, .follow-way__links a, .mailed__act)"
            ).evaluate_all(
                "found => found.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)"
                ".map(e => e.outerHTML)"
            )
            assert small == [], address

    def test_on_paper(self, new_page: NewPage, edition: Edition) -> None:
        page = new_page()
        page.emulate_media(media="print")
        page.goto("/follow/")
        expect(page.get_by_text(re.compile("/feed/$"))).to_be_visible()
        expect(page.locator("form")).to_be_hidden()
        page.goto("/companies/company-1/")
        expect(page.locator(".follow-button")).to_be_hidden()
