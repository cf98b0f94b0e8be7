"""The handbook on the desk: who reads it, and that what it says is there."""

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from newsroom.handbook.pages import CHAPTERS, FOLDER, chapters, draw, pictures
from newsroom.roles import ROLES
from tests.factories import person

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
# Words of Django and Unfold themselves, and emphasis that is no word of the screen.
OTHERS = {
    *("save", "save and continue editing", "filters", "groups", "superuser status", "staff status", "active"),
    *("email address", "import"),
    *("bold", "nothing you save is public.", "readers keep what was published.", "nothing is lost."),
    *("as a writer", "as an editor", "add another china story", "open a story", "move it", "add one", "delete one"),
    *("you change different stories or fields", "you change the same field"),
}


def address_of(name: str) -> str:
    return reverse("handbook") if name == "README" else reverse("handbook-page", args=[name])


ADDRESSES = [address_of(name) for name in CHAPTERS]


def words(text: str) -> str:
    """For comparing: in one line, small, without the marks at the end of a button."""
    return " ".join(text.split()).lower()


@pytest.fixture(scope="module")
def screen() -> str:
    """All that our templates and modules say."""
    folders = ("templates", "newsroom", "reports", "watchlist", "policies", "comments", "follow")
    files = [file for folder in folders for kind in ("html", "py") for file in (ROOT / folder).rglob(f"*.{kind}")]
    return words(" ".join(file.read_text(encoding="utf-8") for file in files))


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*ROLES, ""], ids=[*ROLES, "no role"])
def test_all_of_the_staff_read_every_chapter(client: Client, role: str) -> None:
    client.force_login(person(role))
    for address, chapter in zip(ADDRESSES, chapters().values(), strict=True):
        page = client.get(address)
        assert page.status_code == 200
        assert f'<article lang="en"><h1>{chapter.title}</h1>' in page.text.replace("&amp;", "&")
        for name in re.findall(r'<img src="([^"]+)"', page.text):
            assert client.get(name).status_code == 200, name
    assert f'href="{reverse("handbook")}"' in client.get("/admin/").text


@pytest.mark.django_db
def test_strangers_and_readers_with_an_account_read_none_of_it(client: Client) -> None:
    addresses = [*ADDRESSES, reverse("handbook-picture", args=["queue"])]
    for address in addresses:
        assert client.get(address).headers["Location"].startswith("/admin/login/"), address
    client.force_login(person(is_staff=False))
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code in {302, 403}
        assert "Moderate comments" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("nothing/", "nothing.png", "queue/", "readme/", "writing.md", "../handbook/queue.png.png"),
        *("..%2F..%2Fmanage.py", "..%2F..%2Fscreenshot.png", "../../screenshot.png", "%2e%2e/%2e%2e/screenshot.png"),
        *("....//screenshot.png", "/etc/passwd", "writing%00.png"),
    ],
)
def test_what_is_no_part_of_it_is_not_there(client: Client, path: str) -> None:
    client.force_login(person("Editor"))
    assert client.get(f"/admin/handbook/{path}").status_code in {400, 404}


@pytest.mark.django_db
def test_in_chinese_the_frame_is_chinese_and_the_chapter_says_that_it_is_not(client: Client) -> None:
    client.force_login(person("Editor"))
    page = client.get("/zh-hans/admin/handbook/writing/")
    assert page.status_code == 200
    assert '<html lang="zh-hans"' in page.text
    assert '<article lang="en">' in page.text
    assert 'href="/zh-hans/admin/handbook/publishing/"' in page.text


def test_pictures_are_small_described_and_all_used() -> None:
    used = set()
    for chapter in chapters().values():
        for alt, name in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)\n\*[^\n]+\*", chapter.markdown):
            used.add(name)
            assert len(alt) > 30, f"{name} needs a description"
        assert chapter.markdown.count("![") == len(re.findall(r"!\[[^\]]*\]\([^)]+\)\n\*", chapter.markdown))
    assert used == pictures()
    assert len(used) <= 15
    for name in used:
        assert (FOLDER / name).stat().st_size <= 120_000, name
        with Image.open(FOLDER / name) as picture:
            assert picture.mode == "P", name


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_link_leads_somewhere(name: str) -> None:
    anchors = {each.name: {heading.anchor for heading in each.headings} for each in chapters().values()}
    for is_picture, _label, address in LINK.findall(chapters()[name].markdown):
        parts = urlsplit(address)
        assert not parts.netloc, f"{address}: the handbook links to itself alone"
        target = (FOLDER / parts.path).resolve()
        assert target.parent == FOLDER
        assert target.exists(), address
        if not is_picture and parts.fragment:
            assert parts.fragment in anchors[target.stem], address


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_address_of_the_site_that_it_names_is_there(name: str) -> None:
    for address in re.findall(r"`(/[\w/-]+)`", chapters()[name].markdown):
        try:
            resolve(address)
        except Resolver404:
            pytest.fail(f"{address} is nowhere")


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_word_in_bold_stands_on_a_screen(name: str, screen: str) -> None:
    for found in BOLD.findall(chapters()[name].markdown):
        phrase = words(found)
        on_screen = phrase in OTHERS or phrase in screen or phrase.removeprefix("save and ") in screen
        assert on_screen, f"“{found}” is said nowhere on the desk"


@pytest.mark.parametrize("name", CHAPTERS)
def test_headings_are_in_order_and_there_is_one_title(name: str) -> None:
    levels = [len(marks) for marks in HEADING.findall(chapters()[name].markdown)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_file_is_a_chapter() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} == set(CHAPTERS)


def test_captions_links_and_addresses_are_drawn() -> None:
    drawn = draw(
        "# T\n\n## Two at once\n\n![Words](queue.png)\n*A caption.*\n\n[a](mail.md#b) `/admin/account/` `make`",
        pages={"mail": "/admin/handbook/mail/"},
        folder="/admin/handbook/",
    )
    assert '<h2 id="two-at-once">Two at once</h2>' in drawn
    assert '<img src="/admin/handbook/queue.png" alt="Words"><figcaption>A caption.</figcaption></figure>' in drawn
    assert '<a href="/admin/handbook/mail/#b">a</a>' in drawn
    assert '<a href="/admin/account/"><code>/admin/account/</code></a> <code>make</code>' in drawn


@given(st.text(alphabet=st.sampled_from("<>\"'()[]!*`#/ \nascriptonjv:=&;.md"), max_size=80))
def test_whatever_a_chapter_says_nothing_in_it_runs(text: str) -> None:
    drawn = draw(f"{text}\n\n<script>x</script>\n\n[x](javascript:x) <a onclick=x>", pages={}, folder="/").lower()
    assert "<script" not in drawn
    assert not re.search(r"<[^>]*\son\w+=", drawn)
    assert not re.search(r"<[^>]*(href|src)=\"?javascript:", drawn)
