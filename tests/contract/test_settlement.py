"""Settlement over real gRPC and a real PostgreSQL: what its neighbours and callers may rely on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date

import pytest
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_settlement.app.intake.keys import Identity, read_keys
from chspay_settlement.store import lists


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours, in this test's event loop."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await running.put_hospital("H001")
        await running.put_hospital("H002", area=sw.OTHER_COUNTY, level=3)
        yield running


#: A person who does not exist.
IDENTITY = ("330100199001011234", "张三丰", "01", "330X")


async def refused(call) -> Fault:
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_a_list_is_taken_in_once_and_superseded_with_history(world):
    """A hospital repeats and corrects its uploads; neither may count twice or lose what was there."""
    case = sw.case_of(1)
    first = await world.submit("a-1", case)
    assert (first.version, first.superseded, first.settle_period, first.mark) == (1, False, "2026-03", "")
    assert first.group.drg == world.grouper.drg(case.diagnoses[0])
    assert len(first.list_id) == 30
    assert await world.submit("a-1", case) == first
    again = await world.submit("a-2", case)
    assert (again.list_id, again.version, again.superseded) == (first.list_id, 1, False)
    corrected = await world.submit("a-3", replace(case, total_cost_fen=999_999))
    assert (corrected.list_id, corrected.version, corrected.superseded) == (first.list_id, 2, True)
    with auth.use_claim(sw.hospital_claim("H001")):
        newest = (await world.stub.GetList(pb.GetListRequest(list_id=first.list_id))).list
        oldest = (
            await world.stub.GetList(pb.GetListRequest(hospital_code="H001", case_id=case.case_id, version=1))
        ).list
    assert (newest.version, newest.case.total_cost_fen) == (2, 999_999)
    assert (oldest.version, oldest.case.total_cost_fen) == (1, case.total_cost_fen)
    assert oldest.received_at.endswith("Z")


async def test_a_reused_request_id_with_another_body_is_refused(world):
    """One id, two bodies: somebody's counter is broken, and guessing which body is meant loses a list."""
    await world.submit("b-1", sw.case_of(11))
    fault = await refused(world.submit("b-1", sw.case_of(12)))
    assert fault.reason.code == "REQUEST_ID_REUSED"
    assert (await refused(world.submit("", sw.case_of(13)))).reason.code == "REQUEST_ID_MISSING"


async def test_identity_is_kept_only_sealed_and_the_person_key_is_derived(world):
    """Names and identity numbers must be unreadable to anyone who gets hold of the database."""
    names = ("person_no", "name", "certificate_type", "certificate_no")
    identity = pb.Identity(**dict(zip(names, IDENTITY, strict=True)))
    source = json.dumps({"psn_name": "张三丰"}).encode()
    answer = await world.submit("id-1", sw.case_of(21), identity=identity, source=source)
    keys = read_keys(sw.IDENTITY_KEY)
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        record = await lists.one(connection, answer.list_id, 0)
        sealed, message = await lists.sealed(connection, answer.list_id, 1)
        everything = await connection.fetchval(
            "SELECT string_agg(t::text, '') FROM settlement.list_version t WHERE list_id = $1", answer.list_id
        )
    assert record.case.person_key == keys.person_key("330100199001011234")
    assert "330100199001011234" not in everything
    assert "张三丰".encode() not in sealed + message
    assert keys.open_identity(sealed, answer.list_id) == Identity(
        "330100199001011234", "张三丰", "01", "330X"
    )
    assert keys.open_source(message, answer.list_id) == source
    with pytest.raises(Fault):
        keys.open_identity(sealed, "another list")
    wrong = replace(sw.case_of(22), person_key="f" * 64)
    fault = await refused(world.submit("id-2", wrong, identity=identity))
    assert fault.reason.code == "PERSON_KEY_DIFFERS"


