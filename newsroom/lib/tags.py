"""How a line of tags is read: by commas alone, Chinese ones too, so that "AI policy" stays one tag."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newsroom.lib.text import excerpt, one_line

COMMA = re.compile("[,，、;；\n]")
LONGEST = 100  # what taggit has room for


def split_tags(line: str | None) -> list[str]:
    """
    The tags of a line, in order, each once. For TAGGIT_TAGS_FROM_STRING.

    Raises ValidationError, which a form shows, for a tag that is too long.
    """
    names = (one_line(part).strip(" \"'“”") for part in COMMA.split(line or ""))
    tags = list(dict.fromkeys(name for name in names if name))
    for tag in tags:
        if len(tag) > LONGEST:
            raise ValidationError(
                _("“%(tag)s” has %(number)d characters; %(most)d are the most of a tag. Tags are separated by commas.")
                % {"tag": excerpt(tag, 40), "number": len(tag), "most": LONGEST}
            )
    return tags


def join_tags(tags: Iterable[Any]) -> str:
    """Tags as the line that `split_tags` reads back. For TAGGIT_STRING_FROM_TAGS."""
    return ", ".join(sorted(tag.name for tag in tags))
