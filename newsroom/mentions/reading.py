"""What the page of an issue's mentions shows."""

from dataclasses import dataclass

from newsroom.lib.mentions import Names, read, sentence
from reports.models import Report, Story
from watchlist.models import Mention


@dataclass
class Named:
    """A mention, and the sentence in which the story names the company: what stands before, at and after the name."""

    mention: Mention
    place: tuple[str, str, str] | None  # None where the words don't have it any more
    places: int


@dataclass
class Naming:
    """A story with the companies that it names, or might name."""

    story: Story
    named: list[Named]

    @property
    def waiting(self) -> int:
        return sum(each.mention.state == Mention.State.PROPOSED for each in self.named)


def stories_with_mentions(report: Report) -> list[Naming]:
    """The stories that name companies, in their order. Two queries."""
    rows = Mention.objects.filter(story__report=report).select_related("story", "company")
    rows = rows.prefetch_related("company__aliases").order_by("story__section", "story__rank", "company__name")
    by_story: dict[int, list[Mention]] = {}
    for mention in rows:
        by_story.setdefault(mention.story_id, []).append(mention)
    return [Naming(its[0].story, placed(its)) for its in by_story.values()]


def placed(mentions: list[Mention]) -> list[Named]:
    """The mentions of one story, each with its sentence."""
    story = mentions[0].story
    names = Names(
        (name, mention.company_id)
        for mention in mentions
        for name in (mention.company.name, *(alias.name for alias in mention.company.aliases.all()))
    )
    places: dict[int, list[tuple[str, str, str]]] = {}
    for text in (story.headline, read(story.body)[0]):
        for found in names.find(text):
            places.setdefault(found.key, []).append(sentence(text, found.start, found.end))
    return [
        Named(mention, next(iter(its), None), len(its))
        for mention in mentions
        for its in [places.get(mention.company_id, [])]
    ]
