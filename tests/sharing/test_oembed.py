"""Cards of our pages on other sites (oembed.com 1.0)."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from newsroom.publishing import withdraw
from tests.factories import complete_issue, published
from tests.public.crawling import Answer, ask

pytestmark = pytest.mark.django_db
SITE = django_settings.SITE_URL


@pytest.fixture(autouse=True)
def _own_cards(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def asked(url: str, **parameters: object) -> Answer:
    query = "&".join(f"{name}={quote(str(value))}" for name, value in {"url": url, **parameters}.items())
    return ask(Client(), f"/oembed/?{query}")


def test_an_issue_and_a_story_are_found_from_their_pages() -> None:
    edition = published(title="Chips & AI", stories=1)
    for path, title in (
        (edition.url, "Chips & AI"),
        (edition.stories.get(section="china").url, "China story 1 of Chips & AI"),
    ):
        page = ask(Client(), path).text
        address = re.search(r'type="application/json\+oembed"\s+title="[^"]*"\s+href="([^"]*)"', page)
        assert address
        told = json.loads(ask(Client(), address[1].removeprefix(SITE)).body)
        assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", title)
        assert ask(Client(), told["thumbnail_url"].removeprefix(SITE)).status == 200
        frame = re.search(r'<iframe src="([^"]*)"', told["html"])
        assert frame
        card = ask(Client(), frame[1].removeprefix(SITE))
        assert card.status == 200
        assert title.replace("&", "&amp;") in card.text
        assert "frame-ancestors *" in card.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in card.headers
        assert "<script" not in card.text


def test_a_page_in_another_language_has_its_card_in_that_language() -> None:
    edition = published(title="Chips & AI", stories=1)
    for path in (edition.url, edition.stories.get(section="china").url):
        frame = re.search(r'<iframe src="([^"]*)"', json.loads(asked(f"{SITE}/zh-hans{path}").body)["html"])
        assert frame
        assert frame[1].startswith(f"{SITE}/zh-hans/embed/chips-ai/")
        assert ask(Client(), frame[1].removeprefix(SITE)).status == 200


def test_xml_says_the_same() -> None:
    edition = published(title="Chips & AI — 中文", stories=1)
    told = json.loads(asked(SITE + edition.url).body)
    root = ET.fromstring(asked(SITE + edition.url, format="xml").body)
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {name: str(value) for name, value in told.items()}


@pytest.mark.parametrize(
    ("asked_for", "given"),
    [
        ((300, 200), (300, 200)),
        ((10, 10), (240, 180)),
        ((9999, 9999), (560, 240)),
        (("x", "-1"), (560, 240)),
        (("²", ""), (560, 240)),
    ],
)
def test_a_card_is_as_large_as_there_is_room(asked_for: tuple[object, object], given: tuple[int, int]) -> None:
    edition = published(stories=1)
    told = json.loads(asked(SITE + edition.url, maxwidth=asked_for[0], maxheight=asked_for[1]).body)
    assert (told["width"], told["height"]) == given


@pytest.mark.parametrize(
    ("room", "has_picture"),
    [({"maxwidth": 1200, "maxheight": 630}, True), ({"maxwidth": 1199}, False), ({"maxheight": 629}, False)],
)
def test_a_picture_for_which_there_is_no_room_is_left_out(room: dict[str, int], has_picture: bool) -> None:
    told = json.loads(asked(SITE + published(stories=1).url, **room).body)
    assert [name.startswith("thumbnail_") for name in told].count(True) == 3 * has_picture


@pytest.mark.parametrize(
    "url", ["", "x", "https://elsewhere.example/reports/live/", "http://[", SITE, f"{SITE}/admin/", f"{SITE}/reports/"]
)
def test_no_card_of_anything_else(url: str) -> None:
    published(title="Live", stories=1)
    assert asked(url).status == 404


def test_no_card_of_what_is_not_live() -> None:
    complete_issue(title="Draft", stories=1)
    published(title="Scheduled", stories=1, at=timezone.now() + timedelta(days=1))
    withdrawn = published(title="Withdrawn", stories=1)
    withdraw(withdrawn.report, by=None)
    for slug in ("draft", "scheduled", "withdrawn"):
        for path in (f"/{slug}/", f"/{slug}/china-story-1-of-{slug}/"):
            for answer in (asked(f"{SITE}/reports{path}"), ask(Client(), f"/embed{path}")):
                assert answer.status in {404, 410}
                assert "story 1" not in answer.text


def test_other_formats_are_not_there() -> None:
    assert asked(SITE, format="yaml").status == 501
