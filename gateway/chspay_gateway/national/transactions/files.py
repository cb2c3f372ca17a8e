"""9101 文件上传, 9102 文件下载, and 3201/3202 对账, which compare what both sides have settled.

A file is a zip of one text: UTF-8, TAB between the columns, ``null`` for nothing.
"""

from __future__ import annotations

import asyncio
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay_core import amounts
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Download, Outcome
from chspay_gateway.national.profiles import texts
from chspay_gateway.national.transactions.states import span_of
from chspay_gateway.national.transactions.values import data_of
from chspay_gateway.store import WireFile
from chspay_kit.convert import date_to_pb

FILE_MISSING = Reason("FSI_FILE_MISSING", Kind.INVALID, "没有收到文件，请放在表单的file部分（至多32MB）。")
FILE_NUMBER_MISSING = Reason("FSI_FILE_NUMBER_MISSING", Kind.INVALID, texts()["no_file_number"])
FILE_UNKNOWN = Reason(
    "FSI_FILE_UNKNOWN", Kind.NOT_FOUND, "没有文件{value}，或已过下载截止时间，请重新生成后下载。"
)
FILE_BAD = Reason("FSI_FILE_BAD", Kind.INVALID, "对账文件无法读取：{why}。应为zip，内有一个TAB分列的文本。")
FILE_LONG = Reason(
    "FSI_FILE_LONG", Kind.INVALID, "对账文件超过{limit}行，请缩短对账的起止日期，分成几个文件上传和对账。"
)

KEPT_DAYS = 7
#: Characters of one reconciliation text at most, unpacked.
_MOST_TEXT = 64 * 1024 * 1024
#: Lines of one reconciliation text at most.
MOST_LINES = 200_000
#: What Python's zip reader raises over bytes that are damaged; a bad cipher or method is a RuntimeError.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
)  # fmt: skip
_AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
_UPLOADED = ("setl_id", "mdtrt_id", "psn_no", *_AMOUNTS, "refd_setl_flag")
_LEVEL, _DIFFERS = "0", "1"
_TIME = "%Y-%m-%d %H:%M:%S"
_PAGE = 1000


async def upload(call: Call) -> Outcome:
    """9101: the number under which the file is kept for a week."""
    if call.file is None:
        raise Fault(FILE_MISSING, field="file")
    node = data_of(call, "fsUploadIn")
    file = await _keep(call, node.text("filename") or "upload.zip", call.file, "in")
    told = {
        "file_qury_no": file.file_no,
        "filename": file.filename,
        "fixmedins_code": call.message.institution,
        "dld_endtime": file.until.strftime(_TIME),
    }
    return Outcome(told | {"data": told})


async def download(call: Call) -> Outcome:
    """9102: the file itself; whatever goes wrong is told in JSON."""
    node = data_of(call, "fsDownloadIn")
    number = node.text("file_qury_no")
    if not number:
        raise Fault(FILE_NUMBER_MISSING, field="fsDownloadIn.file_qury_no")
    file = await call.store.file(call.message.institution, number)
    if file is None:
        raise Fault(FILE_UNKNOWN, field="fsDownloadIn.file_qury_no", value=number)
    return Outcome(Download(file.filename, file.content))


async def totals(call: Call) -> Outcome:
    """3201 对总账: count and sums of a span against ours; ``stmt_rslt`` 0 level, 1 not."""
    node = data_of(call)
    first, last = span_of(node)
    kind, type_ = node.text("insutype"), node.text("clr_type")
    rows = [
        each
        for each in await settlements_of(call, first, last)
        if kind in ("", each.facts.get("insutype", "")) and type_ in ("", each.facts.get("clr_type", ""))
    ]
    refunds = node.text("refd_setl_flag") == "1"
    rows = [each for each in rows if each.cancelled is refunds]
    sign = -1 if refunds else 1
    ours: dict[str, Decimal] = {
        name: sign * sum((_amount(each.facts, name) for each in rows), Decimal(0)) for name in _AMOUNTS
    }
    differs = []
    for name in _AMOUNTS:
        theirs = node.number(name)
        if theirs is not None and theirs != ours[name]:
            differs.append(f"{name}：对方{amounts.plain(theirs)}，本方{amounts.plain(ours[name])}")
    count = node.whole("fixmedins_setl_cnt")
    if count is not None and count != len(rows):
        differs.append(f"笔数：对方{count}，本方{len(rows)}")
    info = {
        "setl_optins": node.text("setl_optins"),
        "stmt_rslt": _DIFFERS if differs else _LEVEL,
        "stmt_rslt_dscr": "；".join(differs)[:200] or "对平",
    }
    return Outcome({"stmtinfo": info})


async def details(call: Call) -> Outcome:
    """3202 对明细账: every line of the uploaded file, and every line only we have, in a file of answers."""
    node = data_of(call)
    first, last = span_of(node)
    number = node.text("file_qury_no")
    if not number:
        raise Fault(FILE_NUMBER_MISSING, field="data.file_qury_no")
    file = await call.store.file(call.message.institution, number)
    if file is None:
        raise Fault(FILE_UNKNOWN, field="data.file_qury_no", value=number)
    ours = await settlements_of(call, first, last)
    name = f"stmt_{call.message.institution}_{first:%Y%m%d}_{last:%Y%m%d}.txt"
    # In a thread: nobody else's message waits while a long file is unpacked and compared.
    packed = await asyncio.to_thread(reconciled, name, file.content, ours)
    answer = await _keep(call, name + ".zip", packed, "out")
    info = {
        "file_qury_no": answer.file_no,
        "filename": answer.filename,
        "dld_endtime": answer.until.strftime(_TIME),
    }
    return Outcome({"fileinfo": info})


