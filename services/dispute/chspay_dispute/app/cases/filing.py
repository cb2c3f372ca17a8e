"""Filing: a draft filled in from what settlement knows, judged by the criteria of the pool."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from chspay_core.amounts import plain
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.regions import check_code
from chspay_core.worksheet import Worksheet
from chspay_dispute.app.cases.common import CASE, Type, type_of, year_of
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.engine.cases.criteria import Criterion, criteria, eligible, on_list
from chspay_dispute.engine.cases.facts import Facts, Stated
from chspay_dispute.engine.cases.window import Cycle, cycle_of, window_of
from chspay_dispute.store import cases as store
from chspay_dispute.store.cases import StoredCase
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection

FILING_REASON = Reason("FILING_REASON", Kind.INVALID, "请写明申请的理由，至多{most}个字。")
FILING_SUBJECT = Reason(
    "FILING_SUBJECT", Kind.INVALID, "请指明争议的对象：结算清单，或者扣款、评价、认定的编号。"
)
FILING_NUMBER = Reason(
    "FILING_NUMBER", Kind.INVALID, "请写明所争议的扣款或者违规认定的编号，退还的金额按这个编号办理。"
)
FILING_NOT_SETTLED = Reason("FILING_NOT_SETTLED", Kind.PRECONDITION, "不能申请：{value}。")
FILING_NO_CRITERION = Reason(
    "FILING_NO_CRITERION", Kind.PRECONDITION, "病例不符合本地特例单议的任何一项标准：{value}。"
)
FILING_TWICE = Reason("FILING_TWICE", Kind.CONFLICT, "对{value}已经有一个未办结或已生效的同类案件。")
FILING_STATED = Reason("FILING_STATED", Kind.INVALID, "所填的“{field}”不正确：{value}。")
#: What is disputed by the number of a deduction or a finding, which is what money is given back by.
_BY_NUMBER = frozenset({"T3", "T7"})
_MOST_REASON, _MOST_ITEMS, _LONGEST_ITEM = 2000, 50, 60


_NOTHING = Stated()


@dataclass(frozen=True, slots=True)
class Filed:
    """What an institution files."""

    type: str
    list_id: str = ""
    hospital_code: str = ""
    case_id: str = ""
    pool: str = ""
    subject_ref: str = ""
    disputed_fen: int = 0
    reason: str = ""
    stated: Stated = _NOTHING


@dataclass(frozen=True, slots=True)
class Judged:
    """A list held against the rules of its pool."""

    facts: Facts
    policy: Policy
    reasons: list[str]
    criteria: list[Criterion]
    no_review: str
    new_tech: bool
    cycle: Cycle
    window: tuple[date, date]
    sheet: Worksheet


class Filing:
    """Files cases."""

    def __init__(self, moves: Moves, settlement: Settlement) -> None:
        self._moves, self._settlement = moves, settlement

    async def file(self, request_id: str, new: Filed) -> StoredCase:
        """A draft.

        :raises Fault: FILING_*, CASE_TYPE_CLOSED, LIST_NOT_FOUND, ROLE_DENIED, INSTITUTION_DENIED.
        """
        claim = current_claim()
        claim.require_role("hospital")
        if not new.reason.strip() or len(new.reason) > _MOST_REASON:
            raise Fault(FILING_REASON, field="reason", most=_MOST_REASON)
        _check_stated(new.stated)
        if not (new.list_id or new.case_id or new.subject_ref.strip()):
            raise Fault(FILING_SUBJECT, field="list_id")
        if new.type in _BY_NUMBER and not new.subject_ref.strip():
            raise Fault(FILING_NUMBER, field="subject_ref")
        today = self._moves.today()
        judged = await self._judged(new) if new.list_id or new.case_id else None
        if judged is not None:
            claim.require_institution(judged.facts.hospital_code)
            policy = judged.policy
        else:
            policy = await self._moves.policies.policy(check_code(new.pool, "统筹区"), today)
        kind = type_of(policy, new.type)
        _hold(kind, judged)
        case = _case(
            f"DC-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:20]}", new, kind, judged, policy
        )
        case = replace(case, hospital_code=claim.institution, filed_by=claim.subject, filed_day=today)
        connection = await current_connection()
        twice = new.type in _BY_NUMBER and await store.same_subject(connection, case)
        if twice or not await store.put(connection, case):
            raise Fault(FILING_TWICE, field="list_id", value=case.list_id or case.subject_ref)
        days = {"apply_window_wd": judged.window[1]} if kind.window and judged is not None else {}
        place = (case.hospital_code, case.region_code, case.pool)
        await self._moves.open(
            connection, CASE, case.case_no, place, claim, {"content": case.content_digest}, days=days
        )
        return case

    async def check(self, new: Filed) -> Judged:
        """A list held against the rules before anything is filed.

        :raises Fault: LIST_NOT_FOUND.
        """
        _check_stated(new.stated)
        return await self._judged(new)

    def is_open(self, found: Judged) -> bool:
        """Whether the window of a list's cycle is open today."""
        return found.window[0] <= self._moves.today() <= found.window[1]

    async def _judged(self, new: Filed) -> Judged:
        facts = await self._settlement.facts(new.list_id, new.hospital_code, new.case_id)
        policy = await self._moves.policies.policy(facts.pool, self._moves.today())
        sheet = Worksheet(f"病例{facts.case_id}的特例单议标准")
        found = criteria(facts, new.stated, policy, sheet)
        cycle = cycle_of(facts.discharge, policy.text("dispute.cycle"))
        count = policy.integer("dispute.apply_window_wd")
        return Judged(
            facts,
            policy,
            eligible(facts),
            found,
            on_list(facts, new.stated, policy, "dispute.no_review_list"),
            bool(on_list(facts, new.stated, policy, "dispute.new_tech_list")),
            cycle,
            window_of(cycle, count, self._moves.calendar),
            sheet,
        )


