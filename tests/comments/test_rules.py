"""The house rules: what becomes of a comment, changing the rules, and trying them first."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import ruling
from comments.checks import Candidate, Lists
from comments.models import Comment, Commenter, Decision, HouseRules, Rule
from comments.moderating import decide
from comments.rules import MOST_REASONS, current_lists, house_rules, judge
from comments.ruling import Stale, change, dry_run, in_boxes, read_lists, state, try_text, understood
from tests.factories import approved, commented, person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return published(title="Talked about").report


def rules_of(**boxes: str) -> list[Rule]:
    typed = read_lists(boxes)
    assert not typed.faults
    return typed.rules


# What becomes of a comment


def test_every_comment_is_held_unless_somebody_set_another_rule(report):
    comment = commented(report, body="Nothing speaks against this.")
    assert (comment.status, comment.reasons) == ("pending", ["Every comment waits for a person"])
    line = comment.decisions.get()
    assert (line.act, line.actor, line.by) == ("hold", "rule", None)


@pytest.mark.parametrize(
    ("confirmed", "before", "name", "body", "status"),
    [
        (True, 2, "Reader", "Fine.", "approved"),
        (True, 3, "Reader", "Fine.", "approved"),
        (True, 1, "Reader", "Fine.", "pending"),
        (False, 2, "Reader", "Fine.", "pending"),
        (True, 2, "Another Name", "Fine.", "pending"),
        (True, 2, "Reader", "http://a.example http://b.example", "pending"),
        (True, 2, "Reader", "A casino", "spam"),
    ],
)
def test_who_is_approved_without_a_person(report, confirmed, before, name, body, status):
    HouseRules.objects.create(pk=1, approve_after=2)
    Rule.objects.create(kind="word", pattern="casino", action="spam")
    for number in range(before):
        approved(report, body=f"Earlier {number}")
    Commenter.objects.update(confirmed_at=timezone.now() if confirmed else None)
    comment = commented(report, name=name, body=body)
    assert comment.status == status
    assert (comment.approved_at is not None) == (status == "approved")


def test_binned_comments_earn_nobody_anything(report):
    HouseRules.objects.create(pk=1, approve_after=1)
    comment = approved(report)
    decide([(comment.pk, 1)], "bin", by=None)
    Commenter.objects.update(confirmed_at=timezone.now())
    assert commented(report, body="Fine.").status == "pending"


@pytest.mark.parametrize(
    ("words", "status"),
    [("held", "pending"), ("held rejected", "bin"), ("rejected spammy", "spam"), ("spammy held rejected", "spam")],
)
def test_of_several_lists_the_gravest_decides_and_is_named_first(report, words, status):
    for pattern, action in (("held", "hold"), ("rejected", "reject"), ("spammy", "spam")):
        Rule.objects.create(kind="word", pattern=pattern, action=action)
    comment = commented(report, body=words)
    assert comment.status == status
    assert len(comment.reasons) == len(words.split())
    gravest = {"pending": "held", "bin": "rejected", "spam": "spammy"}[status]
    assert comment.reasons[0] == f"Contains “{gravest}”"


def test_text_that_was_sent_before_is_held_whoever_sends_it(report):
    commented(report, body="The  same text")
    again = commented(report, body="the same TEXT", email="other@example.org")
    assert again.reasons == ["The same text was sent before"]
    Comment.objects.update(submitted_at=timezone.now() - timedelta(days=31))
    assert commented(report, body="The same text", email="third@example.org").reasons != again.reasons


def test_names_of_the_staff_and_of_the_house_are_held_for_readers_and_say_no_name_of_the_staff(report, settings):
    person("Moderator", first_name="Ann", last_name="Weber", username="annw")
    for number, name in enumerate(("Ann Weber", "АNNW", settings.SITE_NAME.upper())):
        comment = commented(report, name=name, body=f"Text {number}")
        assert comment.reasons == ["The name looks like one of the staff’s"]
    HouseRules.objects.create(pk=1, hold_staff_names=False)
    assert commented(report, name="Ann Weber", body="Text 9").reasons == ["Every comment waits for a person"]


def test_reasons_are_no_more_than_a_moderator_reads():
    lists = Lists(words=current_lists(listed=rules_of(word_hold="\n".join(f"w{n}" for n in range(30)))).words)
    verdict = judge(Candidate(name="R", body=" ".join(f"w{n}" for n in range(30))), lists)
    assert len(verdict.reasons) == MOST_REASONS + 1
    assert verdict.reasons[-1] == f"And {30 - MOST_REASONS} more"


def test_judging_asks_the_database_the_same_with_one_rule_and_with_three(django_assert_num_queries):
    for patterns in ("one", "one\ntwo\nthree"):
        Rule.objects.all().delete()
        Rule.objects.bulk_create(rules_of(word_hold=patterns))
        with django_assert_num_queries(4):
            current_lists(house_rules())


# What editors type


@pytest.mark.parametrize(
    ("kind", "line", "kept"),
    [
        ("word", "casino*", "casino*"),
        ("word", "Buy now", "Buy now"),
        ("word", "赌*", "赌"),
        ("word", "$$$", "$$$"),
        ("domain", "https://www.Evil.example/page?x=1", "www.evil.example"),
        ("domain", "*.evil.example", "evil.example"),
        ("domain", "someone@evil.example", "evil.example"),
        ("domain", "evil.example:8080", "evil.example"),
        ("domain", ".casino", ".casino"),
        ("domain", "xn--e1afmkfd.example", "пример.example"),
    ],
)
def test_a_line_is_kept_as_what_it_means(kind, line, kept):
    assert understood(kind, line) == kept


@pytest.mark.parametrize(
    ("kind", "line", "sentence"),
    [
        ("word", "*", "is no word"),
        ("word", "* *", "nearly every comment"),
        ("word", "a*", "nearly every comment"),
        ("word", "\u200b", "is no word"),
        ("word", "赌*网", "needs no"),
        ("word", "a b c d e f g h i", "more than eight"),
        ("word", "x" * 201, "too long"),
        ("word", "ﷺ" * 100, "too long"),
        ("domain", "casino", "write “.casino”"),
        ("domain", "http://", "is not a domain"),
        ("domain", "two words.example", "is not a domain"),
        ("domain", "a..example", "is not a domain"),
        ("domain", "*", "is not a domain"),
        ("domain", "ev*l.example", "is not a domain"),
    ],
)
def test_a_line_that_can_be_no_rule_is_refused_with_a_sentence(kind, line, sentence):
    with pytest.raises(ValueError, match=sentence):
        understood(kind, line)


def test_lists_are_read_and_shown_again_each_line_once():
    typed = read_lists({"word_hold": "Casino\n\n casino \nbuy  now", "domain_spam": "a.example", "word_spam": "CASINO"})
    assert [(rule.kind, rule.action, rule.pattern) for rule in typed.rules] == [
        ("word", "hold", "Casino"),
        ("word", "hold", "buy now"),
        ("domain", "spam", "a.example"),
    ]
    assert typed.faults == {"word_spam": ["“CASINO” is on another list too. Decide for one of them."]}
    assert in_boxes(typed.rules)["word_hold"] == "Casino\nbuy now"


# Changing them


def test_changing_saves_everything_and_logs_what_changed_alone():
    editor = person("Editor")
    first = change(
        HouseRules(pk=1, max_links=3), rules_of(word_hold="one\ntwo"), seen=state(house_rules(), []), by=editor
    )
    assert (first.act, first.by) == ("rules", editor)
    assert first.before == {"max_links": 2, "words: hold": []}
    assert first.after == {"max_links": 3, "words: hold": ["one", "two"]}
    known = list(Rule.objects.all())
    kept = Rule.objects.get(pattern="two")
    listed = rules_of(word_hold="two", word_spam="one", domain_reject="evil.example")
    second = change(house_rules(), listed, seen=state(house_rules(), known), by=editor)
    assert second.before == {"words: hold": ["one"], "words: spam": [], "domains: reject": []}
    assert second.after == {"words: hold": [], "words: spam": ["one"], "domains: reject": ["evil.example"]}
    assert Rule.objects.get(pattern="two").pk == kept.pk
    assert house_rules().max_links == 3
    assert change(house_rules(), listed, seen=state(house_rules(), list(Rule.objects.all())), by=editor) is None
    assert Decision.objects.filter(act="rules").count() == 2


def test_nobody_saves_over_rules_that_he_has_not_seen():
    seen = state(house_rules(), [])
    change(house_rules(), rules_of(word_hold="one"), seen=seen, by=None)
    with pytest.raises(Stale):
        change(house_rules(), rules_of(word_hold="two"), seen=seen, by=None)
    assert [rule.pattern for rule in Rule.objects.all()] == ["one"]


@pytest.mark.parametrize("role", ["", "Writer", "Moderator"])
def test_only_editors_change_the_rules(role):
    with pytest.raises(PermissionDenied):
        change(house_rules(), rules_of(word_hold="one"), seen=state(house_rules(), []), by=person(role))
    assert not Rule.objects.exists()
    assert not HouseRules.objects.exists()


# Trying them


def test_trying_a_text_says_what_would_become_of_it_and_saves_nothing(report):
    commented(report, body="Sent before")
    counts = [model.objects.count() for model in (Comment, Decision, Rule, HouseRules)]
    rules, listed = HouseRules(pk=1, max_links=1), rules_of(word_spam="casino", domain_reject="evil.example")
    assert try_text(rules, listed, name="R", site="", body="A casino").status == "spam"
    assert try_text(rules, listed, name="R", site="https://evil.example", body="Hello").status == "bin"
    assert try_text(rules, listed, name="R", site="", body="http://a.example").reasons == ["1 link in the text"]
    assert try_text(rules, listed, name="R", site="", body="Sent before").reasons == ["The same text was sent before"]
    assert counts == [model.objects.count() for model in (Comment, Decision, Rule, HouseRules)]


def aged(comment: Comment, **ago: float) -> Comment:
    Comment.objects.filter(pk=comment.pk).update(submitted_at=timezone.now() - timedelta(**ago))
    return comment


def test_a_dry_run_counts_what_these_rules_would_do_and_shows_where_people_decided_otherwise(report):
    moderator = person("Moderator")
    let = commented(report, body="A casino in the park", email="telling@secret.example")
    kept = commented(report, body="Agreed", email="b@example.org")
    put = commented(report, body="Buy a casino", email="c@example.org")
    waits = commented(report, body="Casino?", email="d@example.org")
    old = aged(commented(report, body="An old casino", email="e@example.org"), days=31)
    for comment, act in ((let, "approve"), (kept, "approve"), (put, "spam"), (old, "approve")):
        decide([(comment.pk, 0)], act, by=moderator)
    listed = rules_of(word_spam="casino", domain_spam="secret.example")
    with CaptureQueriesContext(connection) as queries:
        run = dry_run(HouseRules(pk=1), listed)
    assert not any("comments_address" in query["sql"] for query in queries)
    assert dict(run.counts) == {"approved": 0, "held": 1, "spam": 3, "rejected": 0}
    assert (run.looked_at, run.cut, run.different) == (4, False, 1)
    assert [(found.comment, found.decided, found.outcome) for found in run.differences] == [(let, "approved", "spam")]
    assert waits.status == "pending"
    assert not Rule.objects.exists()


def test_a_dry_run_approves_whom_these_rules_would_have_approved_then(report):
    moderator = person("Moderator")
    first = aged(approved(report, body="First"), days=3)
    Comment.objects.filter(pk=first.pk).update(approved_at=timezone.now() - timedelta(days=3))
    second = aged(commented(report, body="Second"), days=2)
    decide([(second.pk, 0)], "bin", by=moderator)
    assert dry_run(HouseRules(pk=1, approve_after=1), []).outcomes["approved"] == 0
    Commenter.objects.update(confirmed_at=timezone.now() - timedelta(days=4))
    run = dry_run(HouseRules(pk=1, approve_after=1), [])
    assert (run.outcomes["approved"], run.differences[0].comment, run.differences[0].decided) == (1, second, "rejected")
    assert dry_run(HouseRules(pk=1, approve_after=2), []).outcomes["approved"] == 0


def test_a_dry_run_is_bounded_says_so_and_asks_the_same_of_one_comment_and_of_three(
    report, monkeypatch, django_assert_num_queries
):
    for number in range(3):
        commented(report, body=f"Text {number}")
        with django_assert_num_queries(5):
            run = dry_run(HouseRules(pk=1), [])
        assert (run.looked_at, run.cut) == (number + 1, False)
    monkeypatch.setattr(ruling, "MOST_TRIED", 2)
    run = dry_run(HouseRules(pk=1), [])
    assert (run.looked_at, run.cut) == (2, True)
    monkeypatch.setattr(ruling, "SECONDS_TRIED", -1)
    run = dry_run(HouseRules(pk=1), [])
    assert (run.looked_at, run.cut) == (0, True)
