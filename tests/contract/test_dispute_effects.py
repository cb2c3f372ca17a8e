"""From a decision to the statement, over real gRPC: dispute's outbox, settlement, and back."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date
from types import SimpleNamespace

import around_month as am
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.dispute.v1 import effects_pb2 as epb
from chspay.dispute.v1 import effects_pb2_grpc
from chspay.settlement.v1 import (
    disputable_pb2,
    disputable_pb2_grpc,
    ledger_pb2,
    ledger_pb2_grpc,
    outcomes_pb2_grpc,
)
from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import outcomes_pb2 as opb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_dispute.app import effects, shelf
from chspay_dispute.main import build
from chspay_dispute.store import effects as rows
from chspay_dispute.store.cases import StoredCase, StoredDecision
from chspay_kit import auth
from chspay_kit.grpc_client import Channel

pytestmark = pytest.mark.asyncio(loop_scope="module")
FUND = 9_000_001
SERVICE = auth.service_claim("dispute")
CLEARING = auth.Claim("jie", "bureau", region="9901", duties=("clearing",))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """Settlement with January closed, and dispute beside it with its relay at work."""
    async with (
        sw.world(migrated_db.url("settlement")) as running,
        sw.opened(migrated_db.url("dispute")) as database,
        sw.neighbours(database) as beside,
    ):
        await am.hospitals(running)
        await am.lists(running, 1, 30)
        run = await running.month_run("effects-1", FUND, month=1)
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        settlement = beside.channel(int(running.target.rsplit(":", 1)[1]))
        made = build(database, beside.channel(beside.ports["rulebook"]), settlement, shelf.calendar())
        port = await beside.serve_all(made.servicers, database)
        relay = asyncio.create_task(made.jobs[1]())
        beside.stack.callback(relay.cancel)
        running.january, running.disputes = (
            run,
            SimpleNamespace(database=database, channel=beside.channel(port), built=made),
        )
        yield running


def filed(case, type_: str = "T1", **more: object) -> StoredCase:
    """A case as it was filed."""
    fields = dict.fromkeys(StoredCase.__dataclass_fields__, "")
    return StoredCase(
        **fields
        | {
            "case_no": f"{type_}-{case.case_id}", "type": type_, "hospital_code": case.hospital_code,
            "region_code": am.HOSPITALS[case.hospital_code], "pool": sw.POOL, "year": "2026",
            "list_id": "L" if type_ in {"T1", "T2"} else "", "content": {"facts": {"case_id": case.case_id}},
            "filed_day": date(2026, 2, 1),
        }
        | more
    )  # fmt: skip


def decided(outcome: str, points: int | None = None, **body: object) -> StoredDecision:
    """A decision as it stands."""
    fields = dict.fromkeys(StoredDecision.__dataclass_fields__, "")
    return StoredDecision(
        **fields
        | {
            "decision_no": "特议〔2026〕7号", "outcome": outcome, "points_micro": points,
            "body": {"cites": ["医保发〔2025〕18号"], **body},
        }
    )  # fmt: skip


async def enqueue(world, case: StoredCase, decision: StoredDecision, document: str = "") -> None:
    """What a step of the case does in its transaction."""
    async with world.disputes.database.unit(SERVICE) as unit:
        await effects.enqueue(await unit.connection(), case, decision, document)


async def until(world, effect_id: str, *states: str, reason: str = "") -> rows.Effect:
    """The effect once it is in one of these states, for this reason."""
    async with asyncio.timeout(25):
        while True:
            async with world.disputes.database.unit(SERVICE) as unit:
                found = await rows.one(await unit.connection(), effect_id)
            if found is not None and found.state in states and reason in {"", found.reason}:
                return found
            await asyncio.sleep(0.05)


async def points(world, case) -> tuple[float, int]:
    """Where a case stands: points and fund."""
    with auth.use_claim(sw.BUREAU):
        stub = disputable_pb2_grpc.DisputableServiceStub(world.channel)
        found = await stub.GetCaseFacts(
            disputable_pb2.GetCaseFactsRequest(hospital_code=case.hospital_code, case_id=case.case_id)
        )
    return float(found.facts.points.value), found.facts.fund_fen


async def test_a_decision_reaches_the_next_statement_and_its_revocation_takes_it_back(world):
    """Extra points granted by a panel must be paid and cited, and be gone to the fen when taken back."""
    case = am.case_in(1, 3)
    before, paid = await points(world, case)
    old = {code: one.content for code, one in (await am.statements(world, world.january)).items()}
    await enqueue(world, filed(case), decided("ADJUST", 321_000_000))
    moved = await until(world, "T1-M1-3-post", "moved")
    assert moved.points_micro == 321_000_000 - round(before * 1_000_000)
    after, now = await points(world, case)
    assert (after, moved.fen) == (321, now - paid)
    assert moved.paid_month == "2026-02"
    assert moved.value_delta.startswith("-")
    await am.lists(world, 2, 6)
    run = await world.month_run("effects-2", FUND, month=2)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    said = am.content(await am.statement(world, run, case.hospital_code))
    lines = [(line["note"], line["number"]) for line in said["payment"] if line["kind"] == "difference"]
    assert lines == [("特议〔2026〕7号 T1-M1-3", moved.difference_id)]
    with auth.use_claim(sw.BUREAU):
        await ledger_pb2_grpc.LedgerServiceStub(world.channel).VerifyLedger(
            ledger_pb2.VerifyLedgerRequest(pool=sw.POOL)
        )
        again = await world.month.StartReplay(
            mpb.StartReplayRequest(request_id=am.request_id(), run_id=world.january.run_id)
        )
    assert (await world.ended(again.run.run_id)).state == pb.RUN_STATE_DONE
    assert old == {code: one.content for code, one in (await am.statements(world, world.january)).items()}
    await enqueue(world, filed(case), decided("ADJUST", 321_000_000), "撤〔2026〕1号")
    back = await until(world, "T1-M1-3-revoke", "moved")
    assert (back.points_micro, back.fen) == (-moved.points_micro, -moved.fen)
    assert back.paid_month == "2026-03"
    assert await points(world, case) == (before, paid)


async def test_a_list_paid_by_item_gets_the_points_its_month_gives_the_cost(world):
    """Dispute shows an estimate of a list paid by item; what is paid follows the cost as settled."""
    case = am.case_in(1, 13)
    await enqueue(world, filed(case), decided("ITEM", 999_000_000, unreasonable_fen=100_000))
    moved = await until(world, "T1-M1-13-post", "moved")
    with auth.use_claim(sw.BUREAU):
        stub = disputable_pb2_grpc.DisputableServiceStub(world.channel)
        asked = disputable_pb2.GetCaseFactsRequest(hospital_code=case.hospital_code, case_id=case.case_id)
        facts = (await stub.GetCaseFacts(asked)).facts
    exact = (facts.cost_fen - 100_000) / facts.city_mean_fen * 100
    assert float(facts.points.value) == pytest.approx(exact, abs=1e-3)
    assert moved.points_micro


async def test_what_is_enqueued_twice_or_moves_nothing_is_one_or_none(world):
    """A step that is told twice must not pay twice; a decision that keeps the payment has nothing to send."""
    case = am.case_in(1, 4)
    for _ in range(2):
        await enqueue(world, filed(case), decided("KEEP"))
    kept = await until(world, "T1-M1-4-post", "nothing")
    assert (kept.due, kept.attempts) == (False, 0)
    await enqueue(world, filed(case), decided("KEEP"), "撤〔2026〕2号")
    assert (await until(world, "T1-M1-4-revoke", "nothing")).content == {}


async def test_a_refused_effect_stands_with_its_reason_until_the_officer_mends_it(world):
    """Money that was decided may wait, but never be lost without anybody knowing."""
    case = am.case_in(1, 5)
    await enqueue(world, filed(case, "T3", subject_ref="F-5"), decided("REVOKE", restored_fen=0))
    refused = await until(world, "T3-M1-5-post", "refused")
    assert (refused.reason, refused.due) == ("FINDING_NOT_FOUND", False)
    stub = effects_pb2_grpc.EffectServiceStub(world.disputes.channel)

    async def retry(claim: auth.Claim) -> None:
        with auth.use_claim(claim):
            await stub.RetryEffect(
                epb.RetryEffectRequest(request_id=am.request_id(), effect_id="T3-M1-5-post")
            )

    hospital = sw.hospital_claim(case.hospital_code)
    assert (await am.refused(retry(hospital))).reason.code == "ROLE_DENIED"
    with auth.use_claim(hospital):
        seen = await stub.ListEffects(epb.ListEffectsRequest(state=epb.EFFECT_STATE_REFUSED))
    assert [(one.effect_id, one.reason) for one in seen.effects] == [("T3-M1-5-post", "FINDING_NOT_FOUND")]
    await am.find(world, ("F-5", case, 40_000))
    await am.decide_finding(world, "F-5", "upheld")
    await retry(CLEARING)
    assert (await until(world, "T3-M1-5-post", "delivered", "moved", "nothing")).reason == ""


async def test_what_is_taken_back_before_it_arrived_is_never_paid(world):
    """A decision that was refused and then revoked must not be paid by handing it over once more."""
    case = am.case_in(1, 11)
    new, said = filed(case, "T3", subject_ref="F-11"), decided("REVOKE")
    await enqueue(world, new, said)
    await until(world, "T3-M1-11-post", "refused")
    await enqueue(world, new, said, "撤〔2026〕11号")
    assert (await until(world, "T3-M1-11-post", "nothing")).due is False
    assert (await until(world, "T3-M1-11-revoke", "nothing")).due is False
    await am.find(world, ("F-11", case, 40_000))
    stub = effects_pb2_grpc.EffectServiceStub(world.disputes.channel)
    again = epb.RetryEffectRequest(request_id=am.request_id(), effect_id="T3-M1-11-post")
    with auth.use_claim(CLEARING):
        assert (await am.refused(stub.RetryEffect(again))).reason.code == "EFFECT_TAKEN_BACK"


async def test_what_arrived_without_anybody_knowing_is_taken_back(world, monkeypatch):
    """The answer of settlement was lost, and the case revoked meanwhile: the money must come back."""
    case = am.case_in(1, 12)
    before, write = await points(world, case), rows.write

    async def forgetting(connection, effect_id, seconds, **changes):
        if effect_id == "T1-M1-12-post" and changes["state"] == "delivered":
            raise ConnectionResetError("killed")
        await write(connection, effect_id, seconds, **changes)

    with monkeypatch.context() as patch:
        patch.setattr(rows, "write", forgetting)
        await enqueue(world, filed(case), decided("ADJUST", 250_000_000))
        async with asyncio.timeout(20):
            while True:
                if await _known(world, "特议〔2026〕7号 T1-M1-12") is not None:
                    break
                await asyncio.sleep(0.05)
        await enqueue(world, filed(case), decided("ADJUST", 250_000_000), "撤〔2026〕12号")
    await until(world, "T1-M1-12-revoke", "moved", "nothing")
    assert (await _known(world, "特议〔2026〕7号 T1-M1-12")) == opb.OUTCOME_STATE_NOTHING
    assert await points(world, case) == before


async def _known(world, number: str) -> int | None:
    """How far settlement is with a number; nothing where it has never heard of it."""
    stub = outcomes_pb2_grpc.OutcomeServiceStub(world.channel)
    try:
        with auth.use_claim(sw.BUREAU):
            return (await stub.GetOutcome(opb.GetOutcomeRequest(decision_no=number))).moved.state
    except Fault:
        return None


async def test_a_hospital_that_names_what_is_anothers_moves_nothing(world):
    """T3 and T7 name a deduction or a decision in free text: it has to be the hospital's own."""
    case = am.case_in(1, 10)
    other = next(code for code in am.HOSPITALS if code != case.hospital_code)
    await am.find(world, ("F-10", case, 30_000))
    await am.decide_finding(world, "F-10", "upheld")
    await am.decide(world, "稽核10号", case, "violation", value="1")
    for type_, ref in (("T3", "F-10"), ("T7", "稽核10号")):
        new = filed(case, type_, subject_ref=ref, hospital_code=other)
        await enqueue(world, new, decided("REVOKE"))
        refused = await until(world, f"{type_}-M1-10-post", "refused", "delivered", "moved")
        assert (refused.state, refused.reason) == ("refused", "OUTCOME_FOREIGN")
    # The violation itself is taken back by its own number: it must not wait for the other tests.
    await am.decide(world, "撤稽10号", case, "revoke", revokes="稽核10号")


