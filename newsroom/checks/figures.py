"""Whether figures agree: with each other, with the text below a headline, with the stories that a line sums up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext as _

from newsroom.checks.findings import Level, Said
from newsroom.checks.subject import Subject, Text, around
from newsroom.lib.figures import Figure, Kind, Pair, pairs

STRAY = Decimal("0.02")  # of the others' rate


def money_pairs(subject: Subject) -> Iterator[Said]:
    """
    `¥300 billion ($41.5 billion)`: the rate that a pair implies strays from the issue's others.

    What is usual is the median of them all, which one wrong pair of three can't move; of two, each stands against the
    other. A pair that may come from the usual rate by rounding ("¥0.18 ($0.025)") is right. "$41.5 billion (¥300
    billion)" stands among those that begin with ¥.
    """
    found: dict[tuple[str, str], list[tuple[Text, Pair]]] = defaultdict(list)
    for text in subject.texts:
        for pair in pairs(text.words):
            one_way = pair.turned if pair.turned.units in found else pair
            found[one_way.units].append((text, one_way))
    for same in found.values():
        rates = [pair.rate for _text, pair in same]
        for number, (text, pair) in enumerate(same):
            usual = median(rates) if len(rates) > 2 else rates[1 - number] if len(rates) > 1 else pair.rate
            if strays(pair, usual):
                said = _("%(rate)s %(first)s to the %(second)s here, %(usual)s in the issue’s other amounts.")
                words = {"rate": shown(pair.rate), "usual": shown(usual)}
                words |= {"first": pair.units[0], "second": pair.units[1]}
                yield at(text, *pair.place, said % words)


def strays(pair: Pair, usual: Decimal) -> bool:
    least, greatest = pair.rates
    return greatest < usual * (1 - STRAY) or least > usual * (1 + STRAY)


def shown(rate: Decimal) -> str:
    return f"{rate:.3g}" if rate >= 1 else f"{rate:.2g}"


def headline_figures(subject: Subject) -> Iterator[Said]:
    """An amount or a percentage in a headline that the story below does not give."""
    for headline, body in subject.story_texts:
        given = subject.figures[body]
        for figure in subject.figures[headline]:
            if figure.kind not in (Kind.MONEY, Kind.PERCENT) or any(figure.means(other) for other in given):
                continue
            written = headline.words[figure.start : figure.end]
            alike = [body.words[f.start : f.end] for f in given if f.kind == figure.kind]
            if alike:
                said = _("The headline says %(figure)s; the text doesn’t, it has %(others)s.")
            else:
                said = _("The headline says %(figure)s; the text doesn’t.")
            words = {"figure": written, "others": ", ".join(dict.fromkeys(alike))}
            yield at(headline, figure.start, figure.end, said % words)


def unsupported(subject: Subject) -> Iterator[Said]:
    """A figure in a takeaway, a watchlist note or a policy's detail that no story has."""
    given = set_of_figures(subject.figures[text] for texts in subject.story_texts for text in texts)
    for text in subject.lines:
        for figure in subject.figures[text]:
            if figure.kind == Kind.YEAR and figure.year == subject.date.year:
                continue  # "this year" needs no source
            if any(figure.means(other) for other in given):
                continue
            said = _("No story says %(figure)s.") % {"figure": text.words[figure.start : figure.end]}
            yield at(text, figure.start, figure.end, said)


def set_of_figures(lists: Iterable[list[Figure]]) -> list[Figure]:
    """All figures of some texts; and the years of their quarters."""
    every = [figure for figures in lists for figure in figures]
    quarters = [figure for figure in every if figure.kind == Kind.QUARTER]
    return [*every, *(q._replace(kind=Kind.YEAR, value=Decimal(q.year)) for q in quarters)]


def at(text: Text, start: int, end: int, said: str) -> Said:
    return Said(Level.WARN, text.place, text.field, said, around(text.words, start, end))
