"""Which names are taken for the same, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.names import closest, essence

REGISTRY = [
    "NVIDIA",
    "Huawei",
    "Ant Group",
    "DeepSeek",
    "BYD",
    "Baidu",
    "OpenAI",
    "SK hynix",
    "TSMC",
    "EU AI Act",
    "中芯国际",
    "Société Générale",
    "The Group",
]


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Nvidia Corp.", "NVIDIA"),
        ("nvidia corporation", "NVIDIA"),
        ("Huawei Technologies Co., Ltd.", "Huawei"),
        ("Ant", "Ant Group"),
        ("Ant Group Co", "Ant Group"),
        ("Deep Seek", "DeepSeek"),
        ("SK Hynix Inc", "SK hynix"),
        ("The EU AI Act", "EU AI Act"),
        ("Huawei Cloud", "Huawei"),
        ("ＢＹＤ", "BYD"),
        ("Societe Generale", "Société Générale"),
        ("Open AI", "OpenAI"),
        ("Antwerp", None),
        ("Samsung", None),
        ("BP", None),
        ("Bidu", "Baidu"),
        ("EU Data Act", None),
        ("中芯", None),
        ("Micron", None),
        ("", None),
    ],
)
def test_names_that_an_editor_would_ask_about(name: str, same: str | None) -> None:
    assert closest(name, REGISTRY) == same


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=8))
def test_it_answers_with_one_of_the_names_or_none(name: str, names: list[str]) -> None:
    found = closest(name, names)
    assert found is None or found in names
    if essence(name) in map(essence, names):
        assert found is not None


def test_nothing_is_like_nothing() -> None:
    assert closest("NVIDIA", []) is None
