"""The life of a scheme 方案的生命周期: signed records, each naming the one before.

A scheme begins as a draft 草案. Its first record seals it and names the version it follows; later ones
put it on trial 试行, publish it 发布 (which needs a stored run and a signed evaluation) and retire it
停用, each from a legal day on. Records are only added. What signs them lives outside: here are the
words and the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_grouper.engine import canonical
from chspay_grouper.engine.canonical import DOCUMENT_BAD, is_digest, is_key

STEP_REFUSED = Reason(
    "STEP_REFUSED", Kind.PRECONDITION, "方案现为{state}，不能{event}；可以的下一步：{possible}。"
)
STEP_BACKDATED = Reason(
    "STEP_BACKDATED", Kind.PRECONDITION, "生效日{value}早于上一步的生效日{last}，请改为不早于它的日期。"
)
CHAIN_BROKEN = Reason(
    "CHAIN_BROKEN",
    Kind.PRECONDITION,
    "第{number}条记录接不上前一条（{problem}），可能被改动、缺失或换序。",
)
PUBLICATION_UNFOUNDED = Reason(
    "PUBLICATION_UNFOUNDED",
    Kind.PRECONDITION,
    "发布方案需要已保存的模拟分组和签名的评估：{problem}。",
)
KEY_NOT_TRUSTED = Reason(
    "KEY_NOT_TRUSTED", Kind.PRECONDITION, "{what}由公钥{value}签名，它不在信任名单里，请核对签名人。"
)
TRUST_BAD = Reason(
    "TRUST_BAD", Kind.INVALID, "信任名单第{row}行不是SM2公钥（04开头的130位十六进制）：{value}。"
)

FORMAT = "chspay-scheme-record@1"
EVALUATION_FORMAT = "chspay-scheme-evaluation@1"


class Event(StrEnum):
    """What a record says."""

    SEAL = "seal"
    TRIAL = "trial"
    PUBLISH = "publish"
    RETIRE = "retire"


class State(StrEnum):
    """Where a scheme stands on a day."""

    DRAFT = "draft"
    TRIAL = "trial"
    PUBLISHED = "published"
    RETIRED = "retired"


EVENT_NAMES = {Event.SEAL: "封存", Event.TRIAL: "试行", Event.PUBLISH: "发布", Event.RETIRE: "停用"}
STATE_NAMES = {
    State.DRAFT: "草案",
    State.TRIAL: "试行",
    State.PUBLISHED: "已发布",
    State.RETIRED: "已停用",
}
_LEADS_TO = {
    Event.SEAL: State.DRAFT,
    Event.TRIAL: State.TRIAL,
    Event.PUBLISH: State.PUBLISHED,
    Event.RETIRE: State.RETIRED,
}
#: What may follow; the empty place is a scheme nobody has sealed.
_NEXT: dict[Event | None, tuple[Event, ...]] = {
    None: (Event.SEAL,),
    Event.SEAL: (Event.TRIAL, Event.PUBLISH, Event.RETIRE),
    Event.TRIAL: (Event.PUBLISH, Event.RETIRE),
    Event.PUBLISH: (Event.RETIRE,),
    Event.RETIRE: (),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One step of a scheme's life; digests are SM3 in hex, empty where the step has none."""

    scheme_id: str
    scheme: str
    number: int
    event: Event
    since: date
    signer: str  # SM2 public key, 04 + x + y
    previous: str = ""  # digest of the record before
    predecessor: str = ""  # of a seal: digest of the version this one follows
    run: str = ""  # of a publication: digest of the run statement
    evaluation: str = ""  # of a publication: digest of the evaluation

    @property
    def content(self) -> bytes:
        """What is signed."""
        return canonical.write({**asdict(self), "format": FORMAT, "since": self.since.isoformat()})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluator 评估人 found in a simulated run of a scheme."""

    scheme: str
    run: str
    approved: bool
    by: str
    on: date
    note: str
    signer: str

    @property
    def content(self) -> bytes:
        """What is signed."""
        return canonical.write({**asdict(self), "format": EVALUATION_FORMAT, "on": self.on.isoformat()})


@dataclass(frozen=True, slots=True)
class Life:
    """Everything recorded of one scheme, checked to be one unbroken chain."""

    records: tuple[Record, ...]

    @property
    def last(self) -> Record | None:
        """The newest record, ``None`` for a draft nobody has sealed."""
        return self.records[-1] if self.records else None

    def on(self, day: date) -> State:
        """The state on a legal day."""
        reached = [record for record in self.records if record.since <= day]
        return _LEADS_TO[reached[-1].event] if reached else State.DRAFT

    @property
    def state(self) -> State:
        """The state the newest record leads to."""
        return _LEADS_TO[self.records[-1].event] if self.records else State.DRAFT


def parse_record(content: bytes) -> Record:
    """A record from its canonical form.

    :raises Fault: DOCUMENT_BAD.
    """
    kind = "方案记录"
    data = canonical.read(content, kind, FORMAT)
    try:
        number, event = data.pop("number"), Event(str(data.pop("event")))
        since = parse_day(str(data.pop("since")), "since")
        texts = {name: str(value) for name, value in data.items() if isinstance(value, str)}
        if texts.keys() != data.keys() or type(number) is not int:
            raise TypeError("type")
        record = Record(number=number, event=event, since=since, **texts)
    except (KeyError, ValueError, TypeError) as error:
        raise Fault(DOCUMENT_BAD, kind=kind, problem="缺少字段或类型不对") from error
    referred = (record.previous, record.predecessor, record.run, record.evaluation)
    if not (is_digest(record.scheme) and all(not item or is_digest(item) for item in referred)):
        raise Fault(DOCUMENT_BAD, kind=kind, problem="摘要不是64位十六进制")
    if not is_key(record.signer):
        raise Fault(DOCUMENT_BAD, kind=kind, problem="签名公钥有误")
    return canonical.whole(record, content, kind)


def parse_evaluation(content: bytes) -> Evaluation:
    """An evaluation from its canonical form.

    :raises Fault: DOCUMENT_BAD.
    """
    kind = "评估"
    data = canonical.read(content, kind, EVALUATION_FORMAT)
    try:
        approved, on = data.pop("approved"), parse_day(str(data.pop("on")), "on")
        texts = {name: str(value) for name, value in data.items() if isinstance(value, str)}
        if texts.keys() != data.keys() or not isinstance(approved, bool):
            raise TypeError("type")
        found = Evaluation(approved=approved, on=on, **texts)
    except (KeyError, ValueError, TypeError) as error:
        raise Fault(DOCUMENT_BAD, kind=kind, problem="缺少字段或类型不对") from error
    if not (is_digest(found.scheme) and is_digest(found.run) and is_key(found.signer) and found.by):
        raise Fault(DOCUMENT_BAD, kind=kind, problem="缺少方案、模拟分组、评估人或公钥")
    return canonical.whole(found, content, kind)


def follow(records: Sequence[Record]) -> Life:
    """The life these records tell, in order.

    :raises Fault: CHAIN_BROKEN, STEP_REFUSED, STEP_BACKDATED.
    """
    life = Life(())
    for record in records:
        check_next(life, record)
        life = Life((*life.records, record))
    return life


def check_next(life: Life, record: Record) -> None:
    """Refuse a record that may not come next.

    :raises Fault: CHAIN_BROKEN, STEP_REFUSED, STEP_BACKDATED, PUBLICATION_UNFOUNDED.
    """
    last = life.last
    possible = _NEXT[last.event if last else None]
    if record.event not in possible:
        raise Fault(
            STEP_REFUSED,
            field="event",
            value=record.event,
            state=STATE_NAMES[life.state] + ("" if last else "（未封存）"),
            event=EVENT_NAMES[record.event],
            possible="、".join(EVENT_NAMES[event] for event in possible) or "没有",
        )
    problem = _misfit(life, record)
    if problem:
        raise Fault(CHAIN_BROKEN, field="previous", number=record.number, problem=problem)
    if last and record.since < last.since:
        raise Fault(STEP_BACKDATED, field="since", value=record.since, last=last.since)
    publishes = record.event is Event.PUBLISH
    if publishes and not (record.run and record.evaluation):
        raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="没有引用它们的摘要")


def check_publication(record: Record, run_scheme: str, evaluation: Evaluation) -> None:
    """Refuse a publication whose run or evaluation speaks of something else, or against it.

    :param run_scheme: digest of the scheme the referred run grouped by.
    :raises Fault: PUBLICATION_UNFOUNDED.
    """
    problems = {
        "模拟分组用的是另一个方案": run_scheme != record.scheme,
        "评估的是另一个方案": evaluation.scheme != record.scheme,
        "评估的是另一次模拟分组": evaluation.run != record.run,
        "评估的内容与引用的摘要不符": sm3_hex(evaluation.content) != record.evaluation,
        "评估结论是不同意": not evaluation.approved,
        "评估日期晚于发布的生效日": evaluation.on > record.since,
    }
    for problem, found in problems.items():
        if found:
            raise Fault(PUBLICATION_UNFOUNDED, field="evaluation", problem=problem)


def trusted_keys(text: str) -> frozenset[str]:
    """Public keys from a list 信任名单, one a line; what follows a blank on the line is a remark.

    :raises Fault: TRUST_BAD.
    """
    found: set[str] = set()
    for row, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        key = words[0].lower()
        if not is_key(key):
            raise Fault(TRUST_BAD, field="trust", value=words[0], row=row)
        found.add(key)
    return frozenset(found)


def require_trusted(signer: str, trusted: frozenset[str], what: str) -> None:
    """Refuse a signer who is not in the list; ``what`` names the signed document.

    :raises Fault: KEY_NOT_TRUSTED.
    """
    if signer not in trusted:
        raise Fault(KEY_NOT_TRUSTED, field="trust", value=signer, what=what)


def _misfit(life: Life, record: Record) -> str:
    last = life.last
    if record.number != len(life.records) + 1:
        return "序号不连续"
    if last is None:
        return "第一条不应有前一条" if record.previous else ""
    if record.previous != sm3_hex(last.content):
        return "前一条的摘要不符"
    if (record.scheme, record.scheme_id) != (last.scheme, last.scheme_id):
        return "说的是另一个方案"
    return "只有封存记录可以指明前一版本" if record.predecessor else ""
