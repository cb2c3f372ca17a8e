"""A year cleared again from its cases and what was booked, and every re-clearing of it in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, weakest
from chspay_core.policy_reading import choice
from chspay_settlement.engine.books.batch import Batch, batch_content, batch_lines
from chspay_settlement.engine.books.ledger import Posting
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.dividing import facts_of_columns
from chspay_settlement.engine.columnar.grouping import known, lines_by_hospital
from chspay_settlement.engine.columnar.handout import counted_hospitals
from chspay_settlement.engine.columnar.measuring import measure_columns
from chspay_settlement.engine.columnar.pricing import PointColumns, price_columns
from chspay_settlement.engine.columnar.sums import sums_by_group
from chspay_settlement.engine.groups.table_content import table_content
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.month.closing import Place
from chspay_settlement.engine.replay.cases import Paid
from chspay_settlement.engine.replay.results import EFFECT, INPUT, LEDGER, STATEMENT, TABLE, Results
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.year.clearing import Booked, Year, year_postings
from chspay_settlement.engine.year.content import YearInput
from chspay_settlement.engine.year.reclear import lost_micro, reclear, reclear_postings, year_after
from chspay_settlement.engine.year.sharing import Member, Standing
from chspay_settlement.engine.year.statement import YearFacts, YearGroup, effect_content, year_statement

BILL_UNKNOWN = Reason(
    "REPLAY_BILL_UNKNOWN", Kind.INVALID, "重放包里医疗机构{value}有病例没有据实基金费用，不能重算年度清算。"
)
CASE_MISSING = Reason(
    "REPLAY_CASE_MISSING", Kind.INVALID, "重放包里没有重新清算所指的病例：医疗机构{hospital}，病例{value}。"
)
YEAR_KIND, RECLEAR_KIND = "year", "reclear"


class Given(NamedTuple):
    """What was booked and decided of the year's institutions, fen."""

    budget_fen: int
    residual_fen: int
    booked: Mapping[str, Booked]
    scores: Mapping[str, Decimal]
    standings: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class YearGiven:
    """What an annual clearing was given besides its cases and its policy."""

    clearing_id: str
    pool: str
    year: int
    engine: str
    scheme: str
    scheme_digest: str
    budget_version: int
    #: Keys of every rule the clearing read.
    rules_used: tuple[str, ...]
    #: Whether its books were written.
    closed: bool
    money: Given
    places: Mapping[str, Place]


class Again(NamedTuple):
    """A re-clearing of a closed year: proven violations as (hospital, case, multiple)."""

    reclear_id: str
    cause: str
    citation: str
    findings: tuple[tuple[str, str, str], ...]
    committed: bool
    #: The year's batch that it corrects.
    corrects: str


@dataclass(frozen=True, slots=True)
class Yearly:
    """A year done again: its results, and the year itself, from which re-clearings go on."""

    results: Results
    year: Year
    columns: Columns


def replay_year(
    given: YearGiven,
    policy: Policy,
    columns: Columns,
    bills: np.ndarray,
    *,
    settled: PointColumns | None = None,
    table: GroupTable | None = None,
    coefficients: Coefficients | None = None,
    each: Each = map,
) -> Yearly:
    """The year's group table, input, statements and ledger batch, and the points of its cases.

    :param bills: the fund's item-by-item bill of every case as its list says, UNKNOWN where it says none.
    :param settled: the points of the months, where the year keeps them.
    :param table: group figures the year was given; left out, they are measured again.
    :raises Fault: REPLAY_BILL_UNKNOWN, and whatever stops a clearing.
    """
    outputs: dict[str, bytes] = {}
    table_digest = ""
    if settled is None:
        priced_by = measure_columns(columns, Terms.read(policy), each) if table is None else table
        outputs[TABLE] = table_content(priced_by)
        table_digest = sm3_hex(outputs[TABLE])
        settled = price_columns(columns, Pricer(priced_by, policy, coefficients), each)
    counted = counted_hospitals(columns, settled, each)
    taken = _input(given, policy, columns, bills, settled, counted, each)
    outputs[INPUT] = taken.content()
    done = taken.clear(policy)
    facts = _facts(given, policy, table_digest, sm3_hex(outputs[INPUT]))
    groups = _groups(columns, settled, counted, each)
    for hospital in done.hospitals:
        code = hospital.hospital_code
        _, name = given.places.get(code, (given.pool, ""))
        stated = year_statement(facts, done.decision, hospital, name, groups.get(code, []))
        outputs[STATEMENT + code] = stated
    if given.closed:
        batch = Batch(given.clearing_id, given.pool, given.year * 100 + 12, given.clearing_id, YEAR_KIND)
        outputs[LEDGER] = _ledger(batch, year_postings(done, f"{given.year} 年度清算"), given.places)
    return Yearly(Results(outputs, Paid(settled, None)), done, columns)


