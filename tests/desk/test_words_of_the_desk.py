"""The words of the desk: its scripts find what they say, records are called in English as ever, Unfold's are known."""

import re
from pathlib import Path

import pytest
import unfold
from django.apps import apps
from django.db.models import Field
from django.utils.text import camel_case_to_spaces

from newsroom.lib.unfold_words import WORDS

ROOT = Path(__file__).resolve().parent.parent.parent
UNFOLD = Path(unfold.__file__).parent
APPS = ("reports", "watchlist", "policies", "comments", "follow")
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]


def given(template: str) -> set[str]:
    """The words that a page gives a script, by the script's names for them."""
    names = re.findall(r'\bdata-([a-z-]+)="\{%', (ROOT / "templates/admin" / template).read_text())
    return {re.sub(r"-([a-z])", lambda found: found[1].upper(), name) for name in names}


def test_the_queue_gives_its_script_every_word_that_it_says():
    script = (ROOT / "static/desk/queue.js").read_text()
    said = set(re.findall(r'\bsay\("(\w+)"', script))
    said |= {name for pair in re.findall(r'say\([^"()]*\? "(\w+)" : "(\w+)"', script) for name in pair}
    said |= set(re.findall(r': "(\w+)"', re.search(r"const DOING = \{.*\}", script)[0]))
    assert len(said) > 25
    assert said <= given("comments/comment/queue.html")


def test_every_page_gives_the_scripts_of_all_pages_what_they_say():
    scripts = "".join((ROOT / "static/desk" / name).read_text() for name in ("desk.js", "unsaved.js", "kept.js"))
    said = set(re.findall(r"\bwords\(\)\.(\w+)|#desk-words\"\)\.dataset\.(\w+)|form, \{ person, (\w+) \}", scripts))
    assert {"".join(names) for names in said} == {"up", "down", "moved", "answers", "leaving"}
    assert given("base.html") == {"up", "down", "moved", "answers", "leaving"}


@pytest.mark.parametrize("model", MODELS)
def test_in_english_a_record_is_called_as_django_calls_it(model):
    options = model._meta
    if "verbose_name" not in options.original_attrs:
        assert options.verbose_name == camel_case_to_spaces(model.__name__)
    if "verbose_name_plural" not in options.original_attrs:
        assert options.verbose_name_plural == f"{options.verbose_name}s"
    for field in options.get_fields():
        if isinstance(field, Field) and field._verbose_name is None:
            assert field.verbose_name == field.name.replace("_", " ")


def test_unfold_still_says_what_our_catalogue_has_for_it():
    code = "".join(path.read_text() for kind in ("*.html", "*.py") for path in sorted(UNFOLD.rglob(kind)))
    code = re.sub(r"\s+", " ", code)
    assert [words for words in WORDS if words[:60] not in code] == []
