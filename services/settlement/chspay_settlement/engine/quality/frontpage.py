"""The front page 病案首页 (4401) held against the settlement list 结算清单 (4101), field by field.

The two may differ with good reason: the list follows what was charged and consumed, the front page what
was clinically gravest. So a difference is shown, never counted as a fault here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.catalogue import Catalogue, plain_name
from chspay_settlement.engine.quality.faults import RULE_SET_BAD
from chspay_settlement.engine.quality.sheet import text_of
from chspay_settlement.engine.quality.values import SECONDS_A_DAY, moment_of, number_of

SAME, DIFFERENT, ONLY_LIST, ONLY_FRONTPAGE = "same", "different", "only_list", "only_frontpage"
WORDS = {SAME: "相同", DIFFERENT: "不同", ONLY_LIST: "首页没有填写", ONLY_FRONTPAGE: "清单没有填写"}
_HOW = frozenset({"text", "number", "day"})
_MAIN, _YES = "maindiag_flag", "1"
#: Diagnoses of traditional medicine, which the lists of western ones leave out.
_TCM = frozenset({"2", "3"})


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both papers."""

    label: str
    field: str
    in_list: str
    in_frontpage: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is compared with what."""

    label: str
    field: str
    spellings: tuple[str, ...]
    how: str


def read_items(content: str, catalogue: Catalogue) -> tuple[Item, ...]:
    """The table of compared fields, ``frontpage.csv`` of a rule set.

    :raises Fault: QUALITY_RULE_SET_BAD.
    """
    found = []
    for row in csv.DictReader(content.splitlines()):
        if catalogue.label(row["list"]) == row["list"] or row["how"] not in _HOW:
            raise Fault(RULE_SET_BAD, file="frontpage.csv", field=row["list"], problem="不能比对")
        found.append(Item(row["label"], row["list"], tuple(row["frontpage"].split("|")), row["how"]))
    return tuple(found)


def is_front_page(message: object) -> bool:
    """Whether a message has the node a front page is told in."""
    return isinstance(_node(message, "baseinfo"), Mapping)


def compare(items: tuple[Item, ...], settlement_list: object, front_page: object) -> list[Compared]:
    """Every field both papers have, and the diagnoses and operations; never raises.

    :param settlement_list: the ``input`` of a 4101 message.
    :param front_page: the ``input`` of a 4401 message (``baseinfo``, ``diseinfo``, ``oprninfo``).
    """
    setlinfo, baseinfo = _node(settlement_list, "setlinfo"), _node(front_page, "baseinfo")
    found = []
    for item in items:
        mine = _member(setlinfo, (item.field.partition(".")[2],))
        theirs = _member(baseinfo, item.spellings)
        if mine or theirs:
            found.append(Compared(item.label, item.field, mine, theirs, _verdict(mine, theirs, item.how)))
    mine_codes, their_codes = _diagnoses(settlement_list), _diagnoses(front_page)
    found.append(_codes("主要诊断编码", "diseinfo.diag_code", mine_codes[:1], their_codes[:1]))
    found.append(
        _codes("其他诊断编码", "diseinfo.diag_code", sorted(mine_codes[1:]), sorted(their_codes[1:]))
    )
    operations = "oprninfo.oprn_oprt_code"
    found.append(_codes("手术操作编码", operations, _operations(settlement_list), _operations(front_page)))
    return [one for one in found if one.in_list or one.in_frontpage]


def _codes(label: str, field: str, mine: list[str], theirs: list[str]) -> Compared:
    one, other = "、".join(mine), "、".join(theirs)
    return Compared(label, field, one, other, _verdict(one, other, "text"))


def _verdict(mine: str, theirs: str, how: str) -> str:
    if not theirs:
        return ONLY_LIST
    if not mine:
        return ONLY_FRONTPAGE
    return SAME if _value(mine, how) == _value(theirs, how) else DIFFERENT


def _value(text: str, how: str) -> object:
    if how == "number":
        number = number_of(text)
        return text if number is None else number
    if how == "day":
        moment = moment_of(text)
        return text if moment is None else moment[0] // SECONDS_A_DAY
    return text


def _raw(holder: object, name: str) -> object:
    if not isinstance(holder, Mapping):
        return None
    wanted = plain_name(name)
    for key, value in holder.items():
        if isinstance(key, str) and plain_name(key) == wanted:
            return value
    return None


def _node(message: object, name: str) -> object:
    value = _raw(message, name)
    return value[0] if isinstance(value, list) and value else value


def _member(holder: object, names: tuple[str, ...]) -> str:
    for name in names:
        value = _raw(holder, name)
        if value is not None and not isinstance(value, (Mapping, list)):
            text = text_of(value)
            if text:
                return text
    return ""


def _rows(message: object, name: str) -> list[object]:
    value = _raw(message, name)
    return value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []


def _diagnoses(message: object) -> list[str]:
    """Codes of western diagnoses, the principal one first."""
    main: list[str] = []
    others: list[str] = []
    for row in _rows(message, "diseinfo"):
        code = _member(row, ("diag_code",))
        if code and _member(row, ("diag_type", "disediag_type")) not in _TCM:
            (main if _member(row, (_MAIN,)) == _YES and not main else others).append(code)
    return (main or [""]) + others if main or others else []


def _operations(message: object) -> list[str]:
    return sorted(filter(None, (_member(row, ("oprn_oprt_code",)) for row in _rows(message, "oprninfo"))))
