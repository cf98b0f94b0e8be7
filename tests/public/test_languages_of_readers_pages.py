"""Comments and following in the language of the address; mail, and what is stored, in the site's own."""

import re
from datetime import timedelta

import polib
import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.views.defaults import bad_request, server_error

from comments import digests, notices
from comments.models import Comment, Decision, Digest
from comments.moderating import decide
from comments.notices import confirm as confirm_commenter
from comments.submitting import MOST_EDITS, TIME_TO_EDIT
from comments.views.links import QUEUE
from follow import delivering, mailing
from follow.emails import PREFERENCES
from follow.models import Delivery, Follower, Widget, Wish
from follow.sharing import arrange, arrangement, page_at, state, widgets
from follow.subscribing import pause
from newsroom.lib.tokens import make
from newsroom.publishing import withdraw
from tests.comments.posting import words as comment_words
from tests.factories import approved, commented, complete_issue, person, published
from tests.follow.asking import asked, following
from tests.follow.asking import words as follow_words
from tests.follow.following import announced

pytestmark = pytest.mark.django_db

# A catalogue of these tests' own: that of the site may say it in other words tomorrow.
CHINESE = {
    "Leave a Comment": "写评论",
    "Leave a Reply to %(name)s": "答%(name)s",
    "Leave a Reply to <bdi>%(name)s</bdi>": "答<bdi>%(name)s</bdi>",
    "Not everything is right yet. Please check the fields below.": "还有错。",
    "{noun} is too long: %(limit_value)d characters are the most, and it has %(show_value)d.": (
        "{noun}太长：%(limit_value)d，现在 %(show_value)d。"
    ),
    "Your name": "您的名字",
    "Please write a comment.": "请写评论。",
    "Your comment is waiting": "您的评论在等",
    "Every issue": "每一期",
    "I want %(site)s to send me by email what I ticked. I can change this or stop it at any time, by a link in every "
    "mail.": "我要%(site)s给我寄信。",
    "This link leads nowhere.": "这个链接不通。",
    "This link is too old.": "这个链接太旧。",
    "Open the queue": "打开队列",
    "Go to the front page": "去首页",
    "There is nothing at this address.": "这里什么也没有。",
    "This issue has been withdrawn.": "这一期撤了。",
    "This is more than a form can be: the whole of it may have one megabyte.": "太大了。",
    "%(sentence)s Go back, shorten it, and send it once more.": "%(sentence)s回去改短。",
    "Follow": "关注",
    "Copy link": "抄链接",
    "Copied": "抄好了",
}


@pytest.fixture(autouse=True)
def _catalogue(settings, tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    catalogue.extend(polib.POEntry(msgid=english, msgstr=chinese) for english, chinese in CHINESE.items())
    catalogue.append(
        polib.POEntry(
            msgid="%(number)s comment", msgid_plural="%(number)s comments", msgstr_plural={0: "评论%(number)s条"}
        )
    )
    catalogue.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]


@pytest.fixture
def edition():
    return published(title="News of the day")


def in_chinese(view, *args):
    with translation.override("zh-hans"):
        return reverse(view, args=args)


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# Comments


def test_the_form_for_a_comment_speaks_the_language_of_its_address(edition, client):
    english, chinese = (body(client.get(f"{prefix}/comments/on/{edition.slug}/new/")) for prefix in ("", "/zh-hans"))
    assert "Leave a Comment</h1>" in english
    assert "写评论</h1>" in chinese
    assert "写评论" not in english
    assert f'action="/zh-hans/comments/on/{edition.slug}/new/"' in chinese


def test_the_script_of_the_form_is_given_its_words(edition, client):
    english, chinese = (body(client.get(f"{prefix}/comments/on/{edition.slug}/new/")) for prefix in ("", "/zh-hans"))
    assert 'data-heading="Leave a Comment"' in english
    assert 'data-reply-heading="Leave a Reply to {name}"' in english
    assert 'data-heading="写评论"' in chinese
    assert 'data-reply-heading="答{name}"' in chinese


