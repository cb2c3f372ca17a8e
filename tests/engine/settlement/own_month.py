"""A month cleared in memory, and what each hospital is handed of it."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from functools import cached_property

from combinations import coefficients_for, random_cases, random_rules
from settlement_rules import ON, PLACE, bundle_of

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.coefficient.source import TableCoefficients
from chspay_settlement.engine.model import CaseKind, PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.month.closing import Paying, dues_of, statements_of
from chspay_settlement.engine.month.payment import LineKind, PayLine, Standing
from chspay_settlement.engine.month.statement import MONTH, Adjustment, RunFacts, group_lines
from chspay_settlement.engine.proof.leaves import case_leaf
from chspay_settlement.engine.proof.own import Files
from chspay_settlement.engine.proof.own_cases import OwnCase
from chspay_settlement.engine.proof.own_files import own_files
from chspay_settlement.engine.proof.papers import Papers
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.published import publish

#: What a month has besides cases: a deduction, a difference, something released, something held.
LINES = (
    PayLine(LineKind.DEDUCTION, "YD-1", "", "超标准收费", -500_00),
    PayLine(LineKind.DIFFERENCE, "DF-1", "", "清单更正", 123_45, "MR-990100-202602"),
    PayLine(LineKind.RELEASE, "ZH-1", "", "整改完成", 10_00),
)
HOLD = Standing("ZH-2", "正在核查", 77_00)


class OwnMonth:
    """One cleared month; ``files(code)`` is what the hospital is handed."""

    def __init__(
        self, bundle: Bundle, inputs: list[PricedInput], fund: int, chance: random.Random | None = None
    ) -> None:
        self.bundle, self.inputs, self.fund = bundle, inputs, fund
        self.policy = bundle.on(ON)
        coefficients = coefficients_for(self.policy, chance or random.Random(1))
        self.table = coefficients.table if isinstance(coefficients, TableCoefficients) else None
        self.done = clear(inputs, fund, self.policy, coefficients=coefficients)
        self.cases: dict[str, list[OwnCase]] = defaultdict(list)
        for inp, points, money in zip(inputs, self.done.points, self.done.funds_fen, strict=True):
            self.cases[inp.hospital_code].append(OwnCase(inp, points, money))
        for own in self.cases.values():
            own.sort(key=lambda case: case.inp.case_id)
        self.lined = self.done.hospitals[0].hospital_code

    @cached_property
    def pool(self) -> Pool:
        """The tree."""
        leaves = {code: [case_leaf(*case) for case in own] for code, own in self.cases.items()}
        return Pool.of_cases(leaves)

    @cached_property
    def statements(self) -> dict[str, bytes]:
        """The statement of every hospital; the first has lines besides its fund."""
        public = publish(self.pool, self.done.division, self.done.table)
        paying = Paying({self.lined: LINES}, {self.lined: [HOLD]}, {})
        codes = [amount.hospital_code for amount in self.done.hospitals]
        dues = dues_of(self.done.division, {code: ("", f"{code}医院") for code in codes}, self.policy, paying)
        earning = {
            code: [case for case in own if case.points.kind is not CaseKind.EXCLUDED]
            for code, own in self.cases.items()
        }
        lines = {
            code: group_lines(*(list(column) for column in zip(*own, strict=True)))
            for code, own in earning.items()
            if own
        }
        marks = {
            code: [Adjustment(case.inp.case_id, mark) for case in own for mark in case.inp.marks]
            for code, own in self.cases.items()
        }
        made = statements_of(self._facts, self.done.division, dues, lines, marks, public)
        return dict(zip((due.amount.hospital_code for due in dues), made, strict=True))

    @property
    def _facts(self) -> RunFacts:
        return RunFacts(
            f"MR-{PLACE}-202603", PLACE, "2026-03", MONTH, "1", PLACE, ON.isoformat(), self.bundle.digest,
            "starter", "5c" * 32, "demo", self.fund,
        )  # fmt: skip

    def papers(self, code: str) -> Papers:
        """The papers behind a statement."""
        of: dict[str, dict[str, dict[str, object]]] = {
            "decisions": {}, "findings": {}, "differences": {}, "holds": {},
        }  # fmt: skip
        kinds = {"deduction": "findings", "difference": "differences", "release": "holds", "hold": "holds"}
        for line in json.loads(self.statements[code])["payment"]:
            of[kinds[line["kind"]]][line["number"]] = {"lines": [[line["note"], line["amount_fen"]]]}
        for case in self.cases[code]:
            for mark in case.inp.marks:
                if mark.cite.startswith("决定"):
                    of["decisions"][mark.cite] = {
                        "case": case.inp.case_id, "kind": mark.kind, "value": mark.value, "mode": mark.mode,
                    }  # fmt: skip
        return Papers(("points.scale", "point_value.form"), of)

    def files(self, code: str) -> Files:
        """What a hospital is handed."""
        return own_files(
            code,
            self.cases[code],
            statement=self.statements[code],
            policy=self.bundle.content,
            table=self.done.table,
            pool=self.pool,
            papers=self.papers(code),
            coefficients=self.table,
        )


def random_month(chance: random.Random, cases: int) -> OwnMonth:
    """A month of random methods and cases that go together."""
    while True:
        try:
            bundle = bundle_of(random_rules(chance))
            inputs = random_cases(chance, cases)
            month = OwnMonth(bundle, inputs, chance.randrange(10 ** chance.randrange(5, 13)), chance)
            _ = month.statements
        except Fault:
            continue
        return month


def plain_month(hospitals: int = 5, cases: int = 60) -> OwnMonth:
    """A month under the plain rules of the tests: several hospitals, a marked case, an excluded one."""
    chance = random.Random(11)
    inputs = []
    for number in range(cases):
        code, cost = f"H{number % hospitals:02}", chance.randrange(3_000_00, 30_000_00)
        marks = (Mark(MarkKind.VIOLATION, "1", "", "决定〔2026〕7号"),) if number == hospitals * 3 else ()
        inputs.append(
            PricedInput(
                f"C{number:05}", code, 2 + number % hospitals % 2, f"G{number % 4}", "grouped", "B01", 7,
                cost, cost // 5, marks,
            )
        )  # fmt: skip
    inputs.append(inputs[0]._replace(case_id="C-bad", status="invalid"))
    return OwnMonth(bundle_of({"settle.high": "as_normal@1"}), inputs, 50_000_000_00)
