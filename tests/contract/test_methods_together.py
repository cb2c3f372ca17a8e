"""Methods side by side over real channels: each case by one, money taken before points, sound books."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import methods_world as mw
import pytest
import replaying
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import lineage_pb2, lineage_pb2_grpc, month_pb2
from chspay.settlement.v1 import others_pb2 as op
from chspay.settlement.v1 import routing_pb2 as rp
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth

FUND = 30_000_007


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours, and a bed-day service."""
    perdiem = mw.PerDiem()
    async with yw.year_world(migrated_db.url("settlement"), perdiem) as running:
        running.perdiem = perdiem
        mw.ask_the_service(running)
        yield running


def again(request: Any, **changes: Any) -> Any:
    """The same request under a number of its own, with something else where a test says so."""
    found = type(request)()
    found.CopyFrom(request)
    found.request_id = yw.fresh()
    bills = changes.pop("bills", None)
    for name, value in changes.items():
        setattr(found, name, value)
    if bills is not None:
        del found.bills[:]
        found.bills.extend(bills)
    return found


async def test_every_case_of_a_month_is_paid_by_exactly_one_method(world):
    """S12: bed-days by points and by money, by item, not at all, the rest by group; to the fen."""
    await mw.put_month(world, 1)
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=1)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert run.fund_fen + run.others_fen == FUND
    assert sorted(world.perdiem.asked) == ["M1-hospice", "M1-pilotless", "M1-psych", "M1-refused-R"]
    with auth.use_claim(sw.BUREAU):
        sums = await mw.routing_of(world).SumRoutes(rp.SumRoutesRequest(run_id=run.run_id))
        stated = (await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
    by = {one.reason: one for one in sums.sums}
    assert sum(one.cases for one in sums.sums) == run.cases == 30
    birth = next(case for case in mw.month_of_cases(1) if case.case_id == "M1-birth")
    assert by["maternity"].amount_fen == birth.total_cost_fen - birth.patient_paid_fen
    assert (by["bed_days"].cases, by["bed_days"].amount_fen) == (2, 24 * 45_600)
    assert {"self_paid", "bed_days_refused", "not_pilot"} <= set(by)
    assert run.others_fen == by["bed_days"].amount_fen + by["maternity"].amount_fen
    assert sum(one.fund_fen for one in stated) == run.fund_fen
    assert sum(one.other_fen for one in stated) == run.others_fen
    hospice = next(one for one in stated if one.hospital_code == "H002")
    said = json.loads(hospice.content)
    lines = [line for line in said["payment"] if line["kind"] == "other"]
    assert sum(line["amount_fen"] for line in lines) == said["totals"]["other_fen"] == hospice.other_fen
    assert hospice.payable_fen == hospice.prepaid_fen + hospice.other_fen
    for name, method, reason in (
        ("psych", rp.PAY_METHOD_PER_DIEM, "bed_days"), ("own", rp.PAY_METHOD_NONE, "self_paid"),
        ("0", rp.PAY_METHOD_DRG, "inpatient"),
    ):  # fmt: skip
        found = await mw.explained(world, run.run_id, "H001", f"M1-{name}")
        assert (found.route.method, found.route.reason) == (method, reason)
        assert found.route.cite.startswith("demo-routing-2027")
        assert found.worksheet.lines
    with auth.use_claim(sw.BUREAU):
        psych = await world.stub.ExplainCase(
            pb.ExplainCaseRequest(run_id=run.run_id, hospital_code="H001", case_id="M1-psych")
        )
    lines = {line.key: line for line in psych.worksheet.lines}
    assert lines["points"].value == "84"
    assert lines["mark_bed_days"].citation.startswith("PD-M1-psych#")


async def test_nothing_is_written_while_the_bed_day_service_is_away(world):
    """An unreachable neighbour is a retryable refusal, and the same run is drawn up once it is back."""
    await mw.put_month(world, 2)
    world.perdiem.away = True
    with pytest.raises(Fault) as caught:
        await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=2)
    assert caught.value.reason.code == "PER_DIEM_UNREACHABLE"
    assert caught.value.reason.kind.name == "UNAVAILABLE"
    with auth.use_claim(sw.BUREAU):
        runs = (await world.stub.ListRuns(pb.ListRunsRequest(pool=sw.POOL))).runs
    assert not [run for run in runs if run.month == 2]
    world.perdiem.away = False
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=2)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message


