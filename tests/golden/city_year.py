"""A synthetic city-year, settled by the engine alone: twelve months, differences, the year, a re-clearing.

Everything follows from a seed. What goes in has digests of its own, so that another city is told apart from
another answer about the same city.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from chspay_cli import synth
from chspay_cli.synth.recipes import starter_scheme
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.period import Month
from chspay_core.policy import canonical_json
from chspay_core.tables import cases_from_batch
from chspay_grouper.engine.grouper import Grouper
from chspay_kit.machinecode import keep_machine_code

keep_machine_code()

from chspay_settlement.engine.books.batch import Batch, batch_content, batch_lines  # noqa: E402
from chspay_settlement.engine.case.marks import Mark, MarkKind  # noqa: E402
from chspay_settlement.engine.case.points import Pricer  # noqa: E402
from chspay_settlement.engine.columnar.columns import Columns  # noqa: E402
from chspay_settlement.engine.model import PricedInput  # noqa: E402
from chspay_settlement.engine.month.clearing import Clearing, clear  # noqa: E402
from chspay_settlement.engine.month.closing import Paying  # noqa: E402
from chspay_settlement.engine.month.difference import (  # noqa: E402
    Closed,
    Delta,
    deltas,
    postings,
    recomputed,
    standing_of,
)
from chspay_settlement.engine.month.payment import LineKind, PayLine, Standing  # noqa: E402
from chspay_settlement.engine.month.settled import CaseKey, Settled  # noqa: E402
from chspay_settlement.engine.replay import bundle  # noqa: E402
from chspay_settlement.engine.replay.cases import digest_of_rows  # noqa: E402
from chspay_settlement.engine.replay.month import MonthFacts, Payments, replay_month  # noqa: E402
from chspay_settlement.engine.replay.results import Results  # noqa: E402
from chspay_settlement.engine.replay.writing import rows_of  # noqa: E402
from chspay_settlement.engine.replay.year import (  # noqa: E402
    Again,
    Given,
    YearGiven,
    Yearly,
    replay_reclear,
    replay_year,
)
from chspay_settlement.engine.year.clearing import Booked  # noqa: E402
from chspay_settlement.engine.year.sharing import Standing as YearStanding  # noqa: E402

POOL, YEAR = "990100", 2026
HOLD_MONTH, RELEASE_MONTH = 3, 5
#: Closed month -> the open month that takes its difference.
DIFFERENCES = {2: 4, 7: 8}
POLICY = Path(__file__).with_name("policy.json")


@dataclass(frozen=True)
class Parameters:
    """What the city-year is made from."""

    seed: int
    hospitals: int
    cases_a_month: int
    #: What the statements say cleared them; a name, so that a new version gives the same bytes.
    engine: str


class CityYear:
    """The year, worked out step by step when it is asked for."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.bundle = Bundle.parse(POLICY.read_bytes())
        self.hospitals = {
            one.hospital_code: one for one in synth.hospitals(parameters.seed, parameters.hospitals)
        }
        self.places = {code: (one.region_code, one.name) for code, one in self.hospitals.items()}
        self.codes = sorted(self.hospitals)
        self._dues: dict[int, list[PayLine]] = {}

    @cached_property
    def raw(self) -> dict[int, pa.Table]:
        """The generated cases of every month."""
        found = {}
        for month in range(1, 13):
            batches = synth.generate(
                self.parameters.cases_a_month, self.parameters.seed, Month(YEAR, month),
                hospitals=self.parameters.hospitals,
            )  # fmt: skip
            found[month] = pa.Table.from_batches(list(batches)).combine_chunks()
        return found

    @property
    def generated(self) -> str:
        """SM3 over the generated cases: what the generator made."""
        names = ("case_id", "hospital_code", "diagnoses", "procedures", "department", "los_days",
                 "total_cost", "patient_paid")  # fmt: skip
        plain = [
            pa.RecordBatch.from_arrays([_text(table.column(name)) for name in names], names=list(names))
            for table in self.raw.values()
        ]
        return sm3_hex_of(digest_of_rows(batch).encode() for batch in plain)

    @cached_property
    def inputs(self) -> dict[int, list[PricedInput]]:
        """The grouped cases of every month, some of them marked."""
        grouper = Grouper(starter_scheme())
        return {month: list(self._grouped(month, table, grouper)) for month, table in self.raw.items()}

    def _grouped(self, month: int, table: pa.Table, grouper: Grouper) -> Iterator[PricedInput]:
        for number, case in enumerate(cases_from_batch(table.to_batches()[0])):
            answer = grouper.group(case)
            yield PricedInput(
                f"{month:02}-{number:05}", case.hospital_code, self.hospitals[case.hospital_code].level,
                answer.drg, answer.status.value, case.department, case.stay_days, case.total_cost_fen,
                case.patient_paid_fen, _marks(number),
            )  # fmt: skip

    @property
    def grouped(self) -> str:
        """SM3 over what the clearing takes in: what generator and grouper made together."""
        found = [
            digest_of_rows(batch) for inputs in self.inputs.values() for batch in rows_of(Columns.of(inputs))
        ]
        return sm3_hex_of(digest.encode() for digest in found)

    def fund(self, month: int) -> int:
        """The month's fund: 62 % of what its cases cost."""
        return sum(inp.cost_fen or 0 for inp in self.inputs[month]) * 62 // 100

    @cached_property
    def months(self) -> dict[int, Results]:
        """Every month cleared, each with what the months before left for it."""
        return {month: self.replayed(month) for month in range(1, 13)}

    def replayed(self, month: int) -> Results:
        """One month cleared over columns."""
        columns = Columns.of(sorted(self.inputs[month], key=lambda inp: (inp.hospital_code, inp.case_id)))
        facts = self.facts(month)
        return replay_month(facts, self.bundle.on(facts.month.last), columns, self.payments(month))

    def facts(self, month: int) -> MonthFacts:
        """What a month's run was given."""
        run_id = f"MR-{POOL}-{YEAR}{month:02}"
        scheme = self.bundle.on(Month(YEAR, month).last).text("grouping.scheme")
        return MonthFacts(
            f"{run_id}-1", run_id, POOL, YEAR * 100 + month, self.parameters.engine, scheme,
            self.bundle.schemes[scheme], self.fund(month), ("grouping.scheme", "prepay.share"),
            proven=True,
        )  # fmt: skip

    def payments(self, month: int) -> Payments:
        """Deductions every month, a hold and its release, and differences of closed months."""
        lines: dict[str, list[PayLine]] = defaultdict(list)
        holds: dict[str, list[Standing]] = {}
        inp = next(inp for inp in self.inputs[month] if inp.status == "grouped")
        off = PayLine(LineKind.DEDUCTION, f"F-{month:02}", inp.case_id, "重复收费", -(10_000 + 137 * month))
        lines[inp.hospital_code].append(off)
        if month == HOLD_MONTH:
            holds[self.codes[0]] = [Standing("HD-1", "费用增幅超过警戒线", 5_000_000)]
        if month == RELEASE_MONTH:
            lines[self.codes[0]].append(PayLine(LineKind.RELEASE, "HD-1", "", "已整改", 5_000_000))
        for closed, paid in DIFFERENCES.items():
            if paid == month:
                for delta in self.differences[closed]:
                    if delta.prepaid_fen:
                        lines[delta.hospital_code].append(PayLine(
                            LineKind.DIFFERENCE, f"DE-{POOL}-{YEAR}{closed:02}-1", "", "更正已结算清单",
                            delta.prepaid_fen, f"MR-{POOL}-{YEAR}{closed:02}",
                        ))  # fmt: skip
        return Payments(Paying(lines, holds, {}), self.places)

    @cached_property
    def differences(self) -> dict[int, list[Delta]]:
        """What corrections move in closed months, worked out case by case."""
        return {month: self._difference(month) for month in DIFFERENCES}

    def corrected(self, month: int) -> dict[CaseKey, PricedInput]:
        """The cases of a closed month that were corrected: every 53rd cost a tenth less."""
        return {
            (inp.hospital_code, inp.case_id): inp._replace(cost_fen=inp.cost_fen * 9 // 10)
            for inp in self.inputs[month][::53]
            if inp.status == "grouped" and inp.cost_fen and not inp.marks
        }

    def _difference(self, month: int) -> list[Delta]:
        policy = self.bundle.on(Month(YEAR, month).last)
        inputs = self.inputs[month]
        done: Clearing = clear(inputs, self.fund(month), policy)
        keys = [(inp.hospital_code, inp.case_id) for inp in inputs]
        cases = {key: Settled(inp, found) for key, inp, found in zip(keys, inputs, done.points, strict=True)}
        closed = Closed(policy, done.division, cases, dict(zip(keys, done.funds_fen, strict=True)))
        pricer = Pricer(done.table, policy)
        changed = {key: Settled(inp, pricer.price(inp)) for key, inp in self.corrected(month).items()}
        outcome = recomputed(closed, changed, sorted(changed))
        return deltas(standing_of(done.division, policy), outcome.hospitals)

    def difference_content(self, month: int) -> bytes:
        """The ledger batch of a difference."""
        number = f"DE-{POOL}-{YEAR}{month:02}-1"
        lines = postings(self.differences[month], f"{YEAR}-{month:02} 差额 {number}")
        run = f"MR-{POOL}-{YEAR}{month:02}-1"
        batch = Batch(number, POOL, YEAR * 100 + DIFFERENCES[month], run, "difference", run, "更正已结算清单")
        regions = {code: place[0] for code, place in self.places.items()}
        return batch_content(batch, batch_lines(lines, POOL, regions))

    @cached_property
    def year_inputs(self) -> list[PricedInput]:
        """The cases of the year as the months and their corrections settled them."""
        found = []
        for month, inputs in self.inputs.items():
            changed = self.corrected(month) if month in DIFFERENCES else {}
            found += [changed.get((inp.hospital_code, inp.case_id), inp) for inp in inputs]
        return sorted(found, key=lambda inp: (inp.hospital_code, inp.case_id))

    @cached_property
    def year_given(self) -> YearGiven:
        """What the months booked, and what was decided of the year."""
        contents = [results.outputs["ledger"] for results in self.months.values()]
        booked = _booked([*contents, *(self.difference_content(month) for month in DIFFERENCES)])
        deducted: dict[str, int] = defaultdict(int)
        for month in self.inputs:
            for code, lines in self.payments(month).paying.lines.items():
                deducted[code] -= sum(line.amount_fen for line in lines if line.kind is LineKind.DEDUCTION)
        booked = {code: money._replace(deducted_fen=deducted.get(code, 0)) for code, money in booked.items()}
        money = Given(
            budget_fen=sum(self.fund(month) for month in self.inputs),
            residual_fen=0,
            booked=booked,
            scores={code: Decimal(80 + place % 21) for place, code in enumerate(self.codes)},
            standings={self.codes[1]: YearStanding.PUNISHED},
        )
        facts = self.facts(12)
        return YearGiven(
            f"YC-{POOL}-{YEAR}-1", POOL, YEAR, self.parameters.engine, facts.scheme, facts.scheme_digest, 1,
            ("grouping.scheme", "clearing.level"), closed=True, money=money, places=self.places,
        )  # fmt: skip

    @property
    def year_policy(self):
        """The policy of the year, made anew."""
        return self.bundle.on(Month(YEAR, 12).last)

    @cached_property
    def year(self) -> Yearly:
        """The annual clearing."""
        columns = Columns.of(self.year_inputs)
        bills = np.full(len(columns), -(2**63), np.int64)
        return replay_year(self.year_given, self.year_policy, columns, bills)

    @cached_property
    def again(self) -> list[Again]:
        """Two re-clearings of the closed year, the second on top of the first."""
        found = [inp for inp in self.year_inputs if inp.status == "grouped" and not inp.marks]
        return [
            Again(
                f"RC-{POOL}-{YEAR}-{number}", "高套病组", f"医保处〔2027〕{number}号",
                ((inp.hospital_code, inp.case_id, multiple),), True, f"YC-{POOL}-{YEAR}-1",
            )
            for number, inp, multiple in ((1, found[11], "2"), (2, found[-7], "1.5"))
        ]  # fmt: skip

    def digests(self) -> dict[str, str]:
        """SM3 of everything the year came to, by name."""
        found = {}
        for month, results in self.months.items():
            found |= {f"{month:02}/{name}": digest for name, digest in _short(results).items()}
        for month in DIFFERENCES:
            found[f"difference/{month:02}"] = sm3_hex(self.difference_content(month))
        found |= {f"year/{name}": digest for name, digest in _short(self.year.results).items()}
        for last in range(1, len(self.again) + 1):
            outputs = replay_reclear(self.year, self.year_given, self.again[:last], self.year_policy)
            found[f"reclear/{last}"] = sm3_hex_of(outputs[name] for name in sorted(outputs))
        return found


def _short(results: Results) -> dict[str, str]:
    outputs = results.outputs
    found = {name: sm3_hex(content) for name, content in outputs.items() if not name.startswith("statement/")}
    found["statements"] = sm3_hex_of(
        outputs[name] for name in sorted(outputs) if name.startswith("statement/")
    )
    found["cases"] = sm3_hex_of(digest.encode() for digest in results.paid_digests())
    return found


def _marks(number: int) -> tuple[Mark, ...]:
    if number % 101 == 7:
        return (Mark(MarkKind.INCOMPLETE, "", "", f"审核{number}"),)
    if number % 211 == 11:
        return (Mark(MarkKind.BY_ITEM, "", "", "极高费用"),)
    return ()


def _text(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    if pa.types.is_list(joined.type):
        return pa.array([" ".join(cells or ()) for cells in joined.to_pylist()], pa.string())
    return joined.cast(pa.string())


def _booked(contents: list[bytes]) -> dict[str, Booked]:
    """What ledger batches hold of each institution."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for content in contents:
        for account, _, code, amount, _ in bundle.parsed(content, "ledger")["lines"]:
            sums[code][account.split("/")[0]] += amount
    return {
        code: Booked(-own["payable"] - own["held"], -own["retention"], own["receivable"])
        for code, own in sums.items()
        if code
    }


def with_seed(parameters: Parameters, seed: int) -> Parameters:
    """Another city."""
    return replace(parameters, seed=seed)


def canonical(found: dict[str, object]) -> bytes:
    """As the stored digests are written."""
    return canonical_json(found)
