"""
Copy-desk checks: what would shame the newsroom, found before readers find it.

CHECKS is the list of them. Each is a small function of a Subject, the issue as one value with what must be known of
the rest of the desk, and gives what it finds; none asks the database or the network. A check that crashes is logged
and counted as "could not run", never as passed. docs/checks.md says why each is there.
"""

import logging
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from newsroom.checks import completeness, figures, links, names, wording
from newsroom.checks.findings import Check, Finding, Level
from newsroom.checks.subject import Subject

logger = logging.getLogger(__name__)

CHECKS = [
    Check("essentials", gettext_lazy("Date and stories"), completeness.date_and_stories),
    Check("sections", gettext_lazy("Both sections"), completeness.sections),
    Check("ranks", gettext_lazy("Ranks"), completeness.ranks),
    Check("promise", gettext_lazy("The number that a heading promises"), completeness.promised_number),
    Check("headlines", gettext_lazy("Length of headlines"), completeness.headlines),
    Check("bodies", gettext_lazy("Length of texts"), completeness.bodies),
    Check("intro", gettext_lazy("The intro"), completeness.intro),
    Check("pictures", gettext_lazy("Descriptions of pictures"), completeness.pictures),
    Check("money-pairs", gettext_lazy("Amounts in two currencies"), figures.money_pairs),
    Check("headline-figures", gettext_lazy("Figures in headlines"), figures.headline_figures),
    Check("unsupported", gettext_lazy("Figures that no story has"), figures.unsupported),
    Check("unnamed-companies", gettext_lazy("Watchlist companies that no story names"), names.unnamed_companies),
    Check("unwatched-companies", gettext_lazy("Companies that many stories name"), names.unwatched_companies),
    Check("unnamed-policies", gettext_lazy("Policies that no story names"), names.unnamed_policies),
    Check("names", gettext_lazy("Spelling of companies"), names.spelling),
    Check("near-names", gettext_lazy("Misspelt companies"), names.near_misses),
    Check("spelling", gettext_lazy("British or American spelling"), wording.spelling),
    Check("quotes", gettext_lazy("Straight and curly quotation marks"), wording.quotes),
    Check("spaces", gettext_lazy("Double spaces"), wording.double_spaces),
    Check("characters", gettext_lazy("Odd characters"), wording.odd_characters),
    Check("left-behind", gettext_lazy("TK, TODO, lorem ipsum"), wording.left_behind),
    Check("past-dates", gettext_lazy("Dates said to be ahead"), wording.past_dates),
    Check("repeats", gettext_lazy("Headlines of other issues"), wording.repeated_headlines),
    Check("links", gettext_lazy("Links as they are written"), links.faults),
    Check("dead-links", gettext_lazy("Links that lead nowhere"), links.dead),
]


@dataclass(frozen=True)
class Outcome:
    """What the checks said, in the order of the list, and which of them could not run."""

    findings: list[Finding]
    unable: list[Check]

    @property
    def blocking(self) -> list[Finding]:
        return self.of(Level.BLOCK)

    def of(self, level: Level) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == level]


def run(subject: Subject, checks: list[Check] | None = None) -> Outcome:
    """All checks (or these) over one issue. Never raises."""
    outcome = Outcome([], [])
    for check in CHECKS if checks is None else checks:
        try:
            said = list(check.look(subject))
        except Exception:
            logger.exception("The check %s could not run", check.code)
            outcome.unable.append(check)
        else:
            outcome.findings.extend(
                Finding(one.level, check.code, one.place, one.field, one.message, one.excerpt) for one in said
            )
    return outcome
