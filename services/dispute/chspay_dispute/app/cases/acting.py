"""Acting on a case: what must hold for each event is found out here, the machine decides.

Draws, recusals and the conclusions of panels are found out by the expert use-cases, which take their steps
through the same :class:`~chspay_dispute.app.moves.Moves`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.regions import prefix
from chspay_dispute.app.cases.common import (
    CASE,
    CASE_UNKNOWN,
    Persons,
    Type,
    as_office,
    case_of,
    everywhere,
    persons,
    type_of,
)
from chspay_dispute.app.cases.effects import plain_decision
from chspay_dispute.app.cases.filing import facts_of
from chspay_dispute.app.cases.quotas import QuotaDesk
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.engine.cases import outcome
from chspay_dispute.engine.cases.window import read_cycle
from chspay_dispute.store import attachments, docket
from chspay_dispute.store import cases as store
from chspay_dispute.store.cases import StoredCase
from chspay_dispute.store.docket import Row
from chspay_kit.auth import Claim, current_claim, service_claim, use_claim
from chspay_kit.db import current_connection

CASE_CHANGED = Reason(
    "CASE_CHANGED", Kind.CONFLICT, "案件在您查看之后已有变化（现为第{value}版），请刷新后再办理。"
)
EVENT_ELSEWHERE = Reason(
    "EVENT_ELSEWHERE", Kind.PRECONDITION, "“{value}”由专家评议的功能办理，请到抽取和评议页面操作。"
)
SIGNER_APART = Reason("SIGNER_APART", Kind.DENIED, "受理人和初审人不能签署本案的裁定书。")
DECISION_NONE = Reason("DECISION_NONE", Kind.PRECONDITION, "案件{value}还没有可以签署的裁定。")
DECISION_OTHER = Reason("DECISION_OTHER", Kind.CONFLICT, "裁定已有变化，请重新查看后再签署。")
OPINION_BAD = Reason(
    "COUNTY_OPINION_BAD", Kind.INVALID, "初审意见应为support、oppose或regroup，并写明理由：“{value}”。"
)
OBJECTION_TWICE = Reason(
    "OBJECTION_TWICE", Kind.PRECONDITION, "您已对这一裁定提出过异议并有答复，同一裁定每人只能提出一次。"
)
OBJECTION_APART = Reason(
    "OBJECTION_APART", Kind.DENIED, "作出裁定的人不能办理对该裁定的异议，请由其他经办人办理。"
)
NOTE_LONG = Reason("NOTE_LONG", Kind.INVALID, "“{field}”过长，至多{most}个字。")

#: What the acceptor has to have looked at.
FORM_POINTS = frozenset({"subject", "materials", "period"})
GROUNDS = frozenset({"OUT_OF_SCOPE", "LATE", "DUPLICATE", "NOT_BY_GROUP"})
OPINIONS = frozenset({"support", "oppose", "regroup"})
#: Events whose guards others find out.
_OF_EXPERTS = frozenset({"draw", "recuse", "conclude"})
#: Events that begin with seeing nothing: whoever objects need not be of the case.
_OF_PUBLIC = frozenset({"objection"})
_MOST_TEXT, _MOST_REASON = 200, 4000


@dataclass(frozen=True, slots=True)
class Act:
    """What a caller does, with the details each event needs; see ``ActOnCaseRequest``."""

    event: str
    version: int = 0
    reason: str = ""
    confirmed_digest: str = ""
    checked: tuple[str, ...] = ()
    unrelated: bool = False
    lacking: tuple[str, ...] = ()
    ground: str = ""
    opinion: str = ""
    decision: outcome.Decision | None = None
    document: str = ""
    objector: str = ""
    contact: str = ""
    decision_no: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What the guards of an event look at."""

    connection: asyncpg.Connection
    case: StoredCase
    row: Row
    kind: Type
    policy: Policy
    persons: Persons
    actor: Claim
    act: Act


Found = Mapping[str, bool]


