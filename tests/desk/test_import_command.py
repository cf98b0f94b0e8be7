"""`manage.py import_report`: what it prints, what it saves, how it ends."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from follow.mailing import cover_of, prepare
from follow.models import Delivery
from newsroom.announcing import announce_due
from newsroom.publishing import publish
from reports.models import Edition, Image, Report, Source, Story
from tests.desk.conftest import SAMPLE
from tests.factories import follower
from watchlist.models import Company

KEYS = [
    "title",
    "slug",
    "issued_on",
    "hero_alt",
    "intro",
    "stories",
    "credits",
    "takeaways",
    "watchlist",
    "policies",
    "ignored",
    "problems",
]


def run(*arguments: Any) -> tuple[str, str, int]:
    """Output, the sentence on stderr, exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_report", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as ended:
        return out.getvalue(), str(ended), ended.returncode
    return out.getvalue(), err.getvalue(), 0


def as_json(*arguments: Any) -> dict[str, Any]:
    out, err, status = run(*arguments, "--format=json")
    assert (err, status) == ("", 0)
    return json.loads(out)


@pytest.mark.django_db
class TestWhatItPrints:
    def test_the_sample_as_json(self) -> None:
        issue = as_json(SAMPLE, "--dry-run")
        assert list(issue) == KEYS
        assert issue["title"] == (
            "Global AI & Robotics Report: China’s Domestic Surge vs. International Regulatory Crossroads"
        )
        assert issue["slug"] == "global-ai-robotics-report-chinas-domestic-surge-vs-international-regulatory"
        assert issue["issued_on"] == "2025-04-12"
        assert issue["hero_alt"] == "A robot grabs an apple"
        assert len(issue["intro"]) == 1
        assert issue["intro"][0].startswith("This comprehensive analysis tracks")
        assert [(story["section"], story["rank"]) for story in issue["stories"]] == [
            *(("china", rank) for rank in range(1, 11)),
            *(("international", rank) for rank in range(1, 11)),
        ]
        assert list(issue["stories"][0]) == ["section", "rank", "headline", "paragraphs", "line"]
        assert issue["stories"][0]["headline"] == (
            "Nanjing Emerges as AI Innovation Hub with 5 Firms in National “AI+” Top 100 List"
        )
        assert issue["stories"][0]["line"] == 10
        assert issue["stories"][19]["headline"] == "Sony-IBM Quantum AI Venture Claims Drug Discovery Breakthrough"
        assert all(len(story["paragraphs"]) == 1 for story in issue["stories"])
        assert issue["credits"] == ["The New York Times", "Financial Times", "Nikkei Asia"]
        assert len(issue["takeaways"]) == 5
        assert issue["takeaways"][2] == "EU’s AI Act compliance costs estimated at €40B annually"
        assert issue["watchlist"] == [
            {"company": "Huawei", "country": "China", "note": "Ascend chips power 42% of new AI projects"},
            {"company": "NVIDIA", "country": "US", "note": "Rubik chip faces export restrictions"},
            {"company": "iFLYTEK", "country": "China", "note": "Industrial LLMs gain SOE adoption"},
            {"company": "Tesla", "country": "US", "note": "Optimus production scales globally"},
            {"company": "DeepSeek", "country": "China", "note": "UK security concerns mount"},
        ]
        assert issue["policies"] == [
            {"name": "China’s “AI+” Action Plan", "detail": "2025-2030"},
            {"name": "EU AI Act", "detail": "Full enforcement begins Q3 2025"},
            {"name": "US CHIPS Act Phase 2", "detail": "$52B allocated"},
            {"name": "UK’s “Algorithmic Transparency” Mandate", "detail": None},
            {"name": "UN Autonomous Weapons Convention Draft", "detail": None},
        ]
        assert [left["text"] for left in issue["ignored"]] == [
            "Leave a Comment",
            "Your email address will not be published. Required fields are marked *",
            "Wordpress Social Share Plugin powered by Ultimatelysocial",
            "RSS",
            "Follow by Email",
            "LinkedIn",
            "Share",
        ]
        assert issue["problems"] == []

    def test_the_same_in_words(self) -> None:
        out, _, status = run(SAMPLE, "--dry-run")
        assert status == 0
        assert out.splitlines()[0].endswith("Crossroads (2025-04-12)")
        assert out.splitlines()[1] == (
            "10 China stories, 10 International stories, 5 takeaways, 3 credits, 5 companies, 5 policies, "
            "7 lines left out"
        )

    def test_problems_are_named_with_their_lines(self, tmp_path: Path, small_issue: str) -> None:
        file = tmp_path / "issue.txt"
        file.write_text(small_issue.replace("2. Second abroad", "4. Second abroad"))
        (problem,) = as_json(file, "--dry-run")["problems"]
        assert problem["level"] == "warning"
        assert problem["line"] == 23
        out, _, status = run(file, "--dry-run")
        assert f"line 23: warning: {problem['message']}" in out
        assert status == 0

    def test_what_cannot_be_imported_is_json_too(self, tmp_path: Path) -> None:
        file = tmp_path / "shopping.txt"
        file.write_text("bread\nmilk\n")
        out, err, status = run(file, "--format=json")
        issue = json.loads(out)
        assert list(issue) == KEYS
        assert [problem["level"] for problem in issue["problems"]] == ["error"]
        assert issue["issued_on"] is None
        assert [left["text"] for left in issue["ignored"]] == ["bread", "milk"]
        assert err
        assert status == 1
        assert run(file, "--dry-run")[2] == 1
        assert not Report.objects.exists()

    def test_too_long_a_headline_is_a_reason(self, tmp_path: Path, small_issue: str) -> None:
        file = tmp_path / "long.txt"
        file.write_text(small_issue.replace("First in China", "First " + "very " * 60 + "long"))
        for more in ([], ["--dry-run"]):
            out, err, status = run(file, "--format=json", *more)
            assert json.loads(out)["title"] == "AI & Robotics Report: Two Worlds"
            assert "Line 7: the headline has 310 characters; 250 are the most" in err
            assert status == 1
        assert not Report.objects.exists()


