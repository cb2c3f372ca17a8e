"""DIP catalogues and weight tables inside the service: kept, led to publication, grouped and measured by."""

from __future__ import annotations

import io
import itertools
import json
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from grouper_world import HOSPITAL, grouping

import chspay_policy
from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import artefacts_pb2 as pb
from chspay.grouper.v1 import dip_pb2, runs_pb2, schemes_pb2, weights_pb2
from chspay_core.artefact import Artefact
from chspay_core.bundle import Bundle
from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_core.tables import CASE_SCHEMA
from chspay_core.weight_table import load_weight_table
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.match import DipGrouper
from chspay_grouper.engine.dip.tables import tables_from_files
from chspay_grouper.engine.life import Evaluation, Event, Record
from chspay_kit.auth import use_claim
from chspay_kit.convert import case_to_pb, date_to_pb
from chspay_kit.db import Database
from chspay_kit.sm2 import Sm2Key

_numbers = itertools.count(1)
KEY, EXPERT = Sm2Key.generate(), Sm2Key.generate()
POLICY = Bundle.load(chspay_policy.ROOT, "990100")
DIP, WEIGHTS = pb.ARTEFACT_KIND_DIP_CATALOGUE, pb.ARTEFACT_KIND_WEIGHT_TABLE
_SCHEMA = pa.schema([*CASE_SCHEMA, ("drg", pa.string()), ("status", pa.string())])


