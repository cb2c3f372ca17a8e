"""A file that breaks off on its way never looks whole."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from chspay.settlement.v1 import replay_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")


class BrokenOff:
    """A settlement that dies while it sends."""

    async def ExportReplay(self, request):
        yield pb.ExportReplayResponse(progress=pb.ReplayProgress(done=1, total=2))
        yield pb.ExportReplayResponse(chunk=b"half of it")


async def test_a_file_without_its_end_breaks_the_transfer_off(gw):
    """The client sees a broken transfer, not a short file with status 200 and a proper end."""
    gateway = gw.app.state.gateway
    server, task = await gw.serve()
    object.__setattr__(gateway, "services", replace(gw.services, replay=BrokenOff()))
    try:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {gw.keys['bureau']}"}) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"{gw.url}/api/v1/clearings/MR-1/replay")
    finally:
        object.__setattr__(gateway, "services", gw.services)
        server.should_exit = True
        await task
