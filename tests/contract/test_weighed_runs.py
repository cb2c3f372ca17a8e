"""Month runs priced by a published weight table over real gRPC, from start to replay."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import around_month as am
import pytest
import replaying
import settlement_world as sw

from chspay.grouper.v1 import artefacts_pb2, artefacts_pb2_grpc
from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.bundle import Bundle
from chspay_core.policy import canonical_json
from chspay_core.weight_table import DRG, Facts, Row, WeightTable, seal
from chspay_kit import auth
from chspay_settlement.clients import Policies

NAME = "weights-990100@2026"


def weights(drop: str = "", scale: str = "100") -> WeightTable:
    """Weights of the three groups the lists fall into; one by level, one without coefficient."""
    rows = [
        Row(DRG, drg, 9, 9, True, free, "0.4", Fraction(mean), 2 * mean, micro, micro * 100, (), levels)
        for drg, mean, micro, free, levels in (
            ("I69", 1_100_000, 1_000_000, False, ((1, 900_000), (2, 1_000_000), (3, 1_100_000))),
            ("J19", 1_000_000, 910_000, True, ()),
            ("K89", 1_200_000, 1_090_000, False, ((1, 980_000), (2, 1_090_000), (3, 1_200_000))),
        )
        if drg != drop
    ]  # fmt: skip
    digest = sw.sealed_digest()
    facts = Facts("weights-990100", sw.POOL, "2026-01-01", "f" * 64, digest, scale, 4, Fraction(1_100_000))
    return seal(facts, rows, ())


class Artefacts(artefacts_pb2_grpc.ArtefactServiceServicer):
    """Keeps weight tables as the grouper does: by digest."""

    WRITES = frozenset({"PutArtefact"})

    def __init__(self) -> None:
        self.tables: dict[str, bytes] = {}
        self.asked = 0

    async def GetArtefactContent(
        self, request: Any, context: Any
    ) -> artefacts_pb2.GetArtefactContentResponse:
        self.asked += 1
        return artefacts_pb2.GetArtefactContentResponse(content=self.tables[request.name])


@pytest.fixture
async def artefacts(monkeypatch):
    """The grouper of this world answers for weight tables too."""
    found = Artefacts()
    add, name = artefacts_pb2_grpc.add_ArtefactServiceServicer_to_server, "chspay.grouper.v1.ArtefactService"
    plain = sw.Neighbours.serve_all

    async def serve_all(self: sw.Neighbours, servicers: list[Any], database: Any) -> int:
        grouper = any(full == "chspay.grouper.v1.GrouperService" for _, _, full in servicers)
        return await plain(self, [*servicers, *([(add, found, name)] if grouper else [])], database)

    monkeypatch.setattr(sw.Neighbours, "serve_all", serve_all)
    return found


@pytest.fixture
async def world(migrated_db, artefacts, monkeypatch):
    monkeypatch.setattr(Policies, "FRESH_SECONDS", 0.0)  # the policy changes from step to step
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


def rule(world: sw.World, schemes: dict[str, str], **values: Any) -> None:
    """Has the policy of the pool say otherwise under these keys (``__`` for a dot)."""
    plain = Bundle.load(sw.POLICY, sw.POOL)
    content = json.loads(plain.content)
    changed = {key.replace("__", "."): value for key, value in values.items()}
    kept = [rule for rule in content["rules"] if rule["key"] not in changed]
    example = {**content["rules"][0], "place": sw.POOL, "since": "2020-01-01"}
    new = [{**example, "key": key, "label": key, "unit": "text", "value": changed[key]} for key in changed]
    chain = list(plain.chain)
    content["rules"] = sorted([*kept, *new], key=lambda r: (r["key"], chain.index(r["place"]), r["since"]))
    content["schemes"] |= schemes
    world.rulebook.bundles = {sw.POOL: Bundle.parse(canonical_json(content))}


def weighed(world: sw.World, table: WeightTable, **more: Any) -> None:
    """Has the policy of the pool price by this table."""
    rule(
        world, {NAME: table.digest}, points__source="weight_table@1", grouping__weight_table=NAME,
        **more,
    )  # fmt: skip


async def start(world: sw.World, month: int) -> Any:
    """Starts a run of a month with a fund."""
    world.budget.months[sw.POOL, 2026, month] = 50_000_003
    request = pb.StartMonthRunRequest(request_id=am.request_id(), pool=sw.POOL, year=2026, month=month)
    with auth.use_claim(sw.BUREAU):
        return await world.stub.StartMonthRun(request)


async def stored(world: sw.World, sql: str, *values: Any) -> Any:
    """A value of the database."""
    async with world.database.unit(auth.service_claim("test")) as unit:
        return await (await unit.connection()).fetchval(sql, *values)


async def test_a_month_is_priced_explained_and_replayed_by_the_table_policy_names(world, artefacts, tmp_path):
    """The weights of a year must reach every statement, and stay with it when new ones are published."""
    table = weights()
    artefacts.tables[table.digest] = table.content
    weighed(world, table)
    await am.lists(world, 3)
    run = await world.ended((await start(world, 3)).run.run_id)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    statements = await am.statements(world, run)
    assert sum(one.fund_fen for one in statements.values()) == run.fund_fen
    query = "SELECT content FROM settlement.run_input WHERE run_id = $1 AND kind = 'weight_table'"
    assert await stored(world, query, run.run_id) == table.content
    # From here on the run stands on what it kept.
    artefacts.tables.clear()
    asked = artefacts.asked
    levels = set()
    for code in am.CODES:
        with auth.use_claim(sw.hospital_claim(code)):
            found = await world.stub.ListRunCases(
                pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code)
            )
            for case in found.cases:
                request = pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=code, case_id=case.case_id)
                sheet = (await world.stub.ExplainCase(request)).worksheet
                lines = {line.key: line for line in sheet.lines}
                assert lines["weight_table"].value == table.digest
                assert lines["weight_table"].rule == "grouping.weight_table"
                levels.add((code, case.drg, lines["base"].value) if case.drg else ())
    assert {("H001", "I69", "90"), ("H002", "J19", "91"), ("H003", "K89", "120")} <= levels
    with auth.use_claim(sw.BUREAU):
        again = await world.month.StartReplay(
            mpb.StartReplayRequest(request_id=am.request_id(), run_id=run.run_id)
        )
    replayed = await world.ended(again.run.run_id)
    assert replayed.state == pb.RUN_STATE_DONE or replayed.nature == "replay", replayed.failure_message
    assert replayed.statements_digest == run.statements_digest
    (done,) = await replaying.again(world, run.run_id, tmp_path)
    assert (done.place, done.found) == (None, run.statements_digest)
    assert artefacts.asked == asked
    case = am.case_in(3, 4)
    await world.submit(am.request_id(), am.raised(case, 2_000_000))
    shown = await am.preview(world)
    assert len(shown.differences) == 1
    assert await am.commit(world, shown.preview_digest)


async def test_a_table_that_is_not_the_one_named_stops_before_anything_is_written(world, artefacts):
    """Priced by the wrong version of a table, a month would look right in every total."""
    await am.lists(world, 4)
    right, wide = weights(), weights(scale="1000")
    for table, content, reason in (
        (right, weights(drop="K89").content, "ARTEFACT_UNLIKE_POLICY"),
        (right, right.content[:-2], "WEIGHT_TABLE_UNREADABLE"),
        (wide, wide.content, "WEIGHT_TABLE_SCALE"),
    ):
        artefacts.tables = {table.digest: content}
        weighed(world, table)
        fault = await am.refused(start(world, 4))
        assert fault.reason.code == reason
    assert await stored(world, "SELECT count(*) FROM settlement.month_run WHERE period = 202604") == 0
    assert not await stored(world, "SELECT EXISTS (SELECT FROM settlement.run_input i WHERE NOT EXISTS"
                            " (SELECT FROM settlement.month_run r WHERE r.run_id = i.run_id))")  # fmt: skip


async def test_a_group_without_weight_fails_the_run_or_is_settled_as_policy_says(world, artefacts):
    """A weight nobody published is not made up: the month waits, or a rule says what becomes of it."""
    table = weights(drop="K89")
    artefacts.tables[table.digest] = table.content
    await am.lists(world, 5)
    weighed(world, table)
    failed = await world.ended((await start(world, 5)).run.run_id)
    assert (failed.state, failed.failure_reason) == (pb.RUN_STATE_FAILED, "GROUP_NOT_IN_WEIGHT_TABLE")
    weighed(world, table, points__group_absent="as_ungrouped")
    run = await world.ended((await start(world, 5)).run.run_id)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    kinds = {}
    with auth.use_claim(sw.BUREAU):
        for code in am.CODES:
            found = await world.stub.ListRunCases(
                pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code)
            )
            kinds |= {case.drg: case.kind for case in found.cases if case.drg == "K89"}
    assert kinds == {"K89": "ungrouped"}
