"""Cases added up by hospital, level, group, community and age band, in whole numbers of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns, Each
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.columnar.sums import sums_by_group
from chspay_settlement.engine.model import GroupTable, HospitalAmount
from chspay_settlement.engine.whatif.outcome import By, Sums
from chspay_settlement.engine.whatif.period import Band, Period, band_codes


class Facets:
    """The keys of a period's cases that no scenario changes: level, community, band."""

    def __init__(self, period: Period, bands: Sequence[Band]) -> None:
        columns = period.columns
        hospital = columns.hospital
        self.coded: dict[By, Coded] = {By.HOSPITAL: hospital, By.LEVEL: _levels(columns.level)}
        if period.communities:
            own = Coded.of([period.communities.get(code, "") for code in hospital.texts])
            self.coded[By.COMMUNITY] = Coded(
                own.codes[hospital.codes] if len(hospital.codes) else own.codes, own.texts
            )
        if bands and period.ages is not None:
            self.coded[By.BAND] = band_codes(period.ages, bands)

    def sums(
        self,
        columns: Columns,
        points: PointColumns,
        counted: np.ndarray,
        funds_fen: np.ndarray,
        table: GroupTable,
        terms: Terms,
        each: Each,
    ) -> dict[By, dict[str, Sums]]:
        """Every facet of a clearing; excluded cases count nowhere.

        :param counted: below zero where a case is excluded.
        """
        base, grouped = _base_points(columns, table, terms)
        patients = columns.patient_fen
        if (patients == UNKNOWN).any():
            patients = np.where(patients == UNKNOWN, 0, patients)
        ones = np.broadcast_to(np.int64(1), len(columns))
        values = (ones, points.points_micro, columns.cost_fen, patients, funds_fen, grouped, base)
        found = {}
        for by, coded in {**self.coded, By.GROUP: columns.drg}.items():
            codes = np.where(counted >= 0, coded.codes, np.int32(-1))
            found[by] = _sums(columns, codes, coded.texts, values, each)
        return found


def _sums(
    columns: Columns, codes: np.ndarray, texts: Sequence[str], values: Sequence[np.ndarray], each: Each
) -> dict[str, Sums]:
    pieces = columns.pieces()
    added = [sums_by_group(pieces, each, codes, column, len(texts)) for column in values]
    rows = zip(texts, (Sums(*row) for row in zip(*added, strict=True)), strict=True)
    return {text: row for text, row in rows if row.cases}


def _levels(levels: np.ndarray) -> Coded:
    """Levels as text; the empty text where one is not known."""
    found = pa.array(levels, mask=levels == UNKNOWN).dictionary_encode()
    texts = found.dictionary.cast(pa.string())
    return Coded.from_arrow(pa.DictionaryArray.from_arrays(found.indices, texts))


def _base_points(columns: Columns, table: GroupTable, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """Base points of every case's group (millionths), and whether it has any: what the CMI is made of."""
    groups = [table.groups.get(text) for text in columns.drg.texts]
    micro = np.array([0 if group is None else group.base_micro for group in groups] or [0], np.int64)
    has = np.array([group is not None for group in groups] or [False], np.bool_)
    measured = columns.status.one_of(terms.measured)
    others = ~columns.department.one_of(terms.per_diem)
    grouped = has[columns.drg.codes] & measured[columns.status.codes] & others[columns.department.codes]
    return np.where(grouped, micro[columns.drg.codes], 0), grouped.astype(np.int64)


def of_hospitals(hospitals: Sequence[HospitalAmount]) -> Mapping[By, Mapping[str, Sums]]:
    """Hospitals alone, from a division: what a sweep looks at."""
    rows = {
        row.hospital_code: Sums(row.cases, row.points_micro, row.cost_fen, row.patient_fen, row.fund_fen)
        for row in hospitals
    }
    return {By.HOSPITAL: rows}
