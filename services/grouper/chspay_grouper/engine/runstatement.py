"""What a whole run of a scheme over cases came to, in one canonical form that others refer to by digest.

The same cases under the same scheme give the same statement, whether a command or the service made it
and however the cases were cut into parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.case import Status
from chspay_core.digest import Sm3
from chspay_core.errors import Fault
from chspay_core.tables import ANSWER_COLUMNS
from chspay_grouper.engine import canonical
from chspay_grouper.engine.canonical import DOCUMENT_BAD, is_digest
from chspay_grouper.engine.scheme import Scheme

FORMAT = "chspay-grouping-run@1"
_KIND = "模拟分组结果"


@dataclass(frozen=True, slots=True)
class RunStatement:
    """The outcome of a run: how many cases, how they were answered, and the digest of every answer."""

    scheme_id: str
    scheme: str
    cases: int
    answers: str  # SM3 over the lines "case_id mdc adrg drg status reason", tab between, in order
    statuses: Mapping[str, int]
    groups: Mapping[str, int]  # cases per DRG

    @property
    def content(self) -> bytes:
        """The canonical form."""
        return canonical.write(
            {
                "format": FORMAT,
                "scheme_id": self.scheme_id,
                "scheme": self.scheme,
                "cases": self.cases,
                "answers": self.answers,
                "statuses": dict(self.statuses),
                "groups": dict(self.groups),
            }
        )


class Tally:
    """Counts and digests answers as they come, in the order of the cases."""

    def __init__(self) -> None:
        self._digest = Sm3()
        self._cases = 0
        self._statuses: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()

    def add(self, ids: pa.Array, answers: Mapping[str, pa.Array]) -> None:
        """Answers of some cases: their ids, and the answer columns as text."""
        columns = [pc.fill_null(ids.cast(pa.string()), ""), *(answers[name] for name in ANSWER_COLUMNS)]
        lines = pc.binary_join_element_wise(*(_plain(column) for column in columns), "\t")
        self._digest.add("".join(f"{line}\n" for line in lines.to_pylist()).encode())
        self._cases += len(ids)
        self._statuses.update(_counted(answers["status"]))
        self._groups.update(_counted(answers["drg"]))

    def statement(self, scheme: Scheme) -> RunStatement:
        """The outcome, after the last case."""
        statuses = {status.value: self._statuses[status.value] for status in Status}
        groups = {drg: number for drg, number in sorted(self._groups.items()) if drg}
        return RunStatement(
            scheme.scheme_id, scheme.digest, self._cases, self._digest.hex(), statuses, groups
        )


def parse_statement(content: bytes) -> RunStatement:
    """A statement from its canonical form.

    :raises Fault: DOCUMENT_BAD.
    """
    data = canonical.read(content, _KIND, FORMAT)
    try:
        found = RunStatement(**data)  # type: ignore[arg-type]
        counts = [*found.statuses.values(), *found.groups.values()]
    except (TypeError, AttributeError) as error:
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="缺少字段或类型不对") from error
    whole = all(type(number) is int and number >= 0 for number in (found.cases, *counts))
    if not (whole and is_digest(found.scheme) and is_digest(found.answers)):
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="数量或摘要有误")
    if sum(found.statuses.values()) != found.cases:
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="各状态的病例数之和不等于总数")
    return canonical.whole(found, content, _KIND)


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _counted(column: pa.Array) -> dict[str, int]:
    return {item["values"] or "": item["counts"] for item in pc.value_counts(_plain(column)).to_pylist()}
