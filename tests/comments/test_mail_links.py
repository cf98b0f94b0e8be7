"""The pages behind the links in mails: asking, acting, and every way in which a link can be dead."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.emails import CONFIRM, DECIDE, OUT, decide_link
from comments.models import Comment, Commenter, Flag, Notice
from comments.moderating import decide
from comments.notices import send_due
from comments.submitting import edit_own
from newsroom.lib.tokens import make
from tests.factories import approved, commented, person, published

pytestmark = pytest.mark.django_db

ADDRESS = "author@example.org"
KINDS = {"confirm": CONFIRM, "out": OUT, "decide": DECIDE}


@pytest.fixture
def report():
    return published(title="Talked about").report


@pytest.fixture
def visitor():
    """Somebody without any session, whose form tokens would be checked."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def asking(report):
    return commented(report, email=ADDRESS, name="Ann", body="Words of Ann", wants_mail=True)


@pytest.fixture
def moderator():
    return person("Moderator", email="mo@newsroom.example", username="mo")


def path(url):
    return re.sub("^https?://[^/]+", "", url)


def link(view, content):
    return reverse(f"comments:{view}", args=[make(KINDS[view], content)])


def text(response):
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


def assert_private(response):
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert 'rel="canonical"' not in response.content.decode()


# Confirming and stopping


def test_confirming_asks_first_and_may_be_done_twice(visitor, asking, mailoutbox):
    send_due()
    here = path(re.search(r"http\S+/confirm/\S+", mailoutbox[0].body).group())
    response = visitor.get(here)
    assert_private(response)
    assert Commenter.objects.get().confirmed_at is None
    for _ in range(2):
        response = visitor.post(here)
        assert (response.status_code, "It is confirmed" in text(response)) == (200, True)
        assert_private(response)
    commenter = Commenter.objects.get()
    assert commenter.gets_mail
    assert ADDRESS not in text(response)


def test_one_click_out_needs_no_cookie_and_no_token(visitor, asking, mailoutbox):
    visitor.post(link("confirm", asking.commenter_id))
    decide([(asking.pk, 0)], "approve", by=None)
    send_due(timezone.now() + timedelta(minutes=2))
    (mail,) = mailoutbox
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    here = path(mail.extra_headers["List-Unsubscribe"].strip("<>"))
    assert_private(visitor.get(here))
    assert Commenter.objects.get().gets_mail
    for _ in range(2):
        response = visitor.post(here, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert_private(response)
        commenter = Commenter.objects.get()
        assert (commenter.gets_mail, bool(commenter.confirmed_at)) == (False, True)
    # Ticked again later: asked again, at the same address, and only then is there mail.
    commented(asking.report, email=ADDRESS, body="Later", wants_mail=True)
    assert Notice.objects.filter(kind="confirm", sent_at=None, dropped_at=None).count() == 1
    visitor.post(link("confirm", asking.commenter_id))
    assert Commenter.objects.get().gets_mail


def test_stopping_works_years_later_and_tells_nobody_who_is_known(visitor, asking, time_machine):
    known, unknown = link("out", asking.commenter_id), link("out", 987_654)
    time_machine.move_to(timezone.now() + timedelta(days=2000))
    answers = [re.sub(r"/out/[^/]+/", "", visitor.post(here).content.decode()) for here in (known, unknown)]
    assert answers[0] == answers[1]
    assert Commenter.objects.get().muted_at


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("view", "hours", "status"), [("confirm", 47, 200), ("confirm", 49, 410), ("decide", 71, 200), ("decide", 73, 410)]
)
def test_links_grow_old(visitor, asking, moderator, time_machine, method, view, hours, status):
    content = {"confirm": asking.commenter_id, "decide": [asking.pk, 0, moderator.pk]}[view]
    here = link(view, content)
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    response = getattr(visitor, method)(here, {"do": "approve"})
    assert response.status_code == status
    assert_private(response)
    if status == 410:
        assert "This link is too old" in text(response)
        assert "Words of Ann" not in text(response)
        asking.refresh_from_db()
        assert (asking.status, Commenter.objects.get().confirmed_at) == ("pending", None)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("view", KINDS)
def test_forged_links_and_links_of_another_kind_open_nothing(visitor, asking, moderator, method, view):
    contents = {"confirm": asking.commenter_id, "out": asking.commenter_id, "decide": [asking.pk, 0, moderator.pk]}
    good = make(KINDS[view], contents[view])
    altered = make(KINDS[view], [asking.pk, 1, moderator.pk]).split(":", 1)[0] + ":" + good.split(":", 1)[1]
    others = [make(kind, contents[view]) for name, kind in KINDS.items() if name != view]
    for token in (good[:-1], good + "A", altered, "1:2:3", "é", *others):
        response = getattr(visitor, method)(reverse(f"comments:{view}", args=[token]), {"do": "approve"})
        assert response.status_code == 404
        assert "This link leads nowhere" in text(response)
        assert "Words of Ann" not in text(response)
        assert_private(response)
    asking.refresh_from_db()
    commenter = Commenter.objects.get()
    assert (asking.status, commenter.confirmed_at, commenter.muted_at) == ("pending", None, None)


