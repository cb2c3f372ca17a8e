"""The fields of a settlement list: Chinese names, spellings, code tables, and where each comes from."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.faults import RULE_SET_BAD

SETLINFO = "setlinfo"
#: Lists of rows in a message, and in which fields a row must say something to be more than a placeholder.
ROWS: dict[str, tuple[str, ...]] = {
    "payinfo": ("fund_pay_type", "fund_payamt"),
    "opspdiseinfo": ("diag_code", "diag_name"),
    "diseinfo": ("diag_code", "diag_name"),
    "iteminfo": ("med_chrgitm", "amt"),
    "oprninfo": ("oprn_oprt_code", "oprn_oprt_name"),
    "icuinfo": ("scs_cutd_ward_type", "scs_cutd_inpool_time", "scs_cutd_sum_dura"),
    "bldinfo": ("bld_cat", "bld_amt"),
}
#: Rows a caller may add from elsewhere; when not given, what depends on them stays undecided.
CONTEXT_ROWS: dict[str, tuple[str, ...]] = {
    "stays": ("setl_id", "fixmedins_code", "adm_time", "dscg_time", "diag_code"),
    "suspended": ("dr_code",),
}
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,39}\Z")


def plain_name(name: str) -> str:
    """A member name without case and underscores."""
    return name.lower().replace("_", "")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the national interface.

    :param source: the item of the paper form 医疗保障基金结算清单 it fills, empty when none.
    :param from_where: where a hospital takes it from (收费票据, 病案首页, 医保系统 …).
    """

    node: str
    name: str
    label: str
    kind: str
    table: str
    required: bool
    #: Whether the short list 4101A carries it too.
    short: bool
    source: str
    from_where: str
    aliases: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``setlinfo.adm_time``."""
        return f"{self.node}.{self.name}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every field, by node and name, and the facts a caller may add."""

    fields: Mapping[str, Mapping[str, Field]]
    facts: Mapping[str, str]
    #: Plain spelling -> name, per node.
    spellings: Mapping[str, Mapping[str, str]] = field(repr=False)

    def label(self, path: str) -> str:
        """The Chinese name of ``node.field``, ``fact.name`` or a node; the path itself when unknown."""
        node, _, name = path.partition(".")
        if node == "fact":
            return self.facts.get(name, path)
        found = self.fields.get(node, {}).get(name)
        return found.label if found else _ROW_LABELS.get(node if not name else "", path)

    def all_fields(self) -> list[Field]:
        """Every field in the order of the table."""
        return [found for node in self.fields.values() for found in node.values()]


_ROW_LABELS = {
    "setlinfo": "清单基本信息", "payinfo": "基金支付明细", "opspdiseinfo": "门诊慢特病诊断",
    "diseinfo": "诊断信息", "iteminfo": "收费项目", "oprninfo": "手术操作", "icuinfo": "重症监护",
    "bldinfo": "输血", "stays": "该参保人的其他住院", "suspended": "暂停或终止支付资格的医师",
}  # fmt: skip


def read_catalogue(fields_csv: str, facts_csv: str) -> Catalogue:
    """The catalogue in ``fields.csv`` and ``facts.csv``.

    :raises Fault: QUALITY_RULE_SET_BAD.
    """
    fields: dict[str, dict[str, Field]] = {SETLINFO: {}, **{node: {} for node in ROWS}}
    spellings: dict[str, dict[str, str]] = {node: {} for node in fields}
    for row in csv.DictReader(fields_csv.splitlines()):
        node, name = row["node"], row["field"]
        if node not in fields or not _NAME.match(name) or name in fields[node]:
            raise Fault(RULE_SET_BAD, file="fields.csv", field=f"{node}.{name}", problem="不是新的字段名")
        aliases = tuple(row["aliases"].split("|")) if row["aliases"] else ()
        fields[node][name] = Field(
            node, name, row["label"], row["kind"], row["table"], row["required"] == "yes",
            row["v2"] == "yes", row["form_item"], row["from"], aliases,
        )  # fmt: skip
        for spelling in (name, *aliases):
            spellings[node].setdefault(plain_name(spelling), name)
    facts = {row["fact"]: row["label"] for row in csv.DictReader(facts_csv.splitlines())}
    return Catalogue(fields, facts, spellings)
