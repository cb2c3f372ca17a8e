"""What is put down in a topic: sealed data, proposals, comments and answers, examinations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy import canonical_json
from chspay_dispute.app import register
from chspay_dispute.app.negotiation.examiners import FIELDS, examiners
from chspay_dispute.app.negotiation.room import MOST_TITLE, OWNER, Room, Standing, office, panel_of, text_of
from chspay_dispute.app.roles import roles_of
from chspay_dispute.engine.negotiation.proposal import (
    Difference,
    Head,
    Proposal,
    amendment_text,
    differences,
    read_changes,
)
from chspay_dispute.store.negotiation.topics import Paper
from chspay_kit.auth import current_claim, service_claim, use_claim

_PROPOSING: Final = ("DRAFT_SCHEME", "CONSULT", "EXPERT_DEMO", "SESSION", "MEDIATION")
MOST_RUNS: Final = 12
RUN_NOT_CLOSED = Reason(
    "SNAPSHOT_RUN", Kind.PRECONDITION, "“{value}”不是本统筹区已关闭的月结，不能作为协商的数据。"
)
RUNS_WRONG = Reason("SNAPSHOT_RUNS", Kind.INVALID, "请指定1至{most}个不重复的月结。")
PROPOSING_CLOSED = Reason("PROPOSING_CLOSED", Kind.PRECONDITION, "议题现在处于“{state}”，不能提出方案。")
EFFECTIVE_PAST = Reason("PROPOSAL_EFFECTIVE", Kind.INVALID, "方案的生效日{value}应晚于今天；按出院日期适用。")
PROPOSAL_REFUSED = Reason("PROPOSAL_REFUSED", Kind.INVALID, "方案不能写成规则：{value}")
PAPER_CLOSED = Reason("TOPIC_PAPER_CLOSED", Kind.PRECONDITION, "议题现在处于“{state}”，不能办理“{value}”。")
PAPER_REF = Reason("PAPER_REF", Kind.INVALID, "没有编号为{value}、还没有答复的意见或异议。")
PAPER_KIND = Reason("TOPIC_PAPER_KIND", Kind.INVALID, "不能写入“{value}”；可选：{known}。")
EXPERT_NOT_CALLED = Reason("EXPERT_NOT_CALLED", Kind.DENIED, "您不是本议题的论证专家，或已提交论证意见。")
EXPERT_TIE = Reason(
    "EXPERT_TIE", Kind.PRECONDITION, "论证专家应声明与议题没有利害关系；有利害关系的请告知经办机构更换。"
)
REPLACED_ROLE = Reason("PANEL_REPLACED_ROLE", Kind.DENIED, "更换论证专家由市级经办办理。")
REPLACED_WRONG = Reason(
    "PANEL_REPLACED",
    Kind.INVALID,
    "“{value}”不是还没有提交论证意见的论证专家，或新的专家已在其中、领域不同，不能更换。",
)
_EXAMINABLE: Final = ("DRAFT_SCHEME", "CONSULT", "EXPERT_DEMO")


class Talking:
    """Writes into topics."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def freeze(
        self, topic_id: str, run_ids: Sequence[str], text: str, panel: Sequence[tuple[str, str]]
    ) -> None:
        """Names the closed months both sides work on, and seals what they are.

        :raises Fault: SNAPSHOT_*, PANEL_*, COUNCIL_NONE and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        pool = standing.topic.pool
        if not 1 <= len(run_ids) <= MOST_RUNS or len(set(run_ids)) < len(run_ids):
            raise Fault(RUNS_WRONG, field="run_ids", most=MOST_RUNS)
        members = await examiners(room, connection, standing, panel)
        policy = await room.policy(pool)
        with use_claim(office(pool)):
            facts, years = await self._data(pool, run_ids, standing.topic.groups)
        paper = await room.write(
            connection, standing, "snapshot", text_of("text", text), {**facts, "policy": policy.digest}
        )
        await room.write(connection, standing, "panel", "", {"members": members}, offset=1)
        await room.moves.move(
            connection, OWNER, topic_id, "freeze", claim,
            {"snapshot_frozen": True, "three_years": years >= policy.integer("negotiation.data_years")},
            {"snapshot": paper.digest},
        )  # fmt: skip
        await self._announce(
            connection, standing, "数据冻结", {"snapshot": paper.digest, "runs": list(run_ids)}
        )

    async def propose(
        self, topic_id: str, title: str, effective: date, given: Sequence[tuple[str, str]], counters: int
    ) -> int:
        """Files a proposal or a counter-proposal, checked as the amendment it would become; its number.

        :raises Fault: PROPOSAL_*, PROPOSING_CLOSED.
        """
        room, claim = self._room, current_claim()
        claim.require_role("hospital", "bureau")
        connection, standing = await room.enter(topic_id, lock=True)
        if standing.row.state not in _PROPOSING:
            state = room.moves.machines[OWNER].state_text(standing.row.state)
            raise Fault(PROPOSING_CLOSED, field="topic_id", value=topic_id, state=state)
        await room.require_below(standing, "negotiation.most_proposals", "proposal")
        if effective <= room.today():
            raise Fault(EFFECTIVE_PAST, field="effective", value=effective)
        if counters:
            standing.proposal(counters)
        proposal = Proposal(text_of("title", title, MOST_TITLE), effective, read_changes(given))
        changes = await self.changes(standing, proposal)
        trial = amendment_text(trial_head(standing, proposal, room.today()), changes, effective)
        with use_claim(service_claim("dispute")):
            faults = [
                item for item in await room.lawbook.check(trial) if not item.startswith("AMENDMENT_DECISION")
            ]
        if faults:
            raise Fault(PROPOSAL_REFUSED, field="changes", value=faults[0])
        paper = await room.write(connection, standing, "proposal", "", proposal.content, ref=counters)
        return paper.seq

    async def changes(self, standing: Standing, proposal: Proposal) -> tuple[Difference, ...]:
        """What a proposal changes of the rules of its pool in force today.

        :raises Fault: PROPOSAL_UNRULED, PROPOSAL_SAME.
        """
        return differences(await self._room.policy(standing.topic.pool), proposal)

    async def add(self, topic_id: str, kind: str, text: str, ref: int, no_conflict: bool) -> Paper:
        """A comment, an objection's or comment's answer, or an expert's examination.

        :raises Fault: PAPER_*, EXPERT_*, and those of a step.
        """
        adding = {
            "comment": self._comment, "comment_answer": self._answer, "objection_answer": self._answer,
            "expert": self._examine,
        }  # fmt: skip
        if kind not in adding:
            raise Fault(PAPER_KIND, field="kind", value=kind, known="、".join(adding))
        connection, standing = await self._room.enter(topic_id, lock=True)
        return await adding[kind](connection, standing, kind, text_of("text", text), ref, no_conflict)

    async def _comment(
        self, connection: asyncpg.Connection, standing: Standing, kind: str, text: str, ref: int, _ok: bool
    ) -> Paper:
        current_claim().require_role("hospital", "bureau")
        self._in_state(standing, kind, "CONSULT", "SESSION")
        await self._room.require_below(standing, "negotiation.most_papers", "comment", "objection")
        if ref:
            standing.proposal(ref)
        return await self._room.write(connection, standing, kind, text, {}, ref=ref)

    async def _answer(
        self, connection: asyncpg.Connection, standing: Standing, kind: str, text: str, ref: int, _ok: bool
    ) -> Paper:
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty("handling")
        if ref not in [item.seq for item in standing.unanswered(kind.removesuffix("_answer"))]:
            raise Fault(PAPER_REF, field="ref", value=ref)
        paper = await self._room.write(connection, standing, kind, text, {}, ref=ref)
        if standing.row.state == "CONSULT":
            now = await self._room.standing(connection, standing.topic)
            await self.close(connection, now)
        return paper

    async def _examine(
        self, connection: asyncpg.Connection, standing: Standing, kind: str, text: str, ref: int, ok: bool
    ) -> Paper:
        claim = current_claim()
        claim.require_role("expert")
        self._in_state(standing, kind, "EXPERT_DEMO")
        panel = panel_of(standing)
        done = _examined(standing)
        if claim.subject not in panel or claim.subject in done:
            raise Fault(EXPERT_NOT_CALLED, field="topic_id", value=standing.topic.topic_id)
        if not ok:
            raise Fault(EXPERT_TIE, field="no_conflict")
        facts = {"field": panel[claim.subject], "no_conflict": "yes"}
        paper = await self._room.write(connection, standing, kind, text, facts, ref=ref)
        fields = {panel[subject] for subject in {*done, claim.subject} if subject in panel}
        if fields == FIELDS.keys():
            await self._room.moves.move(
                connection, OWNER, standing.topic.topic_id, "conclude", claim, {"demo_experts": True},
                {"examined": paper.digest},
            )  # fmt: skip
        return paper

    async def replace(self, topic_id: str, text: str, leaving: str, panel: Sequence[tuple[str, str]]) -> None:
        """Another expert of the same field takes the place of one who has not examined the topic yet.

        :raises Fault: TOPIC_PAPER_CLOSED, PANEL_*, COUNCIL_NONE.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        if "CITY" not in roles_of(claim, standing.row):
            raise Fault(REPLACED_ROLE, field="role", value=claim.role)
        self._in_state(standing, "panel", *_EXAMINABLE)
        members = dict(panel_of(standing))
        field = members.pop(leaving, "")
        fits = len(panel) == 1 and panel[0][1] == field and panel[0][0] not in (leaving, *members)
        if not field or not fits or leaving in _examined(standing):
            raise Fault(REPLACED_WRONG, field="replaces", value=leaving)
        now = await examiners(room, connection, standing, [*members.items(), *panel])
        await room.write(connection, standing, "panel", text_of("text", text), {"members": now})

    async def close(self, connection: asyncpg.Connection, standing: Standing) -> bool:
        """Ends the consultation when its time is over and everything is answered; whether it did."""
        over = standing.row.overdue or self._room.today() > standing.row.due_day
        answered = not standing.unanswered("comment")
        if not (over and answered):
            return False
        await self._room.moves.move(
            connection, OWNER, standing.topic.topic_id, "close", service_claim("dispute"),
            {"consult_over": over, "answers_drafted": answered},
            {"comments": len(standing.all("comment"))},
        )  # fmt: skip
        return True

    async def _data(
        self, pool: str, run_ids: Sequence[str], groups: Sequence[str]
    ) -> tuple[dict[str, object], int]:
        """What the months are, and how many years they are of."""
        trials, runs = self._room.trials, []
        for run_id in run_ids:
            found = await trials.run(run_id)
            if found is None or found.pool != pool:
                raise Fault(RUN_NOT_CLOSED, field="run_ids", value=run_id)
            runs.append(found)
        months = sorted(Month(run.year, run.month) for run in runs)
        volumes = await trials.discharges(pool, months[0].first, months[-1].last)
        by_group = await trials.group_cases(run_ids, sorted(volumes), groups)
        facts: dict[str, object] = {
            "runs": [
                {
                    "run_id": run.run_id, "year": str(run.year), "month": str(run.month),
                    "policy": run.policy_digest, "statements": run.statements_digest,
                }
                for run in runs
            ],
            "volumes": {code: str(count) for code, count in sorted(volumes.items())},
            "groups": {
                group: {code: str(count) for code, count in sorted(cases.items())}
                for group, cases in sorted(by_group.items())
            },
        }  # fmt: skip
        return facts, len({run.year for run in runs})

    def _in_state(self, standing: Standing, what: str, *states: str) -> None:
        if standing.row.state not in states:
            state = self._room.moves.machines[OWNER].state_text(standing.row.state)
            raise Fault(PAPER_CLOSED, field="kind", value=what, state=state)

    async def _announce(
        self, connection: asyncpg.Connection, standing: Standing, title: str, content: dict[str, object]
    ) -> None:
        topic = standing.topic
        await register.publish(
            connection, kind="round", subject=f"topic/{topic.topic_id}", pool=topic.pool,
            region_code=topic.region_code, title=f"{title}：{topic.title}"[:200],
            content={"topic": topic.topic_id, **content},
        )  # fmt: skip


def _examined(standing: Standing) -> set[str]:
    """Who has examined the schemes as they were sent out last."""
    sent = standing.last("draft_scheme")
    return {item.by for item in standing.all("expert") if sent and item.seq > sent.seq}


def trial_head(standing: Standing, proposal: Proposal, day: date) -> Head:
    """What a proposal is checked under before anything is decided."""
    number = sm3_hex(canonical_json([standing.topic.topic_id, proposal.digest]))[:12]
    return Head(
        f"nt-trial-{number}", standing.topic.pool, proposal.title, standing.topic.topic_id, "协商代表会议",
        day, "demo", "demo",
    )  # fmt: skip


def volumes_of(standing: Standing) -> dict[str, int]:
    """Discharges by hospital of the frozen months."""
    return {code: int(count) for code, count in standing.snapshot().get("volumes", {}).items()}


def group_cases_of(standing: Standing) -> dict[str, dict[str, int]]:
    """Cases by group and hospital of the frozen months."""
    return {
        group: {code: int(count) for code, count in cases.items()}
        for group, cases in standing.snapshot().get("groups", {}).items()
    }