def test_a_name_is_escaped_in_a_sentence(edition, client):
    parent = approved(edition.report, name="<b>Mallory</b>")
    page = body(client.get(in_chinese("comments:reply", parent.pk)))
    assert "答<bdi>&lt;b&gt;Mallory&lt;/b&gt;</bdi>" in page
    assert "<b>Mallory" not in page


def test_times_are_written_as_the_language_has_them_and_stay_readable_to_machines(edition, client):
    comment = approved(edition.report)
    Comment.objects.filter(pk=comment.pk).update(submitted_at="2025-04-12T09:05:00Z")
    english, chinese = (body(client.get(f"{prefix}/comments/on/{edition.slug}/")) for prefix in ("", "/zh-hans"))
    for page in (english, chinese):
        assert '<time datetime="2025-04-12T09:05:00+0000">' in page
    assert ">12 April 2025, 09:05</time>" in english
    assert ">2025年4月12日 09:05</time>" in chinese
    assert re.search(r">\s*1 comment\s*<", english)
    assert re.search(r">\s*评论1条\s*<", chinese)


@pytest.mark.parametrize(
    ("prefix", "sentence", "missing", "long"),
    [
        (
            "",
            "Not everything is right yet. Please check the fields below.",
            "Please write a comment.",
            "Your name is too long: 245 characters are the most, and it has 300.",
        ),
        ("/zh-hans", "还有错。", "请写评论。", "您的名字太长：245，现在 300。"),
    ],
)
def test_a_refusal_speaks_the_language_of_the_form(edition, client, prefix, sentence, missing, long):
    sent = comment_words(edition, body="", name="n" * 300)
    page = body(client.post(f"{prefix}/comments/on/{edition.slug}/new/", sent), 422)
    for said in (sentence, missing, long):
        assert said in page


def test_an_own_comments_page_keeps_its_language_and_its_reasons_are_kept_in_english(edition, client):
    answer = client.post(
        f"/zh-hans/comments/on/{edition.slug}/new/", comment_words(edition, body="https://a.example https://b.example")
    )
    assert answer.status_code == 303
    assert answer.url.startswith("/zh-hans/comments/status/")
    page = body(client.get(answer.url))
    assert "您的评论在等" in page
    comment = Comment.objects.get()
    until = comment.submitted_at + TIME_TO_EDIT
    assert f'<time datetime="{until:%Y-%m-%dT%H:%M:%S+0000}">{until:%H:%M} UTC</time>' in page
    assert comment.reasons == ["2 links in the text"]
    assert Decision.objects.get().why == "2 links in the text"


def test_a_limit_is_said_with_its_number(edition, client):
    answer = client.post(f"/comments/on/{edition.slug}/new/", comment_words(edition))
    for n in range(MOST_EDITS):
        client.post(f"{answer.url}edit/", {"body": f"Other words {n}"})
    page = body(client.post(f"{answer.url}edit/", {"body": "Once more"}), 429)
    assert "You have changed this comment 5 times; that has to be enough." in page


# Following


def test_somebody_agrees_to_the_words_that_he_saw(client, settings):
    settings.SITE_NAME = "Newsroom"
    for prefix, agreed in (("", "I want Newsroom to send me"), ("/zh-hans", "我要Newsroom给我寄信。")):
        page = body(client.get(f"{prefix}/follow/"))
        assert agreed in page
        address = f"reader{len(prefix)}@example.org"
        answer = client.post(f"{prefix}/follow/email/", follow_words(email=address, page="follow"))
        assert answer.url == f"{prefix}/follow/sent/"
        wish = Wish.objects.get(follower__email=address)
        assert wish.consent_text.startswith(agreed)
        assert wish.source.endswith(f"{prefix}/follow/")
        assert [list(pair) for pair in wish.choices] == [["corrections", 0], ["issues", 0]]


def test_preferences_speak_the_language_of_the_address(edition, client):
    follower = following()
    pause(follower.pk, "month")
    follower.refresh_from_db()
    until = timezone.localdate(follower.paused_until)
    page = body(client.get(in_chinese("follow:preferences", make(PREFERENCES, follower.pk))))
    assert "每一期" in page
    assert f'<time datetime="{until:%Y-%m-%d}">{until.year}年{until.month}月{until.day}日</time>' in page


