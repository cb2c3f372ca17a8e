"""What an institution was on any day follows from what was said, in the order it was said."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_rulebook.engine.institutions import COLUMNS, Institution, check, put, read_file

START = date(2026, 1, 1)
HEAD = ",".join(COLUMNS)
GOOD = "H1,演示医院,hospital,3,990100,990101,C1,lead,active,2026-01-01,"


def institution(level: int, since: int, until: int | None) -> Institution:
    """An institution of a level for some days, counted from the start."""
    end = None if until is None else START + timedelta(days=until)
    return Institution(
        "H1",
        "医院",
        "hospital",
        level,
        "990100",
        "990100",
        "",
        "",
        "active",
        START + timedelta(days=since),
        end,
    )


@st.composite
def said(draw):
    """Statements of levels over a few weeks."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        since = draw(st.integers(0, 30))
        until = draw(st.one_of(st.none(), st.integers(since + 1, 40)))
        found.append(institution(draw(st.sampled_from([1, 2, 3, 9])), since, until))
    return found


@given(said())
@settings(max_examples=200, deadline=None)
def test_the_last_word_on_a_day_holds_and_no_day_has_two(statements):
    """A day-by-day model says the same as the rows; rows never share a day."""
    rows: list[Institution] = []
    model: dict[int, int] = {}
    for new in statements:
        gone, stands = put(rows, new)
        rows = [row for row in rows if row not in gone] + stands
        last = 60 if new.until is None else (new.until - START).days
        model |= dict.fromkeys(range((new.since - START).days, last), new.level)
        for at, row in enumerate(rows):
            assert not any(row.overlaps(other) for other in rows[at + 1 :])
    for day in range(60):
        on = START + timedelta(days=day)
        stood = [row.level for row in rows if row.since <= on and (row.until is None or on < row.until)]
        assert stood == ([model[day]] if day in model else [])


def test_saying_what_is_known_changes_nothing():
    """A file imported every month must not grow the history."""
    row = institution(3, 0, None)
    assert put([row], institution(3, 10, None)) == ([], [])
    assert put([row], institution(2, 10, None))[1] == [institution(3, 0, 10), institution(2, 10, None)]


def one(line: str) -> list[tuple[int, str, str]]:
    """The faults of a file of one line."""
    _, faults = read_file(f"{HEAD}\n{line}\n".encode())
    return [(item.line, item.fault.field, item.fault.reason.code) for item in faults]


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("H1,", "H 1,", "code", "INSTITUTION_CODE_BAD"),
        ("演示医院", "", "name", "INSTITUTION_NAME_BAD"),
        ("hospital", "hotel", "kind", "INSTITUTION_WORD_BAD"),
        (",3,", ",4,", "level", "INSTITUTION_LEVEL_BAD"),
        ("hospital,3", "pharmacy,3", "level", "INSTITUTION_LEVEL_BAD"),
        ("990100,", "9901,", "pool", "NOT_A_REGION"),
        ("990101", "990201", "area", "INSTITUTION_AREA_OUTSIDE"),
        ("C1,lead", ",lead", "community", "INSTITUTION_COMMUNITY_BAD"),
        ("C1,lead", "C1,", "community", "INSTITUTION_COMMUNITY_BAD"),
        ("lead", "boss", "community_role", "INSTITUTION_WORD_BAD"),
        ("active", "maybe", "agreement", "INSTITUTION_WORD_BAD"),
        ("2026-01-01,", "2026-1-1,", "since", "NOT_A_DAY"),
        ("2026-01-01,", "2026-01-01,2026-01-01", "until", "INSTITUTION_DAYS_BAD"),
        ("active,", "", "line", "INSTITUTION_LINE_BAD"),
    ],
)
def test_each_mistake_in_a_line_names_line_and_field(old, new, field, reason):
    """The person who mends the file must know where to look."""
    assert one(GOOD) == []
    assert old in GOOD
    assert one(GOOD.replace(old, new, 1)) == [(2, field, reason)]


def test_two_lines_that_share_a_day_are_named_and_a_later_one_follows():
    """A line without an end ends where the next of its institution begins."""
    later = GOOD.replace("2026-01-01", "2026-07-01").replace(",3,", ",2,")
    found, faults = read_file(f"{HEAD}\n{later}\n{GOOD}\n".encode())
    assert (len(found), faults) == (2, [])
    _, faults = read_file(f"{HEAD}\n{GOOD}\n{GOOD}\n".encode())
    assert [(item.line, item.fault.facts["other"]) for item in faults] == [(3, "2")]
    _, faults = read_file(f"{HEAD}\n{GOOD}2026-08-01\n{later}\n".encode())
    assert [item.fault.reason.code for item in faults] == ["INSTITUTION_LINES_OVERLAP"]


@pytest.mark.parametrize(
    "content",
    [b"", b"code,name\n", f"{HEAD}\n".encode(), f"{HEAD}\n{GOOD}".encode("gb18030"), f'{HEAD}\n"H1'.encode(),
     f"{HEAD}\n{GOOD}\0".encode()],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_at_once(content):
    """Empty, without header, in another encoding, broken quotes, binary."""
    with pytest.raises(Fault) as caught:
        read_file(content)
    assert caught.value.reason.code == "INSTITUTION_FILE_BAD"


def test_clinics_and_pharmacies_have_no_level():
    """Only hospitals are graded."""
    clinic = Institution("P1", "药店", "pharmacy", 9, "990100", "990100", "", "", "active", START)
    assert check(clinic) is clinic