def _hold(kind: Type, judged: Judged | None) -> None:
    if judged is None:
        if kind.settled:
            raise Fault(FILING_SUBJECT, field="list_id")
        return
    if kind.criteria and judged.reasons:
        raise Fault(FILING_NOT_SETTLED, field="list_id", value="；".join(judged.reasons))
    if kind.settled and not judged.facts.settled:
        raise Fault(FILING_NOT_SETTLED, field="list_id", value="病例所在月份尚未结算")
    if kind.criteria and not judged.no_review and not any(item.met for item in judged.criteria):
        asked = "、".join(f"{item.name}{item.text}" for item in judged.criteria)
        raise Fault(FILING_NO_CRITERION, field="list_id", value=asked)


def _case(case_no: str, new: Filed, kind: Type, judged: Judged | None, policy: Policy) -> StoredCase:
    facts = judged.facts if judged is not None else None
    pool = facts.pool if facts is not None else new.pool
    # The office that handles it first sees it: the county's, or the city's for what the city takes itself.
    region = facts.region_code if facts is not None and kind.first_handler == "county" else pool
    content: dict[str, Any] = {
        "type": new.type,
        "pool": pool,
        "subject_ref": new.subject_ref.strip(),
        "disputed_fen": new.disputed_fen,
        "reason": new.reason.strip(),
        "facts": None if facts is None else plain_facts(facts),
        "stated": asdict(new.stated),
        "criteria": [] if judged is None else [asdict(item) for item in judged.criteria],
        "no_review": "" if judged is None else judged.no_review,
        "policy": policy.digest,
    }
    digest = sm3_hex(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
    return StoredCase(
        case_no=case_no,
        type=new.type,
        hospital_code="",
        region_code=region,
        pool=pool,
        list_id="" if facts is None else facts.list_id,
        subject_ref=new.subject_ref.strip(),
        cycle="" if judged is None else judged.cycle.name,
        year="" if facts is None else year_of(facts.discharge),
        method="" if facts is None else facts.method,
        drg="" if facts is None else facts.drg,
        cost_fen=0 if facts is None else facts.cost_fen,
        disputed_fen=new.disputed_fen,
        reason=new.reason.strip(),
        content=content,
        worksheet={} if judged is None else judged.sheet.to_json(),
        new_tech=judged is not None and judged.new_tech,
        no_review="" if judged is None else judged.no_review,
        content_digest=digest,
        policy_digest=policy.digest,
        supplements=0,
        lacking=[],
        standing=True,
        quota_taken=False,
        swapped=False,
        approved="",
        publication="",
        filed_by="",
        filed_day=date.min,
    )


def plain_facts(facts: Facts) -> dict[str, Any]:
    """Facts as plain JSON values; :func:`facts_of` reads them back."""
    return {
        name: plain(value)
        if isinstance(value, Decimal)
        else value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in asdict(facts).items()
    }


_DAYS = ("admission", "discharge", "settled_on")
_NUMBERS = ("points", "base_points", "group_mean_los")


def facts_of(case: StoredCase) -> Facts | None:
    """The facts a case was filed with; ``None`` for a case about no list."""
    stored = case.content["facts"]
    if stored is None:
        return None
    values = dict(stored)
    for name in _DAYS:
        values[name] = None if values[name] is None else date.fromisoformat(values[name])
    for name in _NUMBERS:
        values[name] = None if values[name] is None else Decimal(values[name])
    return Facts(**values | {name: tuple(values[name]) for name in ("diagnoses", "procedures")})


def _check_stated(stated: Stated) -> None:
    if stated.vent_hours is not None and stated.vent_hours < 0:
        raise Fault(FILING_STATED, field="vent_hours", value=stated.vent_hours)
    for name, items in (("departments", stated.departments), ("items", stated.items)):
        long = [item for item in items if not 0 < len(item.strip()) <= _LONGEST_ITEM]
        if len(items) > _MOST_ITEMS or long:
            raise Fault(FILING_STATED, field=name, value=long[0] if long else len(items))
