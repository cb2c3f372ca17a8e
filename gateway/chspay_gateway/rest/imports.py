"""Bulk intake 批量导入: a CSV or Parquet file, streamed to disk and on to settlement in chunks."""

from __future__ import annotations

import asyncio
import re
import tempfile
from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from starlette.requests import ClientDisconnect

from chspay.settlement.v1 import settlement_pb2
from chspay_core.errors import Fault
from chspay_gateway import casefile, reasons
from chspay_gateway.rest.types import Answer
from chspay_gateway.session import Writer, Writing, gateway_of
from chspay_kit import deadline

PATH = "/api/v1/lists/import"
FAULTS_SHOWN = 1000
_TYPES = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
}
_FORMATS = ("csv", "parquet")

router = APIRouter(prefix="/api/v1", tags=["结算清单"])


class RowFaultOut(Answer):
    """一行的问题；该行没有受理，其余行不受影响。"""

    row: int = Field(description="文件中的行号，第一条数据为1")
    case_id: str
    reason: str = Field(description="稳定的英文原因代码")
    field: str
    value: str
    message: str = Field(description="中文说明")


class ImportAnswer(Answer):
    """批量导入的结果。"""

    rows: int = Field(description="读到的行数")
    accepted: int = Field(description="新受理的清单数")
    superseded: int = Field(description="替代前一版的清单数")
    unchanged: int = Field(description="与已有版本相同的清单数")
    faulty: int = Field(description="有问题而未受理的行数")
    faults: list[RowFaultOut] = Field(description=f"前{FAULTS_SHOWN}个问题")


@router.post(
    "/lists/import",
    summary="批量导入结算清单（CSV 或 Parquet）",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": (
                        "case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,"
                        "diagnoses,procedures,total_cost,patient_paid\n"
                        "ZY20260100002,H33010100001,990101,2026-01-05,2026-01-12,1,67,I63.900|I10.x00,,"
                        "12345.60,3021.17\n"
                    ),
                },
                "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def import_lists(
    request: Request,
    caller: Writer,
    file: Annotated[str, Query(alias="format", description="csv 或 parquet；不填则看 Content-Type")] = "",
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> ImportAnswer:
    """列名与标准病例表一致，列表列用 | 分隔（CSV）。逐块受理；中断后用同一个 Idempotency-Key 重传即可续传。

    有问题的行逐条列出，不影响其他行。
    """
    settings = gateway_of(request).settings
    deadline.begin(settings.import_seconds)
    form = _form(file, content_type)
    with tempfile.TemporaryDirectory(prefix="chspay-import-") as folder:
        path = FilePath(folder) / f"lists.{form}"
        await spool(request, path, settings.import_bytes)
        tally = _Tally()
        numbers = await asyncio.to_thread(_prepare, path, form, tally)
        if numbers:
            await _send(caller, path.parent, numbers, tally)
        return tally.answer()


def _form(query: str, content_type: str) -> str:
    form = query or _TYPES.get(content_type.partition(";")[0].strip().lower(), "")
    if form not in _FORMATS:
        raise Fault(
            reasons.FORMAT_BAD, field="format", value=query or content_type, expected="、".join(_FORMATS)
        )
    return form


async def spool(request: Request, path: FilePath, limit: int) -> None:
    """The upload on disk; refused as soon as it is known to be too large."""
    too_large = Fault(reasons.BODY_TOO_LARGE, limit=f"{limit // 1024 // 1024}MB")
    declared = request.headers.get("content-length", "")
    if re.fullmatch(r"[0-9]{1,18}", declared) and int(declared) > limit:
        raise too_large
    size = 0
    try:
        with path.open("wb") as out:
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large
                await asyncio.to_thread(out.write, part)
    except ClientDisconnect as error:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="完整文件", detail="上传中断") from error


@dataclass(slots=True)
class _Tally:
    """What became of the rows so far."""

    faults: list[RowFaultOut] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {"rows": 0, "accepted": 0, "superseded": 0, "unchanged": 0, "faulty": 0}
    )

    def note(self, found: Sequence[casefile.RowFault]) -> None:
        """Counts faults and keeps the first ones."""
        self.counts["faulty"] += len(found)
        for fault in found[: FAULTS_SHOWN - len(self.faults)]:
            self.faults.append(RowFaultOut.model_construct(**asdict(fault)))

    def answer(self) -> ImportAnswer:
        """The whole of it."""
        return ImportAnswer(faults=sorted(self.faults, key=lambda fault: fault.row), **self.counts)


def _prepare(path: FilePath, form: str, tally: _Tally) -> list[array[int]]:
    """Reads the whole file before anything is sent, so that a broken file leaves no trace.

    Chunk ``n`` of good rows goes to ``n.arrow`` beside the file; the answer holds its rows' numbers.
    """
    numbers: list[array[int]] = []
    for chunk in casefile.chunks(path, form):
        tally.counts["rows"] += chunk.rows
        tally.note(chunk.faults)
        if chunk.numbers:
            path.with_name(f"{len(numbers)}.arrow").write_bytes(chunk.arrow)
            numbers.append(chunk.numbers)
    return numbers


async def _send(caller: Writing, folder: FilePath, numbers: list[array[int]], tally: _Tally) -> None:
    """The chunks, one after another; the service's row numbers become those of the file."""

    async def requests() -> AsyncIterator[settlement_pb2.ImportListsRequest]:
        for number in range(len(numbers)):
            cases = await asyncio.to_thread((folder / f"{number}.arrow").read_bytes)
            yield settlement_pb2.ImportListsRequest(
                request_id=caller.request_id, chunk_no=number, cases=cases
            )

    async for answer in caller.services.settlement.ImportLists(requests()):
        for name in ("accepted", "superseded", "unchanged"):
            tally.counts[name] += getattr(answer, name)
        rows = numbers[answer.chunk_no]
        tally.note(
            [
                casefile.RowFault(
                    rows[item.row], item.case_id, item.reason, item.field, item.value, item.message
                )
                for item in answer.faults
            ]
        )
