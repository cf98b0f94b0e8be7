"""The synthetic issues themselves, each made from the seed and its place in the archive alone."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from newsroom.synthetic import words
from newsroom.synthetic.cast import FIRST_DAY, LAST_DAY, TAG, Cast, Company, Policy, Urn, cast_of
from newsroom.synthetic.prose import Slots, headline, sentence

Section = Literal["china", "international"]
STANDFIRST = "A synthetic issue, written by a program: {first}, and {second}."
MARK = "This issue is part of a synthetic archive. A program put it together to fill a site; nothing in it happened."

# Of so many issues one is corrected, withdrawn, moved; the remainder says which.
CORRECTED, WITHDRAWN, MOVED = (25, 7), (200, 31), (60, 11)


@dataclass(frozen=True)
class Story:
    section: Section
    headline: str
    paragraphs: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What is published after the first edition: `hours` later, as an edition of a kind, with a public note."""

    kind: Literal["correction", "update", "withdrawal"]
    hours: int
    note: str
    paragraphs: tuple[str, ...] = ()  # of a correction: the whole text of the first story, as it is now
    slug: str = ""  # of an update: where the issue has moved


@dataclass(frozen=True)
class Issue:
    """One issue. Companies, policies, tags and sources are names of the cast."""

    place: int
    number: int
    issued_on: date
    title: str
    standfirst: str
    intro: tuple[str, ...]
    headings: tuple[str, str]
    stories: tuple[Story, ...]
    takeaways: tuple[str, ...]
    credits: tuple[str, ...]
    watchlist: tuple[tuple[str, str], ...]  # a company, and what is said of it
    policies: tuple[tuple[str, str], ...]  # a policy, and the detail in brackets
    tags: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        """A fingerprint of everything in it (SHA-256)."""
        text = json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Archive:
    """All issues of one seed, one every so many days. Place 0 is the newest; there is no end but the first day."""

    seed: int
    every: int = 7

    @property
    def cast(self) -> Cast:
        return cast_of(self.seed)

    @property
    def room(self) -> int:
        """How many issues there can be."""
        return (LAST_DAY - FIRST_DAY).days // self.every + 1

    def day_of(self, place: int) -> date:
        return LAST_DAY - timedelta(days=place * self.every)

    def number_of(self, place: int) -> int:
        return self.room - place

    def title_of(self, place: int) -> str:
        rng = self.chance(place, "title")
        a, b = rng.sample(words.THEMES, 2)
        return rng.choice(words.TITLES).format(a=a, b=b)

    def chance(self, place: int, of: str) -> Random:
        """Chance of its own for each part of each issue, so that none depends on what came before."""
        return Random(f"newsroom {self.seed} {self.every} {place} {of}")  # noqa: S311 - nothing secret

    def issue(self, place: int) -> Issue:
        day = self.day_of(place)
        writer = Writer(self.chance(place, "text"), self.cast, day)
        stories = tuple(writer.stories())
        policies = tuple(writer.tracked())
        return Issue(
            place=place,
            number=self.number_of(place),
            issued_on=day,
            title=self.title_of(place),
            standfirst=STANDFIRST.format(first=stories[0].headline, second=stories[-1].headline),
            intro=(*writer.intro(), MARK),
            headings=writer.headings(stories),
            stories=stories,
            takeaways=tuple(writer.takeaways()),
            credits=(words.INVENTED, *writer.rng.sample(self.cast.sources[1:], writer.rng.randrange(2, 5))),
            watchlist=tuple(writer.watched()),
            policies=policies,
            tags=(TAG, *most_used(stories)),
            changes=tuple(writer.changes(place, self.number_of(place), stories[0])),
        )


def most_used(stories: Sequence[Story]) -> list[str]:
    """The three tags that most of the stories bear."""
    borne = [tag for story in stories for tag in story.tags]
    return sorted(dict.fromkeys(borne), key=lambda tag: (-borne.count(tag), tag))[:3]


