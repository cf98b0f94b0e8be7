"""Which links the worker follows, when, and what it makes of the answers."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from newsroom import linking
from newsroom.lib.outbound import Answer, Verdict
from newsroom.linking import follow_due, note_answer, note_links
from newsroom.models import CheckedLink
from reports.models import Report
from tests.factories import complete_issue, edit
from watchlist.models import Company

pytestmark = pytest.mark.django_db
URL = "https://paper.example/a?b=1&c=2"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEAD, ALIVE, UNSURE = (
    Answer(Verdict.DEAD, "404 Not Found"),
    Answer(Verdict.ALIVE, "200 OK"),
    Answer(Verdict.UNSURE, "503"),
)


@pytest.fixture
def report() -> Report:
    report = complete_issue(companies=["Tesla"])
    edit(report, intro='<p><a href="https://paper.example/a?b=1&amp;c=2">Here</a> <a href="/reports/">there</a></p>')
    return report


def known() -> list[str]:
    return sorted(CheckedLink.objects.values_list("url", flat=True))


class TestNoting:
    def test_links_of_texts_and_registries_each_once(self, report):
        Company.objects.update(link="https://tesla.example/")
        edit(complete_issue(title="Another"), standfirst="x", intro=report.intro)
        assert note_links() == 2
        assert known() == [URL, "https://tesla.example/"]
        note_links()
        assert CheckedLink.objects.count() == 2

    def test_issues_that_nobody_works_on_any_more_are_left_alone(self, report):
        with time_machine.travel(timezone.now() + 15 * DAY):
            assert note_links() == 0
        assert known() == []

    def test_links_that_no_issue_has_are_forgotten(self, report):
        note_links()
        with time_machine.travel(timezone.now() + 61 * DAY):
            note_links()
        assert known() == []

    def test_what_came_of_a_link_is_kept(self, report):
        note_links()
        note_answer(CheckedLink.objects.get().pk, DEAD)
        note_links()
        assert CheckedLink.objects.get().outcome == "404 Not Found"


class TestAnswers:
    def answers(self, *answers: Answer) -> CheckedLink:
        now = timezone.now()
        row = CheckedLink.objects.create(digest="0" * 64, url=URL, wanted_at=now, next_at=now)
        for answer in answers:
            note_answer(row.pk, answer)
        return CheckedLink.objects.get()

    @pytest.mark.parametrize(
        ("answers", "failures", "again"),
        [
            *(((ALIVE,), 0, 7 * DAY), ((DEAD,), 1, HOUR), ((DEAD, DEAD), 2, DAY), ((DEAD, DEAD, DEAD), 2, DAY)),
            *(((DEAD, DEAD, ALIVE), 0, 7 * DAY), ((UNSURE,), 0, DAY), ((DEAD, DEAD, UNSURE), 2, DAY)),
            ((Answer(Verdict.FORBIDDEN, "not asked"),), 0, 30 * DAY),
        ],
    )
    def test_how_often_it_failed_and_when_it_is_followed_again(self, answers, failures, again):
        row = self.answers(*answers)
        assert row.failures == failures
        assert abs(row.next_at - timezone.now() - again) < timedelta(minutes=1)

    def test_a_dead_link_stays_what_it_was_while_its_site_is_down(self):
        assert self.answers(DEAD, DEAD, UNSURE).outcome == "404 Not Found"


class TestFollowing:
    @pytest.fixture
    def asked(self, monkeypatch) -> list[str]:
        """Instead of the web, which tests don't ask."""
        asked: list[str] = []

        def answer(url: str, *, agent: str) -> Answer:
            asked.append(url)
            return DEAD

        monkeypatch.setattr(linking, "follow", answer)
        return asked

    def test_each_when_its_time_has_come(self, report, asked):
        note_links()
        assert (follow_due(), follow_due()) == (1, 0)
        with time_machine.travel(timezone.now() + 2 * HOUR):
            assert (follow_due(), follow_due()) == (1, 0)
        assert asked == [URL, URL]
        assert CheckedLink.objects.dead([URL, "https://other.example/"]) == {URL: "404 Not Found"}

    def test_no_more_than_a_batch_at_a_time(self, asked):
        links = "".join(f'<a href="https://paper.example/{n}">x</a> ' for n in range(linking.BATCH + 3))
        edit(complete_issue(), intro=f"<p>{links}</p>")
        note_links()
        assert [follow_due(), follow_due(), follow_due()] == [linking.BATCH, 3, 0]
        assert len(set(asked)) == len(asked)

    def test_what_another_worker_has_claimed_is_left_to_it(self, report, asked):
        note_links()
        CheckedLink.objects.update(next_at=timezone.now() + linking.LEASE)
        assert follow_due() == 0
        assert asked == []

    def test_a_private_address_is_never_asked(self, report):
        edit(report, intro='<p><a href="http://127.0.0.1/">x</a> <a href="http://169.254.169.254/">y</a></p>')
        note_links()
        assert follow_due() == 2
        outcomes = set(CheckedLink.objects.values_list("outcome", "failures"))
        assert outcomes == {("not asked: its host is not on the public internet", 0)}
