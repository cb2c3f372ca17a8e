"""Who the rest of a transaction acts for."""

from __future__ import annotations

import asyncpg

from chspay_kit.auth import Claim
from chspay_kit.db import scope_of


async def act_as(connection: asyncpg.Connection, claim: Claim) -> None:
    """From here to the end of the transaction the row policies apply ``claim``.

    For a use-case that has found out what its caller may do (an expert of the panel, a named objector) and
    now writes what the caller himself may not see.
    """
    await connection.execute(
        "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true),"
        " set_config('chspay.subject', $3, true)",
        *scope_of(claim),
    )
