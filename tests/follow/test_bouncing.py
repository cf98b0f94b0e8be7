"""Mail that comes back: what ends following, what doesn't, and what providers may report."""

import base64
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import clear_url_caches, include, path
from django.utils import timezone

from follow.bouncing import bounce, is_suppressed, lift, suppress
from follow.delivering import send_due
from follow.models import Bounce, Delivery, Follower, Growth, Suppression
from follow.receivers import kind_of
from follow.subscribing import Wanted, ask
from newsroom import urls
from tests.factories import announced, follower, person
from tests.together import at_once

pytestmark = pytest.mark.django_db


def test_a_hard_bounce_ends_it_once_and_drops_what_is_due():
    row = follower()
    announced()
    assert bounce(row, "hard", said="550 5.1.1")
    assert not bounce(row, "hard")
    row.refresh_from_db()
    assert (row.state(), row.disabled_for) == ("disabled", "hard")
    assert is_suppressed("Follower@Example.org".lower())
    assert Delivery.objects.get().last_error == "the address is suppressed"
    assert Growth.objects.get().left == 1


def test_somebody_who_never_confirmed_does_not_count_as_leaving():
    bounce(follower(confirmed_at=None), "hard")
    assert not Growth.objects.exists()


def test_one_delivery_counts_once():
    row = follower()
    announced()
    delivery = Delivery.objects.get()
    for _ in range(5):
        bounce(row, "soft", delivery=delivery)
    assert Bounce.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_are_counted_one_by_one():
    row = follower()
    assert sum(at_once(lambda number: bounce(row, "soft"), 4)) == 1
    assert Follower.objects.get().disabled_for == "soft"
    assert Suppression.objects.count() == 1


def test_the_desk_suppresses_and_lifts():
    administrator = person("Administrator")
    row = follower("Known@example.org")
    suppress(" KNOWN@Example.org", by=administrator, note="asked by letter")
    suppress("stranger@example.org", by=administrator)
    suppress("stranger@example.org", by=administrator)
    row.refresh_from_db()
    assert row.disabled_for == "desk"
    assert set(Suppression.objects.values_list("note", flat=True)) == {"asked by letter", ""}
    assert Suppression.objects.count() == 2
    assert lift("known@example.org", by=administrator)
    assert not lift("known@example.org", by=administrator)
    row.refresh_from_db()
    assert row.state() == "active"
    assert not is_suppressed(row.email)


@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor"])
def test_only_an_administrator_does(role):
    for verb in (suppress, lift):
        with pytest.raises(PermissionDenied):
            verb("a@example.org", by=person(role))


# What providers report


@pytest.fixture
def report(settings, monkeypatch):
    """Sends what Postmark would send, with the secret or another one."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": "desk:not-so-secret"}
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, path("anymail/", include("anymail.urls"))])
    clear_url_caches()

    def send(delivery, email, record="Bounce", kind="HardBounce", secret="desk:not-so-secret"):
        body = {
            "RecordType": record,
            "Type": kind,
            "TypeCode": {"HardBounce": 1, "SoftBounce": 4096, "SpamComplaint": 512}[kind],
            "MessageID": "00000000-0000-0000-0000-000000000000",
            "ID": 1,
            "Email": email,
            "BouncedAt": "2026-11-25T09:00:00Z",
            "Metadata": {"delivery": str(delivery)},
        }
        headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
        return Client().post("/anymail/postmark/tracking/", body, "application/json", headers=headers)

    yield send
    clear_url_caches()


@pytest.mark.parametrize(
    ("record", "kind", "state"),
    [
        ("Bounce", "HardBounce", "hard"),
        ("SpamComplaint", "SpamComplaint", "complaint"),
        ("Bounce", "SoftBounce", ""),
    ],
)
def test_a_provider_reports(report, record, kind, state):
    row = follower()
    announced()
    delivery = Delivery.objects.get()
    Delivery.objects.update(sent_at=timezone.now())
    for _ in range(3):
        assert report(delivery.pk, "Follower@EXAMPLE.org", record, kind).status_code == 200
    row.refresh_from_db()
    assert row.disabled_for == state
    assert Bounce.objects.count() == 1
    assert row.email not in Bounce.objects.get().said


def test_a_complaint_about_a_question_ends_it_too(report, mailoutbox):
    ask(Wanted("asked@example.org", [("issues", 0)], "each", "/follow/"), network="a network")
    assert send_due() == 1
    named = int(mailoutbox[0].metadata["delivery"])
    assert report(named, "asked@example.org", "SpamComplaint", "SpamComplaint").status_code == 200
    assert is_suppressed("asked@example.org")
    ask(Wanted("asked@example.org", [("issues", 0)], "each", "/follow/"), network="a network")
    assert send_due() == 0


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"event_type": "bounced", "reject_reason": "invalid"}, "hard"),
        ({"event_type": "bounced", "reject_reason": "bounced", "mta_response": "550 5.1.1 unknown"}, "hard"),
        ({"event_type": "bounced", "reject_reason": "bounced", "mta_response": "552 5.2.2 full"}, "soft"),
        ({"event_type": "bounced", "esp_event": {"bounce": {"bounceType": "Permanent"}}}, "hard"),
        ({"event_type": "bounced", "esp_event": {"event": "soft_bounce"}}, "soft"),
        ({"event_type": "bounced", "esp_event": {"severity": "permanent"}}, "hard"),
        ({"event_type": "bounced", "esp_event": ["hard"]}, "soft"),
        ({"event_type": "rejected", "reject_reason": "blocked"}, "soft"),
        ({"event_type": "complained"}, "complaint"),
        ({"event_type": "deferred", "reject_reason": "bounced"}, None),
        ({"event_type": "delivered"}, None),
        ({"event_type": "opened"}, None),
    ],
)
def test_what_reports_mean(fields, kind):
    assert kind_of(AnymailTrackingEvent(**fields)) == kind


@pytest.mark.parametrize("secret", ["", "desk:guessed", "desk"])
@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailInsecureWebhookWarning")
def test_whoever_does_not_know_the_secret_reports_nothing(report, secret):
    row = follower()
    announced()
    assert report(Delivery.objects.get().pk, row.email, secret=secret).status_code in {400, 401, 403}
    assert not Bounce.objects.exists()


def test_a_report_about_somebody_else_or_nothing_changes_nothing(report, caplog):
    row, other = follower(), follower("other@example.org")
    announced()
    delivery = Delivery.objects.get(follower=row)
    assert report(delivery.pk, other.email).status_code == 200
    for number in (10**30, delivery.pk + 999, "x", "-1", "²"):
        assert report(number, row.email).status_code == 200
    assert not Bounce.objects.exists()
    assert {one.state() for one in Follower.objects.all()} == {"active"}
    assert other.email not in caplog.text


def test_soft_bounces_of_long_ago_count_no_more():
    row = follower()
    for days in (20, 16, 3, 2):
        assert not bounce(row, "soft", now=timezone.now() - timedelta(days=days))
    assert bounce(row, "soft")
