"""How a line of tags is read: by commas alone, Chinese ones too, so that "AI policy" stays one tag."""

import re
from collections.abc import Iterable
from typing import Any

from newsroom.lib.text import one_line

COMMA = re.compile("[,，、;；\n]")


def split_tags(line: str | None) -> list[str]:
    """The tags of a line, in order, each once. For TAGGIT_TAGS_FROM_STRING."""
    names = (one_line(part).strip(" \"'“”") for part in COMMA.split(line or ""))
    return list(dict.fromkeys(name for name in names if name))


def join_tags(tags: Iterable[Any]) -> str:
    """Tags as the line that `split_tags` reads back. For TAGGIT_STRING_FROM_TAGS."""
    return ", ".join(sorted(tag.name for tag in tags))
