"""No word that a reader sees stands bare in a template or a script: each is marked, so that it can be translated."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

# Folders and files below templates/ whose words are all marked. Whoever marks more of them adds them here.
MARKED = [
    "admin",
    "comments",
    "follow",
    "forms",
    "links",
    "preview",
    *("400.html", "403.html", "404.html", "410.html", "413.html", "500.html", "plain.html"),
]
SCRIPTS = [
    str(path.relative_to(ROOT)) for kind in ("site", "desk") for path in sorted((ROOT / "static" / kind).glob("*.js"))
]

# What is no word of ours, and the same in every language.
NAMES = {"Mastodon", "WeChat", "RSS"}

SPOKEN = {"alt", "aria-description", "aria-label", "aria-placeholder", "label", "placeholder", "title"}
UNSPOKEN_TAGS = {"code", "kbd", "path", "script", "style", "svg"}
WORD = re.compile(r"[^\W\d_]{2,}")

# Comments, blocks that stand within a tag, and what is translated, each to its end; then what else is the template's.
PASSED_OVER = re.compile(
    r"\{#.*?#\}"
    r"|\{%\s*block (?:body_class|nav_\w+)\b.*?\{%\s*endblock\b.*?%\}"
    r"|\{%-?\s*comment\b.*?\{%\s*endcomment\s*%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG_OF_A_VARIABLE = re.compile(r"(</?)\{\{.*?\}\}")
# A text that a script shows: two words or more, the first with a capital. Its own messages are for nobody.
SENTENCE = re.compile(r"""(["'`])([A-Z][\w’']*(?: [\w’'…]+)+[ .!?…:]*)\1""")
LINE_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


class Words(HTMLParser):
    """Gathers the words of a page: its text, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in UNSPOKEN_TAGS
        self.look_at(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.look_at(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in UNSPOKEN_TAGS and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.take(data)

    def look_at(self, tag: str, attrs: dict[str, str | None]) -> None:
        spoken = set(SPOKEN)
        if tag == "meta" and attrs.get("name") == "description":
            spoken.add("content")
        if tag == "input" and attrs.get("type") in {"button", "reset", "submit"}:
            spoken.add("value")
        for name, value in attrs.items():
            # What a script is to say stands in a data attribute; a single word there is a name.
            if name in spoken or (name.startswith("data-") and " " in (value or "")):
                self.take(value or "")

    def take(self, text: str) -> None:
        if set(WORD.findall(text)) - NAMES:
            self.found.append(" ".join(text.split()))


def bare_words(template: str) -> list[str]:
    """What stands in a template unmarked."""
    words = Words()
    bare = TAG_OF_A_VARIABLE.sub(r"\1div", PASSED_OVER.sub("", template))
    words.feed(CODE.sub("", bare))
    words.close()
    return words.found


def templates() -> Iterator[Path]:
    for name in MARKED:
        place = TEMPLATES / name
        yield from [place] if place.is_file() else sorted(place.rglob("*.html"))


@pytest.mark.parametrize("path", [str(path.relative_to(TEMPLATES)) for path in templates()])
def test_all_words_of_a_template_are_marked(path):
    assert bare_words((TEMPLATES / path).read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_takes_its_words_from_the_page(path):
    code = LINE_COMMENT.sub("", (ROOT / path).read_text())
    assert [found[1] for found in SENTENCE.findall(code)] == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Read it</p>",
        "<p>{% if a %}{{ b }}{% else %}nothing{% endif %}</p>",
        '<a aria-label="Front page" href="/"></a>',
        '<img alt="A photo of {{ thing }}">',
        '<meta name="description" content="About it">',
        '<p {% if a %}hidden{% endif %} data-said="It is done.">{% translate "Fine" %}</p>',
        "{% blocktranslate %}Fine{% endblocktranslate %} but not this",
        "<li>{{ a }} comment{{ a|pluralize }}</li>",
        '<input type="submit" value="Send">',
        "<title>{% block title %}Here{% endblock title %}</title>",
    ],
)
def test_what_is_not_marked_is_found(template):
    assert len(bare_words(template)) == 1


@pytest.mark.parametrize(
    "template",
    [
        '<p class="note">{% translate "Read it" %} — 404 * {{ site.name }}</p>',
        "{% blocktranslate count n=a %}<b>{{ n }}</b> comment{% plural %}{{ n }} comments{% endblocktranslate %}",
        '{# A remark. #}<a href="{% url "home" %}" rel="next" data-kind="copy"></a>{% comment %} Why. {% endcomment %}',
        "<svg><path d='M0 0h10'/><title>Drawn</title></svg><script>let it = 'Be so';</script>",
        "<input type='hidden' name='do' value='save changes'>",
        '{% block body_class %}page-list{% endblock body_class %}<{{ level }} id="a">{{ title }}</{{ level }}>',
    ],
)
def test_what_is_marked_or_no_word_is_left_alone(template):
    assert bare_words(template) == []


def test_the_list_names_what_is_there():
    assert [name for name in MARKED if not (TEMPLATES / name).exists()] == []
