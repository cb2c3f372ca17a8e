"""The members of a replay bundle 重放包: their names, and how what a clearing was given is written and read.

``run.json`` says which clearing it is and what it was given as single facts; cases, marks, hospitals and
money lines are tables; ``policy.json`` is the sealed policy bundle; ``expected.*`` is what the clearing came
to. A run over several months holds each month under a prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa

from chspay_core.amounts import plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, canonical_json
from chspay_settlement.engine.month.closing import Paying, Place
from chspay_settlement.engine.month.payment import LineKind, PayLine, Standing
from chspay_settlement.engine.replay.month import MonthFacts, Payments
from chspay_settlement.engine.replay.year import Again, Given, YearGiven
from chspay_settlement.engine.year.clearing import Booked
from chspay_settlement.engine.year.sharing import Standing as YearStanding

#: Kind of the sealed package, and the form of ``run.json``.
PACKAGE, FORMAT = "replay", "chspay-replay/1"
MONTH, PERIOD, YEAR, RECLEAR, TRIAL = "month", "period", "year", "reclear", "trial"
KIND_NAMES = {MONTH: "月结", PERIOD: "连续月结", YEAR: "年度清算", RECLEAR: "重新清算", TRIAL: "离线试算"}
RUN, POLICY, TABLE = "run.json", "policy.json", "table.json"
#: What policy has measured or published beforehand.
COEFFICIENTS, WEIGHTS = "coefficients.json", "weight_table.json"
#: What the bed-day service answered, and how cases were paid that did not simply go to their group.
BED_DAYS, ROUTES = "bed_days.json", "routes.json"
CASES, MARKS, SETTLED = "cases.parquet", "marks.parquet", "settled.parquet"
HOSPITALS, LINES, HOLDS = "hospitals.parquet", "lines.parquet", "holds.parquet"
EXPECTED, EXPECTED_OUTPUTS = "expected.json", "expected.outputs.parquet"
EXPECTED_CASES = "expected.cases.parquet"

OUTPUT_SCHEMA = pa.schema([("name", pa.string()), ("content", pa.binary())])
HOSPITAL_SCHEMA = pa.schema([(name, pa.string()) for name in ("hospital_code", "region_code", "name")])
LINE_SCHEMA = pa.schema(
    [
        (name, pa.int64() if name == "amount_fen" else pa.string())
        for name in ("hospital_code", "kind", "number", "case_id", "note", "amount_fen", "refers")
    ]
)
HOLD_SCHEMA = pa.schema(
    [("hospital_code", pa.string()), ("number", pa.string()), ("note", pa.string()), ("left_fen", pa.int64())]
)

BROKEN = Reason(
    "REPLAY_BUNDLE_BROKEN", Kind.INVALID, "重放包里的 {field} 不能识别（{value}），请重新取得一份。"
)
_METHOD = re.compile(r"[a-z][a-z0-9_]*@[0-9]+\Z", re.ASCII)


class Expected(NamedTuple):
    """What a clearing came to: SM3 of every output in order, and of what its cases were paid, by block."""

    outputs: dict[str, str]
    cases: list[str]

    def content(self) -> bytes:
        """As ``expected.json``."""
        names = list(self.outputs)
        return canonical_json({"order": names, "outputs": self.outputs, "cases": self.cases})


def expected_of(content: bytes) -> Expected:
    """Read back from :meth:`Expected.content`.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    data = parsed(content, EXPECTED)
    try:
        return Expected({name: data["outputs"][name] for name in data["order"]}, list(data["cases"]))
    except (KeyError, TypeError) as error:
        raise Fault(BROKEN, field=EXPECTED, value=type(error).__name__) from error


def parsed(content: bytes, name: str) -> dict[str, Any]:
    """The object a JSON member holds.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    try:
        data = json.loads(content)
    except ValueError as error:
        raise Fault(BROKEN, field=name, value=type(error).__name__) from error
    if not isinstance(data, dict):
        raise Fault(BROKEN, field=name, value=type(data).__name__)
    return data


def methods_of(policy: Policy, keys: Iterable[str]) -> dict[str, str]:
    """The methods with their versions that the rules a clearing read name, by policy key."""
    values = {key: policy.rule(key).value for key in sorted(keys) if policy.has(key)}
    return {key: value for key, value in values.items() if isinstance(value, str) and _METHOD.match(value)}


def run_content(
    kind: str, clearing: str, methods: Mapping[str, str], given: Mapping[str, Any], **more: Any
) -> bytes:
    """``run.json``.

    :param kind: one of :data:`KIND_NAMES`.
    :param clearing: number of the clearing.
    :param given: the facts, as :func:`month_json` and :func:`year_json` write them.
    """
    return canonical_json(
        {
            "format": FORMAT,
            "kind": kind,
            "clearing": clearing,
            "methods": dict(methods),
            "given": given,
            **more,
        }
    )


def month_json(facts: MonthFacts) -> dict[str, Any]:
    """The facts of a month as they stand in ``run.json``."""
    found = {**asdict(facts), "rules_used": sorted(facts.rules_used)}
    # A month without other payments is written as it was before there were any.
    return found if facts.others_fen else {k: v for k, v in found.items() if k != "others_fen"}


def month_facts(given: Mapping[str, Any]) -> MonthFacts:
    """Read back from :func:`month_json`.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    try:
        return MonthFacts(**{**given, "rules_used": tuple(given["rules_used"])})
    except (KeyError, TypeError) as error:
        raise Fault(BROKEN, field=RUN, value=error) from error


