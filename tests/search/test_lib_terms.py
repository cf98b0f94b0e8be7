"""How words are compared: pure, so tried with much that nobody would write."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.terms import fold, list_terms, prepared, read

# Letters, marks and signs of all kinds, more of those that mean something here.
TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aZé中国人ｶﾞ가ไทย’'&.-+#,1３ \u0301\u00ad\u200d\ufe0f\u3099𝐀𠮷😀\"()*:^"),
    ),
    max_size=80,
)
A_TERM = re.compile(r"[^\s\x00-\x1f\"'\\:|&!()<>*=A-Z]+")


def forms(text: str) -> set[str]:
    row, others = list_terms(text)
    return {*row, *others}


@given(TEXT)
def test_a_term_is_safe_in_the_language_of_either_database(text: str) -> None:
    for term in forms(text):
        assert A_TERM.fullmatch(term), (text, term)
        term.encode()
        assert len(term) <= 600


@given(TEXT)
def test_reading_with_places_and_without_gives_the_same(text: str) -> None:
    whole = prepared(text)
    reading = read(whole)
    assert ([t for t, _, _ in reading.row], [t for t, _, _ in reading.others]) == list_terms(text)
    for _, start, end in (*reading.row, *reading.others):
        assert 0 <= start < end <= len(whole)
    starts = [start for _, start, _ in reading.row]
    assert starts == sorted(starts)


@given(TEXT)
def test_what_stands_at_its_places_reads_as_itself(text: str) -> None:
    whole = prepared(text)
    for term, start, end in read(whole).row:
        again = read(prepared(whole[start:end]))
        assert term in {t for t, _, _ in (*again.row, *again.others)}, (text, term, whole[start:end])


@given(st.lists(st.sampled_from(["China", "中国", "O'Brien", "GPT-4", "été", "3.5", "C++"]), min_size=1, max_size=6))
def test_white_space_of_any_kind_separates_alike(words: list[str]) -> None:
    assert list_terms(" ".join(words)) == list_terms("\u3000\n".join(words))


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("companies", "company"),
        ("NVIDIA’s", "nvidia"),
        ("NVIDIA's", "NVIDIA"),
        ("São Paulo", "sao paulo"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Αθήνα", "αθηνα"),
        ("Ёлка", "елка"),
        ("Ｈｕａｗｅｉ", "huawei"),
        ("straße", "STRASSE"),
        ("O’Brien", "obrien"),
        ("O'Brien", "Brien"),
        ("AT&T", "att"),
        ("GPT-4", "gpt4"),
        ("e-mail", "email"),
        ("U.S.", "us"),
        ("1,000,000", "1000000"),
        ("soft\u00adware", "software"),
        ("e\u0301tude", "étude"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("Disney+", "disney"),
    ],
)
def test_what_is_written_is_found_as_it_is_typed(written: str, typed: str) -> None:
    assert set(list_terms(typed)[0]) <= forms(written)


@pytest.mark.parametrize(
    ("written", "typed"),
    [("C++", "c#"), ("3.5", "35"), ("3.5", "3"), ("news", "new"), ("が", "か"), ("中国", "国中")],
)
def test_what_means_something_else_is_not_found(written: str, typed: str) -> None:
    row, others = list_terms(typed)
    assert not {*row, *others} <= forms(written) or typed == "c#"
    if typed == "c#":
        assert "c#" not in forms(written)


def test_scripts_without_spaces_are_pairs_and_the_last_alone() -> None:
    assert list_terms("人工智能")[0] == ["人工", "工智", "智能", "能"]
    assert list_terms("삼성전자")[0] == ["삼성", "성전", "전자", "자"]
    assert list_terms("5G网络")[0] == ["5g", "网络", "络"]
    assert list_terms("罚")[0] == ["罚"]


def test_signs_that_make_a_name() -> None:
    assert "c++" in forms("C++ and C")
    assert "c#" in forms("C#")
    assert list_terms("1+1")[1] == []


@given(st.text(max_size=30))
def test_folding_folds_once_for_all(text: str) -> None:
    once = fold(text)
    assert fold(once) == fold(fold(once))


@pytest.mark.parametrize("piece", ["a", "a-", "\u0301", "a\u0301", "1,", "1.", "中", "+", "a+", "é’", "ｶﾞ", "𝐀", "😀"])
def test_however_long_it_is_read(piece: str) -> None:
    row, _ = list_terms(piece * 20_000)
    assert len(row) <= 20_000
