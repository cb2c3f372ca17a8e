"""Before the year begins: the policy, the institutions, the insured, the quotas."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chspay.capitation.v1 import capitation_pb2, roster_pb2
from chspay.rulebook.v1 import amendments_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_cli.demo.year.office import CLERK, HEAD, POOL, REVIEWER
from chspay_cli.demo.year.world import World, must
from chspay_kit.convert import date_to_pb

_PART_ROWS = 50_000
_INVALID_HEADS = 4

_AMENDMENT = """\
amendment: {id}
place: "{pool}"
title: 关于演示年度公示期的更正（仅供演示，使年度清算能在一次运行中办结）
decision: 演示市医保结算联席会议纪要〔{year}〕演示1号
decided_by: 演示市医保结算联席会议（虚构）
decided: {year}-01-02
documents:
  {id}-minutes:
    title: 演示市医保结算联席会议纪要（演示年度）
    number: 演示市纪要〔{year}〕演示1号
    issuer: 演示市医保结算联席会议（虚构）
    issued: {year}-01-02
    standing: demo
    articles: [第一条]
rules:
  clearing.publicity_days:
    label: 年度清算结果的公示天数（不少于）
    unit: days
    rules:
      - since: 2020-01-01
        value: 0
        cite: {id}-minutes#第一条
        evidence: demo
        corrects: {{since: 2020-01-01, cite: demo-clearing-2020#第五条}}
"""


async def amend(world: World) -> dict[str, Any]:
    """The days of publicity of the demonstration, corrected by three officers through the rulebook."""
    name = f"year-demo-{world.size.year}"
    content = _AMENDMENT.format(id=name, pool=POOL, year=world.size.year)
    draft = amendments_pb2.DraftAmendmentRequest(content=content)
    await world.office.ask(CLERK, "amendments", "DraftAmendment", draft, "amend-draft")
    digest = ""
    for verb, who in (("Review", REVIEWER), ("Approve", HEAD), ("Publish", HEAD)):
        request = getattr(amendments_pb2, f"{verb}AmendmentRequest")(id=name, note="演示")
        answer = await world.office.ask(who, "amendments", f"{verb}Amendment", request, f"amend-{verb}")
        digest = getattr(answer, "digest_after", digest)
    return {"amendment": name, "policy_digest": digest}


async def register(world: World) -> dict[str, Any]:
    """Every hospital of the city on the register."""
    for one in world.city.hospitals:
        hospital = settlement_pb2.Hospital(
            hospital_code=one.hospital_code,
            name=one.name,
            region_code=POOL,
            area_code=one.region_code,
            level=one.level,
            since=date_to_pb(date.fromisoformat(one.since)),
        )
        request = settlement_pb2.PutHospitalRequest(hospital=hospital)
        await world.office.ask(CLERK, "settlement", "PutHospital", request, f"hospital-{one.hospital_code}")
    return {"hospitals": len(world.city.hospitals)}


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
    served = capitation_pb2.PutCatchmentRequest(pool=POOL, document=f"演示联席〔{year}〕2号")
    for kind, code, community, since in world.city.catchment:
        served.entries.add(kind=kind, code=code, community=community, since=date_to_pb(since))
    await office.ask(CLERK, "capitation", "PutCatchment", served, "catchment")
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
