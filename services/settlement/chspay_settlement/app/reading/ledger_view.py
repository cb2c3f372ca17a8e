"""The ledger read and proven: statements of account, and whether the chain of batches still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from chspay_core import regions
from chspay_kit import journal
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement.app.year.life import may
from chspay_settlement.store import accounts
from chspay_settlement.store.accounts import Line, Stored

_FIRST, _LAST = 0, 999_999


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found; ``faults`` is empty when every batch is as it was posted."""

    pool: str
    batches: int
    head: str
    faults: tuple[str, ...]


async def statement(
    pool: str, hospital_code: str, of: int, after: Sequence[str | int], limit: int
) -> list[Line]:
    """The lines of an institution's accounts in a year (0: always), in the order they were posted.

    A hospital reads its own; a bureau names one, or none for the pool's own accounts.
    """
    regions.check_code(pool, "pool")
    claim = current_claim()
    code = claim.institution if claim.role == "hospital" else hospital_code
    if claim.role != "hospital" and not code:
        may(pool)
    span = (of * 100 + 1, of * 100 + 12) if of else (_FIRST, _LAST)
    position = (int(after[0]), int(after[1])) if after else (0, 0)
    return await accounts.statement(await current_connection(), pool, code, span, position, limit)


async def verify(pool: str) -> Proof:
    """Recomputes the chain of a pool's ledger, and compares every batch and line with its journal entry."""
    may(pool)
    connection = await current_connection()
    chain = await journal.verify(connection, f"ledger/{pool}")
    faults = []
    if not chain.intact:
        faults.append(f"第{chain.broken_at}批的哈希与前一批不衔接")
    count = 0
    async for payload, stored in accounts.batches(connection, pool):
        count += 1
        said = orjson.loads(payload)
        if stored is None:
            faults.append(f"账簿中没有日志所载的批次{said['batch']}")
            continue
        if _as_said(stored) != said:
            faults.append(f"批次{stored.batch_id}与记账时的内容不一致")
        if sum(int(str(line[3])) for line in stored.lines):
            faults.append(f"批次{stored.batch_id}借贷不平")
    faults += [f"批次{batch_id}不在日志中" for batch_id in await accounts.unchained(connection, pool)]
    return Proof(pool, count, chain.head.hex(), tuple(faults))


def _as_said(stored: Stored) -> dict[str, object]:
    """A stored batch as its journal entry must say it."""
    said: dict[str, object] = {
        "batch": stored.batch_id,
        "kind": stored.kind,
        "pool": stored.pool,
        "period": stored.period,
        "lines": stored.lines,
    }
    if stored.cause:
        said |= {"corrects": stored.corrects, "cause": stored.cause}
    return said
