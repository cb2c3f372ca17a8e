"""Enrolment rows 参保名册: their columns, and what makes a row unusable; pure.

A row says what a person is from ``valid_from`` up to, not including, ``valid_to`` (absent: until further
notice). Persons are known by ``person_key`` only. A roster with one unusable row is not used at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.errors import Fault, Kind, Reason

ROSTER_COLUMN_MISSING = Reason(
    "ROSTER_COLUMN_MISSING", Kind.INVALID, "名册缺少列“{field}”，请补齐后重新上传。"
)
ROSTER_COLUMN_TYPE = Reason(
    "ROSTER_COLUMN_TYPE", Kind.INVALID, "名册的列“{field}”应为{wanted}，现为{value}，请更正后重新上传。"
)

TEXTS: Final = (
    "person_key", "region_code", "person_type", "insurance_type", "signed_institution", "household_region",
    "residence_region", "university", "employer", "sex", "chronic_conditions",
)  # fmt: skip
DAYS: Final = ("birth_date", "valid_from", "valid_to")
ROSTER_SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in TEXTS] + [(name, pa.date32()) for name in DAYS]
)
#: 职工、灵活就业人员、城乡居民、大学生 (杭州2019征求意见稿 二(二)3).
PERSON_TYPES: Final = ("employee", "flexible", "resident", "student")
SEXES: Final = ("1", "2", "9")
#: Between conditions of one person; they are kept sorted.
SEPARATOR: Final = ";"
KEY_LENGTH: Final = 64

#: What can be wrong with a row: reason -> (column, sentence).
ROW_REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "PERSON_KEY_WRONG": ("person_key", "人员标识应为64位小写十六进制"),
        "REGION_UNKNOWN": ("region_code", "参保地区不是本统筹区已登记的地区"),
        "PERSON_TYPE_UNKNOWN": ("person_type", "人员类别应为employee、flexible、resident或student"),
        "INSURANCE_TYPE_UNKNOWN": ("insurance_type", "险种应为三位数字"),
        "HOUSEHOLD_REGION_WRONG": ("household_region", "户籍地应为我国6、9或12位地区代码，或留空"),
        "RESIDENCE_REGION_WRONG": ("residence_region", "常住地应为我国6、9或12位地区代码，或留空"),
        "SEX_UNKNOWN": ("sex", "性别应为1、2或9"),
        "BIRTH_DATE_WRONG": ("birth_date", "出生日期缺失或不是有效日期"),
        "BIRTH_IN_FUTURE": ("birth_date", "出生日期晚于名册的截止日"),
        "VALID_FROM_WRONG": ("valid_from", "起始日期缺失或不是有效日期"),
        "VALID_TO_WRONG": ("valid_to", "截止日期不是有效日期"),
        "PERIOD_BACKWARDS": ("valid_to", "截止日期（当日不含）应晚于起始日期"),
        "CONTRACTS_OVERLAP": ("signed_institution", "同一人同一天签约了两家机构"),
        "EMPLOYERS_TWO": ("employer", "同一人同一天有两个用人单位"),
        "PERSON_TWICE": ("person_key", "同一人同一天有两行"),
        "PERSON_DIFFERS": ("birth_date", "同一人各行的出生日期或性别不一致"),
    }
)


class Spell(NamedTuple):
    """One row of the roster as one person's facts; ``valid_to`` is exclusive, ``None`` for no end."""

    person_key: str
    region_code: str
    person_type: str
    insurance_type: str
    signed_institution: str
    household_region: str
    residence_region: str
    university: str
    employer: str
    birth_date: date
    sex: str
    chronic_conditions: str
    valid_from: date
    valid_to: date | None

    @property
    def conditions(self) -> tuple[str, ...]:
        """The chronic conditions, sorted."""
        return tuple(part for part in self.chronic_conditions.split(SEPARATOR) if part)


def spells_of(batch: pa.RecordBatch) -> list[Spell]:
    """Rows of a sound roster as facts."""
    columns = [batch.column(name).to_pylist() for name in Spell._fields]
    return [Spell(*values) for values in zip(*columns, strict=True)]


def normalised(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """The roster's columns in the roster's types, and which rows have a ``valid_to`` that is no day.

    Texts are cut of blanks; a day that cannot be read is null, which :mod:`checks` reports by row.

    :raises Fault: ROSTER_COLUMN_MISSING, ROSTER_COLUMN_TYPE.
    """
    columns: dict[str, pa.Array] = {}
    for name in ROSTER_SCHEMA.names:
        if name not in batch.schema.names:
            raise Fault(ROSTER_COLUMN_MISSING, field=name)
        found = batch.column(name)
        columns[name] = _day(name, found) if name in DAYS else _text(name, found)
    written = pc.is_valid(batch.column("valid_to"))
    if _is_text(batch.column("valid_to").type):
        blank = pc.equal(pc.utf8_trim_whitespace(batch.column("valid_to")), "")
        written = pc.and_(written, pc.invert(pc.fill_null(blank, True)))
    broken = pc.and_(written, pc.is_null(columns["valid_to"]))
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=ROSTER_SCHEMA), broken


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(name: str, found: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(found.type):
        found = found.dictionary_decode()
    if name == "chronic_conditions" and pa.types.is_list(found.type):
        found = pc.binary_join(pc.cast(found, pa.list_(pa.string())), SEPARATOR)
    if pa.types.is_null(found.type) or pa.types.is_integer(found.type):
        found = pc.cast(found, pa.string())
    if not _is_text(found.type):
        raise Fault(ROSTER_COLUMN_TYPE, field=name, value=found.type, wanted="文本")
    plain = pc.fill_null(pc.utf8_trim_whitespace(pc.cast(found, pa.string())), "")
    return _sorted_conditions(plain) if name == "chronic_conditions" else plain


def _sorted_conditions(texts: pa.Array) -> pa.Array:
    coded = texts.dictionary_encode()
    spelled = [_spelled(text) for text in coded.dictionary.to_pylist()]
    return pa.array(spelled, pa.string()).take(coded.indices)


def _spelled(text: str) -> str:
    parts = {part.strip() for part in text.replace("|", SEPARATOR).split(SEPARATOR)}
    return SEPARATOR.join(sorted(parts - {""}))


def _day(name: str, found: pa.Array) -> pa.Array:
    if pa.types.is_null(found.type) or pa.types.is_date(found.type):
        return pc.cast(found, pa.date32())
    if not _is_text(found.type):
        raise Fault(ROSTER_COLUMN_TYPE, field=name, value=found.type, wanted="日期")
    texts = pc.utf8_trim_whitespace(pc.cast(found, pa.string()))
    shaped = pc.fill_null(pc.match_substring_regex(texts, r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"), False)
    texts = pc.if_else(shaped, texts, pa.scalar(None, pa.string()))
    days = pc.cast(pc.strptime(texts, "%Y-%m-%d", "s", error_is_null=True), pa.date32())
    # A reader of days is lenient (2026-02-30 becomes March); what is written must come out again.
    same = pc.equal(pc.strftime(days, "%Y-%m-%d"), texts)
    return pc.if_else(pc.fill_null(same, False), days, pa.scalar(None, pa.date32()))
