"""The draw of a panel from a list of eligible experts: deterministic, seat by seat, not put back; pure.

A list holds entries, not persons: each expert stands in it under a token made for this draw, so that the list
can be published. A seat that the composition names is drawn among those who may take it (its stratum), every
one with weight 1/(1 + recent panels); then the open seats among all who are left. A panel that misses the
required number of institutions or levels is drawn again with the numbers that follow, which leaves the
chances among the permitted panels as they are. Substitutes of each seat and the experts who join when scores
lie far apart are drawn in the same go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.experts.conflict import Conflict, Matter, coi
from chspay_dispute.engine.experts.record import Expert
from chspay_dispute.engine.experts.stream import Stream
from chspay_dispute.engine.experts.terms import OPEN_SEAT, Need, Terms

SEAT_EMPTY = Reason(
    "PANEL_SEAT_EMPTY",
    Kind.PRECONDITION,
    "可以参加评议的专家中没有人能担任“{value}”，请补充专家库，或者委托上级专家库。",
)
PANEL_IMPOSSIBLE = Reason(
    "PANEL_IMPOSSIBLE",
    Kind.PRECONDITION,
    "可以参加评议的{value}名专家不能组成符合规定的专家组（{size}人，至少{institutions}家机构、{levels}个等级），"
    "请补充专家库。",
)
#: How often a panel that misses the institutions or levels is drawn again before it counts as impossible.
ATTEMPTS = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """An eligible expert as the list shows him.

    :param institution: a token of his institution in this draw.
    :param seats: seats of the composition he may take, in alphabetical order.
    """

    token: str
    institution: str
    level: int
    seats: tuple[str, ...]
    recent: int

    def line(self) -> str:
        """The entry as one line of the published list."""
        return f"{self.token}|{self.institution}|{self.level}|{','.join(self.seats)}|{self.recent}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a panel must be.

    :param seats: named seats in the order they are drawn; the rest up to ``size`` are open.
    """

    seats: tuple[str, ...]
    size: int
    institutions: int
    levels: int
    substitutes: int
    added: int

    def line(self) -> str:
        """The shape as one line of the published batch."""
        figures = (self.size, self.institutions, self.levels, self.substitutes, self.added)
        return f"{','.join(self.seats)}|{'|'.join(str(figure) for figure in figures)}"

    def all_seats(self) -> tuple[str, ...]:
        """Every seat of the panel."""
        return self.seats + (OPEN_SEAT,) * (self.size - len(self.seats))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The outcome: who sits where, who follows on each seat, who joins when scores lie far apart."""

    panel: tuple[tuple[str, str], ...]
    substitutes: tuple[tuple[str, ...], ...]
    added: tuple[str, ...]


def shape_of(terms: Terms, *, fresh: bool) -> Shape:
    """What the policy asks of a panel; ``fresh``: one that reconsiders, or sits at the province."""
    return Shape(
        seats=tuple(need.seat for need in terms.needs for _ in range(need.least)),
        size=terms.size_fresh if fresh else terms.size,
        institutions=terms.institutions,
        levels=terms.levels,
        substitutes=terms.substitutes,
        added=terms.added,
    )


def token(blind: str, draw_id: str, name: str) -> str:
    """The token under which a person or institution stands in one draw, 24 hex digits.

    :param blind: secret of the draw; without it nobody can tell who stands behind a token.
    """
    inner = sm3_hex(f"{blind}\n{draw_id}\n{name}\n".encode())
    return sm3_hex(f"{blind}\n{inner}\n".encode())[:24]


def seats_of(expert: Expert, needs: Sequence[Need], mdc: str) -> tuple[str, ...]:
    """Seats of the composition an expert may take; a matter without an MDC asks for no specialty."""
    return tuple(
        sorted(
            need.seat
            for need in needs
            if expert.roles & need.roles
            and (not need.of_mdc or not mdc or f"MDC:{mdc}" in expert.specialties)
        )
    )


def sort_out(
    experts: Iterable[Expert], matter: Matter, terms: Terms, day: date
) -> tuple[list[Expert], list[tuple[Expert, Conflict]]]:
    """Who may judge a matter, and who serves but may not, with the reason."""
    eligible, kept_out = [], []
    for expert in experts:
        if not expert.serves(day):
            continue
        conflict = coi(expert, matter, terms.conflicts, day)
        if conflict is None:
            eligible.append(expert)
        else:
            kept_out.append((expert, conflict))
    return eligible, kept_out


def entries_of(
    experts: Iterable[Expert], terms: Terms, mdc: str, blind: str, draw_id: str
) -> list[tuple[Entry, Expert]]:
    """The list of a draw, in the order of tokens, each entry with the person behind it."""
    pairs = [
        (
            Entry(
                token(blind, draw_id, f"expert:{expert.expert_id}"),
                token(blind, draw_id, f"institution:{expert.institution}"),
                expert.level,
                seats_of(expert, terms.needs, mdc),
                expert.recent,
            ),
            expert,
        )
        for expert in experts
    ]
    return sorted(pairs, key=lambda pair: pair[0].token)


def list_digest(entries: Sequence[Entry]) -> str:
    """SM3 of the published list, one line for each entry."""
    return sm3_hex("".join(f"{line}\n" for line in ("chspay-list-1", *(e.line() for e in entries))).encode())


def permitted(members: Sequence[Entry], shape: Shape) -> bool:
    """Whether these come from enough institutions and levels."""
    return (
        len({member.institution for member in members}) >= shape.institutions
        and len({member.level for member in members}) >= shape.levels
    )


def draw(entries: Sequence[Entry], shape: Shape, stream: Stream) -> Drawn:
    """Draws the panel, the substitutes and those who may join.

    :raises Fault: PANEL_SEAT_EMPTY, PANEL_IMPOSSIBLE.
    """
    for seat in shape.seats:
        if not any(seat in entry.seats for entry in entries):
            raise Fault(SEAT_EMPTY, field="seat", value=seat)
    if len(entries) < shape.size or not permitted(entries, shape):
        raise _impossible(entries, shape)
    for _ in range(ATTEMPTS):
        rest = list(entries)
        members = [_take(rest, seat, stream) for seat in shape.all_seats()]
        whole = [member for member in members if member is not None]
        if len(whole) == shape.size and permitted(whole, shape):
            return _with_others(whole, rest, shape, stream)
    raise _impossible(entries, shape)


def _with_others(members: list[Entry], rest: list[Entry], shape: Shape, stream: Stream) -> Drawn:
    seats = shape.all_seats()
    following: list[list[str]] = [[] for _ in seats]
    for _ in range(shape.substitutes):
        for place, seat in enumerate(seats):
            found = _take(rest, seat, stream)
            if found is not None:
                following[place].append(found.token)
    added = [found for found in (_take(rest, OPEN_SEAT, stream) for _ in range(shape.added)) if found]
    return Drawn(
        tuple((seat, member.token) for seat, member in zip(seats, members, strict=True)),
        tuple(tuple(tokens) for tokens in following),
        tuple(member.token for member in added),
    )


def _take(rest: list[Entry], seat: str, stream: Stream) -> Entry | None:
    stratum = [place for place, entry in enumerate(rest) if seat == OPEN_SEAT or seat in entry.seats]
    if not stratum:
        return None
    return rest.pop(stratum[stream.pick([rest[place].recent for place in stratum])])


def substitute(
    entries: Sequence[Entry], shape: Shape, drawn: Drawn, panel: Sequence[str], out: str, gone: Iterable[str]
) -> str | None:
    """Who follows a member that recuses: the first substitute of his seat with whom the panel is permitted.

    Whoever joined later has no substitutes of his own; any of the draw may follow him.

    :param panel: the tokens that sit now, in the order of the seats.
    :param gone: everybody who left, or sat before.
    """
    by_token = {entry.token: entry for entry in entries}
    place = list(panel).index(out)
    left = set(gone) | {out}
    seated = place < len(drawn.substitutes)
    queue = drawn.substitutes[place] if seated else [one for tokens in drawn.substitutes for one in tokens]
    for following in queue:
        if following in left or following in panel:
            continue
        trial = [by_token[item] for item in panel if item != out] + [by_token[following]]
        if permitted(trial, shape):
            return following
    return None


def _impossible(entries: Sequence[Entry], shape: Shape) -> Fault:
    return Fault(
        PANEL_IMPOSSIBLE,
        field="experts",
        value=len(entries),
        size=shape.size,
        institutions=shape.institutions,
        levels=shape.levels,
    )
