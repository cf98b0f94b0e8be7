"""Every kind of page is known, answers as its kind says and is valid HTML; what programs read is well-formed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import include, path

from newsroom import views
from tests.public.page_kinds import (
    Kinds,
    Page,
    before_the_first_issue,
    everything,
    fetch,
    in_chinese,
    named,
    page_kinds,
    patterns,
)
from tests.validator import Fault, faults

# What is wrong with it: an end without a beginning, an id that is there twice, a picture that says nothing.
BROKEN = '<!DOCTYPE html><html lang="en"><title>x</title><p id="a"></div><p id="a"><img src="x.png"></p></html>'


@pytest.fixture(autouse=True)
def _with_pages_that_fail(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.public.page_kinds"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def answers(visitor: Client, kinds: Kinds) -> dict[str, Any]:
    return {kind: fetch(visitor, page) for kind, page in kinds.items()}


def unexpected(kinds: Kinds, found: Mapping[str, Any]) -> dict[str, int]:
    """The kinds that answered otherwise than they should, each with its status."""
    return {kind: found[kind].status_code for kind, page in kinds.items() if found[kind].status_code != page.status}


def in_html(found: Mapping[str, Any]) -> dict[str, str]:
    """The pages among the answers: what is for people, and no redirect."""
    return {
        kind: answer.content.decode()
        for kind, answer in found.items()
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content
    }


def unreadable(found: Mapping[str, Any]) -> list[str]:
    """What programs would stumble over: XML that isn't well-formed, or JSON that is none."""
    stumbles = []
    for kind, answer in found.items():
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        try:
            if media_type.endswith("xml"):
                ET.fromstring(body)
            elif media_type.endswith("json"):
                json.loads(body)
        except (ET.ParseError, ValueError) as stumble:
            stumbles.append(f"{kind}: {stumble}")
    return stumbles


def summary(wrong: Iterable[Fault]) -> str:
    """Every fault once, with the pages that have it and one place where it stands."""
    found: dict[str, list[Fault]] = {}
    for fault in wrong:
        found.setdefault(fault.message, []).append(fault)
    return "\n".join(
        f"{message} On {', '.join(sorted({fault.page for fault in of}))}; {of[0].page}, {of[0].place}"
        for message, of in found.items()
    )


@pytest.mark.django_db
@pytest.mark.sqlite
def test_every_kind_of_page_is_valid(visitor: Client) -> None:
    empty = {**before_the_first_issue(), "empty feed": Page("/feed/")}
    found = answers(visitor, empty)
    kinds = page_kinds(everything())
    found |= answers(visitor, kinds)
    chinese = in_chinese({kind: kinds[kind] for kind in kinds.keys() & in_html(found).keys()})
    found |= answers(visitor, chinese)
    assert unexpected({**empty, **kinds, **chinese}, found) == {}
    assert unreadable(found) == []
    pages = in_html(found)
    assert len(pages) > 70
    wrong = faults({**pages, "a broken page": BROKEN})
    found_wrong = summary(fault for fault in wrong if fault.page != "a broken page")
    assert not found_wrong, found_wrong
    assert len(wrong) == 3, "and the validator finds what is wrong with a broken page"
    assert set(patterns()) - named(kinds) == set(), "kinds of pages that tests/public/page_kinds.py doesn't know"


def test_a_new_kind_of_page_is_missed() -> None:
    new = [path("new/", views.home, name="new"), path("", include(([path("x/", views.home, name="x")], "app")))]
    assert set(patterns(new)) == {"new", "app:x"}
    assert not {"new", "app:x"} & named({"front page": Page("/")})


@pytest.mark.django_db
@pytest.mark.sqlite
def test_what_answers_otherwise_or_is_not_well_formed_is_found(visitor: Client) -> None:
    kinds = {"front page": Page("/", 404), "feed": Page("/feed/")}
    found = answers(visitor, kinds)
    assert unexpected(kinds, found) == {"front page": 200}
    found["feed"].content = found["feed"].content.replace(b"</channel>", b"")
    (stumble,) = unreadable(found)
    assert stumble.startswith("feed: ")
