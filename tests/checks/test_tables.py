"""Each check by its page of true and false positives."""

import pytest

from newsroom.checks import CHECKS, run
from tests.checks.issues import issue
from tests.checks.tables import FINE, FOUND

CODES = [check.code for check in CHECKS]


def of(code, parts):
    """What one check says of an issue; it must have been able to run."""
    outcome = run(issue(**parts), [check for check in CHECKS if check.code == code])
    assert outcome.unable == []
    return outcome.findings


@pytest.mark.parametrize(
    ("code", "parts", "words"),
    [pytest.param(code, *row, id=f"{code}-{n}") for code, rows in FOUND.items() for n, row in enumerate(rows)],
)
def test_what_is_wrong_is_found(code, parts, words):
    said = [f"{finding.sentence} {finding.excerpt}" for finding in of(code, parts)]
    assert any(all(part in line for part in words.split(": ")) for line in said), said
    assert len(said) <= 2, "one mistake makes one finding, two at most"


@pytest.mark.parametrize(
    ("code", "parts"),
    [pytest.param(code, row, id=f"{code}-{n}") for code, rows in FINE.items() for n, row in enumerate(rows)],
)
def test_what_is_right_is_let_pass(code, parts):
    assert [(finding.sentence, finding.excerpt) for finding in of(code, parts)] == []


def test_typography_is_no_spelling():
    registry = {"Moody's": [], "Coca-Cola": [], "Meta Platforms": []}
    told = {"companies": registry, "takeaways": ["Moody’s, Coca‑Cola, Meta\u00a0Platforms"]}
    assert of("names", told) == []


def test_every_check_has_a_page():
    assert set(FOUND) == set(FINE) == set(CODES)
    assert len(CODES) == len(set(CODES))


def test_nothing_is_found_in_an_issue_in_which_nothing_is_wrong():
    assert run(issue()).findings == []
