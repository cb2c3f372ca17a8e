"""Worked examples of capitation and benefits; the name of a file begins with the demand it answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from capitation_rules import batch_of, catchment, key_of, policy_of, spell

from chspay_capitation.engine import apg, benefit, chronic, inside, registry, visits
from chspay_capitation.engine.attribution import explain, stays
from chspay_capitation.engine.budget import budgets, check_period, check_plan, read_package, wants_plan
from chspay_capitation.engine.catchment import Entry, Stretches
from chspay_capitation.engine.columnar import UNIT_SCHEMA
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.quota import Heads, Tally, quotas, tally_of
from chspay_capitation.engine.referral import Contract, Referral, check_contract, judge
from chspay_capitation.engine.settle import Fund, Results, settle
from chspay_core.amounts import MICRO, fen_to_yuan, to_micro, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet

FOLDER = Path(__file__).parent / "capitation"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _cited(sheet: Worksheet) -> bool:
    return all(line.citation for line in sheet.lines if line.rule)


def _attribution(case: dict, policy: Policy) -> None:
    facts = {
        name: _day(value) if name.startswith("valid") else value for name, value in case["person"].items()
    }
    stretches = Stretches(catchment(), *map(_day, case["period"]))
    order, person = read_order(policy), spell(**{"household_region": "", "residence_region": "", **facts})
    found = [
        (stay.community, stay.days, order.steps[stay.step].by, stay.tied)
        for stay in stays(person, stretches, order)
    ]
    want = [(w["community"], int(w["days"]), w["by"], w.get("tied") == "yes") for w in case["stays"]]
    assert found == want
    sheet = explain(person, stretches, order)
    assert _cited(sheet)
    assert [sheet[f"community_{number}"].value for number, _ in enumerate(want, start=1)] == [
        w[0] for w in want
    ]


def _quota(case: dict, policy: Policy) -> None:
    rows = []
    for group in case["groups"]:
        factor, removed = to_micro(Decimal(group["factor"])), group.get("removed") == "yes"
        for number in range(int(group["heads"])):
            key = key_of((group["community"], group["factor"], number, removed))
            rows.append(
                (key, "390", group["community"], 0, False, removed, date(2026, 1, 1), date(2027, 1, 1),
                 factor, 0 if removed else 365 * factor)
            )  # fmt: skip
    columns = list(zip(*rows, strict=True))
    arrays = [
        pa.array(values).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else pa.array(values, field.type)
        for values, field in zip(columns, UNIT_SCHEMA, strict=True)
    ]
    units = pa.RecordBatch.from_arrays(arrays, schema=UNIT_SCHEMA)
    tally, sheet = tally_of([units]), Worksheet("包干总额")
    sums = budgets(tally, {}, check_period(date(2026, 1, 1), date(2027, 1, 1)), policy, sheet)
    assert sums == {"390": yuan_to_fen(case["budget"])}
    found = quotas(tally, sums, 1, lambda _number: units)
    assert {key[0]: fen_to_yuan(fen) for key, fen in found.fen.items()} == case["quotas"]
    assert _cited(sheet)
    if "raw" in case:
        # What the rate times the factors would come to if they were not normalised to the budget.
        (rate,) = (Decimal(row["yuan"]) for row in policy.table("capitation.rates"))
        heads = Decimal(sum(units.column("weight_micro").to_pylist())) / MICRO / 365
        assert round(rate * heads) == int(case["raw"])
        assert round(heads / units.num_rows, 6) == Decimal(case["mean_factor"])


def _settle(case: dict, policy: Policy) -> None:
    names = ("quota", "inside", "outside", "exempt")
    if "claims" in case:
        _visits(case, policy)
        assert [{name: row[name] for name in names[1:]} for row in case["funds"]] == [case["sums"]]
    funds = [Fund(row["insurance"], *(yuan_to_fen(row[name]) for name in names)) for row in case["funds"]]
    results = Results(*(Decimal(case[name]) if name in case else None for name in ("score", "chronic")))
    paid, sheet = settle("C1", funds, results, policy)
    for row, item in zip(case["funds"], paid, strict=True):
        figures = {
            "balance": item.fund.balance_fen, "released": item.released_fen, "borne": item.borne_fen,
            "due": item.due_fen,
        }  # fmt: skip
        for name, fen in figures.items():
            if name in row:
                assert fen == yuan_to_fen(row[name]), (name, fen_to_yuan(fen))
    assert sum(item.due_fen for item in paid) == yuan_to_fen(case["due"]) == int(sheet["due"].value)
    assert sum(item.fund_keeps_fen for item in paid) == yuan_to_fen(case["fund_keeps"])
    assert _cited(sheet)


def _inside(case: dict, _policy: Policy) -> None:
    parts = [inside.Part(p["figure"], p["label"], Decimal(p["share"])) for p in case["parts"]]
    members = [
        inside.Member(m["institution"], {p.figure: int(m[p.figure]) for p in parts}) for m in case["members"]
    ]
    found, sheet = inside.allocate(yuan_to_fen(case["amount"]), parts, members, case["document"])
    assert {code: fen_to_yuan(fen) for code, fen in found.items()} == {
        m["institution"]: m["fen"] for m in case["members"]
    }
    assert all(int(sheet[f"fen_{code}"].value) == fen for code, fen in found.items())


def _visits(case: dict, policy: Policy) -> None:
    members = {key_of("member"): [(case["member"], date(2026, 1, 1), date(2027, 1, 1))]}
    given = [
        visits.Visit(
            v["id"], key_of(v.get("person", "member")), v["institution"], date(2026, 3, 1), "390",
            v["service"], yuan_to_fen(v["fund"]),
        )
        for v in case["visits"]
    ]  # fmt: skip
    charged = visits.charge(given, members, catchment(), read_package(policy))
    assert [item.side.value for item in charged] == [v["side"] for v in case["visits"]]
    claims = [visits.Claim(c["visit"], c["cause"], c["proof"]) for c in case["claims"]]
    exempted = visits.exempted(charged, claims, policy)
    for row, (item, claim) in zip(case["claims"], exempted, strict=True):
        assert item.visit.fund_fen == yuan_to_fen(row.get("fund", fen_to_yuan(item.visit.fund_fen)))
        with pytest.raises(Fault) as caught:
            visits.exempted(charged, [claim._replace(proof=" ")], policy)
        assert caught.value.reason is visits.CLAIM_PROOF
    found = visits.sums(charged, exempted)[case["member"], "390"]
    assert [fen_to_yuan(fen) for fen in found] == [
        fen_to_yuan(yuan_to_fen(case["sums"][name])) for name in ("inside", "outside", "exempt")
    ]


def _apg(case: dict, policy: Policy) -> None:
    given = [
        apg.Outpatient(v["institution"], v["apg"], yuan_to_fen(v["cost"]))
        for v in case["visits"]
        for _ in range(int(v["count"]))
    ]
    points = apg.base_points(given, policy)
    assert points == {name: to_micro(Decimal(text)) for name, text in case["points"].items()}
    found = apg.divide(yuan_to_fen(case["fund"]), given, points)
    assert {code: fen_to_yuan(fen) for code, fen in found.fund_fen.items()} == case["funds"]
    assert found.display() == Decimal(case["value"])
    assert found.value * sum(found.points_micro.values()) == Fraction(yuan_to_fen(case["fund"]) * MICRO)


def _referrals(case: dict) -> list[tuple[dict, Referral]]:
    return [
        (
            r,
            Referral(
                r["no"], key_of("p"), r["from"], int(r["from_level"]), r["to"], int(r["to_level"]),
                r.get("out_of_area") == "yes", _day(r["day"]), r["diagnosis"], r.get("reason", ""),
            ),
        )
        for r in case["referrals"]
    ]  # fmt: skip


def _benefit(case: dict, policy: Policy) -> None:
    judged = [(referral, judge(referral, policy)) for _, referral in _referrals(case)]
    given = [
        benefit.Admission(
            s["id"], key_of("p"), s["institution"], int(s["level"]), s.get("community", ""),
            s["member"] == "yes", s.get("out_of_area") == "yes", s.get("emergency") == "yes",
            _day(s["admitted"]), _day(s["discharged"]), yuan_to_fen(s["eligible"]),
        )
        for s in case["stays"]
    ]  # fmt: skip
    if "refused" in case:
        with pytest.raises(Fault) as caught:
            benefit.settle_stays(given, judged, [policy] * len(given))
        assert caught.value.reason.code == case["refused"]
        return
    for row, settled in zip(
        case["stays"], benefit.settle_stays(given, judged, [policy] * len(given)), strict=True
    ):
        assert settled.deductible_fen == yuan_to_fen(row["deductible"])
        assert settled.linked_to == row.get("linked_to", "")
        assert settled.overlaps == row.get("overlaps", "")
        if "fund" in row:
            assert settled.fund_fen == yuan_to_fen(row["fund"]), fen_to_yuan(settled.fund_fen)
        assert int(settled.sheet["fund"].value) == settled.fund_fen
        assert _cited(settled.sheet)


def _referral(case: dict, policy: Policy) -> None:
    for row, referral in _referrals(case):
        found = judge(referral, policy)
        assert (found.called_for, found.code) == (row["called_for"] == "yes", row["code"]), (
            referral.referral_no
        )
        assert policy.citation(found.rule)


def _contracts(case: dict, _policy: Policy) -> None:
    known: list[Contract] = []
    for row in case["contracts"]:
        until = _day(row["until"]) if "until" in row else None
        new = Contract(row["no"], key_of("p"), row["institution"], _day(row["since"]), until)
        if "refused" in row:
            with pytest.raises(Fault) as caught:
                check_contract(new, known)
            assert caught.value.reason.code == row["refused"]
        else:
            known.append(check_contract(new, known))


def _plan(case: dict, policy: Policy) -> None:
    year = (date(2026, 1, 1), date(2027, 1, 1))
    tally = Tally()
    for kind, count in case["heads"].items():
        tally.heads["C1", kind] = Heads(int(count) * 365, 0, int(count))
    given = {kind: yuan_to_fen(text) for kind, text in case.get("given", {}).items()}
    plan, sheet = yuan_to_fen(case["plan"]), Worksheet("包干总额")
    assert wants_plan(*year, policy)
    found = budgets(tally, given, check_period(*year), policy, sheet, plan)
    if "refused" in case:
        with pytest.raises(Fault) as caught:
            check_plan(found, plan, policy, sheet)
        assert caught.value.reason.code == case["refused"]
        assert str(plan) in caught.value.message
        assert str(sum(found.values())) in caught.value.message
        return
    check_plan(found, plan, policy, sheet)
    assert {kind: fen_to_yuan(fen) for kind, fen in found.items()} == case["budgets"]
    assert (sum(found.values()), sheet["plan_left"].value) == (plan, "0")
    assert _cited(sheet)


def _chronic(case: dict, policy: Policy) -> None:
    people = [spell(row["id"], chronic_conditions=row["conditions"]) for row in case["persons"]]
    results = {
        key_of(row["id"]): (number, row["controlled"] == "yes")
        for number, row in enumerate(case["persons"], start=1)
        if "controlled" in row
    }
    year = (date(2026, 1, 1), date(2027, 1, 1))
    units = pa.table(
        {
            "person_key": [person.person_key for person in people],
            "community": [row["community"] for row in case["persons"]],
            "removed": [False] * len(people),
            "since": pa.array([year[0]] * len(people), pa.date32()),
            "until": pa.array([year[1]] * len(people), pa.date32()),
        }
    )
    cohort = chronic.Cohort(date(2026, 12, 31), chronic.read_cohort(policy), results)
    cohort.add(batch_of(people), units.combine_chunks().to_batches()[0])
    found = cohort.counted()
    assert {name: "/".join(map(str, counts)) for name, counts in found.items()} == case["counted"]
    assert {name: str(counts.rate) for name, counts in found.items()} == case["rate"]


def _draw(case: dict, _policy: Policy) -> None:
    rows = [
        registry.Belongs(
            row["institution"], row["community"], row.get("leads") == "yes", _day(row["since"]),
            _day(row["until"]) if "until" in row else None,
        )
        for row in case["registry"]
    ]  # fmt: skip
    others = [Entry(o["kind"], o["code"], o["community"], _day(o["since"]), None) for o in case["others"]]
    found = registry.draw(rows, others, "990100")
    assert [" ".join(map(str, entry)) for entry in found.entries] == case["drawn"]


_RUN = {
    "attribution": _attribution, "quota": _quota, "settle": _settle, "inside": _inside, "visits": _visits,
    "apg": _apg, "benefit": _benefit, "referral": _referral,
    "contracts": _contracts, "plan": _plan, "chronic": _chronic, "draw": _draw,
}  # fmt: skip


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.case.yaml")), ids=lambda path: path.name.removesuffix(".case.yaml")
)
def test_a_worked_example_comes_out_to_the_fen(path: Path) -> None:
    """A rule of capitation or of benefits holds only if every figure of its example comes out."""
    case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    _RUN[case["kind"]](case, policy_of(case.get("rules", {})))
