"""How stays are asked for at the bed-day service when there are more than one call takes."""

from __future__ import annotations

from datetime import date

from chspay_settlement import clients_perdiem
from chspay_settlement.engine.routing.run import Episode


def stay(code: str, case_id: str, day: int, person: str = "p") -> Episode:
    begins, ends = date(2027, 1, day), date(2027, 1, day + 2)
    return Episode(code, case_id, "990100", person, begins, ends, "hospital", "A15", "310", 100, 0)


def calls(*stays: Episode) -> list[list[tuple[str, str]]]:
    return [[(one.hospital_code, one.case_id) for one in part] for part in clients_perdiem._parts(stays)]


def test_earlier_stays_go_first_and_no_number_stands_twice_in_a_call():
    """A stay that goes on is paid by the days before it, which an earlier call must have priced already."""
    asked = stay("H1", "C4", 20), stay("H2", "C1", 5), stay("H1", "C1", 3), stay("H1", "C3", 11)
    assert calls(*asked) == [[("H1", "C1")], [("H2", "C1"), ("H1", "C3"), ("H1", "C4")]]


def test_a_call_ends_after_so_many_stays_and_never_inside_of_a_person(monkeypatch):
    """A call must end before its deadline; in a trial nothing stands that the next call could go on from."""
    monkeypatch.setattr(clients_perdiem, "TOGETHER", 2)
    asked = [stay("H1", f"C{day}", day, person) for day, person in enumerate("abcbb", start=1)]
    found = calls(*asked, stay("H1", "N1", 1, ""), stay("H1", "N2", 2, ""))
    assert [[case for _, case in part] for part in found] == [["N1", "N2"], ["C1", "C2", "C4", "C5"], ["C3"]]
