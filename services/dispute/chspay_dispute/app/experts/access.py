"""Who may do what with experts: officers of the pool apart from case handlers, experts for themselves."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code, prefix
from chspay_dispute.store.experts import panels
from chspay_dispute.store.experts.panels import Seat, StoredPanel
from chspay_dispute.store.scope import act_as
from chspay_kit.auth import Claim, current_claim, service_claim
from chspay_kit.db import current_connection

SECRETARY_HANDLES = Reason(
    "SECRETARY_HANDLES", Kind.DENIED, "专家库秘书不得兼办案件，请使用没有经办职责的账号。"
)
REVIEW_UNKNOWN = Reason("REVIEW_UNKNOWN", Kind.NOT_FOUND, "您没有编号为“{value}”的评审。")
PANEL_UNKNOWN = Reason("PANEL_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的专家组。")


def secretary(pool: str) -> Claim:
    """The caller, a secretary of the pool who handles no cases.

    :raises Fault: NOT_A_REGION, ROLE_DENIED, DUTY_DENIED, REGION_DENIED, SECRETARY_HANDLES.
    """
    check_code(pool, "统筹区")
    claim = current_claim()
    claim.require_role("bureau")
    claim.require_duty("secretary")
    claim.require_region(pool)
    if "handling" in claim.duties:
        raise Fault(SECRETARY_HANDLES, field="duties")
    return claim


def overseer(pool: str) -> Claim:
    """The caller, who keeps the pool of experts or audits it; an empty pool means wherever he reaches.

    :raises Fault: NOT_A_REGION, ROLE_DENIED, DUTY_DENIED, REGION_DENIED.
    """
    claim = current_claim()
    claim.require_role("bureau")
    claim.require_duty("secretary", "audit")
    if pool:
        claim.require_region(check_code(pool, "统筹区"))
    return claim


def officer(pool: str) -> Claim:
    """The caller, an office of the insurance.

    :raises Fault: NOT_A_REGION, ROLE_DENIED, REGION_DENIED.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    if pool:
        claim.require_region(check_code(pool, "统筹区"))
    return claim


def expert() -> Claim:
    """The caller, an expert.

    :raises Fault: ROLE_DENIED.
    """
    claim = current_claim()
    claim.require_role("expert")
    return claim


async def as_office_of(connection: asyncpg.Connection, region_code: str) -> None:
    """From here on the row policies show the whole pool: for an expert whose seat was found."""
    await act_as(connection, service_claim("dispute", prefix(region_code)))


async def own_seat(panel_id: str, *states: str) -> tuple[asyncpg.Connection, Seat, StoredPanel]:
    """The caller's seat and the panel, locked; from here on the transaction acts for the office.

    :param states: states of the seat the caller may be in.
    :raises Fault: ROLE_DENIED, REVIEW_UNKNOWN.
    """
    claim, connection = expert(), await current_connection()
    seat = await panels.seat_of(connection, panel_id, claim.subject)
    if seat is None or seat.state not in states:
        raise Fault(REVIEW_UNKNOWN, field="panel_id", value=panel_id)
    await as_office_of(connection, seat.region_code)
    panel = await panels.one(connection, panel_id, lock=True)
    if panel is None:
        raise Fault(REVIEW_UNKNOWN, field="panel_id", value=panel_id)
    return connection, seat, panel


def new_id(prefix_: str, request_id: str) -> str:
    """The id of what a request creates: the same request, the same id."""
    return f"{prefix_}-{sm3_hex(f'{current_claim().subject}/{request_id}'.encode())[:20]}"


def dated_id(prefix_: str, at: datetime, request_id: str) -> str:
    """An id that sorts by the instant."""
    return f"{prefix_}-{at:%Y%m%d%H%M%S}-{sm3_hex(f'{current_claim().subject}/{request_id}'.encode())[:8]}"
