"""A violation proven in a closed year, over real gRPC: only differences, all shown first, old bytes kept."""

from __future__ import annotations

import json
from datetime import date

import asyncpg
import pytest
import settlement_world as sw
import year_world as yw
from google.type import decimal_pb2

from chspay.settlement.v1 import settlement_pb2, year_pb2
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault
from chspay_kit import auth

SCORES = {"H001": "85", "H002": "70", "H003": "90"}


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours and a day that the test decides, in this test's event loop."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        yield running


async def refused(call) -> str:
    """The reason a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


def finding(case_id: str, hospital: str = "H001", multiple: str = "1") -> year_pb2.ReclearFinding:
    """A proven violation."""
    return year_pb2.ReclearFinding(
        hospital_code=hospital, case_id=case_id, multiple=decimal_pb2.Decimal(value=multiple)
    )


def drafting(clearing_id: str, *findings: year_pb2.ReclearFinding) -> year_pb2.DraftReclearingRequest:
    """A request to re-clear."""
    return year_pb2.DraftReclearingRequest(
        request_id=yw.fresh(), clearing_id=clearing_id, findings=findings, cause="分解住院",
        citation="医保处〔2027〕8号",
    )  # fmt: skip


def committing(reclearing: year_pb2.Reclearing, digest: str = "") -> year_pb2.CommitReclearingRequest:
    """A request to book what was shown."""
    return year_pb2.CommitReclearingRequest(
        request_id=yw.fresh(), reclear_id=reclearing.reclear_id, digest=digest or reclearing.digest
    )


async def closed_year(world, year: int, month: int) -> year_pb2.YearClearing:
    """A closed clearing of one month."""
    await world.months(year, {month: 9_000_000})
    await world.score(year, **SCORES)
    world.today = date(year + 1, 1, 10)
    return await world.close(await world.trial(year, 9_300_000))


async def everything_old(world, clearing_id: str) -> dict[str, bytes]:
    """Every statement and posting there is of the pool, as bytes."""
    found = dict(await world.statements(clearing_id))
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        for table, order in (("statement", "run_id, hospital_code"), ("posting", "batch_id, line_no")):
            rows = await connection.fetch(f"SELECT t::text FROM settlement.{table} t ORDER BY {order}")
            found[table] = b"\n".join(row[0].encode() for row in rows)
    return found


async def test_a_proven_violation_posts_differences_and_nothing_else(world):
    """K1: every institution's delta is shown, the fund gets back what it paid, and old bytes stay."""
    found = await closed_year(world, 2026, 3)
    old, before = await everything_old(world, found.clearing_id), await world.accounts(2026)
    rows = await world.hospitals(found.clearing_id)
    with auth.use_claim(yw.AUTHOR):
        for request, reason in (
            (drafting(found.clearing_id), "RECLEAR_NOBODY"),
            (drafting(found.clearing_id, finding("nobody")), "RECLEAR_CASE_UNKNOWN"),
            (drafting(found.clearing_id, finding("Y2026-3-0", multiple="0")), "RECLEAR_TOO_MUCH"),
            (drafting(found.clearing_id, finding("Y2026-3-0", multiple="99999")), "RECLEAR_TOO_MUCH"),
            (drafting(found.clearing_id, finding("Y2026-3-0"), finding("Y2026-3-0")), "RECLEAR_CASE_TWICE"),
        ):
            assert await refused(world.years.DraftReclearing(request)) == reason
        drafted = await world.years.DraftReclearing(
            drafting(found.clearing_id, finding("Y2026-3-0", multiple="2"), finding("Y2026-3-3"))
        )
        again = drafting(found.clearing_id, finding("Y2026-3-6"))
        assert await refused(world.years.DraftReclearing(again)) == "RECLEAR_STANDS"
    shown = {effect.hospital_code: effect for effect in drafted.effects}
    assert sorted(shown) == sorted(yw.HOSPITALS)
    assert drafted.reclearing.digest == sm3_hex_of(shown[code].content for code in sorted(shown))
    offender = shown["H001"]
    back = offender.fund_before_fen - offender.fund_after_fen
    assert (drafted.reclearing.method, drafted.reclearing.returned_fen) == ("pv_kept@1", back)
    assert offender.balance_fen == -back < 0
    assert all(effect.balance_fen == 0 for code, effect in shown.items() if code != "H001")
    # Nothing is booked before somebody else has read and committed it.
    assert await world.accounts(2026) == before
    with auth.use_claim(yw.AUTHOR):
        assert await refused(world.years.CommitReclearing(committing(drafted.reclearing))) == (
            "RECLEAR_SAME_PERSON"
        )
    with auth.use_claim(yw.APPROVER):
        wrong = committing(drafted.reclearing, "00")
        assert await refused(world.years.CommitReclearing(wrong)) == "YEAR_CHANGED"
        done = (await world.years.CommitReclearing(committing(drafted.reclearing))).reclearing
        assert (done.state, done.committed_by) == ("committed", "bureau-c")
        assert await refused(world.years.CommitReclearing(committing(done))) == "RECLEAR_ENDED"
    after = await world.accounts(2026)
    moved = {name: amount - before.get(name, 0) for name, amount in after.items()}
    assert {name: amount for name, amount in moved.items() if amount} == {
        # The year spent more than its budget, so what comes back fills the reserve first.
        "reserve": -back, "claw_back/H001": back,
    }  # fmt: skip
    now = await everything_old(world, found.clearing_id)
    assert {code: now[code] for code in yw.HOSPITALS} == {code: old[code] for code in yw.HOSPITALS}
    assert now["statement"] == old["statement"]
    assert set(old["posting"].split(b"\n")) < set(now["posting"].split(b"\n"))
    assert await world.hospitals(found.clearing_id) == rows
    assert not (await world.verified()).faults
    with auth.use_claim(sw.hospital_claim("H002")):
        seen = await world.years.GetReclearing(year_pb2.GetReclearingRequest(reclear_id=done.reclear_id))
    assert [effect.hospital_code for effect in seen.effects] == ["H002"]
    assert seen.effects[0].digest == sm3_hex(seen.effects[0].content)
    assert json.loads(seen.effects[0].content)["effect"]["balance_fen"] == 0


