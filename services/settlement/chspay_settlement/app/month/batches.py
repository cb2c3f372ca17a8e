"""Postings of the engine written as one batch of a pool's ledger, chained in its journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import asyncpg
import orjson

from chspay_kit import journal
from chspay_settlement.engine.books.ledger import Posting
from chspay_settlement.store import ledger


class Batch(NamedTuple):
    """What a batch is: its number, the pool and month it stands in, the run it comes from, and its kind.

    ``corrects`` is the batch it corrects, ``cause`` why.
    """

    batch_id: str
    pool: str
    period: int
    run_id: str
    kind: str
    corrects: str = ""
    cause: str = ""


async def post_batch(
    connection: asyncpg.Connection, batch: Batch, postings: Sequence[Posting], regions: Mapping[str, str]
) -> None:
    """Posts a batch; nothing to post, nothing is written.

    :param regions: hospital code -> the place whose row policies show its lines.
    """
    if not postings:
        return
    lines = [_line(posting, batch.pool, regions) for posting in postings]
    payload = orjson.dumps(
        {
            "batch": batch.batch_id,
            "kind": batch.kind,
            "pool": batch.pool,
            "period": batch.period,
            **({"corrects": batch.corrects, "cause": batch.cause} if batch.cause else {}),
            "lines": [list(line) for line in lines],
        },
        option=orjson.OPT_SORT_KEYS,
    )
    chained = await journal.append(connection, f"ledger/{batch.pool}", payload)
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


def _line(posting: Posting, pool: str, regions: Mapping[str, str]) -> ledger.Line:
    code = posting.hospital_code
    account = "/".join(part for part in (posting.account, pool, code) if part)
    return ledger.Line(
        account, regions.get(code, pool), code, posting.debit_fen - posting.credit_fen, posting.memo
    )
