"""The cases of a clearing as columns: whole numbers, and repeating texts as codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.model import PricedInput

#: An unknown amount or number.
UNKNOWN = -(2**63)
#: Rows of one piece of work.
PIECE = 1 << 20

#: Does a piece of work for each of some things, in order: ``map``, or that of a pool of threads.
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of repeating text: per row the place of its text in ``texts``, which are distinct."""

    codes: np.ndarray  # int32
    texts: tuple[str, ...]

    @staticmethod
    def of(texts: Sequence[str]) -> Coded:
        """The column of these texts."""
        places: dict[str, int] = {}
        codes = [places.setdefault(text, len(places)) for text in texts]
        return Coded(np.array(codes, np.int32), tuple(places))

    @staticmethod
    def from_arrow(column: pa.ChunkedArray | pa.Array) -> Coded:
        """The column of an Arrow column of text, plain or as dictionaries; unknown is the empty text."""
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        return Coded.joined([_coded(chunk) for chunk in chunks])

    @staticmethod
    def joined(parts: Sequence[Coded]) -> Coded:
        """Columns one after the other."""
        places: dict[str, int] = {}
        moved = [
            np.array([places.setdefault(text, len(places)) for text in part.texts] or [0], np.int32)
            for part in parts
        ]
        codes = [texts[part.codes] for texts, part in zip(moved, parts, strict=True)]
        return Coded(np.concatenate([np.empty(0, np.int32), *codes]), tuple(places))

    def at(self, places: np.ndarray) -> list[str]:
        """The texts of some rows."""
        return [self.texts[code] for code in self.codes[places].tolist()]

    def one_of(self, texts: Iterable[str]) -> np.ndarray:
        """Per text of the column whether it is among ``texts``."""
        wanted = set(texts)
        return np.array([text in wanted for text in self.texts], np.bool_)


def _coded(chunk: pa.Array) -> Coded:
    """One chunk; texts of its dictionary that no row has are left out."""
    if not pa.types.is_dictionary(chunk.type):
        chunk = chunk.cast(pa.string()).dictionary_encode()
    texts = [text or "" for text in chunk.dictionary.to_pylist()]
    unknown = len(texts)
    indices: np.ndarray = pc.fill_null(chunk.indices.cast(pa.int32()), unknown).to_numpy(zero_copy_only=False)
    used = np.bincount(indices, minlength=unknown + 1).tolist()
    places: dict[str, int] = {}
    moved = [
        places.setdefault(text, len(places)) if rows else 0
        for text, rows in zip([*texts, ""], used, strict=True)
    ]
    return Coded(np.array(moved, np.int32)[indices], tuple(places))


@dataclass(frozen=True, slots=True)
class Columns:
    """What :class:`PricedInput` says of one case, for many.

    Memory is about 45 bytes a case and the case numbers; a clearing adds about 50 bytes a case while it
    works, and leaves 18.
    """

    #: Text, distinct within a hospital.
    case_id: pa.ChunkedArray
    hospital: Coded
    level: np.ndarray  # int64, UNKNOWN where the level is not known
    drg: Coded
    status: Coded
    department: Coded
    los_days: np.ndarray  # int64, UNKNOWN
    cost_fen: np.ndarray  # int64, UNKNOWN
    patient_fen: np.ndarray  # int64, UNKNOWN
    #: The marks of those rows that have any.
    marks: Mapping[int, tuple[Mark, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = len(self.case_id)
        codes = (self.hospital.codes, self.drg.codes, self.status.codes, self.department.codes)
        numbers = (self.level, self.los_days, self.cost_fen, self.patient_fen)
        if any(len(column) != rows for column in (*codes, *numbers)):
            raise AssertionError("columns must have the same number of rows")
        if any(column.dtype != np.int64 for column in numbers):
            raise AssertionError("numbers must be whole numbers of 64 bits")

    def __len__(self) -> int:
        return len(self.case_id)

    @staticmethod
    def of(inputs: Sequence[PricedInput]) -> Columns:
        """The columns of these cases, in their order."""
        given = list(zip(*inputs, strict=True)) if inputs else [()] * len(PricedInput._fields)
        by_name = dict(zip(PricedInput._fields, given, strict=True))
        return Columns(
            case_id=pa.chunked_array([pa.array(by_name["case_id"], pa.string())]),
            hospital=Coded.of(by_name["hospital_code"]),
            level=whole(by_name["level"]),
            drg=Coded.of(by_name["drg"]),
            status=Coded.of(by_name["status"]),
            department=Coded.of(by_name["department"]),
            los_days=whole(by_name["los_days"]),
            cost_fen=whole(by_name["cost_fen"]),
            patient_fen=whole(by_name["patient_fen"]),
            marks={row: marks for row, marks in enumerate(by_name["marks"]) if marks},
        )

    def pieces(self) -> list[slice]:
        """The rows cut into pieces of work."""
        return [slice(start, min(start + PIECE, len(self))) for start in range(0, len(self), PIECE)]

    def inputs(self, rows: Sequence[int]) -> list[PricedInput]:
        """The cases of some rows."""
        places = np.array(rows, np.int64)
        return [
            PricedInput(*fields)
            for fields in zip(
                self.case_id.take(places).to_pylist(),
                self.hospital.at(places),
                _known(self.level[places]),
                self.drg.at(places),
                self.status.at(places),
                self.department.at(places),
                _known(self.los_days[places]),
                _known(self.cost_fen[places]),
                _known(self.patient_fen[places]),
                [self.marks.get(row, ()) for row in rows],
                strict=True,
            )
        ]


def whole(numbers: Sequence[int | None]) -> np.ndarray:
    """Numbers as a column; ``None`` is unknown."""
    return np.array([UNKNOWN if number is None else number for number in numbers], np.int64)


def _known(numbers: np.ndarray) -> list[int | None]:
    return [None if number == UNKNOWN else number for number in numbers.tolist()]
