"""What the synthetic issues are like: the same for the same seed, believable in size, and marked."""

import subprocess
import sys
from datetime import timedelta

import pytest

from newsroom.synthetic import FIRST_DAY, Archive
from newsroom.synthetic.cast import LAST_DAY, cast_of

ARCHIVE = Archive(1)
PLACES = (0, 7, 11, 31, 400)
# Of these five, together. Whoever changes what issues say changes this too, and makes all archives anew.
DIGESTS = [ARCHIVE.issue(place).digest for place in PLACES]


def test_the_same_seed_gives_the_same_issues_in_any_process() -> None:
    told = (
        "from newsroom.synthetic import Archive\n"
        f"print(*[Archive(1).issue(place).digest for place in reversed({PLACES!r})], sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"}
    )
    assert run.stdout.split() == DIGESTS[::-1]
    assert Archive(2).issue(0).digest != DIGESTS[0]
    assert len(set(DIGESTS)) == len(DIGESTS)


def test_it_needs_neither_django_nor_a_database() -> None:
    told = "import sys, newsroom.synthetic; sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    subprocess.run([sys.executable, "-c", told], check=True, env={})


@pytest.mark.parametrize("place", PLACES)
def test_an_issue_has_everything_in_its_usual_number(place: int) -> None:
    issue = ARCHIVE.issue(place)
    for section in ("china", "international"):
        stories = [story for story in issue.stories if story.section == section]
        assert 8 <= len(stories) <= 12
    for story in issue.stories:
        assert 60 <= len(" ".join(story.paragraphs).split()) <= 160
        assert len(story.paragraphs) > 1
        assert "{" not in " ".join(story.paragraphs) + story.headline
        assert set(story.tags) <= set(ARCHIVE.cast.tag_names)
    assert 5 <= len(issue.watchlist) <= 8
    assert len(dict(issue.watchlist)) == len(issue.watchlist)
    assert 4 <= len(issue.policies) <= 6
    assert 4 <= len(issue.takeaways) <= 6
    assert issue.title
    assert issue.number == ARCHIVE.room - place


def test_each_issue_says_what_it_is() -> None:
    for place in PLACES:
        issue = ARCHIVE.issue(place)
        assert "synthetic" in issue.standfirst
        assert "synthetic archive" in issue.intro[-1]
        assert issue.tags[0] == "Synthetic archive"
        assert issue.credits[0] == "The Synthetic Wire"


def test_some_issues_change_once_they_are_published() -> None:
    kinds = {place: [change.kind for change in ARCHIVE.issue(place).changes] for place in PLACES}
    assert kinds == {0: [], 7: ["correction"], 11: ["update"], 31: ["withdrawal"], 400: []}
    changes = ARCHIVE.issue(431).changes  # moved and withdrawn
    assert [change.kind for change in changes] == ["update", "withdrawal"]
    assert sorted(changes, key=lambda change: change.hours) == list(changes)


def test_the_archive_ends_on_one_day_and_begins_on_another() -> None:
    assert ARCHIVE.day_of(0) == Archive(1, 1).day_of(0) == LAST_DAY
    assert ARCHIVE.day_of(ARCHIVE.room - 1) == FIRST_DAY
    assert ARCHIVE.number_of(ARCHIVE.room - 1) == 1
    assert ARCHIVE.day_of(3) - ARCHIVE.day_of(4) == timedelta(days=7)
    assert Archive(1, 1).room > 10_000


def test_companies_rise_and_fall_and_policies_move_on() -> None:
    cast = cast_of(1)
    names = [company.name for company in cast.companies]
    assert len(set(names)) == len(names) > 300
    leading = {max(cast.companies, key=lambda company: company.fame(ARCHIVE.day_of(place))) for place in (0, 250, 520)}
    assert len(leading) > 1
    assert len(cast.policies) == 120
    for policy in cast.policies:
        days = [milestone.dated_on for milestone in policy.milestones]
        assert days == sorted(days)
        assert policy.title.startswith(policy.jurisdiction)
