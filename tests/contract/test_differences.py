"""Differences of closed months over real gRPC: shown, posted, stated; the closed month never changed."""

from __future__ import annotations

from dataclasses import replace

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth
from chspay_settlement.app.month import whole_run

FUND = 9_000_001


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours with three hospitals."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def test_a_correction_moves_every_hospital_and_no_fen_is_lost(world):
    """The heart of a correction: deltas cancel, the old statement stays, the open month pays."""
    cases = await am.lists(world, 1)
    run = await world.month_run("delta-1", FUND, month=1)
    old = await am.statements(world, run)
    before = await am.balance(world)
    case = cases[7]
    await world.submit("delta-1a", am.raised(case))
    shown = await am.preview(world)
    (found,) = shown.differences
    assert (found.corrected_month, found.month, found.method) == ("2026-01", "2026-02", "recomputed@1")
    deltas = {row.hospital_code: row.delta_fen for row in found.hospitals}
    assert sorted(deltas) == am.CODES
    assert (sum(deltas.values()), found.residual_fen, found.residual_account) == (0, 0, "")
    assert deltas[case.hospital_code] > 0 > deltas["H001"]
    assert (await am.balance(world)) == before
    (posted,) = await am.commit(world, shown.preview_digest)
    assert (posted.difference_id, posted.corrects, posted.cause) == (
        f"DE-{sw.POOL}-202601-1", run.run_id, "更正已结算清单",
    )  # fmt: skip
    assert {code: one.digest for code, one in old.items()} == {
        code: one.digest for code, one in (await am.statements(world, run)).items()
    }
    after = await am.balance(world)
    for row in posted.hospitals:
        for account, moved in (("payable", row.prepaid_delta_fen), ("retention", row.retained_delta_fen)):
            name = f"{account}/{sw.POOL}/{row.hospital_code}"
            assert after[name] - before[name] == -moved
    await am.lists(world, 2, 30)
    next_run = await world.month_run("delta-2", FUND, month=2)
    stated = await am.statement(world, next_run, case.hospital_code)
    line = am.content(stated)["payment"][0]
    prepaid = {row.hospital_code: row.prepaid_delta_fen for row in posted.hospitals}
    assert (line["kind"], line["number"], line["refers"], line["amount_fen"]) == (
        "difference", posted.difference_id, f"MR-{sw.POOL}-202601", prepaid[case.hospital_code],
    )  # fmt: skip
    assert stated.payable_fen == stated.prepaid_fen + prepaid[case.hospital_code]


async def test_correction_and_original_together_are_the_recomputation(world):
    """However often a list is corrected, the month stands where one clearing of the last version puts it."""
    cases = await am.lists(world, 3)
    run = await world.month_run("law-3", FUND, month=3)
    original = {code: one.fund_fen for code, one in (await am.statements(world, run)).items()}
    moved: dict[str, int] = dict.fromkeys(am.CODES, 0)
    first, second = cases[3], cases[10]
    steps = [
        am.raised(first),
        replace(second, diagnoses=("Z99.900",), patient_paid_fen=1),
        replace(first, total_cost_fen=44_444, patient_paid_fen=44_444),
    ]
    for number, step in enumerate(steps):
        await world.submit(f"law-3-{number}", step)
        shown = await am.preview(world)
        for row in shown.differences[0].hospitals:
            moved[row.hospital_code] += row.delta_fen
        await am.commit(world, shown.preview_digest)
    assert not (await am.preview(world)).differences
    await world.submit("law-3-back", first)
    await world.submit("law-3-back-2", second)
    shown = await am.preview(world)
    back = {row.hospital_code: row.delta_fen for row in shown.differences[0].hospitals}
    assert {code: moved[code] + back.get(code, 0) for code in am.CODES} == dict.fromkeys(am.CODES, 0)
    await am.commit(world, shown.preview_digest)
    assert {row.hospital_code: row.after_fen for row in shown.differences[0].hospitals} == {
        code: fen for code, fen in original.items() if back.get(code)
    }


