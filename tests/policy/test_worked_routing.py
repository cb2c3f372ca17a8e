"""Worked examples of methods side by side; the name of a file begins with the demand it answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chspay_core.amounts import MICRO, decimal_text, fen_to_yuan, from_micro, plain, to_micro, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_yaml import read_yaml
from chspay_policy import ROOT
from chspay_settlement.engine.books.others import OtherPaid, book_of, method_of, other_postings, take
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.routing.bed_days import Answer, Answers, OwnList, Stretch, answers_of
from chspay_settlement.engine.routing.by_item import Bill, bill_sheet, check_bills, fund_part
from chspay_settlement.engine.routing.run import Episode, Run
from chspay_settlement.engine.routing.table import BedDays, Facts, Router

FOLDER = Path(__file__).parent / "routing"


def router(case: dict) -> Router:
    """The demonstration city's table on the day of a case."""
    return Router.read(Bundle.load(ROOT, "990100").on(date.fromisoformat(case["on"])))


def routes(case: dict) -> None:
    """Facts to a method with its reason, or a refusal."""
    table = router(case)
    for row in case["routes"]:
        given = row["facts"]
        facts = Facts(
            "例", given["institution"], given["medical_type"], given["department"], given["insurance"],
            given.get("fund_part", "yes") == "yes", BedDays(given.get("bed_days", "")),
        )  # fmt: skip
        if "refused" in row:
            with pytest.raises(Fault) as caught:
                table.route(facts)
            assert caught.value.reason.code == row["refused"]
            continue
        found = table.route(facts)
        assert (found.method, found.reason) == (row["method"], row["reason"])
        assert found.cite == "demo-routing-2027#第一条"


def days(case: dict) -> None:
    """A person's lists, each to its method, no day twice."""
    day = date.fromisoformat
    episodes = [
        Episode(
            row.get("hospital", "H1"), row["case"], "990100", row["person"], day(row["from"]), day(row["to"]),
            "hospital", row["department"], "310", 1_000_000, 200_000,
        )
        for row in case["episodes"]
    ]  # fmt: skip
    answers = tuple(
        Answer(
            "H1", row["case"], row["method"], "psychiatry", "55", row["form"],
            to_micro_text(row["points"]), 0, "1", f"PD-{row['case']}", "ab", "", "", "",
            tuple(Stretch(day(since), day(until), use) for since, until, use in row["spans"]),
            tuple(OwnList(case_id, method, "") for case_id, method in row["own_lists"]),
        )
        for row in case["answers"]
    )  # fmt: skip
    own = tuple((answer.hospital_code, one.case_id) for answer in answers for one in answer.own_lists)
    found = {one.case_id: one for one in Run(router(case), Answers("ab", own, answers)).routes(episodes)}
    assert set(found) == set(case["routed"])
    for name, want in case["routed"].items():
        one = found[name]
        assert (one.method, one.reason) == (want["method"], want["reason"]), name
        assert one.beside == want.get("beside", "")
        points = "" if one.points_micro is None else plain(from_micro(one.points_micro))
        assert points == want.get("points", "")
    kept = answers_of(Answers("ab", tuple(sorted(own)), answers).content())
    assert kept == Answers("ab", tuple(sorted(own)), answers)


def to_micro_text(points: str) -> int:
    """Points in plain text as millionths."""
    return to_micro(decimal_text(points))


def paid(row: dict, number: int) -> OtherPaid:
    """A payment of a case."""
    method = method_of(row["method"])
    book = book_of(row["book"], method)
    return OtherPaid(f"OP{number}", row.get("payee", "H1"), method, book, yuan_to_fen(row["yuan"]))


def fund(case: dict) -> None:
    """The month's fund less what other methods took, over points."""
    others = [paid(row, number) for number, row in enumerate(case["others"])]
    whole, micro = yuan_to_fen(case["fund"]), int(case["points"]) * MICRO
    if "refused" in case:
        with pytest.raises(Fault) as caught:
            take(whole, others)
        assert caught.value.reason.code == case["refused"]
        return
    taken = take(whole, others)
    assert fen_to_yuan(taken.others_fen) == case["taken"]
    assert fen_to_yuan(taken.divided_fen) == case["divided"]
    assert PointValue(whole, micro, includes_patient=False).display() == case["value_before"]
    assert PointValue(taken.divided_fen, micro, includes_patient=False).display() == case["value"]


def books(case: dict) -> None:
    """Every payment in its own book, debits and credits equal."""
    found: dict[str, int] = {}
    for number, row in enumerate(case["payments"]):
        for line in other_postings(paid(row, number), "例"):
            name = "/".join(part for part in (line.account, line.hospital_code) if part)
            found[name] = found.get(name, 0) + line.debit_fen - line.credit_fen
    assert {name: fen_to_yuan(fen) for name, fen in found.items()} == case["balances"]
    assert sum(found.values()) == 0
    wrong = case["wrong"]
    with pytest.raises(Fault) as caught:
        book_of(wrong["book"], method_of(wrong["method"]))
    assert caught.value.reason.code == wrong["refused"]


def bills(case: dict) -> None:
    """Bills paid by item, each with a worksheet that comes to the same."""
    table = router(case)

    def bill(row: dict) -> Bill:
        yuan = (yuan_to_fen(row[name]) for name in ("total", "patient", "disallowed"))
        return Bill(row["bill"], row["medical_type"], row["insurance"], *yuan, row.get("cite", ""))

    given = [bill(row) for row in case["bills"]]
    found = [
        table.route(
            Facts(one.bill_id, case["institution"], one.medical_type, "", one.insurance, fund_part=True)
        )
        for one in given
    ]
    total = check_bills(given, found, table.document)
    assert fen_to_yuan(total) == case["total"]
    for one, route, row in zip(given, found, case["bills"], strict=True):
        sheet = bill_sheet(one, route)
        assert sheet["fund"].value == row["fund"] == fen_to_yuan(fund_part(one))
        assert sheet["fund"].citation == "demo-routing-2027#第一条"
    left = case["left_of"]
    others = [OtherPaid("OP", "P1", method_of("by_item"), book_of("inpatient", method_of("by_item")), total)]
    assert fen_to_yuan(take(yuan_to_fen(left["fund"]), others).divided_fen) == left["divided"]
    for row in case["wrong"]:
        with pytest.raises(Fault) as caught:
            fund_part(bill(row))
        assert caught.value.reason.code == row["refused"]


KINDS = {"routes": routes, "days": days, "fund": fund, "books": books, "bills": bills}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.case.yaml")), ids=lambda file: file.stem)
def test_a_worked_example_comes_out(file: Path) -> None:
    """Figures worked by hand are the figures of the engine, exactly."""
    case = read_yaml(file.read_text(encoding="utf-8"), file.name).plain()
    assert file.stem.split("_")[0] in case["what"]
    KINDS[case["kind"]](case)


def test_every_demand_has_an_example() -> None:
    """S12, S35, S101 and S104 each have a figure someone worked by hand."""
    assert {file.stem.split("_")[0] for file in FOLDER.glob("*.yaml")} == {"S12", "S35", "S101", "S104"}
