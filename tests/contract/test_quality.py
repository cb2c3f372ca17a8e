"""Intake quality over real gRPC and PostgreSQL: before the upload, after it, scores, and who may see them."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest
import settlement_world as sw

from chspay.settlement.v1 import quality_pb2 as pb
from chspay.settlement.v1 import quality_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_kit.convert import date_to_pb
from chspay_settlement.app.intake.keys import read_keys
from chspay_settlement.app.quality.checking import QualityChecks
from chspay_settlement.store import quality

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement" / "quality"))
from quality_world import clean

OWN, OTHER = "H99010100001", "H99010100002"


@pytest.fixture
async def world(migrated_db):
    async with sw.world(migrated_db.url("settlement")) as running:
        for code in (OWN, OTHER):
            await running.put_hospital(code)
        yield running


@pytest.fixture
def stub(world):
    return quality_pb2_grpc.QualityServiceStub(world.channel)


def message(setl_id: str, **changes: Any) -> bytes:
    """A clean list as the input of a 4101 message, with changed fields of setlinfo."""
    record = clean()
    record["setlinfo"] |= {"setl_id": setl_id, **changes}
    return json.dumps(record).encode()


async def results(stub: Any, claim: auth.Claim, **asked: Any) -> list[pb.QualityResult]:
    with auth.use_claim(claim):
        return list((await stub.GetResults(pb.GetResultsRequest(**asked))).results)


async def checked(stub: Any, hospital: str, setl_id: str) -> pb.QualityResult:
    """The result of an accepted list, once the worker has made it."""
    async with asyncio.timeout(30):
        while True:
            found = await results(stub, sw.BUREAU, hospital_code=hospital, setl_id=setl_id)
            if found:
                return found[0]
            await asyncio.sleep(0.05)


async def submitted(world: sw.World, number: int, setl_id: str, hospital: str, source: bytes) -> str:
    case = sw.case_of(number, hospital, case_id=setl_id)
    return (await world.submit(f"q-{setl_id}-{hash(source)}", case, source=source)).list_id


async def test_lists_are_checked_before_the_upload_and_nothing_is_kept(stub):
    """A hospital may try as often as it likes; what it tries is nobody's business."""
    with auth.use_claim(sw.hospital_claim(OWN)):
        answer = await stub.CheckLists(
            pb.CheckListsRequest(lists=[message("A"), message("B", medcasno="", fixmedins_code="P1")])
        )
    good, bad = answer.lists
    assert (good.setl_id, good.errors) == ("A", 0)
    assert [one.rule for one in bad.findings] == ["A02", "B01"]
    assert bad.findings[0].fields == ["setlinfo.medcasno"]
    assert bad.findings[0].fix
    assert {one.rule for one in good.undecided} >= {"B11", "C16"}
    assert await results(stub, sw.BUREAU, hospital_code=OWN, setl_id="A") == []


@pytest.mark.parametrize("content", [b"{", b"5", b"[]"])
async def test_what_is_no_list_is_refused_and_named(stub, content):
    """The sender must learn which of its lists could not be read."""
    with auth.use_claim(sw.hospital_claim(OWN)), pytest.raises(Fault) as caught:
        await stub.CheckLists(pb.CheckListsRequest(lists=[message("A"), content]))
    assert caught.value.reason.code == "QUALITY_LIST_NOT_JSON"
    assert caught.value.value == "2"


async def test_an_accepted_list_is_checked_within_moments_and_the_newest_version_counts(world, stub):
    """4104 shows what is wrong; a mended list must not keep its old faults."""
    list_id = await submitted(world, 1, "S1", OWN, message("S1", medcasno=""))
    found = await checked(stub, OWN, "S1")
    assert (found.list_id, found.version, found.errors) == (list_id, 1, 1)
    assert [one.rule for one in found.findings] == ["A02"]
    assert found.group_status == "grouped"
    case = sw.case_of(1, OWN, case_id="S1", total_cost_fen=900_000)
    await world.submit("q-S1-mended", case, source=message("S1"))
    async with asyncio.timeout(30):
        while found.version == 1:
            found = next(iter(await results(stub, sw.BUREAU, list_id=list_id)), found)
            await asyncio.sleep(0.05)
    assert (found.version, found.errors, list(found.findings)) == (2, 0, [])


