"""What stands beside the month's fund on a hospital's statement: deductions, differences, releases, holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import asyncpg

from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.other_dues import beside
from chspay_settlement.engine.month.closing import Paying
from chspay_settlement.engine.month.payment import LineKind, PayLine, Standing
from chspay_settlement.engine.routing.due import Due
from chspay_settlement.store import differences, findings, holds, hospitals, runs

_PARTS_OF_RUN_ID = 4


def statement_no(pool: str, period: int, *, trial: bool = False) -> str:
    """The number of a month's statements: one posted run per month, whichever attempt it was."""
    return f"{'TR' if trial else 'MR'}-{pool}-{period}"


def statement_of_run(run_id: str) -> str:
    """The number of the statements of a posted run; empty for none."""
    return run_id.rsplit("-", 1)[0] if run_id.count("-") == _PARTS_OF_RUN_ID - 1 else run_id


async def gather(
    connection: asyncpg.Connection, run: runs.Run, with_cases: Sequence[str], own: Sequence[Due] = ()
) -> Paying:
    """Everything that stands beside the fund of a run's month.

    :param own: what the cases of a trial are paid besides points; those of a month are booked by now.
    :raises Fault: OTHERS_LOST.
    """
    lines: dict[str, list[PayLine]] = defaultdict(list)
    for off in await findings.deductions(connection, run.run_id):
        kind = LineKind.DEDUCTION if off.amount_fen > 0 else LineKind.RETURN
        refers = statement_of_run(off.earlier_run)
        lines[off.hospital_code].append(
            PayLine(kind, off.finding_id, off.case_id, off.rule_id, -off.amount_fen, refers)
        )
    for due in await differences.paid_in(connection, run.pool, run.period):
        lines[due.hospital_code].append(
            PayLine(
                LineKind.DIFFERENCE,
                due.difference_id,
                "",
                due.cause,
                due.prepaid_delta_fen,
                statement_no(run.pool, due.corrected_period),
            )
        )
    for free in await holds.released(connection, run.pool, run.period):
        lines[free.hospital_code].append(
            PayLine(LineKind.RELEASE, free.hold_id, "", free.reason, free.amount_fen)
        )
    for one in await beside(connection, run, own):
        lines[one.payee].append(one.line)
    standing = await _holds(connection, run)
    others = sorted({*lines, *standing} - set(with_cases))
    named = await hospitals.named(connection, others, month_of(run.period).last)
    return Paying(lines, standing, named)


async def _holds(connection: asyncpg.Connection, run: runs.Run) -> dict[str, list[Standing]]:
    """Holds that stand; a replay takes exactly what the run it repeats took."""
    found: dict[str, list[Standing]] = defaultdict(list)
    if run.replays:
        for number, rule, code, amount in await holds.held_by(connection, run.replays):
            found[code].append(Standing(number, rule, amount))
        return found
    await holds.order(connection, run.pool)
    for hold in await holds.standing(connection, run.pool, run.period):
        left = None if hold.amount_fen == 0 else hold.amount_fen - hold.held_fen
        if left is None or left > 0:
            found[hold.hospital_code].append(Standing(hold.hold_id, hold.rule_id, left))
    return found