async def test_an_acute_episode_is_paid_by_its_group_and_no_day_twice(world):
    """S12: the list of an acute episode goes to its group, one whose days are the stay's to nobody, and of
    two stays on the same days the later is refused with the other's number."""
    day = partial(date, mw.YEAR, 3)
    acute = {"person_key": "p-3-psych", "admission_date": day(8), "discharge_date": day(12)}
    within = {"person_key": "p-3-psych", "admission_date": day(15), "discharge_date": day(17)}
    twice = {"person_key": "person-3-0", "admission_date": day(2), "discharge_date": day(5)}
    world.perdiem.own = {
        "M3-acute": ("M3-psych", day(8), day(12), True), "M3-with": ("M3-psych", day(15), day(17), False),
    }  # fmt: skip
    await mw.put_month(
        world,
        3,
        [
            mw.case(200, 3, "H001", case_id="M3-acute", **acute),
            mw.case(201, 3, "H001", case_id="M3-with", **within),
            mw.case(202, 3, "H002", case_id="M3-twice", **twice),
        ],
    )
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=3)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert not {"M3-acute", "M3-with"} & set(world.perdiem.asked)
    for name, hospital, method, reason in (
        ("psych", "H001", rp.PAY_METHOD_PER_DIEM, "bed_days"),
        ("acute", "H001", rp.PAY_METHOD_DRG, "own_list"),
        ("with", "H001", rp.PAY_METHOD_PER_DIEM, "with_stay"),
        ("twice", "H002", rp.PAY_METHOD_NONE, "stay_overlaps"),
    ):
        found = (await mw.explained(world, run.run_id, hospital, f"M3-{name}")).route
        assert (found.method, found.reason) == (method, reason), name
        assert found.amount_fen == 0
    stay = (await mw.explained(world, run.run_id, "H001", "M3-psych")).route
    assert stay.bed_day_points_micro == 20 * 3_500_000
    assert (await mw.explained(world, run.run_id, "H002", "M3-twice")).route.beside == "H001/M3-0"
    with auth.use_claim(sw.BUREAU):
        case = await world.stub.ExplainCase(
            pb.ExplainCaseRequest(run_id=run.run_id, hospital_code="H001", case_id="M3-with")
        )
    assert {line.key: line.value for line in case.worksheet.lines}["reason"] == "PAID_ELSEWHERE"


