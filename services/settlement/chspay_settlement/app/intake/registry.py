"""The hospitals of a pool, dated: those the registry of institutions does not speak of are put here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import asyncpg

from chspay_core import regions
from chspay_core.case import HOSPITAL_BAD
from chspay_core.errors import Fault
from chspay_core.sandbox import is_sandbox
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.store import hospitals
from chspay_settlement.store.hospitals import Hospital

_LEVELS = (1, 2, 3, 9)
_DAYS_OVERLAP_SQLSTATE = "CH002"


async def put_hospital(hospital: Hospital) -> Hospital:
    """Registers a hospital from a day on; what stood before ends the day before.

    :raises Fault: a wrong level, region or day, another row on the same days, or HOSPITAL_IN_REGISTRY.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    code = hospital.hospital_code
    if not (code.isascii() and code.isalnum() and len(code) <= 30) or is_sandbox(code):
        raise Fault(HOSPITAL_BAD, field="hospital_code", value=code)
    if not hospital.name.strip():
        raise Fault(faults.FIELD_MISSING, field="name")
    if hospital.level not in _LEVELS:
        raise Fault(faults.HOSPITAL_LEVEL_BAD, field="level", value=hospital.level)
    regions.check_code(hospital.pool, "region_code")
    regions.check_code(hospital.region_code, "area_code")
    if not regions.contains(hospital.pool, hospital.region_code):
        raise Fault(
            faults.REGION_OUTSIDE_POOL, field="area_code", value=hospital.region_code, pool=hospital.pool
        )
    if hospital.until is not None and hospital.until < hospital.since:
        raise Fault(faults.HOSPITAL_DAYS_BAD, field="until", value=hospital.until, since=hospital.since)
    claim.require_region(hospital.region_code)
    connection = await current_connection()
    if await hospitals.registered(connection, code):
        raise Fault(faults.HOSPITAL_IN_REGISTRY, field="hospital_code", value=code)
    try:
        await hospitals.put(connection, hospital)
    except asyncpg.PostgresError as error:
        if error.sqlstate == _DAYS_OVERLAP_SQLSTATE:
            raise Fault(faults.HOSPITAL_DAYS_OVERLAP, field="since", value=code) from error
        raise
    return hospital


async def page(region_code: str, after: Sequence[str | int], limit: int) -> list[Hospital]:
    """Hospitals of the pools in a region (empty = all the asker may see), by code and day."""
    prefix = regions.prefix(region_code) if region_code else ""
    position = (str(after[0]), date.fromisoformat(str(after[1]))) if after else ("", date.min)
    return await hospitals.page(await current_connection(), prefix, position, limit)
