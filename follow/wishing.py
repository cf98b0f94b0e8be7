"""
What a wish comes to: what its follower will be sent once it is confirmed, how often, and what he follows no more.

The mail that asks, the page behind its link and the confirmation itself all go by this.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from follow.models import Follower, Wish
from follow.topics import CORRECTIONS, ISSUES, SECTIONS, Pair


def tidy(pairs: Iterable[Pair]) -> list[Pair]:
    """What is chosen, each once; who gets every issue needs no section of it besides."""
    chosen = set(pairs)
    return sorted(chosen - set(SECTIONS.values()) if ISSUES in chosen else chosen)


def says_something(pairs: Iterable[Pair]) -> bool:
    """Whether anything would ever be sent to who chose this: corrections of nothing are nothing."""
    return bool(set(pairs) - {CORRECTIONS})


def follows(follower: Follower) -> bool:
    """Whether somebody confirmed, and has neither left nor been stopped. (A pause is no end.)"""
    return bool(follower.confirmed_at) and not follower.ended_at and not follower.disabled_at


def chosen(follower: Follower) -> list[Pair]:
    """What a follower follows."""
    return list(follower.choices.values_list("kind", "ref"))


def pairs_of(wish: Wish) -> list[Pair]:
    """What somebody asked for, as `follow.topics` has it; JSON knows no pairs."""
    return [(kind, ref) for kind, ref in wish.choices]


@dataclass(frozen=True)
class Outcome:
    """
    What a follower will be sent, and how often, once a wish is confirmed.

    `gone` is what he follows now and won't any more; `adds` whether the wish is added to what he follows; `before` how
    often he is told now, if that changes.
    """

    choices: list[Pair]
    frequency: str
    gone: list[Pair]
    adds: bool = False
    before: str = ""

    @property
    def weekly(self) -> bool:
        return self.frequency == Follower.Frequency.WEEKLY


def outcome(wish: Wish) -> Outcome:
    """
    What becomes of a wish if it is confirmed now. One query if its follower follows already.

    A wish for a company or a policy is added to what he follows, and he is told as often as now: the button on its page
    says "follow", and not "follow this alone, and each time". Any other takes the place of what its form offers. The
    companies and policies that he follows stay, for that form doesn't show them.
    """
    asked, follower = pairs_of(wish), wish.follower
    if not follows(follower):
        return Outcome(tidy(asked), wish.frequency, [])
    had = chosen(follower)
    if any(ref for _, ref in asked):
        return Outcome(tidy([*asked, *had]), follower.frequency, [], adds=True)
    choices = tidy([*asked, *(pair for pair in had if pair[1])])
    covered = set(SECTIONS.values()) if ISSUES in choices else set()
    gone = sorted(set(had) - set(choices) - covered)
    return Outcome(
        choices, wish.frequency, gone, before=follower.frequency if follower.frequency != wish.frequency else ""
    )
