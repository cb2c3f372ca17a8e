"""Taking messages back: a reversal 冲正 has effect whether its message came before or comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from chspay_core.errors import Fault
from chspay_kit.auth import current_claim
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.engine.episodes.parts import Part, PartKind
from chspay_settlement.store import episodes, findings, lists

if TYPE_CHECKING:
    from chspay_settlement.app.episodes.desk import Taken, Told

REVERSIBLE = frozenset({"2304", "2401"})
#: Rule of the finding that holds a list whose settlement was taken back.
RULE = "SETTLEMENT_TAKEN_BACK"
_HELD = "该结算对应的清单{list_id}已收，现已暂停进入月结，待重新结算并上传清单后由经办机构处理"


async def undo(connection: asyncpg.Connection, told: Told, part: Part, region: str, taken: Taken) -> Taken:
    """Keeps a reversal; the message it names, present or yet to come, has no effect any more.

    :raises Fault: NOT_REVERSIBLE; EPISODE_NOT_FOUND is told by the caller, after the reversal was kept.
    """
    if part.reversed_infno not in REVERSIBLE or not part.reversed_msgid:
        raise Fault(faults.NOT_REVERSIBLE, field="oinfno", value=part.reversed_infno)
    hospital = told.hospital_code
    found = await episodes.of_message(connection, hospital, part.reversed_infno, part.reversed_msgid)
    await episodes.add(connection, told.request_id, hospital, region, part, None)
    taken.mdtrt_id = taken.setl_id = ""
    for each in found:
        taken.mdtrt_id, taken.setl_id = each.mdtrt_id, each.setl_id
        if each.kind is PartKind.SETTLEMENT:
            taken.warning = await hold_list(connection, hospital, each.setl_id, region, part)
    return taken


async def hold_list(
    connection: asyncpg.Connection, hospital: str, setl_id: str, region: str, part: Part
) -> str:
    """Keeps a list that was taken in out of the month by an open finding; says so, in Chinese."""
    list_id = list_id_of(hospital, setl_id)
    places = await lists.places(connection, [list_id])
    record = await lists.one(connection, list_id, 0)
    if list_id not in places or record is None:
        return ""
    pool, place = places[list_id]
    finding = findings.NewFinding(
        finding_id=f"{RULE}/{list_id}/{part.msgid}",
        list_id=list_id,
        hospital_code=hospital,
        case_id=setl_id,
        region_code=place or region,
        pool=pool,
        rule_id=RULE,
        evidence=f"{part.infno} {part.msgid}",
        # All of it is in question.
        amount_fen=max(record.case.total_cost_fen or 0, 1),
        reported_by=current_claim().subject,
    )
    await findings.insert(connection, [finding])
    return _HELD.format(list_id=list_id)
