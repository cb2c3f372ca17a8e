"""What a run is given besides lists: the weight table policy names, the coefficients measured for its pool.

Chosen when the run is drawn up and kept with it byte for byte, so that a replay and every explanation read
what the run read, whatever has been published since.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from chspay_core import regions
from chspay_core.artefact import ArtefactKind, named
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.policy_reading import cited
from chspay_core.weight_table import load_weight_table
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.reading.lineage import stored_table
from chspay_settlement.clients import Grouper
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.measure import MEASURED
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.source import METHOD, TABLE_OTHER, Coefficients
from chspay_settlement.engine.coefficient.table import CoefficientTable, coefficient_table_of
from chspay_settlement.engine.groups.point_source import POINT_SOURCES
from chspay_settlement.engine.groups.weight_table import published
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.store import run_inputs
from chspay_settlement.store.run_inputs import COEFFICIENTS, WEIGHT_TABLE, CoefficientRow, Given


async def given_to(
    connection: asyncpg.Connection,
    grouper: Grouper,
    policy: Policy,
    pool: str,
    period: int,
    scheme_digest: str,
) -> list[Given]:
    """What a run of this month needs besides lists.

    :raises Fault: the weight table is not to be had, or not the very one policy names, or measured in
        another way (``ARTEFACT_*``, ``WEIGHT_TABLE_*``); COEFFICIENT_TABLE_MISSING, COEFFICIENT_TABLE_OTHER.
    """
    found = []
    if POINT_SOURCES.chosen(policy).published:
        wanted = named(policy, ArtefactKind.WEIGHT_TABLE)
        content = await grouper.weight_table(wanted.digest)
        published(load_weight_table(content), Terms.read(policy), scheme_digest)
        found.append(Given(WEIGHT_TABLE, content))
    if policy.text(METHOD) in MEASURED:
        measured = await run_inputs.coefficients_in_force(connection, pool, period)
        if measured is None:
            raise Fault(
                faults_month.COEFFICIENTS_NOT_STORED, field=METHOD, value=policy.text(METHOD), pool=pool,
                month=Month(period // 100, period % 100), document=cited(policy, METHOD),
            )  # fmt: skip
        coefficients_of(policy, coefficient_table_of(measured))
        found.append(Given(COEFFICIENTS, measured))
    return found


async def kept(connection: asyncpg.Connection, run_id: str, kind: str) -> bytes | None:
    """One thing a run was given, checked against its digest; ``None`` when it was given none."""
    found = await run_inputs.one(connection, run_id, kind)
    if found is None:
        return None
    digest = sm3_hex(found[0])
    if digest != found[1]:
        raise Fault(faults.LINEAGE_BROKEN, field=kind, value=run_id, found=digest, stored=found[1])
    return found[0]


async def published_table(
    connection: asyncpg.Connection, run_id: str, policy: Policy, scheme_digest: str
) -> GroupTable | None:
    """The group figures of the weight table a run was given; ``None`` when it was given none.

    :raises Fault: LINEAGE_BROKEN, and as :func:`given_to`.
    """
    content = await kept(connection, run_id, WEIGHT_TABLE)
    if content is None:
        return None
    return published(load_weight_table(content), Terms.read(policy), scheme_digest)


async def measured_coefficients(connection: asyncpg.Connection, run_id: str) -> CoefficientTable | None:
    """The table of measured coefficients a run was given; ``None`` when policy publishes its own."""
    content = await kept(connection, run_id, COEFFICIENTS)
    return None if content is None else coefficient_table_of(content)


async def stored_coefficients(
    connection: asyncpg.Connection, run_id: str, policy: Policy
) -> Coefficients | None:
    """The measured coefficients a run was given; ``None`` when policy publishes its own."""
    table = await measured_coefficients(connection, run_id)
    return None if table is None else coefficients_of(policy, table)


async def pricer_of(connection: asyncpg.Connection, run_id: str, policy: Policy) -> Pricer:
    """The pricer of a run, from the group figures and coefficients kept with it.

    :raises Fault: LINEAGE_BROKEN when either is not what was stored.
    """
    table = await stored_table(connection, run_id)
    return Pricer(table, policy, await stored_coefficients(connection, run_id, policy))


class CoefficientTables:
    """Measured coefficient tables as callers see them."""

    async def put(self, pool: str, in_force: Month, content: bytes) -> CoefficientRow:
        """Keeps a table that was measured elsewhere, for the runs of a pool from a month on.

        :raises Fault: COEFFICIENT_TABLE_BROKEN, ROLE_DENIED, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(pool, "pool")
        claim.require_region(pool)
        table: CoefficientTable = coefficient_table_of(content)
        if table.method not in MEASURED:
            raise Fault(
                TABLE_OTHER, field=METHOD, value=table.method, wanted="、".join(MEASURED), document=METHOD
            )
        connection = await current_connection()
        period = in_force.year * 100 + in_force.month
        number = await run_inputs.count_coefficients(connection, pool, period) + 1
        row = CoefficientRow(
            f"CT-{pool}-{period}-{number}", pool, regions.prefix(pool), period, table.method, table.title,
            table.digest, claim.subject,
        )  # fmt: skip
        await run_inputs.put_coefficients(connection, row, content)
        return row

    async def get(self, table_id: str) -> tuple[CoefficientRow, bytes]:
        """A table the asker may see, with its content.

        :raises Fault: COEFFICIENT_TABLE_NOT_FOUND.
        """
        found = await run_inputs.coefficients(await current_connection(), table_id)
        if found is None:
            raise Fault(faults_month.COEFFICIENTS_NOT_FOUND, field="table_id", value=table_id)
        return found

    async def page(self, pool: str, after: str, limit: int) -> Sequence[CoefficientRow]:
        """Tables the asker may see, after one."""
        return await run_inputs.page_of_coefficients(await current_connection(), pool, after, limit)
