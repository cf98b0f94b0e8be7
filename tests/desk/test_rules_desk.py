"""House rules, bans, log and personal data at the desk, as people with each role use them."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.banning import ban, ban_author, lift
from comments.models import Address, Ban, Comment, Commenter, Decision, HouseRules, Rule
from comments.moderating import decide
from newsroom.lib.network import fingerprint_of
from tests.desk.browsing import Form, signed_in, words
from tests.factories import approved, commented, person, published

pytestmark = pytest.mark.django_db

RULES = "/admin/comments/houserules/"
BANS = "/admin/comments/ban/"
LOG = "/admin/comments/decision/"
PEOPLE = "/admin/comments/address/"
EMAIL, IP = "telling@secret.example", "203.0.113.77"


@pytest.fixture
def report():
    return published(title="Talked about").report


@pytest.fixture
def comment(report):
    return commented(
        report, name="Bad Guy", email=EMAIL, site="https://shop.example", body="Well said.", network=fingerprint_of(IP)
    )


@pytest.fixture
def moderators_desk():
    return signed_in(person("Moderator", username="mona"))


@pytest.fixture
def administrators_desk():
    return signed_in(person("Administrator", username="adam"))


# Who sees what

PAGES = {
    RULES: {"Moderator", "Editor", "Administrator"},
    f"{RULES}1/change/": {"Moderator", "Editor", "Administrator"},
    BANS: {"Moderator", "Editor", "Administrator"},
    f"{BANS}add/": {"Moderator", "Editor", "Administrator"},
    f"{BANS}add/?comment=1": {"Moderator", "Editor", "Administrator"},
    f"{BANS}1/change/": {"Moderator", "Editor", "Administrator"},
    LOG: {"Moderator", "Editor", "Administrator"},
    f"{LOG}csv/": {"Moderator", "Editor", "Administrator"},
    f"{LOG}times/": {"Moderator", "Editor", "Administrator"},
    PEOPLE: {"Administrator"},
    f"{PEOPLE}1/": {"Administrator"},
    f"{PEOPLE}1/export/": {"Administrator"},
    f"{PEOPLE}1/erase/": {"Administrator"},
}


def at(page: str, comment: Comment) -> str:
    """The address of a page about rows that are there."""
    ban_pk = Ban.objects.first().pk
    return (
        page.replace("comment=1", f"comment={comment.pk}")
        .replace("/ban/1/", f"/ban/{ban_pk}/")
        .replace("/address/1/", f"/address/{comment.commenter_id}/")
    )


@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor", "Administrator"])
def test_each_role_sees_its_pages_and_no_others(comment, role):
    ban_author(comment, "address", by=None, reason="Rude")
    client = signed_in(person(role))
    for page, roles in PAGES.items():
        status = client.get(at(page, comment)).status_code
        assert (status in {200, 302}) is (role in roles), page
        assert status in {200, 302, 403}


@pytest.mark.parametrize("role", ["Moderator", "Editor"])
def test_no_address_and_no_network_on_any_page_for_those_who_may_not_see_them(comment, role):
    """Whatever they look at, search for or try: neither in the page, nor asked of the database."""
    somebody = person(role)
    decide([(comment.pk, 0)], "spam", by=somebody)
    for kind in ("address", "network"):
        ban_author(comment, kind, by=somebody, reason="Rude")
    client = signed_in(somebody)
    searches = [f"{page}?q={text}" for page in (BANS, LOG) for text in (EMAIL, "secret", IP, fingerprint_of(IP))]
    for page in [at(page, comment) for page, roles in PAGES.items() if role in roles] + searches:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page)
            content = response.getvalue().decode() if response.streaming else response.content.decode()
        assert not any("comments_address" in query["sql"] for query in queries), page
        if page in searches:  # the words of the search itself stand in the page
            assert "the address behind" not in content
            assert "Bad Guy" not in content
            continue
        for telling in ("telling@", "secret.example", comment.commenter.digest, IP, fingerprint_of(IP)):
            assert telling not in content, page
    form = Form(client.get(RULES), "trial_body")
    with CaptureQueriesContext(connection) as queries:
        dry = form.send(client, _dry="", trial_body="x").content.decode()
    assert "secret" not in dry
    assert not any("comments_address" in query["sql"] for query in queries)


# House rules


def test_an_editor_changes_the_rules_and_they_hold(report, desk):
    page = Form(desk.get(RULES), "word_spam")
    page.update(
        word_spam="casino*\r\nbuy now", domain_reject="https://evil.example/x", max_links="3", approve_after="2"
    )
    assert "saved" in words(page.send(desk, _save="", follow=True))
    assert {(rule.kind, rule.action, rule.pattern) for rule in Rule.objects.all()} == {
        ("word", "spam", "casino*"),
        ("word", "spam", "buy now"),
        ("domain", "reject", "evil.example"),
    }
    assert HouseRules.objects.get().max_links == 3
    assert commented(report, body="Casinos!").status == "spam"
    again = Form(desk.get(RULES), "word_spam")
    assert again["word_spam"] == "buy now\r\ncasino*"
    again.update(word_spam="", hold_repeats="")
    again.send(desk, _save="")
    assert not Rule.objects.filter(kind="word").exists()
    assert Decision.objects.filter(act="rules").count() == 2


def test_faults_are_told_beside_the_box_and_nothing_typed_is_lost_or_saved(desk):
    page = Form(desk.get(RULES), "word_spam")
    page.update(word_spam="*\r\nfine", domain_hold="casino", max_links="-1")
    response = page.send(desk, _save="")
    assert response.status_code == 422
    said = words(response)
    for sentence in ("“*” is no word.", "“casino” is not a domain.", "greater than or equal to 0"):
        assert sentence in said
    assert Form(response, "word_spam")["word_spam"] == "*\r\nfine"
    assert not Rule.objects.exists()
    assert not HouseRules.objects.exists()


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(desk):
    first, second = Form(desk.get(RULES), "word_spam"), Form(desk.get(RULES), "word_spam")
    first["word_spam"], second["word_spam"] = "one", "two"
    first.send(desk, _save="")
    response = second.send(desk, _save="")
    assert response.status_code == 422
    assert "Somebody changed the rules" in words(response)
    assert Form(response, "word_spam")["word_spam"] == "two"
    assert [rule.pattern for rule in Rule.objects.all()] == ["one"]


def test_unsaved_rules_are_tried_on_a_text_and_on_what_came(report, desk, editor):
    comment = commented(report, name="<b>Let through</b>", body="A casino in the park <script>")
    decide([(comment.pk, 0)], "approve", by=editor)
    page = Form(desk.get(RULES), "word_spam")
    page.update(word_spam="casino", trial_body="The casino", trial_name="Somebody")
    tried = words(page.send(desk, _try=""))
    assert "This text would be spam" in tried
    assert "Contains “casino”" in tried
    response = page.send(desk, _dry="")
    run = words(response)
    assert "1 otherwise than people decided" in run
    assert "A casino in the park <script>" in run
    assert b"<script>" not in response.content.split(b"<table")[1].split(b"</table")[0]
    assert not Rule.objects.exists()


def test_a_dry_run_over_nothing_says_so(desk):
    assert "No comment came in the last 30 days" in words(Form(desk.get(RULES), "word_spam").send(desk, _dry=""))


def test_a_moderator_reads_and_tries_the_rules_but_does_not_change_them(moderators_desk):
    Rule.objects.create(kind="word", pattern="casino", action="spam")
    response = moderators_desk.get(RULES)
    assert "casino" in words(response)
    assert b"Save the rules" not in response.content
    page = Form(response, "trial_body")
    page.update(trial_body="The casino", word_spam="", word_hold="other")
    assert "This text would be spam" in words(page.send(moderators_desk, _try=""))
    assert page.send(moderators_desk, _save="").status_code == 403
    assert [rule.pattern for rule in Rule.objects.all()] == ["casino"]


# Bans


def test_a_moderator_bans_the_author_of_a_comment_without_seeing_the_address(comment, moderators_desk):
    url = f"{BANS}add/?comment={comment.pk}"
    response = moderators_desk.get(url)
    assert "Well said." in words(response)
    page = Form(response, "kind")
    assert "value" not in page
    assert page.send(moderators_desk).status_code == 422  # no reason
    page.update(kind="address", reason="Insults", time="day")
    assert "goes to spam" in words(page.send(moderators_desk, follow=True))
    row = Ban.objects.get()
    assert (row.value, row.label, row.created_by.username) == (
        comment.commenter.digest,
        f"the address behind comment {comment.pk}",
        "mona",
    )
    assert row.until - row.created_at < timedelta(days=1, seconds=5)
    again = words(page.send(moderators_desk, follow=True))
    assert "banned already" not in again, "or whoever bans an author could try addresses until one is"
    shown = words(moderators_desk.get(f"{BANS}{row.pk}/change/"))
    for fact in ("In force", "Insults", "mona", "Bad Guy", "Well said."):
        assert fact in shown


def test_what_is_typed_into_a_ban_is_in_no_url_and_on_no_page_afterwards(report, moderators_desk):
    page = Form(moderators_desk.get(f"{BANS}add/"), "value")
    page.update(kind="address", value=EMAIL, reason="Insults", time="")
    response = page.send(moderators_desk)
    assert response.status_code == 302
    assert "secret" not in response["Location"]
    assert "secret" not in moderators_desk.get(BANS).content.decode()
    assert "secret" not in moderators_desk.get(LOG).content.decode()
    assert commented(report, email=EMAIL, body="Hello again.").status == "spam"


def test_nobody_of_the_staff_is_banned_by_name_by_mistake(moderators_desk):
    person("Writer", first_name="Ann", last_name="Weber")
    page = Form(moderators_desk.get(f"{BANS}add/"), "value")
    assert "sure" not in page
    page.update(kind="name", value="Аnn Weber", reason="x", time="day")
    response = page.send(moderators_desk)
    assert "name of Ann Weber, of the staff" in words(response)
    assert not Ban.objects.exists()
    Form(response, "value").send(moderators_desk, sure="on")
    assert Ban.objects.get().kind == "name"


def test_a_ban_is_lifted_by_post_and_neither_edited_nor_deleted(moderators_desk):
    row = ban("name", "Bad Guy", by=None, reason="Rude")
    url = f"{BANS}{row.pk}/change/"
    moderators_desk.get(url)
    assert Ban.objects.active().exists()
    Form(moderators_desk.get(url), "why").send(moderators_desk, why="Sorry was said", reason="Other")
    row.refresh_from_db()
    assert (row.reason, row.lifted_by.username) == ("Rude", "mona")
    assert Decision.objects.get(act="lift").why == "Sorry was said"
    assert "Lifted" in words(moderators_desk.get(url))
    assert moderators_desk.get(f"{BANS}{row.pk}/delete/").status_code == 404
    assert moderators_desk.post(BANS, {"action": "delete_selected", "_selected_action": [row.pk]}).status_code != 500
    assert Ban.objects.filter(pk=row.pk).exists()


def test_bans_are_listed_by_state_in_the_same_number_of_queries(moderators_desk):
    now = timezone.now()
    ban("name", "In force", by=None, reason="x")
    over = ban("name", "Past one", by=None, reason="x", until=now + timedelta(days=1))
    Ban.objects.filter(pk=over.pk).update(until=now)
    lift(ban("name", "Let go", by=None, reason="x"), by=None)
    for state, label in (("active", "In force"), ("over", "Past one"), ("lifted", "Let go")):
        rows = moderators_desk.get(f"{BANS}?state={state}").context["cl"].result_list
        assert [row.label for row in rows] == [label]
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            moderators_desk.get(BANS)
        counts.append(len(queries))
        for more in range(3):
            ban("name", f"More {number} {more}", by=person("Moderator"), reason="x")
    assert counts[0] == counts[1]


@pytest.mark.parametrize("number", ["0", "x", "999999", "9" * 30, "-1"])
def test_banning_the_author_of_no_comment_is_not_found(moderators_desk, number):
    assert moderators_desk.get(f"{BANS}add/?comment={number}").status_code == 404


def test_an_answer_of_the_staff_offers_nothing_to_ban(report, moderators_desk):
    ann = person("Moderator")
    answer = Comment.objects.create(report=report, name="Ann", body="Thanks", staff=ann, text_digest="t")
    response = moderators_desk.get(f"{BANS}add/?comment={answer.pk}")
    assert "doesn’t ban here" in words(response)
    assert moderators_desk.post(f"{BANS}add/?comment={answer.pk}", {"kind": "name", "reason": "x"}).status_code == 422


# The log


def test_the_log_shows_filters_and_exports_what_was_decided(report, comment, moderators_desk):
    moderator = person("Moderator", first_name="Ann")
    decide([(comment.pk, 0)], "bin", by=moderator, why="=1+1 <b>off topic</b>")
    page = words(moderators_desk.get(LOG))
    assert "Ann binned a comment by Bad Guy" in page
    assert "=1+1 <b>off topic</b>" in page
    none = words(moderators_desk.get(f"{LOG}?act=approve"))
    assert "Nothing in the log is like that." in none
    sheet = moderators_desk.get(f"{LOG}csv/?act=bin")
    text = sheet.getvalue().decode()
    assert text.startswith("\ufeff")
    assert "'=1+1 <b>off topic</b>" in text
    assert "Every comment waits" not in text
    assert sheet["Cache-Control"].startswith("private, no-store")


def test_an_empty_log_and_times_without_decisions_say_so(moderators_desk):
    assert "Nothing was decided yet." in words(moderators_desk.get(LOG))
    assert "Nobody decided about a comment in the last twelve weeks." in words(moderators_desk.get(f"{LOG}times/"))


def test_times_are_drawn_and_stand_in_a_table(comment, moderators_desk):
    decide([(comment.pk, 0)], "approve", by=person("Moderator"))
    Decision.objects.filter(act="approve").update(at=comment.submitted_at + timedelta(minutes=4))
    response = moderators_desk.get(f"{LOG}times/")
    assert response.content.count(b"<rect") == 1
    assert "4 min 1" in words(response)


def test_the_log_costs_the_same_with_one_line_and_with_three(report, moderators_desk):
    counts = []
    for number in range(3):
        approved(report, body=f"Text {number}", email=f"{number}@example.org")
        with CaptureQueriesContext(connection) as queries:
            moderators_desk.get(LOG)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


# Personal data


def test_an_administrator_looks_up_gives_out_and_erases_and_no_url_bears_the_address(comment, administrators_desk):
    page = Form(administrators_desk.get(PEOPLE), "email")
    assert "Nothing is kept about this address." in words(page.send(administrators_desk, email="nobody@example.org"))
    found = page.send(administrators_desk, email=EMAIL.upper())
    assert found["Location"] == f"{PEOPLE}{comment.commenter_id}/"
    person_page = administrators_desk.get(found["Location"])
    assert EMAIL in words(person_page)
    assert person_page["Cache-Control"].startswith("private, no-store")

    assert administrators_desk.get(f"{found['Location']}export/").status_code == 302
    given = administrators_desk.post(f"{found['Location']}export/")
    assert "secret" not in given["Content-Disposition"]
    content = json.loads(given.content)
    assert (content["address"], content["comments"][0]["text"]) == (EMAIL, "Well said.")

    ask = administrators_desk.get(f"{found['Location']}erase/")
    assert "There is no way back." in words(ask)
    assert Address.objects.exists()
    done = administrators_desk.post(f"{found['Location']}erase/", follow=True)
    assert "1 comment stays, shown as by “Anonymous”." in words(done)
    comment.refresh_from_db()
    assert (comment.name, comment.body) == ("Anonymous", "Well said.")
    assert not Commenter.objects.exists()
    assert Decision.objects.get(act="erase").by.username == "adam"
    assert administrators_desk.get(found["Location"]).status_code == 404


def test_who_may_see_addresses_but_not_delete_them_can_not_erase(comment, django_user_model):
    from django.contrib.auth.models import Permission

    somebody = person()
    somebody.user_permissions.add(Permission.objects.get(codename="view_address"))
    client = signed_in(somebody)
    page = client.get(f"{PEOPLE}{comment.commenter_id}/")
    assert page.status_code == 200
    assert b"erase" not in page.content.split(b"<main")[-1].lower()
    assert client.post(f"{PEOPLE}{comment.commenter_id}/erase/").status_code == 403
    assert Address.objects.exists()