LONG_AGO = date(2019, 1, 2)
# fmt: off
BAD_LISTS = [
    ("discharge before admission", {"discharge_date": date(2026, 2, 1)}, "DISCHARGE_BEFORE_ADMISSION"),
    ("negative cost", {"total_cost_fen": -1}, "NEGATIVE"),
    ("patient pays more than all", {"patient_paid_fen": 10**9}, "PATIENT_OVER_TOTAL"),
    ("no cost", {"total_cost_fen": None, "patient_paid_fen": None}, "FIELD_MISSING"),
    ("no day of discharge", {"discharge_date": None}, "FIELD_MISSING"),
    ("more than any stay costs", {"total_cost_fen": 10**13}, "COST_TOO_LARGE"),
    ("a byte no database takes", {"department": "A15\x00"}, "TEXT_BAD"),
    ("a department like a novel", {"department": "科" * 65}, "TEXT_BAD"),
    ("sex unknown", {"sex": None}, "SEX_BAD"),
    ("sex 3", {"sex": 3}, "SEX_BAD"),
    ("no diagnosis", {"diagnoses": ()}, "DIAGNOSIS_MISSING"),
    ("no case id", {"case_id": ""}, "CASE_ID_MISSING"),
    ("case id with a quote", {"case_id": "x'; drop"}, "CASE_ID_BAD"),
    ("hospital unknown", {"hospital_code": "H777"}, "HOSPITAL_UNKNOWN"),
    ("before its contract", {"admission_date": None, "discharge_date": LONG_AGO}, "HOSPITAL_NOT_IN_FORCE"),
    ("region that is none", {"region_code": "12"}, "NOT_A_REGION"),
    ("region of another pool", {"region_code": "330101"}, "REGION_OUTSIDE_POOL"),
]
# fmt: on


@pytest.mark.parametrize(("what", "changes", "reason"), BAD_LISTS, ids=[row[0] for row in BAD_LISTS])
async def test_a_bad_list_is_refused_with_its_reason_and_leaves_nothing(world, what, changes, reason):
    """A hospital clerk must learn what to correct; half a list must never be found later."""
    request_id = "bad-" + what.replace(" ", "-")
    bad = replace(sw.case_of(31), case_id="BAD", **{k: v for k, v in changes.items() if k != "case_id"})
    bad = replace(bad, **{k: v for k, v in changes.items() if k == "case_id"})
    fault = await refused(world.submit(request_id, bad))
    assert fault.reason.code == reason
    assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.message)
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        for table in ("list_head", "list_version", "request_once"):
            column = "request_id" if table == "request_once" else "list_id"
            left = await connection.fetchval(
                f"SELECT count(*) FROM settlement.{table} WHERE {column} LIKE $1",
                request_id if table == "request_once" else "%BAD%",
            )
            assert left == 0
    # The same id may be used for the corrected list: a refused request never happened.
    assert (await world.submit(request_id, sw.case_of(32))).version == 1


async def test_nobody_sends_or_reads_for_another_hospital(world):
    """A hospital's key opens its own door only."""
    claim = sw.hospital_claim("H001")
    assert (await world.submit("c-1", sw.case_of(41), claim)).version == 1
    fault = await refused(world.submit("c-2", sw.case_of(42, "H002"), claim))
    assert fault.reason.code == "INSTITUTION_DENIED"
    other = await world.submit("c-3", sw.case_of(43, "H002"))
    with auth.use_claim(claim):
        fault = await refused(world.stub.GetList(pb.GetListRequest(list_id=other.list_id)))
        assert fault.reason.code == "LIST_NOT_FOUND"
        found = await world.stub.ListLists(pb.ListListsRequest(hospital_code="H002"))
        fault = await refused(
            world.stub.StartMonthRun(
                pb.StartMonthRunRequest(request_id="c-4", pool=sw.POOL, year=2026, month=3)
            )
        )
    assert list(found.lists) == []
    assert fault.reason.code == "ROLE_DENIED"
    with auth.use_claim(sw.COUNTY_BUREAU):
        fault = await refused(world.submit("c-5", sw.case_of(44, "H002"), sw.COUNTY_BUREAU))
    assert fault.reason.code == "HOSPITAL_UNKNOWN"


async def test_lists_are_paged_by_day_of_discharge(world):
    """A clerk who leafs through must see every list once."""
    for number in range(7):
        await world.submit(f"p-{number}", sw.case_of(number, "H002", case_id=f"P{number}"))
    seen: list[str] = []
    token = ""
    with auth.use_claim(sw.hospital_claim("H002")):
        while True:
            page = await world.stub.ListLists(
                pb.ListListsRequest(hospital_code="H002", page_size=3, page_token=token)
            )
            seen += [item.list_id for item in page.lists]
            days = [(d.year, d.month, d.day) for d in (item.case.discharge_date for item in page.lists)]
            assert days == sorted(days)
            token = page.next_page_token
            if not token:
                break
    assert len(seen) == len(set(seen)) >= 7


