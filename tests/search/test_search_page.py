"""The page of search and the suggestions: what they say, whatever is typed."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsroom.search.query import parse
from tests.factories import complete_issue, edit, published
from tests.public.crawling import ask
from tests.search.asking import meant, suggested, told

pytestmark = pytest.mark.django_db


def page(client: Client, q: str = "", **asked: str) -> str:
    cache.clear()
    answer = ask(client, f"/search/?{urlencode({'q': q, **asked}, errors='replace')}")
    assert answer.status == 200
    return answer.text


def said(text: str) -> str:
    """The words of the page's content on one line."""
    content = text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def test_an_empty_site_and_an_empty_field(client: Client) -> None:
    assert "All of them must be there" in said(page(client))
    assert "Nothing that we published has “chips”." in said(page(client, "chips"))
    published(title="One")
    assert 'class="find ' not in page(client)


def test_a_result_says_what_where_and_why(client: Client) -> None:
    told(("Fines for chips", "Regulators said <em>companies</em> pay & pay."), title="Law & order")
    text = page(client, "company")
    assert 'content="noindex"' in text
    assert '<li class="find is-china">' in text
    assert "1 result " in said(text)
    assert "China No. 1 12 April 2025 Fines for chips" in said(text)
    assert "Regulators said <mark>companies</mark> pay &amp; pay." in text
    assert '<a href="/reports/law-order/fines' not in text  # the slug is that of the first headline
    assert "In Law & order" in said(text)


def test_marks_in_titles_and_of_all_scripts(client: Client) -> None:
    told(
        ("O’Brien & <b>AT&T</b>", "人工智能公司"),
        ("São Paulo", "GPT-4 in C++: state of the art"),
        title="Marks",
    )
    assert "<mark>O’Brien</mark> &amp; &lt;b&gt;AT&amp;T&lt;/b&gt;" in page(client, "obrien")
    assert "&lt;b&gt;<mark>AT&amp;T</mark>&lt;/b&gt;" in page(client, "AT&T")
    for q in ("智能", "公"):
        assert re.search(rf"<mark>(<span [^>]+>)?{q}(</span>)?</mark>", page(client, q)), q
    assert "<mark>São</mark>" in page(client, "sao")
    assert "<mark>GPT-4</mark> in <mark>C++</mark>" in page(client, "gpt4 c++")
    assert "<mark>state of the art</mark>" in page(client, '"state of the art"')


def test_the_snippet_is_where_the_words_are(client: Client) -> None:
    told(("Long", f"{'Before it. ' * 60}Here is the needle in hay. {'After it. ' * 60}"), title="Stack")
    text = page(client, "needle")
    snippet = re.search(r'<p class="find__summary"[^>]*>(.*?)</p>', text)
    assert snippet
    assert snippet[1].startswith("… ")
    assert snippet[1].endswith(" …")
    assert "Here is the <mark>needle</mark> in hay" in snippet[1]
    assert len(snippet[1]) < 290


def test_more_than_a_page(client: Client) -> None:
    told(*((f"Chip {n}", "") for n in range(25)), title="Chips")
    first = page(client, "chip")
    assert "26 results" in said(first)
    seen = []
    text = first
    while more := re.search(r'<a href="([^"]+)" rel="next">More results</a>', text):
        text = ask(client, unescape(more[1])).text
        seen.append(text.count('class="find '))
    assert first.count('class="find ') == 10
    assert seen == [10, 6]
    assert "There are no more results." in said(ask(client, "/search/?q=chip&after=2-5").text)


def test_what_narrows_can_be_taken_back(client: Client) -> None:
    published(title="Chips", companies=["Acme & Co"])
    text = page(client, "chips", section="china", company="acme-co")
    assert '<a class="chip" href="/search/?q=chips&amp;company=acme-co">' in text
    assert '<a class="chip" href="/search/?q=chips&amp;section=china">' in text
    assert "Acme & Co" in said(text)
    assert re.search(r'<option value="china"\s+selected>', text)
    assert re.search(r'<details class="search__more"\s+open>', text)
    assert "No company called “nobody” is in any issue." in said(page(client, "chips", company="nobody"))


