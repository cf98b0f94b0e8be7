"""
Figures that a text names: amounts of money, percentages, quarters and years.

Read for comparing, so "$1B", "US$1 billion" and "10亿美元" are one amount. What can't be read for certain is left out.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple


class Kind(StrEnum):
    MONEY = "money"
    PERCENT = "percent"
    QUARTER = "quarter"
    YEAR = "year"


class Figure(NamedTuple):
    """
    A figure at a place of the text: `text[start:end]`.

    `unit` is the currency (ISO 4217) of money, "" of all else. A quarter's value is year * 4 + its number less one.
    `grain` is what one more in the last digit that is written would add: 0.1 billion in "41.5 billion".
    """

    kind: Kind
    unit: str
    value: Decimal
    grain: Decimal
    start: int
    end: int

    @property
    def year(self) -> int:
        """Of a year or a quarter."""
        return int(self.value) // 4 if self.kind == Kind.QUARTER else int(self.value)

    def means(self, other: "Figure") -> bool:
        """Whether the other, as exact as it is written, may be rounded to this one."""
        if (self.kind, self.unit) != (other.kind, other.unit):
            return False
        if self.kind in (Kind.QUARTER, Kind.YEAR):
            return self.value == other.value
        return abs(self.value - other.value) * 2 <= self.grain


class Pair(NamedTuple):
    """An amount and, in brackets behind it, the same in another currency: `¥300 billion ($41.5 billion)`."""

    amount: Figure
    converted: Figure

    @property
    def units(self) -> tuple[str, str]:
        return self.amount.unit, self.converted.unit

    @property
    def rate(self) -> Decimal:
        """How much of the first currency one of the second is."""
        return self.amount.value / self.converted.value

    @property
    def rates(self) -> tuple[Decimal, Decimal]:
        """The least and the greatest rate that, once rounded, may have given these two."""
        slack_above, slack_below = self.amount.grain / 2, self.converted.grain / 2
        least = (self.amount.value - slack_above) / (self.converted.value + slack_below)
        return least, (self.amount.value + slack_above) / (self.converted.value - slack_below)


# Longer ones first: of "US$" and "$", each is tried in this order.
SYMBOLS = {
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "R$": "BRL",
    "CN¥": "CNY",
    "JP¥": "JPY",
    "¥": "CNY",
    "￥": "CNY",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "₹": "INR",
    "$": "USD",
    "RMB": "CNY",
    "CNY": "CNY",
    "USD": "USD",
    "EUR": "EUR",
    "GBP": "GBP",
    "JPY": "JPY",
    "HKD": "HKD",
}
WORDS = {
    "yuan": "CNY",
    "renminbi": "CNY",
    "RMB": "CNY",
    "US dollars": "USD",
    "dollars": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "pounds sterling": "GBP",
    "pounds": "GBP",
    "yen": "JPY",
    "人民币": "CNY",
    "日元": "JPY",
    "美元": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "港元": "HKD",
    "元": "CNY",
}
SCALES = {
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
    "bn": 9,
    "mn": 6,
    "tn": 12,
    "k": 3,
    "m": 6,
    "b": 9,
    "t": 12,
    "万亿": 12,
    "千亿": 11,
    "百亿": 10,
    "亿": 8,
    "千万": 7,
    "百万": 6,
    "万": 4,
}
LONGEST = 15  # digits: more are no amount, and would only cost time
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,{LONGEST}}})(?:\.\d{{1,6}})?(?![\d])"
SCALE = r"(?:thousand|million|billion|trillion|bn|mn|tn|[kmbt])(?![A-Za-z])|(?:万亿|千亿|百亿|亿|千万|百万|万)"
RANGE = r"(?:[-–~～至到]|\s[-–]\s|\sto\s)"  # no dash without spaces: "$20,000—70% below"
SYMBOL = "|".join(map(re.escape, SYMBOLS))
WORD = "|".join(f"{word}(?![A-Za-z])" if word.isascii() else word for word in WORDS)
BEFORE = r"(?<![\d.,])"  # no digit of another number
MONEY = re.compile(
    rf"(?<![A-Za-z])(?P<symbol>{SYMBOL})\s?(?:(?P<low>{NUMBER}){RANGE}(?:{SYMBOL})?\s?)?(?P<number>{NUMBER})"
    rf"(?:[\s-]?(?P<scale>{SCALE}))?"
    rf"|{BEFORE}(?<![A-Za-z])(?:(?P<low2>{NUMBER}){RANGE})?(?P<number2>{NUMBER})(?:[\s-]?(?P<scale2>{SCALE}))?"
    rf"(?:多|余)?[\s-]?(?P<word>{WORD})",
    re.IGNORECASE,
)
PERCENT = re.compile(
    rf"{BEFORE}(?:(?P<low>{NUMBER})\s?%?{RANGE})?(?P<number>{NUMBER})[\s-]?(?:%|％|per\s?cent\b)"
    rf"|百分之(?P<number2>{NUMBER})",
    re.IGNORECASE,
)
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}
CENTURIES = r"(?:19|20)\d\d"
QUARTER = re.compile(
    rf"\bQ(?P<n>[1-4])[\s,-]{{0,2}}(?:of\s)?(?P<y>{CENTURIES})(?!\d)"
    rf"|\b(?P<y2>{CENTURIES})\s?Q(?P<n2>[1-4])(?!\d)"
    rf"|\b(?P<n3>first|second|third|fourth)[\s-]quarter\s(?:of\s)?(?P<y3>{CENTURIES})(?!\d)"
    rf"|(?<!\d)(?P<y4>{CENTURIES})年第?(?P<n4>[1-4一二三四])季度",
    re.IGNORECASE | re.ASCII,
)
YEAR = re.compile(rf"(?<![\w.,$€£¥￥+]){CENTURIES}(?![\w%％]|[.,]\d)|(?<!\d){CENTURIES}(?=年)", re.ASCII)
# What may stand between an amount and the same in another currency.
OPENING = re.compile(
    r"\s?[(（]\s?(?:(?:about|around|some|roughly|approximately|approx\.?|nearly|almost|over|or|equivalent to)\s?"
    r"|(?:约合|折合|约|合)\s?|[~≈]\s?)?|,\s(?:or|or about|about)\s",
    re.IGNORECASE,
)


def figures(text: str) -> list[Figure]:
    """
    All figures of a text, in their order. A quarter is no year as well, nor is a number that is money or a percentage.

    Takes time linear in the text.
    """
    found = [*money(text), *percentages(text), *quarters(text)]
    taken = [(figure.start, figure.end) for figure in found]
    taken_at = {place for start, end in taken for place in range(start, end)}
    found += [year for year in years(text) if year.start not in taken_at]
    return sorted(found, key=lambda figure: (figure.start, figure.end))


def money(text: str) -> Iterator[Figure]:
    """Amounts of money. Of a range ("$10–15 billion") both ends. ¥ is taken as yuan; see `pairs` about yen."""
    for match in MONEY.finditer(text):
        symbol, word = match["symbol"], match["word"]
        unit = find_unit(symbol, SYMBOLS) if symbol else find_unit(word, WORDS)
        low, number = match["low"] or match["low2"], match["number"] or match["number2"]
        power = SCALES[(match["scale"] or match["scale2"]).lower()] if match["scale"] or match["scale2"] else 0
        for digits in filter(None, (low, number)):
            yield Figure(Kind.MONEY, unit, *read(digits, power), match.start(), match.end())


def find_unit(written: str, units: dict[str, str]) -> str:
    return next(unit for name, unit in units.items() if name.lower() == written.lower())


def percentages(text: str) -> Iterator[Figure]:
    for match in PERCENT.finditer(text):
        for digits in filter(None, (match["low"], match["number"] or match["number2"])):
            yield Figure(Kind.PERCENT, "", *read(digits, 0), match.start(), match.end())


def quarters(text: str) -> Iterator[Figure]:
    for match in QUARTER.finditer(text):
        year = match["y"] or match["y2"] or match["y3"] or match["y4"]
        number = (match["n"] or match["n2"] or match["n3"] or match["n4"]).lower()
        quarter = int(number) if number.isdecimal() else ORDINALS[number]
        yield Figure(Kind.QUARTER, "", Decimal(int(year) * 4 + quarter - 1), Decimal(1), match.start(), match.end())


def years(text: str) -> Iterator[Figure]:
    """Numbers from 1900 to 2099 that stand alone or before 年."""
    for match in YEAR.finditer(text):
        yield Figure(Kind.YEAR, "", Decimal(match[0]), Decimal(1), match.start(), match.end())


def read(digits: str, power: int) -> tuple[Decimal, Decimal]:
    """A written number times 10 ** power, and what one more in its last digit would add."""
    bare = digits.replace(",", "")
    decimals = len(bare.partition(".")[2])
    return Decimal(bare).scaleb(power), Decimal(1).scaleb(power - decimals)


YEN_TO_A_DOLLAR = range(95, 220)  # in every year since 1990; ten times the yuan's rate lies below


def pairs(text: str) -> Iterator[Pair]:
    """
    Amounts with the same in another currency behind them.

    ¥ is yen's sign too: where the rate is one that only the yen has had, it is read as yen.
    """
    amounts = list(money(text))
    for one, other in pairwise(amounts):
        if one.unit == other.unit or not OPENING.fullmatch(text, one.end, other.start):
            continue
        if not other.value or other.value * 2 <= other.grain or not one.value:
            continue
        pair = Pair(one, other)
        if pair.units in (("CNY", "USD"), ("CNY", "EUR")) and int(pair.rate) in YEN_TO_A_DOLLAR:
            pair = Pair(one._replace(unit="JPY"), other)
        yield pair
