"""The registry of institutions over a real channel and a real PostgreSQL: dated, and never overwritten."""

import asyncpg
import pytest
import rulebook_world as rw
from google.type import date_pb2
from rulebook_world import AUTHOR, ELSEWHERE, HOSPITAL, request_id

from chspay.rulebook.v1 import institutions_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim
from chspay_rulebook.engine.institutions import COLUMNS

CODE = "H99010100001"
HEAD = ",".join(COLUMNS)
COUNTY = Claim("county", "bureau", region="990101")
SERVICE = Claim("settlement", "service", region="*")


def day(text):
    """A date message."""
    return date_pb2.Date(**dict(zip(("year", "month", "day"), map(int, text.split("-")), strict=True)))


def hospital(**more):
    """A county hospital, third level, in force, from 2020 on."""
    given = {
        "code": CODE,
        "name": "演示医院",
        "kind": pb.INSTITUTION_KIND_HOSPITAL,
        "level": 3,
        "pool": "990100",
        "area": "990101",
        "agreement": pb.AGREEMENT_STATE_ACTIVE,
        "since": day("2020-01-01"),
    }
    return pb.Institution(**(given | more))


@pytest.fixture
async def world(migrated_db):
    """The rulebook; institutions of earlier tests are forgotten."""
    connection = await asyncpg.connect(migrated_db.admin_url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("DELETE FROM rulebook.institution")
    await connection.close()
    async with rw.world(migrated_db.url("rulebook")) as running:
        yield running


async def put(world, item, who=AUTHOR):
    """Registers one."""
    with use_claim(who):
        return await world.institutions.PutInstitution(
            pb.PutInstitutionRequest(request_id=request_id(), institution=item)
        )


async def take(world, text, who=AUTHOR):
    """Imports a file."""
    with use_claim(who):
        return await world.institutions.ImportInstitutions(
            pb.ImportInstitutionsRequest(request_id=request_id(), content=text.encode())
        )


async def on(world, text, who=AUTHOR, **more):
    """The institutions on a day."""
    with use_claim(who):
        answer = await world.institutions.ListInstitutions(pb.ListInstitutionsRequest(on=day(text), **more))
    return list(answer.institutions)


async def refused(call):
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_the_level_and_the_agreement_of_every_day_are_known(world):
    """Clearing asks what a hospital was on the day of the case, not what it is now."""
    await put(world, hospital())
    await put(world, hospital(level=2, since=day("2026-03-01")))
    await put(world, hospital(level=2, agreement=pb.AGREEMENT_STATE_SUSPENDED, since=day("2026-06-01"),
                              until=day("2026-07-01")))  # fmt: skip
    expected = {"2019-12-31": [], "2020-01-01": [(3, 1)], "2026-02-28": [(3, 1)], "2026-03-01": [(2, 1)],
                "2026-06-01": [(2, 2)], "2026-06-30": [(2, 2)], "2026-07-01": [(2, 1)]}  # fmt: skip
    for text, found in expected.items():
        assert [(item.level, item.agreement) for item in await on(world, text)] == found, text


async def test_history_is_kept_with_who_and_when(world):
    """What was believed before a change can still be read, and who changed it."""
    await put(world, hospital())
    await put(world, hospital(level=2, since=day("2026-03-01")), Claim("second", "bureau", region="9901"))
    rows = (await world.institutions.GetInstitution(pb.GetInstitutionRequest(code=CODE))).rows
    assert [(row.institution.level, row.recorded_by, row.HasField("superseded_at")) for row in rows] == [
        (3, "author", True), (3, "second", False), (2, "second", False),
    ]  # fmt: skip
    assert not rows[0].institution.HasField("until")
    assert rows[1].institution.until == day("2026-03-01")


async def test_not_even_the_owner_rewrites_history(world, migrated_db):
    """A row is superseded once; nobody alters, revives or removes it, and no two share a day."""
    await put(world, hospital())
    admin = await asyncpg.connect(migrated_db.admin_url)
    for statement in (
        "UPDATE rulebook.institution SET level = 1",
        "DELETE FROM rulebook.institution",
        "UPDATE rulebook.institution SET superseded_at = now(), superseded_by = 'x', level = 1",
    ):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await admin.execute(statement)
        assert caught.value.sqlstate == "CH012"
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await admin.execute("TRUNCATE rulebook.institution")
    copy = (
        "INSERT INTO rulebook.institution (hospital_code, name, kind, level, pool, region_code, community,"
        " community_role, agreement, since, until, recorded_by) SELECT hospital_code, name, kind, 2, pool,"
        " region_code, '', '', agreement, '2021-01-01', '2022-01-01', 'x' FROM rulebook.institution"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await admin.execute(copy)
    await admin.close()
    service = await asyncpg.connect(migrated_db.url("rulebook"))
    await service.execute("SELECT set_config('chspay.region', '*', false)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("UPDATE institution SET level = 1")
    await service.close()


async def test_a_file_is_taken_whole_or_not_at_all(world, migrated_db):
    """One wrong line and nothing is written; every wrong line is named."""
    lines = [f"H9901010{number:04d},医院{number},hospital,{1 + number % 3},990100,990101,,,active,2020-01-01,"
             for number in range(300)]  # fmt: skip
    spoiled = [*lines]
    spoiled[10] = spoiled[10].replace("hospital", "hotel")
    spoiled[200] = spoiled[200].replace("990100,990101", "990200,990200")
    answer = await take(world, "\n".join([HEAD, *spoiled]) + "\n")
    assert answer.written == 0
    assert [(error.line, error.field, error.reason) for error in answer.errors] == [
        (12, "kind", "INSTITUTION_WORD_BAD"), (202, "region", "REGION_DENIED"),
    ]  # fmt: skip
    assert await on(world, "2026-01-01") == []
    assert (await take(world, "\n".join([HEAD, *lines]) + "\n")).written == 300
    again = await take(world, "\n".join([HEAD, *lines]) + "\n")
    assert (again.written, again.unchanged) == (0, 300)
    admin = await asyncpg.connect(migrated_db.admin_url)
    assert await admin.fetchval("SELECT count(*) FROM rulebook.institution") == 300
    await admin.close()


async def test_pages_join_to_the_whole_and_kinds_are_told_apart(world):
    """Settlement reads the registry page by page; a page neither repeats nor loses a row."""
    kinds = ("hospital,3", "clinic,", "pharmacy,9")
    lines = [f"X{number:04d},机构,{kinds[number % 3]},990100,,,,active,2020-01-01," for number in range(45)]
    await take(world, "\n".join([HEAD, *lines]) + "\n")
    codes, token = [], ""
    while True:
        with use_claim(SERVICE):
            answer = await world.institutions.ListInstitutions(
                pb.ListInstitutionsRequest(
                    place="990100", on=day("2026-01-01"), page_size=7, page_token=token
                )
            )
        codes += [item.code for item in answer.institutions]
        token = answer.next_page_token
        if not token:
            break
    assert codes == sorted(codes)
    assert len(set(codes)) == len(codes) == 45
    clinics = await on(world, "2026-01-01", kind=pb.INSTITUTION_KIND_CLINIC)
    assert (len(clinics), {item.level for item in clinics}) == (15, {9})


async def test_rows_are_seen_in_their_place_and_by_the_institution_itself(world):
    """A county sees its own, another city nothing, a hospital itself."""
    await put(world, hospital())
    await put(world, hospital(code="H99010200001", area="990102"))
    assert [item.code for item in await on(world, "2026-01-01", COUNTY)] == [CODE]
    assert await on(world, "2026-01-01", ELSEWHERE) == []
    assert [item.code for item in await on(world, "2026-01-01", HOSPITAL)] == [CODE]
    assert [item.code for item in await on(world, "2026-01-01", place="990102")] == ["H99010200001"]
    with use_claim(ELSEWHERE):
        fault = await refused(world.institutions.GetInstitution(pb.GetInstitutionRequest(code=CODE)))
    assert fault.reason.code == "INSTITUTION_UNKNOWN"


async def test_an_institution_of_another_pool_is_not_taken_over(world):
    """Two pools cannot both register a hospital for the same days, though they cannot see each other."""
    await put(world, hospital())
    other = hospital(pool="990200", area="990200")
    assert (await refused(put(world, other, ELSEWHERE))).reason.code == "INSTITUTION_ELSEWHERE"
    await put(world, hospital(since=day("2026-01-01"), agreement=pb.AGREEMENT_STATE_TERMINATED))


async def test_a_repeated_request_is_answered_once(world):
    """A lost answer is asked for again; nothing is written twice."""
    ask = pb.PutInstitutionRequest(request_id="once", institution=hospital())
    assert await world.institutions.PutInstitution(ask) == await world.institutions.PutInstitution(ask)
    other = pb.PutInstitutionRequest(request_id="once", institution=hospital(level=1))
    assert (await refused(world.institutions.PutInstitution(other))).reason.code == "REQUEST_ID_REUSED"
    rows = (await world.institutions.GetInstitution(pb.GetInstitutionRequest(code=CODE))).rows
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"code": "H 1"}, "INSTITUTION_CODE_BAD"),
        ({"name": " "}, "INSTITUTION_NAME_BAD"),
        ({"kind": pb.INSTITUTION_KIND_UNSPECIFIED}, "INSTITUTION_WORD_BAD"),
        ({"kind": 77}, "INSTITUTION_WORD_BAD"),
        ({"agreement": pb.AGREEMENT_STATE_UNSPECIFIED}, "INSTITUTION_WORD_BAD"),
        ({"level": 4}, "INSTITUTION_LEVEL_BAD"),
        ({"kind": pb.INSTITUTION_KIND_CLINIC}, "INSTITUTION_LEVEL_BAD"),
        ({"pool": "99010"}, "NOT_A_REGION"),
        ({"area": "990201"}, "INSTITUTION_AREA_OUTSIDE"),
        ({"community": "C1"}, "INSTITUTION_COMMUNITY_BAD"),
        ({"until": day("2020-01-01")}, "INSTITUTION_DAYS_BAD"),
        ({"since": date_pb2.Date()}, "DATE_MISSING"),
        ({"pool": "990200", "area": "990200"}, "REGION_DENIED"),
    ],
)
async def test_each_refusal_has_its_reason(world, more, reason):
    """What is registered decides money; nothing is guessed."""
    assert (await refused(put(world, hospital(**more)))).reason.code == reason


