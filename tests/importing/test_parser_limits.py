"""What is too large, or was made to hurt, is read or refused with a reason; how long that takes: benchmarks/."""

import re

import pytest

from newsroom.importing import MAX_LINES, parse
from newsroom.importing.parsed import WHOLE
from tests.importing.hostile import HOSTILE, SIZE


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_or_refused_with_a_reason(name):
    text = HOSTILE[name]()
    assert len(text) <= SIZE
    issue = parse(text)
    assert issue.stories or [problem for problem in issue.problems if problem.level == "error" and problem.message]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * (SIZE + 1), r"5,242,881 characters; the importer reads at most 5,242,880"),
        ("China\n1. a\n" * MAX_LINES, r"40,000 lines, .* at most 20,000"),
        ("a" + "\n" * 300_000, r"300,001 with the empty ones"),
        ("<p>a</p>" * 50_000, r"more than 60,000 tags"),
    ],
)
def test_refusals_have_a_reason(text, reason):
    issue = parse(text)
    assert [(p.line, p.level) for p in issue.problems] == [(WHOLE, "error")]
    assert re.search(reason, issue.problems[0].message)
    assert not issue.importable
