"""Who may ask, and the ids that derive from a request."""

from __future__ import annotations

from chspay_core.digest import sm3_hex
from chspay_core.regions import check_code
from chspay_kit.auth import Claim, current_claim


def may(pool: str, *roles: str) -> Claim:
    """The caller, who must have one of the roles and reach the pool.

    :raises Fault: NOT_A_REGION, ROLE_DENIED, REGION_DENIED.
    """
    check_code(pool, "统筹区")
    claim = current_claim()
    claim.require_role(*roles)
    claim.require_region(pool)
    return claim


def new_id(prefix: str, request_id: str) -> str:
    """The id of what a request creates: the same request, the same id."""
    return f"{prefix}-{sm3_hex(f'{current_claim().subject}/{request_id}'.encode())[:20]}"
