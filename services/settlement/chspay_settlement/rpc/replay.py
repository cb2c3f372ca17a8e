"""Replay bundles of stored clearings over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from chspay.settlement.v1 import replay_pb2 as pb
from chspay.settlement.v1 import replay_pb2_grpc
from chspay_core.digest import Sm3
from chspay_settlement.app.replay.export import Progress, ReplayBundles

NAME = "chspay.settlement.v1.ReplayService"
_CHUNK = 1 << 20


class ReplayServicer(replay_pb2_grpc.ReplayServiceServicer):
    """Reads only."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, bundles: ReplayBundles) -> None:
        self._bundles = bundles

    async def ExportReplay(
        self, request: pb.ExportReplayRequest, _context: Any
    ) -> AsyncIterator[pb.ExportReplayResponse]:
        """Progress, then the file in pieces, then its digest."""
        async for found in self._bundles.export(request.clearing_id):
            if isinstance(found, Progress):
                yield pb.ExportReplayResponse(progress=pb.ReplayProgress(done=found.done, total=found.total))
                continue
            digest, size = Sm3(), 0
            with found.path.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    digest.add(chunk)
                    size += len(chunk)
                    yield pb.ExportReplayResponse(chunk=chunk)
            yield pb.ExportReplayResponse(
                end=pb.ReplayEnd(
                    digest=found.digest, file_digest=digest.hex(), size=size, kind=found.kind,
                    engine_version=found.engine,
                )
            )  # fmt: skip
