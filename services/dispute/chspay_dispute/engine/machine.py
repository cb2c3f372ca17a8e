"""One kind of machine for everything that goes through hands: cases and topics.

A machine is data: which event leads from which state to which, who may bring it about, what must hold
(guards by name), which clock runs for it, which documents belong to it. Nothing happens here; a step is
either allowed, and then the transition says what it means, or refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chspay_core.errors import Fault, Kind, Reason

EVENT_NOT_ALLOWED = Reason(
    "EVENT_NOT_ALLOWED",
    Kind.PRECONDITION,
    "{title}现在处于“{state}”，不能办理“{value}”；此时可以办理：{allowed}。",
)
EVENT_ROLE = Reason("EVENT_ROLE", Kind.DENIED, "“{event}”由{needed}办理，当前身份（{value}）不能办理。")
GUARD_FAILED = Reason("GUARD_FAILED", Kind.PRECONDITION, "“{event}”的条件没有满足：{guard}（{value}）。")
GUARD_UNKNOWN = Reason(
    "GUARD_UNKNOWN", Kind.INTERNAL, "程序错误：办理“{event}”时没有核对条件“{guard}”（{value}）。"
)
STATE_UNKNOWN = Reason("STATE_UNKNOWN", Kind.INTERNAL, "程序错误：{title}没有状态“{value}”。")
MACHINE_BAD = Reason("MACHINE_BAD", Kind.PRECONDITION, "状态机文件有误：{value}。")

#: Who acts when a clock runs out.
SYSTEM: Final = "SYS"
#: What a clock counts.
CLOCK_UNITS: Final = ("working_days", "hours", "day", "none")


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit of time by its name.

    :param unit: ``working_days`` and ``hours`` are read from the rules under the clock's name; ``day`` is a
        day the application knows (the end of a window); ``none`` limits by something else than time.
    """

    name: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: from a state by an event to a state, with everything that goes with it."""

    source: str
    event: str
    target: str
    roles: tuple[str, ...]
    text: str
    guards: tuple[str, ...]
    clock: str
    documents: tuple[str, ...]
    effects: tuple[str, ...]

    @property
    def automatic(self) -> bool:
        """Whether the scheduler brings it about."""
        return SYSTEM in self.roles


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs in a state, and the events it brings about by itself when it runs out."""

    clock: Clock
    events: tuple[str, ...]


