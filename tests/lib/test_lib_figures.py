"""Reading figures out of texts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.lib.figures import Kind, figures, pairs

BILLION = Decimal(10) ** 9


def read(text):
    return [(figure.kind, figure.unit, figure.value) for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("¥300 billion", "CNY", 300 * BILLION),
        ("￥300", "CNY", 300),
        ("RMB 300bn", "CNY", 300 * BILLION),
        ("300 billion yuan", "CNY", 300 * BILLION),
        ("3000亿元", "CNY", 300 * BILLION),
        ("3亿多元", "CNY", 300_000_000),
        ("5万亿元", "CNY", 5000 * BILLION),
        ("2.5万美元", "USD", 25_000),
        ("$1B", "USD", BILLION),
        ("US$1 billion", "USD", BILLION),
        ("$52b", "USD", 52 * BILLION),
        ("$20,000", "USD", 20_000),
        ("$1,234.56", "USD", Decimal("1234.56")),
        ("€950 million", "EUR", 950_000_000),
        ("€40B", "EUR", 40 * BILLION),
        ("£3m", "GBP", 3_000_000),
        ("5-million-euro", "EUR", 5_000_000),
        ("HK$2 trillion", "HKD", 2000 * BILLION),
        ("5 billion U.S. dollars", "USD", 5 * BILLION),
        ("U.S. $5bn", "USD", 5 * BILLION),
        ("1bn USD", "USD", BILLION),
        ("$2trn", "USD", 2000 * BILLION),
        ("₹500 crore", "INR", 5 * BILLION),
        ("$100 000", "USD", 100_000),
        ("100 000 yuan", "CNY", 100_000),
        ("3000多亿元", "CNY", 300 * BILLION),
        ("300亿元人民币", "CNY", 30 * BILLION),
        ("5亿港币", "HKD", 500_000_000),
        ("5千万美元", "USD", 50_000_000),
        ("两亿美元", "USD", 200_000_000),
        ("一百二十万元", "CNY", 1_200_000),
        ("one billion dollars", "USD", BILLION),
        ("half a billion euros", "EUR", BILLION / 2),
    ],
)
def test_an_amount(text, unit, value):
    assert read(f"It took {text}, they say.") == [(Kind.MONEY, unit, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("35%", 35),
        ("35 %", 35),
        ("0.7%", Decimal("0.7")),
        ("35 per cent", 35),
        ("35 percent", 35),
        ("百分之35", 35),
        ("35％", 35),
        ("35 per-cent", 35),
        ("five per cent", 5),
        ("百分之三十", 30),
        ("百分之三点五", Decimal("3.5")),
    ],
)
def test_a_percentage(text, value):
    assert read(f"Up {text}.") == [(Kind.PERCENT, "", value)]


@pytest.mark.parametrize(
    "text",
    [
        "Q3 2025",
        "Q3 of 2025",
        "2025 Q3",
        "third quarter of 2025",
        "third-quarter 2025",
        "2025年第三季度",
        "2025年3季度",
    ],
)
def test_a_quarter_is_no_year_as_well(text):
    (quarter,) = figures(f"Begins {text}.")
    assert (quarter.kind, quarter.year, quarter.value % 4) == (Kind.QUARTER, 2025, 2)


def test_years():
    assert read("(2025-2030), in 2026, 2027年") == [(Kind.YEAR, "", year) for year in (2025, 2030, 2026, 2027)]


def test_both_ends_of_a_range():
    assert read("$10–15 billion or 10-15%") == [
        *((Kind.MONEY, "USD", 10 * BILLION), (Kind.MONEY, "USD", 15 * BILLION)),
        *((Kind.PERCENT, "", 10), (Kind.PERCENT, "", 15)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("$1–2 billion", "$1 billion–2 billion", "$1bn-$2bn", "$1–$2 billion", "$1 to $2 billion", "US$1–2bn"),
        *("between $1 and $2 billion", "$1 to 2 billion", "1–2 billion dollars", "1 billion to 2 billion dollars"),
        *("10–20亿美元", "10亿至20亿美元", "10亿美元至20亿美元"),
    ],
)
def test_the_ends_of_a_range_have_the_same_scale_and_place(text):
    low, high = figures(f"It takes {text} a year")
    assert (low.unit, high.unit, low.value, high.value) == ("USD", "USD", BILLION, 2 * BILLION)
    assert (low.start, low.end) == (high.start, high.end)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("from €1 to $2 billion", [1, 2 * BILLION]),
        ("raised $5 million to 10 startups", [5_000_000]),
        ("paid $20 to 30 people", [20]),
        ("it cost $5 and $2 billion went", [5, 2 * BILLION]),
    ],
)
def test_what_is_no_range(text, values):
    assert [value for _kind, _unit, value in read(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2,400 firms",
            "A100 chips",
            "500MW",
            "S4000",
            "30x",
            "3B-parameter",
            "553,000 units",
            "1,121-qubit",
            "14/7nm",
        ),
        *("percentage points", "the 2030s", "12025", "2025.5", "25 won games", "No. 10", "$", "%", "$ five"),
        *("€1,5 Mrd", "1.000.000 euros", "30个百分点", "二元论", "5 million Canadian dollars"),
    ],
)
def test_what_is_no_figure(text):
    assert read(f"They have {text} there") == []


@pytest.mark.parametrize(
    ("rounded", "exact", "same"),
    [
        *(("$2.6B", "$2.64 billion", True), ("$2.6B", "$2.66 billion", False), ("$1B", "US$1,000,000,000", True)),
        *(("$1B", "€1B", False), ("35%", "34.6%", True), ("35%", "34.4%", False), ("34.6%", "35%", False)),
        *(("2025", "2026", False), ("Q3 2025", "Q3 of 2025", True), ("35%", "$35", False)),
    ],
)
def test_what_one_may_be_rounded_to(rounded, exact, same):
    (one,), (other,) = figures(rounded), figures(exact)
    assert one.means(other) is same


class TestPairs:
    @pytest.mark.parametrize(
        "text",
        [
            *("¥300 billion ($41.5 billion)", "¥300 billion (about $41.5 billion)", "¥300 billion (US$41.5bn)"),
            *(
                "3000亿元（415亿美元）",
                "3000亿元（约415亿美元）",
                "¥300 billion, or $41.5 billion,",
                "¥300bn (~$41.5bn)",
            ),
        ],
    )
    def test_an_amount_with_the_same_in_another_currency(self, text):
        (pair,) = pairs(f"Revenues of {text} there.")
        assert pair.units == ("CNY", "USD")
        assert round(pair.rate, 3) == Decimal("7.229")
        least, greatest = pair.rates
        assert least < pair.rate < greatest

    @pytest.mark.parametrize(
        "text",
        [
            "¥300 and $40",
            "¥300; ($40)",
            "$300 ($40)",
            "¥300 (of $40)",
            "¥0 ($40)",
            "¥300 ($0)",
            "¥300 (40%)",
            "¥3 ($0.0)",
        ],
    )
    def test_others_are_none(self, text):
        assert list(pairs(text)) == []

    def test_of_two_ranges_each_end_has_its_own(self):
        assert [round(pair.rate, 2) for pair in pairs("¥200–300 billion ($27.6–41.5 billion)")] == [
            *(Decimal("7.25"), Decimal("7.23")),
        ]
        assert list(pairs("¥200–300 billion ($41.5 billion)")) == []

    def test_yen_are_told_by_their_rate(self):
        assert [pair.units for pair in pairs("¥300 billion ($2 billion); ¥300 billion ($4.15 billion)")] == [
            *(("JPY", "USD"), ("CNY", "USD")),
        ]


amounts = st.decimals(min_value=0, max_value=999_999, places=2, allow_nan=False)


@given(
    amounts, st.sampled_from(["$", "€", "£", "¥"]), st.sampled_from(["", " million", "bn", " trillion"]), st.booleans()
)
def test_an_amount_is_read_as_it_was_written(value, symbol, scale, commas):
    written = f"{symbol}{value:,}{scale}" if commas else f"{symbol}{value}{scale}"
    (found,) = figures(f"In all {written} was spent")
    power = {"": 0, " million": 6, "bn": 9, " trillion": 12}[scale]
    assert (found.kind, found.value) == (Kind.MONEY, value.scaleb(power))
    assert f"In all {written} was spent"[found.start : found.end] == written


pieces = st.sampled_from(
    [*"$€¥£%0123456789.,- –()", "billion", "亿", "元", "Q3 ", "2025", " per cent", "US$", "万", "百分之", "\n", "ı"]
)


@given(st.one_of(st.text(), st.lists(pieces, max_size=40).map("".join)))
def test_any_text_can_be_read(text):
    for figure in figures(text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.value >= 0
        assert figure.grain > 0
        assert figure.means(figure)
    for pair in pairs(text):
        least, greatest = pair.rates
        assert least <= pair.rate <= greatest


@pytest.mark.parametrize(
    "text",
    ["$" * 200_000, "1" * 200_000, "1," * 100_000, "$1 (" * 50_000, "1-" * 100_000, "111 " * 50_000, "千" * 200_000],
)
def test_hostile_texts_take_no_longer_than_their_length(text):
    assert isinstance(figures(text), list)
