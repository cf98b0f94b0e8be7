"""The same issue is imported, or the next one begun, by many in one second, or by one with an impatient finger."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from newsroom.importing.drafts import AlreadyImported, save_draft
from newsroom.importing.parser import parse
from newsroom.lib.locks import one_at_a_time
from reports.models import Report
from tests.desk.browsing import Form
from tests.factories import complete_issue, person
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 6


def test_one_preview_makes_one_draft(small_issue: str) -> None:
    editor = person("Editor")

    def preview() -> tuple[Client, Form]:
        client = Client()
        client.force_login(User.objects.get(pk=editor.pk))
        page = Form(client.get("/admin/reports/report/import/"), "text").send(client, text=small_issue)
        return client, Form(page, "issue-title")

    ready = [preview() for _ in range(THREADS)]
    answers = at_once(lambda number: ready[number][1].send(ready[number][0]).status_code, THREADS)
    assert sorted(answers) == [302, *[409] * (THREADS - 1)]
    assert Report.objects.count() == 1


def test_one_page_begins_one_next_issue() -> None:
    last, editor = complete_issue(title="Last"), person("Editor")

    def opened() -> tuple[Client, Form]:
        client = Client()
        client.force_login(User.objects.get(pk=editor.pk))
        return client, Form(client.get(f"/admin/reports/report/{last.pk}/next/"), having="title")

    ready = [opened() for _ in range(THREADS)]
    answers = at_once(lambda number: ready[number][1].send(ready[number][0]).status_code, THREADS)
    assert sorted(answers) == [302, *[409] * (THREADS - 1)]
    assert Report.objects.count() == 2


def test_issues_of_one_title_get_an_address_each(small_issue: str) -> None:
    issue = parse(small_issue)
    slugs = at_once(lambda number: save_draft(issue, by=None, source=f"{small_issue}\n{number}").slug, THREADS)
    assert len(set(slugs)) == THREADS


def test_the_command_names_the_draft_of_another(small_issue: str, tmp_path: Path) -> None:
    file = tmp_path / "issue.txt"
    file.write_text(small_issue)
    at_once(lambda number: call_command("import_report", str(file)), THREADS)
    assert Report.objects.count() == 1


def test_who_knows_of_the_others_may_import_again(small_issue: str) -> None:
    issue = parse(small_issue)
    first = save_draft(issue, by=None, source=small_issue, copies=0)
    with pytest.raises(AlreadyImported) as found:
        save_draft(issue, by=None, source=small_issue, copies=0)
    assert (found.value.report, found.value.copies) == (first, 1)
    save_draft(issue, by=None, source=small_issue, copies=1)
    save_draft(issue, by=None, source=small_issue)
    assert Report.objects.count() == 3


def test_a_lock_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        one_at_a_time("anything")
