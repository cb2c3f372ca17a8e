"""What the use-cases of panels share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_dispute.app import register
from chspay_dispute.engine.experts.draw import Shape
from chspay_dispute.engine.experts.panel import Avoidable, Outcome, Sheet
from chspay_dispute.store.experts import panels as store
from chspay_dispute.store.experts.panels import Seat, StoredPanel, StoredSheet
from chspay_kit.auth import Claim, service_claim, use_claim

PANEL_STATE = Reason("PANEL_STATE", Kind.PRECONDITION, "专家组现在处于“{value}”，不能办理这一步。")
STATE_TEXTS = {
    "listed": "名单已关闭",
    "drawn": "待声明",
    "scoring": "独立评分",
    "opinion": "合议表决",
    "concluded": "已作结论",
    "dissolved": "已解散",
    "province": "分歧过大，待上转",
}
#: States of a seat whose holder sits on the panel.
SITS = ("asked", "accepted")
_TITLES = {
    "replaced": "专家回避与替补",
    "joined": "增补专家",
    "dissolved": "专家组解散",
    "province": "专家分歧上转",
    "decided": "评议结论",
}


def in_state(panel: StoredPanel, *states: str) -> None:
    """Refuses a step outside of these states.

    :raises Fault: PANEL_STATE.
    """
    if panel.state not in states:
        raise Fault(PANEL_STATE, field="panel_id", value=STATE_TEXTS[panel.state])


def members_of(seats: Sequence[Seat]) -> list[Seat]:
    """Who sits, in the order of the places."""
    return sorted((one for one in seats if one.state in SITS), key=lambda one: (one.place, one.token))


async def counted(connection: asyncpg.Connection, panel_id: str) -> list[StoredSheet]:
    """Sheets of those who sit now; the sheet of who recused does not count."""
    sitting = {one.token for one in members_of(await store.seats(connection, panel_id))}
    return [one for one in await store.sheets(connection, panel_id) if one.token in sitting]


def shape_in(panel: StoredPanel) -> Shape:
    """What the panel must be."""
    return Shape(**panel.shape | {"seats": tuple(panel.shape["seats"])})


def sheet_digest(panel_id: str, token: str, content: Mapping[str, Any]) -> str:
    """SM3 of a sheet."""
    return sm3_hex(canonical_json([panel_id, token, dict(content)]))


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """A kept sheet for the engine."""
    values = dict(content) | {"conclusion": Outcome(content["conclusion"])}
    values["avoidable"] = tuple(Avoidable(**one) for one in content["avoidable"])
    return Sheet(**values)


def opinion_digest(panel: StoredPanel, sheets: Sequence[StoredSheet], content: Mapping[str, Any]) -> str:
    """SM3 of an opinion together with the pack and the sheets it rests on."""
    return sm3_hex(
        canonical_json([panel.panel_id, panel.pack_digest, [one.digest for one in sheets], dict(content)])
    )


def body_of(panel: StoredPanel) -> Claim:
    """The panel as a body: what it does to a case names no member."""
    return Claim(f"panel:{panel.panel_id}", "expert")


async def tell(
    connection: asyncpg.Connection, panel: StoredPanel, step: str, content: Mapping[str, Any]
) -> None:
    """Publishes a step of a panel; in the name of the service, since the caller is not to be known."""
    with use_claim(service_claim("dispute")):
        await register.publish(
            connection,
            kind="draw_reveal",
            subject=f"draw/{panel.panel_id}",
            pool=panel.pool,
            region_code=panel.pool,
            title=f"专家抽取：{_TITLES[step]}",
            content={"step": step, "batch_id": panel.batch_id, "draw_id": panel.panel_id} | dict(content),
        )
