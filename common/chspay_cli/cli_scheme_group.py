"""``chspay scheme group``: each case by the scheme that policy names for its place on its discharge day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from chspay_cli.casefile import OUTPUTS, check_kind, open_cases, write_rows
from chspay_cli.schemefile import find_scheme
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import NOT_A_DAY
from chspay_core.tables import ANSWER_COLUMNS
from chspay_grouper.engine.answers import INVALID
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.columns import dates
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Scheme
from chspay_policy import ROOT

SCHEME_NOT_GIVEN = Reason(
    "SCHEME_NOT_GIVEN",
    Kind.NOT_FOUND,
    "政策规定{on}起用方案“{value}”，它不是自带方案；请用 --scheme 给出它的导入文件夹。",
)
SCHEME_UNLIKE_POLICY = Reason(
    "SCHEME_UNLIKE_POLICY", Kind.PRECONDITION, "方案“{value}”的内容与政策库封存的摘要不同，请核对版本。"
)

SCHEME_KEY, SCHEME_COLUMN = "grouping.scheme", "scheme"
_EPOCH = date(1970, 1, 1)


class ByPolicy:
    """The schemes of one place, loaded as discharge days ask for them.

    :param given: imported schemes that policy may name by their id.
    """

    def __init__(self, place: str, given: list[Scheme]) -> None:
        self._bundle = Bundle.load(ROOT, place)
        self._given = {scheme.scheme_id: scheme for scheme in given}
        self._groupers: dict[str, BatchGrouper] = {}
        self._named: dict[int, str] = {}
        self.tally: Counter[tuple[str, str]] = Counter()

    def grouped(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with the scheme and the answer of each case, in the same order.

        A case whose discharge day is not known has no scheme and is ``invalid``.

        :raises Fault: policy names no scheme for a day, or one that is not at hand.
        """
        check_columns(batch.schema)
        day_numbers = dates(batch, "discharge_date")
        days = np.array(
            [-1 if day is None else day for day in day_numbers.values.to_pylist()], dtype=np.int64
        )
        days[day_numbers.bad] = -1
        unknown = INVALID[NOT_A_DAY.code]
        found = {name: np.full(len(days), getattr(unknown, name), dtype=object) for name in ANSWER_COLUMNS}
        found["status"][:] = unknown.status.value
        found[SCHEME_COLUMN] = np.full(len(days), "", dtype=object)
        names = {day: self._scheme_on(day) for day in np.unique(days).tolist() if day >= 0}
        needed = batch.select([name for name in READ if name in batch.schema.names])
        for scheme in sorted(set(names.values())):
            rows = np.flatnonzero(np.isin(days, [day for day, name in names.items() if name == scheme]))
            grouper = self._groupers[scheme]
            answers = grouper.columns(grouper.numbers(needed.take(pa.array(rows))))
            for name, column in answers.items():
                found[name][rows] = column.to_pylist()
            found[SCHEME_COLUMN][rows] = scheme
        self.tally.update(zip(found[SCHEME_COLUMN].tolist(), found["status"].tolist(), strict=True))
        kept = batch.select([name for name in batch.schema.names if name not in found])
        columns = {name: pa.array(values, pa.string()) for name, values in found.items()}
        fields = [*kept.schema, *(pa.field(name, pa.string()) for name in columns)]
        return pa.RecordBatch.from_arrays([*kept.columns, *columns.values()], schema=pa.schema(fields))

    def _scheme_on(self, number: int) -> str:
        """The id of the scheme of a day, which is then loaded and checked against policy's seal."""
        name = self._named.get(number)
        if name is not None:
            return name
        policy = self._bundle.on(_EPOCH + timedelta(days=number))
        name = self._named[number] = policy.text(SCHEME_KEY)
        if name not in self._groupers:
            scheme = self._given.get(name) or _shipped(name, policy.on)
            sealed = policy.scheme_digest(name)
            if sealed and sealed != scheme.digest:
                raise Fault(SCHEME_UNLIKE_POLICY, field=SCHEME_KEY, value=name)
            self._groupers[name] = BatchGrouper(Grouper(scheme))
        return name


def group(
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    policy: Annotated[str, typer.Option("--policy", help="统筹区代码：按政策库在出院日的规定选用方案")],
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件（.csv、.csv.gz、.parquet、.xlsx）")],
    scheme: Annotated[
        list[Path] | None, typer.Option("--scheme", help="政策所指方案的导入文件夹，可给多个；自带方案不必给")
    ] = None,
) -> None:
    """按政策为病例分组：每个病例用其统筹区在出院日所用的方案；可同时用多个方案。结果多一列 scheme。

    例：

      chspay scheme group cases.csv.gz --policy 990100 --scheme S-2025 --scheme S-2026 -o out.csv
    """
    check_kind(out, OUTPUTS)
    chosen = ByPolicy(policy, [find_scheme(str(folder))[0] for folder in scheme or []])
    opened = open_cases(cases)
    empty = chosen.grouped(pa.RecordBatch.from_pylist([], schema=opened.schema))

    def answered() -> Iterator[pa.RecordBatch]:
        for batch in opened.batches:
            yield chosen.grouped(batch)

    write_rows(out, empty.schema, answered())
    for (name, status), number in sorted(chosen.tally.items()):
        typer.echo(f"{name or '（出院日未知）'} {status}：{number:,}例", err=True)


def _shipped(name: str, day: date) -> Scheme:
    try:
        return find_scheme(name)[0]
    except Fault as fault:
        raise Fault(SCHEME_NOT_GIVEN, field="--scheme", value=name, on=day) from fault
