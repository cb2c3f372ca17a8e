"""What is recorded for a year, and what it has stated: facts, figures, statements."""

from __future__ import annotations

import re
from decimal import Decimal

from chspay_core.amounts import decimal_text
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_year
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.app.year.figures import AUDIT, SCORE, STANDING
from chspay_settlement.app.year.life import Years, may
from chspay_settlement.engine.year.sharing import Standing
from chspay_settlement.engine.year.sheet import year_sheet
from chspay_settlement.store import year
from chspay_settlement.store.scope import act_as
from chspay_settlement.store.year import Fact, HospitalRow, StatementRow

_WHOLE = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_LONGEST, _BEST = 200, Decimal(1000)
_EXPECTED = {
    STANDING: "、".join(standing.value for standing in Standing),
    SCORE: "0至1000的得分，最多六位小数",
    AUDIT: "以分为单位的整数，不小于零",
}


async def put_fact(pool: str, of: int, hospital_code: str, kind: str, value: str, citation: str) -> Fact:
    """Records what was decided of an institution's year; the newest of a kind counts.

    :raises Fault: YEAR_FACT_*, YEAR_HOSPITAL_UNKNOWN; YEAR_FACT_LATE while a clearing of the year stands.
    """
    claim = may(pool)
    expected = _EXPECTED.get(kind)
    if expected is None:
        raise Fault(faults_year.FACT_KIND_BAD, field="kind", value=kind)
    if not _fits(kind, value):
        raise Fault(faults_year.FACT_VALUE_BAD, field="value", value=value, expected=expected)
    cite = citation.strip()
    if not 1 <= len(cite) <= _LONGEST or not cite.isprintable():
        raise Fault(faults_year.FACT_CITATION_MISSING, field="citation", value=citation)
    connection = await current_connection()
    await year.lock(connection, pool, of)
    standing = await year.standing(connection, pool, of)
    if standing:
        raise Fault(faults_year.FACT_TOO_LATE, field="year", value=standing, pool=pool, year=of)
    place = await year.place_in_pool(connection, pool, hospital_code)
    if place is None:
        raise Fault(faults_year.YEAR_HOSPITAL_UNKNOWN, field="hospital_code", value=hospital_code, pool=pool)
    number = len(await year.facts(connection, pool, of)) + 1
    new = Fact(number, hospital_code, place, kind, value, cite, claim.subject)
    await year.put_fact(connection, pool, of, new)
    return new


def _fits(kind: str, value: str) -> bool:
    if kind == STANDING:
        return value in {standing.value for standing in Standing}
    if kind == AUDIT:
        return bool(_WHOLE.match(value))
    try:
        score = decimal_text(value)
    except Fault:
        return False
    exponent = score.as_tuple().exponent
    return 0 <= score <= _BEST and isinstance(exponent, int) and exponent >= -6


async def facts(pool: str, of: int) -> list[Fact]:
    """Every fact recorded for a year, in order; for bureaus."""
    may(pool)
    return await year.facts(await current_connection(), pool, of)


async def figures(years: Years, clearing_id: str, after: str, limit: int) -> list[HospitalRow]:
    """What a clearing gives the institutions the asker may see, by code."""
    await years.get(clearing_id)
    return await year.hospitals(await current_connection(), clearing_id, after, limit)


async def explain(years: Years, clearing_id: str, hospital_code: str) -> tuple[HospitalRow, Worksheet]:
    """Why an institution's year came to this amount, from the stored input.

    :raises Fault: YEAR_NOT_FOUND, YEAR_STATEMENT_NOT_FOUND, YEAR_CHANGED when it no longer comes out so.
    """
    clearing = await years.get(clearing_id)
    connection = await current_connection()
    code = hospital_code or current_claim().institution
    row = await year.hospital(connection, clearing_id, code)
    if row is None:
        raise Fault(faults_year.YEAR_STATEMENT_NOT_FOUND, field="hospital_code", value=code)
    policy = await years.policy(clearing)
    # The asker may see this institution; the figures of the pool behind it are looked at on our own account.
    await act_as(connection, claim_of_pool(clearing.pool))
    done = await year_figures.cleared(connection, clearing, policy)
    sheet = year_sheet(done, code, policy)
    if sheet["balance"].value != str(row.balance_fen):
        raise Fault(
            faults_year.YEAR_CHANGED, clearing=clearing_id, field="balance", value=row.balance_fen,
            found=sheet["balance"].value,
        )  # fmt: skip
    return row, sheet


async def statement(years: Years, clearing_id: str, hospital_code: str) -> StatementRow:
    """One institution's annual statement.

    :raises Fault: YEAR_NOT_FOUND, YEAR_STATEMENT_NOT_FOUND.
    """
    await years.get(clearing_id)
    code = hospital_code or current_claim().institution
    found = await year.statement(await current_connection(), clearing_id, code)
    if found is None:
        raise Fault(faults_year.YEAR_STATEMENT_NOT_FOUND, field="hospital_code", value=code)
    return found
