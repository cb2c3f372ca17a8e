"""The grouper over a real channel and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

import chspay_policy
from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2 as pb
from chspay.grouper.v1 import grouper_pb2_grpc
from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_core.tables import ANSWER_SCHEMA, batch_from_cases
from chspay_grouper.app import GrouperApp
from chspay_grouper.rpc import SERVICE, GrouperServicer
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import case_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server

KEY = b"0123456789abcdef0123456789abcdef"
BUREAU = Claim("bureau-key", "bureau", region="9901")
HOSPITAL = Claim("hospital-key", "hospital", institution="H99010100001")
STARTER = "chspay_starter"
ROOT = chspay_policy.ROOT / "schemes"
STROKE = Case(case_id="c1", sex=1, age_years=70, diagnoses=("I63.900", "I10.x00"))


@pytest.fixture
async def database(migrated_db):
    database = Database(migrated_db.url("grouper"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def app(database):
    app = GrouperApp(database, ROOT)
    await app.start()
    return app


@pytest.fixture
async def stub(app, database):
    """A stub of a grouper that holds the shipped schemes."""
    add = [(grouper_pb2_grpc.add_GrouperServiceServicer_to_server, GrouperServicer(app), SERVICE)]
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database)
    channel = Channel(f"127.0.0.1:{await server.start()}", KEY)
    with use_claim(BUREAU):
        yield grouper_pb2_grpc.GrouperServiceStub(channel)
    await channel.close()
    await server.drain(1)


def starter_zip(changes: dict[str, tuple[str, str]] | None = None) -> bytes:
    """The starter's tables as a zip, with a text replaced in some of them."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for file in sorted((ROOT / "starter").glob("*.csv")):
            old, new = (changes or {}).get(file.name, ("", ""))
            archive.writestr(file.name, file.read_text(encoding="utf-8-sig").replace(old, new, 1))
    return sink.getvalue()


def manifest(**changes: object) -> str:
    """The starter's manifest, changed."""
    return json.dumps(json.loads((ROOT / "starter" / "manifest.json").read_text()) | changes)


async def refused(call) -> Fault:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_one_case_gets_the_answer_of_the_engine(stub, app):
    """The wire must not change an answer: gRPC and Python agree, and the digest says under which rules."""
    response = await stub.GroupCase(pb.GroupCaseRequest(scheme=STARTER, case=case_to_pb(STROKE)))
    loaded = app.loaded(STARTER)
    answer = loaded.grouper.group(STROKE)
    assert response.answer.status == case_pb2.GROUP_STATUS_GROUPED
    assert (response.answer.mdc, response.answer.adrg, response.answer.drg) == (
        answer.mdc,
        answer.adrg,
        answer.drg,
    )
    assert response.answer.case_id == "c1"
    assert response.answer.scheme_digest == loaded.scheme.digest


async def test_wire_command_and_library_give_one_answer(stub, app, tmp_path):
    """A hospital that checks a payment on its own machine must find the group it was paid by."""
    path, out = tmp_path / "cases.csv", tmp_path / "out.csv"
    path.write_text("case_id,sex,age_years,diagnoses\nc1,1,70,I63.900|I10.x00\n")
    chspay = Path(sys.executable).with_name("chspay")
    words = [chspay, "group", "--scheme", STARTER, path, "-o", out]
    await asyncio.to_thread(subprocess.run, words, check=True, capture_output=True, timeout=120)
    row = next(csv.DictReader(out.open()))
    wire = (await stub.GroupCase(pb.GroupCaseRequest(scheme=STARTER, case=case_to_pb(STROKE)))).answer
    engine = app.loaded(STARTER).grouper.group(STROKE)
    explained = (
        await stub.ExplainCase(pb.ExplainCaseRequest(scheme=STARTER, case=case_to_pb(STROKE)))
    ).answer
    found = {(answer.mdc, answer.adrg, answer.drg) for answer in (wire, engine, explained)}
    assert found == {(row["mdc"], row["adrg"], row["drg"])}
    assert row["status"] == "grouped"


async def test_the_trace_names_the_published_rule_and_the_codes(stub):
    """A dispute is settled by the words of the rule and the codes that hit, not by a number."""
    response = await stub.ExplainCase(pb.ExplainCaseRequest(scheme=STARTER, case=case_to_pb(STROKE)))
    published = {
        row["ADRG编码"]: row["ADRG规则"]
        for row in csv.DictReader((ROOT / "starter" / "ADRG.csv").open(encoding="utf-8-sig"))
    }
    taken = next(step for step in response.steps if (step.level, step.outcome) == ("adrg", "taken"))
    assert taken.code == response.answer.adrg
    assert taken.rule == published[taken.code]
    assert list(taken.hits) == ["I63.900"]
    assert any("I63.900" in line for line in response.prose)