async def test_a_relay_that_dies_between_sending_and_noting_sends_again_and_pays_once(world, monkeypatch):
    """Killed at the worst moment, the next relay finds the outcome taken in and goes on."""
    case = am.case_in(1, 6)
    once, write = [], rows.write

    async def dying(connection, effect_id, seconds, **changes):
        if effect_id == "T1-M1-6-post" and not once:
            once.append(effect_id)
            raise ConnectionResetError("killed")
        await write(connection, effect_id, seconds, **changes)

    monkeypatch.setattr(rows, "write", dying)
    await enqueue(world, filed(case), decided("ADJUST", 250_000_000))
    moved = await until(world, "T1-M1-6-post", "moved")
    assert once
    assert (await points(world, case))[0] == 250
    assert moved.difference_id


async def test_corrections_nobody_disputed_are_left_to_the_clearing_officer(world):
    """The relay posts what disputes decided; a corrected list beside it is looked at by a person."""
    other, case = am.case_in(1, 7), am.case_in(1, 9)
    await world.submit("effects-other", am.raised(other))
    await enqueue(world, filed(case, "T2"), decided("REGROUP", drg="J19"))
    await until(world, "T2-M1-9-post", "delivered", reason="OTHER_CHANGES_WAIT")
    shown = await am.preview(world)
    await am.commit(world, shown.preview_digest, "结算岗统一入账")
    moved = await until(world, "T2-M1-9-post", "moved")
    assert moved.points_micro
    with auth.use_claim(auth.Claim("bureau-9902", "bureau", region="9902")):
        seen = await effects_pb2_grpc.EffectServiceStub(world.disputes.channel).ListEffects(
            epb.ListEffectsRequest()
        )
    assert not seen.effects


