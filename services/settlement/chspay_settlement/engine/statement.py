"""The canonical content of a hospital's statement: the same facts give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chspay_settlement.engine.model import CasePoints, HospitalAmount, PointValue, PricedInput


class RunFacts(NamedTuple):
    """What a statement says of its run; nothing here comes from a clock or a random number."""

    run_id: str
    pool: str
    #: The month 2026-03, or the day of a trial clearing.
    period: str
    #: month or trial (试算, never posted).
    nature: str
    engine_version: str
    policy_place: str
    policy_on: str
    policy_digest: str
    scheme_id: str
    scheme_digest: str
    evidence: str
    fund_fen: int


class GroupLine(NamedTuple):
    """One group of one hospital on its statement."""

    drg: str
    kind: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int


def group_lines(
    inputs: Iterable[PricedInput], points: Iterable[CasePoints], funds_fen: Iterable[int]
) -> list[GroupLine]:
    """Adds one hospital's cases up by group and kind, sorted; excluded cases count nowhere."""
    raise NotImplementedError


def statement_content(
    run: RunFacts,
    value: PointValue,
    hospital: HospitalAmount,
    hospital_name: str,
    lines: Sequence[GroupLine],
    prepaid_fen: int,
) -> bytes:
    """Canonical JSON (UTF-8, sorted keys, compact); amounts are integers, points plain decimal text."""
    raise NotImplementedError


def statement_digest(content: bytes) -> str:
    """SM3 of the content, hex."""
    raise NotImplementedError
