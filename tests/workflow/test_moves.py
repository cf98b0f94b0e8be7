"""The table of allowed moves: every move of every role at every stage, allowed or not; and what approval means."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from newsroom import publishing, reviewing
from newsroom.deciding import DECISIONS
from newsroom.publishing import Unpublishable, cancel, publish
from newsroom.reviewing import MOVES, OutOfTurn, approve, ask_for_changes, move, submit, take_back, timeline
from newsroom.revising import StaleVersion
from newsroom.roles import ROLES
from reports.models import Edition, Report, Review
from tests.factories import ReportFactory, StoryFactory, edit, person
from watchlist.models import Company

pytestmark = pytest.mark.django_db

DRAFT, REVIEW, APPROVED = Report.Stage
DAY = timezone.timedelta(days=1)
VERBS = {
    "submit": submit,
    "take_back": take_back,
    "approve": approve,
    "ask_for_changes": lambda report, by: ask_for_changes(report, by=by, note="More on chips."),
}
# Who may make which move, and from which stages it can be made, as the issue that asked for it has it.
WHO = {
    "submit": {"Writer", "Editor", "Administrator"},
    "take_back": {"Writer", "Editor", "Administrator"},
    "approve": {"Editor", "Administrator"},
    "ask_for_changes": {"Editor", "Administrator"},
    "publish": {"Editor", "Administrator"},
    "schedule": {"Editor", "Administrator"},
    "reschedule": {"Editor", "Administrator"},
    "cancel": {"Editor", "Administrator"},
    "withdraw": {"Editor", "Administrator"},
}
LEADS = {
    ("submit", DRAFT): REVIEW,
    ("take_back", REVIEW): DRAFT,
    ("approve", REVIEW): APPROVED,
    ("ask_for_changes", REVIEW): DRAFT,
    ("ask_for_changes", APPROVED): DRAFT,
}
EVERYBODY = [*ROLES, "", "anonymous", "inactive"]


def somebody(who: str) -> Any:
    if who == "anonymous":
        return AnonymousUser()
    return person("Editor", is_active=False) if who == "inactive" else person(who)


def issue(**fields: Any) -> Report:
    report = ReportFactory.create(**fields)
    for section in ("china", "international"):
        StoryFactory.create(report=report, section=section)
    edit(report)
    return report


def at(stage: str) -> Report:
    report = issue()
    if stage != DRAFT:
        submit(report, by=None)
    if stage == APPROVED:
        approve(report, by=None)
    return again(report)


def again(report: Report) -> Report:
    return Report.objects.with_state().get(pk=report.pk)


def test_the_table_names_every_decision_of_the_desk_and_no_other() -> None:
    assert set(MOVES) == set(DECISIONS) == set(WHO)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("stage", list(Report.Stage))
@pytest.mark.parametrize("verb", VERBS)
def test_every_move_of_the_table_and_every_other_is_refused(verb: str, stage: str, who: str) -> None:
    report = at(stage)
    before = report.reviews.count()
    leads_to = LEADS.get((verb, Report.Stage(stage)))
    if who not in WHO[verb]:
        with pytest.raises(PermissionDenied):
            VERBS[verb](report, by=somebody(who))
    elif leads_to is None:
        with pytest.raises(OutOfTurn, match="as it is now"):
            VERBS[verb](report, by=somebody(who))
    else:
        actor = somebody(who)
        review = VERBS[verb](report, by=actor)
        assert (review.by, review.revision) == (actor, report.revisions.first())
        assert (again(report).stage, again(report).standing) == (leads_to, leads_to)
        return
    assert (again(report).stage, report.reviews.count()) == (stage, before)


PUBLISHING = {
    "publish": lambda report, by: publish(report, by=by),
    "schedule": lambda report, by: publish(report, by=by, at=timezone.now() + DAY),
    "reschedule": lambda report, by: publishing.reschedule(report, by=by, at=timezone.now() + 2 * DAY),
    "cancel": lambda report, by: cancel(report, by=by),
    "withdraw": lambda report, by: publishing.withdraw(report, by=by),
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("verb", PUBLISHING)
def test_who_changes_what_readers_get(verb: str, who: str) -> None:
    report = issue()
    publish(report, by=None)
    edit(report, title="Changed")
    publish(report, by=None, at=timezone.now() + DAY)
    before = list(Edition.objects.order_by("pk").values())
    if who in WHO[verb]:
        PUBLISHING[verb](report, somebody(who))
        assert list(Edition.objects.order_by("pk").values()) != before
    else:
        with pytest.raises(PermissionDenied):
            PUBLISHING[verb](report, somebody(who))
        assert list(Edition.objects.order_by("pk").values()) == before


def test_what_changes_readers_page_is_no_move_of_the_text() -> None:
    with pytest.raises(OutOfTurn):
        move(at(APPROVED), "publish", by=None)


def test_what_readers_have_already_is_not_submitted() -> None:
    report = issue()
    publish(report, by=None)
    with pytest.raises(OutOfTurn):
        submit(report, by=None)
    edit(report, title="Changed")
    submit(report, by=None)
    assert again(report).standing == REVIEW


def test_what_readers_are_about_to_have_is_not_submitted() -> None:
    report = at(APPROVED)
    publish(report, by=None, at=timezone.now() + DAY)
    with pytest.raises(OutOfTurn):
        submit(report, by=None)
    edit(report, title="Changed")
    assert submit(report, by=None).verdict == "submitted"


def test_a_note_goes_with_a_move_and_asking_for_changes_needs_one() -> None:
    report = at(REVIEW)
    with pytest.raises(OutOfTurn, match="Say what is to be changed"):
        ask_for_changes(report, by=None, note=" \n")
    assert again(report).stage == REVIEW
    words = "“Chips” — ¥300 billion?\n对不起"
    assert ask_for_changes(report, by=None, note=words).note == words
    assert list(Report.objects.sent_back()) == [report]
    submit(report, by=None)
    assert not Report.objects.sent_back().exists()


def test_a_text_that_the_reviewer_has_not_seen_is_not_approved() -> None:
    report = at(REVIEW)
    Report.objects.filter(pk=report.pk).update(version=7)
    with pytest.raises(StaleVersion):
        approve(report, by=None, seen=6)
    with pytest.raises(StaleVersion):
        publish(report, by=None, seen=6)
    assert (again(report).stage, Edition.objects.count()) == (REVIEW, 0)
    approve(report, by=None, seen=7)


class TestAnApproval:
    def test_is_void_when_the_text_changes_and_holds_again_when_it_is_as_it_was(self) -> None:
        report = at(APPROVED)
        title = report.title
        assert list(Report.objects.approved()) == [report]
        edit(report, title="One word more")
        assert again(report).standing == REVIEW
        assert list(Report.objects.in_review()) == [report]
        assert not Report.objects.approved().exists()
        edit(report, title=title)
        assert again(report).standing == APPROVED

    def test_is_void_when_a_story_or_the_name_of_a_company_changes(self) -> None:
        report = at(APPROVED)
        company = Company.objects.create(name="Before", slug="before")
        report.notes.create(company=company, text="Watched")
        edit(report)
        assert again(report).standing == REVIEW
        approve(report, by=None)
        Company.objects.update(name="After")
        edit(report)
        assert again(report).standing == REVIEW

    def test_of_a_text_that_changed_is_no_approval_for_publishing(self) -> None:
        report = at(APPROVED)
        publisher = person()
        allow(publisher, "publish_report")
        Report.objects.update(title="Changed by a shell, and kept by nobody")
        with pytest.raises(Unpublishable, match="Nobody has approved this text"):
            publish(report, by=publisher)
        assert not Edition.objects.exists()

    def test_lets_somebody_publish_who_may_not_approve(self) -> None:
        report, publisher = at(APPROVED), person()
        allow(publisher, "publish_report")
        assert publish(report, by=publisher).published_by == publisher
        assert report.reviews.filter(verdict=Review.Verdict.APPROVED).count() == 1

    def test_is_recorded_when_somebody_who_may_publishes_at_once(self) -> None:
        report, editor = at(DRAFT), person("Editor")
        edition = publish(report, by=editor)
        review = report.reviews.get()
        assert (review.verdict, review.by, review.revision) == ("approved", editor, edition.revision)
        assert again(report).standing == DRAFT
        edit(report, title="The next text begins as a draft")
        assert again(report).standing == DRAFT

    def test_outlives_calling_off_what_was_scheduled(self) -> None:
        report = at(APPROVED)
        publish(report, by=None, at=timezone.now() + DAY)
        assert again(report).standing == DRAFT
        cancel(report, by=None)
        assert again(report).standing == APPROVED
        publish(report, by=None, at=timezone.now() + DAY)
        edit(report, title="Written after it was scheduled")
        cancel(report, by=None)
        assert again(report).standing == DRAFT


class TestFourEyes:
    def test_off_an_editor_approves_what_he_wrote(self) -> None:
        editor = person("Editor")
        report = at(REVIEW)
        edit(report, by=editor, title="My own")
        assert approve(report, by=editor).by == editor

    def test_on_somebody_else_must(self, settings: Any) -> None:
        settings.FOUR_EYES = True
        editor, other = person("Editor"), person("Editor")
        report = at(REVIEW)
        edit(report, by=editor, title="My own")
        with pytest.raises(OutOfTurn, match="somebody else must approve it"):
            approve(report, by=editor)
        with pytest.raises(Unpublishable, match="somebody else must approve it"):
            publish(report, by=editor)
        approve(report, by=other)
        assert publish(report, by=editor).published_by == editor

    def test_on_whoever_looked_last_did_not_write_it(self, settings: Any) -> None:
        """Approving keeps a revision if a name of the registry changed: that is nobody's writing."""
        settings.FOUR_EYES = True
        report, editor = at(REVIEW), person("Editor")
        edit(report, by=person("Writer"), title="A writer's")
        Report.objects.update(standfirst="Changed by a shell")
        assert approve(report, by=editor).by == editor


def test_the_time_line_tells_who_did_what_with_which_words() -> None:
    writer, editor = person("Writer"), person("Editor")
    report = issue()
    submit(report, by=writer, note="Please look at China 1.")
    ask_for_changes(report, by=editor, note="“¥300 billion”?")
    submit(report, by=writer)
    approve(report, by=editor)
    publish(report, by=editor, at=timezone.now() + DAY)
    events = timeline(report, timezone.now())
    assert [(event.what, event.by, event.note) for event in reversed(events)] == [
        ("Submitted for review", writer, "Please look at China 1."),
        ("Changes asked for", editor, "“¥300 billion”?"),
        ("Submitted for review", writer, ""),
        ("Approved", editor, ""),
        ("First publication", editor, ""),
    ]
    assert events[0].is_ahead


def allow(user: Any, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename))
    for cached in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        vars(user).pop(cached, None)


def test_reviewing_moves_nothing_but_the_stage() -> None:
    report = issue()
    version = again(report).version
    submit(report, by=None)
    assert again(report).version == version, "an editor who has the form open can still save"
    assert reviewing.is_approved(again(report), report.revisions.get()) is False