@pytest.fixture
async def database(migrated_db):
    database = Database(migrated_db.url("grouper"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def world(database):
    async with grouping(database, trusted=frozenset({KEY.public_hex(), EXPERT.public_hex()})) as world:
        yield world


def fresh() -> str:
    return f"artefact-{next(_numbers)}"


async def refused(call) -> str:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


def cases(n: int = 40) -> list[Case]:
    """Appendicitis and pneumonia of the year before, and one principal nobody grouped."""
    return [
        Case(
            case_id=f"c{i}", hospital_code="H1", sex=1, age_years=50, los_days=5,
            discharge_date=date(2025, 3, 1), total_cost_fen=900_000 + 1_000 * i,
            diagnoses=("K35.900",) if i % 2 else ("J18.900",),
        )
        for i in range(n)
    ]  # fmt: skip


def batch_of(found: list[Case]) -> pa.RecordBatch:
    """Cases with the group some scheme gave them."""
    rows = [
        {
            "case_id": case.case_id, "hospital_code": case.hospital_code, "sex": case.sex,
            "age_years": case.age_years, "discharge_date": case.discharge_date, "los_days": case.los_days,
            "diagnoses": list(case.diagnoses), "total_cost": Decimal(case.total_cost_fen or 0).scaleb(-2),
            "drg": "GE1" if case.diagnoses == ("K35.900",) else "ES2", "status": "grouped",
        }
        for case in found
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def parquet(found: list[Case]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch_of(found)]), sink)
    return sink.getvalue()


def catalogue():
    """A small catalogue of these very cases."""
    folder = chspay_policy.ROOT / "dip" / "starter"
    tables = tables_from_files({path.name: path.read_bytes() for path in folder.glob("*.csv")})
    return build(
        [batch_of(cases())], POLICY.on(date(2026, 1, 1)), tables, catalogue_id="dip-990100"
    ).catalogue


async def put(world, kind, content: bytes):
    return await world.artefacts.PutArtefact(
        pb.PutArtefactRequest(request_id=fresh(), kind=kind, content=content)
    )


async def finished(world, run_id: str, *parts: bytes) -> runs_pb2.GroupRun:
    for number, part in enumerate(parts):
        await world.runs.PutGroupRunCases(
            runs_pb2.PutGroupRunCasesRequest(request_id=fresh(), run_id=run_id, part_no=number, cases=part)
        )
    await world.runs.CloseGroupRunCases(
        runs_pb2.CloseGroupRunCasesRequest(request_id=fresh(), run_id=run_id, parts=len(parts))
    )
    async for answer in world.runs.WatchGroupRun(runs_pb2.WatchGroupRunRequest(run_id=run_id)):
        run = answer.run
    assert run.state == runs_pb2.GROUP_RUN_STATE_DONE, run
    return run


async def run_through(world, kind: str, name: str, *parts: bytes) -> runs_pb2.GroupRun:
    started = await world.runs.StartGroupRun(
        runs_pb2.StartGroupRunRequest(request_id=fresh(), scheme=name, kind=kind)
    )
    return await finished(world, started.run.run_id, *parts)


def measure(world, **changes):
    request = {
        "request_id": fresh(), "policy": POLICY.content, "on": date_to_pb(date(2026, 1, 1)),
        "table_id": "weights-990100", **changes,
    }  # fmt: skip
    return world.weights.StartWeightRun(weights_pb2.StartWeightRunRequest(**request))


async def publish(world, about: Artefact, run: str) -> int:
    """Seals, has evaluated and publishes; the state it leads to."""

    def add(record: Record):
        signed = KEY.sign_raw(record.content)
        return world.schemes.AddSchemeRecord(
            schemes_pb2.AddSchemeRecordRequest(request_id=fresh(), content=record.content, signature=signed)
        )

    first = await add(Record(about, 1, Event.SEAL, date(2026, 1, 1), KEY.public_hex()))
    verdict = Evaluation(
        about.kind, about.digest, run, True, "评估组", date(2026, 1, 20), "", EXPERT.public_hex()
    )
    kept = await world.schemes.AddSchemeEvaluation(
        schemes_pb2.AddSchemeEvaluationRequest(
            request_id=fresh(), content=verdict.content, signature=EXPERT.sign_raw(verdict.content)
        )
    )
    record = Record(
        about, 2, Event.PUBLISH, date(2026, 2, 1), KEY.public_hex(),
        previous=first.digest, run=run, evaluation=kept.digest,
    )  # fmt: skip
    return (await add(record)).state


async def test_a_catalogue_is_kept_read_and_grouped_by(world):
    """A hospital asks one case at a time and must get the answer of the published catalogue, with its why."""
    made = catalogue()
    kept = (await put(world, DIP, made.content)).artefact
    assert (kept.artefact_id, kept.digest, kept.usage) == ("dip-990100", made.digest, "demo")
    assert (await put(world, DIP, made.content)).artefact == kept
    read = await world.artefacts.GetArtefactContent(pb.GetArtefactContentRequest(kind=DIP, name="dip-990100"))
    assert read.content == made.content
    listed = await world.artefacts.ListArtefacts(pb.ListArtefactsRequest(kind=DIP))
    assert kept in listed.artefacts
    grouper = DipGrouper(made)
    with use_claim(HOSPITAL):
        for case in cases(4):
            answer = (
                await world.dip.GroupDipCase(
                    dip_pb2.GroupDipCaseRequest(catalogue="dip-990100", case=case_to_pb(case))
                )
            ).answer
            expected = grouper.answer(grouper.record(case))
            assert expected.group is not None
            assert (answer.group, answer.score_micro) == (expected.group.code, expected.group.score_micro)
            assert answer.catalogue_digest == made.digest
        told = await world.dip.ExplainDipCase(
            dip_pb2.ExplainDipCaseRequest(catalogue=made.digest, case=case_to_pb(cases(2)[1]))
        )
        assert told.steps[-1].code == told.answer.group
        assert told.prose


async def test_cases_stream_through_a_catalogue_in_order(world):
    """An information system keeps one stream open; a bad case answers invalid and the stream goes on."""
    made = catalogue()
    await put(world, DIP, made.content)
    sent = [case_to_pb(case) for case in cases(30)]
    sent[3] = case_pb2.Case(case_id="bad")
    sent[4].total_cost_fen = -1

    async def requests():
        for number, case in enumerate(sent):
            yield dip_pb2.GroupDipStreamRequest(catalogue="" if number else made.digest, case=case)

    answers = [answer.answer async for answer in world.dip.GroupDipStream(requests())]
    assert [answer.case_id for answer in answers] == [case.case_id for case in sent]
    wrong = [answer.case_id for answer in answers if answer.status == case_pb2.GROUP_STATUS_INVALID]
    assert wrong == ["bad", "c4"]


async def test_a_stored_run_over_dip_founds_a_publication(world):
    """A catalogue hospitals are paid by was tried on cases in the service, and somebody else approved it."""
    made = catalogue()
    await put(world, DIP, made.content)
    run = await run_through(world, "dip_catalogue", "dip-990100", parquet(cases(20)), parquet(cases()[20:]))
    assert (run.kind, run.cases, run.scheme_digest) == ("dip_catalogue", 40, made.digest)
    page = await world.runs.ListGroupRunAnswers(
        runs_pb2.ListGroupRunAnswersRequest(run_id=run.run_id, page_size=3)
    )
    assert [row.case_id for row in page.rows] == ["c0", "c1", "c2"]
    grouper = DipGrouper(made)
    expected = grouper.answer(grouper.record(cases(1)[0]))
    assert expected.group is not None
    assert page.rows[0].columns["dip"] == expected.group.code
    told = await world.runs.GetGroupRunStatement(runs_pb2.GetGroupRunStatementRequest(run_id=run.run_id))
    assert json.loads(told.content)["dip_catalogue"] == made.digest
    assert await publish(world, made.artefact, run.statement_digest) == schemes_pb2.SCHEME_STATE_PUBLISHED
    life = await world.artefacts.GetArtefactLife(pb.GetArtefactLifeRequest(kind=DIP, name=made.digest))
    assert [record.event for record in life.records] == ["seal", "publish"]
    other = await world.runs.StartGroupRun(
        runs_pb2.StartGroupRunRequest(request_id=fresh(), scheme="chspay_starter")
    )
    again = runs_pb2.StartGroupRunRequest(
        request_id=fresh(), scheme="dip-990100", kind="dip_catalogue", cases_of=other.run.run_id
    )
    assert await refused(world.runs.StartGroupRun(again)) == "GROUP_RUN_OTHER_KIND"


async def test_weights_are_measured_from_an_upload_and_published(world):
    """A bureau measures next year's weights in the service: draft table, worksheets, trial, publication."""
    started = await measure(world)
    run = await finished(world, started.run.run_id, parquet(cases(10)), parquet(cases()[10:]))
    assert (run.kind, run.cases, run.done, run.scheme_id) == ("measure", 40, 40, "weights-990100")
    read = await world.artefacts.GetArtefactContent(
        pb.GetArtefactContentRequest(kind=WEIGHTS, name=run.scheme_digest)
    )
    table = load_weight_table(read.content)
    assert {row.code: row.cases for row in table.rows} == {"GE1": 20, "ES2": 20}
    assert table.policy_digest == POLICY.digest
    told = await world.runs.GetGroupRunStatement(runs_pb2.GetGroupRunStatementRequest(run_id=run.run_id))
    content = json.loads(told.content)
    assert content["weight_table"] == table.digest
    assert content["sheets"]["drg GE1"]["lines"]
    tried = await run_through(world, "weight_table", "weights-990100", parquet(cases()))
    page = await world.runs.ListGroupRunAnswers(
        runs_pb2.ListGroupRunAnswersRequest(run_id=tried.run_id, page_size=1)
    )
    assert page.rows[0].columns["weight_status"] == "weighted"
    assert await publish(world, table.artefact, tried.statement_digest) == schemes_pb2.SCHEME_STATE_PUBLISHED
    same = await finished(world, (await measure(world)).run.run_id, parquet(cases(10)), parquet(cases()[10:]))
    assert same.scheme_digest == run.scheme_digest


async def test_what_cannot_be_measured_or_kept_is_refused_before_it_costs_anything(world):
    """A broken bundle, a table without a name, a spoiled form, a hospital that sets its own prices."""
    assert await refused(measure(world, policy=b"{}")) == "POLICY_BUNDLE_BROKEN"
    assert await refused(measure(world, table_id=" ")) == "WEIGHT_TABLE_UNNAMED"
    assert await refused(measure(world, scheme="abc")) == "SCHEME_DIGEST_BAD"
    content = catalogue().content
    assert await refused(put(world, DIP, content + b" ")) == "DIP_CATALOGUE_UNREADABLE"
    assert await refused(put(world, WEIGHTS, content)) == "WEIGHT_TABLE_UNREADABLE"
    assert await refused(put(world, pb.ARTEFACT_KIND_SCHEME, content)) == "SCHEME_BY_WORKBOOK"
    assert await refused(put(world, pb.ARTEFACT_KIND_UNSPECIFIED, content)) == "ARTEFACT_KIND_MISSING"
    nowhere = dip_pb2.GroupDipCaseRequest(catalogue="nowhere", case=case_to_pb(cases(1)[0]))
    assert await refused(world.dip.GroupDipCase(nowhere)) == "ARTEFACT_UNKNOWN"
    with use_claim(HOSPITAL):
        assert await refused(put(world, DIP, content)) == "ROLE_DENIED"
        assert await refused(measure(world)) == "ROLE_DENIED"
    started = await measure(world)
    part = runs_pb2.PutGroupRunCasesRequest(
        request_id=fresh(), run_id=started.run.run_id, cases=parquet(cases(3))[:-9]
    )
    assert await refused(world.runs.PutGroupRunCases(part)) == "RUN_CASES_UNREADABLE"
