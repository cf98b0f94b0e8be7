"""The moderation queue as moderators use it: by keyboard alone, without JavaScript, two at a time, when things fail."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from comments.models import Comment, Decision, Flag
from comments.moderating import decide
from tests.factories import approved, commented, person, published
from tests.journeys.conftest import Watch

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Any], None]
QUEUE = "/admin/comments/comment/"


@pytest.fixture
def report(live_site: str) -> Any:
    return published(title="Talked about", stories=1).report


@pytest.fixture
def waiting(report: Any) -> list[Comment]:
    """Six comments that wait, the oldest first."""
    return [
        commented(report, name=f"Reader {n}", email=f"r{n}@example.org", network=f"n{n}", body=f"Remark number {n}.")
        for n in range(1, 7)
    ]


@pytest.fixture
def moderator(live_site: str) -> Any:
    user = person("Moderator", username="mo", first_name="Mo")
    user.set_password("a good password")
    user.save()
    return user


def card(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#comment-{comment.pk}")


def status(comment: Comment) -> str:
    comment.refresh_from_db()
    return comment.status


def count(page: Page, tab: str) -> Locator:
    return page.locator(f"[data-count={tab}]")


def badge(page: Page) -> Locator:
    """The number in the desk's menu."""
    return page.locator(f"#nav-sidebar-apps a[href='{QUEUE}'] > span").last


def said(page: Page, words: str) -> None:
    expect(page.locator("#queue-toast")).to_contain_text(words)


def test_through_the_queue_by_keyboard_alone(page: Page, moderator: Any, waiting: list[Comment], watch: Watch) -> None:
    watch.expect("answered 409")  # nothing left to undo
    one, two, three, _, five, _ = waiting
    press = page.keyboard.press
    page.goto(QUEUE)
    page.get_by_label("Username").focus()
    page.keyboard.type("mo")
    press("Tab")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("a good password")
    press("Enter")
    expect(page.locator(".queue-title")).to_have_text("Comments")
    expect(count(page, "pending")).to_have_text("6")
    expect(card(page, one)).to_be_visible()  # what is hidden until the desk's script has run takes no focus

    press("j")
    expect(card(page, one)).to_be_focused()
    press("a")
    said(page, "Approved: Reader 1, “Remark number 1.”")
    expect(card(page, one)).to_have_count(0)
    expect(card(page, two)).to_be_focused()
    expect(count(page, "pending")).to_have_text("5")
    expect(count(page, "approved")).to_have_text("1")
    expect(page.locator("#queue-span")).to_have_text("1–5 of 5")
    expect(badge(page)).to_have_text("5")
    press("s")
    said(page, "Marked as spam: Reader 2")
    press("d")
    said(page, "Moved to the bin: Reader 3")
    assert [status(row) for row in (one, two, three)] == ["approved", "spam", "bin"]

    # Back, as often as there is something to take back; each card to its place.
    for comment in (three, two, one):
        press("z")
        said(page, f"Undone: Reader {comment.pk - one.pk + 1}")
        expect(card(page, comment)).to_be_focused()
    assert [status(row) for row in waiting] == ["pending"] * 6
    names = page.locator(".queue-name").all_inner_texts()
    assert names == [f"Reader {n}" for n in range(1, 7)]
    press("z")
    said(page, "There is nothing to undo.")
    expect(page.locator("#queue-span")).to_have_text("1–6 of 6")
    expect(badge(page)).to_have_text("6")

    # What is typed into a form decides nothing; Escape keeps it.
    press("r")
    answer = card(page, one).get_by_label("Your answer")
    expect(answer).to_be_focused()
    page.keyboard.type("Thanks, as said above.")
    press("Escape")
    expect(card(page, one)).to_be_focused()
    press("r")
    expect(answer).to_have_value("Thanks, as said above.")
    press("Control+Enter")
    said(page, "Approved, and answered.")
    reply = Comment.objects.get(staff=moderator)
    assert (reply.body, reply.parent, status(one)) == ("Thanks, as said above.", one, "approved")
    expect(card(page, two)).to_be_focused()

    press("e")
    words = card(page, two).get_by_role("textbox", name="Comment")
    expect(words).to_have_value("Remark number 2.")
    words.focus()
    press("End")
    page.keyboard.type(" Mended.")
    for _ in range(2):
        press("Tab")
    press("Enter")
    said(page, "Edited. What its author wrote is kept.")
    expect(card(page, two)).to_contain_text("Remark number 2. Mended.")
    expect(card(page, two)).to_be_focused()
    press("z")
    said(page, "Undone: Reader 2")
    expect(card(page, two)).not_to_contain_text("Mended")

    # Help, and many at once.
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press("a")
    press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert status(two) == "pending"
    press("x")
    press("Shift+J")
    press("Shift+J")
    expect(page.get_by_text("3 chosen:")).to_be_visible()
    press("Shift+S")
    said(page, "Marked as spam: 3 comments.")
    expect(card(page, five)).to_be_focused()
    assert [status(row) for row in waiting] == ["approved", "spam", "spam", "spam", "pending", "pending"]
    press("z")
    said(page, "Undone: 3 comments.")
    expect(card(page, three)).to_be_visible()
    press("Shift+X")
    press("Shift+A")
    said(page, "Approved: 5 comments.")
    expect(page.get_by_text("Nothing waits. All is decided.")).to_be_visible()
    assert {status(row) for row in waiting} == {"approved"}
    assert page.evaluate("document.activeElement.id") == "queue-list"


