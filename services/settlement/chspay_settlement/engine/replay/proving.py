"""The proof of a month's totals from its cases over columns, as its run published it.

What is committed and how is said in ``engine.proof``; here the leaves of millions of cases are written and
hashed in compiled loops, hospital by hospital, so that memory stays bounded by the largest. Figures that do
not fit 64 bits, or are below zero where none may be, go through the functions of ``engine.proof``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.digest import Sm3
from chspay_settlement.engine.columnar import sm3
from chspay_settlement.engine.columnar.clearing import ColumnClearing
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.combining import combine, numbered
from chspay_settlement.engine.columnar.families import KINDS
from chspay_settlement.engine.columnar.grouping import known
from chspay_settlement.engine.columnar.pricing import EXCLUDED, PointColumns
from chspay_settlement.engine.columnar.sums import sums_by_group
from chspay_settlement.engine.proof.columns import pool_of_cases
from chspay_settlement.engine.proof.leaves import CASE, CASE_SALT, framed, inputs_of
from chspay_settlement.engine.proof.pool import SEED, Pool, key_of
from chspay_settlement.engine.proof.published import Published, publish
from chspay_settlement.engine.proof.sums import MOST, Sums
from chspay_settlement.engine.proof.tree import Node

_FIGURES = len(Sums._fields)


class Texts(NamedTuple):
    """Byte strings laid side by side, and where each begins; one more for the end of the last."""

    letters: np.ndarray  # uint8
    begins: np.ndarray  # int64

    @staticmethod
    def of(texts: Sequence[bytes]) -> Texts:
        """These byte strings."""
        lengths = np.array([0, *map(len, texts)], np.int64)
        return Texts(np.frombuffer(b"".join(texts) or b"\0", np.uint8), np.cumsum(lengths))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the leaves of cases say, by code: all but the days and marks, and these."""

    first: np.ndarray
    first_texts: Texts
    last: np.ndarray
    last_texts: Texts


def proof_of_columns(done: ColumnClearing, each: Each = map) -> Published:
    """As :func:`~chspay_settlement.engine.proof.published.prove` over the cases of a clearing.

    :raises Fault: PROOF_SUMS_REFUSED, PROOF_TOTALS.
    """
    pool = pool_of_columns(done.columns, done.points, done.funds_fen, each)
    return publish(pool, done.division, done.table)


def pool_of_columns(columns: Columns, points: PointColumns, funds_fen: np.ndarray, each: Each = map) -> Pool:
    """As :meth:`~chspay_settlement.engine.proof.pool.Pool.of_cases` over the cases of a month.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    figures = _figures(columns, points, funds_fen)
    if not _fits(columns, figures, each):
        return pool_of_cases(columns, points, funds_fen)
    said = _said(columns, points, each)
    rows = _rows(columns)
    digest = Sm3()
    digest.add(SEED)
    for code in sorted(rows):
        _, contents, _ = _contents(columns, code, rows[code], said, figures)
        digest.add(contents.tobytes())
    seed = bytes.fromhex(digest.hex())

    def root(code: str) -> Node:
        return _root(columns, code, rows[code], said, figures, key_of(seed, code))

    codes = sorted(rows)
    return Pool(seed, dict(zip(codes, each(root, codes), strict=True)))


def _figures(columns: Columns, points: PointColumns, funds_fen: np.ndarray) -> tuple[np.ndarray, ...]:
    """Count, points, cost, patients' part and fund of every case; nothing for an excluded one."""
    counts = points.kinds != EXCLUDED
    figures = (
        np.ones(len(counts), np.int64), points.points_micro, known(columns.cost_fen),
        known(columns.patient_fen), funds_fen,
    )  # fmt: skip
    return tuple(np.where(counts, column, 0) for column in figures)


def _fits(columns: Columns, figures: Sequence[np.ndarray], each: Each) -> bool:
    """Whether every sum fits 64 bits with a sign, and nothing is below zero that may not be."""
    _, points, cost, patient, fund = figures
    if cost.min(initial=0) < 0 or patient.min(initial=0) < 0:
        return False
    one = np.broadcast_to(np.int64(0), len(columns))
    parts = (np.abs(points), cost, patient, np.abs(fund))
    return all(sums_by_group(columns.pieces(), each, one, part, 1)[0] <= MOST for part in parts)


