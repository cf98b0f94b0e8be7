"""The sample issue through the checks: what an editor would want to hear of it, and nothing else."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from newsroom.checks import Outcome
from newsroom.checks.knowing import check
from newsroom.importing import parse
from newsroom.importing.drafts import save_draft
from newsroom.issue import gather
from newsroom.lib.figures import pairs
from newsroom.lib.richtext import plain
from reports.models import Report
from tests.desk.conftest import SAMPLE

EXPECTED = [
    # The text has no picture; `manage.py setup`, which has its file, leaves nothing of this.
    (
        *("warn", "pictures", "Issue"),
        "The main picture is described, but its file is still to come; readers won’t see a picture.",
    ),
    ("warn", "headline-figures", "China 7", "The headline says 98%; the text doesn’t, it has 34%, 30%."),
    ("warn", "headline-figures", "International 3", "The headline says $200B; the text doesn’t."),
    ("warn", "headline-figures", "International 7", "The headline says 35%; the text doesn’t, it has 43%, 28%, 4%."),
    (
        *("warn", "headline-figures", "International 9"),
        "The headline says $1B; the text doesn’t, it has €950 million, $400 million.",
    ),
    ("warn", "unsupported", "Takeaway 1", "No story says 68%."),
    ("warn", "unsupported", "Takeaway 3", "No story says €40B."),
    ("warn", "unsupported", "Takeaway 5", "No story says $120B."),
    ("warn", "unsupported", "Watchlist 1", "No story says 42%."),
    ("warn", "unsupported", "Policy 1", "No story says 2030."),
    ("warn", "unsupported", "Policy 2", "No story says Q3 2025."),
    ("warn", "unsupported", "Policy 3", "No story says $52B."),
    ("info", "unnamed-policies", "Policy 3", "No story names “US CHIPS Act Phase 2”."),
    ("info", "unnamed-policies", "Policy 4", "No story names “UK’s “Algorithmic Transparency” Mandate”."),
    ("info", "unnamed-policies", "Policy 5", "No story names “UN Autonomous Weapons Convention Draft”."),
]


@pytest.fixture
def report(db: None) -> Report:
    text = SAMPLE.read_text(encoding="utf-8")
    return save_draft(parse(text), by=None, source=text, copies=0)


def told(outcome: Outcome) -> Iterator[tuple[str, str, str, str]]:
    assert outcome.unable == []
    for finding in outcome.findings:
        yield finding.level.value, finding.code, finding.place.label, finding.message


def test_what_is_found_in_the_sample(report: Report) -> None:
    assert list(told(check(report, gather(report)))) == EXPECTED


def test_its_six_amounts_in_two_currencies_agree(report: Report) -> None:
    rates = [pair.rate for story in report.stories.all() for pair in pairs(plain(story.body))]
    assert len(rates) == 6
    assert Decimal("7.2") == min(rates) <= max(rates) < Decimal("7.2651")


def test_a_slip_in_it_is_found(report: Report) -> None:
    """Each is a mistake of a tired evening: a digit, a name, a year, what was to be replaced."""
    content = gather(report)
    for before, after in (
        ("¥2.3 billion ($318 million)", "¥2.3 billion ($381 million)"),
        ("Rubik processor claims", "Rubik processor TK claims"),
        ("smuggled NVIDIA chips", "smuggled Nvidia chips"),
        ("Moore’s MTT S4000", "Moore's MTT S4000"),
        ("harmonised standards", "harmonized standards"),
        ("effective July 2025, forces", "effective July 2025, will begin in July 2024 and forces"),
    ):
        assert any(before in story["body"] for story in content["stories"]), before
        for story in content["stories"]:
            story["body"] = story["body"].replace(before, after)
    new = [line for line in told(check(report, content)) if line not in EXPECTED]
    assert [(level, code, place) for level, code, place, _message in new] == [
        ("warn", "money-pairs", "China 3"),
        ("warn", "names", "International 1"),
        ("warn", "spelling", "International 3"),
        ("warn", "quotes", "China 5"),
        ("block", "left-behind", "International 6"),
        ("warn", "past-dates", "China 9"),
    ]
