"""Commenting as readers do: with and without JavaScript, on a phone, by keyboard, in the dark, on paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment, Flag
from comments.moderating import decide, edit, pin, reply
from newsroom.lib.stamps import TOO_FAST
from reports.models import Edition
from tests.comments.posting import post
from tests.factories import approved, person, published
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"


@pytest.fixture
def edition(live_site: str) -> Edition:
    return published(title="Talked about")


@pytest.fixture
def first(edition: Edition) -> Comment:
    return approved(edition.report, name="Marie Dupont", body="First", email="m@example.org", network="m")


def fill(page: Page, **fields: str) -> None:
    """What a reader types, in no less than the time that nobody is faster in."""
    words = {"body": "I agree.", "name": "Jo Reader", "email": "jo@example.org", **fields}
    for name, text in words.items():
        page.locator(f"#leave [name={name}]").fill(text)
    page.wait_for_timeout(TOO_FAST.total_seconds() * 1000 + 100)


def send(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_from_the_form_to_the_page(new_page: NewPage, edition: Edition, javascript: bool) -> None:
    page = new_page(javascript=javascript)
    page.goto(edition.url)
    expect(page.get_by_role("heading", name="No comments yet")).to_be_visible()
    remember = page.get_by_label("Save my name, email, and website in this browser")
    expect(remember).to_be_visible(visible=javascript)
    expect(page.locator("[name=subject]")).to_be_hidden()
    fill(page, site="example.org")
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    page.get_by_label("Comment").fill("I agree with all of it.")
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_label("Comment")).to_have_value("I agree with all of it.")
    comment = Comment.objects.get()
    decide([(comment.pk, comment.version)], "approve", by=None)
    page.reload()
    page.get_by_role("link", name="See it in its place").click()
    expect(page).to_have_url(re.compile(rf"{edition.url}#comment-{comment.pk}$"))
    expect(page.get_by_text("I agree with all of it.")).to_be_in_viewport()
    link = page.get_by_role("link", name="Jo Reader", exact=True)
    expect(link).to_have_attribute("href", "https://example.org")
    assert page.context.cookies() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_withdrawing(new_page: NewPage, edition: Edition, javascript: bool) -> None:
    page = new_page(javascript=javascript)
    page.goto(edition.url)
    fill(page)
    send(page)
    page.get_by_role("link", name="Withdraw it").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="You withdrew your comment")).to_be_visible()
    assert Comment.objects.get().status == "withdrawn"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_fault_keeps_everything_and_puts_the_reader_where_it_is(
    new_page: NewPage, watch: Watch, edition: Edition, first: Comment, javascript: bool
) -> None:
    watch.expect("answered 422")
    page = new_page(javascript=javascript)
    page.goto(f"/comments/{first.pk}/reply/")
    fill(page, body="Two\n\nparagraphs", name="Jo", email="jo@nowhere", site="not an address")
    page.get_by_label("Tell me when it is published").check()
    send(page)
    expect(page.get_by_role("heading", name="Leave a Reply to Marie Dupont")).to_be_visible()
    email = page.get_by_role("textbox", name="Email")
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description("Please enter an email address such as name@example.net.")
    expect(page.get_by_role("textbox", name="Website")).to_have_accessible_description(
        "Please enter a web address such as https://example.org."
    )
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    expect(page.locator("#leave [name=body]")).to_have_value("Two\n\nparagraphs")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Jo")
    expect(page.get_by_label("Tell me when it is published")).to_be_checked()
    page.get_by_role("alert").get_by_role("link").last.click()
    expect(page.get_by_role("textbox", name="Website")).to_be_focused()
    page.get_by_role("textbox", name="Website").fill("")
    page.get_by_role("textbox", name="Email").fill("jo@example.org")
    page.wait_for_timeout(3100)
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    assert Comment.objects.get(name="Jo").parent == first


def test_too_quick_is_told_and_then_taken(page: Page, watch: Watch, edition: Edition) -> None:
    watch.expect("answered 422")
    page.goto(edition.url)
    for name, text in {"body": "Quick", "name": "Jo", "email": "jo@example.org"}.items():
        page.locator(f"#leave [name={name}]").fill(text)
    send(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("That was very quick.")
    expect(alert).to_be_focused()
    page.wait_for_timeout(3100)
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()


def test_a_reply_in_its_place_by_keyboard(page: Page, edition: Edition, first: Comment) -> None:
    second = approved(edition.report, name="<b>Tom</b>", body="Second", email="t@example.org", network="t")
    page.goto(edition.url)
    form, heading = page.locator("#leave"), page.locator("#leave-heading")
    home = page.evaluate("document.querySelector('#leave').previousElementSibling.className")
    answer = page.locator(f"#comment-{first.pk} .comment__reply")
    answer.focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Leave a Reply to Marie Dupont")
    expect(page.locator("[name=body]")).to_be_focused()
    assert page.evaluate("document.querySelector('#leave').previousElementSibling.id") == f"comment-{first.pk}"
    page.keyboard.type("Half a thought")
    page.locator(f"#comment-{second.pk} .comment__reply").click()
    expect(heading).to_have_text("Leave a Reply to <b>Tom</b>")
    expect(page.locator("[name=parent]")).to_have_value(str(second.pk))
    page.keyboard.press("Escape")
    expect(heading).to_have_text("Leave a Comment")
    expect(page.locator(f"#comment-{second.pk} .comment__reply")).to_be_focused()
    expect(page.locator("[name=body]")).to_have_value("Half a thought")
    expect(page.locator("[name=parent]")).to_have_value("")
    assert page.evaluate("document.querySelector('#leave').previousElementSibling.className") == home
    answer.click()
    page.get_by_role("link", name="Cancel reply").click()
    expect(answer).to_be_focused()
    answer.click()
    fill(page, body="My reply")
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    assert Comment.objects.get(body="My reply").parent == first
    expect(form).to_have_count(0)


def test_a_name_is_kept_in_the_browser_alone(page: Page, watch: Watch, edition: Edition) -> None:
    page.goto(edition.url)
    remember = page.get_by_label("Save my name, email, and website in this browser")
    expect(remember).not_to_be_checked()
    fill(page, site="https://jo.example")
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.goto(edition.url)
    fill(page, body="Another", site="https://jo.example")
    remember.check()
    send(page)
    expect(page.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    page.goto(edition.url)
    for name, text in {
        "body": "",
        "name": "Jo Reader",
        "email": "jo@example.org",
        "site": "https://jo.example",
    }.items():
        expect(page.locator(f"#leave [name={name}]")).to_have_value(text)
    expect(remember).to_be_checked()
    assert page.context.cookies() == []
    remember.uncheck()
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("localStorage.setItem('newsroom.commenter', '{\"name\": 7, \"email\": [')")
    page.goto(edition.url)
    expect(page.locator("#leave [name=name]")).to_have_value("")
    expect(remember).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_reporting(new_page: NewPage, edition: Edition, first: Comment, javascript: bool) -> None:
    page = new_page(javascript=javascript)
    page.goto(edition.url)
    page.get_by_role("link", name="Report the comment by Marie Dupont").click()
    page.get_by_label("False or misleading").check()
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    assert Flag.objects.get().reason == "false"


class TestLooks:
    """The pages with everything on them that could go wrong."""

    @pytest.fixture
    def pages(self, edition: Edition, first: Comment, client: Any) -> dict[str, int]:
        report, editor = edition.report, person("Editor", first_name="Ann", last_name="Other")
        second = approved(report, name=LONG, body="W" * 300, email="l@example.org", network="l", parent=first)
        third = approved(
            report,
            name="مريم \u202eabc",
            body="شكرا\n\nZ" + "\u0351" * 200,
            email="a@example.org",
            network="a",
            parent=second,
        )
        reply(first.pk, first.version, body="Thank you.", by=editor)
        pinned = approved(
            report, name="Tom", body="https://example.org/" + "x" * 200, email="t@example.org", network="t"
        )
        pin(pinned.pk, pinned.version, pinned=True, by=editor)
        edit(third.pk, third.version, body=third.body + " edited", name=third.name, by=editor)
        gone = approved(report, body="Gone", email="g@example.org", network="g")
        approved(report, body="Stays", email="s@example.org", network="s", parent=gone)
        decide([(gone.pk, gone.version)], "bin", by=editor)
        secret = post(client, edition, wants_mail="on", body="Waits")["Location"]
        thread = f"/comments/on/{edition.slug}/"
        return {
            edition.url: 200,
            thread: 200,
            f"{thread}?order=newest": 200,
            f"{thread}new/": 200,
            f"{second.url}reply/": 200,
            f"{third.url}reply/": 403,
            f"{first.url}report/": 200,
            "/comments/reported/": 200,
            secret: 200,
            f"{secret}withdraw/": 200,
        }

    @pytest.mark.parametrize(
        ("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark"), (320, "light")]
    )
    def test_are_accessible_and_in_their_place(
        self, new_page: NewPage, watch: Watch, axe: Axe, pages: dict[str, int], width: int, scheme: str
    ) -> None:
        watch.expect("answered 403")
        page, faults = new_page(width=width, scheme=scheme), {}
        for address, status in pages.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == status, address
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
            page.goto(f"/comments/on/{edition.slug}/new/")
            page.locator("form[data-comment-form]").evaluate("form => { form.noValidate = true }")
            send(page)
            expect(page.get_by_role("alert")).to_be_visible()
            assert axe(page) == []
            assert page.evaluate(SIDEWAYS) == 0

    def test_what_is_tapped_is_large_enough(self, new_page: NewPage, pages: dict[str, int]) -> None:
        page = new_page(width=360)
        page.goto(next(iter(pages)))
        small = page.locator(
            ".comments :is(button, .comment__foot a, .comments__ways a, [type=text], [type=email], .form__check)"
        ).evaluate_all(
            "found => found.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []

    def test_on_paper(self, new_page: NewPage, edition: Edition, first: Comment) -> None:
        page = new_page()
        page.emulate_media(media="print")
        page.goto(f"/comments/on/{edition.slug}/")
        expect(page.get_by_text("Marie Dupont").first).to_be_visible()
        for part in ("#leave", ".comment__foot", ".comments__ways"):
            expect(page.locator(part).first).to_be_hidden()
        page.goto(edition.url)
        expect(page.locator(".comments")).to_be_hidden()

    def test_no_tower_of_marks_covers_what_others_wrote(self, page: Page, edition: Edition, first: Comment) -> None:
        tower = approved(edition.report, name="T", body="Z" + "\u0300" * 3000, email="z@example.org", network="z")
        page.goto(edition.url)
        box = page.locator(f"#comment-{tower.pk} .comment__body")
        assert box.evaluate("element => getComputedStyle(element).overflow") == "clip"
        assert box.evaluate("element => element.getBoundingClientRect().height") < 60
