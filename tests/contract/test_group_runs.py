"""Stored runs: uploaded in parts, carried out in the background whatever happens, read and compared."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import zipfile
from collections import Counter

import pyarrow as pa
import pytest
from grouper_world import BUREAU, HOSPITAL, OTHER, ROOT, STARTER, arrow, grouping, parquet, some_cases

from chspay.grouper.v1 import grouper_pb2
from chspay.grouper.v1 import runs_pb2 as pb
from chspay_core.errors import Fault
from chspay_grouper.app import chunks
from chspay_grouper.app import grouping as app_grouping
from chspay_grouper.app.dip import DipApp
from chspay_grouper.app.measuring import carry_out
from chspay_grouper.app.runners import Runners
from chspay_grouper.app.runs import CarriedOut
from chspay_grouper.engine import given
from chspay_kit import chunk
from chspay_kit.auth import use_claim
from chspay_kit.db import Database
from chspay_kit.worker import Worker

_numbers = itertools.count(1)


@pytest.fixture
async def database(migrated_db):
    database = Database(migrated_db.url("grouper"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def world(database, monkeypatch):
    """A running grouper whose runs take small steps."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 7)
    async with grouping(database) as world:
        yield world


def fresh() -> str:
    return f"run-test-{next(_numbers)}"


async def uploaded(world, *parts: bytes, scheme: str = STARTER) -> str:
    started = await world.runs.StartGroupRun(pb.StartGroupRunRequest(request_id=fresh(), scheme=scheme))
    for number, part in enumerate(parts):
        await world.runs.PutGroupRunCases(
            pb.PutGroupRunCasesRequest(
                request_id=fresh(), run_id=started.run.run_id, part_no=number, cases=part
            )
        )
    await world.runs.CloseGroupRunCases(
        pb.CloseGroupRunCasesRequest(request_id=fresh(), run_id=started.run.run_id, parts=len(parts))
    )
    return started.run.run_id


async def ended(world, run_id: str) -> pb.GroupRun:
    async for answer in world.runs.WatchGroupRun(pb.WatchGroupRunRequest(run_id=run_id)):
        run = answer.run
    return run


async def all_answers(world, run_id: str, size: int = 5) -> list[tuple[str, str, str]]:
    found, token = [], ""
    while True:
        page = await world.runs.ListGroupRunAnswers(
            pb.ListGroupRunAnswersRequest(run_id=run_id, page_size=size, page_token=token)
        )
        found += [(item.case_id, item.drg, item.reason) for item in page.answers]
        token = page.next_page_token
        if not token:
            return found


async def refused(call) -> str:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


@pytest.mark.parametrize("least_rows", [1, 1_000_000], ids=["kernel", "python"])
async def test_a_stored_run_gives_the_answers_of_single_cases(world, monkeypatch, least_rows):
    """A month is grouped at once and a dispute case by case: both must say the same, whatever groups it."""
    monkeypatch.setattr(app_grouping, "KERNEL_ROWS", least_rows)
    cases = some_cases(40)
    run_id = await uploaded(world, parquet(cases[:20]), arrow(cases[20:]))
    run = await ended(world, run_id)
    assert (run.state, run.cases, run.done) == (pb.GROUP_RUN_STATE_DONE, 40, 40), run
    single = [world.app.loaded(STARTER).grouper.group(case) for case in cases]
    expected = [(case.case_id, answer.drg, answer.reason) for case, answer in zip(cases, single, strict=True)]
    assert await all_answers(world, run_id) == expected
    tables = []
    async for part in world.runs.DownloadGroupRunAnswers(pb.DownloadGroupRunAnswersRequest(run_id=run_id)):
        with pa.ipc.open_stream(part.answers) as reader:
            tables.append(reader.read_all())
    rows = pa.concat_tables(tables).to_pylist()
    assert [(row["case_id"], row["drg"], row["reason"]) for row in rows] == expected
    kept = await world.runs.GetGroupRunStatement(pb.GetGroupRunStatementRequest(run_id=run_id))
    told = json.loads(kept.content)
    counted = Counter(answer.status.value for answer in single)
    assert {status: number for status, number in told["statuses"].items() if number} == counted
    assert kept.digest == run.statement_digest