def test_the_next_ones_come_when_a_page_is_emptied(page: Page, sign_in: SignIn, moderator: Any, report: Any) -> None:
    Comment.objects.bulk_create(
        Comment(report=report, name=f"Reader {n}", body=f"Text {n}", text_digest=f"{n}", path=f"{n:012}")
        for n in range(1, 63)
    )
    sign_in(page, moderator)
    page.goto(QUEUE)
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+D")
    expect(page.locator(".queue-card")).to_have_count(12)
    expect(page.locator(".queue-card").first).to_be_focused()
    expect(page.locator("#queue-span")).to_have_text("1–12 of 12")
    page.keyboard.press("z")
    said(page, "Undone: 50 comments.")
    expect(page.locator(".queue-card")).to_have_count(50)


def test_keys_of_other_keyboards_and_those_that_mean_something_else(
    page: Page, sign_in: SignIn, moderator: Any, waiting: list[Comment]
) -> None:
    sign_in(page, moderator)
    page.goto(QUEUE)

    def key(**event: Any) -> None:
        page.evaluate(
            "event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...event}))",
            event,
        )

    key(key="о", code="KeyJ")  # a Cyrillic letter
    expect(card(page, waiting[0])).to_be_focused()
    for event in ({"ctrlKey": True}, {"metaKey": True}, {"altKey": True}, {"isComposing": True}, {"repeat": True}):
        key(key="s", code="KeyS", **event)
    key(key="Process", code="KeyA")  # while a Chinese input method is on
    said(page, "Approved: Reader 1")
    key(key="？", code="Slash")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert [status(row) for row in waiting[:2]] == ["approved", "pending"]
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("asd")
    assert {status(row) for row in waiting[1:]} == {"pending"}


def test_of_two_moderators_the_second_sees_what_the_first_did(
    page: Page, new_page: NewPage, sign_in: SignIn, moderator: Any, waiting: list[Comment], watch: Watch
) -> None:
    watch.expect("answered 409")
    one, two, three, *_ = waiting
    ann = person("Moderator", username="ann", first_name="Ann")
    sign_in(page, moderator)
    page.goto(QUEUE)
    decide([(one.pk, 0), (three.pk, 0)], "approve", by=ann)
    page.keyboard.press("j")
    page.keyboard.press("s")
    said(page, "somebody decided before you")
    expect(card(page, one)).to_contain_text("Approved by Ann, a moment ago. What you wanted was not done.")
    expect(page.locator("#queue-toast")).not_to_contain_text("What you wanted")
    expect(card(page, one).get_by_role("button", name="Unapprove")).to_be_visible()
    assert status(one) == "approved"

    # Of many, the rest is done.
    for comment in (two, three):
        card(page, comment).get_by_role("checkbox").check()
    page.keyboard.press("Shift+D")
    expect(card(page, three)).to_contain_text("Approved by Ann")
    expect(card(page, two)).to_have_count(0)
    assert [status(row) for row in (two, three)] == ["bin", "approved"]

    # Nothing typed is lost, whatever the other did.
    four = waiting[3]
    card(page, four).get_by_role("link", name=re.compile("Edit")).click()
    card(page, four).get_by_role("textbox", name="Comment").fill("My better words.")
    decide([(four.pk, 0)], "spam", by=ann)
    card(page, four).get_by_role("button", name="Save").click()
    expect(card(page, four).get_by_role("alert")).to_contain_text("Marked as spam by Ann, a moment ago.")
    expect(card(page, four).get_by_role("textbox", name="Comment")).to_have_value("My better words.")
    assert Comment.objects.get(pk=four.pk).body == "Remark number 4."


def test_an_act_that_was_refused_leaves_nothing_to_undo(
    page: Page, sign_in: SignIn, moderator: Any, waiting: list[Comment], watch: Watch
) -> None:
    watch.expect("answered 409")
    one, two, *_ = waiting
    decide([(one.pk, 0)], "spam", by=moderator)
    sign_in(page, moderator)
    page.goto(QUEUE)
    decide([(two.pk, 0)], "approve", by=person("Moderator", first_name="Ann"))
    page.keyboard.press("s")  # on the first card, which is the current one without any key
    page.keyboard.press("z")  # at once, before it is known what the first came to
    said(page, "Nothing was done, so there is nothing to undo.")
    assert [status(one), status(two)] == ["spam", "approved"]


