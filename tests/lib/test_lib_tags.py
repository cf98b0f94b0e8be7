"""A line of tags, read and written."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from taggit.forms import TagField

from newsroom.lib.tags import join_tags, split_tags


def line(names: list[str]) -> str:
    return join_tags([SimpleNamespace(name=name) for name in names])


@given(st.text(st.sampled_from("abC é中 \t\n,，、;；\"'“”-+#")))
def test_what_was_read_reads_the_same_again(typed: str) -> None:
    names = split_tags(typed)
    assert split_tags(line(names)) == sorted(names)
    assert all(name and name == name.strip() for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("AI policy, Chips", ["AI policy", "Chips"]),
        ("芯片，人工智能、机器人；航天", ["芯片", "人工智能", "机器人", "航天"]),
        ('"AI policy", “Chips”', ["AI policy", "Chips"]),
        ('"AI policy "', ["AI policy"]),
        ("a, a ,  a", ["a"]),
        (" , ,", []),
        ("", []),
        (None, []),
        ("\x01,\x7f \ufffe", []),
        ("\x01Chips\x00", ["Chips"]),
        ("x" * 100, ["x" * 100]),
    ],
)
def test_lines_that_people_type(typed: str | None, names: list[str]) -> None:
    assert split_tags(typed) == names


def test_a_tag_that_is_too_long_is_an_error_of_its_field() -> None:
    with pytest.raises(ValidationError, match="has 101 characters; 100 are the most of a tag"):
        TagField().clean(f"AI, {'x' * 101}")
