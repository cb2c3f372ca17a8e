"""What is booked of settlements when capitation's own record of it was lost: the ledger is believed."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_books
import capitation_world as cw
from capitation_rules import batch_of, spell

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_capitation.engine.catchment import Entry
from chspay_kit.auth import use_claim
from chspay_kit.convert import decimal_to_pb

DAY = date(2020, 1, 1)
LEADS = tuple(Entry("lead", f"H{n}", f"C{n}", DAY, None) for n in (1, 2, 3))


@pytest.fixture
async def here(migrated_db, monkeypatch):
    monkeypatch.setattr(cw, "Books", capitation_books.Ledger)
    async with cw.world(migrated_db) as running:
        with use_claim(cw.BUREAU):
            yield running


async def attribution(here, hospital: str) -> str:
    """A year's attribution of members of both insurances, signed at a hospital."""
    await cw.put_catchment(here, *LEADS)
    heads = [
        spell((cw.fresh(), n), signed_institution=hospital, insurance_type="310" if n % 2 else "390")
        for n in range(6)
    ]
    roster = await cw.loaded(here, cw.parquet(batch_of(heads)))
    return (await cw.attributed(here, roster)).attribution.attribution_id


async def settled(here, run: str, community: str, inside_fen: int, corrects: str = ""):
    """A settlement, the same cost for each insurance."""
    costs = [pb.MemberCost(insurance_type=kind, inside_fen=inside_fen) for kind in ("310", "390")]
    request = pb.SettleCommunityRequest(
        request_id=cw.fresh(), attribution_id=run, community=community, costs=costs, document="纪要",
        score=decimal_to_pb(Decimal(90)), chronic_rate=decimal_to_pb(Decimal("0.65")), corrects=corrects,
    )  # fmt: skip
    return (await here.capitation.SettleCommunity(request)).settlement


def post(here, settlement, month: str = "2026-12"):
    """Books a settlement."""
    request = pb.PostSettlementRequest(
        request_id=cw.fresh(), settlement_id=settlement.settlement_id, month=month
    )
    return here.capitation.PostSettlement(request)


def dues(settlement) -> dict[str, int]:
    """Due by insurance, fen."""
    return {fund.insurance_type: fund.due_fen for fund in settlement.funds}


@pytest.mark.parametrize(("lost", "hospital", "community"), [("310", "H1", "C1"), ("390", "H2", "C2")])
async def test_a_correction_pays_no_second_time_what_only_the_ledger_knows(here, lost, hospital, community):
    """The transaction that booked the first was lost after one or both insurances, and nobody tried again."""
    run = await attribution(here, hospital)
    first = await settled(here, run, community, 100_00)
    here.books.loses = (lost,)
    assert await cw.refused(post(here, first)) == "ANSWER_LOST"
    assert len(here.books.booked) == (1 if lost == "310" else 2)
    beside = await settled(here, await attribution(here, hospital), community, 100_00)
    assert await cw.refused(post(here, beside)) == "CAPITATION_POSTED_TWICE"
    here.books.loses = ()
    second = await settled(here, run, community, 300_00, first.settlement_id)
    assert dues(second) != dues(first)
    booked = await post(here, second, "2027-01")
    assert here.books.sums() == dues(second)
    assert {item.insurance_type: item.corrects for item in booked.postings} == {
        "310": f"{first.settlement_id}:310",
        "390": f"{first.settlement_id}:390" if lost == "390" else "",
    }
    assert await cw.refused(post(here, first)) == "CAPITATION_SETTLEMENT_CORRECTED"
    here.books.booked.clear()
    third = await settled(here, run, community, 200_00, second.settlement_id)
    assert await cw.refused(post(here, third)) == "CAPITATION_LEDGER_DIFFERS"
    assert not here.books.booked


async def test_what_was_booked_before_the_answer_was_lost_is_taken_over(here):
    """Asked again for another month, the payment stays the one that the ledger has, and the rest follows."""
    run = await attribution(here, "H2")
    first = await settled(here, run, "C3", 100_00)
    here.books.loses = ("310",)
    assert await cw.refused(post(here, first)) == "ANSWER_LOST"
    here.books.loses = ()
    booked = await post(here, first, "2027-01")
    assert {item.insurance_type: item.amount_fen for item in booked.postings} == dues(first)
    assert here.books.sums() == dues(first)
    months = {source.rpartition(":")[2]: kept.month for source, kept in here.books.booked.items()}
    assert months == {"310": "2026-12", "390": "2027-01"}
    assert await post(here, first, "2027-02") == booked