async def test_scores_are_added_up_from_the_stored_results(world, stub):
    """The score of a hospital must be the one of its lists, whenever it is asked for."""
    await submitted(world, 2, "S2", OTHER, message("S2"))
    await submitted(world, 3, "S3", OTHER, message("S3", chfpdr_code="X"))
    for setl_id in ("S2", "S3"):
        await checked(stub, OTHER, setl_id)
    with auth.use_claim(sw.hospital_claim(OTHER)):
        answer = await stub.GetScores(
            pb.GetScoresRequest(
                discharged_from=date_to_pb(date(2026, 3, 1)), discharged_to=date_to_pb(date(2026, 3, 31))
            )
        )
    (score,) = answer.scores
    parts = {part.key: part.percent for part in score.parts}
    assert (score.hospital_code, score.lists, score.passed) == (OTHER, 2, 1)
    assert parts["pass_rate"] == "50.00"
    assert parts["completeness"] == "100.00"
    doctors = next(one for one in score.adoption if one.number == 8)
    assert (doctors.used, doctors.right) == (6, 5)
    assert len({one.number for one in score.adoption}) == 15


async def test_a_hospital_sees_its_own_results_only(world, stub):
    """What a hospital did wrong is told to it and its bureau, to no competitor."""
    await submitted(world, 4, "S4", OWN, message("S4", medcasno=""))
    await checked(stub, OWN, "S4")
    assert await results(stub, sw.hospital_claim(OTHER), hospital_code=OWN) == []
    assert {one.hospital_code for one in await results(stub, sw.hospital_claim(OTHER))} <= {OTHER}
    own = await results(stub, sw.hospital_claim(OWN), with_errors=True)
    assert [one.setl_id for one in own] == ["S4"]


async def test_pages_of_results_hold_every_list_once(world, stub):
    """A clerk who turns the pages must meet each list exactly once."""
    for number in range(5, 10):
        await submitted(world, number, f"P{number}", OWN, message(f"P{number}"))
    for number in range(5, 10):
        await checked(stub, OWN, f"P{number}")
    whole = [one.list_id for one in await results(stub, sw.BUREAU, hospital_code=OWN)]
    token, paged = "", []
    while True:
        with auth.use_claim(sw.BUREAU):
            page = await stub.GetResults(
                pb.GetResultsRequest(hospital_code=OWN, page_size=2, page_token=token)
            )
        paged += [one.list_id for one in page.results]
        token = page.next_page_token
        if not token:
            break
    assert paged == whole
    assert len(set(paged)) == len(paged) >= 6


async def test_a_list_without_its_message_is_not_judged(world, stub):
    """A REST list has no national fields; blaming it for their absence would be wrong."""
    await world.submit("q-bare", sw.case_of(11, OWN, case_id="BARE"))
    await submitted(world, 12, "S12", OWN, message("S12"))
    await checked(stub, OWN, "S12")
    assert await results(stub, sw.BUREAU, hospital_code=OWN, setl_id="BARE") == []


async def test_the_rules_can_be_read(stub):
    """Whoever is judged may read by what."""
    with auth.use_claim(sw.hospital_claim(OWN)):
        answer = await stub.ListRules(pb.ListRulesRequest())
    assert len(answer.rules) == 141
    assert all(rule.sources and rule.labels and rule.evidence == "unverified" for rule in answer.rules)
    with auth.use_claim(sw.hospital_claim(OWN)), pytest.raises((Fault, grpc.RpcError)):
        await stub.CheckLists(pb.CheckListsRequest(lists=[message("A")] * 501))


async def test_a_message_that_cannot_be_opened_holds_up_nobody(world, stub, monkeypatch):
    """One damaged seal must not stop the check of every list behind it."""

    async def rests(_self: Any, _connection: Any) -> list[Any]:
        return []

    monkeypatch.setattr(QualityChecks, "waiting", rests)
    await submitted(world, 13, "S13", OWN, message("S13"))
    claim = auth.service_claim("settlement")
    async with world.database.unit(claim) as unit:
        connection = await unit.connection()
        assert await quality.waits(connection)
        stranger = QualityChecks(read_keys(b"quite another key of this world"))
        assert not await stranger.step(connection, "", None)
        assert not await quality.waits(connection)
    assert await results(stub, sw.BUREAU, hospital_code=OWN, setl_id="S13") == []
