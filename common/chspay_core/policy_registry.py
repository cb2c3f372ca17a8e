"""The register of policy keys (``keys.yaml``) and the statement of coverage (``coverage.yaml``).

Neither is law and neither is sealed into a bundle: they say which keys exist, what a settlement needs,
and how far each place has come, so that ``chspay policy check`` can find a typo, a gap or a false claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy
from chspay_core.policy_tree import FIELD_MISSING, FIELD_WRONG, UNIT_UNKNOWN, Shared, fields, fits
from chspay_core.policy_yaml import Node, Where, read_yaml
from chspay_core.regions import check_code

PURPOSES = ("settlement", "budget")
#: complete: all a settlement needs is there; partial: ``missing`` says what is not; planned: nothing
#: yet; demo: complete, but invented.
STATES = ("complete", "partial", "planned", "demo")
#: pool 统筹区: settles, so completeness is checked; frame: its rules are inherited by others.
ROLES = ("pool", "frame")

_OPTIONAL = (
    *("choices", "columns", "needed_by", "when"),
    *("between", "adds_up", "measured", "barred_by", "rest_at_most"),
)

WHEN_UNKNOWN = Reason(
    "POLICY_WHEN_UNKNOWN",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的when、barred_by或rest_at_most引用了未登记的参数“{value}”。",
)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key besides its values.

    ``between`` are the least and the greatest number it may have; ``adds_up`` a column and what its cells
    add up to; ``measured`` says that the value was measured from cases and grows old; ``barred_by`` names a
    key whose rule, once in force, forbids this one; ``rest_at_most`` a key that bounds what this share
    leaves of the whole.
    """

    name: str
    label: str
    unit: str
    choices: tuple[str, ...]
    columns: tuple[str, ...]
    needed_by: str
    when: Mapping[str, tuple[str, ...]]
    line: int
    between: tuple[str, ...] = ()
    adds_up: tuple[str, ...] = ()
    measured: bool = False
    barred_by: str = ""
    rest_at_most: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is claimed of a place, and when someone last compared it with the documents."""

    place: str
    state: str
    role: str
    compared: date
    missing: tuple[str, ...]
    line: int


def read_keys(text: str, file: str, shared: Shared) -> dict[str, Key]:
    """``keys.yaml``; faults go to ``shared.faults``."""
    where = Where(file)
    found: dict[str, Key] = {}
    for name, node in where.mapping(read_yaml(text, file), file).items():
        try:
            found[name] = _key(where, name, node, shared)
        except Fault as fault:
            shared.faults.append(fault)
    for key in found.values():
        for other in (*key.when, *filter(None, [key.barred_by, key.rest_at_most])):
            if other not in found:
                shared.faults.append(where.fault(WHEN_UNKNOWN, key.line, key.name, other))
    return found


def _key(where: Where, name: str, node: Node, shared: Shared) -> Key:
    entries = fields(where, node, name, ("label", "unit"), _OPTIONAL)
    unit = where.text(entries["unit"], name)
    if unit not in shared.units:
        raise where.fault(UNIT_UNKNOWN, entries["unit"].line, name, unit)
    needed_by = where.text(entries["needed_by"], name) if "needed_by" in entries else ""
    if needed_by not in ("", *PURPOSES):
        raise where.fault(FIELD_WRONG, node.line, name, f"的needed_by应为{'、'.join(PURPOSES)}之一")
    when = where.mapping(entries["when"], name) if "when" in entries else {}
    pairs = {field: _texts(where, entries.get(field), name) for field in ("between", "adds_up")}
    for field, pair in pairs.items():
        if pair and (len(pair) != 2 or not all(fits(text, "number") for text in pair[field == "adds_up" :])):
            problem = "的between应为最小值与最大值两个数，adds_up应为列名与合计数"
            raise where.fault(FIELD_WRONG, node.line, name, problem)
    return Key(
        name=name,
        label=where.text(entries["label"], name),
        unit=unit,
        choices=_texts(where, entries.get("choices"), name),
        columns=_texts(where, entries.get("columns"), name),
        needed_by=needed_by,
        when={other: _texts(where, values, name) for other, values in when.items()},
        line=node.line,
        between=pairs["between"],
        adds_up=pairs["adds_up"],
        measured="measured" in entries and where.text(entries["measured"], name) == "yes",
        barred_by=where.text(entries["barred_by"], name) if "barred_by" in entries else "",
        rest_at_most=where.text(entries["rest_at_most"], name) if "rest_at_most" in entries else "",
    )


def _texts(where: Where, node: Node | None, field: str) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(where.text(item, field) for item in where.items(node, field))


def read_coverage(text: str, file: str, shared: Shared) -> dict[str, Coverage]:
    """``coverage.yaml``; faults go to ``shared.faults``."""
    where = Where(file)
    found: dict[str, Coverage] = {}
    for place, node in where.mapping(read_yaml(text, file), file).items():
        try:
            found[check_code(place, f"{file} 第{node.line}行")] = _coverage(where, place, node)
        except Fault as fault:
            shared.faults.append(fault)
    return found


def _coverage(where: Where, place: str, node: Node) -> Coverage:
    entries = fields(where, node, place, ("state", "role", "compared"), ("missing", "note"))
    state = where.text(entries["state"], place)
    role = where.text(entries["role"], place)
    if state not in STATES or role not in ROLES:
        wanted = f"的state应为{'、'.join(STATES)}之一，role应为{'、'.join(ROLES)}之一"
        raise where.fault(FIELD_WRONG, node.line, place, wanted)
    if state == "partial" and role == "pool" and "missing" not in entries:
        raise where.fault(FIELD_MISSING, node.line, place, "missing")
    return Coverage(
        place=place,
        state=state,
        role=role,
        compared=parse_day(where.text(entries["compared"], place), f"{where.file} 第{node.line}行"),
        missing=_texts(where, entries.get("missing"), place),
        line=node.line,
    )


def missing_keys(policy: Policy, keys: Iterable[Key]) -> list[str]:
    """The keys a place would need on the policy's day and has not, in order.

    A key with ``when`` is needed only where the named keys have one of the named values.
    """
    return sorted(
        key.name for key in keys if key.needed_by and not policy.has(key.name) and _asked(policy, key)
    )


def _asked(policy: Policy, key: Key) -> bool:
    values = {rule.key: rule.value for rule in policy.rules() if rule.key in key.when}
    return all(values.get(other) in wanted for other, wanted in key.when.items())