def reconciled(name: str, content: bytes, settlements: Iterable[pb.Settlement]) -> bytes:
    """The file of answers to an uploaded file: each of its lines, then what only we have.

    :raises Fault: FSI_FILE_BAD, FSI_FILE_LONG.
    """
    ours = {(each.setl_id, _flag(each)): each for each in settlements}
    lines = []
    for theirs in _rows_of(content):
        found = ours.pop((theirs["setl_id"], theirs["refd_setl_flag"] or "0"), None)
        lines.append(_compared(theirs, found))
    lines += [_line(each, "1", "本方有而对方没有") for each in ours.values()]
    return _packed(name, lines)


async def settlements_of(call: Call, first: date, last: date) -> list[pb.Settlement]:
    """Every settlement of the asking hospital in a span of days."""
    found: list[pb.Settlement] = []
    token = ""
    while True:
        answer = await call.session.services.episodes.ListSettlements(
            pb.ListSettlementsRequest(
                hospital_code=call.message.institution,
                first=date_to_pb(first),
                last=date_to_pb(last),
                page_size=_PAGE,
                page_token=token,
            )
        )
        found += answer.settlements
        token = answer.next_page_token
        if not token:
            return found


def _compared(theirs: Mapping[str, str], found: pb.Settlement | None) -> dict[str, str]:
    if found is None:
        told = {name: theirs[name] for name in _UPLOADED}
        return told | {"msgid": "", "stmt_rslt": _DIFFERS, "memo": "对方有而本方没有"}
    differs = [
        f"{name}：对方{theirs[name]}，本方{amounts.plain(_signed(found, name))}"
        for name in _AMOUNTS
        if theirs[name] and _decimal(theirs[name], name) != _signed(found, name)
    ]
    line = _line(found, _DIFFERS if differs else _LEVEL, "；".join(differs))
    return line | {"psn_no": theirs["psn_no"]}


def _line(found: pb.Settlement, result: str, memo: str) -> dict[str, str]:
    return {
        "psn_no": found.person_no,
        "mdtrt_id": found.mdtrt_id,
        "setl_id": found.setl_id,
        "msgid": found.msgid,
        "stmt_rslt": result,
        "refd_setl_flag": _flag(found),
        "memo": memo,
        **{name: amounts.plain(_signed(found, name)) for name in _AMOUNTS},
    }


def _flag(found: pb.Settlement) -> str:
    return "1" if found.cancelled else "0"


def _signed(found: pb.Settlement, name: str) -> Decimal:
    return -_amount(found.facts, name) if found.cancelled else _amount(found.facts, name)


def _amount(facts: Mapping[str, str], name: str) -> Decimal:
    return _decimal(facts.get(name) or "0", name)


def _decimal(text: str, name: str) -> Decimal:
    return amounts.decimal_text(text, name)


_ANSWER = ("psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo", *_AMOUNTS)


def _packed(name: str, lines: Iterable[Mapping[str, str]]) -> bytes:
    text = "".join("\t".join(_cell(line[column]) for column in _ANSWER) + "\n" for line in lines)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode())
    return packed.getvalue()


def _cell(text: str) -> str:
    return " ".join(text.split()) or "null"


def _rows_of(content: bytes) -> list[dict[str, str]]:
    """The lines of an uploaded file.

    :raises Fault: FSI_FILE_BAD, FSI_FILE_LONG.
    """
    rows = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) != 1 or members[0].file_size > _MOST_TEXT:
                raise Fault(FILE_BAD, field="file", why="压缩包内应只有一个不超过64MB的文件")
            with io.TextIOWrapper(archive.open(members[0]), "utf-8-sig") as lines:
                for number, line in enumerate(lines, 1):
                    if number > MOST_LINES:
                        raise Fault(FILE_LONG, field="file", limit=MOST_LINES)
                    if line.strip():
                        rows.append(_row(line, number))
    except _DAMAGED as error:
        raise Fault(FILE_BAD, field="file", why="不是zip，或不是UTF-8") from error
    return rows


def _row(line: str, number: int) -> dict[str, str]:
    cells = ["" if cell.strip() in {"null", "NULL", "-"} else cell.strip() for cell in line.split("\t")]
    if len(cells) != len(_UPLOADED):
        why = f"第{number}行应有{len(_UPLOADED)}列，实有{len(cells)}列"
        raise Fault(FILE_BAD, field="file", why=why)
    found = dict(zip(_UPLOADED, cells, strict=True))
    for name in _AMOUNTS:
        if found[name]:
            _decimal(found[name], f"file.{name}")
    return found


async def _keep(call: Call, filename: str, content: bytes, way: str) -> WireFile:
    digest = sm3_hex(f"{call.message.request_id}|{way}".encode() + content)
    until: datetime = call.received + timedelta(days=KEPT_DAYS)
    file = WireFile(digest[:30], call.message.institution, filename[:200], content, until)
    await call.store.put_file(file)
    return file
