"""Family-doctor contracts 家庭医生签约 and referrals 转诊, and whether a referral was called for; pure.

S1 三: contracts guide to first contact at the grassroots and two-way referral. A disease on the catalogue of
a level is to be treated there; a referral upwards of such a disease needs one of the policy's reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, Rule
from chspay_core.policy_reading import broken, cell

CATALOGUE_KEY, REASONS_KEY, VALID_KEY = (
    "benefit.level_catalogue", "benefit.referral_reasons", "benefit.referral_days",
)  # fmt: skip

CONTRACT_PERIOD = Reason("CONTRACT_PERIOD", Kind.INVALID, "签约的截止日期（不含）{value}应晚于起始日期。")
CONTRACT_OVERLAP = Reason(
    "CONTRACT_OVERLAP", Kind.CONFLICT, "此人在{since}已与{value}签约，须先解约再改签；一天只能有一份签约。"
)
REFERRAL_LEVEL = Reason("REFERRAL_SAME_PLACE", Kind.INVALID, "转诊的转出机构与转入机构相同：{value}。")


class Contract(NamedTuple):
    """A family-doctor contract from ``since`` up to, not including, ``until`` (``None``: until ended)."""

    contract_no: str
    person_key: str
    institution: str
    since: date
    until: date | None


def check_contract(new: Contract, known: Iterable[Contract]) -> Contract:
    """A new contract beside those the person has.

    :raises Fault: CONTRACT_PERIOD, CONTRACT_OVERLAP.
    """
    if new.until is not None and new.until <= new.since:
        raise Fault(CONTRACT_PERIOD, field="until", value=new.until)
    for old in known:
        apart = (old.until is not None and old.until <= new.since) or (
            new.until is not None and new.until <= old.since
        )
        if not apart:
            raise Fault(
                CONTRACT_OVERLAP, field="since", value=old.institution, since=max(old.since, new.since)
            )
    return new


class Direction(StrEnum):
    """Which way a referral goes."""

    UP = "up"
    DOWN = "down"
    LEVEL = "level"
    OUT_OF_AREA = "out_of_area"


class Referral(NamedTuple):
    """A referral: who, from where to where (levels 1 to 3), on which day, for which disease, and why."""

    referral_no: str
    person_key: str
    from_institution: str
    from_level: int
    to_institution: str
    to_level: int
    out_of_area: bool
    day: date
    diagnosis: str
    reason: str

    @property
    def direction(self) -> Direction:
        """Out of the area, up, down or between equals."""
        if self.out_of_area:
            return Direction.OUT_OF_AREA
        if self.to_level == self.from_level:
            return Direction.LEVEL
        return Direction.UP if self.to_level > self.from_level else Direction.DOWN


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a referral was called for, why, until when it holds, and the rule that says so."""

    called_for: bool
    code: str
    text: str
    until: date
    rule: Rule


def judge(referral: Referral, policy: Policy) -> Judgement:
    """A referral judged by the catalogue of diseases of each level.

    Down and between equals is always called for. Up or out of the area is called for unless the disease is on
    the catalogue of the sending level (or one below it) and no named reason is given.
    :raises Fault: REFERRAL_SAME_PLACE, POLICY_*.
    """
    if referral.from_institution == referral.to_institution:
        raise Fault(REFERRAL_LEVEL, field="to_institution", value=referral.to_institution)
    until = referral.day + timedelta(days=policy.integer(VALID_KEY))
    rule = policy.rule(CATALOGUE_KEY)
    if referral.direction in (Direction.DOWN, Direction.LEVEL):
        return Judgement(True, "REFERRAL_NOT_UP", "下转或同级转诊，不受目录限制", until, rule)
    listed = _listed(referral, policy)
    if listed is None:
        return Judgement(True, "DISEASE_NOT_LISTED", "病种不在转出机构等级的诊疗目录内", until, rule)
    level, name = listed
    where = f"{name}列入{level}级机构诊疗目录"
    reasons = _reasons(policy)
    if referral.reason in reasons:
        told = f"{where}，但有规定的理由：{reasons[referral.reason]}"
        return Judgement(True, "REASON_ACCEPTED", told, until, policy.rule(REASONS_KEY))
    return Judgement(False, "DISEASE_OF_LEVEL", f"{where}，没有规定的理由，应就地诊治", until, rule)


def _listed(referral: Referral, policy: Policy) -> tuple[int, str] | None:
    for row in policy.table(CATALOGUE_KEY):
        level, prefix, name = (cell(policy, CATALOGUE_KEY, row, part) for part in ("level", "code", "name"))
        if level not in ("1", "2", "3") or not prefix:
            raise broken(policy, CATALOGUE_KEY, row, "level应为1至3，code不能为空")
        if int(level) <= referral.from_level and referral.diagnosis.startswith(prefix):
            return int(level), name
    return None


def _reasons(policy: Policy) -> dict[str, str]:
    return {
        cell(policy, REASONS_KEY, row, "reason"): cell(policy, REASONS_KEY, row, "name")
        for row in policy.table(REASONS_KEY)
    }


def covering(referrals: Sequence[tuple[Referral, Judgement]], institution: str, day: date) -> Referral | None:
    """The latest referral to an institution that was called for and holds on ``day``."""
    held = [
        referral
        for referral, judged in referrals
        if judged.called_for and referral.to_institution == institution and referral.day <= day < judged.until
    ]
    return max(held, key=lambda referral: (referral.day, referral.referral_no), default=None)
