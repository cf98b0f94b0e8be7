"""Followers on the desk: numbers for some, addresses for those alone who may see them; lists in and out."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from follow import desk, enrolling
from follow.bouncing import bounce, is_suppressed
from follow.models import Delivery, Follower, Growth, Wish
from follow.subscribing import pause
from follow.topics import find
from tests.desk.browsing import Form, signed_in, words
from tests.factories import follower as following
from tests.factories import person, published
from tests.follow.asking import asked
from tests.follow.following import announced, dropped, followers

pytestmark = pytest.mark.django_db

HERE = "/admin/follow/follower/"
PROOF = "Signed in at the book fair, on paper."


@pytest.fixture(autouse=True)
def _own_uploads(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def administrator():
    return signed_in(person("Administrator"))


def reads_addresses(queries) -> bool:
    return any('"follow_follower"."email"' in query["sql"] for query in queries)


# Who sees what


@pytest.mark.parametrize(
    ("role", "numbers", "addresses"),
    [
        ("", 403, False),
        ("Moderator", 403, False),
        ("Writer", 200, False),
        ("Editor", 200, False),
        ("Administrator", 200, True),
    ],
)
def test_numbers_are_for_the_desk_and_addresses_for_administrators_alone(role, numbers, addresses):
    follower, other = followers("ann@secret.example", "ben@secret.example")
    mailing = announced()
    dropped(mailing.deliveries.get(follower=follower))
    client = signed_in(person(role))
    pages = [HERE, f"{HERE}?state=active", "/admin/follow/mailing/", f"/admin/follow/mailing/{mailing.pk}/", "/admin/"]
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page)
        assert response.status_code == (200 if page == "/admin/" else numbers)
        shown = b"@secret.example" in response.content
        listed = page.startswith(HERE) or page.endswith(f"{mailing.pk}/")
        assert shown == reads_addresses(queries) == (addresses and listed)
    with CaptureQueriesContext(connection) as queries:
        client.post(HERE, {"q": "ann@secret.example"})
    assert reads_addresses(queries) == addresses
    for page in (f"{HERE}{follower.pk}/", f"{HERE}{follower.pk}/stop/", f"{HERE}{follower.pk}/erase/"):
        assert client.get(page).status_code == (200 if addresses else 403)
    for page in (f"{HERE}import/", f"{HERE}export/", f"{HERE}{other.pk}/json/"):
        assert client.post(page).status_code == (403 if not addresses else 422 if "import" in page else 200)


@pytest.mark.parametrize("role", ["Writer", "Editor", "Administrator"])
@pytest.mark.parametrize(
    "page",
    [
        "/admin/search/?s=ann",
        "/admin/autocomplete/?app_label=follow&model_name=delivery&field_name=follower&term=ann",
        f"{HERE}1/history/",
        f"{HERE}add/",
        f"{HERE}1/change/",
        f"{HERE}1/delete/",
        f"{HERE}?q=ann@secret.example&email__startswith=a",
    ],
)
def test_no_other_door_of_the_admin_shows_an_address(role, page):
    followers("ann@secret.example", "ben@other.example")
    response = signed_in(person(role)).get(page)
    if role != "Administrator" or not page.startswith(f"{HERE}?"):
        assert b"secret.example" not in response.content
    else:
        assert b"ben@other.example" in response.content  # what an address of a page says is no search


def test_no_page_with_an_address_is_kept_by_a_cache():
    (follower,) = followers("ann@secret.example")
    client = administrator()
    for page in (HERE, f"{HERE}{follower.pk}/", f"{HERE}{follower.pk}/erase/", f"{HERE}import/"):
        assert "private, no-store" in client.get(page)["Cache-Control"]
    for page in (HERE, f"{HERE}export/", f"{HERE}{follower.pk}/json/"):
        assert "private, no-store" in client.post(page)["Cache-Control"]


# How many


def test_followers_are_counted_by_state_and_what_the_active_follow():
    now = timezone.now()
    states = {
        "active": {},
        "paused": {"paused_until": now + timedelta(days=1)},
        "ended": {"ended_at": now},
        "disabled": {"disabled_at": now, "disabled_for": "hard"},
        "unconfirmed": {"confirmed_at": None},
    }
    for number, (state, fields) in enumerate(states.items(), start=1):
        for follower in followers(*(f"{state}-{n}@example.org" for n in range(number)), choices=["china"]):
            Follower.objects.filter(pk=follower.pk).update(**fields)
    (weekly,) = followers("weekly@example.org", choices=["issues", "corrections"], frequency="weekly")
    Follower.objects.filter(pk=weekly.pk).update(paused_until=now - timedelta(days=1))
    found = desk.counts(now)
    assert found.states == {"active": 2, "paused": 2, "unconfirmed": 5, "ended": 3, "disabled": 4}
    assert (found.active, found.weekly) == (2, 1)
    assert found.choices == [("Every issue", 1), ("China stories only", 1), ("Corrections", 1)]
    for follower in Follower.objects.all():
        assert desk.Wanted(state=follower.state(now)).followers(now).filter(pk=follower.pk).exists()


NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday


def test_growth_is_told_by_week_and_by_month_in_days_of_the_site():
    rows = {
        "2026-11-23": (8, 2),
        "2026-11-22": (1, 0),
        "2026-09-07": (3, 1),
        "2026-09-06": (9, 9),
        "2025-12-01": (2, 6),
    }
    for on, (came, left) in rows.items():
        Growth.objects.create(on=date.fromisoformat(on), came=came, left=left)
    weeks = desk.growth("week", NOW)
    assert len(weeks) == 12
    first, last = weeks[0], weeks[-1]
    assert (first.begins_on, first.came, first.left) == (date(2026, 9, 7), 3, 1)
    assert (last.begins_on, last.came, last.left) == (date(2026, 11, 23), 8, 2)
    assert (last.up, last.down, last.top, last.middle) == (80, 20, 0, 80)
    months = desk.growth("month", NOW)
    assert [month.begins_on for month in (months[0], months[-1])] == [date(2025, 12, 1), date(2026, 11, 1)]
    assert [(month.came, month.left) for month in months if month.came] == [(2, 6), (12, 10), (9, 2)]
    assert {(week.up, week.down) for week in desk.growth("week", NOW - timedelta(days=2000))} == {(0, 0)}


def test_the_chart_has_its_numbers_as_a_table():
    Growth.count(came=7, left=3)
    for by in ("week", "month"):
        page = words(administrator().get(f"{HERE}?by={by}"))
        assert f"The last 12 {by}s" in page
        assert "7 came" in page
        assert "3 left" in page


# Who


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ann@example.org", {"ann@example.org"}),
        ("  ANN@Example.ORG ", {"ann@example.org"}),
        ("an", {"ann@example.org", "anton@mail.example"}),
        ("ann@", {"ann@example.org"}),
        ("example.org", {"ann@example.org", "ben@example.org"}),
        ("@example.org", {"ann@example.org", "ben@example.org"}),
        ("xample.org", set()),
        ("%", set()),
        ("a_n", set()),
        ("", {"ann@example.org", "ben@example.org", "anton@mail.example"}),
    ],
)
def test_somebody_is_found_by_an_address_its_beginning_or_a_domain_never_by_a_link(typed, found):
    followers("ann@example.org", "ben@example.org", "anton@mail.example")
    client = administrator()
    form = Form(client.get(HERE), "q")
    assert form.address.startswith(HERE)
    response = form.send(client, q=typed)
    assert {row.email for row in response.context["page"].rows} == found
    assert "?q=" not in response.content.decode()


def test_a_page_of_followers_costs_the_same_with_one_and_with_three():
    client = administrator()
    counts = []
    for emails in (["a@example.org"], ["b@example.org", "c@example.org"]):
        followers(*emails)
        client.get(HERE)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(HERE)
        counts.append(len(queries))
    assert len(page.context["page"].rows) == 3
    assert counts == [10, 10]


def test_pages_are_turned_by_buttons_that_keep_the_search(monkeypatch):
    monkeypatch.setattr(desk, "paged", lambda rows, number, real=desk.paged: real(rows, number, 2))
    followers(*(f"{n}@example.org" for n in range(5)))
    client = administrator()
    first = client.post(HERE, {"q": "example.org"})
    assert [row.email for row in first.context["page"].rows] == ["4@example.org", "3@example.org"]
    last = client.post(HERE, {"q": "example.org", "page": "3"})
    assert [row.email for row in last.context["page"].rows] == ["0@example.org"]
    assert (last.context["page"].newer, last.context["page"].older) == (2, 0)
    assert client.post(HERE, {"page": "9" * 18}).context["page"].rows == []


def test_a_followers_page_says_what_was_agreed_sent_and_what_came_back():
    (follower,) = followers("ann@example.org")
    mailing = announced(title="Number one")
    delivery = mailing.deliveries.get()
    dropped(delivery, "550 refused")
    bounce(follower, "soft", said="452 full", delivery=delivery)
    page = words(administrator().get(f"{HERE}{follower.pk}/"))
    for said in (
        *("ann@example.org", "Active", "Every issue; Corrections", "Signed in at the fair.", "Fair", "Number one"),
        *("Given up: 550 refused", "Soft bounce (452 full)"),
    ):
        assert said in page


def test_a_followers_page_says_what_was_asked_for_in_as_many_queries_for_one_wish_and_for_three(
    django_assert_num_queries,
):
    published(title="News", companies=3)
    client = administrator()
    for number in (1, 3):
        email = f"f{number}@example.org"
        pairs = [find("company", f"company-{n}").pair for n in range(1, number + 1)]
        wish = asked(email, *pairs, frequency="weekly", network=email)
        for pair in pairs[1:]:
            Wish.objects.create(follower=wish.follower, choices=[pair], consent_text="Yes", source="/")
        client.get(f"{HERE}{wish.follower_id}/")
        with django_assert_num_queries(12):
            page = words(client.get(f"{HERE}{wish.follower_id}/"))
        assert "Company: Company 1" in page
        assert "(once a week), on https://newsroom.example/follow/; not confirmed" in page
    assert "Company: Company 3 (each issue)" in page


def test_stopping_asks_and_then_nothing_is_written_to_the_address_any_more():
    (follower,) = followers("ann@example.org")
    mailing = announced()
    client = administrator()
    page = f"{HERE}{follower.pk}/stop/"
    question = words(client.get(page))
    assert "Write to this address no more?" in question
    assert "It can be lifted later" in question
    assert "for good" not in question
    assert not is_suppressed("ann@example.org")
    response = client.post(page, follow=True)
    assert is_suppressed("ann@example.org")
    assert not Delivery.objects.unsent().filter(mailing=mailing).exists()
    assert "This address is suppressed" in words(response)
    assert "Stop…" not in words(response)


def test_erasing_asks_and_then_nothing_is_kept():
    (follower,) = followers("ann@example.org")
    client = administrator()
    page = f"{HERE}{follower.pk}/erase/"
    assert "Erase this follower?" in words(client.get(page))
    assert Follower.objects.exists()
    client.post(page)
    assert not Follower.objects.exists()
    assert client.get(page).status_code == 404


def test_everything_about_a_follower_is_given_out_as_a_file():
    (follower,) = followers("ann@example.org")
    client = administrator()
    assert client.get(f"{HERE}{follower.pk}/json/").status_code == 302
    response = client.post(f"{HERE}{follower.pk}/json/")
    assert json.loads(response.content)["address"] == "ann@example.org"
    assert response["Content-Disposition"] == f'attachment; filename="follower-{follower.pk}.json"'


# Lists out


def test_the_list_is_given_out_as_a_sheet_without_live_formulas_that_can_be_taken_in_again():
    followers("+ann@example.org", choices=["china", "corrections"], frequency="weekly")
    (ben,) = followers("ben@example.org")
    Follower.objects.filter(pk=ben.pk).update(ended_at=timezone.now(), source='=HYPERLINK("http://evil.example")')
    client = administrator()
    assert client.get(f"{HERE}export/").status_code == 302
    response = client.post(f"{HERE}export/")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    head, ann, left = csv.reader(io.StringIO(text, newline=""))
    assert head == ["email", "state", "choices", "frequency", "confirmed_at", "consent", "source"]
    assert ann[:4] == ["'+ann@example.org", "active", "china, corrections", "weekly"]
    assert left[1] == "ended"
    assert left[6].startswith("'=")
    sheet = enrolling.read_sheet(text)
    assert [(row.email, row.choices) for row in sheet.rows] == [("+ann@example.org", ("china", "corrections"))]


def test_what_is_given_out_comes_in_elsewhere_with_all_that_is_followed():
    published(title="News")
    company, policy = find("company", "company-1").pair, find("policy", "policy-1").pair
    following("ann@example.org", "issues", company, policy, ("company", 999), frequency="weekly")
    away = following("away@example.org")
    pause(away.pk, "open")
    text = b"".join(administrator().post(f"{HERE}export/").streaming_content).decode("utf-8-sig")
    Follower.objects.all().delete()
    client = administrator()
    looked = client.post(f"{HERE}import/", {"sheet": upload(text), "proof": PROOF, "_look": ""})
    assert "company:999, in 1 line" in words(looked)
    assert "says “paused”" in words(looked)
    Form(looked, "token").send(client, _import="")
    ann = Follower.objects.get()
    assert (ann.email, ann.frequency) == ("ann@example.org", "weekly")
    assert set(ann.choices.values_list("kind", "ref")) == {("issues", 0), company, policy}


def test_giving_out_the_list_costs_the_same_with_one_and_with_three():
    counts = []
    for emails in (["a@example.org"], ["b@example.org", "c@example.org"]):
        followers(*emails)
        with CaptureQueriesContext(connection) as queries:
            lines = list(desk.sheet(by=None))
        counts.append(len(queries))
    assert len(lines) == 4
    assert counts[0] == counts[1]


# Lists in


def upload(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text.encode() if isinstance(text, str) else text)


LIST = "email;confirmed_at\nnew@example.org;2025-04-01\nknown@example.org;2025-04-01\nnobody;2025-04-01\n"


def test_a_list_is_looked_at_before_anybody_comes_in_and_the_file_is_sent_once(tmp_path):
    followers("known@example.org")
    client = administrator()
    asked = client.get(f"{HERE}import/")
    looked = Form(asked, "proof").send(client, proof=PROOF, sheet=upload(LIST), _look="")
    assert (asked.status_code, looked.status_code) == (200, 200)
    page = words(looked)
    assert "Import 1 follower" in page
    assert "Line 4 “email” is no address that mail can be sent to." in page
    assert Follower.objects.count() == 1
    assert len(list((tmp_path / "imports").iterdir())) == 1
    done = Form(looked, "token").send(client, follow=True, _import="")
    assert "1 follower was imported. No mail was sent." in words(done)
    assert Follower.objects.get(key="new@example.org").consent_text == PROOF
    assert list((tmp_path / "imports").iterdir()) == []


def test_nothing_is_lost_where_the_proof_is_missing():
    client = administrator()
    response = client.post(f"{HERE}import/", {"sheet": upload(LIST), "_look": ""})
    assert response.status_code == 422
    form = Form(response, "token")
    response = form.send(client, _import="")
    assert response.status_code == 422
    assert "Without that, nobody is taken in." in words(response)
    assert not Follower.objects.exists()
    form.send(client, proof=PROOF, _import="")
    assert Follower.objects.count() == 2


def test_another_file_is_looked_at_too_before_it_comes_in():
    client = administrator()
    first = client.post(f"{HERE}import/", {"sheet": upload(LIST), "proof": PROOF, "_look": ""})
    other = "email,confirmed_at\nother@example.org,2025-04-01\n"
    response = Form(first, "token").send(client, sheet=upload(other), _import="")
    assert response.status_code == 200
    assert not Follower.objects.exists()
    Form(response, "token").send(client, _import="")
    assert list(Follower.objects.values_list("email", flat=True)) == ["other@example.org"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LIST.encode("utf-16"), "This file is in UTF-16"),
        (b"name\nAnn\n", "“email” and “confirmed_at” are not there"),
        (None, "Choose a file."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_the_proof_stays(data, said):
    sent = {"proof": PROOF, "_look": "", **({"sheet": upload(data)} if data else {})}
    response = administrator().post(f"{HERE}import/", sent)
    assert response.status_code == 422
    assert said in words(response)
    assert PROOF in words(response)


def test_what_somebody_else_uploaded_cannot_be_taken_in():
    looked = administrator().post(f"{HERE}import/", {"sheet": upload(LIST), "proof": PROOF, "_look": ""})
    response = Form(looked, "token").send(administrator(), _import="")
    assert response.status_code == 422
    assert "is not kept any more" in words(response)
    assert not Follower.objects.exists()
