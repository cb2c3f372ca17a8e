"""Draws as they stand in the public register, put together for :func:`published.verify`; pure.

Each step of a batch is an entry of its own: opened, closed, drawn; of each panel: drawn, replaced, joined,
decided. Whoever has the entries has everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chspay_core.errors import Fault
from chspay_dispute.engine.experts.published import FORMAT, RECORD_BAD, Finding, verify

SUBJECT = "draw/"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the register: its place, instant (UTC text, seconds), subject and content."""

    seq: int
    published_at: str
    subject: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch that was checked: how far it had come, its panels, and what does not hold."""

    batch_id: str
    step: str
    panels: tuple[str, ...]
    findings: tuple[Finding, ...]


def check_draws(entries: Iterable[Told]) -> list[Checked]:
    """Checks every batch of draws among entries of a register.

    :raises Fault: DRAW_RECORD_BAD where an entry is not what it says.
    """
    steps: dict[str, dict[str, Told]] = {}
    panels: dict[str, dict[str, list[Told]]] = {}
    try:
        for entry in sorted(entries, key=lambda one: one.seq):
            if not entry.subject.startswith(SUBJECT):
                continue
            batch_id, panel_id, step = (entry.content.get(key, "") for key in ("batch_id", "draw_id", "step"))
            if panel_id:
                panels.setdefault(batch_id, {}).setdefault(panel_id, []).append(entry)
            else:
                steps.setdefault(batch_id, {}).setdefault(step, entry)
        return [_batch(batch_id, steps[batch_id], panels.get(batch_id, {})) for batch_id in sorted(steps)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fault(RECORD_BAD, field="register", value=f"{type(error).__name__} {error}") from error


def _batch(batch_id: str, steps: Mapping[str, Told], panels: Mapping[str, list[Told]]) -> Checked:
    if "drawn" not in steps:
        return Checked(batch_id, "closed" if "closed" in steps else "opened", (), ())
    found = _order(steps)
    opened, closed, drawn = (steps[name].content for name in ("opened", "closed", "drawn"))
    parts: list[dict[str, Any]] = []
    replaced: dict[str, Any] = {}
    joined: dict[str, int] = {}
    decided: dict[str, Any] = {}
    for draw_id in closed["draws"]:
        told = panels.get(draw_id, [])
        part: dict[str, Any] = {"replaced": [], "joined": None}
        for entry in told:
            content, step = entry.content, entry.content["step"]
            if step == "drawn":
                part = dict(content["draw"]) | part
            elif step == "replaced":
                part["replaced"].append({"out": content["out"], "in": content["in"]})
            elif step == "joined":
                part["joined"] = joined[draw_id] = len(part["replaced"])
            elif step == "decided":
                part["votes"] = content["votes"]
                decided[draw_id] = {"votes_digest": content["votes"]["digest"]}
        replaced[draw_id] = part["replaced"]
        parts.append(part)
    record = {
        "format": FORMAT,
        "batch_id": batch_id,
        "commitment": opened["commitment"],
        "beacon": {"source": opened["beacon_source"], "at": opened["beacon_at"], "value": drawn["beacon"]},
        "secret": drawn["secret"],
        "batch_digest": closed["batch_digest"],
        "seed": drawn["seed"],
        "draws": parts,
    }
    published = {"opened": opened, "closed": closed, "drawn": drawn, "replaced": replaced,
                 "joined": joined, "decided": decided}  # fmt: skip
    found += verify(record, published)
    return Checked(batch_id, "drawn", tuple(closed["draws"]), tuple(found))


def _order(steps: Mapping[str, Told]) -> list[Finding]:
    """The commitment came first, the lists before the beacon spoke, the draw after it."""
    opened, closed, drawn = (steps[name] for name in ("opened", "closed", "drawn"))
    found = []
    if not opened.seq < closed.seq < drawn.seq:
        found.append(Finding("ORDER", "", "承诺、名单、抽取的公布次序不对"))
    beacon_at = opened.content["beacon_at"]
    if not closed.published_at < beacon_at <= drawn.published_at:
        found.append(Finding("TIME", "", "名单不是在信标公布以前公布，或者抽取不是在信标公布以后"))
    return found