async def test_the_outcome_does_not_depend_on_how_the_cases_were_cut(world):
    """The digest an evaluation refers to is of the answers, not of the upload."""
    cases = some_cases(30)
    one = await ended(world, await uploaded(world, parquet(cases)))
    three = await ended(
        world, await uploaded(world, arrow(cases[:3]), arrow(cases[3:25]), parquet(cases[25:]))
    )
    assert one.statement_digest == three.statement_digest != ""


async def test_a_run_goes_on_where_a_killed_process_left_it(world, database, monkeypatch):
    """A process that dies in the middle must cost no answer and count none twice."""
    from chspay_grouper.app import runs as app

    grouped, dies_at = [], 3

    def dying(loaded, content):
        grouped.append(content)
        if len(grouped) == dies_at:
            raise asyncio.CancelledError
        return sound(loaded, content)

    sound = app._grouped
    monkeypatch.setattr(app, "_grouped", dying)
    run_id = await uploaded(world, parquet(some_cases(40)))
    while len(grouped) < dies_at:  # noqa: ASYNC110 - the worker tells nobody
        await asyncio.sleep(0.02)
    monkeypatch.setattr(app, "_grouped", sound)
    carried = CarriedOut(Runners(world.app, DipApp(database)), carry_out)
    others = [asyncio.create_task(Worker("grouper", database, carried).work()) for _ in range(2)]
    run = await asyncio.wait_for(ended(world, run_id), 20)
    for other in others:
        other.cancel()
    assert (run.state, run.done) == (pb.GROUP_RUN_STATE_DONE, 40)
    assert len(await all_answers(world, run_id)) == 40


async def test_two_schemes_are_compared_over_one_upload(world):
    """Before a city changes its rules it wants to know who moves where."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for file in sorted((ROOT / "starter").glob("*.csv")):
            text = file.read_text(encoding="utf-8-sig")
            if file.name == "集合.csv":
                text = "\n".join(line for line in text.splitlines() if "74.1" not in line)
            archive.writestr(file.name, text)
    told = json.loads((ROOT / "starter" / "manifest.json").read_text()) | {"id": "without_sections"}
    await world.grouper.ImportScheme(
        grouper_pb2.ImportSchemeRequest(
            request_id=fresh(), workbook=sink.getvalue(), manifest_json=json.dumps(told)
        )
    )
    cases = some_cases(40)
    before = await uploaded(world, parquet(cases))
    await ended(world, before)
    again = await world.runs.StartGroupRun(
        pb.StartGroupRunRequest(request_id=fresh(), scheme="without_sections", cases_of=before)
    )
    assert again.run.cases_of == before
    assert (await ended(world, again.run.run_id)).state == pb.GROUP_RUN_STATE_DONE
    moves = await world.runs.CompareGroupRuns(
        pb.CompareGroupRunsRequest(before=before, after=again.run.run_id)
    )
    assert (moves.cases, moves.moved, len(moves.moves)) == (40, 10, 1)
    assert list(moves.moves[0].examples) == ["c1", "c5", "c9", "c13", "c17"]
    other = await uploaded(world, parquet(some_cases(4)))
    await ended(world, other)
    call = world.runs.CompareGroupRuns(pb.CompareGroupRunsRequest(before=before, after=other))
    assert await refused(call) == "ANSWERS_UNLIKE"


async def test_a_run_belongs_to_whoever_started_it(world):
    """One hospital must not read another's cases, nor learn that they exist."""
    with use_claim(HOSPITAL):
        run_id = await uploaded(world, parquet(some_cases(4)))
        assert (await ended(world, run_id)).state == pb.GROUP_RUN_STATE_DONE
        listed = await world.runs.ListGroupRuns(pb.ListGroupRunsRequest())
        assert [run.run_id for run in listed.runs] == [run_id]
    for stranger in (OTHER, BUREAU):
        with use_claim(stranger):
            listed = await world.runs.ListGroupRuns(pb.ListGroupRunsRequest())
            assert run_id not in [run.run_id for run in listed.runs]
            for call in (
                world.runs.GetGroupRun(pb.GetGroupRunRequest(run_id=run_id)),
                world.runs.ListGroupRunAnswers(pb.ListGroupRunAnswersRequest(run_id=run_id)),
                world.runs.CancelGroupRun(pb.CancelGroupRunRequest(request_id=fresh(), run_id=run_id)),
            ):
                assert await refused(call) == "GROUP_RUN_NOT_FOUND"


