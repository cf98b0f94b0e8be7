"""The page on which followers change what they get, without an account."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from follow.bouncing import disable
from follow.emails import preferences_link
from follow.models import Bounce, Choice, Follower, Growth, Suppression, address_digest
from follow.subscribing import FOR_GOOD, end, pause
from follow.topics import CORRECTIONS, ISSUES, SECTIONS, find
from newsroom.lib.tokens import make
from newsroom.publishing import withdraw
from tests.factories import follower, published
from tests.follow.asking import EMAIL, asked, following, mailed, path, text
from tests.follow.following import announced

pytestmark = pytest.mark.django_db

CHINA = SECTIONS["china"]
KEPT = {"what": ["issues-0", "corrections-0"], "frequency": "each"}  # what the form says of who changes nothing


@pytest.fixture
def edition():
    return published(title="News")


@pytest.fixture
def company(edition):
    return find("company", "company-1")


@pytest.fixture
def visitor():
    """Somebody without any session, whose form tokens would be checked."""
    return Client(enforce_csrf_checks=True)


def page_of(person):
    return path(preferences_link(person))


def chosen(person):
    return set(person.choices.values_list("kind", "ref"))


def ticked(page):
    boxes = re.findall(r"<input[^>]+(?:checkbox|radio)[^>]+>", page.content.decode())
    return {re.search(r'value="([^"]+)"', box).group(1) for box in boxes if "checked" in box}


def assert_private(response):
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    page = response.content.decode()
    assert "csrf" not in page
    assert 'rel="canonical"' not in page
    assert "reader@" not in page


class TestThePage:
    def test_shows_what_is_followed_and_no_address(self, visitor, company):
        person = following(EMAIL, CHINA, CORRECTIONS, company.pair, frequency="weekly")
        page = visitor.get(page_of(person))
        assert page.status_code == 200
        assert_private(page)
        assert "r…@example.org" in text(page)
        assert "Company: Company 1" in text(page)
        assert ticked(page) == {"china-0", "corrections-0", f"company-{company.ref}", "weekly"}

    def test_changes_it(self, visitor, company):
        person = following(EMAIL, CHINA, CORRECTIONS, company.pair)
        address = page_of(person)
        answer = visitor.post(address, {"what": ["issues-0", "china-0"], "frequency": "weekly"})
        assert (answer.status_code, answer["Location"]) == (303, f"{address}?saved")
        assert_private(answer)
        page = visitor.get(answer["Location"])
        assert "Your changes are saved." in text(page)
        assert ticked(page) == {"issues-0", "weekly"}
        person.refresh_from_db()
        assert (chosen(person), person.frequency) == ({ISSUES}, "weekly")
        assert "Company 1" not in text(page), "what was dropped is followed again from its own page"

    def test_keeps_what_no_issue_names_at_present_until_it_is_dropped(self, visitor, edition, company):
        person = following(EMAIL, ISSUES, company.pair)
        withdraw(edition.report, by=None, note="Why")
        page = visitor.get(page_of(person))
        assert "A company that no issue on the site names at present" in text(page)
        assert "Company 1" not in text(page)
        visitor.post(page_of(person), {"what": list(ticked(page) - {"each"}), "frequency": "each"})
        assert chosen(person) == {ISSUES, company.pair}
        visitor.post(page_of(person), {"what": ["issues-0"], "frequency": "each"})
        assert chosen(person) == {ISSUES}

    @pytest.mark.parametrize("what", [[], ["corrections-0"]])
    def test_says_that_nothing_is_nothing_and_shows_the_way_out(self, visitor, what):
        person = following()
        page = visitor.post(f"{page_of(person)}?saved", {"what": what, "frequency": "each"})
        assert page.status_code == 422
        assert_private(page)
        assert "Nothing would ever be sent to you then." in text(page)
        assert "Your changes are saved" not in text(page)
        way = re.search(r'href="([^"]+)">Stop following', page.content.decode()).group(1)
        assert visitor.post(path(way)).status_code == 200
        assert Follower.objects.get().state() == "ended"

    @pytest.mark.parametrize(
        "fields",
        [
            {"what": ["company-99"], "frequency": "each"},
            {"what": ["issues-0"], "frequency": "x"},
            {"what": ["issues-0\x00"], "frequency": "each"},
            {},
        ],
    )
    def test_takes_nothing_that_it_does_not_offer(self, visitor, company, fields):
        person = following()
        assert visitor.post(page_of(person), fields).status_code == 422
        assert chosen(person) == {ISSUES, CORRECTIONS}

    def test_who_no_longer_waits_for_the_week_misses_none_of_its_issues(self, visitor):
        person, paused = following(frequency="weekly"), following("p@example.org", frequency="weekly")
        pause(paused.pk, "open")
        mailing = announced(title="Of this week")
        for somebody in (person, paused):
            assert not mailing.deliveries.filter(follower=somebody).exists()
            visitor.post(page_of(somebody), KEPT)
            visitor.post(page_of(somebody), {**KEPT, "frequency": "weekly"})
            visitor.post(page_of(somebody), {**KEPT, "pause": "month"})
        assert [delivery.follower for delivery in mailing.deliveries.all()] == [person], (
            "a pause is made up for by nothing"
        )

    def test_takes_as_many_queries_with_one_company_as_with_three(self, visitor, django_assert_num_queries):
        published(title="News", companies=3, policies=3)
        for number in (1, 3):
            pairs = [find(kind, f"{kind}-{n}").pair for kind in ("company", "policy") for n in range(1, number + 1)]
            person = follower(f"f{number}@example.org", ISSUES, *pairs)
            with django_assert_num_queries(4):
                visitor.get(page_of(person))


class TestAPause:
    @pytest.mark.parametrize(("length", "days"), [("month", 30), ("quarter", 91)])
    def test_ends_by_itself(self, visitor, time_machine, length, days):
        person = following()
        visitor.post(page_of(person), {**KEPT, "pause": length})
        person.refresh_from_db()
        assert (person.state(), Follower.objects.active().exists()) == ("paused", False)
        page = visitor.get(page_of(person))
        assert "You pause until" in text(page)
        assert str(timezone.localtime(person.paused_until).year) in text(page)
        time_machine.move_to(timezone.now() + timedelta(days=days, minutes=1))
        assert Follower.objects.active().get().state() == "active"
        assert "You pause" not in text(visitor.get(page_of(person)))

    def test_may_last_until_somebody_says_so(self, visitor):
        person = following()
        visitor.post(page_of(person), {**KEPT, "pause": "open"})
        person.refresh_from_db()
        assert person.paused_until == FOR_GOOD
        assert "You pause until you say otherwise." in text(visitor.get(page_of(person)))
        visitor.post(page_of(person), {**KEPT, "resume": "now"})
        person.refresh_from_db()
        assert (person.paused_until, person.state()) == (None, "active")
        assert Growth.objects.get().came == 1

    def test_saves_what_was_ticked_beside_it_and_says_so(self, visitor):
        person = following()
        changed = {"what": ["china-0"], "frequency": "weekly"}
        for fields, done, said in (
            ({**changed, "pause": "month"}, "paused", "You pause now, and your changes are saved."),
            ({**KEPT, "resume": "now"}, "resumed", "You get mail again, and your changes are saved."),
        ):
            address = page_of(person)
            answer = visitor.post(address, fields)
            assert answer["Location"] == f"{address}?{done}"
            page = visitor.get(answer["Location"])
            assert said in text(page)
            assert ticked(page) == {*fields["what"], fields["frequency"]}
        refused = visitor.post(page_of(person), {"frequency": "each", "pause": "month"})
        assert (refused.status_code, Follower.objects.get().state()) == (422, "active")

    def test_has_its_buttons_in_the_form_of_the_choices(self, visitor):
        person = following()
        page = visitor.get(page_of(person)).content.decode()
        buttons = re.findall(r"<button[^>]+name=\"pause\"[^>]*>", page)
        assert len(buttons) == 3
        assert all('form="preferences"' in button for button in buttons)
        assert page.count('id="preferences"') == 1

    def test_of_no_known_length_is_none(self, visitor):
        person = following()
        assert visitor.post(page_of(person), {"pause": "century"}).status_code == 422
        assert visitor.post(page_of(person), {**KEPT, "pause": "century"})["Location"].endswith("?saved")
        assert Follower.objects.get().state() == "active"


class TestTheStates:
    def test_of_an_address_that_mail_came_back_from(self, visitor):
        person = following()
        disable(person, "hard")
        page = visitor.get(page_of(person))
        assert "Nothing is sent to you at present" in text(page)
        visitor.post(page_of(person), {"what": ["china-0"], "frequency": "each"})
        assert (chosen(person), Follower.objects.get().state()) == ({CHINA}, "disabled")

    def test_of_somebody_who_left_or_never_confirmed(self, visitor):
        person = following()
        end(person.pk)
        other = asked("other@example.org").follower
        for somebody, state in ((person, "ended"), (other, "unconfirmed")):
            before = chosen(somebody)
            page = visitor.get(page_of(somebody))
            assert "You don’t follow Newsroom" in text(page)
            assert "/follow/email/" in page.content.decode()
            assert "Save Changes" not in text(page)
            for fields in (KEPT, {**KEPT, "pause": "open"}, {**KEPT, "resume": "now"}):
                visitor.post(page_of(somebody), fields)
            somebody.refresh_from_db()
            assert (somebody.state(), chosen(somebody), somebody.paused_until) == (state, before, None)


class TestTakingItAlong:
    def test_all_that_is_kept_and_nothing_of_others(self, visitor, company):
        person = following(EMAIL, ISSUES, company.pair)
        following("other@example.net")
        Bounce.objects.create(follower=person, kind="soft", said="451")
        here = f"{page_of(person)}export/"
        answer = visitor.post(here)
        assert answer["Content-Disposition"] == 'attachment; filename="following.json"'
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "private, no-store"
        kept = answer.json()
        assert (kept["address"], kept["state"]) == (EMAIL, "active")
        assert kept["follows"] == ["Every issue", "Company: Company 1"]
        assert kept["agreed_to"].startswith("I want Newsroom to send me by email")
        assert kept["agreed_on_page"] == "https://newsroom.example/follow/"
        assert kept["confirmed_at"].endswith("+00:00")
        (wish,) = kept["wishes"]
        assert wish["asked_for"] == kept["follows"]
        assert wish["confirmed_at"]
        (mail,) = kept["mails"]
        assert mail["sent_at"]
        assert [bounce["said"] for bounce in kept["mails_that_came_back"]] == ["451"]
        assert "other@" not in answer.content.decode()

    def test_is_no_link_that_a_browser_opens_by_itself(self, visitor):
        person = following()
        address = page_of(person)
        answer = visitor.get(f"{address}export/")
        assert (answer.status_code, answer["Location"]) == (303, address)


class TestErasing:
    def test_asks_first_and_leaves_nothing(self, visitor, company):
        person = following(EMAIL, ISSUES, company.pair)
        here = f"{page_of(person)}erase/"
        page = visitor.get(here)
        assert "Erase everything we keep about you?" in text(page)
        assert_private(page)
        assert Follower.objects.exists()
        for _ in range(2):
            page = visitor.post(here)
            assert (page.status_code, "It is erased." in text(page)) == (200, True)
            assert_private(page)
        assert not Follower.objects.exists()
        assert not Choice.objects.exists()
        assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 1)
        for address in (page_of(person), here, f"{page_of(person)}export/"):
            page = visitor.get(address)
            assert (page.status_code, "no longer know the address" in text(page)) == (410, True)

    def test_leaves_the_hash_of_an_address_that_must_never_be_written_to(self, visitor):
        person = following()
        disable(person, "complaint")
        here = f"{page_of(person)}erase/"
        assert "its fingerprint stays" in text(visitor.get(here))
        visitor.post(here)
        assert not Follower.objects.exists()
        assert Suppression.objects.get().digest == address_digest(EMAIL)
        assert Growth.objects.get().left == 1


class TestItsLink:
    def test_never_grows_old(self, visitor, time_machine):
        person = following()
        here = page_of(person)
        time_machine.move_to(timezone.now() + timedelta(days=3000))
        assert visitor.get(here).status_code == 200

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("end_of", ["", "export/", "erase/"])
    def test_opens_nothing_if_it_is_forged_or_of_another_kind(self, visitor, method, end_of):
        person = following()
        good = make("follow.preferences", person.pk)
        other = make("follow.preferences", person.pk + 1).split(":", 1)[0] + ":" + good.split(":", 1)[1]
        kinds = ("follow.out", "follow.confirm", "comments.out", "")
        for token in (good[:-1], good + "A", other, "x", "é", *(make(kind, person.pk) for kind in kinds)):
            answer = getattr(visitor, method)(f"/follow/preferences/{token}/{end_of}")
            assert (answer.status_code, "This link leads nowhere" in text(answer)) == (404, True)
            assert_private(answer)
        assert Follower.objects.get().state() == "active"

    def test_is_in_no_mail_to_an_unconfirmed_address(self):
        asked()
        assert "/preferences/" not in mailed().message().as_string()