def test_what_is_followed_is_told_in_the_language_of_the_page_alone(edition, client):
    following()
    follower = Follower.objects.get()
    token = make(PREFERENCES, follower.pk)
    export = client.post(in_chinese("follow:export", token)).json()
    assert export["follows"][0] == "每一期"
    assert export["agreed_to"].startswith("I want "), "what was agreed to stays as it was"
    assert client.post(f"/follow/preferences/{token}/export/").json()["follows"][0] == "Every issue"


# Pages behind links, and what is not there


@pytest.mark.parametrize("view", ["follow:confirm", "follow:out", "comments:confirm", "comments:out"])
def test_a_link_that_is_none_says_so_in_the_language_of_its_address(client, view):
    assert "这个链接不通。" in body(client.get(in_chinese(view, "nothing")), 404)
    assert "This link leads nowhere." in body(client.get(reverse(view, args=["nothing"])), 404)


def test_a_link_that_grew_old_shows_the_way_in_the_same_language(edition, client, time_machine):
    comment = commented(edition.report)
    token = make("comments.decide", [comment.pk, comment.version, person("Moderator").pk])
    time_machine.move_to(timezone.now() + timedelta(days=4))
    page = body(client.get(in_chinese("comments:decide", token)), 410)
    assert "这个链接太旧。" in page
    assert f'<a href="/zh-hans/admin/comments/comment/">{translated(QUEUE[1])}</a>' in page


def translated(words):
    with translation.override("zh-hans"):
        return str(words)


def test_what_is_withdrawn_or_missing_is_told_in_the_language_of_the_address(edition, client):
    withdraw(edition.report, by=None)
    today = timezone.localdate()
    page = body(client.get(f"/zh-hans{edition.url}"), 410)
    assert "这一期撤了。" in page
    assert f'<time datetime="{today:%Y-%m-%d}">{today.year}年{today.month}月{today.day}日</time>' in page
    page = body(client.get(edition.url), 410)
    assert f'<time datetime="{today:%Y-%m-%d}">{today.day} {today:%B %Y}</time> and can no longer be read' in page
    assert "这里什么也没有。" in body(client.get("/zh-hans/nowhere/"), 404)


def test_what_is_too_long_is_told_in_the_language_of_the_form(edition, client):
    sent = {"body": "x" * (1024 * 1024 + 1)}
    assert "太大了。回去改短。" in body(client.post(f"/zh-hans/comments/on/{edition.slug}/new/", sent), 413)
    page = body(client.post(f"/comments/on/{edition.slug}/new/", sent), 413)
    assert "the whole of it may have one megabyte. Go back, shorten it, and send it once more." in page


@pytest.mark.parametrize("handler", [lambda request: bad_request(request, ValueError()), server_error])
def test_pages_that_are_made_without_a_request_speak_the_language_and_lead_to_its_front_page(handler):
    request = RequestFactory().get("/zh-hans/x/")
    with translation.override("zh-hans"):
        page = handler(request).content.decode()
    assert '<html lang="zh-hans">' in page
    assert '<a href="/zh-hans/">去首页</a>' in page
    assert '<a href="/">Go to the front page</a>' in handler(request).content.decode()


# Passing on


def test_a_way_to_share_has_its_name_in_each_language_unless_the_desk_gave_it_one():
    named = {"mastodon": "Fediverse"}
    now = arrangement()
    wanted = [kind.__class__(kind.kind, named.get(kind.kind, kind.label), kind.place, kind.position) for kind in now]
    with translation.override("zh-hans"):  # whatever language the desk is in
        arrange(wanted, seen=state(now), by=None)
        chinese = {widget.kind: widget.label for widget in widgets("T", "/reports/x/").behind}
    english = {widget.kind: widget.label for widget in widgets("T", "/reports/x/").behind}
    assert (english["copy"], chinese["copy"]) == ("Copy link", "抄链接")
    assert english["mastodon"] == chinese["mastodon"] == "Fediverse"
    assert Widget.objects.get().kind == "mastodon", "what the desk left alone is not kept, whatever it was called"