async def test_who_may_not_register(world):
    """A hospital does not grade itself."""
    assert (await refused(put(world, hospital(), HOSPITAL))).reason.code == "ROLE_DENIED"
    assert (await refused(take(world, f"{HEAD}\n", HOSPITAL))).reason.code == "ROLE_DENIED"
    assert (await refused(take(world, "x"))).reason.code == "INSTITUTION_FILE_BAD"
    assert (await refused(on(world, "2026-01-01", place="99"))).reason.code == "NOT_A_REGION"
    with pytest.raises(Fault) as caught:
        await world.institutions.ListInstitutions(pb.ListInstitutionsRequest())
    assert caught.value.reason.code == "DATE_MISSING"


async def changes(world, after, size=0):
    """What a service that keeps a copy asks for."""
    with use_claim(SERVICE):
        return await world.institutions.ListInstitutionChanges(
            pb.ListInstitutionChangesRequest(after=after, page_size=size)
        )


async def test_a_copy_follows_the_registry_by_its_version(world):
    """A service must come to what stands now by asking for changes alone, and be told when there are none."""
    await put(world, hospital())
    await put(world, hospital(code="H2", level=2))
    first = await changes(world, 0, size=1)
    assert ([row.code for row in first.institutions], first.more) == ([CODE], True)
    second = await changes(world, first.version, size=1)
    assert ([row.code for row in second.institutions], second.more) == (["H2"], False)
    assert second.version > first.version
    still = await changes(world, second.version)
    assert (list(still.institutions), still.version, still.more) == ([], second.version, False)
    ended = hospital(agreement=pb.AGREEMENT_STATE_TERMINATED, since=day("2026-04-01"))
    await put(world, ended)
    now = await changes(world, second.version)
    assert [(row.code, row.agreement, row.until.year) for row in now.institutions] == [
        (CODE, pb.AGREEMENT_STATE_ACTIVE, 2026),
        (CODE, pb.AGREEMENT_STATE_TERMINATED, 0),
    ]
    await put(world, ended)
    assert (await changes(world, now.version)).version == now.version
