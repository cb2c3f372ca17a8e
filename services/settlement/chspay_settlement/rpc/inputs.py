"""The servicer of what runs are given besides lists: messages in, use-cases, messages out."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import inputs_pb2 as pb
from chspay.settlement.v1 import inputs_pb2_grpc
from chspay_core.period import Month
from chspay_kit import paging
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import CoefficientTables
from chspay_settlement.store.run_inputs import CoefficientRow

NAME = "chspay.settlement.v1.InputService"
Context = Any


class InputServicer(inputs_pb2_grpc.InputServiceServicer):
    """What runs are given, over gRPC."""

    WRITES = frozenset({"PutCoefficientTable"})

    def __init__(self, tables: CoefficientTables) -> None:
        self._tables = tables

    async def PutCoefficientTable(
        self, request: pb.PutCoefficientTableRequest, _context: Context
    ) -> pb.PutCoefficientTableResponse:
        """Keeps a measured table for the runs of a pool."""
        in_force = Month.parse(request.in_force, "in_force")
        row = await self._tables.put(request.pool, in_force, request.content)
        return pb.PutCoefficientTableResponse(table=_to_pb(row))

    async def GetCoefficientTable(
        self, request: pb.GetCoefficientTableRequest, _context: Context
    ) -> pb.GetCoefficientTableResponse:
        """A table and its content."""
        row, content = await self._tables.get(request.table_id)
        return pb.GetCoefficientTableResponse(table=_to_pb(row), content=content)

    async def ListCoefficientTables(
        self, request: pb.ListCoefficientTablesRequest, _context: Context
    ) -> pb.ListCoefficientTablesResponse:
        """Tables the asker may see, by id."""
        query, limit = ("coefficient tables", request.pool), paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        found = await self._tables.page(request.pool, str(after[0]), limit + 1)
        shown = found[:limit]
        token = paging.encode(query, [shown[-1].table_id]) if len(found) > limit else ""
        return pb.ListCoefficientTablesResponse(tables=[_to_pb(row) for row in shown], next_page_token=token)


def _to_pb(row: CoefficientRow) -> pb.CoefficientTable:
    return pb.CoefficientTable(
        table_id=row.table_id,
        pool=row.pool,
        in_force=str(month_of(row.in_force)),
        method=row.method,
        title=row.title,
        digest=row.digest,
        put_by=row.put_by,
    )
