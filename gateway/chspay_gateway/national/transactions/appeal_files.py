"""3704 附件上传: papers of an appeal, kept sealed for a week until 3702 or 3703 names them."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.message import MEMBER_MISSING
from chspay_gateway.envelope.node import Node
from chspay_gateway.national.transactions.files import KEPT_DAYS
from chspay_gateway.national.transactions.values import data_of, needed
from chspay_gateway.store import WireFile

FILES_MANY = Reason("FSI_APPEAL_FILES", Kind.INVALID, "{why}，收到{value}。")
BYTES_BAD = Reason("FSI_APPEAL_BYTES", Kind.INVALID, "附件“{value}”的bytes应为base64文本或字节数组。")
UPLOAD_UNKNOWN = Reason(
    "FSI_APPEAL_UPLOAD", Kind.NOT_FOUND, "没有编号为“{value}”的附件，或已过保存期限，请重新上传。"
)
_AT_ONCE, _IN_ALL, _MOST_BYTES = 5, 30, 100 << 20
_LONGEST_NAME = 100


async def upload(call: Call) -> Outcome:
    """3704: keeps up to five papers under one number; more come with later messages that name it."""
    node = data_of(call)
    papers = [_paper(row) for row in node.rows("fsiAppealFileDTOList", ("name",))]
    if not papers:
        raise Fault(MEMBER_MISSING, field="fsiAppealFileDTOList")
    if len(papers) > _AT_ONCE:
        raise _many("fsiAppealFileDTOList", f"{len(papers)}个", f"每次至多{_AT_ONCE}个附件")
    named = node.text("attUploadId")
    held = await files_of(call, named) if named else []
    new = [paper for paper in papers if paper not in held]
    if len(held) + len(new) > _IN_ALL:
        raise _many("attUploadId", f"{len(held) + len(new)}个", f"一共至多{_IN_ALL}个附件")
    size = sum(len(content) for _, content in (*held, *new))
    if size > _MOST_BYTES:
        raise _many("bytes", f"{size}字节", "附件一共至多100MB")
    number = named or f"att{sm3_hex(call.message.request_id.encode())[:29]}"
    at = len(held)
    for paper in new:
        at = await _keep(call, number, at, paper)
    return Outcome({"attUploadId": number})


async def files_of(call: Call, number: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the papers kept under a number of 3704.

    :raises Fault: FSI_APPEAL_UPLOAD.
    """
    found: list[tuple[str, bytes]] = []
    while len(found) < _IN_ALL:
        file = await call.store.file(call.message.institution, _place(number, len(found)))
        if file is None:
            break
        found.append((file.filename, file.content))
    if not found:
        raise Fault(UPLOAD_UNKNOWN, field="attUploadId", value=number)
    return found


async def _keep(call: Call, number: str, at: int, paper: tuple[str, bytes]) -> int:
    """Keeps a paper at the first free place from ``at`` on; the place after it."""
    name, content = paper
    until = call.received + timedelta(days=KEPT_DAYS)
    for place in range(at, _IN_ALL):
        file_no = _place(number, place)
        await call.store.put_file(WireFile(file_no, call.message.institution, name, content, until))
        kept = await call.store.file(call.message.institution, file_no)
        # A place that another message took in the meantime stays as it is.
        if kept is not None and (kept.filename, kept.content) == paper:
            return place + 1
    raise _many("attUploadId", f"{_IN_ALL + 1}个", f"一共至多{_IN_ALL}个附件")


def _many(field: str, got: str, why: str) -> Fault:
    return Fault(FILES_MANY, field=field, value=got, why=why)


def _place(number: str, at: int) -> str:
    return f"{number}/{at}"


def _paper(row: Node) -> tuple[str, bytes]:
    """Name and bytes of a paper: base64, or numbers from -128 to 127 (Java) or 0 to 255."""
    name, value = needed(row, "name"), row.raw("bytes")
    if len(name) > _LONGEST_NAME:
        raise Fault(BYTES_BAD, field="name", value=name[:_LONGEST_NAME])
    try:
        if isinstance(value, str):
            return name, base64.b64decode("".join(value.split()), validate=True)
        if isinstance(value, list):
            numbers = [int(each) for each in value if isinstance(each, (str, int))]
            if len(numbers) == len(value) and all(-128 <= each <= 255 for each in numbers):
                return name, bytes(each & 255 for each in numbers)
    except (ValueError, binascii.Error) as error:
        raise Fault(BYTES_BAD, field="bytes", value=name) from error
    raise Fault(BYTES_BAD, field="bytes", value=name)