class Acting:
    """Takes steps for people."""

    def __init__(self, moves: Moves, settlement: Settlement, quotas: QuotaDesk) -> None:
        self._moves, self._settlement, self._quotas = moves, settlement, quotas
        self._finders: dict[str, Callable[[Around], Awaitable[Found]]] = {
            "submit": self._submit, "accept": self._accept, "return": self._return,
            "resubmit": self._resubmit, "county_opinion": self._county_opinion,
            "swap_out": self._swap_out, "fast_track": self._fast_track, "to_panel": self._to_panel,
            "regroup": self._regroup, "notify": self._notify, "objection": self._objection,
            "resolve": self._answered, "overturn": self._answered,
        }  # fmt: skip

    async def act(self, case_no: str, act: Act) -> StoredCase:
        """Takes a step.

        :raises Fault: CASE_UNKNOWN, CASE_CHANGED, EVENT_*, GUARD_FAILED, DECISION_BAD and what quotas and
            settlement refuse.
        """
        _check_texts(act)
        claim, connection = current_claim(), await current_connection()
        if act.event in _OF_EXPERTS:
            raise Fault(EVENT_ELSEWHERE, field="event", value=act.event)
        if act.event in _OF_PUBLIC:
            async with as_office(connection, await self._pool_of(connection, case_no)):
                return await self._take(connection, case_no, act, claim)
        return await self._take(connection, case_no, act, claim)

    async def sign(self, case_no: str, digest: str) -> StoredCase:
        """Puts the caller's name under the decision that stands.

        :raises Fault: SIGNER_APART, DECISION_NONE, DECISION_OTHER, DUTY_DENIED, LEVEL_DENIED.
        """
        claim, connection = current_claim(), await current_connection()
        claim.require_role("bureau")
        claim.require_duty("handling")
        row = await self._moves.locked(connection, CASE, case_no)
        claim.require_level("city", "province")
        case = await case_of(connection, case_no)
        decision = await store.standing_decision(connection, case_no)
        if decision is None or row.state != "DECIDED":
            raise Fault(DECISION_NONE, field="case_no", value=case_no)
        if decision.digest != digest:
            raise Fault(DECISION_OTHER, field="outcome_digest", value=digest)
        done = await persons(connection, case_no)
        if claim.subject in done.acceptors | done.reviewers:
            raise Fault(SIGNER_APART)
        await store.sign(connection, case, decision, claim.subject, self._moves.today())
        return case

    async def _take(self, connection: asyncpg.Connection, case_no: str, act: Act, claim: Claim) -> StoredCase:
        case = await case_of(connection, case_no)
        row = await self._moves.locked(connection, CASE, case_no)
        if act.version and act.version != row.version:
            raise Fault(CASE_CHANGED, field="version", value=row.version)
        step = self._moves.machines[CASE].transition(row.state, act.event)
        policy = await self._moves.policies.policy(case.pool, self._moves.today())
        around = Around(
            connection, case, row, type_of(policy, case.type), policy,
            await persons(connection, case_no), claim, act,
        )  # fmt: skip
        facts = dict(self._simple(around))
        finder = self._finders.get(act.event)
        if finder is not None:
            facts |= await finder(around)
        held = {name: facts[name] for name in step.guards if name in facts}
        days = {}
        if act.event == "post":
            # From now on it is asked every few days whether the year has been cleared.
            days["archive"] = self._moves.today() + timedelta(
                days=policy.integer("dispute.archive_check_days")
            )
        await self._moves.move(connection, CASE, case_no, act.event, claim, held, _details(act), days=days)
        return await case_of(connection, case_no)

    async def _pool_of(self, connection: asyncpg.Connection, case_no: str) -> str:
        """The pool of a case somebody objects to: it is public by now, or it does not exist for him."""
        async with everywhere(connection):
            row = await docket.one(connection, CASE, case_no)
        if row is None or row.state != "PUBLICITY":
            raise Fault(CASE_UNKNOWN, field="case_no", value=case_no)
        return row.pool

    def _simple(self, around: Around) -> Found:
        """Guards that look at the request, the day and the history only."""
        act, today = around.act, self._moves.today()
        reason, document = bool(act.reason.strip()), bool(act.document.strip())
        in_time = today <= around.row.due_day
        apart = around.actor.subject not in around.persons.acceptors | around.persons.reviewers
        return {
            "signed": act.confirmed_digest == around.case.content_digest,
            "form_ok": set(act.checked) >= FORM_POINTS,
            "acceptor_unrelated": act.unrelated,
            "materials_lacking": bool(act.lacking),
            "within_supplement": in_time,
            "ground_of_refusal": act.ground in GROUNDS and reason,
            "no_panel_yet": "draw" not in around.persons.events,
            "reviewer_not_acceptor": around.actor.subject not in around.persons.acceptors,
            "decider_apart": apart,
            "on_no_review_list": bool(around.case.no_review),
            "violation_filed": document,
            "investigation_over": document,
            "forgery_proved": document,
            "beyond_city": reason,
            "beyond_scheme": reason,
            "within_reconsider": in_time,
            "new_ground": reason,
            "first_reconsideration": "request_reconsider" not in around.persons.events,
            "within_publicity": in_time,
            "objector_named": bool(act.objector.strip()) and reason,
            "objection_closed": reason,
            "result_unchanged": reason,
            "objection_upheld": reason and document,
            "entry_is_difference": True,
        }

    async def _submit(self, around: Around) -> Found:
        case, kind, facts = around.case, around.kind, facts_of(around.case)
        today, window = self._moves.today(), around.row.due_day
        held = {item.kind for item in await attachments.of_case(around.connection, case.case_no)}
        needed = {
            row["kind"]
            for row in around.policy.table("dispute.materials")
            if row["type"] == case.type and row["required"] == "yes"
        }
        opened = facts is None or not kind.window or today > facts.discharge
        return {
            "own_settled_case": around.actor.institution == case.hospital_code
            and (not kind.settled or (facts is not None and facts.settled)),
            "window_open": not kind.window or (opened and self._in_window(around) and today <= window),
            "quality_clean": not kind.criteria or (facts is not None and facts.quality_errors == 0),
            "hospital_quota_left": not kind.quota
            or await self._quotas.fits(around.connection, case, around.policy),
            "materials_complete": needed <= held,
        }

    def _in_window(self, around: Around) -> bool:
        """Whether the window of the case's cycle has begun; its end is the draft's clock."""
        return not around.case.cycle or self._moves.today() > read_cycle(around.case.cycle).until

    async def _accept(self, around: Around) -> Found:
        return {"not_duplicate": not await store.same_subject(around.connection, around.case)}

    async def _return(self, around: Around) -> Found:
        return {"supplements_left": around.case.supplements < around.policy.integer("dispute.max_supplement")}

    async def _resubmit(self, around: Around) -> Found:
        held = {item.kind for item in await attachments.of_case(around.connection, around.case.case_no)}
        return {
            "within_supplement": self._moves.today() <= around.row.due_day
            and set(around.case.lacking) <= held | {"explanation"}
        }

    async def _county_opinion(self, around: Around) -> Found:
        if around.act.opinion not in OPINIONS or not around.act.reason.strip():
            raise Fault(OPINION_BAD, field="opinion", value=around.act.opinion)
        return {}

    async def _swap_out(self, around: Around) -> Found:
        with use_claim(service_claim("dispute", prefix(around.case.pool))):
            state = await self._settlement.year_state(around.case.pool, around.case.year)
        async with as_office(around.connection, around.case.pool):
            fits = await self._quotas.swap_fits(around.connection, around.case, around.policy)
        return {"before_clearing": state == "open", "swaps_left": fits}

    async def _fast_track(self, around: Around) -> Found:
        self._check(around)
        fits = await self._quotas.pool_fits(around.connection, around.case, around.policy)
        return {"pool_quota_left": fits}

    async def _to_panel(self, around: Around) -> Found:
        return {"panel_needed": around.kind.panel or bool(around.act.reason.strip())}

    async def _regroup(self, around: Around) -> Found:
        self._check(around)
        held = await attachments.of_case(around.connection, around.case.case_no)
        decided = around.act.decision
        return {
            "only_coding": around.case.type == "T2" and decided is not None and decided.outcome == "REGROUP",
            "hospital_agrees": any(item.kind == "consent" and item.role == "HOSP" for item in held),
        }

    async def _notify(self, around: Around) -> Found:
        decision = await store.standing_decision(around.connection, around.case.case_no)
        names = await store.signers(around.connection, around.case.case_no)
        others = set(names.get(decision.seq, ())) - {around.actor.subject} if decision is not None else set()
        apart = around.actor.subject not in around.persons.acceptors | around.persons.reviewers
        return {
            "signed_twice": bool(others) and apart and bool(around.act.decision_no.strip()),
            "quota_spent": around.case.quota_taken or not around.kind.quota,
        }

    async def _objection(self, around: Around) -> Found:
        """A name objects to a decision once: an answer is not followed by the same objection again."""
        steps = await docket.steps(around.connection, CASE, around.case.case_no)
        decided = max((step.seq for step in steps if step.target == "DECIDED"), default=0)
        if any(
            step.event == "objection" and step.actor == around.actor.subject and step.seq > decided
            for step in steps
        ):
            raise Fault(OBJECTION_TWICE)
        return {}

    async def _answered(self, around: Around) -> Found:
        """Whoever decided does not judge what is said against it."""
        if around.actor.subject in around.persons.deciders:
            raise Fault(OBJECTION_APART)
        return {}

    def _check(self, around: Around) -> None:
        """A decision given with the step is held to its kind before anything is moved."""
        if around.act.decision is None:
            raise Fault(outcome.DECISION_BAD, field="decision", why="应给出结论")
        outcome.check(around.act.decision, around.case.type, around.kind.remedies, facts_of(around.case))


def _details(act: Act) -> dict[str, Any]:
    """What of an act belongs into the history."""
    kept: dict[str, Any] = {
        "reason": act.reason.strip(),
        "checked": list(act.checked),
        "lacking": list(act.lacking),
        "ground": act.ground,
        "opinion": act.opinion,
        "document": act.document.strip(),
        "objector": act.objector.strip(),
        "contact": act.contact.strip(),
        "decision_no": act.decision_no.strip(),
        "confirmed": act.confirmed_digest,
        "decision": None if act.decision is None else plain_decision(act.decision),
    }
    return {name: value for name, value in kept.items() if value}


def _check_texts(act: Act) -> None:
    for name, text, most in (
        ("reason", act.reason, _MOST_REASON), ("document", act.document, _MOST_TEXT),
        ("objector", act.objector, _MOST_TEXT), ("contact", act.contact, _MOST_TEXT),
        ("decision_no", act.decision_no, _MOST_TEXT), ("lacking", "".join(act.lacking), _MOST_TEXT),
        ("checked", "".join(act.checked), _MOST_TEXT),
    ):  # fmt: skip
        if len(text) > most:
            raise Fault(NOTE_LONG, field=name, most=most)
