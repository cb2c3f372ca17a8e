"""The cases of a stored clearing copied into its replay bundle, a block at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pyarrow as pa

from chspay_kit.package_draft import Draft
from chspay_settlement.store import replay

_INPUTS = 10


class Copying:
    """Where the cases of one clearing go, and the digests of what they were paid."""

    def __init__(self, draft: Draft, prefix: str, *, with_funds: bool, settled: bool = False) -> None:
        """:param with_funds: whether cases have a fund of their own; those of a year have none.
        :param settled: whether their points were given, not worked out.
        """
        from chspay_settlement.engine.replay import bundle, cases

        self._cases = draft.rows(prefix + bundle.CASES, cases.INPUT_SCHEMA)
        self._paid = draft.rows(prefix + bundle.EXPECTED_CASES, cases.PAID_SCHEMA)
        self._settled = draft.rows(prefix + bundle.SETTLED, cases.PAID_SCHEMA) if settled else None
        self._with_funds = with_funds
        #: SM3 of what the cases of each block were paid.
        self.digests: list[str] = []

    def write(self, columns: Sequence[Sequence[object]]) -> None:
        """The next block of cases, column by column as the store gives them."""
        from chspay_settlement.engine.replay.cases import INPUT_SCHEMA, PAID_SCHEMA, digest_of_rows

        self._cases.write(_batch(INPUT_SCHEMA, columns[:_INPUTS]))
        funds = columns[-1] if self._with_funds else [None] * len(columns[-1])
        paid = _batch(PAID_SCHEMA, [*columns[_INPUTS:-1], funds])
        self._paid.write(paid)
        if self._settled is not None:
            self._settled.write(paid)
        self.digests.append(digest_of_rows(paid))

    def close(self) -> None:
        """There are no more cases."""
        for rows in (self._cases, self._paid, self._settled):
            if rows is not None:
                rows.close()


def _batch(schema: pa.Schema, columns: Sequence[Sequence[object]]) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


async def copy_cases(connection: asyncpg.Connection, run_id: str, copying: Copying) -> AsyncIterator[int]:
    """Copies the cases of a run or an annual clearing; answers how many are done after each block."""
    from chspay_settlement.engine.replay.cases import BLOCK

    done = 0
    async for columns in replay.cases(connection, run_id, BLOCK):
        await asyncio.to_thread(copying.write, columns)
        done += len(columns[0])
        yield done
    await asyncio.to_thread(copying.close)