def test_the_rest_of_a_long_comment_and_a_slow_undo(
    page: Page, sign_in: SignIn, moderator: Any, waiting: list[Comment]
) -> None:
    one = waiting[0]
    Comment.objects.filter(pk=one.pk).update(body="Word " * 400)
    sign_in(page, moderator)
    page.goto(f"{QUEUE}?q=r")
    rest = card(page, one).locator("[data-rest]")
    for attribute in ("", None):
        page.keyboard.press("o")
        assert rest.get_attribute("open") == attribute
    expect(badge(page)).to_have_text("6")
    page.keyboard.press("j")
    expect(card(page, one)).to_be_focused()
    page.keyboard.press("Shift+X")
    held: list[Any] = []
    page.route("**/admin/comments/comment/*", lambda route: route.continue_() if held else held.append(route))
    for key, words in (("Shift+S", "Marking as spam: 6 comments…"), ("z", "Undoing…")):
        page.keyboard.press(key)
        said(page, words)
        expect(page.locator("#queue-toast.is-busy")).to_be_visible()
    held[0].continue_()
    said(page, "Undone: 6 comments.")
    expect(page.locator("#queue-toast.is-busy")).to_have_count(0)
    expect(badge(page)).to_have_text("6")  # of the whole queue, which this page does not tell
    assert {status(row) for row in waiting} == {"pending"}


def test_when_the_server_fails_the_card_comes_back(
    page: Page, sign_in: SignIn, moderator: Any, waiting: list[Comment], watch: Watch
) -> None:
    watch.expect("failed (net::ERR_FAILED)")
    watch.expect("answered 403")
    one, two, *_ = waiting
    sign_in(page, moderator)
    page.goto(QUEUE)
    page.route("**/admin/comments/comment/*", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("a")
    said(page, "The desk doesn’t answer. Nothing was changed")
    expect(card(page, one)).to_be_visible()
    expect(count(page, "pending")).to_have_text("6")
    page.unroute("**/admin/comments/comment/*")

    moderator.groups.clear()
    page.keyboard.press("a")
    said(page, "You may not do this")
    expect(card(page, two)).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("k")
    page.keyboard.press("a")
    said(page, "You have been logged out.")
    expect(page.locator(".queue-card")).to_have_count(6)
    assert {status(row) for row in waiting} == {"pending"}


def test_without_javascript(new_page: NewPage, sign_in: SignIn, moderator: Any, waiting: list[Comment]) -> None:
    one, two, three, four, *_ = waiting
    page = new_page(javascript=False)
    sign_in(page, moderator)
    page.goto(QUEUE)
    card(page, one).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: Reader 1")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: Reader 1")).to_be_visible()
    for comment in (one, two):
        card(page, comment).get_by_role("checkbox").check()
    page.get_by_role("group", name="Decide about all").get_by_role("button", name="Spam").click()
    expect(page.get_by_text("Marked as spam: 2 comments.")).to_be_visible()
    card(page, three).get_by_role("link", name=re.compile("Reply")).click()
    page.get_by_label("Your answer").fill("We looked it up.")
    page.get_by_role("button", name="Approve and reply").click()
    expect(page.get_by_text("Approved, and answered.")).to_be_visible()
    card(page, four).get_by_role("link", name=re.compile("Edit")).click()
    page.get_by_role("textbox", name="Comment").fill("Other words.")
    page.get_by_role("button", name="Save").click()
    expect(card(page, four)).to_contain_text("Other words.")
    card(page, four).get_by_text("What its author wrote").click()
    expect(card(page, four).locator("del").first).to_contain_text("Remark")
    assert [status(row) for row in (one, two, three)] == ["spam", "spam", "approved"]
    card(page, four).get_by_text("More").click()
    card(page, four).get_by_role("button", name="Close comments on this issue").click()
    expect(page.get_by_text("Comments on “Talked about” are closed.")).to_be_visible()
    assert Decision.objects.filter(act="close", by=moderator).exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_everybody_can_use_it(
    new_page: NewPage, sign_in: SignIn, waiting: list[Comment], axe: Any, report: Any, width: int, scheme: str
) -> None:
    flagged = approved(
        report, name="Loud", email="loud@example.org", network="n9", body="Word " * 400, site="https://a.example/"
    )
    Flag.objects.create(comment=flagged, reason="abuse", note="Look at this.")
    page = new_page(width=width, scheme=scheme)
    sign_in(page, person("Administrator"))
    for address in ("", "?tab=reported", f"?issue={report.pk}", f"{waiting[0].pk}/reply/", f"{flagged.pk}/change/"):
        page.goto(QUEUE + address)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(QUEUE)
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.locator(".queue-more summary").first.click()
    assert axe(page) == []
    page.locator(".queue-more summary").first.press("Escape")
    page.keyboard.press("?")
    assert axe(page) == []
