"""The names of companies, policies and tags: what somebody who found little may have meant, and what may be typed."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from rapidfuzz import fuzz, process

from newsroom.lib.names import essence
from newsroom.lib.terms import fold
from newsroom.models import Entry, Name
from policies.models import Appearance as PolicyAppearance
from reports.models import EditionTag
from watchlist.models import Appearance as CompanyAppearance

CACHE_KEY = "newsroom.search.names"
KEPT = 60  # seconds; which of the names are live is asked each time
LIKENESS = 76  # of 100, by rapidfuzz: NVIDEA is like NVIDIA (83), Huawai like Huawei (83)
SHORTEST = 4  # letters; of fewer, too much is alike
CANDIDATES = 12


class Kind(NamedTuple):
    """Where readers have what a name of a kind means: rows of editions, by which field of theirs and of the name's."""

    rows: Any
    of: str
    known_by: str
    called: str
    view: str


KINDS = {
    Entry.Kind.COMPANY.value: Kind(CompanyAppearance, "company", "ref", "name", "watchlist:company"),
    Entry.Kind.POLICY.value: Kind(PolicyAppearance, "policy", "ref", "title", "policies:policy"),
    Name.TAG: Kind(EditionTag, "slug", "tag", "name", "reports:tag"),
}


class Known(NamedTuple):
    """All names, live or not: their numbers and kinds, and what they are compared by."""

    numbers: list[int]
    kinds: dict[int, str]
    keys: list[str]
    wholes: list[str]


def known() -> Known:
    """From the cache, where there is one for all processes; a new name may be known a minute later."""
    found: Known | None = cache.get(CACHE_KEY)
    if found is None:
        rows = list(Name.objects.order_by("pk").values_list("pk", "kind", "name"))
        folded = [fold(name) for _, _, name in rows]
        kinds = {number: kind for number, kind, _ in rows}
        found = Known(list(kinds), kinds, list(map(key_of, folded)), folded)
        cache.set(CACHE_KEY, found, KEPT)
    return found


def key_of(folded: str) -> str:
    """A name without its "Inc."; but all of it if next to nothing is left, as of "Company 1"."""
    heart = essence(folded)
    return heart if len(heart) >= SHORTEST else folded


class Live(NamedTuple):
    """A name under which readers have something now."""

    name: str
    kind: str
    slug: str

    @property
    def url(self) -> str:
        return reverse(KINDS[self.kind].view, args=[self.slug])


def live(names: Known, numbers: Iterable[int]) -> dict[int, Live]:
    """Those of the names with these numbers that are what readers have now is called. A query for each kind of them."""
    found: dict[int, Live] = {}
    for kind in sorted({names.kinds[number] for number in numbers}):
        rows, of, known_by, called, _ = KINDS[kind]
        newest = rows.objects.live_few().filter(**{of: OuterRef(known_by)}).newest_first()
        asked = Name.objects.filter(kind=kind, pk__in=numbers)
        told = asked.values_list("pk", "name", *(Subquery(newest.values(field)[:1]) for field in (called, "slug")))
        found |= {number: Live(name, kind, slug) for number, name, now, slug in told if name == now}
    return found


def meant(text: str) -> str:
    """
    The text with what is nearly a name in it put right, where readers have something of that name; else "".

    The longest stretch of words that is like a name is put right, and only one.
    """
    words = text.replace('"', " ").split()
    names = known()
    guesses: list[tuple[float, int, int, int]] = []
    for length in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            typed = key_of(fold(" ".join(words[start : start + length])))
            if len(typed) < SHORTEST:
                continue
            alike = process.extract(typed, names.keys, scorer=fuzz.ratio, score_cutoff=LIKENESS, limit=3)
            guesses += [(score + length, names.numbers[at], start, length) for key, score, at in alike if key != typed]
    guesses = sorted(guesses, reverse=True)[:CANDIDATES]
    right = live(names, {number for _, number, _, _ in guesses})
    for _, number, start, length in guesses:
        if number in right:
            return " ".join([*words[:start], right[number].name, *words[start + length :]])
    return ""


def beginning(text: str, limit: int) -> list[dict[str, str]]:
    """Live names with a word that begins so, those that begin so as a whole first: name, kind and address."""
    typed = fold(text)
    if not typed:
        return []
    names = known()
    inner = f" {typed}"
    found = [
        (not key.startswith(typed), len(key), number)
        for number, key in zip(names.numbers, names.wholes, strict=True)
        if key.startswith(typed) or inner in key
    ]
    best = [number for _, _, number in sorted(found)[: 4 * limit]]
    right = live(names, best)
    shown = [right[number] for number in best if number in right][:limit]
    return [{"text": name.name, "kind": name.kind, "url": name.url} for name in shown]