async def test_what_was_not_shown_is_not_posted(world):
    """Whoever signs a difference signs what they saw."""
    cases = await am.lists(world, 4)
    await world.month_run("moved-4", FUND, month=4)
    fault = await am.refused(am.commit(world, "00" * 32))
    assert fault.reason.code == "NO_DIFFERENCES"
    await world.submit("moved-4a", replace(cases[0], total_cost_fen=2_000_000))
    shown = await am.preview(world)
    await world.submit("moved-4b", replace(cases[0], total_cost_fen=2_000_001))
    fault = await am.refused(am.commit(world, shown.preview_digest))
    assert fault.reason.code == "DIFFERENCES_MOVED"
    fault = await am.refused(am.commit(world, shown.preview_digest, " "))
    assert fault.reason.code == "CAUSE_MISSING"
    with auth.use_claim(sw.hospital_claim("H001")):
        fault = await am.refused(world.month.PreviewDifferences(mpb.PreviewDifferencesRequest(pool=sw.POOL)))
    assert fault.reason.code == "ROLE_DENIED"
    with auth.use_claim(sw.COUNTY_BUREAU):
        fault = await am.refused(world.month.PreviewDifferences(mpb.PreviewDifferencesRequest(pool=sw.POOL)))
    assert fault.reason.code == "REGION_DENIED"
    await am.commit(world, (await am.preview(world)).preview_digest)


async def test_a_change_that_has_no_price_waits_and_does_not_stop_the_others(world):
    """A group the closed month never measured cannot be priced under its table; the rest can be paid."""
    cases = await am.lists(world, 5)
    await world.month_run("wait-5", FUND, month=5)
    await world.submit("wait-5a", replace(cases[0], diagnoses=("Q90.900",)))
    await world.submit("wait-5b", replace(cases[1], total_cost_fen=3_000_000))
    shown = await am.preview(world)
    (found,) = shown.differences
    assert [(fault.case_id, fault.reason) for fault in found.faults] == [
        (cases[0].case_id, "GROUP_NOT_MEASURED")
    ]
    assert [row.case_id for row in found.cases] == [cases[1].case_id]
    await am.commit(world, shown.preview_digest)
    (left,) = (await am.preview(world)).differences
    assert (len(left.faults), list(left.cases), list(left.hospitals)) == (1, [], [])


async def test_a_hospital_sees_its_own_difference_and_no_other(world):
    """What a neighbour wins or loses is not a hospital's business."""
    cases = await am.lists(world, 6)
    await world.month_run("own-6", FUND, month=6)
    await world.submit("own-6a", am.raised(cases[1]))
    await am.commit(world, (await am.preview(world)).preview_digest)
    with auth.use_claim(sw.hospital_claim("H001")):
        seen = (await world.month.ListDifferences(mpb.ListDifferencesRequest(pool=sw.POOL))).differences
    mine = next(row for row in seen if row.corrected_month == "2026-06")
    assert [row.hospital_code for row in mine.hospitals] == ["H001"]
    assert list(mine.cases) == []
    with auth.use_claim(sw.hospital_claim("H002")):
        seen = (await world.month.ListDifferences(mpb.ListDifferencesRequest(pool=sw.POOL))).differences
    mine = next(row for row in seen if row.corrected_month == "2026-06")
    assert [row.case_id for row in mine.cases] == [cases[1].case_id]


async def test_a_difference_committed_before_the_next_run_is_stated_by_it_and_only_by_it(world):
    """A difference that two statements pay is paid twice."""
    cases = await am.lists(world, 7)
    await world.month_run("twice-7", FUND, month=7)
    await world.submit("twice-7a", am.raised(cases[2]))
    (posted,) = await am.commit(world, (await am.preview(world)).preview_digest)
    stated = []
    for month in (8, 9):
        await am.lists(world, month, 30)
        run = await world.month_run(f"twice-{month}", FUND, month=month)
        own = am.content(await am.statement(world, run, cases[2].hospital_code))
        stated += [line["number"] for line in own["payment"]]
        assert run.state == pb.RUN_STATE_DONE
    assert stated == [posted.difference_id]


async def test_a_large_month_is_corrected_over_columns_with_the_same_digest(world, monkeypatch):
    """A province's preview must show what a county's would: the digest a bureau signs is the same."""
    cases = await am.lists(world, 11, 40)
    run = await world.month_run("large-11", FUND, month=11)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    await world.submit("large-11a", am.raised(cases[5]))
    await am.commit(world, (await am.preview(world)).preview_digest)
    await am.decide(world, "大月1号", cases[8], "violation", value="2")
    await world.submit("large-11b", replace(cases[6], total_cost_fen=1, patient_paid_fen=0))
    by_rows = await am.preview(world)
    monkeypatch.setattr(whole_run, "LARGE", 1)
    by_columns = await am.preview(world)
    assert by_columns == by_rows
    assert [len(one.cases) for one in by_rows.differences if one.corrected_month == "2026-11"] == [2]
    await am.commit(world, by_columns.preview_digest)
    assert "2026-11" not in {one.corrected_month for one in (await am.preview(world)).differences}