async def test_other_payments_are_booked_once_and_the_inpatient_ones_cut_the_fund(world):
    """S35 and S101: what other methods pay out of the inpatient fund is gone before the point value."""
    with auth.use_claim(sw.BUREAU):
        put = mw.others_of(world).PutOtherPayment
        asked = mw.payment(
            "bundle-4", month=f"{mw.YEAR}-04", method=op.OTHER_METHOD_BUNDLE, amount_fen=2_000_000,
            fund_book=op.FUND_BOOK_INPATIENT,
        )  # fmt: skip
        first = (await put(asked)).payment
        assert (await put(again(asked))).payment == first
        outpatient = (await put(mw.payment("community-4", month=f"{mw.YEAR}-04"))).payment
        owed = mw.payment(
            "community-4-fix", month=f"{mw.YEAR}-04", amount_fen=-34_567, corrects="community-4"
        )
        await put(owed)
        with pytest.raises(Fault) as caught:
            await put(again(asked, amount_fen=2_000_001))
    assert caught.value.reason.code == "OTHER_PAYMENT_OTHER"
    month = f"{mw.YEAR}-04"
    elsewhere = mw.payment("moved", month=month, corrects="community-4", payee="H002")
    with auth.use_claim(sw.BUREAU), pytest.raises(Fault) as caught:
        await put(elsewhere)  # money of one payee never corrects what another one was paid
    assert caught.value.reason.code == "OTHER_CORRECTS_DIFFERS"
    for reason, wrong in {
        # The run of the month books under this very source: a made-up one would stop it for good.
        "OTHER_SOURCE_RESERVED": mw.payment("MR-1/per_diem/H001", month=month, source_service="settlement"),
        "OTHER_CORRECTS_DIFFERS": mw.payment("crossed", month=month, corrects="bundle-4"),
    }.items():
        with auth.use_claim(sw.BUREAU), pytest.raises(Fault) as caught:
            await put(wrong)
        assert caught.value.reason.code == reason
    await mw.put_month(world, 4)
    trial = await mw.trial(world, 4, FUND)
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=4)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert run.fund_fen + run.others_fen == FUND
    assert (trial.fund_fen, trial.others_fen) == (run.fund_fen, run.others_fen)
    assert run.point_value_numerator_fen == run.fund_fen + run.patient_fen
    with auth.use_claim(sw.BUREAU):
        with pytest.raises(Fault) as caught:
            await put(mw.payment("late", month=f"{mw.YEAR}-04", method=op.OTHER_METHOD_BUNDLE,
                                 fund_book=op.FUND_BOOK_INPATIENT))  # fmt: skip
        assert caught.value.reason.code == "OTHER_MONTH_CLOSED"
        sums = await mw.others_of(world).SumOtherPayments(
            op.SumOtherPaymentsRequest(pool=sw.POOL, year=mw.YEAR)
        )
        stated = (await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
        listed = await mw.others_of(world).ListOtherPayments(
            op.ListOtherPaymentsRequest(pool=sw.POOL, month=f"{mw.YEAR}-04", payee="H003")
        )
    april = [one for one in sums.sums if one.month == f"{mw.YEAR}-04"]
    assert sum(one.amount_fen for one in april if one.fund_book == op.FUND_BOOK_INPATIENT) == run.others_fen
    assert {one.amount_fen for one in april if one.fund_book == op.FUND_BOOK_CAPITATION} == {1_200_000}
    payee = next(one for one in stated if one.hospital_code == "H003")
    assert payee.payable_fen == payee.prepaid_fen + 2_000_000
    assert {one.payment_id for one in listed.payments} >= {first.payment_id, outpatient.payment_id}
    proof = await world.verified()
    assert not proof.faults
    accounts = await world.accounts(mw.YEAR)
    assert accounts["fund_pool:capitation"] == 1_200_000
    assert accounts["claw_back/H003"] == 34_567
    with auth.use_claim(sw.hospital_claim("H001")):
        own = await mw.others_of(world).ListOtherPayments(op.ListOtherPaymentsRequest())
    assert {one.payee for one in own.payments} <= {"H001"}


async def test_a_month_of_many_methods_is_done_again_and_opens_to_its_pricings(world, tmp_path):
    """Replay in the service and offline comes to the same bytes; lineage ends at pricing and worksheet."""
    await mw.put_month(world, 5)
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=5)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    world.perdiem.away = True
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartReplay(
            month_pb2.StartReplayRequest(request_id=yw.fresh(), run_id=run.run_id)
        )
    done = await world.ended(started.run.run_id)
    assert (done.state, done.statements_digest) == (pb.RUN_STATE_DONE, run.statements_digest)
    (offline,) = await replaying.again(world, run.run_id, tmp_path)
    assert offline.same, offline.place
    stub = lineage_pb2_grpc.LineageServiceStub(world.channel)
    with auth.use_claim(sw.BUREAU):
        for ref in (
            f"run/{run.run_id}/hospital/H002/payable", f"run/{run.run_id}/hospital/H002/other",
            f"run/{run.run_id}/case/H001/M5-psych/points", f"run/{run.run_id}/case/H002/M5-hospice/fund",
        ):  # fmt: skip
            found = await stub.ExpandAmount(lineage_pb2.ExpandAmountRequest(ref=ref, depth=4))
            assert found.node.checked, ref
        points = await stub.ExpandAmount(
            lineage_pb2.ExpandAmountRequest(ref=f"run/{run.run_id}/case/H001/M5-psych/points", depth=2)
        )
    assert "PD-M5-psych#" in str(points.node)


async def routes_of(world: Any, run_id: str) -> list[rp.CaseRoute]:
    """Every route a run wrote down."""
    with auth.use_claim(sw.BUREAU):
        found = await mw.routing_of(world).ListRoutes(rp.ListRoutesRequest(run_id=run_id, page_size=1000))
    return list(found.routes)


