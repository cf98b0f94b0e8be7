"""Finding names in a text: whole words, whatever the script, and what is no name."""

import html
from itertools import pairwise
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.mentions import LETTERS, Found, Names, link_first, lower, read, sentence
from newsroom.lib.richtext import clean, plain

REGISTRY = Names(
    [
        *(
            ("NVIDIA", "nvidia"),
            ("Apple", "apple"),
            ("Huawei", "huawei"),
            ("华为", "huawei"),
            ("华为海思", "hisilicon"),
        ),
        *(("AT&T", "att"), ("iFLYTEK", "iflytek"), ("Meta", "meta"), ("Meta Platforms", "meta-platforms")),
        *(("X", "x"), ("DJI", "dji"), ("阿里巴巴", "alibaba"), ("ソニー", "sony")),
        *(("Nestlé", "nestle"), ("Moody's", "moodys"), ("L’Oréal", "loreal"), ("Coca-Cola", "coca-cola")),
        *(("3M", "3m"), ("삼성", "samsung")),
    ]
)


def keys(text: str) -> list[str]:
    return [found.key for found in REGISTRY.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NVIDIA’s new chip", ["nvidia"]),
        ("NVIDIA's new chip", ["nvidia"]),
        ("Nvidia, Apple and HUAWEI", ["nvidia", "apple", "huawei"]),
        ("(AT&T)", ["att"]),
        ("iFlytek", ["iflytek"]),
        ("Huawei–Apple talks", ["huawei", "apple"]),
        ("Huawei/Apple", ["huawei", "apple"]),
        ("Huawei-Apple talks", ["huawei", "apple"]),
        ("“Apple”", ["apple"]),
        ("Apple.", ["apple"]),
    ],
)
def test_a_name_as_a_word_is_found(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "An apple a day",
        "Huawei-style phones",
        "Huawei‑style phones",
        "a Huawei-backed start-up",
        "Huawei-Backed Start-Up Raises ¥1 Billion",
        "HUAWEI-LIKE",
        "华为式管理",
        "Applesauce",
        "MyApple",
        "metadata",
        "@Apple",
        "#Apple",
        "_Apple",
        "X",
        "",
    ],
)
def test_what_only_looks_like_a_name_is_not_found(text: str) -> None:
    assert keys(text) == []


def test_a_name_in_a_script_without_spaces_stands_in_the_middle_of_a_run() -> None:
    assert keys("中国的华为公司发布新手机") == ["huawei"]
    assert keys("今日华为海思与阿里巴巴合作") == ["hisilicon", "alibaba"]
    assert keys("新しいソニーの製品") == ["sony"]
    assert keys("采用Huawei芯片，不用DJI的") == ["huawei", "dji"]


