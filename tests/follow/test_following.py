"""Asking to follow: the pages, the guards, the one answer for everybody, and what becomes of a wish."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from follow.bouncing import disable
from follow.emails import TIME_TO_CONFIRM, in_words
from follow.forms import follow_form
from follow.models import Choice, Delivery, Follower, Growth, Knock, Question, Suppression, Wish
from follow.subscribing import Used, confirm, consent, end, forget_knocks, forget_questions, forget_unconfirmed
from follow.topics import CORRECTIONS, ISSUES, SECTIONS, find
from follow.wishing import outcome
from newsroom.lib.tokens import make
from newsroom.publishing import withdraw
from tests.factories import complete_issue, published
from tests.follow.asking import EMAIL, FORM, STATES, aged, asked, following, link, mailed, path, post, text
from tests.follow.following import announced
from tests.together import at_once

pytestmark = pytest.mark.django_db

CHINA, INTERNATIONAL = SECTIONS["china"], SECTIONS["international"]
COMPANY, POLICY = "/follow/email/?company=company-1", "/follow/email/?policy=policy-1"


@pytest.fixture
def edition():
    return published(title="News")


@pytest.fixture
def company(edition):
    return find("company", "company-1")


@pytest.fixture
def policy(edition):
    return find("policy", "policy-1")


def rows():
    return [model.objects.count() for model in (Follower, Wish, Delivery, Knock, Choice, Growth)]


def chosen(follower):
    return set(follower.choices.values_list("kind", "ref"))


def refused(answer, status, sentence):
    page = unescape(answer.content.decode())
    assert answer.status_code == status, page
    assert sentence in page
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies
    assert rows()[:3] == [0, 0, 0]
    return page


class TestThePages:
    @pytest.mark.parametrize("address", ["/follow/", FORM, COMPANY, POLICY, "/follow/sent/"])
    def test_are_the_same_for_everybody_and_may_be_kept(self, client, edition, address):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "public" in answer["Cache-Control"]
        assert answer["ETag"]
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        page = answer.content.decode()
        assert "csrf" not in page
        assert "<script" not in page.replace('<script type="application/ld+json">', ""), "data is no program"
        assert " style=" not in page
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert client.put(address).status_code == 405

    def test_tell_of_every_way(self, client, edition, settings):
        page = client.get("/follow/").content.decode()
        for part in ("By email", f"{settings.SITE_URL}/feed/", "/companies/", "/policies/", "comments", "share it"):
            assert part in page
        assert page.count("<form") == 1
        assert consent() in page

    def test_offer_everything_at_first_and_one_thing_from_its_own_page(self, client, edition, company):
        def ticks(address):
            boxes = re.findall(r"<input[^>]+checkbox[^>]+>", client.get(address).content.decode())
            return {re.search(r'value="([a-z]+)-', box).group(1) for box in boxes if "checked" in box}

        assert ticks(FORM) == ticks("/follow/") == {"issues", "corrections"}
        assert ticks(COMPANY) == {"company", "corrections"}
        assert ticks(f"{COMPANY}&policy=policy-1") == {"company", "policy", "corrections"}

    def test_have_their_button_on_the_page_of_a_company_and_of_a_policy(self, client, edition):
        for page, form, name in (
            ("/companies/company-1/", COMPANY, "Company 1"),
            ("/policies/policy-1/", POLICY, "Policy 1"),
        ):
            shown = client.get(page).content.decode()
            assert f'href="{form}"' in shown
            assert f"Follow {name} by email" in " ".join(re.sub("<[^>]+>", "", shown).split())
            assert f"Follow {name} by email" in " ".join(
                re.sub("<[^>]+>", "", client.get(form).content.decode()).split()
            )

    @pytest.mark.parametrize("number", [1, 3])
    def test_take_as_many_queries_whatever_there_is(self, client, django_assert_num_queries, number):
        for n in range(number):
            published(title=f"Issue {n}", companies=number, policies=number)
        for address, queries in (("/follow/", 1), (FORM, 1), ("/follow/sent/", 1), (COMPANY, 3), (POLICY, 3)):
            with django_assert_num_queries(queries):
                client.get(address)


class TestNobodyLearnsOfADraft:
    def plain(self, client, address):
        """Less the stamp, and the links to the same address in other languages, which repeat what the visitor sent."""
        page = re.sub('name="stamp" value="[^"]+"', "", client.get(address).content.decode())
        return re.sub(r'<nav class="footer__languages".*?</nav>', "", page, flags=re.DOTALL)

    def test_by_the_name_of_a_company_or_a_policy(self, client, edition):
        complete_issue(title="Draft", companies=["Secret Robots"], policies=["Secret Law"])
        published(
            title="Soon",
            companies=["Later Robots"],
            policies=["Later Law"],
            at=timezone.now() + timedelta(days=1),
        )
        gone = published(title="Gone", companies=["Gone Robots"], policies=["Gone Law"])
        withdraw(gone.report, by=None, note="Why")
        plain = self.plain(client, FORM)
        for kind, slug in (
            *(("company", f"{name}-robots") for name in ("secret", "later", "gone", "no")),
            *(("policy", f"{name}-law") for name in ("secret", "later", "gone", "no")),
            *(
                ("issue", "news"),
                ("company", ""),
                ("company", "policy-1"),
                ("company", "x" * 5000),
                ("company", "'\"<"),
            ),
        ):
            assert self.plain(client, f"{FORM}?{kind}={slug}") == plain, slug
            post(client, f"{FORM}?{kind}={slug}", email="a@example.org", what=["issues-0"])
            Knock.objects.all().delete()
        assert Wish.objects.get().source.endswith("/follow/email/")

    def test_by_a_number_in_the_form(self, client, edition, company):
        hidden = complete_issue(title="Draft", companies=["Secret Robots"]).notes.get().company_id
        for number in (hidden, company.ref):
            page = refused(post(client, what=[f"company-{number}"]), 422, "Please choose some of these.")
            assert "Secret" not in page


class TestTheGuards:
    def test_of_size_before_anything_is_read(self, client):
        answer = client.post(FORM, b"x" * (1024 * 1024 + 1), "application/x-www-form-urlencoded")
        refused(answer, 413, "one megabyte")

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
    def test_of_other_sites(self, client, headers):
        refused(post(client, headers=headers), 403, "from a page of another site")

    def test_of_time(self, client):
        refused(post(client, stamp=aged(timedelta(seconds=1))), 422, "very quick")
        refused(post(client, stamp=aged(timedelta(hours=25))), 422, "open for more than a day")
        page = refused(post(client, stamp="x"), 422, "not made for this page")
        (again,) = re.findall(r'name="stamp" value="([^"]+)"', page)
        assert again
        assert EMAIL in page, "what was typed is kept"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"email": ""}, "Please give your email address."),
            ({"email": "reader"}, "Please enter an email address such as"),
            ({"email": f"{'a' * 250}@example.org"}, "is too long: 254 characters are the most"),
            ({"what": []}, "Please choose what we may send you."),
            ({"what": ["corrections-0"]}, "Corrections alone would bring nothing: choose issues or stories besides."),
            ({"what": ["issues-0", "everything-1"]}, "Please choose some of these."),
            ({"what": ["issues-0\x00"]}, "Please choose some of these."),
            ({"frequency": ""}, "Please choose how often."),
            ({"frequency": "hourly"}, "Please choose one of these."),
        ],
    )
    def test_of_the_form(self, client, fields, sentence):
        refused(post(client, **fields), 422, sentence)

    def test_of_a_network_by_hour_and_by_day_however_it_asks(self, client, later):
        for n in range(10):
            assert post(client, email=f"r{n}@example.org").status_code == 303
        answer = post(client, email="another@example.org")
        assert (answer.status_code, answer["Retry-After"]) == (429, "600")
        assert "Many have asked from your network" in text(answer)
        assert not Follower.objects.filter(email="another@example.org").exists()
        other = Client(REMOTE_ADDR="203.0.113.9")
        assert post(other, email="another@example.org").status_code == 303
        for _ in range(3):
            later(timedelta(minutes=61))
            for n in range(10):
                assert post(client, email=f"r{n}@example.org").status_code == 303
        later(timedelta(minutes=61))
        assert post(client, email="another@example.org").status_code == 429
        later(timedelta(days=1))
        assert forget_knocks() == 41
        assert post(client, email="another@example.org").status_code == 303

    def test_a_filled_trap_looks_like_success_and_writes_nothing(self, client):
        good, trapped = post(client, email="good@example.org"), post(client, subject="Buy")
        assert (trapped.status_code, trapped.content, dict(trapped.items())) == (303, good.content, dict(good.items()))
        assert not Follower.objects.filter(email=EMAIL).exists()
        assert Knock.objects.count() == 1


class TestHeaders:
    """Nothing that is typed gets into a mail but an address, and that is one address."""

    @pytest.mark.parametrize(
        "email",
        [
            "reader@example.org\r\nBcc: victim@example.net",
            "reader@example.org\nBcc: victim@example.net",
            "reader@example.org%0aBcc:victim@example.net",
            "reader%0d%0aBcc:victim@example.net",
            "reader@example.org,victim@example.net",
            "reader@example.org;victim@example.net",
            "Reader <reader@example.org>",
            "<reader@example.org>",
            '"a b"@example.org\r\nSubject: x',
            "reader@example.org\x00",
            "reader\x00@example.org",
            "reader@exam\u2028ple.org\u2028Bcc: victim@example.net",
            "ſeller@example.org",
            "re\u0430der@example.org",
            "reader@[127.0.0.1\r\n]",
            "a" * 5000 + "@example.org",
            "reader@" + "a" * 5000 + ".org",
        ],
    )
    def test_in_the_address(self, client, email):
        answer = post(client, email=email)
        if answer.status_code == 303:
            mail = mailed()
            sent = mail.message().as_string()
            assert mail.to == [Follower.objects.get().email]
            assert not re.search(r"[\r\n\x00<>,; ]", mail.to[0])
            assert "bcc" not in mail.message()
            assert "victim" not in sent.split("\n\n")[0]
        else:
            refused(answer, 422, "Please")

    @pytest.mark.parametrize("field", ["what", "frequency", "page", "subject", "stamp"])
    def test_in_any_other_field(self, client, field):
        poison = "issues-0\r\nBcc: victim@example.net"
        post(client, **{field: poison})
        for wish in Wish.objects.all():
            assert "victim" not in f"{wish.choices}{wish.frequency}{wish.consent_text}{wish.source}"
            assert "victim" not in mailed().message().as_string()

    def test_in_the_address_of_the_page(self, client, edition):
        post(client, f"{COMPANY}&policy=x%0d%0aBcc:victim&utm=victim", what=["issues-0"])
        assert Wish.objects.get().source.endswith("/follow/email/?company=company-1")

    def test_a_domain_in_any_script_is_one_in_ascii(self, client):
        assert post(client, email="Jo@Bücher.Example").status_code == 303
        follower = Follower.objects.get()
        assert (follower.email, follower.domain) == ("Jo@xn--bcher-kva.example", "xn--bcher-kva.example")
        assert mailed().message()["To"] == "Jo@xn--bcher-kva.example"

    @given(email=st.text(max_size=300), what=st.lists(st.text(max_size=20), max_size=5), often=st.text(max_size=10))
    def test_the_form_takes_nothing_else_whatever_comes(self, email, what, often):
        form = follow_form((), {"email": email, "what": what, "frequency": often, "subject": ""})
        if form.is_valid():
            wanted = form.wanted("x")
            assert wanted.email.isascii()
            assert re.fullmatch(r"\S+@\S+", wanted.email)
            assert set(wanted.choices) <= {ISSUES, CORRECTIONS, CHINA, INTERNATIONAL}

    @given(
        local=st.from_regex(r"[a-z0-9.+-]{0,70}", fullmatch=True), tail=st.text(alphabet="\r\n\x00 ,<>%@a.", max_size=9)
    )
    def test_an_address_is_one_line_whatever_hangs_on_it(self, local, tail):
        form = follow_form((), {"email": f"{local}@example.org{tail}", "what": ["issues-0"], "frequency": "each"})
        if form.is_valid():
            assert re.fullmatch(r"[^\s@<>,]+@[a-z.]+", form.cleaned_data["email"])


class TestTheAnswer:
    def test_is_the_same_to_the_byte_whatever_is_known_of_the_address(self, client):
        answers = {}
        for state, make_it in STATES.items():
            for model in (Follower, Knock, Question, Suppression):
                model.objects.all().delete()
            make_it()
            answer = post(client)
            page = client.get(answer["Location"])
            answers[state] = [(got.status_code, dict(got.items()), got.content) for got in (answer, page)]
        first = answers.pop("new")
        assert [status for status, _, _ in first] == [303, 200]
        assert first[0][1]["Location"] == "/follow/sent/"
        for state, answer in answers.items():
            assert answer == first, state
        assert EMAIL not in str(first)

    def test_takes_the_same_statements(self, client):
        counts = {}
        for state, make_it in STATES.items():
            for model in (Follower, Knock, Question, Suppression):
                model.objects.all().delete()
            make_it()
            with CaptureQueriesContext(connection) as queries:
                post(client)
            counts[state] = len(queries)
        assert len(set(counts.values())) == 1, counts


class TestAWish:
    def test_is_kept_with_what_was_agreed_to_when_and_where(self, client, edition, company, settings):
        before = timezone.now()
        post(client, COMPANY, what=[f"company-{company.ref}", "china-0", "international-0"], frequency="weekly")
        wish = Wish.objects.get()
        assert {tuple(pair) for pair in wish.choices} == {company.pair, CHINA, INTERNATIONAL}
        assert (wish.frequency, wish.confirmed_at) == ("weekly", None)
        assert wish.source == f"{settings.SITE_URL}{COMPANY}"
        assert wish.consent_text == consent()
        assert wish.consent_text in unescape(client.get(COMPANY).content.decode())
        assert before <= wish.asked_at <= timezone.now()
        follower = Follower.objects.get()
        assert (follower.state(), chosen(follower), follower.domain) == ("unconfirmed", set(), "example.org")
        assert (wish.delivery.follower, wish.delivery.domain, wish.delivery.mailing) == (follower, "example.org", None)
        assert rows() == [1, 1, 1, 1, 0, 0]

    def test_names_the_page_on_which_the_form_stood(self, client, settings):
        post(client, page="follow")
        assert Wish.objects.get().source == f"{settings.SITE_URL}/follow/"

    def test_for_every_issue_is_one_for_its_sections(self, client):
        post(client, what=["issues-0", "china-0", "corrections-0"])
        assert {tuple(pair) for pair in Wish.objects.get().choices} == {ISSUES, CORRECTIONS}

    def test_whatever_the_case_is_one_followers(self, client):
        for email in ("Jo@Example.org", "jo@example.ORG", " JO@example.org", "jo@exa\u200bmple.org"):
            assert post(client, email=email).status_code == 303
        assert rows()[:3] == [1, 1, 1]
        follower = Follower.objects.get()
        assert (follower.key, follower.email) == ("jo@example.org", "jo@example.org")
        mailed()
        confirm(Wish.objects.get().pk)
        post(client, email="JO@example.org")
        follower.refresh_from_db()
        assert follower.email == "jo@example.org", "a confirmed address stays as it was confirmed"

    @pytest.mark.django_db(transaction=True)
    def test_sent_eight_times_at_once_is_one(self):
        answers = at_once(lambda n: post(Client(REMOTE_ADDR=f"203.0.{n}.1"), email="Jo@example.org").status_code, 8)
        assert answers == [303] * 8
        assert rows()[:4] == [1, 1, 1, 8]

    @pytest.mark.django_db(transaction=True)
    def test_is_counted_also_when_many_come_from_one_network_at_once(self):
        answers = at_once(lambda n: post(Client(), email=f"r{n}@example.org").status_code, 14)
        assert sorted(answers) == [303] * 10 + [429] * 4
        assert Follower.objects.count() == 10


class TestTheMailThatAsks:
    def test_goes_once_an_hour(self, later):
        asked(EMAIL, ISSUES)
        mailed()
        later(timedelta(minutes=59))
        asked(EMAIL, CHINA)
        assert not Delivery.objects.unsent().exists()
        later(timedelta(minutes=2))
        asked(EMAIL, INTERNATIONAL)
        assert Delivery.objects.unsent().count() == 1

    def test_asks_for_the_last_wish_as_long_as_it_is_not_out(self):
        first = asked(EMAIL, ISSUES)
        for pairs in ((CHINA,), (INTERNATIONAL, CORRECTIONS)):
            assert asked(EMAIL, *pairs) == first
        assert Delivery.objects.count() == 1
        assert in_words(outcome(Wish.objects.get()).choices) == [
            "International stories only",
            "Corrections to what you were sent",
        ]

    def test_confirms_what_it_showed_whatever_somebody_asked_for_since(self, client):
        """Else its reader would agree to what an attacker typed while he looked at the page."""
        asked(EMAIL, CHINA)
        shown = link("confirm", mailed())
        assert "China stories only" in text(client.get(shown))
        asked(EMAIL, ISSUES, frequency="weekly")
        client.post(shown)
        follower = Follower.objects.get()
        assert (chosen(follower), follower.frequency) == ({CHINA}, "each")

    def test_goes_an_hour_after_one_that_was_answered(self, later):
        following()
        sent_at = Delivery.objects.get().sent_at
        wish = asked(EMAIL, CHINA)
        assert wish.delivery.due_at == sent_at + timedelta(hours=1)
        later(timedelta(days=2))
        assert asked(EMAIL, INTERNATIONAL) == wish, "one is on its way"

    @pytest.mark.parametrize(
        ("state", "most"),
        [("new", 3), ("known", 3), ("ended", 1), ("left alone", 0), ("suppressed", 0), ("bounced", 0)],
    )
    def test_is_not_left_unanswered_for_ever(self, later, state, most):
        STATES[state]()
        asked_for = 0
        for _ in range(12):
            later(timedelta(hours=2))
            asked()
            if Delivery.objects.unsent().exists():
                asked_for += 1
                mailed()
        assert asked_for == most
        later(timedelta(days=31))
        asked()
        assert Delivery.objects.unsent().exists() == (state not in ("left alone", "suppressed", "bounced"))

    def test_is_not_asked_more_often_because_it_was_forgotten_in_between(self, later):
        asked_for = 0
        for _ in range(3):
            for _ in range(5):
                later(timedelta(hours=2))
                asked()
                if Delivery.objects.unsent().exists():
                    asked_for += 1
                    mailed()
            later(timedelta(days=8))
            assert forget_unconfirmed() == 1
            forget_questions()
        assert asked_for == 3

    def test_that_is_answered_counts_no_more(self, later):
        for _ in range(5):
            later(timedelta(hours=2))
            confirm(asked(EMAIL, CHINA).pk)
        assert not Question.objects.exists()

    def test_names_what_was_chosen_and_nothing_that_was_typed(self, client, edition, company, policy):
        post(
            client,
            f"{COMPANY}&policy=policy-1",
            what=[f"company-{company.ref}", f"policy-{policy.ref}", "china-0", "corrections-0"],
            frequency="weekly",
            email="cheap.watches.example@example.org",
        )
        mail = mailed()
        assert mail.to == ["cheap.watches.example@example.org"]
        (html, _) = mail.alternatives[0]
        for part in (mail.body, unescape(html)):
            for said in (
                *("China stories only", "Company: Company 1", "Policy: Policy 1", "Corrections to what you were sent"),
                *("Once a week", "within 48 hours", "do nothing"),
            ):
                assert said in part
            for unsaid in ("cheap", "watches", "Every issue", "International", "example.org/"):
                assert unsaid not in part
        assert mail.subject == "Please confirm that you want to follow Newsroom"
        assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert path(mail.extra_headers["List-Unsubscribe"].strip("<>")) == link("out", mail)

    def test_names_no_company_that_readers_can_no_longer_find(self, edition, company):
        wish = asked(EMAIL, company.pair)
        withdraw(edition.report, by=None, note="Why")
        assert in_words(outcome(wish).choices) == ["A company that no issue on the site names at present"]
        assert "Company 1" not in mailed().body


class TestConfirming:
    def test_asks_first_and_counts_once(self, client):
        asked(EMAIL, CHINA, CORRECTIONS, frequency="weekly")
        here = link("confirm", mailed())
        page = client.get(here)
        assert "China stories only" in text(page)
        assert "Once a week" in text(page)
        assert EMAIL not in page.content.decode()
        assert Follower.objects.get().state() == "unconfirmed"
        for _ in range(2):
            page = client.post(here)
            assert (page.status_code, "It is confirmed" in text(page)) == (200, True)
            assert page["Cache-Control"] == "private, no-store"
            assert page["Referrer-Policy"] == "no-referrer"
            assert not page.cookies
        assert "It is confirmed" in text(client.get(here))
        follower, wish = Follower.objects.get(), Wish.objects.get()
        assert (follower.state(), chosen(follower)) == ("active", {CHINA, CORRECTIONS})
        assert (follower.frequency, follower.consent_text, follower.source) == (
            "weekly",
            wish.consent_text,
            wish.source,
        )
        assert (Growth.objects.get().came, Growth.objects.get().left) == (1, 0)
        onward = re.search(r'href="(\S+/follow/preferences/\S+)"', page.content.decode()).group(1)
        assert client.get(path(onward)).status_code == 200

    def test_changes_what_is_followed_and_no_sooner(self, later):
        follower = following(EMAIL, ISSUES, CORRECTIONS)
        since = follower.confirmed_at
        later(timedelta(hours=2))
        wish = asked(EMAIL, CHINA, frequency="weekly")
        follower.refresh_from_db()
        assert (chosen(follower), follower.frequency) == ({ISSUES, CORRECTIONS}, "each")
        confirm(wish.pk)
        follower.refresh_from_db()
        assert (chosen(follower), follower.frequency, follower.confirmed_at) == ({CHINA}, "weekly", since)
        assert Growth.objects.get().came == 1

    def test_a_company_is_followed_besides_what_is_followed_already(self, later, company, policy):
        follower = following(EMAIL, CHINA, CORRECTIONS)
        for topic in (company, policy):
            later(timedelta(hours=2))
            confirm(asked(EMAIL, topic.pair).pk)
        assert chosen(follower) == {CHINA, CORRECTIONS, company.pair, policy.pair}
        later(timedelta(hours=2))
        confirm(asked(EMAIL, ISSUES, company.pair).pk)
        assert chosen(follower) == {ISSUES, CORRECTIONS, company.pair, policy.pair}

    def test_a_company_is_followed_as_often_as_all_else_is_and_no_issue_is_lost(self, client, later, company):
        follower = following(EMAIL, ISSUES, CORRECTIONS, frequency="weekly")
        mailing = announced(title="Of this week")
        later(timedelta(hours=2))
        asked(EMAIL, company.pair, CORRECTIONS, frequency="each")
        mail = mailed()
        for words in (text(client.get(link("confirm", mail))), " ".join(mail.body.split())):
            for said in (
                "Every issue",
                "Company: Company 1",
                "what you follow already",
                "s often as now",
                "nce a week",
            ):
                assert said.casefold() in words.casefold()
            assert "ach time" not in words
        assert "as often as now" in text(client.get(COMPANY))
        client.post(link("confirm", mail))
        follower.refresh_from_db()
        assert (chosen(follower), follower.frequency) == ({ISSUES, CORRECTIONS, company.pair}, "weekly")
        assert not mailing.deliveries.exists(), "it stands in the week's digest"

    def test_the_form_for_all_takes_nothing_away_that_it_does_not_show(self, client, later, company, policy):
        follower = following(EMAIL, INTERNATIONAL, CORRECTIONS, company.pair, policy.pair, frequency="weekly")
        later(timedelta(hours=2))
        asked(EMAIL, CHINA)
        mail = mailed()
        for words in (text(client.get(link("confirm", mail))), " ".join(mail.body.split())):
            kept, gone = words.split("You would no longer get")
            for said in ("China stories only", "Company: Company 1", "Policy: Policy 1", "and not once a week as now"):
                assert said in kept
            for said in ("International stories only", "Corrections to what you were sent"):
                assert said in gone
                assert said not in kept
        client.post(link("confirm", mail))
        assert chosen(follower) == {CHINA, company.pair, policy.pair}
        later(timedelta(hours=2))
        more = outcome(asked(EMAIL, ISSUES))
        assert (more.gone, more.before, more.adds) == ([], "", False), "every issue has the stories from China in it"

    def test_who_no_longer_waits_for_the_week_misses_none_of_its_issues(self, later):
        follower = following(frequency="weekly")
        mailing = announced(title="Of this week")
        assert not mailing.deliveries.exists()
        later(timedelta(hours=2))
        confirm(asked(EMAIL, ISSUES, frequency="each").pk)
        assert mailing.deliveries.get().follower == follower

    def test_a_link_that_was_used_says_what_is_confirmed_now(self, client, later):
        asked(EMAIL, ISSUES)
        used = link("confirm", mailed())
        done = text(client.post(used))
        assert "Thank you. It is confirmed." in done
        assert "Every issue" in done
        later(timedelta(minutes=9))
        post(client, what=["china-0"], frequency="weekly")
        for answer in (client.get(used), client.post(used)):
            words = text(answer)
            assert "Thank you" not in words
            for said in ("It is confirmed already.", "Every issue", "Each time", "a mail of its own"):
                assert said in words
            assert "China stories only" not in words
        assert "within an hour if you asked before" in text(client.get("/follow/sent/"))
        assert "the link shows what it is good for" in text(client.get("/follow/sent/"))

    def test_starts_anew_after_an_end_or_a_pause(self, later, company):
        STATES["ended"]()
        later(timedelta(hours=2))
        confirm(asked(EMAIL, company.pair).pk)
        follower = Follower.objects.get()
        assert (follower.state(), chosen(follower)) == ("active", {company.pair})
        assert (Growth.objects.get().came, Growth.objects.get().left) == (2, 1)
        Follower.objects.update(paused_until=timezone.now() + timedelta(days=9))
        later(timedelta(hours=2))
        confirm(asked(EMAIL, ISSUES).pk)
        assert Follower.objects.get().state() == "active"
        assert Growth.objects.get().came == 2

    @pytest.mark.parametrize("reason", ["hard", "complaint", "desk"])
    def test_says_nothing_and_does_nothing_for_an_address_that_is_suppressed_by_now(self, client, reason):
        wish = asked()
        here = link("confirm", mailed())
        disable(wish.follower, reason)
        page = client.post(here)
        assert (page.status_code, "It is confirmed" in text(page)) == (200, True)
        assert "From now on this comes by mail: Every issue" in text(page)
        follower = Follower.objects.get()
        assert (follower.confirmed_at, chosen(follower), follower.state()) == (None, set(), "unconfirmed")
        assert not Growth.objects.exists()
        assert Wish.objects.get().confirmed_at is None

    def test_a_link_that_was_used_brings_nobody_back_who_left_since(self, client):
        asked()
        here = link("confirm", mailed())
        client.post(here)
        end(Follower.objects.get().pk)
        for answer in (client.get(here), client.post(here)):
            assert (answer.status_code, "You have used this link already" in text(answer)) == (410, True)
        assert Follower.objects.get().state() == "ended"
        with pytest.raises(Used):
            confirm(Wish.objects.get().pk)

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize(("hours", "status"), [(47, 200), (49, 410)])
    def test_a_link_grows_old(self, client, later, method, hours, status):
        asked()
        here = link("confirm", mailed())
        later(timedelta(hours=hours))
        assert timedelta(hours=48) == TIME_TO_CONFIRM
        answer = getattr(client, method)(here)
        assert answer.status_code == status
        if status == 410:
            assert "This link is too old" in text(answer)
            assert Follower.objects.get().confirmed_at is None

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("kind", ["follow.out", "follow.preferences", "comments.confirm", ""])
    def test_no_other_link_confirms(self, client, method, kind):
        wish = asked()
        good = link("confirm", mailed()).split("/")[-2]
        for token in (make(kind, wish.pk), good[:-1], good + "A", "x", "1:2:3", "é"):
            answer = getattr(client, method)(f"/follow/confirm/{token}/")
            assert (answer.status_code, "This link leads nowhere" in text(answer)) == (404, True)
        assert Follower.objects.get().confirmed_at is None

    def test_a_forgotten_wish_is_gone(self, client):
        asked()
        here = link("confirm", mailed())
        Follower.objects.all().delete()
        for answer in (client.get(here), client.post(here)):
            assert (answer.status_code, "no longer know the address" in text(answer)) == (410, True)

    @pytest.mark.django_db(transaction=True)
    def test_eight_times_at_once_is_once(self):
        wish = asked()
        at_once(lambda _: confirm(wish.pk), 8)
        assert chosen(Follower.objects.get()) == {ISSUES, CORRECTIONS}
        assert Growth.objects.get().came == 1

    def test_a_visitor_without_any_session_may(self):
        asked()
        here = link("confirm", mailed())
        assert Client(enforce_csrf_checks=True).post(here, headers={"Origin": "null"}).status_code == 200
