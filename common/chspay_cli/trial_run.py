"""A trial clearing of a case file: case by case, or over columns when a Parquet file is large."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from chspay_cli.casefile import read_cases, reading
from chspay_cli.trial_cases import Cleared, cleared, cleared_columns
from chspay_cli.trial_input import COLUMNS, read_inputs
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import cited
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.engine.case import extreme_cost, readmission
from chspay_settlement.engine.case.methods_day import SOURCE as BED_DAYS_SOURCE
from chspay_settlement.engine.case.methods_day import asked_of_service
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.groups.point_source import POINT_SOURCES, SOURCE
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.value.forms import FUND_ONLY, Form
from chspay_settlement.engine.value.split import form_of

if TYPE_CHECKING:
    from chspay_cli.spark_clear import Cluster

WEIGHTS_NEEDED = Reason(
    "WEIGHTS_NEEDED",
    Kind.PRECONDITION,
    "政策规定按权重表结算（{document}），请用 --weights 给出（chspay weights measure --table 写的文件夹）。",
)
BED_DAYS_NEEDED = Reason(
    "BED_DAYS_NEEDED",
    Kind.PRECONDITION,
    "本地的床日病例由床日付费服务逐例计价（{document}），离线试算不能计算；请用 chspay month trial 试算。",
)
#: A Parquet file of so many cases is cleared over columns.
LARGE = 200_000
NO_PATIENT = "文件没有个人负担（patient_paid），点值改按基金口径计算：基金 ÷ 点数。"
NO_DEPARTMENT = "文件没有科室（department），无法识别床日病例，全部按病组计算。"
#: Rules that look at several stays or at a whole hospital; a month run follows them, a trial of a file not.
NOT_FOUND = {
    readmission.METHOD: "本地有再入院的规定，试算不认定再入院，各病例按未再入院计点。",
    extreme_cost.METHOD: "本地有极高费用病例按项目付费的规定，试算不作认定，各病例按病组计点。",
}

#: Told the step that begins, and how much of it is done, in words.
Step = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be cleared, and by which rules."""

    cases: Path
    levels: dict[str, int]
    fund_fen: int
    policy: Policy
    #: Coefficients measured on a base year, for a policy whose method needs them.
    coefficients: CoefficientTable | None = None
    #: Group figures of a published weight table, for a policy that names one; measured when None.
    table: GroupTable | None = None
    #: Threads; as many as there are processors when None.
    jobs: int | None = None
    #: Has a cluster's workers read and price; this machine alone when None.
    cluster: Cluster | None = None


def run_trial(wanted: Wanted, step: Step) -> tuple[Cleared, list[str]]:
    """The clearing of a file, and what has to be said about the file.

    :raises Fault: whatever is wrong with file or policy; nothing is half done.
    """
    rules = wanted.policy
    if wanted.table is None and rules.has(SOURCE) and POINT_SOURCES.chosen(rules).published:
        raise Fault(WEIGHTS_NEEDED, field="--weights", document=cited(rules, SOURCE))
    if asked_of_service(rules):
        raise Fault(BED_DAYS_NEEDED, field=BED_DAYS_SOURCE, document=cited(rules, BED_DAYS_SOURCE))
    if is_large(wanted.cases) or (wanted.cluster is not None and wanted.cases.is_file()):
        return _over_columns(wanted, step)
    return _case_by_case(wanted, step)


def is_large(path: Path) -> bool:
    """Whether a file is cleared over columns."""
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return False
    with reading(path):
        return bool(pq.ParquetFile(path).metadata.num_rows >= LARGE)


def _case_by_case(wanted: Wanted, step: Step) -> tuple[Cleared, list[str]]:
    step("read", "")
    found = read_inputs(read_cases(wanted.cases, COLUMNS), wanted.levels)
    form, notes = _form(wanted.policy, found.has_patient, found.has_department)
    done = clear(
        found.inputs,
        wanted.fund_fen,
        wanted.policy,
        form=form,
        table=wanted.table,
        coefficients=coefficients_of(wanted.policy, wanted.coefficients),
        progress=lambda name: step(name, ""),
    )
    return cleared(done, found.inputs), notes


def _over_columns(wanted: Wanted, step: Step) -> tuple[Cleared, list[str]]:
    keep_machine_code()
    from chspay_cli.trial_columns import Read, read_columns
    from chspay_settlement.engine.columnar.clearing import clear_columns
    from chspay_settlement.engine.columnar.pricing import Price, price_columns

    step("read", "")
    with ThreadPoolExecutor(wanted.jobs or os.cpu_count() or 1) as pool, ExitStack() as stack:
        read: Read = read_columns
        price: Price = price_columns
        if wanted.cluster is not None:
            workers = stack.enter_context(wanted.cluster.workers(wanted.coefficients))
            read, price = workers.read, workers.price
        found = read(
            wanted.cases,
            wanted.levels,
            pool.map,
            lambda rows, total: step("read", f" {rows:,} / {total:,}"),
        )
        form, notes = _form(wanted.policy, found.has_patient, found.has_department)
        done = clear_columns(
            found.columns,
            wanted.fund_fen,
            wanted.policy,
            form=form,
            table=wanted.table,
            coefficients=coefficients_of(wanted.policy, wanted.coefficients),
            progress=lambda name: step(name, ""),
            each=pool.map,
            price=price,
        )
    return cleared_columns(done), notes


def _form(policy: Policy, has_patient: bool, has_department: bool) -> tuple[Form, list[str]]:
    """The point value to use, and what has to be said about the file."""
    form = form_of(policy)
    notes: list[str] = []
    if form.needs_patient and not has_patient:
        form = FUND_ONLY
        notes.append(NO_PATIENT)
    if not has_department:
        notes.append(NO_DEPARTMENT)
    notes += [note for key, note in NOT_FOUND.items() if policy.has(key)]
    return form, notes