async def test_settlement_away_is_waited_for(world):
    """A neighbour that restarts must cost minutes, never a decision."""
    away = Channel("127.0.0.1:1", sw.KEY)
    from chspay_dispute.app.relay import Relay

    relay = Relay(away, world.disputes.built.moves.policies, world.disputes.built.moves.today)
    effect = rows.New(
        "T1-AWAY-post", "T1-AWAY", "post", sw.POOL, "H001", sw.COUNTY, "远1号 T1-AWAY", "x",
        {"case": {"hospital_code": "H001", "case_id": "M1-0", "kind": "incomplete"}},
    )  # fmt: skip
    with contextlib.suppress(_Undone), auth.use_claim(SERVICE):
        async with world.disputes.database.unit(SERVICE) as unit:
            connection = await unit.connection()
            await rows.put(connection, effect)
            fault = await am.refused(relay.step(connection, effect.effect_id, None))
            assert fault.reason.kind.name == "UNAVAILABLE"
            raise _Undone
    await away.close()


class _Undone(Exception):
    """Leaves no trace of a test."""


@pytest.mark.parametrize(
    ("type_", "decision", "more", "content"),
    [
        ("T1", decided("ITEM", unreasonable_fen=1234), {}, {"mode": "by_item", "value": "12.34"}),
        ("T1", decided("ITEM", 9, unreasonable_fen=1234), {}, {"mode": "by_item", "value": "12.34"}),
        ("T1", decided("PARTIAL", 9, unreasonable_fen=1), {}, {"mode": "by_item", "value": "0.01"}),
        ("T1", decided("ADJUST", 9_000_000), {}, {"mode": "points", "value": "9"}),
        ("T2", decided("REVOKE", 9), {}, "EFFECT_NO_WAY"),
        ("T2", decided("REGROUP", drg="BR25"), {}, {"kind": "regroup", "value": "BR25"}),
        ("T3", decided("PARTIAL", restored_fen=5), {"subject_ref": "F"}, {"restored_fen": 5}),
        ("T5", decided("ADJUST", 92_500_000), {}, {"kind": "score", "value": "92.5", "year": 2026}),
        ("T5", decided("ADJUST", 1), {"year": "", "subject_ref": "考核〔2025〕9号"}, {"year": 2025}),
        ("T5", decided("ADJUST", 1), {"year": "", "subject_ref": "〔2026〕9号评2025年"}, "EFFECT_NO_WAY"),
        ("T7", decided("REVOKE"), {"subject_ref": "稽1号"}, "稽1号"),
        ("T7", decided("REVOKE", restored_fen=7), {"subject_ref": "F"}, {"restored_fen": 7, "whole": True}),
        ("T3", decided("REVOKE"), {"subject_ref": "F"}, {"whole": True}),
        ("T3", decided("PARTIAL"), {"subject_ref": "F"}, "EFFECT_NO_WAY"),
        ("T3", decided("DEDUCT"), {"subject_ref": "F"}, None),
        ("T3", decided("REVOKE"), {}, "EFFECT_NO_WAY"), ("T5", decided("ADJUST"), {}, "EFFECT_NO_WAY"),
        ("T4", decided("ADJUST", 1), {"list_id": ""}, "EFFECT_NO_WAY"),
        ("T7", decided("PARTIAL"), {"subject_ref": "F"}, "EFFECT_NO_WAY"),
    ],
)  # fmt: skip
async def test_every_outcome_has_its_way_into_settlement(type_, decision, more, content):
    """What a panel may decide must be expressible, or be refused while it is being decided."""
    case = filed(am.case_in(1, 1), type_, **more)
    if content == "EFFECT_NO_WAY":
        with pytest.raises(Fault) as caught:
            effects.content_of(case, decision)
        assert caught.value.reason.code == content
        return
    found = effects.content_of(case, decision)
    if content is None:
        assert found == {}
    elif isinstance(content, str):
        assert found == {"revokes": content}
    else:
        assert content.items() <= next(iter(found.values())).items()
