"""
The mails to followers, a function for each: who gets it, and why.

To an address that nobody has confirmed goes no word that a visitor wrote: whoever types another person's address could
make us send anything to it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from follow.letters import Letter
from follow.models import Choice, Follower, Wish
from follow.topics import CORRECTIONS, ISSUES, SECTIONS, Pair, Topic, named
from follow.wishing import Outcome, outcome
from newsroom.lib.mail import compose, in_own_language, message
from newsroom.lib.mailed import absolute, mail_link
from newsroom.lib.text import Wording
from reports.models import Section

# The kinds of links in these mails, and for how long the first is good; `follow.views.links` answers them.
CONFIRM, PREFERENCES, OUT = "follow.confirm", "follow.preferences", "follow.out"
TIME_TO_CONFIRM = timedelta(hours=48)
LIST = "issues"  # the label of the list that all mailings belong to (RFC 2919)

# What can be chosen without naming anything, in the order in which it is offered.
ONE_SECTION = gettext_lazy("{section} stories only")
GENERAL: dict[Pair, Wording] = {
    ISSUES: gettext_lazy("Every issue"),
    **{SECTIONS[section.value]: format_lazy(ONE_SECTION, section=section.label) for section in Section},
}
# How a thing is called that is named, and one that no issue names at present.
NAMED: dict[str, tuple[Wording, Wording]] = {
    str(Choice.Kind.COMPANY): (
        gettext_lazy("Company: %(name)s"),
        gettext_lazy("A company that no issue on the site names at present"),
    ),
    str(Choice.Kind.POLICY): (
        gettext_lazy("Policy: %(name)s"),
        gettext_lazy("A policy that no issue on the site names at present"),
    ),
}


def confirm(wish: Wish, to: str, *, delivery: int, identity: str) -> EmailMultiAlternatives:
    """To an address that was typed on the site: once, to ask whether its reader wants to follow."""
    url, out = mail_link("follow:confirm", CONFIRM, wish.pk), out_link(wish.follower_id)
    context = {
        **in_question(outcome(wish)),
        "hours": round(TIME_TO_CONFIRM.total_seconds() / 3600),
        "url": url,
        "out": out,
    }
    return numbered(compose("confirm_follow", to, context, identity=identity, unsubscribe=out), delivery)


def newsletter(letter: Letter, follower: Follower, *, delivery: int, identity: str) -> EmailMultiAlternatives:
    """To a confirmed follower who chose something that is in it: an issue, a correction or a week of them."""
    out = out_link(follower)
    text, html = letter.addressed(out=out, preferences=preferences_link(follower))
    made = message(
        follower.email,
        subject=letter.subject,
        text=text,
        html=html,
        identity=identity,
        unsubscribe=out,
        list_id=LIST,
    )
    return numbered(made, delivery)


def numbered(made: EmailMultiAlternatives, delivery: int) -> EmailMultiAlternatives:
    """With the number by which a provider's reports name it (`follow.receivers`); SMTP passes it over."""
    made.metadata = {"delivery": str(delivery)}  # type: ignore[attr-defined]
    return made


@in_own_language
def test(letter: Letter, to: str, *, identity: str) -> EmailMultiAlternatives:
    """To somebody of the desk, to see how a letter looks; its links to preferences and out lead nowhere."""
    page = absolute(reverse("follow:follow"))
    text, html = letter.addressed(out=page, preferences=page)
    return message(to, subject=f"[Test] {letter.subject}", text=text, html=html, identity=identity)


# What stands in these mails, and on the pages behind their links


def preferences_link(follower: Follower | int) -> str:
    """Where a follower (or the one with this number) changes, stops and takes along what is kept. Never grows old."""
    return mail_link("follow:preferences", PREFERENCES, number(follower))


def out_link(follower: Follower | int) -> str:
    """Where a follower (or the one with this number) gets out, with one click (RFC 8058). Never grows old."""
    return mail_link("follow:out", OUT, number(follower))


def number(follower: Follower | int) -> int:
    return follower if isinstance(follower, int) else follower.pk


def label(kind: str, topic: Topic | None) -> str:
    """A company or a policy that is followed; one that no issue names at present has no name either."""
    called, unnamed = NAMED[kind]
    return str(called) % {"name": topic.name} if topic else str(unnamed)


def in_words(pairs: Iterable[Pair]) -> list[str]:
    """What is followed, in our own words, in the order in which it is offered. A query for each kind among it."""
    wanted = sorted(set(pairs))
    found = named(wanted)
    things = sorted(label(kind, found.get((kind, ref))) for kind, ref in wanted if kind in NAMED)
    general = [str(words) for pair, words in GENERAL.items() if pair in wanted]
    return [*general, *things, *([_("Corrections to what you were sent")] if CORRECTIONS in wanted else [])]


def in_question(coming: Outcome) -> dict[str, Any]:
    """What a mail or a page says that asks whether this is to be."""
    return {
        "wanted": in_words(coming.choices),
        "gone": in_words(coming.gone),
        "adds": coming.adds,
        "weekly": coming.weekly,
        "before": coming.before,
    }
