"""Charts: what is drawn is what was counted, inside the drawing, to one scale on both sides."""

from hypothesis import given
from hypothesis import strategies as st

from reports.charts import Column, lengths, mirror

COUNTS = st.integers(min_value=0, max_value=200)
COLUMNS = st.lists(st.builds(Column, st.none(), COUNTS, COUNTS, st.booleans()), max_size=30)


@given(COLUMNS)
def test_there_is_a_block_for_each_story_and_a_dot_for_each_mark(columns: list[Column]) -> None:
    chart = mirror(columns)
    drawn = [block.section for block in chart.blocks]
    assert drawn.count("china") == chart.china == sum(column.china for column in columns)
    assert drawn.count("international") == chart.international == sum(column.international for column in columns)
    assert len(chart.dots) == chart.marked
    assert chart.is_empty == (not drawn and not chart.dots)


@given(COLUMNS)
def test_everything_is_on_its_side_of_the_line_and_inside(columns: list[Column]) -> None:
    chart = mirror(columns)
    above, below = map(float, chart.lines)
    assert 0 < above < float(chart.middle) < below <= float(chart.height)
    heights = {block.height for block in chart.blocks}
    assert len(heights) <= 1
    for block in chart.blocks:
        top, bottom = float(block.y), float(block.y) + float(block.height)
        assert bottom <= above + 0.02 if block.section == "china" else top >= below
        assert top >= 0
        assert bottom <= float(chart.height) + 0.02
        assert chart.left <= float(block.x) <= float(chart.width) - chart.block


def test_the_scale_names_the_most_of_each_side() -> None:
    assert [label.text for label in mirror([Column(None, 1, 0), Column(None, 3, 2)]).labels] == [3, 2]
    assert mirror([]).labels == []


def test_few_columns_are_drawn_no_larger_than_many() -> None:
    def room(columns: int) -> float:
        return float(mirror([Column(None, 1, 1)] * columns).room)

    assert room(1) == room(26) < room(27)
    assert float(mirror([Column(None, 1, 1)] * 27).width) == room(27)
    assert mirror([Column(None, 1, 1)] * 12).has_few
    assert not mirror([Column(None, 1, 1)] * 13).has_few


def test_bars_are_to_one_scale() -> None:
    assert lengths([(0.2, 0.05), (0, 0.1)]) == [("100", "25"), ("0", "50")]
    assert lengths([(0, 0)]) == [("0", "0")]
    assert lengths([]) == []