def test_a_name_that_was_nearly_typed_is_linked(client: Client) -> None:
    published(companies=["NVIDIA", "Huawei", "Tesla & Söhne"], policies=["EU AI Act"], tags=["Semiconductors"])
    assert '<a href="/search/?q=NVIDIA">NVIDIA</a>' in page(client, "NVIDEA")
    assert '<a href="/search/?q=chips+NVIDIA+news">' in page(client, "chips nvidea news")
    assert meant("Huawai") == "Huawei"
    assert meant("huawie") == "Huawei"
    assert meant("tezla sohne") == "Tesla & Söhne"
    assert meant("semicondutors") == "Semiconductors"
    assert meant("eu a1 act") == "EU AI Act"
    assert meant("Huawei") == meant("xyzzyxyz") == meant("ai") == ""
    assert "Did you mean" not in page(client, "story")


def test_suggestions(client: Client) -> None:
    told(("Huawei grows", ""), ("The hub", ""), title="Hubs everywhere", companies=["Huawei"], tags=["Hubris"])
    assert suggested(client, "hu") == [
        {"text": "Huawei", "kind": "company", "url": "/companies/huawei/"},
        {"text": "Hubris", "kind": "tag", "url": "/tags/hubris/"},
        {"text": "Hubs everywhere", "kind": "issue", "url": "/reports/hubs-everywhere/"},
        {"text": "Huawei grows", "kind": "story", "url": "/reports/hubs-everywhere/china-story-1-of-hubs-everywhere/"},
        {"text": "The hub", "kind": "story", "url": "/reports/hubs-everywhere/china-story-2-of-hubs-everywhere/"},
    ]
    assert [each["text"] for each in suggested(client, "the hu")] == ["The hub"]
    assert [each["text"] for each in suggested(client, "HUAWEI gr")] == ["Huawei grows"]
    assert [each["text"] for each in suggested(client, "everywher")] == ["Hubs everywhere"]
    assert suggested(client, "") == suggested(client, "  ") == suggested(client, "qqq") == []
    told(*((f"Hundred {n}", "") for n in range(20)), title="Many")
    assert len(suggested(client, "hu")) == 8


def test_suggestions_are_in_the_language_of_the_page(client: Client) -> None:
    published(companies=["Huawei"])
    cache.clear()
    found: Any = client.get("/zh-hans/search/suggest/", {"q": "huaw"})
    assert found.json()["suggestions"][0]["url"] == "/zh-hans/companies/huawei/"
    assert "public" in found.headers["Cache-Control"]


HOSTILE = [
    *(
        '"',
        '""',
        '"""',
        "'",
        "\\",
        "%",
        "%%",
        "%s",
        "*",
        "a*",
        "(",
        "a)",
        "^a",
        "a:b",
        "title:x",
        "words : x",
        "-",
        "--",
    ),
    *(
        "-a",
        "- a",
        "a -",
        '-"',
        '-"a b',
        "NEAR(a b)",
        "a AND",
        "AND",
        "OR",
        "NOT a",
        "a NOT",
        "a NEAR b",
        "a + b",
        "&",
        "|",
    ),
    *(
        "!",
        "a & b",
        "a | !b",
        "<->",
        "a <-> b",
        "a:*",
        "':*",
        "\\'",
        "=kind-story",
        "=",
        "=d6-1",
        "\ufffd",
        "\u202e",
        "😀",
    ),
    *(
        "😀😀",
        "𝐀𝐈",
        "\u0301",
        "a" + "\u0301" * 5_000,
        "中" * 5_000,
        "a " * 5_000,
        '"' * 5_000,
        "a." * 5_000,
        "-" * 5_000,
    ),
    *(
        "x" * 100_000,
        "{{ 7|add:7 }}",
        "<script>alert(1)</script>",
        "\r\n\t",
        "\x01\x02",
        "1,000,000",
        "½",
        "ﷺ",
        "ß",
        "İ",
    ),
]


