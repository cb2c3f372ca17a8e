"""Test mode 测试模式: lists of test institutions, checked and grouped by the real services, kept here alone.

Settlement never hears of them: no run, no fund and no statistic can hold one. They lie sealed in the
gateway for thirty days, or until they are purged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2
from chspay.settlement.v1 import quality_pb2
from chspay_core.case import Case, check_intake
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.sandbox import PREFIX
from chspay_gateway import reasons
from chspay_gateway.problems import Faults
from chspay_gateway.session import Session
from chspay_gateway.store import Store, WireFile
from chspay_gateway.store_door import Connecting
from chspay_kit import convert

SANDBOX_ONLY = Reason(
    "SANDBOX_ONLY", Kind.DENIED, "此操作只对测试机构（编码以{prefix}开头）开放，收到“{value}”。"
)
HEADER = "X-Chspay-Sandbox"
NOTE = "测试机构：已按正式规则检查和分组，不进入结算、基金和统计。"
_DAYS = 30
_LIST_ID = 30
_FOLDER = "sandbox/"
_NATIONAL = {
    "region_code": "mdtrtarea_admvs",
    "discharge_date": "setlinfo.dscg_time",
    "total_cost": "iteminfo.amt",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a list of a test institution."""

    list_id: str
    version: int
    group: case_pb2.GroupAnswer
    checked: quality_pb2.CheckedList | None


async def take(session: Session, store: Store, case: Case, source: bytes = b"") -> Tried:
    """Checks, groups and keeps a list as the real intake would, without telling it.

    :param source: the ``input`` of a national message; without it there is nothing for quality to check.
    :raises Fault, Faults: as the real intake refuses.
    """
    faults = check_intake(case)
    if faults:
        raise Faults(faults)
    day = case.discharge_date
    if day is None or case.total_cost_fen is None or not case.region_code:
        missing = "discharge_date" if day is None else "region_code" if not case.region_code else "total_cost"
        raise Fault(reasons.FIELD_REQUIRED, field=_NATIONAL[missing] if source else missing)
    # Grouped first: the routes of lists and of grouping need each other's words.
    from chspay_gateway.rest.grouping import scheme_of

    scheme = await scheme_of(session, case.region_code, day)
    answer = await session.services.grouper.GroupCase(
        grouper_pb2.GroupCaseRequest(scheme=scheme, case=convert.case_to_pb(case))
    )
    checked = None
    if source:
        found = await session.services.quality.CheckLists(quality_pb2.CheckListsRequest(lists=[source]))
        checked = found.lists[0]
    list_id = list_id_of(case.hospital_code, case.case_id)
    known = await store.file(case.hospital_code, _FOLDER + list_id)
    version = 1 if known is None else int(orjson.loads(known.content)["version"]) + 1
    tried = Tried(list_id, version, answer.answer, checked)
    await _keep(store, case, tried, known is not None)
    return tried


def list_id_of(institution: str, case_id: str) -> str:
    """A list number that shows what it is, and that no real list has."""
    return (PREFIX + sm3_hex(f"{institution}|{case_id}".encode()))[:_LIST_ID]


async def lists(store: Connecting, opened: Store, institution: str) -> list[dict[str, object]]:
    """What a test institution has sent, newest first."""
    async with store.connection() as connection:
        rows = await connection.fetch(
            "SELECT file_no FROM gateway.wire_file WHERE institution = $1 AND file_no LIKE 'sandbox/%'"
            " AND until >= now() ORDER BY until DESC, file_no LIMIT 1000",
            institution,
        )
    found = []
    for row in rows:
        file = await opened.file(institution, row[0])
        if file is not None:
            found.append(orjson.loads(file.content))
    return found


async def purge(store: Connecting, institution: str) -> int:
    """Drops what a test institution has sent; how many lists."""
    async with store.connection() as connection:
        rows = await connection.fetch(
            "DELETE FROM gateway.wire_file WHERE institution = $1 AND file_no LIKE 'sandbox/%'"
            " RETURNING true",
            institution,
        )
    return len(rows)


async def _keep(store: Store, case: Case, tried: Tried, replaces: bool) -> None:
    name = _FOLDER + tried.list_id
    if replaces:
        async with store.connection() as connection:
            await connection.execute(
                "DELETE FROM gateway.wire_file WHERE file_no = $1 AND institution = $2",
                name, case.hospital_code,
            )  # fmt: skip
    group, checked, now = tried.group, tried.checked, datetime.now(UTC)
    content = {
        "list_id": tried.list_id,
        "version": tried.version,
        "case_id": case.case_id,
        "received_at": now.isoformat(),
        "status": convert.answer_from_pb(group).status.value,
        "drg": group.drg,
        "reason": group.reason,
        "errors": None if checked is None else checked.errors,
        "warnings": None if checked is None else checked.warnings,
        "findings": [] if checked is None else [
            {"rule": one.rule, "fields": list(one.fields), "message": one.message, "fix": one.fix}
            for one in checked.findings
        ],
    }  # fmt: skip
    until = now + timedelta(days=_DAYS)
    await store.put_file(WireFile(name, case.hospital_code, "list.json", orjson.dumps(content), until))
