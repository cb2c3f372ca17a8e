"""A batch of the ledger as canonical bytes: what the journal of a pool chains; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from chspay_settlement.engine.books.ledger import Posting


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


class Line(NamedTuple):
    """One posting: debit above zero, credit below, fen."""

    account: str
    region_code: str
    hospital_code: str
    amount_fen: int
    note: str


def batch_lines(postings: Sequence[Posting], pool: str, regions: Mapping[str, str]) -> list[Line]:
    """Postings as lines of a pool's accounts.

    :param regions: hospital code -> the place whose row policies show its lines.
    """
    return [_line(posting, pool, regions) for posting in postings]


def _line(posting: Posting, pool: str, regions: Mapping[str, str]) -> Line:
    code = posting.hospital_code
    account = "/".join(part for part in (posting.account, pool, code) if part)
    return Line(account, regions.get(code, pool), code, posting.debit_fen - posting.credit_fen, posting.memo)


def batch_content(batch: Batch, lines: Sequence[Line]) -> bytes:
    """The batch as the journal chains it: the same batch, the same bytes."""
    return orjson.dumps(
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