@pytest.mark.django_db
class TestWhatItSaves:
    def test_a_dry_run_saves_nothing(self) -> None:
        as_json(SAMPLE, "--dry-run")
        assert [model.objects.count() for model in (Report, Story, Image, Source, Company)] == [0] * 5

    def test_an_issue_as_a_draft(self) -> None:
        said = as_json(SAMPLE)
        report = Report.objects.get()
        assert report.slug == said["slug"]
        assert report.stories.count() == 20
        assert report.hero is not None
        assert report.hero.alt == "A robot grabs an apple"
        assert [credit.source.name for credit in report.credits.all()] == said["credits"]
        assert report.revisions.get().author is None
        assert not Edition.objects.exists()

    def test_the_same_text_is_one_issue(self, tmp_path: Path, sample: str) -> None:
        first = as_json(SAMPLE)
        windows = tmp_path / "windows.txt"
        windows.write_bytes("\ufeff".encode() + sample.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        assert as_json(windows)["slug"] == first["slug"]
        assert Report.objects.count() == 1
        assert "There already is: global-ai" in run(SAMPLE, "--dry-run")[0]

    def test_another_issue_of_the_same_title_has_an_address_of_its_own(self, tmp_path: Path, sample: str) -> None:
        other = tmp_path / "other.txt"
        other.write_text(sample.replace("April 12, 2025", "April 19, 2025"), encoding="utf-8")
        assert as_json(SAMPLE)["slug"] + "-2" == as_json(other)["slug"] or Report.objects.count() == 2
        assert Report.objects.values("slug").distinct().count() == 2

    def test_publish(self, client: Any) -> None:
        slug = as_json(SAMPLE, "--publish")["slug"]
        assert client.get(f"/reports/{slug}/").status_code == 200
        out, _, _ = run(SAMPLE, "--publish")
        assert out.endswith(f"Readers have it: {settings.SITE_URL}/reports/{slug}/\n")
        assert Edition.objects.count() == 1

    def test_nobody_is_mailed_unless_that_is_asked_for(self, tmp_path: Path, small_issue: str) -> None:
        follower("reader@example.org")
        as_json(SAMPLE, "--publish")
        announce_due()
        assert not Delivery.objects.exists()
        file = tmp_path / "issue.txt"
        file.write_text(small_issue)
        as_json(file, "--publish", "--mail")
        announce_due()
        assert Delivery.objects.count() == 1

    def test_the_words_of_the_desk_stay_and_what_was_scheduled_is_mailed_to_nobody(self, tmp_path: Path) -> None:
        follower("reader@example.org")
        report = Report.objects.get(slug=as_json(SAMPLE)["slug"])
        prepare(report, subject="Desk words", preheader="", is_silent=False, by=None)
        publish(report, by=None, at=timezone.now() + timedelta(days=30))
        as_json(SAMPLE, "--publish")
        announce_due()
        assert not Delivery.objects.exists()
        assert (cover_of(report).subject, cover_of(report).is_silent) == ("Desk words", True)

    def test_mail_goes_with_publishing(self) -> None:
        _, err, status = run(SAMPLE, "--mail")
        assert (status, "--publish" in err) == (2, True)

    def test_publishing_a_draft_that_was_imported_before(self) -> None:
        as_json(SAMPLE)
        as_json(SAMPLE, "--publish")
        assert Report.objects.count() == 1
        assert Edition.objects.live().count() == 1

    def test_what_cannot_be_published_says_so_and_stays_a_draft(self, tmp_path: Path, small_issue: str) -> None:
        file = tmp_path / "undated.txt"
        file.write_text(small_issue.replace("May 3, 2025 — ", ""))
        out, err, status = run(file, "--publish", "--format=json")
        assert json.loads(out)["issued_on"] is None
        assert "The issue has no date." in err
        assert status == 1
        assert Report.objects.get().editions.count() == 0

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
    def test_encodings(self, tmp_path: Path, small_issue: str, encoding: str) -> None:
        text = small_issue.replace("中文也行。", "")
        file = tmp_path / "issue.txt"
        file.write_bytes(text.encode(encoding))
        as_json(file)
        report = Report.objects.get()
        assert report.intro == "<p>What this issue is about: “chips”, ¥200,000 and €40B.</p>"
        assert "¥200,000 — or ($27,600)" in report.stories.get(section="china", rank=1).body

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch, small_issue: str) -> None:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(small_issue.encode())))
        assert as_json("-")["title"] == "AI & Robotics Report: Two Worlds"
        assert Report.objects.count() == 1


