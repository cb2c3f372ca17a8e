"""Replay bundles 重放包: everything a stored clearing was made from, as one sealed file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from chspay.settlement.v1 import replay_pb2 as pb
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.rest.types import Code
from chspay_gateway.session import Caller
from chspay_kit import deadline

router = APIRouter(prefix="/api/v1", tags=["重放"])
BROKEN_OFF = Reason("REPLAY_FILE_BROKEN_OFF", Kind.UNAVAILABLE, "{value}的重放包没有传完，请再取一次。")
_SECONDS = 3600.0
_FILE = {
    200: {
        "content": {"application/vnd.chspay.replay+zip": {}},
        "description": "重放包文件；用 chspay replay 文件名 离线重放并逐字节比对",
    }
}


@router.get(
    "/clearings/{clearing_id}/replay",
    summary="下载一次清算的重放包",
    response_class=StreamingResponse,
    responses=_FILE,  # type: ignore[arg-type]
)
async def get_bundle(
    caller: Caller,
    clearing_id: Annotated[Code, Path(description="月结、连续月结、年度清算或重新清算的编号")],
) -> StreamingResponse:
    """清算所用的全部输入、政策包和当时的结果，封装为一个文件。

    文件内逐项有 SM3，改动任何一个字节都能发现；无论下载多少次，内容和清单摘要相同，签名每次重新生成。
    """
    caller.require_bureau()
    deadline.begin(_SECONDS)
    answers = caller.services.replay.ExportReplay(pb.ExportReplayRequest(clearing_id=clearing_id))
    # The first answer is awaited here, so that a refusal still has its own status and shape.
    first = await anext(answers, None)
    return StreamingResponse(
        _chunks(clearing_id, first, answers),
        media_type="application/vnd.chspay.replay+zip",
        headers={"Content-Disposition": f'attachment; filename="{clearing_id}.chsreplay"'},
    )


async def _chunks(clearing_id: str, first: Any, answers: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """The bytes of the file; a file that does not come to its end breaks the transfer off."""
    if first is not None and first.chunk:
        yield first.chunk
    ended = False
    async for answer in answers:
        ended = ended or answer.WhichOneof("part") == "end"
        if answer.chunk:
            yield answer.chunk
    if not ended:
        raise Fault(BROKEN_OFF, value=clearing_id)