def test_an_erased_address_can_no_longer_be_confirmed(visitor, asking):
    here = link("confirm", asking.commenter_id)
    Comment.objects.update(commenter=None)
    Commenter.objects.all().delete()
    response = visitor.post(here)
    assert (response.status_code, "no longer know" in text(response)) == (410, True)


# Deciding


def test_the_page_asks_and_shows_no_address(visitor, asking, moderator, django_assert_max_num_queries):
    Comment.objects.update(reasons=["2 links in the text"], body="<script>alert(1)</script> & more")
    with django_assert_max_num_queries(12) as queries:
        response = visitor.get(path(decide_link(asking, moderator.pk)))
    assert not any("comments_address" in query["sql"] for query in queries)
    assert response.status_code == 200
    assert_private(response)
    page = response.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    for shown in ("Ann", "Talked about", "2 links in the text", "Approve", "Spam", "Bin", "You decide as mo"):
        assert shown in text(response)
    assert ADDRESS not in page
    assert "mo@newsroom.example" not in page
    asking.refresh_from_db()
    assert (asking.status, asking.version) == ("pending", 0)


@pytest.mark.parametrize(("act", "status"), [("approve", "approved"), ("spam", "spam"), ("bin", "bin")])
def test_a_button_decides_as_the_moderator_once(visitor, asking, moderator, act, status):
    here = path(decide_link(asking, moderator.pk))
    response = visitor.post(here, {"do": act})
    assert response.status_code == 200
    assert_private(response)
    asking.refresh_from_db()
    assert (asking.status, asking.version, asking.decided_by) == (status, 1, moderator)
    assert asking.decisions.first().by == moderator
    for again in (visitor.get(here), visitor.post(here, {"do": "bin"})):
        assert again.status_code == 410
        assert "You have done this already" in text(again)
    asking.refresh_from_db()
    assert (asking.status, asking.version) == (status, 1)


@pytest.mark.parametrize("act", ["", "unapprove", "edit", "erase"])
def test_no_other_act(visitor, asking, moderator, act):
    response = visitor.post(path(decide_link(asking, moderator.pk)), {"do": act})
    assert (response.status_code, "Choose what to do" in text(response)) == (422, True)
    asking.refresh_from_db()
    assert asking.version == 0


def test_what_somebody_else_decided_stands_and_is_shown(visitor, asking, moderator):
    here = path(decide_link(asking, moderator.pk))
    decide([(asking.pk, 0)], "approve", by=person("Moderator", first_name="Zoe", last_name="First"))
    for response in (visitor.get(here), visitor.post(here, {"do": "spam"})):
        assert response.status_code == 409
        assert "Approved by Zoe First" in text(response)
    asking.refresh_from_db()
    assert (asking.status, asking.version) == ("approved", 1)


def test_what_its_author_changed_meanwhile_is_not_decided(visitor, asking, moderator):
    here = path(decide_link(asking, moderator.pk))
    edit_own(asking, body="Other words")
    response = visitor.post(here, {"do": "approve"})
    assert (response.status_code, "its author" in text(response)) == (409, True)
    asking.refresh_from_db()
    assert asking.status == "pending"


LOST = {
    "role": lambda user: user.groups.clear(),
    "account": lambda user: type(user).objects.filter(pk=user.pk).update(is_active=False),
    "place on the staff": lambda user: type(user).objects.filter(pk=user.pk).update(is_staff=False),
}


@pytest.mark.parametrize("lost", LOST)
def test_a_link_is_worth_what_its_moderator_may(visitor, asking, moderator, lost):
    here = path(decide_link(asking, moderator.pk))
    LOST[lost](moderator)
    for response in (visitor.get(here), visitor.post(here, {"do": "approve"})):
        assert response.status_code == 403
        assert "can’t decide about comments any more" in text(response)
        assert "Words of Ann" not in text(response)
        assert_private(response)
    asking.refresh_from_db()
    assert asking.status == "pending"


def test_keeping_what_was_reported_answers_the_reports(visitor, report, moderator):
    comment = approved(report)
    Flag.objects.create(comment=comment, reason="false")
    here = path(decide_link(comment, moderator.pk))
    page = text(visitor.get(here))
    assert "Reported by readers: False or misleading" in page
    assert "Keep it" in page
    assert visitor.post(here, {"do": "approve"}).status_code == 200
    assert not Comment.objects.reported().exists()
    assert Comment.objects.approved().count() == 1


def test_what_readers_add_to_a_report_is_shown_and_stays_text(visitor, report, moderator):
    comment = approved(report)
    Flag.objects.create(comment=comment, reason="personal", note="<b>My address</b> is in it")
    Flag.objects.create(comment=comment, reason="spam")
    page = visitor.get(decide_link(comment, moderator.pk)).content.decode()
    assert "“&lt;b&gt;My address&lt;/b&gt; is in it”; Spam or advertising" in page


def test_only_asking_and_acting(visitor, asking):
    here = link("out", asking.commenter_id)
    assert visitor.head(here).status_code == 200
    assert visitor.put(here).status_code == visitor.delete(here).status_code == 405
    assert Commenter.objects.get().muted_at is None
