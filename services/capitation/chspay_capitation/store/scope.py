"""Who the rest of a transaction acts for."""

from __future__ import annotations

from chspay_kit.auth import Claim
from chspay_kit.db import current_connection, scope_of


async def act_as(claim: Claim) -> None:
    """From here to the end of the transaction the row policies apply ``claim``.

    For a service that has found out what the asker may see and now looks wider on its own account.
    """
    await (await current_connection()).execute(
        "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true),"
        " set_config('chspay.subject', $3, true)",
        *scope_of(claim),
    )