async def test_a_hospital_is_registered_from_a_day_on(world):
    """Levels change; a case is settled with the level of its own day."""
    await world.put_hospital("H050", level=1)
    await world.put_hospital("H050", level=3, since=date(2026, 4, 1))
    with auth.use_claim(sw.BUREAU):
        page = await world.stub.ListHospitals(pb.ListHospitalsRequest(region_code=sw.POOL, page_size=1000))
        rows = [hospital for hospital in page.hospitals if hospital.hospital_code == "H050"]
        bad = pb.Hospital(hospital_code="H051", name="甲", region_code=sw.POOL, level=5, since=rows[0].since)
        fault = await refused(world.stub.PutHospital(pb.PutHospitalRequest(request_id="h-1", hospital=bad)))
        assert fault.reason.code == "HOSPITAL_LEVEL_BAD"
        bad.level, bad.area_code = 1, "330101"
        fault = await refused(world.stub.PutHospital(pb.PutHospitalRequest(request_id="h-2", hospital=bad)))
        assert fault.reason.code == "REGION_OUTSIDE_POOL"
    assert [(row.level, row.until.month) for row in rows] == [(1, 3), (3, 0)]
    assert (rows[0].region_code, rows[0].area_code) == (sw.POOL, sw.COUNTY)


async def test_bulk_import_stores_good_rows_names_bad_ones_and_may_be_repeated(world):
    """A month arrives as a file: one bad row must not hold up the rest, and a broken line is resumed."""
    good = [sw.case_of(1000 + number) for number in range(40)]
    early = sw.case_of(1, case_id="early", discharge_date=date(2026, 2, 1))
    chunks = [sw.chunk(good[:20]), sw.chunk([*good[20:], early, sw.case_of(2, "H999"), good[30]])]
    first = await sw.import_lists(world.stub, "imp-1", chunks)
    assert [answer.accepted for answer in first] == [20, 20]
    assert [(f.row, f.reason) for f in first[1].faults] == [
        (20, "DISCHARGE_BEFORE_ADMISSION"), (21, "HOSPITAL_UNKNOWN"), (22, "LIST_TWICE"),
    ]  # fmt: skip
    assert await sw.import_lists(world.stub, "imp-1", chunks) == first
    again = await sw.import_lists(world.stub, "imp-2", chunks[:1])
    assert (again[0].accepted, again[0].unchanged) == (0, 20)
    changed = [replace(case, patient_paid_fen=1) for case in good[:5]]
    third = await sw.import_lists(world.stub, "imp-3", [sw.chunk(changed)])
    assert (third[0].superseded, third[0].accepted) == (5, 0)
    with pytest.raises(Fault) as caught:
        await sw.import_lists(world.stub, "imp-1", [chunks[1]])
    assert caught.value.reason.code == "REQUEST_ID_REUSED"
    with pytest.raises(Fault) as caught:
        await sw.import_lists(world.stub, "imp-4", [b"not arrow"])
    assert caught.value.reason.code == "CHUNK_UNREADABLE"


async def test_one_list_and_a_chunk_of_it_are_the_same_list(world):
    """A list sent online and again in the month's file must not look like a correction."""
    case = sw.case_of(61, "H002", case_id="SAME", region_code=sw.OTHER_COUNTY)
    await world.submit("s-1", case)
    answer = await sw.import_lists(world.stub, "s-2", [sw.chunk([case])])
    assert answer[0].unchanged == 1


async def test_corrections_sent_at_once_become_versions_in_some_order(world):
    """Two clerks correct the same list in the same second; neither may vanish or share a version."""
    case = sw.case_of(71, case_id="RACE")
    bodies = [replace(case, patient_paid_fen=number) for number in range(12)]
    answers = await asyncio.gather(
        *(world.submit(f"race-{number}", body) for number, body in enumerate(bodies))
    )
    assert sorted(answer.version for answer in answers) == list(range(1, 13))
    same = await asyncio.gather(*(world.submit("race-again", bodies[0]) for _ in range(6)))
    assert len({answer.version for answer in same}) == 1
