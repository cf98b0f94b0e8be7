"""Passages in another script get a language of their own, and nothing else happens to what stands around them."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib import richtext
from newsroom.lib.scripts import mark_passages

ADDED = re.compile(r'<span lang="[^"]*"(?: dir="rtl")?>([^<]*)</span>')


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Huawei (华为) grew", 'Huawei (<span lang="zh-Hans">华为</span>) grew'),
        ("《数据安全法》 is law", '<span lang="zh-Hans">《数据安全法》</span> is law'),
        ("2025年4月12日 it was", '2025<span lang="zh-Hans">年4月12日</span> it was'),
        ("中国 人工智能, and", '<span lang="zh-Hans">中国 人工智能</span>, and'),
        ("ソニー and 東京スカイ", '<span lang="ja">ソニー</span> and <span lang="ja">東京スカイ</span>'),
        ("삼성전자 (三星)", '<span lang="ko">삼성전자</span> (<span lang="zh-Hans">三星</span>)'),
        ("Яндекс и Сбер grew", '<span lang="ru">Яндекс и Сбер</span> grew'),
        ("Київ їде", '<span lang="und-Cyrl">Київ їде</span>'),
        ("the word سلام here", 'the word <span lang="ar" dir="rtl">سلام</span> here'),
        ("שלום", '<span lang="he" dir="rtl">שלום</span>'),
        ("Ελλάδα", '<span lang="el">Ελλάδα</span>'),
        ("Zürich, Łódź, £5 – “quoted”", "Zürich, Łódź, £5 – “quoted”"),
        ("<p>A <strong>华为</strong></p>", '<p>A <strong><span lang="zh-Hans">华为</span></strong></p>'),
        (
            '<a href="https://x.example/华为" title="华为 > 5">x</a>',
            '<a href="https://x.example/华为" title="华为 > 5">x</a>',
        ),
    ],
)
def test_passages(text, marked):
    assert mark_passages(text, "en-gb") == marked


def test_a_page_in_the_same_script_needs_no_marks():
    assert mark_passages("华为 grew", "zh-hans") == "华为 grew"
    assert mark_passages("Яндекс", "ru") == "Яндекс"
    assert mark_passages("삼성 三星", "ko") == "삼성 三星"
    assert mark_passages("华为, Яндекс", "zh-hans") == '华为, <span lang="ru">Яндекс</span>'


LETTERS = st.text("aé <>&\"'=/华为東ア한Яїسپשε5年，。《》 \u0301")
MARKUP = st.lists(
    st.one_of(
        LETTERS,
        st.sampled_from(
            ["<p>", "</p>", "<em>", "</em>", '<a href="https://x.example/华?a=1&b=2" title="华 > Я">', "</a>", "<br>"]
        ),
    )
).map("".join)


@given(MARKUP)
def test_only_marks_are_added_and_only_once(text):
    cleaned = richtext.clean(text)
    marked = mark_passages(cleaned, "en-gb")
    assert ADDED.sub(r"\1", marked) == cleaned
    assert mark_passages(marked, "en-gb") == marked
    assert re.findall(r"<(?!/?span)[^>]*", marked) == re.findall(r"<(?!/?span)[^>]*", cleaned)


@given(LETTERS)
def test_plain_text_keeps_its_words_and_no_han_is_left_unmarked(text):
    marked = mark_passages(html.escape(text), "en-gb")
    assert html.unescape(ADDED.sub(r"\1", marked)) == text
    assert not re.search("[华为東ア한Яїسپשε]", ADDED.sub("", marked))
