"""Members' visits: charged inside or outside, exempted with proof, seen by the lead hospital only."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_world as cw
from capitation_rules import DAY, batch_of, key_of, spell

from chspay.capitation.v1 import capitation_pb2, visits_pb2
from chspay_capitation.engine.catchment import Entry
from chspay_kit.auth import use_claim

HEAD = "visit_id,person_key,institution,day,insurance_type,service,fund_fen\n"


@pytest.fixture
async def here(migrated_db):
    async with cw.world(migrated_db) as running:
        yield running


async def _run(here) -> str:
    """An attribution of two members of C1, which H1 leads."""
    await cw.put_catchment(here, Entry("lead", "H1", "C1", DAY, None), Entry("lead", "H2", "C2", DAY, None))
    heads = [spell(name, signed_institution="H1") for name in ("a", "b")]
    roster = await cw.loaded(here, cw.parquet(batch_of(heads)))
    return (await cw.attributed(here, roster)).attribution.attribution_id


def _file(*rows: tuple[str, str, str, str, int]) -> bytes:
    lines = (
        f"{name},{key_of(who)},{place},2026-03-01,390,{service},{fen}"
        for name, who, place, service, fen in rows
    )
    return (HEAD + "\n".join(lines) + "\n").encode()


VISITS = _file(
    ("V1", "a", "H1", "outpatient", 100_00),
    ("V2", "a", "H2", "chronic", 300_00),
    ("V3", "b", "X9", "outpatient", 50_00),
    ("V4", "b", "H1", "checkup", 80_00),
    ("V5", "nobody", "H1", "outpatient", 70_00),
)


def _put(run: str, content: bytes) -> visits_pb2.PutVisitsRequest:
    return visits_pb2.PutVisitsRequest(request_id=cw.fresh(), attribution_id=run, content=content)


async def _visits(here, run: str, community: str = "C1", size: int = 0) -> list:
    found, token = [], ""
    while True:
        page = await here.visits.ListMemberVisits(
            visits_pb2.ListMemberVisitsRequest(
                attribution_id=run, community=community, page_size=size, page_token=token
            )
        )
        found += page.visits
        token = page.next_page_token
        if not token:
            return found


async def test_visits_are_charged_exempted_and_settled(here):
    """What members cost outside is charged back, less what has a cause and its proof; then it is settled."""
    with use_claim(cw.BUREAU):
        run = await _run(here)
        told = await here.visits.PutVisits(_put(run, VISITS))
        assert (told.inside, told.outside, told.not_capitated, told.not_member) == (1, 2, 1, 1)
        assert [(item.visit_id, item.side) for item in await _visits(here, run, size=3)] == [
            ("V1", "inside"), ("V2", "outside"), ("V3", "outside"), ("V4", "not_capitated"),
        ]  # fmt: skip
        claim = visits_pb2.PutExemptionRequest(
            request_id=cw.fresh(), attribution_id=run, visit_id="V2", cause="migration", proof="居住证2026-17"
        )
        for change, reason in (
            ({"visit_id": "V1"}, "EXEMPT_NOT_OUTSIDE"),
            ({"visit_id": "V9"}, "VISIT_UNKNOWN"),
            ({"cause": "holiday"}, "EXEMPT_CAUSE_UNKNOWN"),
            ({"proof": " "}, "EXEMPT_PROOF_MISSING"),
        ):
            other = visits_pb2.PutExemptionRequest()
            other.CopyFrom(claim)
            other.request_id = cw.fresh()
            for name, value in change.items():
                setattr(other, name, value)
            assert await cw.refused(here.visits.PutExemption(other)) == reason
        done = await here.visits.PutExemption(claim)
        assert (done.visit.cause, done.visit.proof) == ("migration", "居住证2026-17")
        claim.request_id = cw.fresh()
        assert await cw.refused(here.visits.PutExemption(claim)) == "EXEMPT_KNOWN"
        asked = visits_pb2.GetMemberCostsRequest(attribution_id=run, community="C1")
        costs = (await here.visits.GetMemberCosts(asked)).costs
        assert [(c.insurance_type, c.inside_fen, c.outside_fen, c.exempt_fen) for c in costs] == [
            ("390", 100_00, 350_00, 300_00)
        ]
        settle = capitation_pb2.SettleCommunityRequest(
            request_id=cw.fresh(), attribution_id=run, community="C1", costs=costs, document="纪要"
        )
        for name, value in (("score", "90"), ("chronic_rate", "0.9")):
            getattr(settle, name).value = value
        found = (await here.capitation.SettleCommunity(settle)).settlement
        # 1,120 − 100 − 350 + 300 = 970; × 85 % = 824.50; and the 100 spent inside.
        assert (found.funds[0].balance_fen, found.due_fen) == (970_00, 924_50)


async def test_a_lead_hospital_sees_its_members_and_no_others(here):
    """The lead is charged for these people, so it may check them, and nobody else's."""
    with use_claim(cw.BUREAU):
        run = await _run(here)
        await here.visits.PutVisits(_put(run, VISITS))
    with use_claim(cw.HOSPITAL):
        assert [item.visit_id for item in await _visits(here, run)] == ["V1", "V2", "V3", "V4"]
        assert await _visits(here, run, "C2") == []
        refused = await cw.refused(here.visits.PutVisits(_put(run, VISITS)))
        assert refused in (
            "ATTRIBUTION_NOT_FOUND",
            "ROLE_DENIED",
        )
    with use_claim(cw.ELSEWHERE):
        assert await _visits(here, run) == []


BAD = [
    (_file(("W1", "a", "H1", "outpatient", 1), ("W1", "b", "H1", "outpatient", 1)), "VISIT_TWICE"),
    (_file(("W1", "a", "H1", "surgery", 1)), "VISIT_SERVICE_UNKNOWN"),
    (_file(("W1", "a", "", "outpatient", 1)), "VISITS_COLUMN_WRONG"),
    (_file(("W1", "a", "H1", "outpatient", -1)), "VISITS_COLUMN_WRONG"),
    (VISITS.replace(b"2026-03-01", b"2026-02-30"), "NOT_A_DAY"),
    (b"PAR1 nothing", "VISITS_UNREADABLE"),
    (VISITS, "VISIT_KNOWN"),
]


async def test_a_bad_file_of_visits_is_not_kept_by_halves(here):
    """One wrong row and none is charged."""
    with use_claim(cw.BUREAU):
        run = await _run(here)
        await here.visits.PutVisits(_put(run, VISITS))
        for content, reason in BAD:
            assert await cw.refused(here.visits.PutVisits(_put(run, content))) == reason
        assert len(await _visits(here, run)) == 4
