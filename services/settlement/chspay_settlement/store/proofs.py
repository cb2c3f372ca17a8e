"""The proofs of runs: the tree of a run's totals down to its hospitals."""

from __future__ import annotations

import asyncpg


async def put(connection: asyncpg.Connection, run_id: str, pool: str, root: str, content: bytes) -> None:
    """Keeps the tree of a run.

    :param root: hash of the root, hex.
    """
    await connection.execute(
        "INSERT INTO settlement.run_proof (run_id, pool, root, content) VALUES ($1, $2, $3, $4)",
        run_id,
        pool,
        root,
        content,
    )


async def one(connection: asyncpg.Connection, run_id: str) -> tuple[str, bytes] | None:
    """Root (hex) and tree of a run; ``None`` when the asker may not see it, or the run has none."""
    row = await connection.fetchrow(
        "SELECT root, content FROM settlement.run_proof WHERE run_id = $1", run_id
    )
    return None if row is None else (row[0], row[1])
