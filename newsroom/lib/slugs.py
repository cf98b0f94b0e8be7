"""Slugs: the readable last part of an address."""

import re
from collections.abc import Container

from django.core.validators import RegexValidator
from django.urls.converters import StringConverter
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

SLUG = r"[\w-]+"
validate_slug = RegexValidator(
    rf"^{SLUG}\Z", gettext_lazy("A slug holds letters, digits, hyphens and underscores, and nothing else.")
)


class SlugConverter(StringConverter):
    """A slug in any script; Django's own `slug` converter knows ASCII alone."""

    regex = SLUG


def slug_for(text: str, *, length: int = 80, fallback: str = "untitled") -> str:
    """
    A slug of at most `length` characters, cut between words.

    ASCII where that loses no letter (Zürich becomes zurich), else the text's own script: 全球报告 stays 全球报告.
    """
    text = re.sub(r"[’‘'ʼ]", "", text)
    slug = slugify(text)
    own = slug if text.isascii() else slugify(text, allow_unicode=True)
    if sum(map(str.isalnum, slug)) < sum(map(str.isalnum, own)):
        slug = own
    if len(slug) > length:
        slug = slug[: length + 1].rpartition("-")[0] or slug[:length]
    return slug.strip("-_") or fallback


def unique_slug(slug: str, taken: Container[str], *, length: int = 80) -> str:
    """The slug, or with the first of -2, -3 … that is not taken, and still at most `length` characters."""
    candidate, number = slug[:length], 1
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = slug[: length - len(ending)].rstrip("-") + ending
    return candidate
