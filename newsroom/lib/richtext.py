"""Rich text: the little HTML that editors may write, cleaned on every way to the database."""

import html
import re
from html.parser import HTMLParser
from typing import Any

import nh3
from ckeditor.fields import RichTextField as EditorField
from django.db import models

from newsroom.lib.text import one_line, printable

TAGS = {"p", "h3", "h4", "strong", "em", "ul", "ol", "li", "blockquote", "a", "br"}
ATTRIBUTES = {"a": {"href", "title"}}
SCHEMES = {"http", "https", "mailto"}
SAME_MEANING = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p"}
RENAMED = re.compile(rf"<(/?)({'|'.join(SAME_MEANING)})(?=[\s>/])", re.IGNORECASE)
EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
HEADING = re.compile(r"(</?h)([34])>")
WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]|[^\W_]+(?:[’'\-.,][^\W_]+)*")


def keep_own_or_absolute(tag: str, attribute: str, value: str) -> str | None:
    """Drop links such as //host/page, which name no scheme and so pass the list of schemes."""
    if attribute == "href" and re.match(r"\s*[/\\]\s*[/\\]", value):
        return None
    return value


def clean(text: str) -> str:
    """
    The HTML with nothing in it but TAGS, their ATTRIBUTES and links of SCHEMES.

    Scripts and styles go with their text, other unknown tags leave theirs. Cleaning twice changes nothing, as one
    pass is repeated until it has nothing left to do: `java&#1;script:` shows what it is only once it is written out.
    """
    cleaned = clean_once(text)
    while cleaned != text:
        cleaned, text = clean_once(cleaned), cleaned
    return cleaned


def clean_once(text: str) -> str:
    renamed = RENAMED.sub(lambda m: f"<{m[1]}{SAME_MEANING[m[2].lower()]}", printable(text))
    cleaned = nh3.clean(
        renamed,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener",
        attribute_filter=keep_own_or_absolute,
    )
    return EMPTY_PARAGRAPH.sub("", cleaned).strip()


def shift_headings(text: str, by: int) -> str:
    """Cleaned HTML with its headings `by` levels deeper (less than 0: higher), to fit below another heading."""
    return HEADING.sub(lambda m: f"{m[1]}{int(m[2]) + by}>", text)


def from_paragraphs(paragraphs: list[str]) -> str:
    """Plain paragraphs as HTML."""
    return "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)


class Words(HTMLParser):
    """Gathers text, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"a", "em", "strong"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(text: str) -> str:
    """The words of a piece of HTML on one line."""
    words = Words()
    words.feed(text)
    words.close()
    return one_line("".join(words.parts))


def count_words(text: str) -> int:
    """How many words plain text has; a Chinese, Japanese or Korean character counts as one."""
    return len(WORD.findall(text))


class RichTextField(EditorField):
    """CKEditor's field, cleaned whenever a row is written: by the desk, the importer, an API or a shell."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = clean(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """For the ways on which `pre_save` is passed by: `update()`, `bulk_update()`, fixtures."""
        return super().get_db_prep_save(clean(value) if isinstance(value, str) else value, connection)
