"""Running the checks: one that crashes, what they ask of the database, what they know of other issues."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.checks import CHECKS, run
from newsroom.checks.findings import Check
from newsroom.checks.knowing import check
from newsroom.issue import gather
from newsroom.models import CheckedLink, digest_of
from newsroom.publishing import publish, withdraw
from policies.models import Alias as PolicyAlias
from tests.checks.issues import issue
from tests.factories import complete_issue, edit, published
from watchlist.models import Alias, Company, Mention

LINK = '<p>See <a href="https://paper.example/a">there</a>.</p>'
DOCS = Path(__file__).resolve().parents[2] / "docs" / "checks.md"


def crash(subject):
    yield from ()
    raise ZeroDivisionError("a mistake of ours")


class TestACheckThatCrashes:
    def test_is_counted_as_not_run_and_the_others_run(self, caplog):
        broken = Check("broken", "The broken one", crash)
        outcome = run(issue(title="What TK says"), [broken, *CHECKS])
        assert outcome.unable == [broken]
        assert [finding.code for finding in outcome.blocking] == ["left-behind"]
        assert "The check broken could not run" in caplog.text
        assert "ZeroDivisionError: a mistake of ours" in caplog.text

    def test_what_it_had_found_by_then_is_no_result(self):
        def half(subject):
            yield from CHECKS[0].look(subject)
            raise KeyError

        outcome = run(issue(issued_on=None), [Check("half", "Half", half)])
        assert (outcome.findings, [one.code for one in outcome.unable]) == ([], ["half"])


def test_findings_can_be_kept_as_json():
    outcome = run(issue(china=["A headline with TK in it"]))
    assert json.loads(json.dumps([finding.as_json() for finding in outcome.findings])) == [
        {
            "level": "block",
            "code": "left-behind",
            "place": "China 1",
            "story": 1,
            "field": "headline",
            "message": "“TK” was left behind.",
            "excerpt": "A headline with TK in it",
        }
    ]


def test_each_check_is_described_in_the_docs():
    described = DOCS.read_text(encoding="utf-8")
    assert [check.code for check in CHECKS if f"`{check.code}`" not in described] == []


@pytest.mark.django_db
class TestWhatIsKnown:
    def test_the_same_few_queries_for_a_small_issue_and_a_large_one(self):
        counts = []
        for stories, others in ((1, 1), (3, 3)):
            for number in range(others):
                published(title=f"Other {stories} {number}", stories=stories, companies=stories, policies=stories)
            report = complete_issue(title=f"Of {stories}", stories=stories, companies=stories, policies=stories)
            edit(report, intro=LINK)
            content = gather(report)
            with CaptureQueriesContext(connection) as queries:
                check(report, content)
            counts.append(len(queries))
        assert counts == [7, 7]

    def test_headlines_that_readers_have_and_no_others(self):
        live = published(title="Live")
        content = gather(complete_issue(title="New"))
        for number, story in enumerate(content["stories"]):
            story["headline"] = ["China story 1 of Live", "China story 1 of Draft", "China story 1 of Gone"][number % 3]
        complete_issue(title="Draft")
        withdraw(published(title="Gone").report, by=None)
        new = live.report.__class__.objects.get(title="New")
        repeats = [f.message for f in check(new, content).findings if f.code == "repeats" and "of “" in f.message]
        assert repeats
        assert {line.partition("”")[0] for line in repeats} == {"Nearly the headline of “Live"}

    def test_an_issue_is_not_compared_with_its_own_edition(self):
        edition = published()
        edit(edition.report, title="Changed")
        outcome = check(edition.report, gather(edition.report))
        assert not [f for f in outcome.findings if f.code == "repeats" and "of “" in f.message]

    def test_aliases_and_refused_mentions_are_heeded(self):
        report = complete_issue(companies=["Huawei", "Spark"], policies=["A Plan of Plans"])
        story = report.stories.first()
        type(story).objects.filter(pk=story.pk).update(body="<p>华为 and the Grand Plan; a Spark.</p>")
        Alias.objects.create(company=Company.objects.get(name="Huawei"), name="华为")
        PolicyAlias.objects.create(policy=report.updates.get().policy, name="Grand Plan")
        spark = Company.objects.get(name="Spark")
        said = [f.message for f in check(report, gather(report)).findings if "No story names" in f.message]
        assert said == []
        Mention.objects.update_or_create(story=story, company=spark, defaults={"state": Mention.State.REFUSED})
        said = [f.message for f in check(report, gather(report)).findings if "No story names" in f.message]
        assert said == ["No story names Spark."]

    def test_dead_links_are_read_from_rows(self):
        report = complete_issue()
        url, now = "https://paper.example/gone?a=1&b=2", timezone.now()
        report.stories.all()[:1].get().__class__.objects.filter(report=report, section="china", rank=1).update(
            body='<p><a href="https://paper.example/gone?a=1&amp;b=2">Here</a></p>'
        )
        row = CheckedLink.objects.create(
            digest=digest_of(url), url=url, wanted_at=now, next_at=now, failures=1, outcome="404 Not Found"
        )
        assert not [f for f in check(report, gather(report)).findings if f.code == "dead-links"]  # once is not enough
        CheckedLink.objects.filter(pk=row.pk).update(failures=2)
        (found,) = [f for f in check(report, gather(report)).findings if f.code == "dead-links"]
        assert (found.sentence, found.excerpt) == ("China 1: This link leads nowhere: 404 Not Found.", url)

    def test_the_houses_spelling_is_a_setting(self, settings):
        report = complete_issue()
        edit(report, standfirst="They organize it.")
        assert not [f for f in check(report, gather(report)).findings if f.code == "spelling"]
        settings.SPELLING = "british"
        (found,) = [f for f in check(report, gather(report)).findings if f.code == "spelling"]
        assert found.message == "“organize”: the house spells it “organise”."


@pytest.mark.django_db
def test_publishing_costs_the_checks_one_round_whatever_the_size():
    def queries(**parts):
        report = complete_issue(**parts)
        edit(report, intro=LINK)
        with CaptureQueriesContext(connection) as found:
            publish(report, by=None)
        return len([query for query in found.captured_queries if "newsroom_checkedlink" in query["sql"]])

    assert (queries(title="One", stories=1), queries(title="Three", stories=3)) == (1, 1)
