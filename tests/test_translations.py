"""The Chinese catalogue: complete, as the sources have it, and compiled."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

FOLDER = settings.BASE_DIR / "newsroom" / "locale" / "zh_Hans" / "LC_MESSAGES"
APPS = ("newsroom", "reports", "watchlist", "policies", "comments", "follow")
# By the name of the function, which of its arguments are messages.
CALLS = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), (0,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1,)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 2)),
}
IN_TEMPLATES = re.compile(
    r"""\b(gettext|ngettext|pgettext|npgettext|_)\(((?:\s*,?\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))+)""",
    re.DOTALL,
)
TEXT = re.compile(r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def in_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for place in CALLS.get(name, ()):
                argument = node.args[place] if place < len(node.args) else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def in_template(source: str) -> Iterator[str]:
    for call in IN_TEMPLATES.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in TEXT.findall(call[2])]
        yield from (texts[place] for place in CALLS[call[1]] if place < len(texts))


def messages() -> set[str]:
    """Everything that is marked for translation in the project's Python and templates."""
    found: set[str] = set()
    for app in APPS:
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            found.update(in_python(file.read_text(encoding="utf-8")))
    for file in (settings.BASE_DIR / "templates").rglob("*"):
        if file.is_file():
            found.update(in_template(file.read_text(encoding="utf-8")))
    return found - {""}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def test_every_marked_text_is_in_the_catalogue_and_no_other(catalogue: polib.POFile) -> None:
    there = {text for entry in catalogue if not entry.obsolete for text in (entry.msgid, entry.msgid_plural) if text}
    marked = messages()
    assert len(marked) > 1000
    assert marked - there == set(), "'make messages' collects them"
    assert there - marked == set(), "'make messages' removes them"


def test_every_entry_is_translated(catalogue: polib.POFile) -> None:
    untranslated = [
        entry.msgid
        for entry in catalogue
        if entry.fuzzy or not (entry.msgstr or all((entry.msgstr_plural or {0: ""}).values()))
    ]
    assert untranslated == []


def test_no_placeholder_is_lost_or_invented(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        known = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            used = set(PLACEHOLDER.findall(text))
            assert used <= known, entry.msgid
            if text and not entry.msgid_plural:
                assert used == known, entry.msgid


def test_line_ends_at_the_ends_are_kept(catalogue: polib.POFile) -> None:
    """As msgfmt asks."""
    for entry in catalogue:
        for text in filter(None, [entry.msgstr, *entry.msgstr_plural.values()]):
            assert text.startswith("\n") == entry.msgid.startswith("\n"), entry.msgid
            assert text.endswith("\n") == entry.msgid.endswith("\n"), entry.msgid


def test_what_is_compiled_is_what_is_written(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(FOLDER / "django.mo"))
    assert {(e.msgctxt, e.msgid, e.msgstr, *e.msgstr_plural.values()) for e in compiled} == {
        (e.msgctxt, e.msgid, e.msgstr, *e.msgstr_plural.values()) for e in catalogue if not e.obsolete
    }, "'make messages' compiles it"


def test_it_is_used() -> None:
    with override("zh-hans"):
        assert gettext("Follow") == "关注"
    assert gettext("Follow") == "Follow"


def test_the_collector_sees_what_it_should(tmp_path: Path) -> None:
    python = 'x = _("One"); ngettext("%(n)d day", "%(n)d days", n); pgettext("place", "Two"); other("Three"); _(name)'
    assert set(in_python(python)) == {"One", "%(n)d day", "%(n)d days", "Two"}
    template = (
        '{% load i18n %}{% translate "It’s" %}{% blocktranslate trimmed count n=n %}\n One {{ n }}\n{% plural %}'
        " Many {{ n }}{% endblocktranslate %}"
        '<p title="{% translate \'Said "so"\' %}">Bare</p>{% translate "With" context "c" %}'
    )
    assert set(in_template(template)) == {"It’s", "One %(n)s", "Many %(n)s", 'Said "so"', "With"}
