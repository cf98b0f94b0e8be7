"""Widgets and reach at the desk, as people with each role use them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from follow.models import Tally, Widget
from follow.sharing import KINDS, widgets
from newsroom.publishing import withdraw
from tests.desk.browsing import Form, signed_in, words
from tests.factories import person, published

pytestmark = pytest.mark.django_db

WIDGETS, REACH = "/admin/follow/widget/", "/admin/follow/tally/"
SEE = {WIDGETS: {"Editor", "Administrator"}, REACH: {"Writer", "Editor", "Administrator"}}


@pytest.fixture
def desk():
    return signed_in(person("Editor", username="editor"))


def form_of(client):
    return Form(client.get(WIDGETS), "rss-label")


def bar():
    return [widget.label for widget in widgets("T", "/reports/x/").bar]


@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor", "Administrator"])
def test_each_role_sees_its_pages_and_no_others(role):
    client = signed_in(person(role))
    for page, roles in SEE.items():
        assert client.get(page).status_code == (200 if role in roles else 403), page


def test_nobody_sees_them_without_signing_in():
    for page in SEE:
        assert Client().get(page).status_code == 302


class TestWidgets:
    def test_a_row_for_each_kind_as_it_is(self, desk):
        form = form_of(desk)
        for kind in KINDS.values():
            assert form[f"{kind.kind}-label"] == kind.label
            assert form[f"{kind.kind}-place"] == kind.place
        assert [form[f"{kind}-position"] for kind in ("rss", "follow", "linkedin")] == ["10", "20", "30"]

    def test_saving_changes_what_readers_get(self, desk):
        edition = published()
        form = form_of(desk)
        form |= {"weibo-label": "微博", "weibo-place": "bar", "weibo-position": "5", "rss-place": "off"}
        page = words(form.send(desk, follow=True))
        assert "The widgets are saved. Readers see it within a minute." in page
        assert bar() == ["微博", "Follow by Email", "LinkedIn", "Share"]
        assert "微博" in Client().get(edition.url).content.decode()
        assert "Nothing was changed." in words(form_of(desk).send(desk, follow=True))
        assert form_of(desk)["weibo-label"] == "微博"

    def test_the_rows_stand_in_the_order_of_readers(self, desk):
        form = form_of(desk)
        form |= {"print-position": "0"}
        form.send(desk)
        page = desk.get(WIDGETS).content.decode()
        assert page.index('name="print-label"') < page.index('name="rss-label"')

    def test_back_to_the_defaults_whatever_is_typed(self, desk):
        form = form_of(desk)
        form |= {"x-place": "bar"}
        form.send(desk)
        form = form_of(desk)
        form |= {"rss-label": "", "_defaults": ""}
        page = words(form.send(desk, follow=True))
        assert "All widgets are as they come. Readers see it within a minute." in page
        assert not Widget.objects.exists()
        assert "They are as they come already." in words(form_of(desk).send(desk, follow=True, _defaults=""))

    @pytest.mark.parametrize(
        ("field", "typed", "says"),
        [
            ("rss-label", "", "Please enter a label"),
            ("rss-label", " \u200b\x07 ", "Please enter a label"),
            ("rss-label", "x" * 41, "A label has at most 40 characters; this one has 41."),
            ("rss-place", "attic", "Please choose one of the places."),
            ("rss-place", "", "Please choose a place."),
            ("share-place", "list", "Please choose one of the places."),
            ("rss-position", "", "Please enter a number: the smallest comes first."),
            ("rss-position", "first", "Please enter a whole number, such as 35."),
            ("rss-position", "-1", "The smallest number is 0."),
            ("rss-position", "10000", "The largest number is 9999."),
            ("rss-position", "9" * 400, "The largest number is 9999."),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_saved(self, desk, field, typed, says):
        form = form_of(desk)
        form |= {"x-label": "Typed meanwhile", field: typed}
        answer = form.send(desk)
        page = words(answer)
        assert answer.status_code == 422
        assert "Nothing was saved yet" in page
        assert says in page
        assert Form(answer, "rss-label")["x-label"] == "Typed meanwhile"
        assert not Widget.objects.exists()

    def test_a_label_is_one_line_and_refuses_nothing_printable(self, desk):
        form = form_of(desk)
        form |= {"rss-label": " <b>“RSS”</b>\r\n& 订阅 🤖 "}
        form.send(desk)
        assert bar()[0] == "<b>“RSS”</b> & 订阅 🤖"
        assert "<b>“RSS" not in desk.get(WIDGETS).content.decode()

    def test_a_post_without_its_fields_changes_nothing(self, desk):
        answer = desk.post(WIDGETS, {"_save": ""})
        assert answer.status_code == 422
        assert "Please enter a label" in words(answer)
        assert not Widget.objects.exists()

    def test_two_editors_at_once(self, desk):
        mine, theirs = form_of(desk), form_of(desk)
        theirs |= {"x-label": "Theirs"}
        theirs.send(desk)
        mine |= {"x-label": "Mine"}
        answer = mine.send(desk)
        assert answer.status_code == 422
        assert "Somebody else arranged the widgets while you did. Nothing was saved" in words(answer)
        assert Widget.objects.get().label == "Theirs"
        assert Form(answer, "rss-label").send(desk).status_code == 422, "pressing once more doesn't undo theirs either"

    @pytest.mark.parametrize("role", ["", "Writer", "Moderator"])
    def test_who_may_not_change_them_changes_nothing(self, role, desk):
        form, client = form_of(desk), signed_in(person(role))
        form |= {"x-label": "Mine"}
        assert form.send(client).status_code == 403
        assert form.send(client, _defaults="").status_code == 403
        assert not Widget.objects.exists()

    def test_who_may_only_look_has_nothing_to_press(self):
        looks = person()
        looks.user_permissions.add(Permission.objects.get(codename="view_widget"))
        answer = signed_in(looks).get(WIDGETS)
        assert "You can see how the widgets are arranged. Changing it is for editors." in words(answer)
        assert b'type="submit" name="_save"' not in answer.content
        with pytest.raises(AssertionError, match="no form with the field rss-label"):
            Form(answer, "rss-label")


class TestReach:
    def read(self, edition, number, *, kind="read", story=0, days_ago=0):
        on = timezone.localdate() - timedelta(days=days_ago)
        Tally.objects.create(on=on, kind=kind, report_id=edition.report_id, story=story, number=number)

    def test_the_most_read_and_shared_with_their_numbers(self, desk):
        edition = published(title="A <b>& B")
        story = edition.stories.first()
        self.read(edition, 111)
        self.read(edition, 33, story=story.story_id, days_ago=29)
        self.read(edition, 7, kind="weibo")
        self.read(edition, 5, kind="rss")
        self.read(edition, 444, days_ago=30)
        page = words(desk.get(REACH))
        assert "Counts come from browsers with JavaScript that don’t object." in page
        assert "A <b>& B Issue 111" in page
        assert f"{story.headline} Story 33" in page
        assert "Times shared A <b>& B Issue 7" in page
        assert "Weibo 7 RSS 5" in page
        assert "555" not in page
        assert "A <b>& B Issue 555" in words(desk.get(f"{REACH}?days=365"))
        assert story.headline not in words(desk.get(f"{REACH}?days=7"))

    def test_a_drawing_has_a_name_and_no_style(self, desk):
        edition = published()
        self.read(edition, 111)
        page = desk.get(REACH).content.decode()
        reach = page[page.index('class="reach"') :]
        assert 'role="img"' in reach
        assert "at most 111; the table below it has the numbers" in reach
        assert "style=" not in reach.partition("</main>")[0].partition("<script")[0]

    @pytest.mark.parametrize("days", ["", "8", "-1", "nonsense", "9" * 40, "365"])
    def test_whatever_is_asked_there_is_a_page(self, desk, days):
        assert "Nothing was counted in these" in words(desk.get(REACH, {"days": days}))

    def test_what_was_withdrawn_is_left_out(self, desk):
        edition = published(title="Gone")
        self.read(edition, 5, kind="x")
        withdraw(edition.report, by=None)
        page = words(desk.get(REACH))
        assert "Nothing that readers have was shared in these 30 days." in page
        assert "Gone" not in page

    def test_nothing_can_be_written_here(self, desk):
        self.read(published(), 5)
        row = Tally.objects.get()
        for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
            assert desk.get(f"{REACH}{path}").status_code == 404
        desk.post(REACH, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
        assert Tally.objects.count() == 1

    def test_it_costs_the_same_with_one_page_and_with_three(self, desk):
        counts = []
        for number in (1, 3):
            for n in range(number):
                edition = published(title=f"Issue {number} {n}", stories=1)
                self.read(edition, 3)
                self.read(edition, 2, kind="x", story=edition.stories.first().story_id)
            with CaptureQueriesContext(connection) as queries:
                desk.get(REACH)
            counts.append(len(queries))
        assert counts[0] == counts[1]