async def test_a_second_violation_goes_on_from_the_first(world):
    """A case is taken back once and for all, and later findings start from what the earlier left."""
    found = await closed_year(world, 2027, 5)
    with auth.use_claim(yw.AUTHOR):
        first = await world.years.DraftReclearing(drafting(found.clearing_id, finding("Y2027-5-0")))
        withdrawn = await world.years.WithdrawReclearing(
            year_pb2.WithdrawReclearingRequest(request_id=yw.fresh(), reclear_id=first.reclearing.reclear_id)
        )
        assert withdrawn.reclearing.state == "withdrawn"
        second = await world.years.DraftReclearing(drafting(found.clearing_id, finding("Y2027-5-0")))
    with auth.use_claim(yw.APPROVER):
        await world.years.CommitReclearing(committing(second.reclearing))
    with auth.use_claim(yw.REVIEWER):
        again = drafting(found.clearing_id, finding("Y2027-5-0"))
        assert await refused(world.years.DraftReclearing(again)) == "RECLEAR_CASE_TWICE"
        third = await world.years.DraftReclearing(drafting(found.clearing_id, finding("Y2027-5-3")))
    old = {effect.hospital_code: effect for effect in second.effects}["H001"]
    new = {effect.hospital_code: effect for effect in third.effects}["H001"]
    assert new.fund_before_fen == old.fund_after_fen
    with auth.use_claim(yw.APPROVER):
        await world.years.CommitReclearing(committing(third.reclearing))
        listed = await world.years.ListReclearings(
            year_pb2.ListReclearingsRequest(clearing_id=found.clearing_id)
        )
    assert [row.state for row in listed.reclearings] == ["withdrawn", "committed", "committed"]
    accounts = await world.accounts(2027)
    assert accounts["claw_back/H001"] == (second.reclearing.returned_fen + third.reclearing.returned_fen)


async def test_the_recomputed_value_pays_the_others(world):
    """K2: the same decision amount goes out by the points left; what the offender loses the others gain."""
    kept = world.rulebook.bundles[sw.POOL]
    content = kept.content.replace(b'"pv_kept@1"', b'"pv_recomputed@1"')
    world.rulebook.bundles[sw.POOL] = Bundle.parse(content)
    found = await closed_year(world, 2028, 7)
    before = await world.accounts(2028)
    with auth.use_claim(yw.AUTHOR):
        drafted = await world.years.DraftReclearing(
            drafting(found.clearing_id, finding("Y2028-7-0"), finding("Y2028-7-3"))
        )
    assert (drafted.reclearing.method, drafted.reclearing.returned_fen) == ("pv_recomputed@1", 0)
    assert drafted.reclearing.point_value_display > found.point_value_display
    deltas = {e.hospital_code: e.fund_after_fen - e.fund_before_fen for e in drafted.effects}
    assert sum(deltas.values()) == 0
    assert deltas["H001"] < 0 < min(deltas["H002"], deltas["H003"])
    with auth.use_claim(yw.APPROVER):
        await world.years.CommitReclearing(committing(drafted.reclearing))
    after = await world.accounts(2028)
    moved = {name: amount - before.get(name, 0) for name, amount in after.items()}
    assert {name: amount for name, amount in moved.items() if amount} == {
        "claw_back/H001": -deltas["H001"],
        "payable/H002": -deltas["H002"],
        "payable/H003": -deltas["H003"],
    }


async def test_an_open_year_is_returned_not_cleared_again(world):
    """Before the books are closed an error is put right by sending the clearing back."""
    await world.months(2029, {4: 4_000_000})
    await world.score(2029, **SCORES)
    found = await world.trial(2029, 4_000_000)
    with auth.use_claim(yw.AUTHOR):
        request = drafting(found.clearing_id, finding("Y2029-4-0"))
        assert await refused(world.years.DraftReclearing(request)) == "RECLEAR_NOT_CLOSED"


async def test_a_committed_reclearing_is_final_for_the_owner_too(world, migrated_db):
    """Who clawed what back, and why, must be there in ten years."""
    found = await closed_year(world, 2030, 6)
    with auth.use_claim(yw.AUTHOR):
        drafted = await world.years.DraftReclearing(drafting(found.clearing_id, finding("Y2030-6-0")))
    with auth.use_claim(yw.APPROVER):
        await world.years.CommitReclearing(committing(drafted.reclearing))
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        for statement in (
            "UPDATE settlement.reclearing SET state = 'drafted' WHERE reclear_id = $1",
            "DELETE FROM settlement.reclearing WHERE reclear_id = $1",
            "UPDATE settlement.reclear_effect SET balance_fen = 0 WHERE reclear_id = $1",
        ):
            with pytest.raises(asyncpg.PostgresError) as caught:
                await admin.execute(statement, drafted.reclearing.reclear_id)
            assert caught.value.sqlstate == "CH001", statement
    finally:
        await admin.close()
    with auth.use_claim(yw.AUTHOR):
        balance = await world.stub.GetTrialBalance(
            settlement_pb2.GetTrialBalanceRequest(pool=sw.POOL, year=2030)
        )
    assert balance.difference_fen == 0