async def test_a_stream_answers_in_order_and_survives_a_bad_case(stub):
    """One faulty record of a hospital's upload must not cost it the other thousands."""
    half_a_date = case_to_pb(STROKE)
    half_a_date.admission_date.year = 2026
    no_sex = Case(case_id="c3", diagnoses=("I63.900",))
    cases = [case_to_pb(STROKE), half_a_date, case_to_pb(no_sex), case_to_pb(STROKE)]

    async def requests():
        for number, case in enumerate(cases):
            yield pb.GroupStreamRequest(scheme=STARTER if not number else "", case=case)

    answers = [response.answer async for response in stub.GroupStream(requests())]
    assert [answer.reason for answer in answers] == ["", "DATE_PARTIAL", "SEX_BAD", ""]
    assert answers[0].drg == answers[3].drg != ""
    at_once = await stub.GroupCases(pb.GroupCasesRequest(scheme=STARTER, cases=cases))
    assert list(at_once.answers) == answers


async def test_one_call_takes_a_bounded_number_of_cases(stub):
    """A call without a bound would hold the service for everybody else."""
    request = pb.GroupCasesRequest(scheme=STARTER, cases=[case_to_pb(STROKE)] * 1001)
    assert (await refused(stub.GroupCases(request))).reason.code == "TOO_MANY_CASES"


async def test_arrow_chunks_give_the_answers_of_single_cases(stub, app):
    """Settlement sends thousands at once; both ways must pay the same."""
    cases = [
        STROKE,
        Case(case_id="c2", sex=2, age_years=30, diagnoses=("O82.900",), procedures=("74.1x00",)),
        Case(case_id="c3", sex=9, diagnoses=("I63.900",)),
        Case(case_id="c4", sex=1, age_years=3, diagnoses=("ZZZ",)),
    ]
    batch = batch_from_cases(cases)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)

    async def requests():
        for _ in range(3):
            yield pb.GroupArrowRequest(scheme=STARTER, cases=sink.getvalue())

    tables = []
    async for response in stub.GroupArrow(requests()):
        with pa.ipc.open_stream(response.answers) as reader:
            tables.append(reader.read_all())
        assert response.scheme_digest == app.loaded(STARTER).scheme.digest
    assert len(tables) == 3
    assert tables[0].schema == ANSWER_SCHEMA
    expected = [app.loaded(STARTER).grouper.group(case) for case in cases]
    rows = tables[0].to_pylist()
    assert [row["drg"] for row in rows] == [answer.drg for answer in expected]
    assert [row["status"] for row in rows] == [answer.status.value for answer in expected]
    assert [row["case_id"] for row in rows] == ["c1", "c2", "c3", "c4"]


async def test_bytes_that_are_not_arrow_are_refused(stub):
    """A client's mistake is told to the client, and the server lives on."""

    async def requests():
        yield pb.GroupArrowRequest(scheme=STARTER, cases=b"not arrow at all")

    with pytest.raises(Fault) as caught:
        async for _ in stub.GroupArrow(requests()):
            pass
    assert caught.value.reason.code == "ARROW_UNREADABLE"


async def test_a_slow_reader_slows_the_sender(stub):
    """Backpressure: a reader that stops reading must not make the server hoard answers."""
    sent = 0
    case = case_to_pb(Case(case_id="x" * 64, sex=1, diagnoses=tuple(f"I63.{n:03}" for n in range(150))))

    async def requests():
        nonlocal sent
        for _ in range(200_000):
            sent += 1
            yield pb.GroupStreamRequest(scheme=STARTER, case=case)

    stream = stub.GroupStream(requests())
    async for _ in stream:
        await asyncio.sleep(0.5)
        held = sent
        await asyncio.sleep(0.5)
        assert sent - held < 100_000
        assert sent < 150_000
        break
    await stream.aclose()


async def test_an_unknown_scheme_is_named(stub):
    """Grouping under a default nobody chose would pay by the wrong rules."""
    fault = await refused(stub.GroupCase(pb.GroupCaseRequest(scheme="nowhere", case=case_to_pb(STROKE))))
    assert (fault.reason.code, fault.value) == ("SCHEME_UNKNOWN", "nowhere")
    fault = await refused(stub.GroupCase(pb.GroupCaseRequest(case=case_to_pb(STROKE))))
    assert fault.reason.code == "SCHEME_UNNAMED"


