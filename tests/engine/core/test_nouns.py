"""Periods, regions, worksheets and faults say exactly what they mean."""

from datetime import date
from decimal import Decimal

import pytest

from chspay_core import regions
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month, los_days, parse_day
from chspay_core.worksheet import Worksheet


def test_months_know_their_days():
    """Month runs take the cases of whole legal months, leap years and year ends included."""
    assert Month.parse("2024-02").last == date(2024, 2, 29)
    assert Month(2025, 12).next() == Month(2026, 1)
    assert Month.of(date(2026, 3, 31)) == Month(2026, 3)
    assert str(Month(2026, 1)) == "2026-01"


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026/01", "", "0000-01"])
def test_a_bad_month_is_refused(text):
    """A wrong month would settle the wrong cases."""
    with pytest.raises(Fault) as refused:
        Month.parse(text)
    assert refused.value.reason.code == "NOT_A_MONTH"


@pytest.mark.parametrize("text", ["2026-02-30", "20260201", "2026-2-1", "２０２６-01-01", ""])
def test_a_bad_day_is_refused(text):
    """A date that does not exist cannot be guessed."""
    with pytest.raises(Fault) as refused:
        parse_day(text, "discharge_date")
    assert refused.value.field == "discharge_date"


def test_a_day_stay_counts_one():
    """A stay that ends on the day it began is one day."""
    assert los_days(date(2026, 1, 1), date(2026, 1, 1)) == 1
    assert los_days(date(2026, 1, 30), date(2026, 2, 2)) == 3


def test_a_place_asks_its_county_city_province_and_nation():
    """Policy lookup walks this chain; each place once."""
    assert regions.chain("330102") == ["330102", "330100", "330000", "000000"]
    assert regions.chain("330100") == ["330100", "330000", "000000"]
    assert regions.chain("000000") == ["000000"]
    assert [regions.prefix(code) for code in regions.chain("330102")] == ["330102", "3301", "33", ""]
    assert regions.contains("330000", "330102")
    assert not regions.contains("330100", "330200")


@pytest.mark.parametrize("code", ["33010", "3301021", "33010a", "", "330002", "000100"])
def test_a_place_that_cannot_be_is_refused(code):
    """A county without a city would find somebody else's policy."""
    with pytest.raises(Fault):
        regions.check_code(code)


def test_a_worksheet_line_uses_only_lines_above_it():
    """Otherwise nobody could recompute it from top to bottom."""
    sheet = Worksheet("t")
    sheet.given("cost", "总费用", 100, "fen")
    sheet.line("double", "两倍", Decimal("200.0"), "fen", formula="cost × 2", inputs=["cost"])
    assert sheet["double"].value == "200"
    with pytest.raises(AssertionError):
        sheet.line("x", "x", 1, "fen", formula="y", inputs=["y"])
    with pytest.raises(AssertionError):
        sheet.given("cost", "again", 1, "fen")


def test_a_fault_tells_the_facts_and_never_floods():
    """A 5 MB value must not travel into logs and answers."""
    reason = Reason("SOME_REASON", Kind.INVALID, "{field}是“{value}”，在{place}没有{other}。")
    fault = Fault(reason, field="f", value="x" * 5_000_000, place="330100")
    assert len(fault.message) < 200
    assert "330100" in fault.message
    assert "未知" in fault.message
