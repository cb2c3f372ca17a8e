"""What a whole run over cases came to, in one canonical form that others refer to by digest.

The same cases under the same scheme, DIP catalogue or weight table give the same statement, whether a
command or the service made it and however the cases were cut into parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.artefact import Artefact, ArtefactKind, Sealed
from chspay_core.case import Status
from chspay_core.digest import Sm3
from chspay_core.errors import Fault
from chspay_core.tables import ANSWER_COLUMNS
from chspay_grouper.engine import canonical
from chspay_grouper.engine.canonical import DOCUMENT_BAD, is_digest
from chspay_grouper.engine.dip.batch import ANSWER_SCHEMA as DIP_ANSWERS
from chspay_grouper.engine.weights import sealed as weighed

_KIND = "模拟运行结果"


@dataclass(frozen=True, slots=True)
class Form:
    """How runs of a kind are told: the answer columns digested, and the two that are counted."""

    name: str
    columns: tuple[str, ...]
    status: str
    group: str
    statuses: tuple[str, ...]


_STATUSES = tuple(status.value for status in Status)
FORMS = {
    ArtefactKind.SCHEME: Form("chspay-grouping-run@1", ANSWER_COLUMNS, "status", "drg", _STATUSES),
    ArtefactKind.DIP_CATALOGUE: Form(
        "chspay-dip-run@1", tuple(DIP_ANSWERS.names), "dip_status", "dip", _STATUSES
    ),
    ArtefactKind.WEIGHT_TABLE: Form(
        "chspay-weight-run@1", weighed.ANSWER_COLUMNS, "weight_status", "drg", weighed.STATUSES
    ),
}
_KINDS = {form.name: kind for kind, form in FORMS.items()}


@dataclass(frozen=True, slots=True)
class RunStatement:
    """The outcome of a run: how many cases, how they were answered, and the digest of every answer."""

    artefact: Artefact
    cases: int
    #: SM3 over a line per case, in order: case_id and the answer columns, tab between.
    answers: str
    statuses: Mapping[str, int]
    groups: Mapping[str, int]  # cases per group

    @property
    def content(self) -> bytes:
        """The canonical form."""
        kind = self.artefact.kind.value
        return canonical.write(
            {
                "format": FORMS[self.artefact.kind].name,
                f"{kind}_id": self.artefact.id,
                kind: self.artefact.digest,
                "cases": self.cases,
                "answers": self.answers,
                "statuses": dict(self.statuses),
                "groups": dict(self.groups),
            }
        )


class Tally:
    """Counts and digests answers as they come, in the order of the cases."""

    def __init__(self, kind: ArtefactKind = ArtefactKind.SCHEME) -> None:
        self._form = FORMS[kind]
        self._digest = Sm3()
        self._cases = 0
        self._statuses: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()

    def add(self, ids: pa.Array, answers: Mapping[str, pa.Array]) -> None:
        """Answers of some cases: their ids, and the answer columns as text."""
        columns = [ids, *(answers[name] for name in self._form.columns)]
        lines = pc.binary_join_element_wise(*(_plain(column) for column in columns), "\t")
        self._digest.add(_text(lines))
        self._cases += len(ids)
        self._statuses.update(_counted(answers[self._form.status]))
        self._groups.update(_counted(answers[self._form.group]))

    def statement(self, sealed: Sealed) -> RunStatement:
        """The outcome of what was run, after the last case."""
        statuses = {status: self._statuses[status] for status in self._form.statuses}
        groups = {name: number for name, number in sorted(self._groups.items()) if name}
        return RunStatement(sealed.artefact, self._cases, self._digest.hex(), statuses, groups)


def parse_statement(content: bytes) -> RunStatement:
    """A statement from its canonical form.

    :raises Fault: DOCUMENT_BAD.
    """
    kind, data = canonical.read(content, _KIND, _KINDS)
    try:
        artefact = Artefact(kind, str(data.pop(f"{kind.value}_id")), str(data.pop(kind.value)))
        found = RunStatement(artefact, **data)  # type: ignore[arg-type]
        counts = [*found.statuses.values(), *found.groups.values()]
    except (KeyError, TypeError, AttributeError) as error:
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="缺少字段或类型不对") from error
    whole = all(type(number) is int and number >= 0 for number in (found.cases, *counts))
    if not (whole and is_digest(found.artefact.digest) and is_digest(found.answers)):
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="数量或摘要有误")
    if sum(found.statuses.values()) != found.cases:
        raise Fault(DOCUMENT_BAD, kind=_KIND, problem="各状态的病例数之和不等于总数")
    return canonical.whole(found, content, _KIND)


def _text(lines: pa.Array) -> bytes:
    """The lines one after the other, each with its end."""
    if lines.null_count:
        return "".join(f"{line}\n" for line in lines.to_pylist()).encode()
    whole = pc.binary_join_element_wise(lines, "", "\n")
    # The lines lie one after the other in the array's data: nothing has to be joined.
    _, offsets, text = whole.buffers()
    return bytes(text.slice(0, memoryview(offsets).cast("i")[len(whole)])) if len(whole) else b""


def _plain(column: pa.Array) -> pa.Array:
    """A column as text, the empty text where nothing is known."""
    return pc.fill_null(column.cast(pa.string()), "")


def _counted(column: pa.Array) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in pc.value_counts(_plain(column)).to_pylist()}
