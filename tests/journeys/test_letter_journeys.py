"""Letters as a mail program shows them: narrow and wide, light and dark, with and without their style sheet."""

import re

import pytest

from follow import letters
from follow.letters import Scope
from tests.factories import published
from watchlist.models import Company

CHINA = frozenset({"china"})
SHEET = re.compile("<style.*?</style>", re.DOTALL)


@pytest.fixture
def drawn(live_site):
    edition = published(title="A title that is long enough to be set in a smaller size than others", number=12)
    one = Scope(topics=frozenset({("company", Company.objects.get(name="Company 1").pk)}))
    some = Scope(sections=CHINA, topics=one.topics)
    whole = Scope(whole=True)
    return {
        "issue": letters.issue(edition, whole, postal="1 Harbour Road, Dublin"),
        "section": letters.issue(edition, some),
        "company": letters.issue(edition, one),
        "correction": letters.correction(edition, whole, note="It is ¥300 billion.\n\nWe are sorry."),
        "weekly": letters.weekly([edition, edition], [whole, some]),
    }


def shown(page, html):
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_letter_can_be_read_anywhere(new_page, axe, drawn, watch, width, scheme):
    page = new_page(width=width, scheme=scheme, javascript=True)
    for name, letter in drawn.items():
        shown(page, letter.html)
        assert axe(page) == [], name
        assert page.locator(".preheader").is_hidden()
    assert watch.requests == [], "a letter loads nothing"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_program_that_reads_no_sheet_shows_it_well(new_page, axe, drawn, scheme):
    page = new_page(width=360, scheme=scheme)
    for letter in drawn.values():
        shown(page, SHEET.sub("", letter.html))
        assert axe(page) == []
        assert page.locator(".preheader").is_hidden()


def test_the_worlds_keep_their_colours_in_the_dark(new_page, drawn):
    colours = {}
    for scheme in ("light", "dark"):
        page = shown(new_page(width=600, scheme=scheme), drawn["issue"].html)
        colours[scheme] = [
            page.locator(f".{world} .rank").first.evaluate("rank => getComputedStyle(rank).color")
            for world in ("china", "international")
        ]
    assert colours == {
        "light": ["rgb(179, 48, 26)", "rgb(15, 88, 112)"],
        "dark": ["rgb(255, 132, 104)", "rgb(127, 195, 220)"],
    }