def _input(
    given: YearGiven,
    policy: Policy,
    columns: Columns,
    bills: np.ndarray,
    points: PointColumns,
    counted: np.ndarray,
    each: Each,
) -> YearInput:
    money = given.money
    members = {
        member.hospital_code: member
        for member in _members(given, policy, columns, bills, points, counted, each)
    }
    codes = sorted({*members, *(code for code, booked in money.booked.items() if any(booked))})
    form = form_of(policy)
    return YearInput(
        pool=given.pool,
        year=given.year,
        budget_fen=money.budget_fen,
        residual_fen=money.residual_fen,
        members=tuple(members.get(code) or _member(given, code, (0, 0, 0, 0, 0)) for code in codes),
        booked={code: money.booked[code] for code in codes if code in money.booked},
        scores=money.scores,
        facts=facts_of_columns(columns, points, counted, policy, form, each),
    )


def _members(
    given: YearGiven,
    policy: Policy,
    columns: Columns,
    bills: np.ndarray,
    points: PointColumns,
    counted: np.ndarray,
    each: Each,
) -> list[Member]:
    """The institutions with their cases added up; excluded cases count nowhere."""
    pieces, texts = columns.pieces(), columns.hospital.texts
    if choice(policy, "clearing.actual", "fund_paid", "cost_less_patient") == "cost_less_patient":
        bills = columns.cost_fen - columns.patient_fen
        unknown = (columns.cost_fen == UNKNOWN) | (columns.patient_fen == UNKNOWN)
    else:
        unknown = bills == UNKNOWN
    lacking = np.flatnonzero(unknown & (counted >= 0))
    if len(lacking):
        raise Fault(BILL_UNKNOWN, field="bill_fen", value=texts[counted[lacking[0]]])
    ones = np.broadcast_to(np.int64(1), len(columns))
    values = (ones, points.points_micro, known(columns.cost_fen), known(columns.patient_fen), bills)
    sums = zip(*(sums_by_group(pieces, each, counted, column, len(texts)) for column in values), strict=True)
    return [_member(given, code, own) for code, own in zip(texts, sums, strict=True) if own[0]]


def _member(given: YearGiven, code: str, sums: Sequence[int]) -> Member:
    standing = given.money.standings.get(code, Standing.NORMAL)
    area, _ = given.places.get(code, (given.pool, ""))
    return Member(code, area, standing, *sums)


def _groups(
    columns: Columns, points: PointColumns, counted: np.ndarray, each: Each
) -> dict[str, list[YearGroup]]:
    values = (points.points_micro, known(columns.cost_fen), known(columns.patient_fen))
    found = lines_by_hospital(columns, points, counted, values, each)
    return {
        code: [YearGroup(drg, kind, cases, *sums) for drg, kind, cases, sums in own]
        for code, own in found.items()
    }


def _facts(given: YearGiven, policy: Policy, table_digest: str, input_digest: str) -> YearFacts:
    return YearFacts(
        clearing_id=f"YC-{given.pool}-{given.year}",
        pool=given.pool,
        year=given.year,
        engine_version=given.engine,
        policy_place=policy.place,
        policy_on=policy.on.isoformat(),
        policy_digest=policy.digest,
        scheme_id=given.scheme,
        scheme_digest=given.scheme_digest,
        table_digest=table_digest,
        input_digest=input_digest,
        evidence=weakest(policy.rule(key).evidence for key in given.rules_used),
        budget_version=given.budget_version,
    )


def _ledger(batch: Batch, postings: Sequence[Posting], places: Mapping[str, Place]) -> bytes:
    if not postings:
        return b""
    regions = {code: region for code, (region, _) in places.items()}
    return batch_content(batch, batch_lines(postings, batch.pool, regions))


def replay_reclear(
    done: Yearly, given: YearGiven, again: Sequence[Again], policy: Policy
) -> dict[str, bytes]:
    """The effects and the batch of the last of some re-clearings, those before it done in order.

    :raises Fault: REPLAY_CASE_MISSING, and those of :func:`reclear`.
    """
    standing, outputs = done.year, dict[str, bytes]()
    for one in again:
        removed = _removed(done, one)
        found = reclear(standing, removed, given.money.scores, policy)
        outputs = {
            EFFECT + effect.hospital_code: effect_content(
                one.reclear_id, given.clearing_id, one.cause, one.citation, found, effect
            )
            for effect in found.effects
        }
        if one.committed:
            postings = reclear_postings(found, standing.decision, f"{given.year} 重新清算 {one.citation}")
            batch = Batch(
                one.reclear_id, given.pool, given.year * 100 + 12, given.clearing_id, RECLEAR_KIND,
                one.corrects, one.cause,
            )  # fmt: skip
            outputs[f"{LEDGER}/{one.reclear_id}"] = _ledger(batch, postings, given.places)
        standing = year_after(standing, found)
    return outputs


def _removed(done: Yearly, one: Again) -> dict[str, int]:
    """The points that offenders lose, millionths."""
    columns, points = done.columns, done.results.paid.points
    removed: dict[str, int] = defaultdict(int)
    for hospital, case_id, multiple in one.findings:
        rows = np.flatnonzero(
            pc.equal(columns.case_id, case_id).combine_chunks().to_numpy(zero_copy_only=False)
        )
        row = next(
            (row for row in rows.tolist() if columns.hospital.at(np.array([row]))[0] == hospital), None
        )
        if row is None:
            raise Fault(CASE_MISSING, field="case_id", value=case_id, hospital=hospital)
        removed[hospital] += lost_micro(int(points.points_micro[row]), multiple)
    return dict(removed)
