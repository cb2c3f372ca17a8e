"""From the cases and the ledger of a year to its input, its figures and its statements."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy, weakest
from chspay_core.policy_reading import choice
from chspay_settlement import faults_year
from chspay_settlement.engine.value.facts import Facts, facts_of
from chspay_settlement.engine.value.forms import Way
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.year.clearing import NOTHING, Booked, HospitalYear, Year
from chspay_settlement.engine.year.content import YearInput, year_input
from chspay_settlement.engine.year.sharing import Member, Standing
from chspay_settlement.engine.year.statement import YearFacts, year_statement
from chspay_settlement.store import accounts, hospitals, year, year_cases
from chspay_settlement.store.year import Clearing, Fact, HospitalRow, StatementRow

BILL_KEY = "clearing.actual"
STANDING, SCORE, AUDIT = "standing", "score", "audit"


async def gather(connection: asyncpg.Connection, clearing: Clearing, policy: Policy) -> YearInput:
    """Everything the clearing takes in: members, bookings, scores, as they stand now.

    :raises Fault: YEAR_BILL_UNKNOWN, YEAR_DEDUCTIONS_DIFFER, POLICY_*.
    """
    by_list = choice(policy, BILL_KEY, "fund_paid", "cost_less_patient") == "fund_paid"
    sums = {row.hospital_code: row for row in await year_cases.sums(
        connection, clearing.clearing_id, by_list=by_list
    )}  # fmt: skip
    for row in sums.values():
        if row.unknown:
            cite = policy.citation(policy.rule(BILL_KEY))
            raise Fault(
                faults_year.YEAR_BILL_UNKNOWN, field=BILL_KEY, value=row.unknown, cite=cite,
                hospital=row.hospital_code,
            )  # fmt: skip
    facts = newest(await year.facts(connection, clearing.pool, clearing.year))
    booked, residual = await _booked(connection, clearing, facts)
    codes = sorted({*sums, *(code for code, money in booked.items() if any(money))})
    named = await hospitals.named(connection, codes, date(clearing.year, 12, 31))
    members = []
    for code in codes:
        found = sums.get(code) or year_cases.Sums(code, 0, 0, 0, 0, 0, 0)
        standing = facts.get((code, STANDING))
        members.append(
            Member(
                hospital_code=code,
                area=named.get(code, (clearing.pool, ""))[0],
                standing=Standing(standing.value) if standing else Standing.NORMAL,
                cases=found.cases,
                points_micro=found.points_micro,
                cost_fen=found.cost_fen,
                patient_fen=found.patient_fen,
                actual_fen=found.actual_fen,
            )
        )
    return YearInput(
        pool=clearing.pool,
        year=clearing.year,
        budget_fen=clearing.budget_fen,
        residual_fen=residual,
        members=tuple(members),
        booked={code: booked[code] for code in codes if code in booked},
        scores={code: Decimal(fact.value) for (code, kind), fact in facts.items() if kind == SCORE},
        facts=await _case_facts(connection, clearing, policy),
    )


async def _case_facts(connection: asyncpg.Connection, clearing: Clearing, policy: Policy) -> Facts:
    """What the form of the point value needs of single cases; a plain split needs none of them."""
    form = form_of(policy)
    if form.way is Way.SPLIT:
        return Facts()
    cases, points = await year_cases.priced(connection, clearing.clearing_id)
    return await asyncio.to_thread(facts_of, cases, points, form, policy)


def newest(facts: Iterable[Fact]) -> dict[tuple[str, str], Fact]:
    """The newest fact of each institution and kind."""
    return {(fact.hospital_code, fact.kind): fact for fact in facts}


async def _booked(
    connection: asyncpg.Connection, clearing: Clearing, facts: dict[tuple[str, str], Fact]
) -> tuple[dict[str, Booked], int]:
    """What the ledger holds of each institution, with what audit took off and still takes off."""
    held = await accounts.held(connection, clearing.pool, clearing.year)
    deductions = await accounts.deductions(connection, clearing.pool, clearing.year)
    if sum(deductions.values()) != held.deducted_fen:
        raise Fault(
            faults_year.YEAR_DEDUCTIONS_DIFFER, value=held.deducted_fen, found=sum(deductions.values())
        )
    audits = {code: int(fact.value) for (code, kind), fact in facts.items() if kind == AUDIT}
    codes = {*held.booked, *deductions, *audits}
    booked = {
        code: held.booked.get(code, NOTHING)._replace(
            deducted_fen=deductions.get(code, 0), audit_fen=audits.get(code, 0)
        )
        for code in codes
    }
    return booked, held.residual_fen


async def cleared(connection: asyncpg.Connection, clearing: Clearing, policy: Policy) -> Year:
    """The year computed again from its stored input.

    :raises Fault: YEAR_CHANGED when the input is not what was stored.
    """
    found = await stored_input(connection, clearing)
    return await asyncio.to_thread(found.clear, policy)


async def stored_input(connection: asyncpg.Connection, clearing: Clearing) -> YearInput:
    """The input of a clearing, checked against its digest."""
    stored = await year.input_of(connection, clearing.clearing_id)
    content, digest = stored if stored is not None else (b"", "")
    if sm3_hex(content) != digest or digest != clearing.input_digest:
        raise Fault(
            faults_year.YEAR_CHANGED, clearing=clearing.clearing_id, field="input",
            value=clearing.input_digest, found=sm3_hex(content),
        )  # fmt: skip
    return year_input(content)


async def state(
    connection: asyncpg.Connection, clearing: Clearing, found: YearInput, policy: Policy
) -> dict[str, Any]:
    """Stores input, figures and statements of a year; answers what changes of the clearing itself."""
    content = found.content()
    digest = sm3_hex(content)
    await year.put_input(connection, clearing, content, digest)
    done = await asyncio.to_thread(found.clear, policy)
    named = await hospitals.named(
        connection, [hospital.hospital_code for hospital in done.hospitals], date(clearing.year, 12, 31)
    )
    used = {*clearing.rules_used, *(rule.key for rule in policy.used)}
    evidence = weakest(policy.rule(key).evidence for key in used)
    facts = _facts(clearing, policy, evidence, digest)
    groups = await year_cases.groups(connection, clearing.clearing_id)
    rows = []
    for hospital in done.hospitals:
        code = hospital.hospital_code
        region, name = named.get(code, (clearing.pool, ""))
        stated = year_statement(facts, done.decision, hospital, name, groups.get(code, []))
        rows.append(StatementRow(code, region, stated, sm3_hex(stated)))
    await year.put_hospitals(
        connection,
        clearing.clearing_id,
        [
            _row(hospital, *named.get(hospital.hospital_code, (clearing.pool, "")))
            for hospital in done.hospitals
        ],
    )
    await year.put_statements(connection, clearing.clearing_id, rows)
    return _changes(done, rows, evidence, digest, used)


def _changes(
    done: Year, rows: Sequence[StatementRow], evidence: str, input_digest: str, used: set[str]
) -> dict[str, Any]:
    decision = done.decision
    return {
        "stage": "done",
        "done": 1,
        "total": 1,
        "points_micro": sum(hospital.member.points_micro for hospital in done.hospitals),
        "actual_fen": decision.actual_fen,
        "terminated_fen": decision.terminated_fen,
        "shared_fen": decision.shared_fen,
        "withheld_fen": decision.withheld_fen,
        "decision_fen": decision.decision_fen,
        "value_fen": decision.value.numerator_fen,
        "value_micro": decision.value.denominator_micro,
        "evidence": evidence,
        "input_digest": input_digest,
        "statements_digest": sm3_hex_of(row.content for row in rows),
        "used": used,
    }


def _facts(clearing: Clearing, policy: Policy, evidence: str, input_digest: str) -> YearFacts:
    """What every statement says of the clearing; the number without its revision, so that a re-run from the
    same facts states the same bytes."""
    return YearFacts(
        clearing_id=f"YC-{clearing.pool}-{clearing.year}",
        pool=clearing.pool,
        year=clearing.year,
        engine_version=clearing.engine_version,
        policy_place=policy.place,
        policy_on=policy.on.isoformat(),
        policy_digest=clearing.policy_digest,
        scheme_id=clearing.scheme,
        scheme_digest=clearing.scheme_digest,
        table_digest=clearing.table_digest,
        input_digest=input_digest,
        evidence=evidence,
        budget_version=clearing.budget_version,
    )


def _row(hospital: HospitalYear, region: str, name: str) -> HospitalRow:
    member, booked = hospital.member, hospital.booked
    return HospitalRow(
        member.hospital_code, region, name, member.standing.value, member.cases, member.points_micro,
        member.cost_fen, member.patient_fen, member.actual_fen, hospital.target_fen, hospital.shared_fen,
        hospital.withheld_fen, hospital.gained_fen, hospital.fund_fen, hospital.assessed_fen,
        hospital.released_fen, hospital.audit_fen, booked.prepaid_fen, booked.retained_fen,
        booked.advance_fen, hospital.balance_fen,
    )  # fmt: skip
