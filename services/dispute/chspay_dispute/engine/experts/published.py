"""The public record of a draw, and its check by anybody: no access to the service, no secret; pure.

What is published, and when:

* opened: commitment to the secretary's secret, name and time of a public beacon. Nothing else is known.
* closed: digest of every list of the batch, and of the batch; the beacon has not spoken yet.
* drawn: beacon, secret, lists, panels, substitutes.
* replaced: a member who recused, and the substitute of the same draw who follows.
* decided: the ballots.

The record repeats it all; :func:`verify` computes every step anew and compares it with what the register
says was published at the time. Persons stand in it under tokens of the draw only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.experts.draw import Drawn, Entry, Shape, draw, list_digest, substitute
from chspay_dispute.engine.experts.stream import Stream, commitment, seed

FORMAT = "chspay-draw-1"
RECORD_BAD = Reason("DRAW_RECORD_BAD", Kind.INVALID, "抽取记录不能读取：{value}。")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold; ``code`` is stable, ``text`` is for people."""

    code: str
    draw_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as published."""

    token: str
    vote: str
    digest: str


#: Votes by name.
VOTES = {"yes": "赞成", "no": "反对", "abstain": "弃权"}


def ballot_digest(draw_id: str, token: str, vote: str, opinion: str) -> str:
    """What a member signs and what is published of his vote."""
    return _of("chspay-ballot-1", draw_id, token, vote, opinion)


def votes_digest(draw_id: str, opinion: str, threshold: str, ballots: Sequence[Ballot]) -> str:
    """SM3 of all ballots of a panel, in the order of tokens, with what they had to exceed."""
    lines = [ballot.digest for ballot in sorted(ballots, key=lambda ballot: ballot.token)]
    return _of("chspay-votes-1", draw_id, opinion, threshold, *lines)


def batch_digest(
    batch_id: str, committed: str, source: str, at: str, draws: Sequence[tuple[str, str, Shape]]
) -> str:
    """SM3 of a closed batch: commitment, beacon, and each draw with its list's digest and its shape.

    :param at: when the beacon speaks, as published.
    """
    lines = [f"{draw_id}|{digest}|{shape.line()}" for draw_id, digest, shape in draws]
    return _of("chspay-batch-1", batch_id, committed, source, at, *lines)


def passes(ballots: Sequence[Ballot], threshold: Fraction) -> bool:
    """Whether more than ``threshold`` of the panel says yes; a tie does not pass."""
    return sum(ballot.vote == "yes" for ballot in ballots) > threshold * len(ballots)


def draw_part(draw_id: str, entries: Sequence[Entry], shape: Shape, drawn: Drawn) -> dict[str, Any]:
    """One draw as the record shows it."""
    return {
        "draw_id": draw_id,
        "shape": {name: getattr(shape, name) for name in Shape.__slots__} | {"seats": list(shape.seats)},
        "list_digest": list_digest(entries),
        "list": [
            {"token": e.token, "institution": e.institution, "level": e.level, "seats": list(e.seats),
             "recent": e.recent}
            for e in entries
        ],
        "panel": [{"seat": seat, "token": token} for seat, token in drawn.panel],
        "substitutes": [list(tokens) for tokens in drawn.substitutes],
        "added": list(drawn.added),
        "replaced": [],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Draw:
    draw_id: str
    entries: tuple[Entry, ...]
    shape: Shape
    drawn: Drawn
    list_digest: str
    replaced: tuple[tuple[str, str], ...]
    joined: int | None
    votes: Mapping[str, Any] | None


def verify(record: Mapping[str, Any], published: Mapping[str, Any] | None = None) -> list[Finding]:
    """Everything in a record that does not hold; nothing when it all does.

    :param published: what the register holds of the batch: ``opened``, ``closed``, ``drawn`` and, by draw,
        ``replaced`` and ``decided``, and in ``joined``, where more experts came, after how many replacements;
        without it the record is only checked against itself.
    :raises Fault: DRAW_RECORD_BAD when it is no such record.
    """
    try:
        return _Check(record, published).run()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Fault(RECORD_BAD, field="record", value=f"{type(error).__name__} {error}") from error


class _Check:
    def __init__(self, record: Mapping[str, Any], published: Mapping[str, Any] | None) -> None:
        if record["format"] != FORMAT:
            raise Fault(RECORD_BAD, field="format", value=record["format"])
        self._record = record
        self._published = published
        self._draws = [_read(item) for item in record["draws"]]
        self._found: list[Finding] = []

    def run(self) -> list[Finding]:
        record, beacon = self._record, self._record["beacon"]
        self._must(
            commitment(record["secret"]) == record["commitment"], "COMMITMENT", "", "密值与事先公布的承诺不符"
        )
        digest = batch_digest(
            record["batch_id"],
            record["commitment"],
            beacon["source"],
            beacon["at"],
            [(item.draw_id, item.list_digest, item.shape) for item in self._draws],
        )
        self._must(digest == record["batch_digest"], "BATCH", "", "批次摘要与名单摘要、承诺、信标不符")
        found = seed(beacon["value"], record["batch_digest"], record["secret"])
        self._must(found == record["seed"], "SEED", "", "种子不是由信标、批次摘要和密值得出")
        for item in self._draws:
            self._draw(item, found)
        if self._published is not None:
            self._register(self._published)
        return self._found

    def _draw(self, item: _Draw, found: str) -> None:
        tokens = [entry.token for entry in item.entries]
        ordered = tokens == sorted(set(tokens))
        self._must(ordered, "LIST_ORDER", item.draw_id, "名单没有按代号排序，或者有重复")
        self._must(
            list_digest(item.entries) == item.list_digest, "LIST", item.draw_id, "名单与事先公布的摘要不符"
        )
        try:
            again = draw(item.entries, item.shape, Stream(found, item.draw_id))
        except Fault as fault:
            self._must(False, "PANEL", item.draw_id, fault.message)
            return
        self._must(again.panel == item.drawn.panel, "PANEL", item.draw_id, "专家组不是由种子抽出")
        self._must(
            (again.substitutes, again.added) == (item.drawn.substitutes, item.drawn.added),
            "SUBSTITUTES",
            item.draw_id,
            "替补或增补名单不是由种子抽出",
        )
        panel = self._replaced(item, again)
        if item.votes is not None:
            self._votes(item, panel)

    def _replaced(self, item: _Draw, drawn: Drawn) -> list[str]:
        panel = [token for _, token in drawn.panel]
        gone: list[str] = []
        for place, (out, into) in enumerate(item.replaced):
            if item.joined == place:
                panel += drawn.added
            expected = substitute(item.entries, item.shape, drawn, panel, out, gone) if out in panel else None
            if expected is None or expected != into:
                self._must(False, "REPLACED", item.draw_id, f"接替{out}的不是应当递补的替补")
                return panel
            panel[panel.index(out)] = into
            gone.append(out)
        return panel + list(drawn.added) if item.joined == len(item.replaced) else panel

    def _votes(self, item: _Draw, panel: Sequence[str]) -> None:
        votes = item.votes or {}
        opinion = votes["opinion"]
        ballots = [Ballot(one["token"], one["vote"], one["digest"]) for one in votes["ballots"]]
        known = sorted(ballot.token for ballot in ballots) == sorted(panel)
        self._must(known, "VOTERS", item.draw_id, "投票的不是专家组全体成员，或者有人重复投票")
        for ballot in ballots:
            right = ballot.vote in VOTES and ballot.digest == ballot_digest(
                item.draw_id, ballot.token, ballot.vote, opinion
            )
            self._must(right, "BALLOT", item.draw_id, f"{ballot.token}的选票与摘要不符")
        digest = votes_digest(item.draw_id, opinion, votes["threshold"], ballots)
        self._must(digest == votes["digest"], "VOTES", item.draw_id, "全部选票的摘要不符")
        passed = passes(ballots, Fraction(votes["threshold"]))
        self._must(passed == votes["passed"], "RESULT", item.draw_id, "表决结果与选票不符")

    def _register(self, published: Mapping[str, Any]) -> None:
        """The record against what was published at the time: a record rewritten as a whole fails here."""
        record, drawn = self._record, [_drawn_digest(item) for item in self._draws]
        beacon = record["beacon"]
        opened = {
            "batch_id": record["batch_id"],
            "commitment": record["commitment"],
            "beacon_source": beacon["source"],
            "beacon_at": beacon["at"],
        }
        self._same(published, "opened", opened, "REGISTER_OPENED", "承诺或信标与登记簿的公布不符")
        closed = {"batch_digest": record["batch_digest"]}
        self._same(published, "closed", closed, "REGISTER_CLOSED", "批次摘要与登记簿的公布不符")
        drawn_ = {
            "beacon": record["beacon"]["value"],
            "secret": record["secret"],
            "draws_digest": _of(*drawn),
        }
        self._same(published, "drawn", drawn_, "REGISTER_DRAWN", "抽取结果与登记簿的公布不符")
        decided, replaced = published.get("decided", {}), published.get("replaced", {})
        for item in self._draws:
            changed = [{"out": out, "in": into} for out, into in item.replaced]
            joined = published.get("joined", {}).get(item.draw_id)
            same = changed == replaced.get(item.draw_id, []) and item.joined == joined
            self._must(same, "REGISTER_REPLACED", item.draw_id, "接替或增补与登记簿的公布不符")
            digest = item.votes["digest"] if item.votes is not None else None
            told = decided.get(item.draw_id, {}).get("votes_digest")
            self._must(digest == told, "REGISTER_DECIDED", item.draw_id, "选票与登记簿的公布不符")

    def _same(
        self, published: Mapping[str, Any], part: str, own: Mapping[str, Any], code: str, text: str
    ) -> None:
        told = published.get(part, {})
        self._must(all(told.get(name) == value for name, value in own.items()), code, "", text)

    def _must(self, holds: bool, code: str, draw_id: str, text: str) -> None:
        if not holds:
            self._found.append(Finding(code, draw_id, text))


def draws_digest(parts: Sequence[Mapping[str, Any]]) -> str:
    """SM3 over what every draw of a batch came to; published with the secret."""
    return _of(*(_drawn_digest(_read(part)) for part in parts))


def _drawn_digest(item: _Draw) -> str:
    seats = [f"{seat}|{token}" for seat, token in item.drawn.panel]
    others = [",".join(tokens) for tokens in item.drawn.substitutes]
    return _of("chspay-drawn-1", item.draw_id, *seats, *others, ",".join(item.drawn.added))


def _read(item: Mapping[str, Any]) -> _Draw:
    shape = item["shape"]
    figures = {name: _whole(shape[name]) for name in Shape.__slots__ if name != "seats"}
    return _Draw(
        draw_id=_text(item["draw_id"]),
        entries=tuple(entry_of(one) for one in item["list"]),
        shape=Shape(seats=tuple(_text(one) for one in shape["seats"]), **figures),
        drawn=drawn_of(item),
        list_digest=_text(item["list_digest"]),
        replaced=tuple((_text(one["out"]), _text(one["in"])) for one in item["replaced"]),
        joined=None if item.get("joined") is None else _whole(item["joined"]),
        votes=item.get("votes"),
    )


def entry_of(one: Mapping[str, Any]) -> Entry:
    """An entry as the record shows it."""
    seats = tuple(_text(seat) for seat in one["seats"])
    texts = (_text(one["token"]), _text(one["institution"]))
    return Entry(*texts, _whole(one["level"]), seats, _whole(one["recent"]))


def drawn_of(item: Mapping[str, Any]) -> Drawn:
    """The outcome as the record shows it."""
    return Drawn(
        tuple((_text(one["seat"]), _text(one["token"])) for one in item["panel"]),
        tuple(tuple(_text(token) for token in tokens) for tokens in item["substitutes"]),
        tuple(_text(token) for token in item["added"]),
    )


def _text(value: object) -> str:
    """A text of one line; a separator inside would let two lists share a digest."""
    if not isinstance(value, str) or not value.isprintable() or any(mark in value for mark in "|,"):
        raise ValueError(f"text {value!r}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"number {value!r}")
    return value


def _of(*lines: str) -> str:
    return sm3_hex("".join(f"{line}\n" for line in lines).encode())