def test_a_korean_name_ends_before_what_belongs_to_its_grammar() -> None:
    assert keys("삼성은 새 칩을, Huawei도 발표했다. 삼성에서") == ["samsung", "huawei", "samsung"]
    assert keys("삼성전자") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nestle, NESTLÉ and NESTLE", ["nestle"] * 3),
        ("Moody’s and Moody's", ["moodys"] * 2),
        ("L'Oreal", ["loreal"]),
        ("Coca\u2011Cola", ["coca-cola"]),
        ("Meta\u00a0Platforms", ["meta-platforms"]),
        ("ＮＶＩＤＩＡ", ["nvidia"]),
    ],
)
def test_accents_and_typography_make_no_other_name(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_an_accent_that_is_a_character_of_its_own_belongs_to_the_name() -> None:
    text = "Nestle\u0301 grows"
    assert [text[found.start : found.end] for found in REGISTRY.find(text)] == ["Nestle\u0301"]
    assert keys("Cafe\u0301") == []


def test_an_amount_is_no_company() -> None:
    assert keys("It raised $3M, US$3M, €2.3M and 1,3M; 3m long") == []
    assert keys("3M raised more") == ["3m"]


def test_the_longest_at_a_place_is_meant() -> None:
    assert keys("Meta Platforms and Meta") == ["meta-platforms", "meta"]


def test_the_first_of_two_with_one_name_is_meant() -> None:
    assert [found.key for found in Names([("Arm", 1), ("ARM", 2)]).find("Arm")] == [1]


def test_places_are_those_of_the_text() -> None:
    text = "İİ and Apple"  # a letter that grows when it is made small
    assert list(REGISTRY.find(text)) == [Found("apple", 7, 12)]


def test_no_names_find_nothing() -> None:
    assert list(Names([]).find("Apple")) == []


WORDS = st.sampled_from(
    [
        "Apple",
        "apple",
        "Huawei",
        "华为",
        "海思",
        "-",
        "style",
        " ",
        "'s",
        "’s",
        "İ",
        "Meta",
        "Platforms",
        "ß",
        "&T",
        "AT",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=20).map("".join))


@given(TEXTS)
def test_what_is_found_is_there_in_order_and_overlaps_nothing(text: str) -> None:
    reached = 0
    for found in REGISTRY.find(text):
        assert reached <= found.start < found.end <= len(text)
        reached = found.end
        spelling = text[found.start : found.end]
        assert (normalize("NFKC", spelling).casefold(), found.key) in {
            ("nvidia", "nvidia"), ("apple", "apple"), ("huawei", "huawei"), ("华为", "huawei"),
            ("华为海思", "hisilicon"), ("at&t", "att"), ("iflytek", "iflytek"), ("meta", "meta"),
            ("meta platforms", "meta-platforms"), ("dji", "dji"), ("阿里巴巴", "alibaba"), ("ソニー", "sony"),
            ("3m", "3m"), ("삼성", "samsung"), ("nestlé", "nestle"), ("coca-cola", "coca-cola"),
        }  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_name_between_spaces_is_always_found(before: str, after: str) -> None:
    text = f"{before} NVIDIA {after}"
    assert Found("nvidia", len(before) + 1, len(before) + 7) in list(REGISTRY.find(text))


def bare(text: str) -> str:
    """Without what a name may be written with or without."""
    letters = normalize("NFKD", text.replace("’", "'").replace("‘", "'").replace("ʼ", "'").replace("‐", "-").lower())
    return "".join(letter for letter in normalize("NFKD", letters.lower()) if not combining(letter))


@given(st.one_of(st.text(max_size=60), st.text("Aİßé’ﬃ华Ⅷk\u0301 ", max_size=60)))
def test_every_letter_is_compared_alone_and_keeps_its_place(text: str) -> None:
    assert lower(text) == "".join(letter.translate(LETTERS) for letter in text)
    assert len(lower(text)) == len(text)


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6), st.text(max_size=60))
def test_any_names_and_any_text(names: list[str], text: str) -> None:
    found = list(Names((name, name) for name in names).find(text))
    assert all(bare(text[each.start : each.end]) == bare(each.key) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


# In rich text


ADDRESSES = {"huawei": "/companies/huawei/", "att": "/companies/at&t/", "meta": "/companies/meta/"}


def linked(markup: str) -> str:
    return link_first(markup, REGISTRY, ADDRESSES)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Huawei and Huawei</p>", '<p><a href="/companies/huawei/">Huawei</a> and Huawei</p>'),
        ("<p>Huawei’s chip</p>", '<p><a href="/companies/huawei/">Huawei</a>’s chip</p>'),
        ("<p>R&amp;D at AT&amp;T&nbsp;US</p>", '<p>R&amp;D at <a href="/companies/at&amp;t/">AT&amp;T</a>&nbsp;US</p>'),
        ("<p>今日华为公司</p>", '<p>今日<a href="/companies/huawei/">华为</a>公司</p>'),
        ("<p><em>Huawei</em></p>", '<p><em><a href="/companies/huawei/">Huawei</a></em></p>'),
        (
            '<p><a href="https://x.example">Huawei</a> and Huawei</p>',
            '<p><a href="https://x.example">Huawei</a> and <a href="/companies/huawei/">Huawei</a></p>',
        ),
        ("<h3>Huawei</h3><p>Huawei</p>", '<h3>Huawei</h3><p><a href="/companies/huawei/">Huawei</a></p>'),
        ("<p>Hua<em>wei</em>, Huawei</p>", '<p>Hua<em>wei</em>, <a href="/companies/huawei/">Huawei</a></p>'),
        ("<p>Meta Platforms</p>", "<p>Meta Platforms</p>"),  # another, which has no address
        (
            "<p>Hua\nwei, Huawei\nof Meta</p>",
            '<p>Hua\nwei, <a href="/companies/huawei/">Huawei</a>\nof <a href="/companies/meta/">Meta</a></p>',
        ),
        ("<p>Meta\nPlatforms</p>", "<p>Meta\nPlatforms</p>"),
        ("<p>Meta</p>\n<p>Platforms</p>", '<p><a href="/companies/meta/">Meta</a></p>\n<p>Platforms</p>'),
    ],
)
def test_the_first_place_of_each_becomes_a_link(markup: str, expected: str) -> None:
    assert linked(markup) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Huawei-style, Huawei‑style, <em>Huawei</em>-style</p>",
        '<p><a href="/" title="Huawei">elsewhere</a></p>',
        '<p><a href="/"><strong>Huawei</strong></a></p>',
        "<h4><em>Huawei</em></h4>",
        "<p>Nobody</p>",
        "<p>Huawei<em>ish</em></p>",
        "",
    ],
)
def test_what_is_no_place_for_a_link_is_left_alone(markup: str) -> None:
    assert linked(markup) == markup


