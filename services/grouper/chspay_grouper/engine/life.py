"""The life of what is sealed 生命周期 (a scheme, a DIP catalogue, a weight table): signed records, each
naming the one before.

It begins as a draft 草案. Its first record seals it and names the version it follows; later ones
put it on trial 试行, publish it 发布 (which needs a stored run and a signed evaluation) and retire it
停用, each from a legal day on. Records are only added. What signs them lives outside: here are the
words and the order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_grouper.engine import canonical
from chspay_grouper.engine.canonical import DOCUMENT_BAD, is_digest, is_key

STEP_REFUSED = Reason(
    "STEP_REFUSED", Kind.PRECONDITION, "{kind}现为{state}，不能{event}；可以的下一步：{possible}。"
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
    "发布需要已保存的模拟运行和签名的评估：{problem}。",
)
KEY_NOT_TRUSTED = Reason(
    "KEY_NOT_TRUSTED", Kind.PRECONDITION, "{what}由公钥{value}签名，它不在信任名单里，请核对签名人。"
)
TRUST_BAD = Reason(
    "TRUST_BAD", Kind.INVALID, "信任名单第{row}行不是SM2公钥（04开头的130位十六进制）：{value}。"
)

DUTIES_NOT_SEPARATE = Reason(
    "DUTIES_NOT_SEPARATE",
    Kind.PRECONDITION,
    "评估与发布用了同一把密钥{value}。评估人和发布人应是不同的人，请用各自的密钥签名。",
)
PREDECESSOR_FOREIGN = Reason(
    "PREDECESSOR_FOREIGN",
    Kind.PRECONDITION,
    "前一版本应是同一编号的{kind}：本版编号{value}，给出的前一版本是{found}。",
)

#: Formats of records and evaluations by what they are about.
FORMATS = {f"chspay-{kind.replace('_', '-')}-record@1": kind for kind in ArtefactKind}
EVALUATION_FORMATS = {f"chspay-{kind.replace('_', '-')}-evaluation@1": kind for kind in ArtefactKind}
_FORM_OF = {kind: form for form, kind in FORMATS.items()}
_EVALUATION_FORM_OF = {kind: form for form, kind in EVALUATION_FORMATS.items()}


class Event(StrEnum):
    """What a record says."""

    SEAL = "seal"
    TRIAL = "trial"
    PUBLISH = "publish"
    RETIRE = "retire"


class State(StrEnum):
    """Where an artefact stands on a day."""

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
#: What may follow; the empty place is what nobody has sealed.
_NEXT: dict[Event | None, tuple[Event, ...]] = {
    None: (Event.SEAL,),
    Event.SEAL: (Event.TRIAL, Event.PUBLISH, Event.RETIRE),
    Event.TRIAL: (Event.PUBLISH, Event.RETIRE),
    Event.PUBLISH: (Event.RETIRE,),
    Event.RETIRE: (),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One step of a life; digests are SM3 in hex, empty where the step has none."""

    artefact: Artefact
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
        kind = self.artefact.kind
        data = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "artefact"}
        subject = {kind.value: self.artefact.digest, f"{kind.value}_id": self.artefact.id}
        return canonical.write({**data, **subject, "format": _FORM_OF[kind], "since": self.since.isoformat()})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluator 评估人 found in a simulated run; ``artefact`` is the digest of what was run."""

    kind: ArtefactKind
    artefact: str
    run: str
    approved: bool
    by: str
    on: date
    note: str
    signer: str

    @property
    def content(self) -> bytes:
        """What is signed."""
        data = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in {"kind", "artefact"}
        }
        form = _EVALUATION_FORM_OF[self.kind]
        return canonical.write(
            {**data, self.kind.value: self.artefact, "format": form, "on": self.on.isoformat()}
        )


@dataclass(frozen=True, slots=True)
class Life:
    """Everything recorded of one artefact, checked to be one unbroken chain."""

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
    what = "生命周期记录"
    kind, data = canonical.read(content, what, FORMATS)
    try:
        number, event = data.pop("number"), Event(str(data.pop("event")))
        since = parse_day(str(data.pop("since")), "since")
        texts = _texts(data)
        artefact = Artefact(kind, texts.pop(f"{kind.value}_id"), texts.pop(kind.value))
        if type(number) is not int:
            raise TypeError("type")
        record = Record(artefact=artefact, number=number, event=event, since=since, **texts)
    except (KeyError, ValueError, TypeError) as error:
        raise Fault(DOCUMENT_BAD, kind=what, problem="缺少字段或类型不对") from error
    referred = (record.previous, record.predecessor, record.run, record.evaluation)
    if not (is_digest(artefact.digest) and all(not item or is_digest(item) for item in referred)):
        raise Fault(DOCUMENT_BAD, kind=what, problem="摘要不是64位十六进制")
    if not is_key(record.signer):
        raise Fault(DOCUMENT_BAD, kind=what, problem="签名公钥有误")
    return canonical.whole(record, content, what)


def _texts(data: Mapping[str, object]) -> dict[str, str]:
    """The fields of a document that are left when those of other types have been taken out."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    if texts.keys() != data.keys():
        raise TypeError("type")
    return texts