def year_json(given: YearGiven) -> dict[str, Any]:
    """The facts of a year as they stand in ``run.json``; places stand in their table."""
    money = given.money
    names = ("clearing_id", "pool", "year", "engine", "scheme", "scheme_digest", "budget_version", "closed")
    return {
        **{name: getattr(given, name) for name in names},
        "rules_used": sorted(given.rules_used),
        "budget_fen": money.budget_fen,
        "residual_fen": money.residual_fen,
        "booked": {code: booked._asdict() for code, booked in money.booked.items()},
        "scores": {code: plain(score) for code, score in money.scores.items()},
        "standings": {code: standing.value for code, standing in money.standings.items()},
    }


def year_given(given: Mapping[str, Any], places: Mapping[str, Place]) -> YearGiven:
    """Read back from :func:`year_json`.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    try:
        money = Given(
            given["budget_fen"],
            given["residual_fen"],
            {code: Booked(**booked) for code, booked in given["booked"].items()},
            {code: Decimal(score) for code, score in given["scores"].items()},
            {code: YearStanding(standing) for code, standing in given["standings"].items()},
        )
        names = (
            "clearing_id",
            "pool",
            "year",
            "engine",
            "scheme",
            "scheme_digest",
            "budget_version",
            "closed",
        )
        facts = {name: given[name] for name in names}
        return YearGiven(**facts, rules_used=tuple(given["rules_used"]), money=money, places=places)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Fault(BROKEN, field=RUN, value=error) from error


def again_json(rows: Sequence[Again]) -> list[dict[str, Any]]:
    """Re-clearings as they stand in ``run.json``."""
    return [{**row._asdict(), "findings": [list(found) for found in row.findings]} for row in rows]


def again_of(rows: Sequence[Mapping[str, Any]]) -> list[Again]:
    """Read back from :func:`again_json`.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    try:
        return [Again(**{**row, "findings": tuple((a, b, c) for a, b, c in row["findings"])}) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise Fault(BROKEN, field=RUN, value=error) from error


def hospital_rows(places: Mapping[str, Place]) -> pa.RecordBatch:
    """Where hospitals stand and what they are called, by code."""
    return _batch(HOSPITAL_SCHEMA, [(code, *places[code]) for code in sorted(places)])


def places_of(rows: Iterable[Mapping[str, str]]) -> dict[str, Place]:
    """Read back from :func:`hospital_rows`."""
    return {row["hospital_code"]: (row["region_code"], row["name"]) for row in rows}


def line_rows(paying: Paying) -> pa.RecordBatch:
    """The money lines of hospitals, each hospital's in the order they were found."""
    rows = [(code, *line) for code in sorted(paying.lines) for line in paying.lines[code]]
    names = ("kind", "number", "case_id", "note", "amount_fen", "refers")
    order = [PayLine._fields.index(name) for name in names]
    return _batch(LINE_SCHEMA, [(row[0], *(row[1 + place] for place in order)) for row in rows])


def hold_rows(paying: Paying) -> pa.RecordBatch:
    """What holds take of hospitals, each hospital's in their order."""
    return _batch(
        HOLD_SCHEMA, [(code, *hold) for code in sorted(paying.holds) for hold in paying.holds[code]]
    )


def payments_of(
    hospitals: Iterable[Mapping[str, str]],
    lines: Iterable[Mapping[str, Any]],
    holds: Iterable[Mapping[str, Any]],
) -> Payments:
    """What hospitals are paid besides their funds, read back from the three tables.

    :raises Fault: REPLAY_BUNDLE_BROKEN.
    """
    places, paid, held = places_of(hospitals), dict[str, list[PayLine]](), dict[str, list[Standing]]()
    try:
        for row in lines:
            kind = LineKind(row["kind"])
            line = PayLine(kind, row["number"], row["case_id"], row["note"], row["amount_fen"], row["refers"])
            paid.setdefault(row["hospital_code"], []).append(line)
    except ValueError as error:
        raise Fault(BROKEN, field=LINES, value=error) from error
    for row in holds:
        held.setdefault(row["hospital_code"], []).append(
            Standing(row["number"], row["note"], row["left_fen"])
        )
    return Payments(Paying(paid, held, {}), places)


def _batch(schema: pa.Schema, rows: Sequence[Sequence[object]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
