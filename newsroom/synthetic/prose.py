"""Filling in sentences: who, where, how much."""

from collections.abc import Callable, Sequence
from random import Random

from newsroom.synthetic import words

YUAN_PER_DOLLAR, EUROS_PER_DOLLAR = 7.25, 0.92


class Slots(dict[str, str]):
    """
    What the {names} of a sentence stand for, for `str.format_map`: chosen when they are asked for.

    A name that is given, or was asked for before and means something in particular, stays what it is.
    """

    def __init__(self, rng: Random, *, is_chinese: bool, **given: str) -> None:
        super().__init__(given)
        self.rng = rng
        self.is_chinese = is_chinese

    def __missing__(self, name: str) -> str:
        value = CHOICES[name](self)
        if name in LASTING:
            self[name] = value
        return value

    def one_of(self, chinese: Sequence[str], others: Sequence[str]) -> str:
        return self.rng.choice(chinese if self.is_chinese else others)


def sum_of_money(slots: Slots) -> str:
    """An amount in the money of the place, and in dollars where that is another."""
    millions = round(10 ** slots.rng.uniform(1.2, 4.2))
    if slots.is_chinese:
        return f"¥{spelled(millions)} (${spelled(millions / YUAN_PER_DOLLAR)})"
    if slots.rng.random() < 0.4:
        return f"€{spelled(millions)} (${spelled(millions / EUROS_PER_DOLLAR)})"
    return f"${spelled(millions)}"


def small_sum(slots: Slots) -> str:
    amount = slots.rng.randrange(3, 240) * 1000
    return f"¥{amount:,} (${amount / YUAN_PER_DOLLAR:,.0f})" if slots.is_chinese else f"${amount:,}"


def spelled(millions: float) -> str:
    """12.5 million, 3.1 billion."""
    amount, unit = (millions / 1000, "billion") if millions >= 1000 else (millions, "million")
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f} {unit}"


CHOICES: dict[str, Callable[[Slots], str]] = {
    "money": sum_of_money,
    "money2": small_sum,
    "pct": lambda slots: f"{slots.rng.randrange(2, 97)}%",
    "low": lambda slots: f"{slots.rng.uniform(0.2, 9):.1f}%",
    "n": lambda slots: str(slots.rng.randrange(2, 90)),
    "big": lambda slots: f"{slots.rng.randrange(11, 980) * 100:,}",
    "quarter": lambda slots: f"Q{slots.rng.randrange(1, 5)} {int(slots['year']) + 1}",
    "city": lambda slots: slots.one_of(words.CHINESE_CITIES, words.OTHER_CITIES),
    "city2": lambda slots: slots.one_of(words.OTHER_CITIES, words.CHINESE_CITIES),
    "school": lambda slots: slots.one_of(words.CHINESE_SCHOOLS, words.OTHER_SCHOOLS),
    "term": lambda slots: slots.rng.choice(words.TERMS),
    "person": lambda slots: slots.rng.choice(words.PEOPLE),
    "role": lambda slots: slots.rng.choice(words.ROLES),
    "product": lambda slots: slots.rng.choice(words.PRODUCTS),
}
LASTING = {"city", "city2", "school", "product"}


def sentence(template: str, slots: Slots) -> str:
    """The sentence with its names filled in, and a capital at its beginning."""
    text = template.format_map(slots)
    return text[0].upper() + text[1:] if text else ""


def headline(template: str, slots: Slots) -> str:
    """The same for a headline, where names of things are written with capitals."""
    product = slots["product"] if "{product}" in template else ""
    text = sentence(template, slots)
    return text.replace(product, product.title(), 1) if product else text
