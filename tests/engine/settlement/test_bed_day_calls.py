"""How stays are asked for at the bed-day service when there are more than one call takes."""

from __future__ import annotations

from datetime import date

from chspay_settlement import clients_perdiem
from chspay_settlement.engine.routing.run import Episode


def stay(code: str, case_id: str, day: int) -> Episode:
    begins, ends = date(2027, 1, day), date(2027, 1, day + 2)
    return Episode(code, case_id, "990100", "p", begins, ends, "hospital", "A15", "310", 100, 0)


def test_earlier_stays_go_first_and_no_number_stands_twice_in_a_call(monkeypatch):
    """A stay that goes on is paid by the days before it, which an earlier call must have priced already."""
    monkeypatch.setattr(clients_perdiem, "TOGETHER", 2)
    stays = [stay("H1", "C4", 20), stay("H2", "C1", 5), stay("H1", "C1", 3), stay("H1", "C3", 11)]
    calls = [[(one.hospital_code, one.case_id) for one in part] for part in clients_perdiem._parts(stays)]
    assert calls == [[("H1", "C1"), ("H1", "C3")], [("H2", "C1"), ("H1", "C4")]]
