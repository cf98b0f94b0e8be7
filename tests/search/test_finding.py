"""What is found by what, in which order. Run on both databases, this is the proof that both find the same."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from newsroom.publishing import publish
from newsroom.search import finding
from newsroom.search.matching import Cursor
from tests.factories import edit, published
from tests.search.asking import hits, titles, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def stories() -> None:
    told(
        ("Chips for São Paulo", "Regulators fined the companies under the Digital Markets Act, O’Brien said."),
        ("人工智能公司受到反垄断调查", "微软和OpenAI宣布新的5G网络。罚款三百万。"),
        ("GPT-4 meets C++", "AT&T pays $3.5bn; a GPT 5 comes later. U.S. senators wait."),
        ("삼성전자 and 輸出規制", "NVIDIA's export licence in C# and AI policy."),
        ("The state of the art", "Art of the state, and the state in art: running, ran."),
    )


# What is typed, and the ranks of the stories that it finds.
TYPED = {
    "regulator": [1],
    "REGULATORS company": [1],
    "sao paulo": [1],
    "São": [1],
    "obrien": [1],
    "O'Brien": [1],
    "o brien": [1],
    "brien": [1],
    '"digital markets act"': [1],
    '"markets digital"': [],
    "“Digital Market”": [1],
    "人工智能": [2],
    "智能公司": [2],
    "智能 公司": [2],
    "反垄断调查": [2],
    "垄调": [],
    "罚": [2],
    "款": [2],
    "微软 openai": [2],
    "微软和OpenAI": [2],
    '"和OpenAI宣布"': [2],
    '"OpenAI和"': [],
    "5G": [2],
    "5G网络": [2],
    "gpt-4": [3],
    "gpt4": [3],
    "GPT 4": [3],
    "gpt-5": [3],
    "gpt5": [3],
    "gpt 6": [],
    "C++": [3],
    "C#": [4],
    "AT&T": [3],
    "att": [3],
    "3.5bn": [3],
    "U.S.": [3],
    "us senator": [3],
    "삼성전자": [4],
    "輸出規制": [4],
    "nvidia": [4],
    "NVIDIA’s licences": [4],
    '"state of the art"': [5],
    '"art of the state"': [5],
    '"of the"': [5],
    '"the of"': [],
    "state art": [5],
    "run": [5],
    "chips -sao": [],
    "art -chips": [5],
    'state -"of the state"': [],
    "ai -gpt": [4],
    "zzz": [],
}


def test_words_phrases_and_scripts(stories: None) -> None:
    assert {q: [hit.rank for hit in hits(q) if hit.kind == "story"] for q in TYPED} == TYPED


def test_names_come_first_then_titles_then_the_rest_and_the_newest_first_in_each() -> None:
    for year, headline, body in [
        (2020, "Tesla opens", "A factory."),
        (2021, "A factory", "Tesla opens it."),
        (2022, "Tesla closes", "A factory."),
        (2023, "Nothing", "A word about Tesla."),
    ]:
        told((headline, body), issued_on=date(year, 1, 1), title=f"Issue {year}", companies=["Tesla"])
    assert [(hit.kind, hit.title, hit.edition.issued_on.year) for hit in hits("tesla")] == [
        ("company", "Tesla", 2023),
        ("story", "Tesla closes", 2022),
        ("story", "Tesla opens", 2020),
        *[("issue", "Issue 2023", 2023), ("story", "Nothing", 2023)],
        ("issue", "Issue 2022", 2022),
        *[("issue", "Issue 2021", 2021), ("story", "A factory", 2021)],
        ("issue", "Issue 2020", 2020),
    ]


def test_an_issue_is_found_by_what_stands_in_it_beside_stories() -> None:
    report = told(("One", "Two"), title="A title", companies=["Acme"], policies=["Zinc Act"]).report
    edit(report, standfirst="Standing first", intro="<p>Introduced <em>so</em>bre</p>")
    report.takeaways.update(text="Take this away")
    edit(report)
    publish(report, by=None)
    for q in ("title", "standing", "introduced", "sobre", "take away", "says acme", "sees zinc", "acme zinc"):
        assert "A title" in [hit.title for hit in hits(q) if hit.kind == "issue"], q


def test_a_company_and_a_policy_are_found_by_name_and_by_what_is_said_of_them() -> None:
    published(title="First", companies=["Huawei"], policies=["EU AI Act"])
    assert next(hit.kind for hit in hits("huawei")) == "company"
    assert ("company", "Huawei") in [(hit.kind, hit.title) for hit in hits("What First says")]
    assert next(hit.kind for hit in hits("ai act")) == "policy"
    assert hits("huawei")[0].url == "/companies/huawei/"
    assert hits("ai act")[0].url == "/policies/eu-ai-act/"


def test_a_company_is_found_once_by_what_its_newest_issue_says() -> None:
    for year in (2021, 2022, 2023):
        published(title=f"Of {year}", issued_on=date(year, 1, 1), companies=["Huawei"], policies=())
    found = [hit for hit in hits("huawei") if hit.kind == "company"]
    assert [hit.edition.issued_on.year for hit in found] == [2023]
    assert not [hit for hit in hits("huawei 2021") if hit.kind == "company"]


@pytest.fixture
def filtered() -> None:
    published(title="Old chips", issued_on=date(2020, 12, 31), companies=["Acme"], policies=["Zinc Act"], tags=["Old"])
    published(title="New chips", issued_on=date(2021, 1, 1), companies=["Emca"], policies=["Tin Act"], tags=["New tag"])


FILTERED: list[tuple[dict[str, str], set[tuple[str, str]]]] = [
    ({"q": "chips", "year": "2020"}, {("issue", "Old chips"), ("company", "Acme"), ("policy", "Zinc Act")}),
    ({"q": "chips", "company": "acme"}, {("issue", "Old chips"), ("company", "Acme")}),
    ({"q": "chips", "company": "Acme"}, {("issue", "Old chips"), ("company", "Acme")}),
    ({"q": "chips", "policy": "tin-act"}, {("issue", "New chips"), ("policy", "Tin Act")}),
    ({"year": "2021", "company": "emca"}, {("issue", "New chips"), ("company", "Emca")}),
]


def test_filters(filtered: None) -> None:
    for asked, found in FILTERED:
        assert {(hit.kind, hit.title) for hit in hits(**asked) if hit.kind != "story"} == found, asked


def test_a_section_holds_its_stories_alone(filtered: None) -> None:
    found = hits("story", section="china")
    assert len(found) == 6
    assert {(hit.kind, hit.section) for hit in found} == {("story", "china")}


def test_a_story_is_filtered_by_its_own_tags(filtered: None) -> None:
    assert {hit.kind for hit in hits("story", tag="robots")} == {"story"}
    assert not hits("story", tag="old")


UNKNOWN = [
    {"section": "sport"},
    {"section": "China"},
    {"year": "20211"},
    {"year": "²⁰²¹"},
    {"year": "0000"},
    {"year": "-1"},
    {"company": "nobody"},
    {"policy": "nothing"},
    {"tag": "x" * 5000},
    {"tag": "!!!"},
    {"company": "'; DROP TABLE"},
]


def test_what_no_filter_has_is_said_so(filtered: None) -> None:
    for asked in UNKNOWN:
        assert len(finding.ask({"q": "chips", **asked}).faults) == 1, asked


def test_pages_follow_each_other_without_a_gap_over_all_tiers() -> None:
    for number in range(4):
        published(title=f"Issue {number}", stories=4, issued_on=date(2021, 1, 1) + timedelta(days=number % 2))
    everything = finding.shown_hits(finding.ask({"q": "issue"}).match, None, 500)
    seen, after = [], ""
    while True:
        results = finding.answer(finding.ask({"q": "issue", "after": after}))
        seen += [hit.url for hit in results.hits]
        if results.next is None:
            break
        after = f"{results.next.tier}-{results.next.place}"
    assert len(seen) == len(everything) > 30
    assert len(set(seen)) == len(seen)
    tiers = [found.tier for found, _ in everything]
    assert tiers == sorted(tiers)


def test_as_many_are_counted_as_there_are_and_beyond_fifty_none() -> None:
    told(*((f"Word {n}", "") for n in range(30)), title="One")
    results = finding.answer(finding.ask({"q": "word"}))
    assert (results.count, results.is_more, len(results.hits)) == (30, False, 10)
    told(*((f"Word {n}", "") for n in range(30)), title="Two")
    results = finding.answer(finding.ask({"q": "word"}))
    assert (results.count, results.is_more) == (50, True)
    assert results.next
    assert finding.answer(finding.ask({"q": "word", "after": f"1-{results.next.place}"})).count is None


def test_what_is_scheduled_before_all_else_hides_nothing_and_is_not_counted() -> None:
    told(*((f"Word {n}", "") for n in range(12)), issued_on=date(2020, 1, 1))
    for number in range(6):
        report = told(("Other", ""), title=f"S{number}", issued_on=date(2021, 1, 1)).report
        for n in range(20):
            report.stories.create(
                section="china", rank=n + 2, headline=f"Word hidden {n}", slug=f"hidden-{n}", body="<p>—</p>"
            )
        edit(report)
        publish(report, by=None, at=timezone.now() + timedelta(days=1))
    results = finding.answer(finding.ask({"q": "word"}))
    assert results.count == 12
    assert all("hidden" not in hit.title for hit in results.hits)


def test_a_word_is_found_in_old_issues_as_well_as_in_new() -> None:
    """PostgreSQL looks in spans of time; no hit is lost between them, and none is found twice."""
    days = [
        date(2025, 1, 1) - timedelta(days=days) for days in (0, 1, 63, 64, 65, 127, 128, 511, 512, 1023, 1024, 9000)
    ]
    for number, day in enumerate(days):
        told((f"Needle {number}", ""), title=f"T{number}", issued_on=day)
    found = [hit for hit, _ in finding.shown_hits(finding.ask({"q": "needle"}).match, None, 500)]
    assert [date.fromordinal(hit.place >> 41) for hit in found] == sorted(days, reverse=True)
    for place in (found[3].place, found[8].place):
        rest = finding.shown_hits(finding.ask({"q": "needle"}).match, Cursor(1, place), 500)
        assert [hit.place for hit, _ in rest] == [hit.place for hit in found if hit.place < place]


def test_the_first_and_the_last_day_that_there_is() -> None:
    told(("Needle", ""), title="First", issued_on=date.min)
    told(("Needle", ""), title="Last", issued_on=date.max)
    assert [hit.edition.title for hit in hits("needle")] == ["Last", "First"]
    assert [hit.edition.title for hit in hits("needle", year="9999")] == ["Last"]
    assert [hit.edition.title for hit in hits("needle", year="0001")] == ["First"]


def test_a_very_long_story_is_found_by_its_beginning() -> None:
    words = " ".join(f"word{n}" for n in range(20_000))
    told(("Long", f"Beginning {words} ending"), title="One")
    told(("Often", "again " * 9_000 + "finally there"), title="Two")
    assert titles("beginning") == titles('"beginning word0 word1"') == ["Long"]
    assert titles("word19999") == []
    assert titles("again finally") == ["Often"]
    assert titles('"finally there"') == ["Often"]
    assert titles('"again finally"') == []