async def test_an_imported_scheme_answers_at_once_and_the_old_one_by_digest(stub):
    """A new edition takes effect with its import; settled months are replayed under the old digest."""
    old = (await stub.GetScheme(pb.GetSchemeRequest(scheme=STARTER))).scheme
    changed = starter_zip({"ADRG.csv": ("心脏移植", "心脏移植（修订）")})
    request = pb.ImportSchemeRequest(
        request_id="i1", workbook=changed, manifest_json=manifest(id="city", version="2")
    )
    first = await stub.ImportScheme(request)
    assert await stub.ImportScheme(request) == first
    case = case_to_pb(STROKE)
    answer = (await stub.GroupCase(pb.GroupCaseRequest(scheme="city", case=case))).answer
    assert answer.scheme_digest == first.scheme.digest != old.digest
    request = pb.ImportSchemeRequest(
        request_id="i2", workbook=starter_zip(), manifest_json=manifest(id="city", version="3")
    )
    second = await stub.ImportScheme(request)
    answer = (await stub.GroupCase(pb.GroupCaseRequest(scheme="city", case=case))).answer
    assert answer.scheme_digest == second.scheme.digest
    answer = (await stub.GroupCase(pb.GroupCaseRequest(scheme=first.scheme.digest, case=case))).answer
    assert answer.scheme_digest == first.scheme.digest


async def test_a_restarted_service_has_every_scheme(stub, database):
    """A replica that starts later must answer under what others imported."""
    request = pb.ImportSchemeRequest(
        request_id="r1", workbook=starter_zip(), manifest_json=manifest(id="kept")
    )
    kept = (await stub.ImportScheme(request)).scheme
    again = GrouperApp(database, ROOT)
    await again.start()
    assert again.loaded("kept").scheme.digest == kept.digest
    assert again.loaded(kept.digest) is again.loaded("kept")


async def test_schemes_are_listed_page_by_page(stub):
    """A bureau must be able to see everything it may group under."""
    for number in range(3):
        request = pb.ImportSchemeRequest(
            request_id=f"l{number}", workbook=starter_zip(), manifest_json=manifest(id=f"listed_{number}")
        )
        await stub.ImportScheme(request)
    found, token = [], ""
    while True:
        page = await stub.ListSchemes(pb.ListSchemesRequest(page_size=2, page_token=token))
        found += [scheme.scheme_id for scheme in page.schemes]
        token = page.next_page_token
        if not token:
            break
    assert {"listed_0", "listed_1", "listed_2", STARTER} <= set(found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("changes", "reason", "facts"),
    [
        (
            {"ADRG.csv": ("OP_AA1", "OP_NOWHERE")},
            "RULE_UNKNOWN_SET",
            {"sheet": "ADRG", "row": "2", "position": "9"},
        ),
        (
            {"ADRG.csv": ("ZYSS in OP_AA1", "ZYSS in")},
            "RULE_SYNTAX",
            {"sheet": "ADRG", "row": "2", "position": "8"},
        ),
        ({"DRG.csv": ("排序", "次序")}, "HEADER_MISSING", {"sheet": "DRG"}),
    ],
)
async def test_a_broken_workbook_says_where(stub, changes, reason, facts):
    """The person who repairs the file needs sheet, row and position; nothing of it may be stored."""
    request = pb.ImportSchemeRequest(
        request_id=f"b-{reason}", workbook=starter_zip(changes), manifest_json=manifest(id="broken")
    )
    fault = await refused(stub.ImportScheme(request))
    assert fault.reason.code == reason
    assert facts.items() <= fault.facts.items()
    fault = await refused(stub.GetScheme(pb.GetSchemeRequest(scheme="broken")))
    assert fault.reason.code == "SCHEME_UNKNOWN"


async def test_only_a_bureau_imports(stub):
    """A hospital must not choose the rules it is paid by."""
    request = pb.ImportSchemeRequest(request_id="h1", workbook=starter_zip(), manifest_json=manifest())
    with use_claim(HOSPITAL):
        assert (await refused(stub.ImportScheme(request))).reason.code == "ROLE_DENIED"


async def test_a_sealed_scheme_cannot_be_changed(stub, migrated_db):
    """Replay years later rests on these bytes."""
    import asyncpg

    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await connection.execute("UPDATE grouper.artefact SET title = 'x'")
    assert caught.value.sqlstate == "CH001"
    await connection.close()
