"""No published sum gives a small cell away: held against everything a reader can work out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_dispute.engine.statistics import HIDDEN, Counts, Cycle, content_of
from chspay_dispute.engine.suppress import LEAST, WIDTH, Flow, protect, width


def table(counts: list[list[int]]) -> list[Flow]:
    """Rows, columns and all sums of a table as a circulation."""
    flows = []
    for at, row in enumerate(counts):
        flows.append(Flow(f"r{at}", "all", f"row{at}", sum(row)))
        flows += [Flow(f"{at}/{to}", f"row{at}", f"column{to}", count) for to, count in enumerate(row)]
    for to in range(len(counts[0])):
        flows.append(Flow(f"c{to}", f"column{to}", "ends", sum(row[to] for row in counts)))
    return [*flows, Flow("all", "ends", "all", sum(map(sum, counts)))]


def readers(counts: list[list[int]], hidden: frozenset[str]) -> dict[str, set[int]]:
    """Every value each cell can have to a reader who tries all tables that agree with what is published.

    Values up to 14 only: enough to see that a cell of up to 9 has an interval of five.
    """
    names = ["0/0", "0/1", "1/0", "1/1"]
    known = {flow.name: flow.size for flow in table(counts)}
    spans = [np.arange(15) if name in hidden else np.array([known[name]]) for name in names]
    cells = dict(zip(names, (grid.ravel() for grid in np.meshgrid(*spans)), strict=True))
    sums = {
        "r0": ("0/0", "0/1"), "r1": ("1/0", "1/1"), "c0": ("0/0", "1/0"), "c1": ("0/1", "1/1"), "all": names,
    }  # fmt: skip
    agrees = np.ones(len(cells["0/0"]), dtype=bool)
    for name, parts in sums.items():
        if name not in hidden:
            agrees &= sum(cells[part] for part in parts) == known[name]
    return {name: set(values[agrees].tolist()) for name, values in cells.items()}


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2))
def test_a_reader_who_tries_everything_learns_no_small_cell(counts: list[list[int]]) -> None:
    """The independent oracle: brute force over all tables that agree with what was published."""
    hidden = protect(table(counts))
    for name, values in readers(counts, hidden).items():
        count = counts[int(name[0])][int(name[2])]
        assert count >= LEAST or name in hidden
        if name in hidden:
            assert max(values) - min(values) >= WIDTH, (counts, sorted(hidden), name, values)


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=7),
)
def test_every_figure_kept_back_has_room(counts: list[list[int]]) -> None:
    """The same on tables too large to try: by the flow argument, whatever the shape."""
    flows = table(counts)
    hidden = protect(flows)
    assert {flow.name for flow in flows if flow.size < LEAST} <= hidden
    for flow in flows:
        if flow.name in hidden and hidden != {item.name for item in flows}:
            assert width(flows, hidden, flow) >= WIDTH


def test_a_table_without_small_cells_is_published_whole() -> None:
    """Protection must cost nothing where there is nothing to protect."""
    assert protect(table([[5, 9], [12, 30]])) == frozenset()


def test_one_small_cell_takes_the_smallest_that_hide_it() -> None:
    """A single gap in a row and a column could be subtracted; the cheapest rectangle goes."""
    hidden = protect(table([[2, 60, 70], [80, 9, 50], [90, 8, 40]]))
    assert "0/0" in hidden
    assert not {"2/0", "all"} & hidden


def cycle(**more: object) -> Cycle:
    given = {
        "cycle": "2026Q3",
        "rows": [
            Counts("H1", "演示第一医院", 12, 8, 6, 7, 5, 12_345_678),
            Counts("H2", "演示第二医院", 3, 20, 9, 6, 8, 222_222),
            Counts("H3", "演示第三医院", 30, 15, 11, 9, 10, 99_999_999),
        ],
        "reasons": {"高费用": 100, "新技术": 20, "多学科": 39},
        "on_time": 110, "decided": 112, "overturned": 1, "reconsidered": 4,
        "delta_points": "1234.5", "delta_point_value": "-0.0012",
    } | more  # fmt: skip
    return Cycle(**given)


def test_money_goes_with_its_count_and_never_alone() -> None:
    """The amount of three cases is as telling as the three; one missing amount is the sum less the others."""
    found = content_of(cycle())
    rows = {row["hospital_code"]: row for row in found["hospitals"]}
    assert rows["H2"]["approved"] == HIDDEN
    assert rows["H2"]["amount"] == HIDDEN
    assert sum(1 for row in rows.values() if row["amount"] == HIDDEN) >= 2
    assert (found["on_time_rate"], found["overturn_rate"]) == ("98%", HIDDEN)


def test_sums_that_do_not_agree_are_refused() -> None:
    """A publication whose reasons do not add up would be corrected in public."""
    with pytest.raises(Fault, match="STATISTICS_BAD"):
        content_of(cycle(reasons={"高费用": 1}))