def test_a_page_is_passed_on_in_the_language_in_which_it_is_read(edition, client, settings):
    for prefix, other in (("", "/zh-hans"), ("/zh-hans", "")):
        page = f"{prefix}{edition.url}"
        found = page_at(page)
        assert found
        assert found.path == page
        passing = body(client.get(f"{other}/share/wechat/?of={page}"))
        assert f'<p class="passing__address">{settings.SITE_URL}{page}</p>' in passing
    assert 'data-copied-label="抄好了"' in body(client.get(f"/zh-hans{edition.url}"))


# Mail


def parts(mail: EmailMultiAlternatives) -> list[str]:
    """What a mail says, without the secrets in its links, which differ each time."""
    texts = [mail.subject, str(mail.body), str(mail.alternatives[0][0])]
    return [re.sub(r"(/(?:confirm|out|decide|preferences)/)[\w:%-]+", r"\1…", text) for text in texts]


def drawn(mailoutbox, send, again):
    """What `send` mails by itself, and what it mails within a request in Chinese, after `again` made it due anew."""
    mailoutbox.clear()
    assert send() > 0
    plainly = [parts(mail) for mail in mailoutbox]
    mailoutbox.clear()
    again()
    with translation.override("zh-hans"):
        assert send() > 0
    return plainly, [parts(mail) for mail in mailoutbox]


def in_english(mails: list[list[str]]) -> bool:
    return all("/zh-hans/" not in text and not re.search("[\u4e00-\u9fff]", text) for mail in mails for text in mail)


def test_mail_to_commenters_speaks_the_sites_language(edition, mailoutbox):
    comment = commented(edition.report, wants_mail=True)
    soon = timezone.now() + timedelta(minutes=2)
    rows = comment.notices
    plainly, within = drawn(
        mailoutbox, lambda: notices.send_due(soon), lambda: rows.update(sent_at=None, leased_until=None)
    )
    assert plainly == within
    confirm_commenter(comment.commenter_id)
    decide([(comment.pk, comment.version)], "approve", by=None)
    plainly, within = drawn(
        mailoutbox,
        lambda: notices.send_due(soon),
        lambda: rows.filter(kind="published").update(sent_at=None, leased_until=None),
    )
    assert plainly == within
    assert in_english(within)


def test_mail_to_moderators_speaks_the_sites_language(edition, mailoutbox):
    moderator = person("Moderator", email="moderator@newsroom.example")
    digests.choose(moderator, "at once")
    commented(edition.report)
    later = timezone.now() + timedelta(minutes=5)
    plainly, within = drawn(
        mailoutbox,
        lambda: digests.send_due(later),
        lambda: Digest.objects.update(sent_at=None, leased_until=None),
    )
    assert plainly == within
    assert in_english(within)
    assert "/admin/comments/comment/" in within[0][1]


def test_mail_to_followers_speaks_the_sites_language(mailoutbox):
    following("reader@example.org")
    Delivery.objects.all().delete()
    announced(title="News of the day")
    asked("new@example.org", network="another")

    def again():
        Delivery.objects.update(sent_at=None, dropped_at=None, lease=None, leased_until=None)

    plainly, within = drawn(mailoutbox, delivering.send_due, again)
    assert len(within) == 2
    assert sorted(plainly) == sorted(within)
    assert in_english(within)
    assert any("Every issue" in mail[1] for mail in within)
    assert any("April 2025" in mail[1] for mail in within)


def test_a_letter_that_the_desk_looks_at_is_the_one_that_readers_get(mailoutbox, settings):
    editor = person("Editor", email="editor@newsroom.example")
    report = complete_issue(title="News of the day")
    with translation.override("zh-hans"):
        seen = mailing.letter_of_issue(report)
        mailing.send_test(report, to=editor.email, by=editor)
    plain = mailing.letter_of_issue(report)
    assert seen == plain
    assert in_english([[seen.subject, seen.text, seen.html]])
    assert f"{settings.SITE_URL}/follow/" in str(mailoutbox[0].body)
    assert in_english([parts(mail) for mail in mailoutbox])