def parse_evaluation(content: bytes) -> Evaluation:
    """An evaluation from its canonical form.

    :raises Fault: DOCUMENT_BAD.
    """
    what = "评估"
    kind, data = canonical.read(content, what, EVALUATION_FORMATS)
    try:
        approved, on = data.pop("approved"), parse_day(str(data.pop("on")), "on")
        texts = _texts(data)
        if not isinstance(approved, bool):
            raise TypeError("type")
        artefact = texts.pop(kind.value)
        found = Evaluation(kind=kind, artefact=artefact, approved=approved, on=on, **texts)
    except (KeyError, ValueError, TypeError) as error:
        raise Fault(DOCUMENT_BAD, kind=what, problem="缺少字段或类型不对") from error
    if not (is_digest(found.artefact) and is_digest(found.run) and is_key(found.signer) and found.by):
        raise Fault(DOCUMENT_BAD, kind=what, problem="缺少对象、模拟运行、评估人或公钥")
    return canonical.whole(found, content, what)


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
            kind=record.artefact.called,
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


def check_publication(record: Record, run: Artefact, evaluation: Evaluation) -> None:
    """Refuse a publication whose run or evaluation speaks of something else, or against it.

    :param run: what the referred run was made with.
    :raises Fault: PUBLICATION_UNFOUNDED; DUTIES_NOT_SEPARATE when one key evaluates and publishes.
    """
    about = record.artefact
    problems = {
        f"模拟运行用的是另一个{about.called}": run != about,
        f"评估的是另一个{about.called}": (evaluation.kind, evaluation.artefact) != (about.kind, about.digest),
        "评估的是另一次模拟运行": evaluation.run != record.run,
        "评估的内容与引用的摘要不符": sm3_hex(evaluation.content) != record.evaluation,
        "评估结论是不同意": not evaluation.approved,
        "评估日期晚于发布的生效日": evaluation.on > record.since,
    }
    for problem, found in problems.items():
        if found:
            raise Fault(PUBLICATION_UNFOUNDED, field="evaluation", problem=problem)
    if evaluation.signer == record.signer:
        raise Fault(DUTIES_NOT_SEPARATE, field="evaluation", value=record.signer[:18] + "…")


def check_predecessor(artefact: Artefact, older: Artefact) -> None:
    """Refuse a version before this one that is another thing, or this very version.

    :raises Fault: PREDECESSOR_FOREIGN.
    """
    if (older.kind, older.id) != (artefact.kind, artefact.id) or older.digest == artefact.digest:
        found = "它自己" if older.digest == artefact.digest else f"{older.called}{older.id}"
        raise Fault(
            PREDECESSOR_FOREIGN, field="previous", value=artefact.id, kind=artefact.called, found=found
        )


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
    if record.artefact != last.artefact:
        return f"说的是另一个{last.artefact.called}"
    return "只有封存记录可以指明前一版本" if record.predecessor else ""