MARKUP = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<em>", "</em>", "<h3>", "</h3>", '<a href="https://x.example/?a=1&b=Huawei">', "</a>"),
            *("Huawei", "华为", "AT&T", "&", "<", "’s", " ", "-", "\u00a0", "Meta", "Platforms", "中文", "<br>", "x"),
        ]
    ),
    max_size=25,
).map("".join)


@given(MARKUP)
def test_links_change_nothing_else_and_none_stands_in_another(text: str) -> None:
    markup = clean(text)
    result = linked(markup)
    for address in ADDRESSES.values():
        own = f'<a href="{address.replace("&", "&amp;")}">'
        assert result.count(own) <= 1
        head, found, tail = result.partition(own)
        if found:
            assert head.count("<a ") == head.count("</a>"), "not within a link"
            assert head.count("<h3>") == head.count("</h3>"), "nor within a heading"
            inner, _end, rest = tail.partition("</a>")
            assert "<" not in inner
            result = head + inner + rest
    assert result == markup
    assert plain(linked(markup)) == plain(markup)


@given(MARKUP)
def test_pieces_are_where_their_words_are(text: str) -> None:
    markup = clean(text)
    words, pieces = read(markup)
    for piece in pieces:
        assert words[piece.at : piece.at + len(piece.words)] == piece.words
        assert html.unescape(markup[piece.start : piece.end]).replace("\n", " ") == piece.words
        assert "<" not in markup[piece.start : piece.end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It grew. Huawei sold 3.5 million. Then not.", ("", "Huawei", " sold 3.5 million.")),
        ("He said: “Huawei!” And more.", ("He said: “", "Huawei", "!”")),
        ("第一句。今日华为公司发布。第三句。", ("今日", "华为", "公司发布。")),
        ("A line\nwith Huawei in it\nand another", ("with ", "Huawei", " in it")),
        ("Huawei", ("", "Huawei", "")),
    ],
)
def test_the_sentence_around_a_name(text: str, expected: tuple[str, str, str]) -> None:
    found = next(REGISTRY.find(text))
    assert sentence(text, found.start, found.end) == expected


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    text = f"{'alpha ' * 300}Huawei{' gamma' * 300}"
    before, name, after = sentence(text, 1800, 1806)
    assert name == "Huawei"
    assert before == f"…{'alpha ' * 26}"
    assert after == f"{' gamma' * 26}…"
    before, _, after = sentence(f"{'中' * 300}Huawei{'文' * 300}", 300, 306)
    assert (before, after) == (f"…{'中' * 160}", f"{'文' * 160}…")
