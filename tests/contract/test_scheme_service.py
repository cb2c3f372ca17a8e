"""The life of a scheme inside the service, kept by a database that refuses change; and looking things up."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import date

import asyncpg
import pytest
from grouper_world import HOSPITAL, STARTER, grouping, parquet, some_cases

from chspay.grouper.v1 import runs_pb2, schemes_pb2
from chspay.grouper.v1 import schemes_pb2 as pb
from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_grouper.engine.life import Evaluation, Event, Record
from chspay_kit.auth import use_claim
from chspay_kit.db import Database
from chspay_kit.sm2 import Sm2Key

_numbers = itertools.count(1)
KEY, EXPERT = Sm2Key.generate(), Sm2Key.generate()


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
    return f"life-{next(_numbers)}"


async def refused(call) -> str:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


def add(world, record: Record, key: Sm2Key = KEY, signature: bytes | None = None):
    signed = key.sign_raw(record.content) if signature is None else signature
    return world.schemes.AddSchemeRecord(
        pb.AddSchemeRecordRequest(request_id=fresh(), content=record.content, signature=signed)
    )


def evaluate(world, evaluation: Evaluation, key: Sm2Key = EXPERT):
    request = pb.AddSchemeEvaluationRequest(
        request_id=fresh(), content=evaluation.content, signature=key.sign_raw(evaluation.content)
    )
    return world.schemes.AddSchemeEvaluation(request)


async def stored_run(world) -> str:
    """The digest of a finished run of the starter scheme."""
    started = await world.runs.StartGroupRun(
        runs_pb2.StartGroupRunRequest(request_id=fresh(), scheme=STARTER)
    )
    run_id = started.run.run_id
    await world.runs.PutGroupRunCases(
        runs_pb2.PutGroupRunCasesRequest(request_id=fresh(), run_id=run_id, cases=parquet(some_cases(8)))
    )
    await world.runs.CloseGroupRunCases(
        runs_pb2.CloseGroupRunCasesRequest(request_id=fresh(), run_id=run_id, parts=1)
    )
    async for answer in world.runs.WatchGroupRun(runs_pb2.WatchGroupRunRequest(run_id=run_id)):
        run = answer.run
    assert run.statement_digest, run
    return run.statement_digest


async def test_a_scheme_is_led_to_publication_and_the_database_keeps_it_so(world, migrated_db):
    """Hospitals are paid by a published scheme; not even the administrator may rewrite how it got there."""
    scheme = (await world.schemes.GetSchemeLife(pb.GetSchemeLifeRequest(scheme=STARTER))).scheme_digest
    about = Artefact(ArtefactKind.SCHEME, STARTER, scheme)
    seal = Record(about, 1, Event.SEAL, date(2026, 1, 1), KEY.public_hex())
    first = await add(world, seal)
    publish = replace(
        seal, number=2, event=Event.PUBLISH, since=date(2026, 2, 1), previous=first.digest,
        run="a" * 64, evaluation="b" * 64,
    )  # fmt: skip
    assert await refused(add(world, publish)) == "PUBLICATION_UNFOUNDED"
    run = await stored_run(world)
    verdict = Evaluation(
        ArtefactKind.SCHEME, scheme, run, True, "评估组", date(2026, 1, 20), "", EXPERT.public_hex()
    )
    unknown = replace(verdict, run="a" * 64)
    assert await refused(evaluate(world, unknown)) == "PUBLICATION_UNFOUNDED"
    rejected = (await evaluate(world, replace(verdict, approved=False))).digest
    publish = replace(publish, run=run, evaluation=rejected)
    assert await refused(add(world, publish)) == "PUBLICATION_UNFOUNDED"
    own = replace(verdict, signer=KEY.public_hex())
    publish = replace(publish, evaluation=(await evaluate(world, own, KEY)).digest)
    assert await refused(add(world, publish)) == "DUTIES_NOT_SEPARATE"
    approved = (await evaluate(world, verdict)).digest
    assert approved == sm3_hex(verdict.content)
    published = await add(world, replace(publish, evaluation=approved))
    assert published.state == schemes_pb2.SCHEME_STATE_PUBLISHED
    life = await world.schemes.GetSchemeLife(pb.GetSchemeLifeRequest(scheme=scheme))
    assert [record.event for record in life.records] == ["seal", "publish"]
    assert life.state == schemes_pb2.SCHEME_STATE_PUBLISHED
    admin = await asyncpg.connect(migrated_db.admin_url)
    for statement in (
        "UPDATE grouper.artefact SET content = ''",
        "UPDATE grouper.life_record SET since = since + 1",
        "DELETE FROM grouper.life_evaluation",
        "UPDATE grouper.run_statement SET content = ''",
        "TRUNCATE grouper.life_record",
    ):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await admin.execute(statement)
        assert caught.value.sqlstate == "CH001", statement
    unfounded = (
        "INSERT INTO grouper.life_record (digest, artefact_digest, number, event, since, content, signature,"
        " recorded_by) SELECT 'x', artefact_digest, 9, 'publish', since, '', '', 'x' FROM grouper.life_record"
        " LIMIT 1"
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute(unfounded)
    await admin.close()


async def test_only_trusted_signatures_and_bureaus_write(world):
    """A record that anybody could have made says nothing."""
    scheme = (await world.schemes.GetSchemeLife(pb.GetSchemeLifeRequest(scheme=STARTER))).scheme_digest
    other = Sm2Key.generate()
    about = Artefact(ArtefactKind.SCHEME, STARTER, scheme)
    retire = Record(about, 3, Event.RETIRE, date(2027, 1, 1), KEY.public_hex())
    assert await refused(add(world, retire, signature=bytes(64))) == "SIGNATURE_BAD"
    assert await refused(add(world, retire, key=other)) == "SIGNATURE_BAD"
    foreign = replace(retire, signer=other.public_hex())
    assert await refused(add(world, foreign, key=other)) == "KEY_NOT_TRUSTED"
    with use_claim(HOSPITAL):
        assert await refused(add(world, retire)) == "ROLE_DENIED"
    assert await refused(add(world, replace(retire, previous="a" * 64))) == "CHAIN_BROKEN"


async def test_without_a_list_of_keys_no_record_is_taken(database):
    """A service nobody told whom to trust must trust nobody."""
    async with grouping(database, works=False) as world:
        about = Artefact(ArtefactKind.SCHEME, STARTER, "a" * 64)
        record = Record(about, 1, Event.SEAL, date(2026, 1, 1), KEY.public_hex())
        assert await refused(add(world, record)) == "SCHEME_KEYS_UNSET"


async def test_codes_and_groups_are_found_by_code_and_by_name(world):
    """A coder types the beginning of a code or a word of a name, and pages through what there is."""

    def codes(text: str, **more):
        return world.schemes.SearchCodes(pb.SearchCodesRequest(scheme=STARTER, text=text, **more))

    found = await codes("i63")
    assert found.codes
    assert all(item.code.startswith("I63") for item in found.codes)
    named = await codes("脑梗死")
    assert all("脑梗死" in item.name for item in named.codes)
    page = await codes("", page_size=2)
    after = await codes("", page_size=2, page_token=page.next_page_token)
    assert len({item.code for item in (*page.codes, *after.codes)}) == 4
    assert await refused(codes("other", page_size=2, page_token=page.next_page_token)) == "PAGE_TOKEN_BAD"
    groups = await world.schemes.SearchGroups(pb.SearchGroupsRequest(scheme=STARTER, text="BR2"))
    assert {item.level for item in groups.groups} == {"adrg", "drg"}
    assert {item.parent for item in groups.groups} == {"B", "BR2"}
    nothing = await world.schemes.SearchGroups(pb.SearchGroupsRequest(scheme=STARTER, text="没有这样的组"))
    assert not nothing.groups
    assert not nothing.next_page_token
    _, again = await asyncio.gather(codes("I63"), codes("I63"))
    assert again == found
