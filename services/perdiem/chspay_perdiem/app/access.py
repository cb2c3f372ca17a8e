"""Who may ask, and the ids that derive from a request."""

from __future__ import annotations

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.regions import check_code, prefix
from chspay_kit.auth import REGION_DENIED, Claim, current_claim


def may(pool: str, *roles: str) -> Claim:
    """The caller, who must have one of the roles and reach the pool.

    :raises Fault: NOT_A_REGION, ROLE_DENIED, REGION_DENIED.
    """
    check_code(pool, "统筹区")
    claim = current_claim()
    claim.require_role(*roles)
    claim.require_region(pool)
    return claim


def may_of(pool: str, hospital_code: str) -> Claim:
    """The caller, who is the institution itself, inside of the pool, or whoever reaches the pool.

    :raises Fault: NOT_A_REGION, REGION_DENIED, INSTITUTION_DENIED.
    """
    claim = current_claim()
    if claim.role != "hospital":
        return may(pool, "bureau", "service")
    check_code(pool, "统筹区")
    claim.require_institution(hospital_code)
    # An institution's claim may name no region; its rows are its own in any case.
    if claim.region and not claim.region.startswith(prefix(pool)):
        raise Fault(REGION_DENIED, field="region", value=pool)
    return claim


def new_id(prefix_: str, request_id: str) -> str:
    """The id of what a request creates: the same request, the same id."""
    return f"{prefix_}-{sm3_hex(f'{current_claim().subject}/{request_id}'.encode())[:20]}"
