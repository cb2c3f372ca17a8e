"""The papers 文书 behind a hospital's statement: decisions, findings, differences, holds that concern it.

Each line of the payment and each mark that people decided must have its paper, and each paper its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.month.payment import LineKind, PayLine

FORMAT = "chspay-papers/1"
PAPERS_BROKEN = Reason("PAPERS_BROKEN", Kind.INVALID, "数据包里的文书无法识别（{value}）。")
PAPER_MISSING = Reason(
    "PAPER_MISSING", Kind.PRECONDITION, "结算单的“{value}”没有对应的文书，或与文书不符（{what}）。"
)
PAPER_UNUSED = Reason("PAPER_UNUSED", Kind.PRECONDITION, "文书“{value}”（{what}）在结算单里没有对应的一行。")
KINDS = ("decisions", "findings", "differences", "holds")
#: Which kind of paper stands behind a line.
OF_LINE = {
    LineKind.DEDUCTION: "findings",
    LineKind.RETURN: "findings",
    LineKind.DIFFERENCE: "differences",
    LineKind.RELEASE: "holds",
    LineKind.HOLD: "holds",
}


class Papers(NamedTuple):
    """The papers by kind and number, and the keys of the rules the run read."""

    rules_used: tuple[str, ...]
    #: Of each kind: number -> what the paper says. ``lines`` are note and amount (fen) of its lines.
    of: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def content(self) -> bytes:
        """The papers as canonical JSON."""
        content = {"format": FORMAT, "rules_used": sorted(self.rules_used), **self.of}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def check(self, lines: Iterable[PayLine], marks: Iterable[tuple[str, Mark]]) -> None:
        """Refuse unless lines, marks and papers belong together.

        :raises Fault: PAPER_MISSING, PAPER_UNUSED.
        """
        used: set[tuple[str, str]] = set()
        said: dict[tuple[str, str], list[list[object]]] = {}
        for line in lines:
            where = (OF_LINE[line.kind], line.number)
            said.setdefault(where, []).append([line.note, line.amount_fen])
            used.add(where)
        for (kind, number), found in said.items():
            paper = self.of[kind].get(number)
            if paper is None or paper["lines"] != found:
                raise Fault(PAPER_MISSING, field=kind, value=number, what=kind)
        for case_id, mark in marks:
            paper = self.of["decisions"].get(mark.cite)
            if paper is None:
                continue
            decided = (paper["case"], paper["kind"], paper["value"], paper["mode"])
            if decided != (case_id, mark.kind, mark.value, mark.mode):
                raise Fault(PAPER_MISSING, field="decisions", value=mark.cite, what=case_id)
            used.add(("decisions", mark.cite))
        for kind in KINDS:
            for number in self.of[kind]:
                if (kind, number) not in used:
                    raise Fault(PAPER_UNUSED, field=kind, value=number, what=kind)


def parse_papers(content: bytes) -> Papers:
    """The papers in ``content``, which must be exactly what :meth:`Papers.content` writes.

    :raises Fault: PAPERS_BROKEN.
    """
    try:
        data = json.loads(content)
        of = {kind: data[kind] for kind in KINDS}
        found = Papers(tuple(data["rules_used"]), of)
        same = found.content() == content
        if not all(isinstance(paper, dict) for papers in of.values() for paper in papers.values()):
            raise TypeError(KINDS)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Fault(PAPERS_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(PAPERS_BROKEN, value="不是规范格式")
    return found