async def test_what_cannot_be_run_is_refused_at_the_upload(world):
    """A mistake is told to the person who makes it, not found in the background."""
    started = await world.runs.StartGroupRun(pb.StartGroupRunRequest(request_id=fresh(), scheme=STARTER))
    run_id = started.run.run_id

    def put(cases: bytes, part: int = 0):
        return world.runs.PutGroupRunCases(
            pb.PutGroupRunCasesRequest(request_id=fresh(), run_id=run_id, part_no=part, cases=cases)
        )

    def close(parts: int):
        return world.runs.CloseGroupRunCases(
            pb.CloseGroupRunCasesRequest(request_id=fresh(), run_id=run_id, parts=parts)
        )

    sink = io.BytesIO()
    no_sex = pa.record_batch({"case_id": ["1"]})
    with pa.ipc.new_stream(sink, no_sex.schema) as writer:
        writer.write_batch(no_sex)
    for content in (b"", b"PAR1 and nothing more", b"not a file"):
        assert await refused(put(content)) == "RUN_CASES_UNREADABLE"
    assert await refused(put(sink.getvalue())) == "COLUMN_MISSING"
    assert await refused(close(0)) == "PARTS_MISSING"
    assert (await put(parquet(some_cases(9)), part=1)).rows == 9
    assert await refused(put(parquet(some_cases(9)), part=1)) == "PART_TWICE"
    assert await refused(close(2)) == "PARTS_MISSING"
    assert await refused(all_answers(world, run_id)) == "GROUP_RUN_NOT_DONE"
    cancelled = await world.runs.CancelGroupRun(pb.CancelGroupRunRequest(request_id=fresh(), run_id=run_id))
    assert cancelled.run.state == pb.GROUP_RUN_STATE_CANCELLED
    assert await refused(put(parquet(some_cases(9)))) == "GROUP_RUN_CLOSED"
    nobody = world.runs.StartGroupRun(pb.StartGroupRunRequest(request_id=fresh(), scheme="nowhere"))
    assert await refused(nobody) == "SCHEME_UNKNOWN"


async def test_only_what_grouping_reads_is_kept(world, migrated_db):
    """Costs and person keys have no business in the grouper."""
    import asyncpg

    cases = some_cases(4)
    run_id = await uploaded(world, parquet(cases))
    await ended(world, run_id)
    admin = await asyncpg.connect(migrated_db.admin_url)
    kept = await admin.fetchval("SELECT cases FROM grouper.group_run_cases WHERE run_id = $1", run_id)
    await admin.close()
    names = set(chunk.unpack(kept).schema.names)
    assert names <= set(given.READ)
    assert not names & {"person_key", "total_cost", "patient_paid"}


async def test_command_and_service_write_one_statement(world, tmp_path):
    """A publication may refer to a run on a laptop or in the service: the same cases, the same bytes."""
    from chspay_cli.cli_scheme import simulate

    content = parquet(some_cases(25))
    (tmp_path / "cases.parquet").write_bytes(content)
    await asyncio.to_thread(simulate, STARTER, tmp_path / "cases.parquet", tmp_path / "run.json")
    run_id = await uploaded(world, content)
    await ended(world, run_id)
    kept = await world.runs.GetGroupRunStatement(pb.GetGroupRunStatementRequest(run_id=run_id))
    assert kept.content == (tmp_path / "run.json").read_bytes()