class Machine:
    """States and transitions; made by :func:`read_machine`, immutable afterwards.

    ``keys`` is what the policy keys of its clocks begin with: ``dispute`` for ``dispute.accept_wd``.
    """

    __slots__ = ("_by_key", "_guards", "_roles", "_states", "clocks", "finals", "keys", "name", "start",
                 "title", "transitions")  # fmt: skip

    def __init__(self, parts: _Parts) -> None:
        self.name, self.title, self.start, self.keys = parts.name, parts.title, parts.start, parts.keys
        self._states, self._roles, self._guards = parts.states, parts.roles, parts.guards
        self.finals = parts.finals
        self.clocks: Mapping[str, Clock] = parts.clocks
        self.transitions: tuple[Transition, ...] = parts.transitions
        self._by_key = {(item.source, item.event): item for item in parts.transitions}

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the file."""
        return tuple(self._states)

    @property
    def guards(self) -> Mapping[str, str]:
        """Every guard by name, and how it is told."""
        return self._guards

    def state_text(self, state: str) -> str:
        """A state in Chinese."""
        return self._states[self._known(state)]

    def role_text(self, role: str) -> str:
        """A role in Chinese."""
        return self._roles.get(role, role)

    def final(self, state: str) -> bool:
        """Whether nothing follows."""
        return self._known(state) in self.finals

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """What may follow a state."""
        self._known(state)
        return tuple(item for item in self.transitions if item.source == state)

    def transition(self, state: str, event: str) -> Transition:
        """The transition of an event.

        :raises Fault: EVENT_NOT_ALLOWED, STATE_UNKNOWN.
        """
        found = self._by_key.get((state, event))
        if found is None:
            allowed = "、".join(item.text for item in self.leaving(state)) or "无（已办结）"
            raise Fault(
                EVENT_NOT_ALLOWED,
                field="event",
                value=self._event_text(event),
                title=self.title,
                state=self.state_text(state),
                allowed=allowed,
            )
        return found

    def step(self, state: str, event: str, role: str, facts: Mapping[str, bool]) -> Transition:
        """The transition an event brings about.

        :param role: in which role the caller acts.
        :param facts: what was found of each guard; a guard nobody looked at is a defect, not a pass.
        :raises Fault: EVENT_NOT_ALLOWED, EVENT_ROLE, GUARD_UNKNOWN, GUARD_FAILED.
        """
        found = self.transition(state, event)
        if role not in found.roles:
            needed = "、".join(self.role_text(item) for item in found.roles)
            raise Fault(EVENT_ROLE, field="role", value=self.role_text(role), event=found.text, needed=needed)
        for guard in found.guards:
            if guard not in facts:
                raise Fault(
                    GUARD_UNKNOWN, field="event", value=guard, event=found.text, guard=self._guards[guard]
                )
        for guard in found.guards:
            if not facts[guard]:
                raise Fault(
                    GUARD_FAILED, field="event", value=guard, event=found.text, guard=self._guards[guard]
                )
        return found

    def running(self, state: str) -> tuple[Running, ...]:
        """The clocks of a state: one per name, each with the events that follow by themselves."""
        by_clock: dict[str, list[Transition]] = {}
        for item in self.leaving(state):
            if item.clock:
                by_clock.setdefault(item.clock, []).append(item)
        return tuple(
            Running(self.clocks[name], tuple(item.event for item in items if item.automatic))
            for name, items in by_clock.items()
            if self.clocks[name].unit != "none"
        )

    def _known(self, state: str) -> str:
        if state not in self._states:
            raise Fault(STATE_UNKNOWN, field="state", value=state, title=self.title)
        return state

    def _event_text(self, event: str) -> str:
        return next((item.text for item in self.transitions if item.event == event), event)


@dataclass(frozen=True, slots=True)
class _Parts:
    name: str
    title: str
    start: str
    keys: str
    states: Mapping[str, str]
    finals: frozenset[str]
    roles: Mapping[str, str]
    guards: Mapping[str, str]
    clocks: Mapping[str, Clock]
    transitions: tuple[Transition, ...]


def read_machine(content: Mapping[str, Any]) -> Machine:
    """A machine from its data, checked whole: every name known, every state reached, none without a way out.

    :raises Fault: MACHINE_BAD.
    """
    states = {str(item["state"]): str(item["text"]) for item in content["states"]}
    parts = _Parts(
        name=str(content["machine"]),
        title=str(content["title"]),
        start=str(content["start"]),
        keys=str(content["keys"]),
        states=states,
        finals=frozenset(str(item["state"]) for item in content["states"] if item.get("final") == "true"),
        roles={str(item["role"]): str(item["text"]) for item in content["roles"]},
        guards={str(item["guard"]): str(item["text"]) for item in content["guards"]},
        clocks={
            str(item["clock"]): Clock(str(item["clock"]), str(item["unit"]), str(item["text"]))
            for item in content["clocks"]
        },
        transitions=tuple(_transition(item) for item in content["transitions"]),
    )
    _check_names(parts)
    _check_ways(parts)
    return Machine(parts)


def _transition(item: Mapping[str, Any]) -> Transition:
    return Transition(
        source=str(item["from"]),
        event=str(item["event"]),
        target=str(item["to"]),
        roles=_texts(item["roles"]),
        text=str(item["text"]),
        guards=_texts(item.get("guards", ())),
        clock=str(item.get("clock", "")),
        documents=_texts(item.get("documents", ())),
        effects=_texts(item.get("effects", ())),
    )


def _texts(items: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(item) for item in items)


def _check_names(parts: _Parts) -> None:
    for clock in parts.clocks.values():
        if clock.unit not in CLOCK_UNITS:
            raise Fault(MACHINE_BAD, field=parts.name, value=f"时钟{clock.name}的单位{clock.unit}")
    seen: set[tuple[str, str]] = set()
    for item in parts.transitions:
        wrong = [
            name
            for names, known in (
                ((item.source, item.target, parts.start), parts.states),
                (item.roles, parts.roles),
                (item.guards, parts.guards),
                ((item.clock,) if item.clock else (), parts.clocks),
            )
            for name in names
            if name not in known
        ]
        if wrong or not item.roles:
            raise Fault(
                MACHINE_BAD, field=parts.name, value=f"{item.source}/{item.event}用了没有登记的{wrong}"
            )
        if (item.source, item.event) in seen:
            raise Fault(MACHINE_BAD, field=parts.name, value=f"{item.source}/{item.event}重复")
        seen.add((item.source, item.event))


def _check_ways(parts: _Parts) -> None:
    ahead: dict[str, list[str]] = {state: [] for state in parts.states}
    back: dict[str, list[str]] = {state: [] for state in parts.states}
    for item in parts.transitions:
        ahead[item.source].append(item.target)
        back[item.target].append(item.source)
    for state in parts.states:
        if (state in parts.finals) == bool(ahead[state]):
            raise Fault(MACHINE_BAD, field=parts.name, value=f"状态{state}的出路与是否终态不符")
    unreached = parts.states.keys() - _reach([parts.start], ahead)
    stuck = parts.states.keys() - _reach(sorted(parts.finals), back)
    if unreached or stuck:
        raise Fault(MACHINE_BAD, field=parts.name, value=f"到不了{sorted(unreached)}、出不去{sorted(stuck)}")


def _reach(begin: Sequence[str], ways: Mapping[str, Sequence[str]]) -> set[str]:
    found, todo = set(begin), list(begin)
    while todo:
        for state in ways[todo.pop()]:
            if state not in found:
                found.add(state)
                todo.append(state)
    return found
