"""Records of what happened during a stay: checked, read from rows, and laid over the stay; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chspay_core.amounts import decimal_text, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_perdiem.engine.stay import Days, OwnList, Stay, Transfer

KINDS = ("leave", "transfer", "acute", "interim", "outcome")
_WITH_DAYS = ("leave", "acute", "interim")

RECORD_EMPTY = Reason("STAY_RECORD_EMPTY", Kind.INVALID, "住院记录{record}的“{field}”没有填写。")
RECORD_KIND = Reason(
    "STAY_RECORD_KIND", Kind.INVALID, "住院记录{record}的种类“{value}”不能识别，可用：{known}。"
)
RECORD_PERIOD = Reason(
    "STAY_RECORD_PERIOD",
    Kind.INVALID,
    "住院记录{record}的截止日期（不含）{value}应晚于起始日期；{kind}{wants}。",
)
RECORD_UNWANTED = Reason(
    "STAY_RECORD_UNWANTED", Kind.INVALID, "住院记录{record}的种类是{kind}，不应填写“{field}”：{value}。"
)
NO_COLUMN = Reason("STAY_RECORDS_COLUMN", Kind.INVALID, "住院记录文件缺少列“{field}”。")
ROW_WRONG = Reason("STAY_RECORDS_ROW", Kind.INVALID, "住院记录文件第{row}行：{message}")

NEEDED = ("record_no", "hospital_code", "case_id", "kind", "since", "document")
COLUMNS = (*NEEDED, "until", "other_hospital_code", "other_case_id", "scale", "before", "after")


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``withdrawn`` is the reason it does not count any more, empty while it stands."""

    hospital_code: str
    record_no: str
    pool: str
    case_id: str
    kind: str
    since: date
    until: date | None
    other_hospital_code: str
    other_case_id: str
    scale: str
    before_micro: int | None
    after_micro: int | None
    document: str
    withdrawn: str = ""


def check_record(record: Record) -> None:
    """Refuses a record that cannot be meant.

    :raises Fault: STAY_RECORD_*.
    """
    number, kind = record.record_no, record.kind
    for name in ("record_no", "hospital_code", "case_id", "document"):
        if not getattr(record, name).strip():
            raise Fault(RECORD_EMPTY, field=name, record=number)
    if kind not in KINDS:
        raise Fault(RECORD_KIND, field="kind", value=kind, record=number, known="、".join(KINDS))
    days = kind in _WITH_DAYS
    if days != (record.until is not None) or (record.until is not None and record.until <= record.since):
        wants = "须填截止日期" if days else "不填截止日期"
        raise Fault(
            RECORD_PERIOD, field="until", value=record.until or "空", record=number, kind=kind, wants=wants
        )
    wanted = {
        "other_hospital_code": kind == "transfer",
        "other_case_id": None if kind == "transfer" else kind in ("acute", "interim"),
        "scale": kind == "outcome",
    }
    for name, needed in wanted.items():
        value = getattr(record, name)
        if needed and not value:
            raise Fault(RECORD_EMPTY, field=name, record=number)
        if needed is False and value:
            raise Fault(RECORD_UNWANTED, field=name, value=value, record=number, kind=kind)
    measured = (record.before_micro, record.after_micro)
    if kind == "outcome" and None in measured:
        raise Fault(RECORD_EMPTY, field="outcome", record=number)
    if kind != "outcome" and measured != (None, None):
        raise Fault(RECORD_UNWANTED, field="outcome", value=measured, record=number, kind=kind)


def laid_over(stay: Stay, kept: Sequence[Record]) -> Stay:
    """The stay with these records besides those that came with it; the same one counts once."""
    leaves, lists, transfers = set(stay.leaves), set(stay.own_lists), set(stay.transfers)
    for record in kept:
        if record.kind == "leave" and record.until is not None:
            leaves.add(Days(record.since, record.until))
        elif record.kind in ("acute", "interim") and record.until is not None:
            days = Days(record.since, record.until)
            lists.add(OwnList(record.other_case_id, days, record.kind == "acute"))
        elif record.kind == "transfer":
            out = (record.hospital_code, record.case_id) == (stay.hospital_code, stay.case_id)
            other = (
                (record.other_hospital_code, record.other_case_id)
                if out else (record.hospital_code, record.case_id)
            )  # fmt: skip
            transfers = {item for item in transfers if item[:3] != (record.since, out, other[0])}
            transfers.add(Transfer(record.since, out, *other))
    return replace(
        stay, leaves=tuple(sorted(leaves)), own_lists=tuple(sorted(lists)), transfers=tuple(sorted(transfers))
    )


def record_of(pool: str, row: Mapping[str, Any], number: int) -> Record:
    """A record from a row of a file, texts or typed; ``number`` is the row's, the first being 1.

    :raises Fault: STAY_RECORDS_ROW.
    """
    try:
        texts = {name: _text(row, name) for name in COLUMNS if name not in ("since", "until")}
        since = _day(row, "since")
        if since is None:
            raise Fault(NO_COLUMN, field="since")
        return Record(
            texts["hospital_code"], texts["record_no"], pool, texts["case_id"], texts["kind"], since,
            _day(row, "until"), texts["other_hospital_code"], texts["other_case_id"], texts["scale"],
            _micro(texts["before"], "before"), _micro(texts["after"], "after"), texts["document"],
        )  # fmt: skip
    except Fault as fault:
        raise Fault(
            ROW_WRONG, field=fault.field, value=fault.value, row=number, message=fault.message
        ) from fault


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _day(row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value in (None, ""):
        return None
    return value if isinstance(value, date) else parse_day(str(value), name)


def _micro(text: str, field: str) -> int | None:
    return to_micro(decimal_text(text, field), field) if text else None