async def test_days_that_a_closed_month_paid_are_not_paid_again(world, tmp_path):
    """S12: of two stays over the end of a month the one settled later is refused with the other's number
    and month; a transfer, a list nobody was paid for and another person are not; a replay reads the same."""
    july, august = partial(date, mw.YEAR, 7), partial(date, mw.YEAR, 8)

    def stay(month: int, name: str, hospital: str, since: date, until: date, **changes: Any) -> Any:
        fields = {"person_key": f"across-{name}", "admission_date": since, "discharge_date": until, **changes}
        return mw.case(200 + len(name), month, hospital, case_id=f"M{month}-{name}", **fields)

    bed_days = {"person_key": "p-7-psych"}
    world.perdiem.own = {"M7-acute": ("M7-psych", july(8), july(12), True)}
    first = stay(7, "both", "H001", july(25), july(30))
    free = {"total_cost_fen": 500_000, "patient_paid_fen": 500_000}
    await mw.put_month(world, 7, [
        first,
        stay(7, "moved", "H001", july(20), july(28)),
        stay(7, "self", "H001", july(20), july(28), **free),
        stay(7, "acute", "H001", july(8), july(12), **bed_days),
    ])  # fmt: skip
    july_run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=7)
    assert july_run.state == pb.RUN_STATE_DONE, july_run.failure_message
    await mw.put_month(world, 8, [
        stay(8, "both", "H002", july(20), august(10)),
        stay(8, "moved", "H002", july(28), august(5)),
        stay(8, "self", "H002", july(22), august(3)),
        stay(8, "bed", "H002", july(24), august(3), **bed_days),
        stay(8, "unknown", "H003", july(20), august(3), person_key=""),
    ])  # fmt: skip
    trial = await mw.trial(world, 8, FUND)
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=8)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert await routes_of(world, trial.run_id) == await routes_of(world, run.run_id)
    for name, hospital, reason, beside in (
        ("both", "H002", "stay_overlaps", "H001/M7-both"),
        ("bed", "H002", "stay_overlaps", "H001/M7-psych"),
        ("moved", "H002", "inpatient", ""),
        ("self", "H002", "inpatient", ""),
        ("unknown", "H003", "inpatient", ""),
    ):
        found = (await mw.explained(world, run.run_id, hospital, f"M8-{name}")).route
        assert (found.reason, found.beside) == (reason, beside), name
        assert (found.method == rp.PAY_METHOD_NONE) == bool(beside)
        assert (f"{mw.YEAR}-07" in found.text) == bool(beside)
    with auth.use_claim(sw.BUREAU):
        sums = await mw.routing_of(world).SumRoutes(rp.SumRoutesRequest(run_id=run.run_id))
    assert sums.without_person == 1
    # The earlier list is corrected to other days: that is no fact the closed month was settled by.
    moved = replace(first, admission_date=july(2), discharge_date=july(9))
    await sw.import_lists(world.stub, yw.fresh(), [sw.chunk([moved])])
    world.perdiem.away = True
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartReplay(
            month_pb2.StartReplayRequest(request_id=yw.fresh(), run_id=run.run_id)
        )
    done = await world.ended(started.run.run_id)
    assert (done.state, done.statements_digest) == (pb.RUN_STATE_DONE, run.statements_digest)
    assert await routes_of(world, done.run_id) == await routes_of(world, run.run_id)
    (offline,) = await replaying.again(world, run.run_id, tmp_path)
    assert offline.same, offline.place


async def test_bills_of_a_pharmacy_are_paid_by_item(world):
    """S12: a pharmacy's bills after audit, each with its worksheet, once only; another's are refused."""
    await world.put_hospital("P900", area=sw.POOL, level=9)
    bills = [
        op.Bill(bill_id="B1", medical_type="41", insurance_type="310", total_fen=10_000, patient_fen=2_500),
        op.Bill(bill_id="B2", medical_type="41", insurance_type="390", total_fen=8_000, patient_fen=3_000,
                disallowed_fen=1_000, cite="疑点7号"),
    ]  # fmt: skip
    await mw.make_pharmacy(world, "P900")
    asked = op.SettleBillsRequest(
        request_id=yw.fresh(), pool=sw.POOL, month=f"{mw.YEAR}-06", payee="P900", account_no="2027-06",
        fund_book=op.FUND_BOOK_OUTPATIENT, bills=bills,
    )  # fmt: skip
    with auth.use_claim(sw.BUREAU):
        found = await mw.others_of(world).SettleBills(asked)
        assert found.payment.amount_fen == 11_500
        assert [one.fund_fen for one in found.answers] == [7_500, 4_000]
        assert found.answers[1].worksheet.lines[-1].value == "40.00"
        assert (await mw.others_of(world).SettleBills(again(asked))).payment == found.payment
        with pytest.raises(Fault) as caught:
            await mw.others_of(world).SettleBills(again(asked, account_no="2027-06-b"))
        assert caught.value.reason.code == "BILL_PAID"
        with pytest.raises(Fault) as caught:
            await mw.others_of(world).SettleBills(
                again(asked, payee="H001", account_no="x", bills=[op.Bill(bill_id="Z", medical_type="21",
                                                                          total_fen=5)])
            )  # fmt: skip
        assert caught.value.reason.code == "BILL_NOT_BY_ITEM"