@pytest.mark.django_db
class TestWhatItCantRead:
    def refused(self, file: Path | str) -> str:
        out, err, status = run(file, "--format=json")
        assert out == ""
        assert status == 1
        assert "\n" not in err
        assert "Traceback" not in err
        assert err.endswith(".")
        return err

    def test_files_that_are_not_there_or_no_files(self, tmp_path: Path) -> None:
        assert str(tmp_path / "none.txt") in self.refused(tmp_path / "none.txt")
        assert "directory" in self.refused(tmp_path)
        loop = tmp_path / "loop"
        loop.symlink_to(loop)
        self.refused(loop)

    def test_files_that_are_no_text(self, tmp_path: Path) -> None:
        assert "PNG" in self.refused(SAMPLE.parent / "hero.png")
        noise = tmp_path / "noise.txt"
        noise.write_bytes(b"Report\x00\x01\x02\x00\x00more\x00")
        assert "no text" in self.refused(noise)

    def test_what_is_too_large_is_not_read_to_its_end(self, tmp_path: Path) -> None:
        file = tmp_path / "large.txt"
        with file.open("wb") as sparse:
            sparse.truncate(40 * 1024 * 1024 * 1024)
        assert "5 MB" in self.refused(file)

    def test_an_empty_file(self, tmp_path: Path) -> None:
        file = tmp_path / "empty.txt"
        file.write_bytes(b"")
        out, err, status = run(file)
        assert status == 1
        assert "empty" in out + err


class TestTheProcess:
    """The same as a shell sees it."""

    def manage(self, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "manage.py", "import_report", *arguments],
            cwd=settings.BASE_DIR,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            input=given,
            capture_output=True,
            check=False,
        )

    @pytest.mark.parametrize("call", [(), ("--format=xml", "-"), ("-", "--what")])
    def test_a_wrong_call_ends_with_2(self, call: tuple[str, ...]) -> None:
        done = self.manage(*call, given=b"")
        assert done.returncode == 2
        assert done.stdout == b""
        assert b"usage:" in done.stderr

    def test_json_stands_alone_on_standard_output(self, small_issue: str) -> None:
        # A shopping list needs no database, and this process has none.
        done = self.manage("--dry-run", "--format=json", "-", given="面包\nbread\n".encode())
        assert done.returncode == 1
        assert [left["text"] for left in json.loads(done.stdout)["ignored"]] == ["面包", "bread"]
        assert len(done.stderr.strip().splitlines()) == 1

    def test_a_file_that_cannot_be_read_costs_one_sentence(self) -> None:
        done = self.manage("/no/such/file")
        assert done.returncode == 1
        assert done.stdout == b""
        assert done.stderr.decode().strip() == "CommandError: /no/such/file can't be read: No such file or directory."
