"""Who the rest of a transaction acts for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

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


@contextlib.asynccontextmanager
async def acting_as(connection: asyncpg.Connection, claim: Claim) -> AsyncIterator[None]:
    """Inside the block the row policies apply ``claim``, after it whom they applied before; may be nested."""
    before = await connection.fetchrow(
        "SELECT coalesce(current_setting('chspay.institution', true), ''),"
        " coalesce(current_setting('chspay.region', true), ''),"
        " coalesce(current_setting('chspay.subject', true), '')"
    )
    await act_as(connection, claim)
    yield
    # An error undoes the whole transaction, and the settings with it.
    await connection.execute(
        "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true),"
        " set_config('chspay.subject', $3, true)",
        *before,
    )