class Writer:
    """Writes one issue: draws, for its day, from those who are talked of."""

    def __init__(self, rng: Random, cast: Cast, day: date) -> None:
        self.rng = rng
        self.day = day
        fame = [company.fame(day) for company in cast.companies]
        self.companies = cast.companies
        self.urns = {
            "china": Urn(
                cast.companies, [n if of.is_chinese else 0 for n, of in zip(fame, cast.companies, strict=True)]
            ),
            "international": Urn(
                cast.companies, [0 if of.is_chinese else n for n, of in zip(fame, cast.companies, strict=True)]
            ),
        }
        self.waves = {tag.name: tag.wave.at(day) for tag in cast.tags}
        self.topics = Urn(words.TOPICS, [sum(self.waves[tag] for tag in topic.tags) for topic in words.TOPICS])
        urn = Urn(cast.policies, [policy.interest(day) for policy in cast.policies])
        self.policies: list[Policy] = [cast.policies[place] for place in urn.draw(rng, rng.randrange(4, 7))]
        self.named: dict[str, Company] = {}

    def slots(self, section: str, **given: str) -> Slots:
        return Slots(
            self.rng,
            is_chinese=section == "china",
            year=str(self.day.year),
            policy=f"the {self.rng.choice(self.policies).title}",
            **given,
        )

    def stories(self) -> Iterator[Story]:
        for section in ("china", "international"):
            number = 10 if self.rng.random() < 0.85 else self.rng.randrange(8, 13)
            first = self.urns[section].draw(self.rng, number)
            for place in first:
                company = self.companies[place]
                self.named[company.name] = company
                yield self.story(section, company)

    def story(self, section: Section, company: Company) -> Story:
        others = [
            self.companies[self.urns[urn].draw(self.rng, 1)[0]].name
            for urn in (section if self.rng.random() < 0.7 else "china", "international")
        ]
        slots = self.slots(section, C=company.name, D=others[0], E=others[1])
        topic = words.TOPICS[self.topics.draw(self.rng, 1)[0]]
        chosen = self.rng.sample(topic.sentences, self.rng.randrange(3, 6))
        chosen += self.rng.sample(words.GENERAL, self.rng.randrange(2, 4))
        told = [sentence(template, slots) for template in chosen]
        spare = [template for template in words.GENERAL if template not in chosen]
        while sum(len(text.split()) for text in told) < 62:
            told.append(sentence(spare.pop(self.rng.randrange(len(spare))), slots))
        tags = sorted(topic.tags, key=lambda tag: -self.waves[tag] * self.rng.random())
        return Story(
            section,
            headline(self.rng.choice(topic.headlines), slots),
            tuple(self.paragraphs(told)),
            tuple(tags[: self.rng.randrange(1, 4)]),
        )

    def paragraphs(self, told: Sequence[str]) -> Iterator[str]:
        """The sentences in paragraphs of two or three."""
        start = 0
        while start < len(told):
            size = self.rng.randrange(2, 4)
            yield " ".join(told[start : start + size])
            start += size

    def intro(self) -> Iterator[str]:
        names = list(self.named)
        slots = self.slots("china", C=names[0], D=names[-1])
        day = f"{self.day:%B} {self.day.day}, {self.day.year}"
        yield f"{day} — {sentence(self.rng.choice(words.TAKEAWAYS), slots)}"

    def headings(self, stories: Sequence[Story]) -> tuple[str, str]:
        """What stands above the sections: mostly nothing, and now and then what an editor wrote."""
        if self.rng.random() < 0.8:
            return "", ""
        chinese = sum(story.section == "china" for story in stories)
        return (
            f"Top {chinese} China AI/Robotics Developments",
            f"Top {len(stories) - chinese} International AI/Robotics Developments",
        )

    def takeaways(self) -> Iterator[str]:
        names = list(self.named)
        for template in self.rng.sample(words.TAKEAWAYS, self.rng.randrange(4, 7)):
            c, d = self.rng.sample(names, 2)
            yield sentence(template, self.slots("china", C=c, D=d))

    def watched(self) -> Iterator[tuple[str, str]]:
        names = list(self.named)
        chosen = self.rng.sample(names, self.rng.randrange(5, 9))
        for name in chosen:
            section = "china" if self.named[name].is_chinese else "international"
            other = self.rng.choice([another for another in names if another != name])
            yield name, sentence(self.rng.choice(words.NOTES), self.slots(section, C=name, D=other))

    def tracked(self) -> Iterator[tuple[str, str]]:
        for policy in self.policies:
            past = [milestone for milestone in policy.milestones if milestone.dated_on <= self.day]
            coming = [milestone for milestone in policy.milestones if milestone.dated_on > self.day]
            details = [f"{past[-1].text}, {past[-1].dated_on:%B %Y}"] if past else []
            if coming and (not past or self.rng.random() < 0.6):
                details.append(f"{coming[0].text} expected in {coming[0].dated_on:%B %Y}")
            yield policy.title, "; ".join(details)

    def changes(self, place: int, number: int, first: Story) -> Iterator[Change]:
        """What becomes of the issue once it is published, in the order of time."""
        if happens(place, CORRECTED):
            note = self.rng.choice(words.CORRECTIONS).format(headline=first.headline)
            last = f"{first.paragraphs[-1]} A figure in this text was corrected after publication."
            paragraphs = (*first.paragraphs[:-1], last)
            yield Change("correction", self.rng.randrange(5, 70), note, paragraphs=paragraphs)
        if happens(place, MOVED):
            yield Change("update", self.rng.randrange(80, 120), "", slug=address_of(number))
        if happens(place, WITHDRAWN):
            yield Change("withdrawal", self.rng.randrange(130, 400), words.WITHDRAWN)


def address_of(number: int) -> str:
    """Where an issue moves to, if it moves."""
    return f"issue-{number}"


def happens(place: int, to: tuple[int, int]) -> bool:
    return place % to[0] == to[1]


def corrected(issue: Issue, change: Change) -> Issue:
    """The issue with the new text of its first story."""
    story = replace(issue.stories[0], paragraphs=change.paragraphs)
    return replace(issue, stories=(story, *issue.stories[1:]))
