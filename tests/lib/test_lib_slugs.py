"""Slugs are always such as addresses take."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from newsroom.lib.slugs import SLUG, slug_for, unique_slug, validate_slug


@given(st.text(), st.integers(min_value=1, max_value=90))
@example("++", 80)
@example("İİİ", 80)
@example("é" * 200, 80)
@example("-" * 200, 80)
@example("a" * 79 + " b", 80)
def test_every_text_has_a_slug_that_an_address_takes(text: str, length: int) -> None:
    slug = slug_for(text, length=length, fallback="x")
    validate_slug(slug)
    assert re.fullmatch(SLUG, slug)
    assert len(slug) <= length
    assert slug == slug.strip("-_")
    assert reverse("reports:report", args=[slug])


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("AI & Robotics: Weekly", "ai-robotics-weekly"),
        ("China’s “AI+” Action Plan", "chinas-ai-action-plan"),
        ("全球报告", "全球报告"),
        ("华为 Mate 70", "华为-mate-70"),
        ("Zürich, São Paulo", "zurich-sao-paulo"),
        ("Ørsted", "ørsted"),  # whose first letter has no ASCII
        ("华为的新手机 Mate", "华为的新手机-mate"),
        ("Société Générale", "societe-generale"),
        ("Россия", "россия"),
        ("🤖", "untitled"),
        ("", "untitled"),
        ("one two three " * 10, "one-two-three-" * 5 + "one-two"),
    ],
)
def test_slugs_that_people_would_write(text: str, slug: str) -> None:
    assert slug_for(text) == slug


@pytest.mark.parametrize("slug", ["", "a b", "a/b", "a.b", "a\n", "../a", "a%20b", "a?b"])
def test_what_is_no_slug(slug: str) -> None:
    with pytest.raises(ValidationError):
        validate_slug(slug)


@given(st.from_regex(SLUG, fullmatch=True), st.integers(1, 130), st.integers(4, 80))
def test_a_taken_slug_gets_the_first_free_number(slug: str, rivals: int, length: int) -> None:
    taken: set[str] = set()
    for _ in range(rivals):
        found = unique_slug(slug, taken, length=length)
        assert found not in taken
        assert len(found) <= length
        validate_slug(found)
        taken.add(found)
    assert unique_slug("another", taken | {"another", "another-2"}) == "another-3"
