"""The four files of a trial clearing 试算, written whole or not at all, and read back for ``explain``."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chspay_cli.carvefile import PAYMENT_COLUMNS, payment_rows
from chspay_cli.casefile import write_rows
from chspay_cli.trial_cases import CASE_SCHEMA, Cleared
from chspay_core import ENGINE_VERSION
from chspay_core.amounts import decimal_text, from_micro, plain, ratio_half_up, to_micro
from chspay_core.artefact import POLICY_KEYS, ArtefactKind
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy, canonical_json
from chspay_core.weight_table import WeightTable, load_weight_table
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.table import CoefficientTable, coefficient_table_of
from chspay_settlement.engine.groups.weight_table import published
from chspay_settlement.engine.model import Group, GroupTable, PricedInput
from chspay_settlement.engine.value.carve import Carved
from chspay_settlement.engine.value.forms import POINT_VALUE, Form, Way

FORMAT = "chspay-trial/1"
NOTICE = "试算：离线测算结果，不入账，不作为支付依据。"
GROUPS, CASES, STATEMENTS, RUN = "groups.csv", "cases.csv", "statements.csv", "run.json"
FILES = (GROUPS, CASES, STATEMENTS, RUN)
#: The measured coefficients a trial priced with; only there when it did.
COEFFICIENTS = "coefficients.json"
#: The weight table a trial priced by, canonical form; only there when it did.
WEIGHTS = "weight_table.json"
#: What everybody gets, where amounts were set apart from the fund.
PAYMENTS = "payments.csv"
OPTIONAL = (COEFFICIENTS, WEIGHTS, PAYMENTS)

GROUP_COLUMNS = (
    "drg",
    "cases",
    "kept_cases",
    "trims",
    "stable",
    "cv",
    "mean_yuan",
    "median_yuan",
    "base_points",
    "high_multiple",
    "kept_cost_fen",
    "median_twice_fen",
)
STATEMENT_COLUMNS = ("hospital_code", "cases", "points", "fund_fen", "patient_fen", "total_fen")

OUT_NOT_EMPTY = Reason(
    "OUT_NOT_EMPTY", Kind.CONFLICT, "输出目录{value}已有内容。请换一个目录，或加 --force 覆盖其中的试算文件。"
)
OUT_NOT_DIR = Reason("OUT_NOT_DIR", Kind.INVALID, "输出位置{value}不是目录，请换一个位置。")
NOT_A_TRIAL = Reason("NOT_A_TRIAL", Kind.INVALID, "{value}不是试算结果目录，或其中的文件不完整。")


def check_target(out: Path, force: bool) -> None:
    """Refuses a place that cannot be written to, before any work is done.

    :raises Fault: OUT_NOT_DIR, OUT_NOT_EMPTY.
    """
    if out.exists() and not out.is_dir():
        raise Fault(OUT_NOT_DIR, value=out)
    if out.is_dir() and any(out.iterdir()) and not force:
        raise Fault(OUT_NOT_EMPTY, value=out)


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A folder to write in that becomes ``out`` only when the block ends well.

    Into a folder that exists the files are moved one by one, run.json last; without it nothing there
    counts as a trial.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    work = out.parent / f".{out.name}.{os.getpid()}"
    work.mkdir()
    try:
        yield work
        if out.exists():
            (out / RUN).unlink(missing_ok=True)
            for name in OPTIONAL:
                (out / name).unlink(missing_ok=True)
            for name in (*OPTIONAL, *FILES):
                if name in FILES or (work / name).exists():
                    os.replace(work / name, out / name)
        else:
            os.rename(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_trial(
    folder: Path,
    done: Cleared,
    facts: dict[str, object],
    coefficients: CoefficientTable | None = None,
    carved: Carved | None = None,
    weights: WeightTable | None = None,
) -> None:
    """Writes the four files of ``done`` into ``folder``; with them the coefficients and weights it priced
    with and what everybody gets besides points, if any."""
    if weights is not None:
        (folder / WEIGHTS).write_bytes(weights.content)
    if coefficients is not None:
        (folder / COEFFICIENTS).write_bytes(coefficients.content)
    if carved is not None:
        _write_rows(folder / PAYMENTS, PAYMENT_COLUMNS, payment_rows(carved, done.division))
    _write_rows(folder / GROUPS, GROUP_COLUMNS, (_group_row(group) for group in done.table.groups.values()))
    write_rows(folder / CASES, CASE_SCHEMA, done.batches())
    _write_rows(
        folder / STATEMENTS,
        STATEMENT_COLUMNS,
        (
            (
                hospital.hospital_code,
                hospital.cases,
                _points(hospital.points_micro),
                hospital.fund_fen,
                hospital.patient_fen,
                hospital.total_fen,
            )
            for hospital in done.hospitals
        ),
    )
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / RUN).write_text(text + "\n", encoding="utf-8")


def run_facts(
    done: Cleared,
    policy: Policy,
    bundle: Bundle,
    fund_fen: int,
    source: dict[str, object],
    coefficients: CoefficientTable | None = None,
) -> dict[str, object]:
    """What run.json says: enough to recompute every figure from it and the other files; no clock."""
    stable = sum(group.stable for group in done.table.groups.values())
    return {
        "format": FORMAT,
        "nature": "试算",
        "notice": NOTICE,
        "engine": ENGINE_VERSION,
        "input": source,
        "policy": {
            "place": policy.place,
            "on": policy.on.isoformat(),
            "digest": policy.digest,
            "bundle": json.loads(bundle.content),
        },
        "evidence": policy.weakest_evidence(),
        "fund_fen": fund_fen,
        "point_value": {
            "form": done.form.name,
            "numerator_fen": done.value.numerator_fen,
            "denominator_points": _points(done.value.denominator_micro),
            "display_yuan_per_point": done.value.display(),
        },
        "point_values": [
            {"name": part.name, "of": part.of, "display_yuan_per_point": part.value.display()}
            for part in done.division.parts
        ],
        "residual": {"fen": done.division.residual_fen, "cause": done.division.cause},
        "coefficients": "" if coefficients is None else coefficients.digest,
        "weight_table": "" if done.table.origin is None else done.table.origin.digest,
        "cases": {kind.value: done.kinds[kind] for kind in sorted(done.kinds)},
        "excluded": dict(sorted(done.reasons.items())),
        "groups": {
            "all_cases": done.table.all_cases,
            "all_cost_fen": done.table.all_cost_fen,
            "stable": stable,
            "unstable": len(done.table.groups) - stable,
        },
        "totals": {
            "hospitals": len(done.hospitals),
            "fund_fen": sum(hospital.fund_fen for hospital in done.hospitals),
            "patient_fen": sum(hospital.patient_fen for hospital in done.hospitals),
            "total_fen": sum(hospital.total_fen for hospital in done.hospitals),
        },
    }


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _points(micro: int) -> str:
    return plain(from_micro(micro))


def _group_row(group: Group) -> tuple[object, ...]:
    mean = group.mean
    return (
        group.drg,
        group.cases,
        group.kept,
        group.trims,
        int(group.stable),
        group.cv_display,
        format(ratio_half_up(mean.numerator, mean.denominator * 100, 4), "f") if group.kept else "",
        format(ratio_half_up(group.median_twice_fen, 200, 3), "f"),
        _points(group.base_micro),
        group.high_multiple,
        group.cost_sum_fen,
        group.median_twice_fen,
    )


@dataclass(frozen=True)
class StoredCase:
    """A case as a trial stored it: what went in and what came out."""

    inp: PricedInput
    kind: str
    points_micro: int
    fund_fen: int | None


@dataclass(frozen=True)
class Trial:
    """A trial clearing read back."""

    policy: Policy
    table: GroupTable
    facts: dict[str, object]
    statements: list[dict[str, str]]
    #: Every case of the hospitals that have the asked-for case.
    cases: list[StoredCase]
    #: The measured coefficients it priced with, if any.
    coefficients: CoefficientTable | None


def read_trial(folder: Path, case_id: str) -> Trial:
    """Reads back what explains ``case_id``: the run, its groups and statements, and the cases of the
    hospitals that have a case of this id; of everybody where the form of the value looks at single cases.

    :raises Fault: NOT_A_TRIAL when a file is missing, torn or not of this format.
    """
    try:
        facts = json.loads((folder / RUN).read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise Fault(NOT_A_TRIAL, value=folder)
        policy = _policy(facts["policy"])
        table = _weighed(folder, str(facts.get("weight_table", "")), policy)
        if table is None:
            groups = [_group(row) for row in _rows(folder / GROUPS)]
            table = GroupTable.of(facts["groups"]["all_cost_fen"], facts["groups"]["all_cases"], groups)
        form = POINT_VALUE.named(facts["point_value"]["form"], policy)
        cases = _cases(folder / CASES, case_id, everybody=not by_totals(form))
        coefficients = _coefficients(folder, str(facts["coefficients"]))
        return Trial(policy, table, facts, list(_rows(folder / STATEMENTS)), cases, coefficients)
    except (OSError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise Fault(NOT_A_TRIAL, value=folder) from error


def _coefficients(folder: Path, digest: str) -> CoefficientTable | None:
    if not digest:
        return None
    table = coefficient_table_of((folder / COEFFICIENTS).read_bytes())
    if table.digest != digest:
        raise ValueError("coefficients")
    return table


def _weighed(folder: Path, digest: str, policy: Policy) -> GroupTable | None:
    """The group figures of the weight table a trial priced by; ``None`` when it measured its own."""
    if not digest:
        return None
    weights = load_weight_table((folder / WEIGHTS).read_bytes())
    if weights.digest != digest:
        raise ValueError("weights")
    return weighed(weights, policy)


def weighed(weights: WeightTable, policy: Policy) -> GroupTable:
    """The group figures of a weight table under the policy that names it, and the scheme it names.

    :raises Fault: ``ARTEFACT_*``, ``WEIGHT_TABLE_*``, POLICY_MISSING.
    """
    scheme = policy.scheme_digest(policy.text(POLICY_KEYS[ArtefactKind.SCHEME]))
    return published(weights, Terms.read(policy), scheme)


def by_totals(form: Form) -> bool:
    """Whether the hospitals' points and patients' parts alone decide their money."""
    return form.way is Way.SPLIT and not form.grossed


def _policy(stored: dict[str, object]) -> Policy:
    bundle = Bundle.parse(canonical_json(stored["bundle"]))
    if bundle.digest != stored["digest"]:
        raise ValueError("digest")
    return bundle.on(parse_day(str(stored["on"]), "on"))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _group(row: dict[str, str]) -> Group:
    return Group(
        drg=row["drg"],
        cases=int(row["cases"]),
        kept=int(row["kept_cases"]),
        trims=int(row["trims"]),
        cost_sum_fen=int(row["kept_cost_fen"]),
        median_twice_fen=int(row["median_twice_fen"]),
        stable=row["stable"] == "1",
        cv_display=row["cv"],
        base_micro=to_micro(decimal_text(row["base_points"])),
        high_multiple=row["high_multiple"],
    )


def _cases(path: Path, case_id: str, *, everybody: bool) -> list[StoredCase]:
    """A file may hold a year of a province; only the hospitals asked for become objects."""
    columns = CASE_SCHEMA.names
    id_place, hospital_place = columns.index("case_id"), columns.index("hospital_code")
    with path.open(encoding="utf-8", newline="") as file:
        if next(csv.reader(file)) != columns:
            raise ValueError("columns")
        hospitals = {row[hospital_place] for row in csv.reader(file) if row[id_place] == case_id}
        file.seek(0)
        next(csv.reader(file))
        rows = (row for row in csv.reader(file) if everybody or row[hospital_place] in hospitals)
        return [_case(dict(zip(columns, row, strict=True))) for row in rows]


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _case(row: dict[str, str]) -> StoredCase:
    inp = PricedInput(
        case_id=row["case_id"],
        hospital_code=row["hospital_code"],
        level=_whole(row["level"]),
        drg=row["drg"],
        status=row["status"],
        department=row["department"],
        los_days=_whole(row["los_days"]),
        cost_fen=_whole(row["cost_fen"]),
        patient_fen=_whole(row["patient_fen"]),
    )
    return StoredCase(inp, row["kind"], to_micro(decimal_text(row["points"])), _whole(row["fund_fen"]))
