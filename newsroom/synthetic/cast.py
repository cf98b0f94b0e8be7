"""Whom and what the synthetic issues tell of: companies that rise and fall, policies on their way, tags, sources."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate
from random import Random

from newsroom.synthetic import words

FIRST_DAY, LAST_DAY = date(1995, 1, 7), date(2025, 4, 5)  # no synthetic issue is older, or newer
POLICIES = 120
TAG = "Synthetic archive"
YEAR = 365.25


@dataclass(frozen=True)
class Wave:
    """How much something is talked of as the years go by: from 1 at the top of its wave down to nearly nothing."""

    period: float  # in years
    phase: float
    depth: float

    def at(self, day: date) -> float:
        turns = day.toordinal() / YEAR / self.period + self.phase
        return math.exp(self.depth * (math.cos(2 * math.pi * turns) - 1) / 2)


@dataclass(frozen=True)
class Company:
    name: str
    country: str
    alias: str
    weight: float
    wave: Wave

    @property
    def is_chinese(self) -> bool:
        return self.country == "China"

    def fame(self, day: date) -> float:
        return self.weight * self.wave.at(day)


@dataclass(frozen=True)
class Milestone:
    status: str
    dated_on: date
    text: str
    source: str


@dataclass(frozen=True)
class Policy:
    title: str
    jurisdiction: str
    milestones: tuple[Milestone, ...]

    @cached_property
    def days(self) -> list[int]:
        """Of the milestones, as ordinals."""
        return [milestone.dated_on.toordinal() for milestone in self.milestones]

    def interest(self, day: date) -> float:
        """How much there is to say of it on a day: the more, the nearer a milestone is; little before the first."""
        today = day.toordinal()
        begun = self.days[0] - 60 <= today
        return sum(math.exp(-abs(each - today) / 100) for each in self.days) + (0.03 if begun else 0.0001)


@dataclass(frozen=True)
class Tag:
    name: str
    wave: Wave


@dataclass(frozen=True)
class Cast:
    """All of them, for one seed."""

    companies: tuple[Company, ...]
    policies: tuple[Policy, ...]
    tags: tuple[Tag, ...]
    sources: tuple[str, ...]

    @property
    def tag_names(self) -> list[str]:
        """With the one that all issues bear."""
        return [TAG, *(tag.name for tag in self.tags)]


@cache
def cast_of(seed: int) -> Cast:
    rng = Random(f"newsroom cast {seed}")  # noqa: S311 - nothing secret
    return Cast(
        companies=tuple(companies(rng)),
        policies=tuple(policies(rng)),
        tags=tuple(Tag(name, wave(rng, 1.5)) for topic in words.TOPICS for name in topic.tags),
        sources=(words.INVENTED, *words.SOURCES),
    )


def wave(rng: Random, depth: float) -> Wave:
    return Wave(rng.uniform(5, 24), rng.random(), depth)


def companies(rng: Random) -> Sequence[Company]:
    """The well-known ones and those invented; how much each is talked of at its best follows Zipf's law."""
    invented = [
        (f"{beginning} {ending}", country, "")
        for beginnings, endings, chosen in (
            (words.CHINESE_BEGINNINGS, words.CHINESE_ENDINGS, ("China",)),
            (words.OTHER_BEGINNINGS, words.OTHER_ENDINGS, words.COUNTRIES),
        )
        for beginning in beginnings
        for ending in endings
        for country in (rng.choice(chosen),)
    ]
    rng.shuffle(invented)
    known = list(words.WELL_KNOWN)
    rng.shuffle(known)
    # One well-known company to two others at the top, so that no list consists of them alone.
    order = [row for place, row in enumerate(known) for row in (row, *invented[2 * place : 2 * place + 2])]
    order += invented[2 * len(known) :]
    return [
        Company(*row, weight=1 / (place + 3), wave=wave(rng, 2.0 if row in known else 7.0))
        for place, row in enumerate(order)
    ]


def policies(rng: Random) -> Sequence[Policy]:
    """Most of them from the last years, as with real ones."""
    chosen: dict[str, Policy] = {}
    while len(chosen) < POLICIES:
        jurisdiction, subject = rng.choice(words.JURISDICTIONS), rng.choice(words.SUBJECTS)
        kinds = words.BETWEEN_STATES if jurisdiction in {"UN", "G7", "African Union"} else words.INSTRUMENTS
        title = f"{jurisdiction} {rng.choice(kinds)} on {subject}"
        begins = LAST_DAY - timedelta(days=round((LAST_DAY - FIRST_DAY).days * rng.random() ** 1.8))
        if title not in chosen:
            chosen[title] = Policy(title, jurisdiction, tuple(milestones(rng, begins)))
    return list(chosen.values())


def milestones(rng: Random, begins: date) -> Sequence[Milestone]:
    """The way of a policy, from its proposal to wherever it ends; some of it may be still to come."""
    way = ["proposed", "draft", "adopted"]
    way += rng.choice((["in_force"], ["partly_in_force", "in_force"], ["delayed", "in_force"], ["partly_in_force"]))
    way += ["repealed"] if rng.random() < 0.12 else []
    found, day = [], begins
    for status in way:
        found.append(Milestone(status, day, rng.choice(words.STEPS[status]), rng.choice(words.SOURCES)))
        day += timedelta(days=rng.randrange(60, 700))
    return found


class Urn:
    """Things to draw from, each as often as its weight says."""

    def __init__(self, things: Sequence[object], weights: Sequence[float]) -> None:
        self.things = things
        self.sums = list(accumulate(weights))

    def draw(self, rng: Random, number: int) -> list[int]:
        """The places of so many different things, in the order in which they were drawn."""
        drawn: dict[int, None] = {}
        places = range(len(self.things))
        while len(drawn) < min(number, len(self.things)):
            drawn.setdefault(rng.choices(places, cum_weights=self.sums)[0])
        return list(drawn)
