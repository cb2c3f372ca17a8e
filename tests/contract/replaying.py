"""Fetches the replay bundle of a stored clearing and does it again, as ``chspay replay`` does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import settlement_world as sw

from chspay.settlement.v1 import replay_pb2, replay_pb2_grpc
from chspay_cli.replay_damage import open_bundle
from chspay_cli.replay_run import Done, replay_bundle
from chspay_kit import auth


async def export(
    world: Any, clearing_id: str, claim: auth.Claim = sw.BUREAU
) -> tuple[bytes, replay_pb2.ReplayEnd | None]:
    """The bundle as it comes over the wire."""
    stub = replay_pb2_grpc.ReplayServiceStub(world.channel)
    content, end = b"", None
    with auth.use_claim(claim):
        async for answer in stub.ExportReplay(replay_pb2.ExportReplayRequest(clearing_id=clearing_id)):
            content += answer.chunk
            end = answer.end if answer.WhichOneof("part") == "end" else end
    return content, end


async def again(world: Any, clearing_id: str, folder: Path) -> list[Done]:
    """Every clearing of the bundle, done again in this process."""
    path = folder / f"{clearing_id}.chsreplay"
    path.write_bytes((await export(world, clearing_id))[0])

    def work() -> list[Done]:
        with open_bundle(path) as package:
            return list(replay_bundle(package))

    return await asyncio.to_thread(work)
