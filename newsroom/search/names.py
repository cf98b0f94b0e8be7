"""The names of companies, policies and tags: what somebody who found little may have meant, and what may be typed."""

from typing import NamedTuple

from django.core.cache import cache
from django.urls import reverse
from rapidfuzz import fuzz, process

from newsroom.lib.names import essence
from newsroom.lib.terms import fold
from newsroom.models import Entry, Name

CACHE_KEY = "newsroom.search.names"
KEPT = 60  # seconds; which of the names are live is asked each time
LIKENESS = 76  # of 100, by rapidfuzz: NVIDEA is like NVIDIA (83), Huawai like Huawei (83)
SHORTEST = 4  # letters; of fewer, too much is alike
CANDIDATES = 12
ADDRESSES = {
    Entry.Kind.COMPANY.value: "watchlist:company",
    Entry.Kind.POLICY.value: "policies:policy",
    Name.TAG: "reports:tag",
}


class Known(NamedTuple):
    """All names, live or not: their numbers, and what they are compared by."""

    numbers: list[int]
    keys: list[str]
    wholes: list[str]


def known() -> Known:
    """From the cache, where there is one for all processes; a new name may be known a minute later."""
    found: Known | None = cache.get(CACHE_KEY)
    if found is None:
        rows = list(Name.objects.order_by("pk").values_list("pk", "name"))
        folded = [fold(name) for _, name in rows]
        found = Known([number for number, _ in rows], list(map(key_of, folded)), folded)
        cache.set(CACHE_KEY, found, KEPT)
    return found


def key_of(folded: str) -> str:
    """A name without its "Inc."; but all of it if next to nothing is left, as of "Company 1"."""
    heart = essence(folded)
    return heart if len(heart) >= SHORTEST else folded


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
    live = {name.pk: name.name for name in Name.objects.live().filter(pk__in=[guess[1] for guess in guesses])}
    for _, number, start, length in guesses:
        if number in live:
            return " ".join([*words[:start], live[number], *words[start + length :]])
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
    live = {name.pk: name for name in Name.objects.live().filter(pk__in=best)}
    shown = [live[number] for number in best if number in live][:limit]
    return [{"text": name.name, "kind": name.kind, "url": address(name)} for name in shown]


def address(name: Name) -> str:
    slug: str = name.slug  # type: ignore[attr-defined]
    return reverse(ADDRESSES[name.kind], args=[slug])
