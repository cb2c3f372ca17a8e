"""Postings of the engine written as one batch of a pool's ledger, chained in its journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg

from chspay_kit import journal
from chspay_settlement.engine.books.batch import Batch, batch_content, batch_lines
from chspay_settlement.engine.books.ledger import Posting
from chspay_settlement.store import ledger


async def post_batch(
    connection: asyncpg.Connection, batch: Batch, postings: Sequence[Posting], regions: Mapping[str, str]
) -> None:
    """Posts a batch; nothing to post, nothing is written.

    :param regions: hospital code -> the place whose row policies show its lines.
    """
    if not postings:
        return
    lines = batch_lines(postings, batch.pool, regions)
    chained = await journal.append(connection, f"ledger/{batch.pool}", batch_content(batch, lines))
    await ledger.post(
        connection,
        batch.batch_id,
        batch.pool,
        batch.period,
        batch.run_id,
        batch.kind,
        chained,
        lines,
        corrects=batch.corrects,
        cause=batch.cause,
    )
