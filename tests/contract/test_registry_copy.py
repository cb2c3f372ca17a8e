"""Settlement asks the registry of institutions: level, kind, agreement of the day decide, over real gRPC."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import around_month as am
import pytest
import settlement_world as sw
from google.type import date_pb2

from chspay.rulebook.v1 import institutions_pb2 as ipb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth
from chspay_settlement.app.intake.registry_copy import RegistryCopy

ACTIVE, SUSPENDED, ENDED = (
    ipb.AGREEMENT_STATE_ACTIVE, ipb.AGREEMENT_STATE_SUSPENDED, ipb.AGREEMENT_STATE_TERMINATED,
)  # fmt: skip
HOSPITAL, PHARMACY = ipb.INSTITUTION_KIND_HOSPITAL, ipb.INSTITUTION_KIND_PHARMACY


def day(found: date) -> date_pb2.Date:
    """A date message."""
    return date_pb2.Date(year=found.year, month=found.month, day=found.day)


def row(
    code: str, level: int = 3, agreement: int = ACTIVE, kind: int = HOSPITAL,
    since: date = date(2020, 1, 1), until: date | None = None,
) -> ipb.Institution:  # fmt: skip
    """What the registry says of an institution for some days."""
    found = ipb.Institution(
        code=code, name=f"演示机构{code}", kind=kind, level=level, pool=sw.POOL, area=sw.COUNTY,
        agreement=agreement, since=day(since), community="演示医共体",
        community_role=ipb.COMMUNITY_ROLE_MEMBER,
    )  # fmt: skip
    if until is not None:
        found.until.CopyFrom(day(until))
    return found


@pytest.fixture
async def world(migrated_db, monkeypatch):
    monkeypatch.setattr(RegistryCopy, "FRESH_SECONDS", 0.0)
    async with sw.world(migrated_db.url("settlement")) as running:
        yield running


async def registered(world: sw.World, version: int, *rows: ipb.Institution) -> list[pb.Hospital]:
    """The registry moves to a version; answers the copy when it has followed."""
    world.institutions.changes[version] = list(rows)
    with auth.use_claim(sw.BUREAU):
        while True:
            found = (await world.stub.ListHospitals(pb.ListHospitalsRequest(page_size=1000))).hospitals
            own = [one for one in found if one.registry_version == version]
            if own:
                return own
            await asyncio.sleep(0.05)


async def test_what_the_registry_says_of_the_day_decides(world):
    """Two registers that disagree would pay a hospital by one and refuse it by the other."""
    await world.put_hospital("R001", level=1)
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    copied = await registered(
        world, 7, row("R001", 3, until=april), row("R001", 2, SUSPENDED, since=april, until=may),
        row("R001", 2, ENDED, since=may), row("R009", 9, kind=PHARMACY),
    )  # fmt: skip
    assert [(one.hospital_code, one.level, one.until.day, one.agreement) for one in copied] == [
        ("R001", 3, 31, "active"), ("R001", 2, 30, "suspended"), ("R001", 2, 0, "terminated"),
        ("R009", 9, 0, "active"),
    ]  # fmt: skip
    assert {one.community for one in copied} == {"演示医共体"}
    case = sw.case_of(1, "R001")
    await world.submit("r-1", replace(case, discharge_date=date(2026, 3, 31)))
    refusals = []
    for number, (code, left) in enumerate((("R001", april), ("R001", date(2026, 6, 1)), ("R009", april))):
        away = replace(case, hospital_code=code, case_id=f"C9{number}", discharge_date=left)
        refusals.append(await am.refused(world.submit(f"r-2-{number}", away)))
    assert [fault.reason.code for fault in refusals] == [
        "HOSPITAL_NO_AGREEMENT", "HOSPITAL_NO_AGREEMENT", "NOT_A_HOSPITAL",
    ]  # fmt: skip
    assert ["中止" in refusals[0].message, "终止" in refusals[1].message] == [True, True]
    chunk = sw.chunk([replace(case, case_id="C95"), replace(case, case_id="C96", discharge_date=april)])
    (taken,) = await sw.import_lists(world.stub, "r-3", [chunk])
    assert (taken.accepted, [fault.reason for fault in taken.faults]) == (1, ["HOSPITAL_NO_AGREEMENT"])
    run = await world.month_run("r-4", 10_000_000)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    async with world.database.unit(auth.service_claim("test")) as unit:
        levels = await (await unit.connection()).fetch(
            "SELECT DISTINCT level FROM settlement.run_case WHERE run_id = $1", run.run_id
        )
    assert [found[0] for found in levels] == [3]


async def test_the_registry_has_the_last_word_on_whom_it_knows(world):
    """A row put here beside the registry's would be forgotten at its next change: it is refused."""
    await registered(world, 21, row("R021", 2))
    fault = await am.refused(world.put_hospital("R021", level=3, since=date(2026, 1, 1)))
    assert fault.reason.code == "HOSPITAL_IN_REGISTRY"
    changed = await registered(world, 22, row("R021", 1))
    assert [(one.hospital_code, one.level) for one in changed] == [("R021", 1)]
    await world.put_hospital("R022", level=1)
    await world.submit("r-21", sw.case_of(2, "R022"))
