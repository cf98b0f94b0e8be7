"""
A thousand payloads through every field that a visitor can fill, looked at in a real browser.

With the content security policy switched off: what is harmless must be so without it. `watch` fails the test if a page
asked for anything or logged an error, so a payload that became a picture, a frame or a script is noticed even if it
did not reach its `alert`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from comments.models import Comment, Flag
from comments.moderating import decide
from newsroom.lib.text import one_line, printable
from reports.models import Edition
from tests.comments.payloads import payloads
from tests.comments.posting import aged
from tests.factories import approved, person, published

LISTEN = (
    "window.raised = []; for (const f of ['alert', 'confirm', 'prompt']) window[f] = (...said) => raised.push(said);"
)
# What may stand in a comment, on the public page and in the queue: the name of every other element is found.
ODD = """([within, allowed]) => [...document.querySelectorAll(within)].flatMap((part) =>
  [...part.querySelectorAll("*")].filter((element) => !allowed.includes(element.localName)
    || [...element.attributes].some((attribute) => attribute.name.startsWith("on")
    || (["href", "src", "action", "formaction"].includes(attribute.name)
      && !/^(https?:|[?#]|\\/(?!\\/)|\\d)/.test(attribute.value)))
  ).map((element) => element.outerHTML.slice(0, 300)))"""
IN_QUEUE = [
    *("label", "input", "div", "header", "h2", "bdi", "span", "time", "p", "q", "strong", "details", "summary", "ul"),
    *("li", "a", "button", "kbd"),
]
IN_THREAD = [
    *("ol", "li", "article", "header", "footer", "div", "p", "br", "bdi", "a", "time", "span", "h3"),
]
TEXTS = "(within) => [...document.querySelectorAll(within)].map((part) => part.textContent)"


@pytest.fixture
def edition(live_site: str, settings: Any) -> Edition:
    settings.TRUSTED_PROXIES = 1  # so that each payload can come from a network of its own
    return published(title="Attacked")


@pytest.fixture
def unguarded(new_page: Callable[..., Page]) -> Page:
    page = new_page(bypass_csp=True)
    page.add_init_script(LISTEN)
    return page


def network(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"10.{number // 256}.{number % 256}.1"}


def harmless(page: Page, within: str, allowed: list[str]) -> None:
    assert page.evaluate("window.raised") == []
    assert page.evaluate(ODD, [within, allowed]) == []


def in_groups(things: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def sent(edition: Edition) -> list[str]:
    """Send every payload as name and text, and give back the pages that refuse it as address and website too."""
    client, mark, pages = Client(), aged("comment", edition.report_id), []
    for number, payload in enumerate(payloads()):
        fields = {"name": payload[:200], "email": f"r{number}@example.org", "site": "", "body": payload, "stamp": mark}
        url = f"/comments/on/{edition.slug}/new/"
        answer = client.post(url, fields, headers=network(number))
        assert answer.status_code == 303, (payload, answer.content)
        answer = client.post(url, {**fields, "email": payload, "site": payload}, headers=network(number))
        assert answer.status_code == 422, payload
        pages.append(answer.content.decode())
    return pages


def test_a_thousand_payloads_stay_text(edition: Edition, unguarded: Page, sign_in: Callable[..., None]) -> None:
    refusals = sent(edition)
    look_at_forms_that_came_back(unguarded, edition, refusals)
    reported = report_with_payloads(edition)
    moderator = person("Moderator")
    sign_in(unguarded, moderator)
    look_at_queue(unguarded)
    pairs = list(Comment.objects.pending().values_list("pk", "version"))
    for group in in_groups(pairs, 500):
        decide(group, "approve", by=moderator)
    look_at_public_pages(unguarded, edition, but=reported)


def look_at_forms_that_came_back(page: Page, edition: Edition, refusals: list[str]) -> None:
    """With what was typed in their fields; many of them in one document."""
    for group in in_groups(refusals, 25):
        page.goto(f"/comments/on/{edition.slug}/new/")
        page.set_content("".join(group))
        assert page.evaluate("window.raised") == []


def report_with_payloads(edition: Edition) -> Comment:
    comment = approved(edition.report, name="Reported")
    client, mark = Client(), aged("flag", comment.pk)
    for number, payload in enumerate(payloads()):
        report = {"reason": "other", "note": payload, "stamp": mark}
        answer = client.post(f"/comments/{comment.pk}/report/", report, headers=network(number))
        assert answer.status_code in {200, 303}, payload
    assert Flag.objects.filter(comment=comment).count() == len(payloads())
    return comment


def look_at_queue(page: Page) -> None:
    texts = []
    for number in (1, 2):
        page.goto(f"/admin/comments/comment/?per=500&page={number}")
        harmless(page, ".queue-card", IN_QUEUE)
        texts += page.evaluate(TEXTS, ".queue-text")
    assert texts == [printable(payload).strip() for payload in payloads()]
    page.goto("/admin/comments/comment/?tab=reported")
    harmless(page, ".queue-card", IN_QUEUE)
    assert page.evaluate(TEXTS, ".queue-complaints q")


def look_at_public_pages(page: Page, edition: Edition, *, but: Comment) -> None:
    texts, names = [], []
    address = f"/comments/on/{edition.slug}/"
    while address:
        page.goto(address)
        harmless(page, ".thread", IN_THREAD)
        texts += page.evaluate(TEXTS, ".comment__body")
        names += page.evaluate(TEXTS, ".comment__name")
        more = page.locator("a[rel=next]")
        address = (more.get_attribute("href") or "") if more.count() else ""
    assert [one_line(name) for name in names] == [*(one_line(payload[:200]) for payload in payloads()), but.name]
    assert [one_line(text) for text in texts] == [*(one_line(payload) for payload in payloads()), but.body]
