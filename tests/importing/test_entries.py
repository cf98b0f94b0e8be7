"""One printed entry to its fields."""

import pytest

from newsroom.importing.entries import read_note, read_policy
from newsroom.importing.sources import credited, read_names


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Huawei (China): Ascend chips", ("Huawei", "China", "Ascend chips")),
        ("DeepMind (UK/US): note with (brackets)", ("DeepMind", "UK/US", "note with (brackets)")),
        ("Name（China）：note", ("Name", "China", "note")),
        ("华为（中国）：芯片（昇腾）", ("华为", "中国", "芯片（昇腾）")),
        ("Name (China) — note — more", ("Name", "China", "note — more")),
        ("Name (China) - note", ("Name", "China", "note")),
        ("Name (China): a: b", ("Name", "China", "a: b")),
        ("**Tesla** (US): Optimus", ("Tesla", "US", "Optimus")),
        ("**Tesla (US):** Optimus", ("Tesla", "US", "Optimus")),
        ("Alphabet (Google) (US): note", ("Alphabet (Google)", "US", "note")),
        ("Rolls-Royce: engines", ("Rolls-Royce", "", "engines")),
        ("OpenAI: burns cash (a lot): wow", ("OpenAI", "", "burns cash (a lot): wow")),
        ("OpenAI — at 14:30", ("OpenAI", "", "at 14:30")),
        ("Huawei (China)", ("Huawei", "China", "")),
        ("Huawei (China) makes chips", ("Huawei", "China", "makes chips")),
        (
            "Huawei\u00a0Technologies (Hong\u00a0Kong): ¥5\u00a0billion",
            ("Huawei Technologies", "Hong Kong", "¥5\u00a0billion"),
        ),
        ("Alphabet", ("Alphabet", "", "")),
        ("Baidu ( China ) : Ernie", ("Baidu", "China", "Ernie")),
    ],
)
def test_notes(text, fields):
    assert read_note(text) == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("EU AI Act (Full enforcement begins Q3 2025)", ("EU AI Act", "Full enforcement begins Q3 2025")),
        ("China’s “AI+” Action Plan (2025-2030)", ("China’s “AI+” Action Plan", "2025-2030")),
        ("UK’s “Algorithmic Transparency” Mandate", ("UK’s “Algorithmic Transparency” Mandate", None)),
        ("Act (phase 2 (of 3))", ("Act", "phase 2 (of 3)")),
        ("Digital Markets Act (DMA) (in force).", ("Digital Markets Act (DMA)", "in force")),
        ("人工智能法（2025年）", ("人工智能法", "2025年")),
        ("CHIPS Act: $52B", ("CHIPS Act", "$52B")),
        ("CHIPS Act — $52B — more", ("CHIPS Act", "$52B — more")),
        ("**CHIPS Act**: $52B", ("CHIPS Act", "$52B")),
        ("2025–2030 Plan", ("2025–2030 Plan", None)),
        ("Regulation 2024/1689: AI (in force)", ("Regulation 2024/1689: AI", "in force")),
        ("Act ()", ("Act", None)),
        ("(2025)", ("(2025)", None)),
        ("Odd )", ("Odd )", None)),
    ],
)
def test_policies(text, fields):
    assert read_policy(text) == fields


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "The New York Times, Financial Times, and Nikkei Asia",
            ["The New York Times", "Financial Times", "Nikkei Asia"],
        ),
        ("A, B and C", ["A", "B", "C"]),
        ("A and B", ["A", "B"]),
        ("A; B; and C", ["A", "B", "C"]),
        ("Johnson and Partners", ["Johnson and Partners"]),
        ("Reuters, Johnson and Partners", ["Reuters", "Johnson and Partners"]),
        ("Johnson and Johnson, Reuters, and AP", ["Johnson and Johnson", "Reuters", "AP"]),
        ("Standard & Poor’s and Reuters.", ["Standard & Poor’s", "Reuters"]),
        ("Time, Inc. and Reuters", ["Time, Inc.", "Reuters"]),
        ("Time, Inc., and Reuters", ["Time, Inc.", "Reuters"]),
        ("新华社、财新和日经亚洲", ["新华社", "财新", "日经亚洲"]),
        ("A, A, B", ["A", "B"]),
        ("*A*, **B**", ["A", "B"]),
        ("", []),
    ],
)
def test_names(text, names):
    assert list(read_names(text)) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Reporting contributed by A, B, and C", "A, B, and C"),
        ("reporting contributed by: iResearch", "iResearch"),
        ("Reporting by The Times and Xinhua", "The Times and Xinhua"),
        ("Additional reporting by Caixin", "Caixin"),
        ("SOURCES: A; B", "A; B"),
        ("**Sources:** A", "A"),
        ("Source：A", "A"),
        ("来源：新华社", "新华社"),
        ("Sources", ""),
        ("Sources:", ""),
        ("Credits:", ""),
        ("Sources say the plan is dead.", None),
        ("Reporting by several outlets suggests otherwise.", None),
        ("Sourcesmith", None),
        ("The reporting contributed by A", None),
    ],
)
def test_the_credits_line(text, names):
    assert credited(text) == names
