"""Finding names in a text: whole words, whatever the script, and what is no name."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.mentions import Found, Names

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
        assert (spelling.casefold(), found.key) in {
            ("nvidia", "nvidia"), ("apple", "apple"), ("huawei", "huawei"), ("华为", "huawei"),
            ("华为海思", "hisilicon"), ("at&t", "att"), ("iflytek", "iflytek"), ("meta", "meta"),
            ("meta platforms", "meta-platforms"), ("dji", "dji"), ("阿里巴巴", "alibaba"), ("ソニー", "sony"),
        }  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_name_between_spaces_is_always_found(before: str, after: str) -> None:
    text = f"{before} NVIDIA {after}"
    assert Found("nvidia", len(before) + 1, len(before) + 7) in list(REGISTRY.find(text))


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6), st.text(max_size=60))
def test_any_names_and_any_text(names: list[str], text: str) -> None:
    found = list(Names((name, name) for name in names).find(text))
    assert all(text[each.start : each.end].lower() == each.key.lower() for each in found if each.key.isascii())
    assert all(one.end <= other.start for one, other in pairwise(found))
