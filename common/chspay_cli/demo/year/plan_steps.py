"""Before the year begins: the policy, the institutions, the insured, the quotas."""

from __future__ import annotations

import io
from datetime import date
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chspay.capitation.v1 import capitation_pb2, roster_pb2
from chspay.rulebook.v1 import amendments_pb2, institutions_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_cli.demo.year.office import CLERK, HEAD, POOL, REVIEWER
from chspay_cli.demo.year.world import World, must
from chspay_cli.synth.city import SINCE
from chspay_cli.synth.year import COMMUNITY_OF
from chspay_cli.synth.year.retail import PHARMACIES, PHARMACY_NAMES
from chspay_cli.synth.year.size import leads
from chspay_kit.convert import date_to_pb

_PART_ROWS = 50_000
_REGISTRY_HEAD = "code,name,kind,level,pool,area,community,community_role,agreement,since,until"
_INVALID_HEADS = 4
#: Lines of the catchment that the registry of institutions says itself.
_REGISTERED = frozenset({"institution", "lead"})


async def amend(world: World) -> dict[str, Any]:
    """What is corrected for the demonstration, by three officers through the rulebook."""
    name = f"year-demo-{world.size.year}"
    content = _amendment().format(id=name, pool=POOL, year=world.size.year)
    draft = amendments_pb2.DraftAmendmentRequest(content=content)
    await world.office.ask(CLERK, "amendments", "DraftAmendment", draft, "amend-draft")
    digest = ""
    for verb, who in (("Review", REVIEWER), ("Approve", HEAD), ("Publish", HEAD)):
        request = getattr(amendments_pb2, f"{verb}AmendmentRequest")(id=name, note="演示")
        answer = await world.office.ask(who, "amendments", f"{verb}Amendment", request, f"amend-{verb}")
        digest = getattr(answer, "digest_after", digest)
    return {"amendment": name, "policy_digest": digest}


def _amendment() -> str:
    return files("chspay_cli.demo.year").joinpath("amendment.yaml").read_text(encoding="utf-8")


async def register(world: World) -> dict[str, Any]:
    """Hospitals and pharmacies in the registry, as one file; then until settlement has copied them."""
    leads_ = {one.hospital_code for one in leads(world.city.hospitals).values()}
    rows = [
        (one.hospital_code, one.name, "hospital", one.level, one.region_code, COMMUNITY_OF[one.region_code],
         "lead" if one.hospital_code in leads_ else "member")
        for one in world.city.hospitals
    ]  # fmt: skip
    rows += [(code, PHARMACY_NAMES[code], "pharmacy", 9, area, "", "") for code, area in PHARMACIES.items()]
    lines = [_REGISTRY_HEAD] + [
        ",".join(map(str, (*row[:4], POOL, *row[4:], "active", SINCE, ""))) for row in rows
    ]
    content = "\n".join(lines).encode()
    request = institutions_pb2.ImportInstitutionsRequest(content=content)
    await world.office.ask(CLERK, "institutions", "ImportInstitutions", request, "institutions")

    async def look() -> int:
        asked = settlement_pb2.ListHospitalsRequest(region_code=POOL)
        return len(await world.office.pages(CLERK, "settlement", "ListHospitals", asked, "hospitals"))

    await world.office.until(look, lambda copied: copied < len(rows))
    return {"hospitals": len(world.city.hospitals), "pharmacies": len(PHARMACIES)}


