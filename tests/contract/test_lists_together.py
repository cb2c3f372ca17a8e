"""Lists stored in one transaction: each keeps its own outcome, and a request is still done once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, act_as
from chspay_settlement.app.intake.keys import Identity
from chspay_settlement.app.intake.lists import Sent
from chspay_settlement.app.intake.together import Together
from chspay_settlement.store import lists

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN, OTHER = "H99010100001", "H99010100002"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    async with sw.world(migrated_db.url("settlement")) as world:
        for code in (OWN, OTHER):
            await world.put_hospital(code)
        world.admin = await asyncpg.connect(migrated_db.admin_url)
        yield world
        await world.admin.close()


@pytest.fixture
def statements(monkeypatch):
    """How many lists each storing statement held."""
    sizes = []
    put = lists.put_lists

    async def counted(connection, new):
        sizes.append(len(new))
        return await put(connection, new)

    monkeypatch.setattr(lists, "put_lists", counted)
    return sizes


async def outcome_of(call):
    """The answer, or the code of the refusal."""
    try:
        return await call
    except Fault as fault:
        return fault.reason.code


async def stored(world, prefix):
    """Versions in the database by case."""
    rows = await world.admin.fetch(
        "SELECT case_id, count(*) FROM settlement.list_version WHERE starts_with(case_id, $1) GROUP BY 1",
        prefix,
    )
    return dict(map(tuple, rows))


async def test_many_at_once_share_statements_and_keep_their_outcomes(world, statements):
    """A busy hour must cost few commits; a bad list among good ones is its sender's business alone."""
    cases = [sw.case_of(number, OWN, case_id=f"M{number:03d}") for number in range(60)]
    cases[7] = replace(cases[7], diagnoses=())
    cases[8] = replace(cases[8], hospital_code="H99019999999")
    cases[9] = replace(cases[9], discharge_date=cases[9].discharge_date.replace(year=2019),
                       admission_date=cases[9].admission_date.replace(year=2019))  # fmt: skip
    found = await asyncio.gather(
        *(outcome_of(world.submit(f"m{number}", case)) for number, case in enumerate(cases))
    )
    refused = {number: told for number, told in enumerate(found) if isinstance(told, str)}
    assert refused == {
        7: "DIAGNOSIS_MISSING",
        8: "HOSPITAL_UNKNOWN",
        9: "HOSPITAL_NOT_IN_FORCE",
    }
    assert {told.version for told in found if not isinstance(told, str)} == {1}
    assert [told.group.case_id for told in found[:7]] == [case.case_id for case in cases[:7]]
    assert await stored(world, "M") == {
        case.case_id: 1 for number, case in enumerate(cases) if number not in refused
    }
    assert sum(statements) == 57
    assert len(statements) < 30, statements
    corrected = await world.submit("m7", sw.case_of(7, OWN, case_id="M007"))
    assert corrected.version == 1


async def test_the_same_request_at_once_is_done_once(world):
    """A client that resends while the first is under way gets the same bytes; another body is refused."""
    case = sw.case_of(1, OWN, case_id="S001")
    other = replace(case, age_years=99)
    found = await asyncio.gather(
        *(outcome_of(world.submit("s1", case)) for _ in range(8)), outcome_of(world.submit("s1", other))
    )
    assert found[8] == "REQUEST_ID_REUSED"
    assert len({told.SerializeToString(deterministic=True) for told in found[:8]}) == 1
    assert await stored(world, "S") == {"S001": 1}


async def test_versions_of_one_list_come_in_the_order_of_arrival(world):
    """The newest version counts: corrections sent in a row must not overtake each other."""
    cases = [sw.case_of(1, OWN, case_id="V001", age_years=30 + number) for number in range(6)]
    found = await asyncio.gather(*(world.submit(f"v{number}", case) for number, case in enumerate(cases)))
    assert sorted(told.version for told in found) == [1, 2, 3, 4, 5, 6]
    assert [told.version for told in found] == sorted(told.version for told in found)
    again = await world.submit("v-again", cases[-1])
    assert (again.version, again.superseded) == (6, False)


async def test_a_list_the_database_refuses_takes_no_other_with_it(world, monkeypatch):
    """What only the store finds out about one list must not become everybody's error."""
    put = lists.put_lists

    async def moody(connection, new):
        if any(one.case.case_id == "F005" for one in new):
            await connection.execute("SELECT 1 / 0")
        return await put(connection, new)

    monkeypatch.setattr(lists, "put_lists", moody)
    found = await asyncio.gather(
        *(outcome_of(world.submit(f"f{n}", sw.case_of(n, OWN, case_id=f"F{n:03d}"))) for n in range(10))
    )
    assert [told for told in found if isinstance(told, str)] == ["INTERNAL"]
    assert len(await stored(world, "F")) == 9


async def test_two_services_at_one_list_keep_one_answer(world, migrated_db):
    """Two replicas may be sent the same request at the same moment; one of them does it."""
    case = sw.case_of(2, OWN, case_id="R001")
    async with sw.world(migrated_db.url("settlement")) as second:
        for number in range(5):
            found = await asyncio.gather(
                *(outcome_of(one.submit(f"r{number}", case)) for one in (world, second) for _ in range(3))
            )
            assert len({told.SerializeToString(deterministic=True) for told in found}) == 1, found
    kept = await world.admin.fetchval(
        "SELECT count(*) FROM settlement.request_once WHERE request_id LIKE 'r_' AND answer IS NOT NULL"
    )
    assert kept == 5
    assert await stored(world, "R") == {"R001": 1}


async def test_callers_never_share_a_transaction(world):
    """Row-level security is told once a transaction: who asks must be one caller."""
    found = await asyncio.gather(
        *(
            outcome_of(
                world.submit(
                    f"c{n}",
                    sw.case_of(n, (OWN, OTHER)[n % 2], case_id=f"K{n:03d}"),
                    claim=sw.hospital_claim((OWN, OTHER)[n % 2]),
                )
            )
            for n in range(20)
        ),
        outcome_of(world.submit("c-x", sw.case_of(1, OTHER, case_id="K900"), claim=sw.hospital_claim(OWN))),
    )
    assert found[-1] == "INSTITUTION_DENIED"
    assert all(isinstance(told, pb.SubmitListResponse) for told in found[:-1])
    rows = await world.admin.fetch(
        "SELECT hospital_code, array_agg(DISTINCT received_from) AS by FROM settlement.list_version"
        " WHERE case_id LIKE 'K%' GROUP BY 1 ORDER BY 1"
    )
    assert [(row[0], row[1]) for row in rows] == [(code, [f"key-{code}"]) for code in (OWN, OTHER)]


async def test_a_list_that_is_late_by_itself_may_be_sent_again(monkeypatch):
    """An internal error makes a sender give up; being late is said as such, also for a list tried alone."""

    async def late(_self, _claim, taken):
        raise ValueError("one of them") if len(taken) > 1 else TimeoutError

    monkeypatch.setattr(Together, "_transaction", late)
    act_as(Claim("cp1", "hospital", OWN))
    door = Together(None, None, "SubmitList", None)
    cases = [sw.case_of(number, OWN, case_id=f"LATE{number}") for number in range(2)]
    sent = [Sent(case, Identity(), b"", "rest") for case in cases]
    found = await asyncio.gather(
        *(outcome_of(door.submit(f"late-{number}", b"", one)) for number, one in enumerate(sent))
    )
    assert found == ["DEADLINE_EXCEEDED"] * 2
