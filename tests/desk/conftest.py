"""Who works at the desk, and what they import there."""

from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "newsroom" / "sample" / "report-2025-04-12.txt"


@pytest.fixture
def sample() -> str:
    """The sample issue, as it was copied."""
    return SAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def small_issue() -> str:
    """A whole issue in few lines."""
    return """\
AI & Robotics Report: Two Worlds

May 3, 2025 — What this issue is about: “chips”, ¥200,000 and €40B.

Top 2 China AI/Robotics Developments

1. First in China

It costs ¥200,000 — or ($27,600). 中文也行。

A second paragraph.

2. Second in China

Body of the second.

Top 2 International AI/Robotics Developments

1. First abroad

Body of the first abroad.

2. Second abroad

Body of the second abroad.

Reporting contributed by Reuters and Xinhua

Key Takeaways

• One takeaway
• Another takeaway

Company Watchlist

• Huawei (China): Ascend chips
• Tesla (US): Optimus production

Policy Tracker

• EU AI Act (Full enforcement begins Q3 2025)
• UN Convention Draft
"""


# pytest reads this file before Django is ready, so what needs Django's models is imported when it is used.


@pytest.fixture
def editor(db: Any) -> Any:
    from tests.factories import person

    return person("Editor", username="editor")


@pytest.fixture
def writer(db: Any) -> Any:
    from tests.factories import person

    return person("Writer", username="writer")


@pytest.fixture
def desk(editor: Any) -> Any:
    """An editor's browser."""
    from tests.desk.browsing import signed_in

    return signed_in(editor)


@pytest.fixture
def writers_desk(writer: Any) -> Any:
    from tests.desk.browsing import signed_in

    return signed_in(writer)