async def load_roster(world: World) -> dict[str, Any]:
    """The snapshot of the insured, in parts, checked as a whole."""
    office, table = world.office, world.city.roster
    start = roster_pb2.StartRosterRequest(pool=POOL, as_of=date_to_pb(world.last_day))
    name = (await office.ask(CLERK, "rosters", "StartRoster", start, "roster")).roster.roster_id
    parts = range(0, table.num_rows, _PART_ROWS)
    for number, begin in enumerate(parts):
        content = parquet(table.slice(begin, _PART_ROWS))
        part = roster_pb2.PutRosterPartRequest(roster_id=name, part_no=number, content=content)
        await office.ask(CLERK, "rosters", "PutRosterPart", part, f"roster-{number}")
    close = roster_pb2.CloseRosterRequest(roster_id=name, parts=len(parts))
    await office.ask(CLERK, "rosters", "CloseRoster", close, "roster-close")
    asked = roster_pb2.GetRosterRequest(roster_id=name)

    async def look() -> Any:
        return (await office.ask(CLERK, "rosters", "GetRoster", asked)).roster

    found = await office.until(look, lambda now: now.state == roster_pb2.ROSTER_STATE_CHECKING)
    reasons = "；".join(f"{count.reason} {count.count}处" for count in found.counts)
    must(found.state == roster_pb2.ROSTER_STATE_LOADED, "参保名册没有通过核对", reasons)
    return {"roster_id": name, "rows": found.rows, "digest": found.digest}


async def heads(world: World) -> dict[str, Any]:
    """A few invalid heads: found, heard, and removed by another person."""
    office, year = world.office, world.size.year
    keys = pc.unique(world.city.roster["person_key"]).to_pylist()[-_INVALID_HEADS:]
    for number, key in enumerate(keys, start=1):
        no = f"WX-{year}-{number:03d}"
        file = capitation_pb2.FileHeadFindingRequest(
            pool=POOL, finding_no=no, person_key=key, since=date_to_pb(date(year, 1, 1)),
            until=date_to_pb(date(year + 1, 1, 1)), cause="同人同日分解就诊",
            document=f"演示核查〔{year}〕{number}号",
        )  # fmt: skip
        await office.ask(CLERK, "capitation", "FileHeadFinding", file, f"head-{number}")
        heard = capitation_pb2.HearHeadFindingRequest(finding_no=no, statement="已核实，无异议")
        await office.ask(REVIEWER, "capitation", "HearHeadFinding", heard, f"head-{number}-heard")
        decided = capitation_pb2.DecideHeadFindingRequest(
            finding_no=no, remove=True, decision_no=f"演示认定〔{year}〕{number}号"
        )
        await office.ask(HEAD, "capitation", "DecideHeadFinding", decided, f"head-{number}-decided")
    return {"removed": len(keys)}


async def quotas(world: World) -> dict[str, Any]:
    """Who is served by whom, everybody's community on each day, and the quotas."""
    office, year = world.office, world.size.year
    served = capitation_pb2.DrawCatchmentRequest(pool=POOL, document=f"演示联席〔{year}〕2号")
    for kind, code, community, since in world.city.catchment:
        if kind not in _REGISTERED:
            served.entries.add(kind=kind, code=code, community=community, since=date_to_pb(since))
    await office.ask(CLERK, "capitation", "DrawCatchment", served, "catchment")
    start = capitation_pb2.StartAttributionRequest(
        pool=POOL,
        roster_id=world.progress.of("roster")["roster_id"],
        since=date_to_pb(date(year, 1, 1)),
        until=date_to_pb(date(year + 1, 1, 1)),
    )
    begun = await office.ask(CLERK, "capitation", "StartAttribution", start, "attribution")
    name = begun.attribution.attribution_id
    asked = capitation_pb2.GetAttributionRequest(attribution_id=name)

    async def look() -> Any:
        return (await office.ask(CLERK, "capitation", "GetAttribution", asked)).attribution

    found = await office.until(look, lambda now: now.state == capitation_pb2.ATTRIBUTION_STATE_RUNNING)
    must(found.state == capitation_pb2.ATTRIBUTION_STATE_DONE, "归属计算没有完成", found.failure_message)
    return {
        "attribution_id": name,
        "quota_fen": sum(budget.budget_fen for budget in found.budgets),
        "digest": found.digest,
    }


def parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
