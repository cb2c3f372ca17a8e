"""Month runs by coefficients measured on a base year, over real gRPC: kept, explained, replayed."""

from __future__ import annotations

from decimal import Decimal

import around_month as am
import pytest
import replaying
import settlement_world as sw
from test_weighed_runs import rule, start, stored

from chspay.settlement.v1 import inputs_pb2, inputs_pb2_grpc
from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth
from chspay_settlement.clients import Policies
from chspay_settlement.engine.coefficient.table import CoefficientRow, CoefficientTable

MEASURED = {
    "coefficient__method": "cost_ratio@1", "coefficient__guard": "none@1", "coefficient__renormalise": "no",
    "coefficient__places": "4",
}  # fmt: skip


def table(*units: int, method: str = "cost_ratio@1") -> CoefficientTable:
    """Coefficients of the three hospitals, ten-thousandths."""
    rows = tuple(
        CoefficientRow(code, "", "", 90, 10**9, unit * 10**8, unit)
        for code, unit in zip(am.CODES, units, strict=True)
    )
    return CoefficientTable(method, "990100 2025", 4, "", "", (1, 1), True, (), rows)


@pytest.fixture
async def world(migrated_db, monkeypatch):
    monkeypatch.setattr(Policies, "FRESH_SECONDS", 0.0)
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        running.inputs = inputs_pb2_grpc.InputServiceStub(running.channel)
        yield running


async def put(world, found: CoefficientTable | bytes, in_force: str) -> inputs_pb2.CoefficientTable:
    """Keeps a table from a month on."""
    content = found if isinstance(found, bytes) else found.content
    with auth.use_claim(sw.BUREAU):
        answer = await world.inputs.PutCoefficientTable(
            inputs_pb2.PutCoefficientTableRequest(
                request_id=am.request_id(), pool=sw.POOL, in_force=in_force, content=content
            )
        )
    return answer.table


async def test_a_month_uses_the_coefficients_in_force_and_keeps_them(world, tmp_path):
    """Next year's coefficients must not move a month that was paid by this year's."""
    rule(world, {}, **MEASURED)
    await am.lists(world, 7)
    fault = await am.refused(start(world, 7))
    assert fault.reason.code == "COEFFICIENT_TABLE_NOT_STORED"
    first = table(9_000, 10_000, 11_500)
    kept = await put(world, first, "2026-01")
    await put(world, table(1, 1, 1), "2026-08")
    assert (kept.digest, kept.method, kept.in_force) == (first.digest, "cost_ratio@1", "2026-01")
    run = await world.ended((await start(world, 7)).run.run_id)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    query = "SELECT content FROM settlement.run_input WHERE run_id = $1 AND kind = 'coefficients'"
    assert await stored(world, query, run.run_id) == first.content
    await put(world, table(2, 2, 2), "2026-01")
    shown = set()
    for code in am.CODES:
        with auth.use_claim(sw.hospital_claim(code)):
            request = pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code, page_size=5)
            for case in (await world.stub.ListRunCases(request)).cases:
                asked = pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=code, case_id=case.case_id)
                lines = {line.key: line for line in (await world.stub.ExplainCase(asked)).worksheet.lines}
                if "coefficient" in lines:
                    assert lines["coefficient_table"].value == first.digest
                    shown.add((code, Decimal(lines["coefficient"].value)))
    assert shown == {("H001", Decimal("0.9")), ("H002", Decimal(1)), ("H003", Decimal("1.15"))}
    with auth.use_claim(sw.BUREAU):
        again = await world.month.StartReplay(
            mpb.StartReplayRequest(request_id=am.request_id(), run_id=run.run_id)
        )
        listed = await world.inputs.ListCoefficientTables(
            inputs_pb2.ListCoefficientTablesRequest(pool=sw.POOL, page_size=2)
        )
        read = await world.inputs.GetCoefficientTable(
            inputs_pb2.GetCoefficientTableRequest(table_id=kept.table_id)
        )
    assert (await world.ended(again.run.run_id)).statements_digest == run.statements_digest
    (done,) = await replaying.again(world, run.run_id, tmp_path)
    assert (done.place, done.found) == (None, run.statements_digest)
    assert (len(listed.tables), bool(listed.next_page_token)) == (2, True)
    assert read.content == first.content


async def test_what_is_not_such_a_table_is_refused(world):
    """A changed byte, another method or another pool's bureau must stop before anything is kept."""
    good = table(9_000, 10_000, 11_500)
    for content, reason in (
        (good.content + b" ", "COEFFICIENT_TABLE_BROKEN"),
        (table(1, 1, 1, method="none@1").content, "COEFFICIENT_TABLE_OTHER"),
    ):
        fault = await am.refused(put(world, content, "2026-10"))
        assert fault.reason.code == reason
    with auth.use_claim(sw.COUNTY_BUREAU):
        request = inputs_pb2.PutCoefficientTableRequest(
            request_id=am.request_id(), pool=sw.POOL, in_force="2026-10", content=good.content
        )
        fault = await am.refused(world.inputs.PutCoefficientTable(request))
    assert fault.reason.code == "REGION_DENIED"
    await put(world, table(1, 1, 1, method="by_group@1"), "2026-10")
    rule(world, {}, **MEASURED)
    await am.lists(world, 10)
    fault = await am.refused(start(world, 10))
    assert fault.reason.code == "COEFFICIENT_TABLE_OTHER"
    with auth.use_claim(sw.BUREAU):
        fault = await am.refused(
            world.inputs.GetCoefficientTable(inputs_pb2.GetCoefficientTableRequest(table_id="CT-0"))
        )
    assert fault.reason.code == "COEFFICIENT_TABLE_NOT_FOUND"
