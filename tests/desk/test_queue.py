"""The moderation queue: what it shows, what its buttons do, and who may open and press them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment, Decision, Discussion, Flag
from comments.moderating import decide, edit, reply
from newsroom.publishing import withdraw
from tests.desk.browsing import Form, signed_in, words
from tests.factories import approved, commented, complete_issue, person, published

pytestmark = pytest.mark.django_db

QUEUE = "/admin/comments/comment/"
TABS = ["pending", "reported", "approved", "spam", "bin"]
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def report() -> Any:
    return published(title="Talked about", stories=1).report


@pytest.fixture
def moderator() -> Any:
    return person("Moderator", username="mo")


@pytest.fixture
def desk(moderator: Any) -> Client:
    return signed_in(moderator)


def of(report: Any, number: int, **more: Any) -> Comment:
    """A comment of an author of its own."""
    more = {"name": f"Reader {number}", "body": f"Remark number {number}.", **more}
    return commented(report, email=f"reader-{number}@secret.example", network=f"n{number}", **more)


def into(comment: Comment, act: str) -> Comment:
    decide([(comment.pk, comment.version)], act, by=None)
    comment.refresh_from_db()
    return comment


def names(page: Any) -> list[str]:
    return [card.comment.name for card in page.context["page"].cards]


def press(client: Client, do: str, query: str = "", **more: Any) -> Any:
    return client.post(QUEUE + query, {"do": do, **more}, follow=True)


def pair(comment: Comment) -> str:
    return f"{comment.pk}:{comment.version}"


# What it shows


class TestTheList:
    def test_each_tab_has_its_own_in_its_order_and_all_have_right_counts(self, desk: Client, report: Any) -> None:
        for number in range(1, 4):
            of(report, number)
        into(of(report, 4), "approve")
        flagged = into(of(report, 5), "approve")
        Flag.objects.create(comment=flagged, reason="abuse")
        into(of(report, 6), "spam")
        into(of(report, 7), "bin")
        into(of(report, 8), "bin")
        Comment.objects.filter(pk=of(report, 9).pk).update(status="withdrawn")
        shown = {tab: names(desk.get(QUEUE, {"tab": tab})) for tab in TABS}
        assert shown == {
            "pending": ["Reader 1", "Reader 2", "Reader 3"],
            "reported": ["Reader 5"],
            "approved": ["Reader 5", "Reader 4"],
            "spam": ["Reader 6"],
            "bin": ["Reader 8", "Reader 7"],
        }
        page = desk.get(QUEUE)
        assert page.context["page"].counts == {"pending": 3, "reported": 1, "approved": 2, "spam": 1, "bin": 2}
        assert "Pending 3 Reported 1 Approved 2 Spam 1 Bin 2" in words(page)

    def test_pages_of_fifty_and_nonsense_in_the_address(self, desk: Client, report: Any) -> None:
        now = timezone.now()
        Comment.objects.bulk_create(
            Comment(report=report, name=f"R{n}", body="x", text_digest=str(n), submitted_at=now + timedelta(seconds=n))
            for n in range(1, 121)
        )
        assert names(desk.get(QUEUE, {"page": 3})) == [f"R{n}" for n in range(101, 121)]
        assert len(names(desk.get(QUEUE, {"per": 100}))) == 100
        assert names(desk.get(QUEUE, {"page": 99})) == [f"R{n}" for n in range(101, 121)]
        for odd in ("0", "-1", "x", "９", "99999999999999999999", "9223372036854775808"):
            page = desk.get(QUEUE, {"page": odd, "per": odd, "issue": odd, "author": odd, "tab": odd})
            assert page.status_code == 200
            assert page.context["page"].wanted.tab == "pending"

    def test_search_issue_and_author_narrow_the_list_and_the_counts(self, desk: Client, report: Any) -> None:
        other = published(title="Another issue", stories=1).report
        mine = of(report, 1, body="About tariffs, 100%_sure.")
        of(other, 2, name="Tariff Man")
        into(of(other, 3, body="tariffs again"), "spam")
        of(other, 4)
        page = desk.get(QUEUE, {"q": "tariff"})
        assert names(page) == ["Reader 1", "Tariff Man"]
        assert page.context["page"].counts["spam"] == 1
        assert names(desk.get(QUEUE, {"q": "100%_"})) == ["Reader 1"]
        assert names(desk.get(QUEUE, {"issue": report.pk})) == ["Reader 1"]
        assert names(desk.get(QUEUE, {"author": mine.commenter_id})) == ["Reader 1"]
        assert names(desk.get(QUEUE, {"q": "nowhere"})) == []

    def test_a_card_tells_what_helps_to_decide(self, desk: Client, report: Any) -> None:
        parent = into(of(report, 1, body="The parent says " + "very much " * 50), "approve")
        into(of(report, 2, name="Old hand"), "approve")
        into(commented(report, name="Old hand", email="reader-2@secret.example", body="Bad", network="n2"), "spam")
        body = "See https://one.example and https://two.example"
        held = commented(
            report, name="Old hand", email="reader-2@secret.example", body=body, parent=parent, network="n2",
            site="https://hand.example/?a=1&b=2",
        )  # fmt: skip
        Comment.objects.filter(pk=held.pk).update(submitted_at=timezone.now() - timedelta(hours=3))
        page = desk.get(QUEUE)
        text = words(page)
        assert body in text
        assert "In reply to Reader 1 : The parent says very much" in text.replace("Reader 1:", "Reader 1 :")
        assert "2 links in the text" in text
        assert "1 approved, 1 rejected, 0 reported" in text
        assert "has waited 3" in text
        assert "On Talked about" in text
        link = re.search(r'<a href="https://hand\.example/\?a=1&amp;b=2"\s+rel="([^"]+)"', page.content.decode())
        assert link
        assert {"nofollow", "noopener"} <= set(link[1].split())
        assert "secret.example" not in page.content.decode()

    def test_reports_are_told_with_the_decision_before(self, desk: Client, report: Any, moderator: Any) -> None:
        comment = approved(report, email="g@secret.example")
        Flag.objects.create(comment=comment, reason="abuse", note="It insults me.")
        decide([(comment.pk, comment.version)], "approve", by=moderator)
        Flag.objects.create(comment=comment, reason="spam", note="And it sells.")
        text = words(desk.get(QUEUE, {"tab": "reported"}))
        assert "Insulting or threatening × 1 (answered)" in text
        assert "Before: Approved by mo, a moment ago" in text
        assert "Spam or advertising × 1 And it sells." in text
        assert "1 approved, 0 rejected, 2 reported" in text

    def test_a_long_text_is_folded_and_whole(self, desk: Client, report: Any) -> None:
        body = "\n".join(f"Line {n} <b>& “more”</b>" for n in range(300))
        of(report, 1, body=body)
        card = desk.get(QUEUE).context["page"].cards[0]
        first, rest = card.parts
        assert first + rest == body
        assert 0 < len(first) < 1000

    def test_what_the_desk_edited_and_what_the_author_wrote(self, desk: Client, report: Any, moderator: Any) -> None:
        comment = of(report, 1, body="Chips are expensive now")
        edit(comment.pk, 0, body="Chips are dear now", name="Renamed", by=moderator)
        page = desk.get(QUEUE)
        html = page.content.decode()
        assert "<del>expensive </del><ins>dear </ins>" in html
        assert "Under the name Reader 1" in words(page)
        assert "Edited by mo" in words(page)

    def test_the_way_to_the_page_is_the_permalink(self, desk: Client, report: Any) -> None:
        comment = approved(report)
        page = desk.get(QUEUE + "?tab=approved").content.decode()
        assert f'href="{comment.url}">See it on the page' in page

    def test_an_issue_that_readers_no_longer_have(self, desk: Client, report: Any) -> None:
        of(report, 1)
        withdraw(report, by=None, note="")
        assert "Talked about, which readers don’t have now" in words(desk.get(QUEUE))

    def test_nothing_typed_is_markup(self, desk: Client, report: Any) -> None:
        evil = "</textarea><script>alert(1)</script>{{ card }}"
        comment = of(report, 1, name=evil, body=evil + "&amp;")
        Comment.objects.filter(pk=comment.pk).update(site="javascript:alert(1)", reasons=[evil])
        for address in (QUEUE, f"{QUEUE}{comment.pk}/change/", f"{QUEUE}{comment.pk}/reply/"):
            html = desk.get(address).content.decode()
            assert "<script>alert" not in html
            assert 'href="javascript:' not in html
        assert evil + "&amp;" in words(desk.get(QUEUE))

    @pytest.mark.parametrize(("role", "queries"), [("Moderator", 17), ("Administrator", 18)])
    @pytest.mark.parametrize("many", [1, 3])
    def test_it_costs_the_same_with_one_card_and_with_three(
        self, report: Any, role: str, queries: int, many: int
    ) -> None:
        client = signed_in(person(role))
        for number in range(many):
            parent = into(of(report, number), "approve")
            row = commented(
                published(title=f"Issue {number}", stories=1).report, email=f"{number}@x.example", network=f"m{number}"
            )
            Comment.objects.filter(pk=row.pk).update(parent=parent)
            Flag.objects.create(comment=row, reason="abuse", settled=row.decisions.first())
        client.get(QUEUE)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(QUEUE)
        assert len(page.context["page"].cards) == many
        assert len(asked) == queries, "\n".join(query["sql"][:150] for query in asked)


# What its buttons do


class TestTheButtons:
    @pytest.mark.parametrize(
        ("act", "status"), [("approve", "approved"), ("spam", "spam"), ("bin", "bin")]
    )  # fmt: skip
    def test_deciding_comes_back_to_the_same_place_and_can_be_undone(
        self, desk: Client, report: Any, act: str, status: str
    ) -> None:
        comment, query = of(report, 1), f"?issue={report.pk}&q=Remark"
        of(report, 2)
        answer = desk.post(QUEUE + query, {"do": f"{act}:{pair(comment)}"})
        assert (answer.status_code, answer["Location"]) == (303, QUEUE + query)
        page = desk.get(answer["Location"])
        comment.refresh_from_db()
        assert comment.status == status
        assert "Reader 1, “Remark number 1.”" in words(page)
        undo = re.search(r'value="(undo:[0-9a-f-]{36})"', page.content.decode())
        assert undo
        page = press(desk, undo[1], query)
        comment.refresh_from_db()
        assert (comment.status, comment.decided_by, comment.decided_at) == ("pending", None, None)
        assert "Undone: Reader 1" in words(page)
        assert "There is nothing to undo." in words(press(desk, undo[1]))

    def test_many_at_once_and_those_that_somebody_decided_meanwhile(self, desk: Client, report: Any) -> None:
        ann = person("Moderator", username="ann")
        comments = [of(report, number) for number in range(1, 5)]
        decide([(comments[1].pk, 0)], "approve", by=ann)
        page = press(desk, "spam", chosen=[pair(comment) for comment in comments])
        assert [Comment.objects.get(pk=row.pk).status for row in comments] == ["spam", "approved", "spam", "spam"]
        assert "Marked as spam: 3 comments." in words(page)
        assert f"Reader 2 (comment {comments[1].pk}): Approved by ann, a moment ago." in words(page)
        undone = press(desk, "undo")
        assert "Undone: 3 comments." in words(undone)
        assert Comment.objects.pending().count() == 3

    def test_what_somebody_did_since_is_not_undone(self, desk: Client, report: Any) -> None:
        comment = of(report, 1)
        batch = decide([(comment.pk, 0)], "spam", by=None).batch
        decide([(comment.pk, 1)], "approve", by=person("Moderator", username="ann"))
        page = press(desk, f"undo:{batch}")
        assert "Not undone: somebody did something else since." in words(page)
        assert "Approved by ann, a moment ago" in words(page)
        comment.refresh_from_db()
        assert comment.status == "approved"

    def test_the_last_thing_done_to_the_chosen_ones(self, desk: Client, report: Any) -> None:
        one, two = into(of(report, 1), "spam"), into(of(report, 2), "bin")
        three = of(report, 3)
        page = press(desk, "undo-last", chosen=[pair(one), pair(two), pair(three)])
        assert "Undone: 2 comments." in words(page)
        assert Comment.objects.pending().count() == 3
        assert "nothing to undo" in words(press(desk, "undo-last", chosen=[pair(three)]))

    def test_pins_and_switches(self, desk: Client, report: Any) -> None:
        comment = approved(report)
        press(desk, f"pin:{pair(comment)}", "?tab=approved")
        comment.refresh_from_db()
        assert comment.pinned_at
        page = press(desk, f"close:{report.pk}", f"?issue={report.pk}")
        assert "Comments on “Talked about” are closed." in words(page)
        assert "Comments are closed." in words(page)
        for do, state in (("reopen", True), ("house", None)):
            press(desk, f"{do}:{report.pk}")
            report.discussion.refresh_from_db()
            assert report.discussion.is_open is state
        for state in (True, False, None):
            press(desk, "undo")
            report.discussion.refresh_from_db()
            assert report.discussion.is_open is state
        press(desk, "undo")
        comment.refresh_from_db()
        assert comment.pinned_at is None

    @pytest.mark.parametrize(
        "do",
        *[["", "fly", "approve", "approve:", "approve:x:0", "undo:x", "pin:0:0", "pin", "bin:99999999999999999999:0"]],
    )
    def test_nonsense_changes_nothing_and_says_so(self, desk: Client, report: Any, do: str) -> None:
        of(report, 1)
        page = press(desk, do)
        assert page.status_code == 200
        assert [message.level_tag for message in page.context["messages"]] != ["success"]
        assert Comment.objects.get().version == 0

    def test_the_same_doors_in_json(self, desk: Client, report: Any) -> None:
        one, two = of(report, 1), of(report, 2)
        answer = desk.post(QUEUE, {"do": "approve", "chosen": [pair(one)]}, **JSON)
        told = answer.json()
        assert (answer.status_code, told["done"]) == (200, [{"pk": one.pk, "version": 1, "status": "approved"}])
        assert told["counts"] == {"pending": 1, "reported": 0, "approved": 1, "spam": 0, "bin": 0}
        again = desk.post(QUEUE, {"do": f"spam:{pair(one)}"}, **JSON)
        assert again.status_code == 409
        assert "Approved by mo, a moment ago." in again.json()["missed"][str(one.pk)]
        assert "Approved by mo, a moment ago." in again.json()["cards"][str(one.pk)]
        back = desk.post(QUEUE, {"do": f"undo:{told['batch']}"}, **JSON).json()
        assert f'data-version="{back["done"][0]["version"]}"' in back["cards"][str(one.pk)]
        form = desk.get(f"{QUEUE}{two.pk}/reply/", **JSON).json()["form"]
        assert "Approve and reply" in form
        short = desk.post(f"{QUEUE}{two.pk}/reply/", {"body": " ", "version": 0}, **JSON)
        assert (short.status_code, "This field is required" in short.json()["form"]) == (422, True)


class TestWriting:
    def test_an_edit_keeps_the_original_and_is_logged_with_its_reason(self, desk: Client, report: Any) -> None:
        comment = of(report, 1)
        form = Form(desk.get(f"{QUEUE}{comment.pk}/change/?tab=spam&page=2"), "why")
        answer = form.send(desk, body="Other words.", why="A phone number")
        assert (answer.status_code, answer["Location"]) == (303, f"{QUEUE}?tab=spam&page=2")
        comment.refresh_from_db()
        assert (comment.body, comment.original) == ("Other words.", "Remark number 1.")
        assert comment.decisions.first().why == "A phone number"

    def test_nothing_typed_is_lost_when_somebody_was_quicker(self, desk: Client, report: Any) -> None:
        comment = of(report, 1)
        form = Form(desk.get(f"{QUEUE}{comment.pk}/change/"), "why")
        edit(comment.pk, 0, body="Words of Ann.", name="Reader 1", by=person("Moderator", username="ann"))
        answer = form.send(desk, body="My words.")
        assert answer.status_code == 409
        assert "Edited by ann, a moment ago." in words(answer)
        assert "Words of Ann." in words(answer)
        again = Form(answer, "why")
        assert again["body"] == "My words."
        again.send(desk)
        comment.refresh_from_db()
        assert (comment.body, comment.original) == ("My words.", "Remark number 1.")

    def test_a_reply_of_the_staff_approves_what_it_answers(self, desk: Client, report: Any, moderator: Any) -> None:
        comment = of(report, 1)
        Form(desk.get(f"{QUEUE}{comment.pk}/reply/"), "body").send(desk, body="Thank you.")
        comment.refresh_from_db()
        answer = comment.replies.get()
        given = (comment.status, answer.status, answer.staff, answer.name)
        assert given == ("approved", "approved", moderator, "The editors"), "his log-in name is not for readers"
        assert "Staff" in words(desk.get(QUEUE, {"tab": "approved"}))
        press(desk, "undo")
        assert Comment.objects.approved().count() == 0

    @pytest.mark.parametrize("fields", [{"body": " \x00 "}, {"name": ""}, {"body": "x" * 65_526}])
    def test_what_can_not_be_saved_is_shown_again(self, desk: Client, report: Any, fields: dict[str, str]) -> None:
        comment = of(report, 1)
        answer = Form(desk.get(f"{QUEUE}{comment.pk}/change/"), "why").send(desk, **{"name": "New", **fields})
        assert answer.status_code == 422
        assert comment.decisions.count() == 1


# Who may


class TestWhoMay:
    def doors(self, report: Any, comment: Comment) -> list[tuple[str, str, dict[str, Any]]]:
        batch = str(Decision.objects.filter(act="spam").latest("pk").batch)
        row = f"{QUEUE}{comment.pk}/"
        return [
            ("get", QUEUE, {}),
            *(("get", f"{QUEUE}?tab={tab}", {}) for tab in TABS),
            ("get", f"{QUEUE}?q=reader-1@secret.example", {}),
            ("get", row + "change/", {}),
            ("get", row + "reply/", {}),
            *(("post", QUEUE, {"do": f"{act}:{pair(comment)}"}) for act in ("approve", "unapprove", "spam", "bin")),
            *(("post", QUEUE, {"do": f"{act}:{pair(comment)}"}) for act in ("pin", "unpin", "undo-last")),
            *(("post", QUEUE, {"do": f"{act}:{report.pk}"}) for act in ("close", "reopen", "house")),
            ("post", QUEUE, {"do": f"undo:{batch}"}),
            ("post", QUEUE, {"do": "approve", "chosen": pair(comment)}),
            ("post", row + "change/", {"body": "Theirs", "name": "They", "version": comment.version}),
            ("post", row + "reply/", {"body": "Theirs", "version": comment.version}),
        ]

    @pytest.fixture
    def rows(self, report: Any) -> Comment:
        into(of(report, 2, body="TELLTALE two"), "spam")
        return of(report, 1, body="TELLTALE one")

    @pytest.mark.parametrize("who", ["nobody", "no role", "Writer", "a reader of comments", "no staff"])
    @pytest.mark.parametrize("accept", [{}, JSON], ids=["page", "json"])
    def test_nobody_else_opens_a_door(self, report: Any, rows: Comment, who: str, accept: Any) -> None:
        client = Client()
        if who != "nobody":
            user = person("Moderator" if who == "no staff" else "Writer" if who == "Writer" else "")
            user.is_staff = who != "no staff"
            user.save()
            if who == "a reader of comments":
                user.user_permissions.add(Permission.objects.get(codename="view_comment"))
            client.force_login(user)
        before = list(Comment.objects.order_by("pk").values()), Decision.objects.count()
        for method, address, data in self.doors(report, rows):
            answer = getattr(client, method)(address, data, **accept)
            if who in ("nobody", "no staff"):
                assert (answer.status_code, answer["Location"][:14]) == (302, "/admin/login/?"), address
            else:
                assert answer.status_code == 403, address
            assert "TELLTALE" not in answer.content.decode()
        assert (list(Comment.objects.order_by("pk").values()), Decision.objects.count()) == before
        if who in ("no role", "Writer"):
            front = client.get("/admin/").content.decode()
            assert QUEUE not in front
            assert "wait" not in words(client.get("/admin/"))

    @pytest.mark.parametrize("role", ["Moderator", "Editor", "Administrator"])
    def test_the_roles_that_moderate_do(self, report: Any, rows: Comment, role: str) -> None:
        client = signed_in(person(role))
        for method, address, data in self.doors(report, rows):
            answer = getattr(client, method)(address, data)
            assert answer.status_code in ((200,) if method == "get" else (303, 409)), address
        assert "Comments: 1 waits, 0 reported" in words(client.get("/admin/"))

    def test_a_form_of_another_site_does_nothing(self, rows: Comment, moderator: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(moderator)
        assert client.post(QUEUE, {"do": f"approve:{pair(rows)}"}).status_code == 403
        assert Comment.objects.get(pk=rows.pk).status == "pending"

    def test_doors_of_the_admin_that_are_not_there(self, rows: Comment) -> None:
        client = signed_in(person("Administrator"))
        for door in ("add/", f"{rows.pk}/delete/", f"{rows.pk}/history/", f"{rows.pk}/", "999999/change/"):
            assert client.get(QUEUE + door).status_code == 404, door
        completing = "/admin/autocomplete/?app_label=comments&model_name=comment&field_name=parent&term=T"
        assert client.get(completing).status_code in (403, 404)

    def test_addresses_are_seen_by_those_who_may_and_asked_for_by_nobody_else(self, report: Any, rows: Comment) -> None:
        statements: list[str] = []

        def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append(sql)
            return execute(sql, params, many, context)

        for role in ("Moderator", "Editor"):
            client = signed_in(person(role))
            for accept in ({}, JSON):
                fresh = of(report, 10 + len(statements), body="TELLTALE again")
                with connection.execute_wrapper(listen):
                    for method, address, data in self.doors(report, fresh):
                        answer = getattr(client, method)(address, data, follow=True, **accept)
                        shown = answer.content.decode().replace("q=reader-1%40secret.example", "")
                        assert "secret.example" not in shown.replace('value="reader-1@secret.example"', ""), address
        assert len(statements) > 300
        assert not [sql for sql in statements if "comments_address" in sql]
        assert not [
            line for line in Decision.objects.all() if "secret.example" in f"{line.before}{line.after}{line.why}"
        ]
        client = signed_in(person("Administrator"))
        assert "reader-2@secret.example" in client.get(QUEUE).content.decode()

    def test_only_who_sees_addresses_finds_by_one(self, report: Any) -> None:
        of(report, 1)
        of(report, 2)
        found = {
            role: names(signed_in(person(role)).get(QUEUE, {"q": "READER-1@secret.example"}))
            for role in ("Moderator", "Administrator")
        }
        assert found == {"Moderator": [], "Administrator": ["Reader 1"]}


def test_a_reply_of_somebody_with_a_very_long_name(report: Any) -> None:
    user = person("Moderator", first_name="F" * 150, last_name="L" * 150)
    comment = of(report, 1)
    answer, _ = reply(comment.pk, 0, body="Yes.", by=user)
    answer.refresh_from_db()
    assert len(answer.name) == 245


def test_a_ban_is_a_link_away_for_those_who_may(desk: Client, report: Any) -> None:
    comment = of(report, 1)
    link = f"/admin/comments/ban/add/?comment={comment.pk}"
    assert link in desk.get(QUEUE).content.decode()
    assert desk.get(link).status_code == 200
    other = person()
    other.user_permissions.add(Permission.objects.get(codename="moderate_comment"))
    assert link not in signed_in(other).get(QUEUE).content.decode()


class TestWhatReadersNeverHad:
    def test_no_title_of_a_draft_and_no_switch_for_it(self, desk: Client, report: Any) -> None:
        of(report, 1)
        draft = complete_issue(title="Secret plans")
        report.title = "Secret new title"
        report.save()
        for answer in (
            desk.get(QUEUE, {"issue": draft.pk}),
            desk.get(QUEUE),
            desk.post(QUEUE, {"do": f"close:{draft.pk}"}, headers={"Accept": "application/json"}),
        ):
            assert "Secret" not in answer.content.decode()
        assert not Discussion.objects.filter(report=draft).exists()
