"""Share images: what is on them, and that they are of live issues alone."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from newsroom import cards
from newsroom.cards import Card
from newsroom.publishing import publish, withdraw
from tests.factories import complete_issue, edit, picture, published
from tests.public.crawling import ask


@pytest.fixture(autouse=True)
def _own_cards(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def card(**facts: object) -> Card:
    usual = {
        "title": "Headline",
        "section": "china",
        "rank": 1,
        "issued_on": date(2025, 4, 12),
        "number": None,
        "picture": "",
    }
    return Card(**{**usual, **facts})


def pixels(card: Card) -> bytes:
    drawn = cards.draw(card)
    assert drawn.size == (1200, 630)
    return drawn.tobytes()


@pytest.mark.parametrize(
    "title",
    [
        "A headline",
        "华为与DeepSeek联手：人工智能“奥本海默时刻”逼近",
        "Zażółć gęślą jaźń — €950 million",
        "Donaudampfschifffahrtsgesellschaft" * 8,
        "word " * 80,
        "\U0001f916\u200d\u0301",
        "",
    ],
)
def test_any_title_is_drawn(title: str) -> None:
    assert pixels(card(title=title))


def test_everything_on_a_card_is_seen_and_gives_it_another_address() -> None:
    usual = card()
    others = [
        card(title="Another"),
        card(section="international"),
        card(rank=2),
        card(issued_on=date(2025, 4, 13)),
        card(section="", rank=0, number=7),
    ]
    assert len({pixels(each) for each in (usual, *others)}) == len(others) + 1
    assert len({each.digest for each in (usual, *others)}) == len(others) + 1
    assert card().digest == usual.digest


def test_characters_of_chinese_differ_from_what_no_font_has() -> None:
    assert pixels(card(title="华")) != pixels(card(title="为")) != pixels(card(title="\ue123"))


def test_an_emoji_leaves_no_empty_box() -> None:
    assert pixels(card(title="\U0001f916 Robots \u2708\ufe0f\U0001f469\u200d\U0001f52c vote")) == pixels(
        card(title="Robots ✈ vote")
    )


def test_no_line_ends_with_an_opening_bracket_or_begins_with_a_closing_one() -> None:
    text = "中国发布《生成式人工智能》，“附”全文（二）"
    for width in range(120, 600, 10):
        lines = cards.HEADLINE.wrap(text, 40, width)
        assert "".join(lines) == text
        assert not [line for line in lines if line[-1] in "《“（" or line[0] in "》”），"]


@pytest.mark.django_db
class TestItsAddress:
    def test_an_issue_and_its_stories_have_cards_with_the_picture(self, client: Client) -> None:
        edition = published(stories=1, hero=picture(300, 200, colour="#ff0000"))
        for address in (cards.issue_card_url(edition), cards.story_card_url(edition.stories.first(), edition)):
            answer = ask(client, address)
            assert answer.status == 200
            drawn = Image.open(BytesIO(answer.body))
            assert drawn.size == (1200, 630)
            red, green, blue = drawn.getpixel((1100, 400))
            assert red > 240 > 20 > max(green, blue)
            again = ask(client, address, headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status == 304

    def test_it_is_drawn_once(self, client: Client) -> None:
        edition = published(stories=1)
        address = cards.issue_card_url(edition)
        ask(client, address)
        file = cards.file_of(*cards.find("issue", edition.report_id))  # type: ignore[misc]
        file.write_bytes(b"what was kept")
        assert ask(client, address).body == b"what was kept"

    def test_an_old_address_is_gone_once_the_title_changed(self, client: Client) -> None:
        report = complete_issue(title="Old", stories=1)
        old = cards.issue_card_url(published(report))
        edit(report, title="New")
        new = cards.issue_card_url(publish(report, by=None))
        assert ask(client, old).status == 404
        assert ask(client, new).status == 200

    def test_what_is_not_live_has_none(self, client: Client) -> None:
        draft = complete_issue(title="Draft", stories=1)
        scheduled = published(title="Scheduled", stories=1, at=timezone.now() + timedelta(days=1))
        withdrawn = published(title="Withdrawn", stories=1)
        shown = cards.issue_card_url(withdrawn), cards.story_card_url(withdrawn.stories.first(), withdrawn)
        assert [ask(client, address).status for address in shown] == [200, 200]
        withdraw(withdrawn.report, by=None)
        hidden = cards.issue_card_url(scheduled), cards.story_card_url(scheduled.stories.first(), scheduled)
        assert [ask(client, address).status for address in (*shown, *hidden)] == [404] * 4
        digest = cards.Card("Draft", "", 0, draft.issued_on, None, "").digest
        assert ask(client, f"/cards/issue-{draft.pk}-{digest}.jpg").status == 404

    @pytest.mark.parametrize(
        "name", ["issue-1-x", "story-99999999999999999999-x", "other-1-x", "site-0-x", "site-1-../../x"]
    )
    def test_other_addresses_lead_nowhere(self, client: Client, name: str) -> None:
        published(stories=1)
        assert ask(client, f"/cards/{name}.jpg").status == 404

    def test_the_site_has_one_for_all_other_pages(self, client: Client) -> None:
        assert ask(client, cards.site_card_url()).status == 200