def test_hostile_questions_are_answered(client: Client) -> None:
    told(("Usual", "Nothing of it"), title="Title")
    for q in HOSTILE:
        assert "<script>alert" not in page(client, q), q
        assert isinstance(suggested(client, q[:20_000]), list)
        page(client, "story", company=q, tag=q, policy=q, year=q, section=q, after=q)
        page(client, q, year="2025", after="1-99999999999999999999999")
    for q in ("=kind-story", "😀", "\u0301", "--", '"""'):
        assert 'class="find ' not in page(client, q), q


@pytest.mark.parametrize("raw", [b"q=%00", b"q=a%00b&year=2025", b"company=%00"])
def test_nul_is_refused_as_everywhere(client: Client, raw: bytes) -> None:
    assert ask(client, f"/search/?{raw.decode()}").status == 400
    assert ask(client, f"/search/suggest/?{raw.decode()}").status == 400


@pytest.mark.parametrize("raw", ["q=%ff%fe", "q=%ed%a0%80", "q=a&q=b", "q[]=a", "after=2-1&q=%80", "q=%c0%af"])
def test_broken_encodings_are_answered(client: Client, raw: str) -> None:
    assert ask(client, f"/search/?{raw}").status == 200
    assert ask(client, f"/search/suggest/?{raw}").status == 200


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    q=st.text(
        st.one_of(
            st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from("\"'-*:&|!()<>^ 中aé")
        ),
        max_size=40,
    )
)
def test_whatever_is_typed_is_answered(client: Client, q: str) -> None:
    page(client, q)
    suggested(client, q)


@given(st.text(st.sampled_from("ab \"-中é'&+#.4😀\ud800"), max_size=30))
def test_whatever_is_typed_can_be_read(q: str) -> None:
    query = parse(q)
    for clause in (*query.wanted, *query.unwanted):
        assert clause
        assert all(phrase.terms and all(phrase.terms) for phrase in clause)


def test_too_much_is_cut_and_said_so(client: Client) -> None:
    published()
    assert "We looked for the beginning of it" in said(page(client, " ".join(f"w{n}" for n in range(13))))
    assert "We looked for the beginning of it" in said(page(client, "story " * 40))
    assert "We looked for the beginning of it" not in said(page(client, "story " * 5))


# What each costs: without a hit (a name may have been meant), with hits of a kind, and with filters.
COUNTS = {
    "/search/": 3,
    "/search/?q=zzzzzz": 5,
    "/search/?q=story": 6,
    "/search/?q=story&year=2025": 6,
    "/search/?q=says": 7,
    "/search/?q=sees": 7,
    "/search/?section=china": 6,
    "/search/?company=company-1": 8,
    "/search/?q=x&company=nobody": 4,
    "/search/suggest/?q=": 1,
    "/search/suggest/?q=compan": 4,
    "/search/suggest/?q=story": 5,
}


NOT_LOOKED_UP = {"/search/", "/search/?q=x&company=nobody", "/search/suggest/?q="}


@pytest.mark.parametrize("many", [1, 3])
def test_a_search_costs_the_same_however_much_it_finds(many: int, client: Client) -> None:
    for number in range(many):
        report = complete_issue(title=f"Issue {number}", stories=many, companies=many, policies=many)
        edit(report)
        published(report)
    counts = {}
    for path in COUNTS:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, path).status == 200
        counts[path] = len(queries)
    # PostgreSQL asks for the newest day first, where anything is looked up.
    more = int(connection.vendor == "postgresql")
    assert counts == {path: count + more * (path not in NOT_LOOKED_UP) for path, count in COUNTS.items()}
