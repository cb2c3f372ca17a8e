"""One case as DIP sees it, and the tables of cases it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_core.tables import COLUMN_TYPE
from chspay_grouper.engine.columns import (
    CodeLists,
    backwards,
    code_lists,
    dates,
    integers,
    mapped_texts,
    require_columns,
    stays,
)
from chspay_grouper.engine.dip.codes import Diagnosis, Lexicon, Procedure

#: Leaving type 离院方式 of a death in the settlement list (医疗保障基金结算清单).
DIED = "5"
REQUIRED = ("case_id", "diagnoses")
#: Columns DIP reads; ``fee_treatment`` (治疗费, without operation fees) is outside the canonical table.
READ = (
    *REQUIRED,
    "hospital_code",
    "admission_date",
    "discharge_date",
    "procedures",
    "age_years",
    "age_days",
    "newborn_weight_g",
    "los_days",
    "leaving_type",
    "icu_hours",
    "total_cost",
    "fee_drug",
    "fee_consumable",
    "fee_treatment",
    "department",
    "tcm_diagnoses",
    "tcm_cost",
)
_NUMBERS = ("age_years", "age_days", "newborn_weight_g", "los_days", "icu_hours")
_MONEY = ("total_cost", "fee_drug", "fee_consumable", "fee_treatment", "tcm_cost")
_FEN = pa.decimal128(20, 2)
_YUAN = r"^[0-9]{1,15}(\.[0-9]{1,2}0*)?$"


@dataclass(slots=True)
class Record:
    """The facts of a case; None and the empty text are unknown. Money is fen."""

    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]
    age_years: int | None = None
    age_days: int | None = None
    weight_g: int | None = None
    los_days: int | None = None
    icu_hours: int | None = None
    died: bool = False
    cost: int | None = None
    drug: int | None = None
    consumable: int | None = None
    treatment: int | None = None
    tcm_cost: int | None = None
    year: int | None = None
    hospital: str = ""
    department: str = ""
    #: The first TCM diagnosis 主病, as written.
    tcm: str = ""
    #: A cell could not be read or is below zero.
    bad: bool = False


def record_of(case: Case, lexicon: Lexicon) -> Record:
    """A single case. Its treatment fee stays unknown: the canonical case does not tell it."""
    numbers = (case.age_years, case.age_days, case.newborn_weight_g, case.stay_days, case.icu_hours)
    moneys = (case.total_cost_fen, case.fee_drug_fen, case.fee_consumable_fen, None, case.tcm_cost_fen)
    return Record(
        tuple(lexicon.diagnosis(code) for code in case.diagnoses),
        tuple(lexicon.procedure(code) for code in case.procedures),
        case.age_years,
        case.age_days,
        case.newborn_weight_g or None,
        case.stay_days,
        case.icu_hours,
        case.leaving_type.strip() == DIED,
        *moneys,
        year=case.discharge_date.year if case.discharge_date else None,
        hospital=case.hospital_code,
        department=case.department.strip(),
        tcm=case.tcm_diagnoses[0].strip() if case.tcm_diagnoses else "",
        bad=any(number is not None and number < 0 for number in (*numbers, *moneys)),
    )


def check_columns(schema: pa.Schema) -> None:
    """Refuse a table without the columns every case needs.

    :raises Fault: COLUMN_MISSING.
    """
    require_columns(schema, REQUIRED)


class Rows:
    """The cases of one batch; a cell that cannot be read marks its row as bad, never the file.

    :raises Fault: COLUMN_MISSING, COLUMN_TYPE.
    """

    def __init__(self, batch: pa.RecordBatch, lexicon: Lexicon) -> None:
        check_columns(batch.schema)
        self._batch = batch
        self._lexicon = lexicon
        numbers = {name: integers(batch, name) for name in _NUMBERS}
        self._moneys = {name: _fens(batch, name) for name in _MONEY}
        admissions, discharges = dates(batch, "admission_date"), dates(batch, "discharge_date")
        self._discharges = discharges
        self.bad = {*admissions.bad, *discharges.bad, *backwards(admissions, discharges)}
        for column in numbers.values():
            self.bad.update(column.bad, column.negative)
        for _, unreadable in self._moneys.values():
            self.bad.update(unreadable)
        numbers["los_days"] = stays(numbers["los_days"], admissions, discharges)
        self.numbers = numbers
        self.diagnoses = code_lists(batch, "diagnoses")
        self.procedures = code_lists(batch, "procedures")
        self.tcm = code_lists(batch, "tcm_diagnoses")
        self.departments = mapped_texts(batch, "department", str.strip)

    @cached_property
    def principals(self) -> list[Diagnosis]:
        """What every distinct diagnosis code is."""
        return [self._lexicon.diagnosis(code) for code in self.diagnoses.distinct()]

    @cached_property
    def operations(self) -> list[Procedure]:
        """What every distinct procedure code is."""
        return [self._lexicon.procedure(code) for code in self.procedures.distinct()]

    @cached_property
    def costs(self) -> list[int | None]:
        """Total cost per row, fen."""
        return _listed(self._moneys["total_cost"][0])

    def record(self, row: int) -> Record:
        """The facts of one row."""
        codes, starts, ends, procedures, first, last, facts = self._listed
        met, done = codes[starts[row] : ends[row]], procedures[first[row] : last[row]]
        return Record(tuple(met), tuple(done), *facts[row])

    @cached_property
    def _listed(self) -> tuple[Any, ...]:
        codes = [self.principals[place] for place in self.diagnoses.places.tolist()]
        operations = [self.operations[place] for place in self.procedures.places.tolist()]
        listed = {name: column.listed() for name, column in self.numbers.items()}
        died = mapped_texts(self._batch, "leaving_type", lambda text: text.strip() == DIED)
        facts = zip(
            listed["age_years"],
            listed["age_days"],
            [grams or None for grams in listed["newborn_weight_g"]],
            listed["los_days"],
            listed["icu_hours"],
            died.listed(),
            *(_listed(self._moneys[name][0]) for name in _MONEY),
            pc.year(self._discharges.values.cast(pa.date32())).to_pylist(),
            mapped_texts(self._batch, "hospital_code", str.strip).listed(),
            self.departments.listed(),
            _firsts(self.tcm),
            [row in self.bad for row in range(self._batch.num_rows)],
            strict=True,
        )
        diagnoses, procedures = self.diagnoses, self.procedures
        return (
            codes,
            diagnoses.starts.tolist(),
            diagnoses.ends.tolist(),
            operations,
            procedures.starts.tolist(),
            procedures.ends.tolist(),
            list(facts),
        )


def records_of(batch: pa.RecordBatch, lexicon: Lexicon) -> Iterator[Record]:
    """The cases of a batch in order.

    :raises Fault: COLUMN_MISSING, COLUMN_TYPE.
    """
    rows = Rows(batch, lexicon)
    return map(rows.record, range(batch.num_rows))


def _firsts(lists: CodeLists) -> list[str]:
    """The first code of every row, the empty text where there is none."""
    texts = [text.strip() for text in lists.distinct()]
    bounds = zip(lists.starts.tolist(), lists.ends.tolist(), strict=True)
    return [texts[lists.places[start]] if start < end else "" for start, end in bounds]


def _listed(column: pa.Array) -> list[int | None]:
    """Whole numbers as a Python list, None where unknown."""
    found: list[int | None] = column.to_pylist() if column.null_count else column.to_numpy().tolist()
    return found


def _fens(batch: pa.RecordBatch, name: str) -> tuple[pa.Array, list[int]]:
    """A money column (text or decimal yuan) in fen, and the rows that are no amount or below zero."""
    place = batch.schema.get_field_index(name)
    if place < 0 or pa.types.is_null(batch.column(place).type):
        return pa.nulls(batch.num_rows, pa.int64()), []
    column = batch.column(place)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        column = pc.utf8_trim_whitespace(column.cast(pa.string()))
        column = pc.if_else(pc.equal(column, ""), None, column)
        fits = pc.match_substring_regex(column, _YUAN)
        text = pc.replace_substring_regex(pc.if_else(fits, column, None), r"(\.[0-9]{2})0+$", r"\1")
        amount = text.cast(_FEN)
    elif pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        wide = column.cast(pa.decimal128(38, max(getattr(kind, "scale", 0), 2)))
        amount = wide.cast(_FEN, safe=False)
        fits = pc.and_(pc.equal(amount.cast(wide.type), wide), pc.greater_equal(wide, 0))
        amount = pc.if_else(fits, amount, None)
    else:
        raise Fault(COLUMN_TYPE, field=name, value=kind, expected="decimal元或文本")
    whole = pc.multiply(amount, pa.scalar(100, pa.decimal128(3, 0))).cast(pa.int64())
    missed = np.flatnonzero(pc.invert(pc.fill_null(fits, True)).to_numpy(zero_copy_only=False)).tolist()
    return whole, missed