def _said(columns: Columns, points: PointColumns, each: Each) -> _Said:
    reasons = ["", *sorted(set(points.reasons.values()))]
    reason = np.zeros(len(columns), np.int32)
    for row, text in points.reasons.items():
        reason[row] = reasons.index(text)
    parts = [
        (points.kinds.astype(np.int32), len(KINDS)), (reason, len(reasons)), numbered(columns.level),
        *((column.codes, len(column.texts)) for column in (columns.drg, columns.status, columns.department)),
    ]  # fmt: skip
    found = combine(columns.pieces(), each, parts)
    first = [
        framed(b"", KINDS[points.kinds[row]].value, points.reasons.get(row, ""), *said[:4])
        for row, said in zip(found.rows, _inputs(columns, found.rows), strict=True)
    ]
    days, last = np.unique(columns.los_days, return_inverse=True)
    texts = [framed(b"", "" if number == UNKNOWN else str(number)) for number in days.tolist()]
    last = last.astype(np.int64)
    marked = sorted(columns.marks)
    for row, said in zip(marked, _inputs(columns, marked), strict=True):
        last[row] = len(texts)
        texts.append(framed(b"", *said[4:]))
    return _Said(found.codes.astype(np.int64), Texts.of(first), last, Texts.of(texts))


def _inputs(columns: Columns, rows: Sequence[int]) -> list[tuple[str, ...]]:
    """What the leaves of some cases say of their inputs."""
    return [
        inputs_of(inp.level, inp.drg, inp.status, inp.department, inp.los_days, inp.marks)
        for inp in columns.inputs(rows)
    ]


def _rows(columns: Columns) -> dict[str, np.ndarray]:
    """The cases of every hospital in order of their numbers."""
    codes = columns.hospital.codes
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(columns.hospital.texts)))
    found = {}
    for code, rows in zip(columns.hospital.texts, np.split(order, ends[:-1]), strict=True):
        if len(rows):
            by_number = pc.sort_indices(columns.case_id.take(pa.array(rows)))
            found[code] = rows[by_number.to_numpy()]
    return found


def _letters(columns: Columns, rows: np.ndarray) -> Texts:
    """The case numbers of some rows."""
    ids = columns.case_id.take(pa.array(rows)).combine_chunks().cast(pa.large_string())
    _, offsets, letters = ids.buffers()
    begins = np.frombuffer(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    return Texts(np.frombuffer(letters or b"\0", np.uint8), begins)


def _contents(
    columns: Columns, code: str, rows: np.ndarray, said: _Said, figures: Sequence[np.ndarray]
) -> tuple[Texts, np.ndarray, np.ndarray]:
    """The case numbers of a hospital; what its leaves say, figures behind each; and where each ends."""
    head = np.frombuffer(framed(CASE, code), np.uint8)
    ids = _letters(columns, rows)
    first, last = said.first[rows], said.last[rows]
    length = len(rows) * (len(head) + 4 + sm3.PACKED) + int(ids.begins[-1] - ids.begins[0])
    for codes, texts in ((first, said.first_texts), (last, said.last_texts)):
        length += int(np.diff(texts.begins)[codes].sum())
    out, ends = np.empty(length, np.uint8), np.empty(len(rows), np.int64)
    sm3.frame(
        head, *ids, first, *said.first_texts, last, *said.last_texts, _sums(rows, figures), ends, out
    )  # fmt: skip
    return ids, out, ends


def _sums(rows: np.ndarray, figures: Sequence[np.ndarray]) -> np.ndarray:
    """The figures of leaves, as :func:`~chspay_settlement.engine.proof.sums.sums_of_case` splits them."""
    count, points, cost, patient, fund = (column[rows] for column in figures)
    sums = (
        count, np.maximum(points, 0), np.maximum(-points, 0), cost, patient, np.maximum(fund, 0),
        np.maximum(-fund, 0),
    )  # fmt: skip
    return np.stack(sums, axis=1)


def _root(
    columns: Columns, code: str, rows: np.ndarray, said: _Said, figures: Sequence[np.ndarray], key: bytes
) -> Node:
    """The root over a hospital's cases."""
    ids, contents, ends = _contents(columns, code, rows, said, figures)
    salted = np.frombuffer(CASE_SALT + key, np.uint8)
    longest = int(np.diff(ends, prepend=0).max()) + len(salted) + int(np.diff(ids.begins).max())
    start, message, state, words = sm3.room(max(longest, 2 * (sm3.DIGEST + sm3.PACKED)) + sm3.DIGEST + 1)
    hashes, sums = np.empty(len(rows) * sm3.DIGEST, np.uint8), _sums(rows, figures)
    sm3.leaves(salted, *ids, contents, ends, start, message, state, words, hashes)
    sm3.climb(hashes, sums, len(rows), start, message, state, words)
    return Node(hashes[: sm3.DIGEST].tobytes(), Sums(*sums[0, :_FIGURES].tolist()))
