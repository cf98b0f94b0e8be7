"""
Figures that a text names: amounts of money, percentages, quarters and years.

Read for comparing, so "$1B", "US$1 billion" and "10亿美元" are one amount. What can't be read for certain is left out.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise
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
    def place(self) -> tuple[int, int]:
        """Where both stand in the text."""
        return min(self.amount.start, self.converted.start), max(self.amount.end, self.converted.end)

    @property
    def turned(self) -> "Pair":
        return Pair(self.converted, self.amount)

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
    "US $": "USD",
    "U.S.$": "USD",
    "U.S. $": "USD",
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
    **{code: code for code in ("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "KRW", "TWD", "INR")},
    "yuan": "CNY",
    "renminbi": "CNY",
    "RMB": "CNY",
    "US dollars": "USD",
    "U.S. dollars": "USD",
    "dollars": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "pounds sterling": "GBP",
    "pounds": "GBP",
    "yen": "JPY",
    "元人民币": "CNY",
    "人民币": "CNY",
    "日元": "JPY",
    "日圆": "JPY",
    "韩元": "KRW",
    "港币": "HKD",
    "新台币": "TWD",
    "卢比": "INR",
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
    "bln": 9,
    "mn": 6,
    "mln": 6,
    "tn": 12,
    "trn": 12,
    "lakh": 5,
    "crore": 7,
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
D = r"[0-9０-９]"
LONGEST = 15  # digits: more are no amount, and would only cost time
DECIMALS = rf"(?:\.{D}{{1,6}})?(?!{D}|[.,]{D})"  # "1,5" and "1.000.000" may mean either
NUMBER = rf"(?:{D}{{1,3}}(?:,{D}{{3}}){{1,4}}|{D}{{1,{LONGEST}}}){DECIMALS}"
AMOUNT = rf"(?:{D}{{1,3}}(?:[, ]{D}{{3}}){{1,4}}|{D}{{1,{LONGEST}}}){DECIMALS}"  # "100 000 yuan" too
NOT_PERCENT = r"(?!\s?(?:%|％|per\s?cent))"
LATIN_SCALE = r"(?:thousand|million|billion|trillion|bn|bln|mn|mln|tn|trn|crore|lakh|[kmbt])(?![A-Za-z])"
CHINESE_SCALE = r"(?:万亿|千亿|百亿|亿|千万|百万|万)"
SCALE = rf"(?:{LATIN_SCALE}|{CHINESE_SCALE})"
DASH = r"(?:[-–~～至到]|\s[-–]\s)"  # no dash without spaces: "$20,000—70% below"
RANGE = rf"(?:{DASH}|\sto\s)"
MORE = "[多余]?"
SYMBOL = "|".join(map(re.escape, SYMBOLS))
WORD = "|".join(f"{re.escape(word)}(?![A-Za-z])" if word.isascii() else word for word in WORDS)
BEFORE = rf"(?<!{D})(?<!{D}[.,])"  # no digit of another number
MONEY = re.compile(
    rf"(?<![A-Za-z])(?P<symbol>{SYMBOL})\s?(?P<low>{AMOUNT})"
    rf"(?:(?:{DASH}(?P<high>{AMOUNT}){NOT_PERCENT}|\sto\s(?P<high_to>{AMOUNT})(?=[\s-]?{SCALE}))"
    rf"(?:[\s-]?(?P<scale>{SCALE}))?"
    rf"|[\s-]?(?P<low_scale>{SCALE})(?:{RANGE}(?P<high_own>{AMOUNT})[\s-]?(?P<own_scale>{SCALE}))?)?"
    rf"|{BEFORE}(?<![A-Za-z])(?:(?P<low2>{AMOUNT})(?:[\s-]?(?P<low_scale2>{SCALE}))?{RANGE})?"
    rf"(?P<high2>{AMOUNT}){MORE}(?:[\s-]?(?P<scale2>{SCALE}))?{MORE}[\s-]?(?P<word>{WORD})",
    re.IGNORECASE | re.ASCII,
)
PERCENT = re.compile(
    rf"{BEFORE}(?:(?P<low>{NUMBER})\s?%?{RANGE})?(?P<number>{NUMBER})[\s-]?(?:%|％|per[\s-]?cent\b)"
    rf"|百分之(?P<number2>{NUMBER})",
    re.IGNORECASE | re.ASCII,
)
# Numbers in words, as far as house styles spell out what they write as figures in a headline.
UP_TO_TWELVE = ["a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDED = {word: number for number, words in enumerate(UP_TO_TWELVE, 1) for word in words.split()}
WORDED |= {word: number * 10 for number, word in enumerate(TENS, 2)}
IN_WORDS = rf"(?<![A-Za-z-])(?P<half>half\s)?(?P<words>{'|'.join(sorted(WORDED, key=len, reverse=True))})"
MONEY_IN_WORDS = re.compile(
    rf"{IN_WORDS}(?P<hundred>\shundred)?\s(?P<scale>thousand|million|billion|trillion)\s(?P<word>{WORD})",
    re.IGNORECASE | re.ASCII,
)
PERCENT_IN_WORDS = re.compile(rf"{IN_WORDS}[\s-]per\s?cent\b", re.IGNORECASE | re.ASCII)
HAN = {"零": 0, "〇": 0, **{digit: n for n, digit in enumerate("一二三四五六七八九", 1)}, "两": 2}
HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
HAN_NUMBER = f"[{''.join((*HAN, *HAN_UNITS))}]{{1,8}}"
MONEY_IN_HAN = re.compile(rf"(?<!{D})(?P<number>{HAN_NUMBER}){MORE}(?P<scale>万亿|亿|万){MORE}(?P<word>{WORD})")
PERCENT_IN_HAN = re.compile(rf"百分之(?P<number>{HAN_NUMBER})(?:点(?P<decimals>[{''.join(HAN)}]{{1,4}}))?")
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
    r"(?:\s(?:a|per)\s(?:year|month|unit|person|share)|\sannually|\seach)?"
    r"\s?[(（[]\s?(?:(?:about|around|some|roughly|approximately|approx\.?|nearly|almost|over|or|equal to|equivalent to"
    r"|worth|i\.e\.,?)\s?"
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


def money(text: str) -> list[Figure]:
    """
    Amounts of money, in their order. Of a range ("$10–15 billion") both ends, at the same place.

    ¥ is taken as yuan; see `pairs` about yen.
    """
    found = sorted([*in_digits(text), *in_words(text), *in_han(text)], key=lambda amount: amount.start)
    for number, (one, other) in enumerate(pairwise(found)):
        if one.unit == other.unit and one.end <= other.start and is_range(text, one, other):
            power = one.power or other.power  # "$10–$15 billion"
            found[number : number + 2] = [
                one._replace(power=power, end=other.end),
                other._replace(start=one.start),
            ]
    return [amount.figure for amount in found]


class Amount(NamedTuple):
    """Money as it is written: digits times 10 ** power."""

    unit: str
    digits: str
    power: int
    start: int
    end: int

    @property
    def figure(self) -> Figure:
        return Figure(Kind.MONEY, self.unit, *read(self.digits, self.power), self.start, self.end)


def is_range(text: str, one: Amount, other: Amount) -> bool:
    between = text[one.end : other.start]
    if between.lower() == " and ":
        return text[max(0, one.start - 8) : one.start].lower() == "between "
    return re.fullmatch(RANGE, between, re.IGNORECASE | re.ASCII) is not None


def in_digits(text: str) -> Iterator[Amount]:
    for match in MONEY.finditer(text):
        if symbol := match["symbol"]:
            unit, low = find_unit(symbol, SYMBOLS), match["low"]
            high = match["high"] or match["high_to"] or match["high_own"]
            scale = match["own_scale"] or match["scale"] or match["low_scale"]
            low_scale = match["low_scale"] or scale
        else:
            unit, low, high = find_unit(match["word"], WORDS), match["low2"], match["high2"]
            scale, low_scale = match["scale2"], match["low_scale2"] or match["scale2"]
        for digits, written in ((low, low_scale), (high, scale)):
            if digits:
                yield Amount(unit, digits, power_of(written), *match.span())


def in_words(text: str) -> Iterator[Amount]:
    """ "two billion dollars", "half a million euros"."""
    for match in MONEY_IN_WORDS.finditer(text):
        number = WORDED[match["words"].lower()] * (100 if match["hundred"] else 1)
        unit, digits = find_unit(match["word"], WORDS), str(Decimal(number) / (2 if match["half"] else 1))
        yield Amount(unit, digits, power_of(match["scale"]), *match.span())


def in_han(text: str) -> Iterator[Amount]:
    """ "两亿美元", "一百二十万元"."""
    for match in MONEY_IN_HAN.finditer(text):
        unit = find_unit(match["word"], WORDS)
        yield Amount(unit, str(han_value(match["number"])), power_of(match["scale"]), *match.span())


def han_value(number: str) -> int:
    """ "一百二十" is 120, "二〇" 20."""
    whole = last = 0
    for sign in number:
        if sign in HAN_UNITS:
            whole, last = whole + (last or 1) * HAN_UNITS[sign], 0
        else:
            last = last * 10 + HAN[sign]
    return whole + last


def power_of(scale: str | None) -> int:
    return SCALES[scale.lower()] if scale else 0


def find_unit(written: str, units: dict[str, str]) -> str:
    return next(unit for name, unit in units.items() if name.lower() == written.lower())


def percentages(text: str) -> Iterator[Figure]:
    """Without their sign: "−3%" and "down 3%" are one."""
    for match in PERCENT.finditer(text):
        for digits in filter(None, (match["low"], match["number"] or match["number2"])):
            yield Figure(Kind.PERCENT, "", *read(digits, 0), *match.span())
    for match in PERCENT_IN_WORDS.finditer(text):
        if not match["half"]:
            yield Figure(Kind.PERCENT, "", *read(str(WORDED[match["words"].lower()]), 0), *match.span())
    for match in PERCENT_IN_HAN.finditer(text):
        decimals = "".join(str(HAN[sign]) for sign in match["decimals"] or "")
        yield Figure(Kind.PERCENT, "", *read(f"{han_value(match['number'])}.{decimals or 0}", 0), *match.span())


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
    bare = digits.replace(",", "").replace(" ", "")
    decimals = len(bare.partition(".")[2])
    return Decimal(bare).scaleb(power), Decimal(1).scaleb(power - decimals)


YEN_TO_A_DOLLAR = range(95, 220)  # in every year since 1990; ten times the yuan's rate lies below


def pairs(text: str) -> Iterator[Pair]:
    """
    Amounts with the same in another currency behind them; of a range with a range, both ends.

    ¥ is yen's sign too: where the rate is one that only the yen has had, it is read as yen.
    """
    amounts = [list(same) for _place, same in groupby(money(text), key=lambda amount: (amount.start, amount.end))]
    for ones, others in pairwise(amounts):
        if len(ones) == len(others) and OPENING.fullmatch(text, ones[0].end, others[0].start):
            for one, other in zip(ones, others, strict=True):
                if one.unit != other.unit and is_exact_enough(one) and is_exact_enough(other):
                    yield as_yen(Pair(one, other))


def is_exact_enough(amount: Figure) -> bool:
    """Whether a rate can be told by it: not by 0, nor by what may be 0 before it was rounded."""
    return amount.value * 2 > amount.grain


def as_yen(pair: Pair) -> Pair:
    """The pair with yen for yuan, where its rate says so."""
    yuan, other = sorted(pair, key=lambda figure: figure.unit != "CNY")
    if yuan.unit != "CNY" or other.unit not in ("USD", "EUR") or int(yuan.value / other.value) not in YEN_TO_A_DOLLAR:
        return pair
    return Pair(*(figure._replace(unit="JPY") if figure.unit == "CNY" else figure for figure in pair))
