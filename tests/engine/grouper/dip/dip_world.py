"""Small worlds for DIP tests: a complete policy in which any rule can be replaced, and batches of cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache

import pyarrow as pa

import chspay_policy
from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule, plain_value
from chspay_core.tables import CASE_SCHEMA
from chspay_grouper.engine.dip.build import Built, build
from chspay_grouper.engine.dip.tables import Tables, tables_from_files

ON = date(2023, 1, 1)
YEARS = (2020, 2021, 2022)


@cache
def demo_rules() -> dict[str, object]:
    """The DIP rules of the demonstration province, as plain values."""
    policy = Bundle.load(chspay_policy.ROOT, "990100").on(date(2026, 1, 31))
    return {rule.key: plain_value(rule.value) for rule in policy.rules() if rule.key.startswith("dip.")}


def policy_of(
    changes: Mapping[str, object] | None = None, *, on: date = ON, without: Iterable[str] = ()
) -> Policy:
    """The demonstration rules with some replaced (short names, ``core_threshold``, or whole) or left out."""
    given = {name if "." in name else f"dip.{name}": value for name, value in (changes or {}).items()}
    values = {**demo_rules(), **given}
    rules = [
        Rule(key, key, "text", date(2020, 1, 1), value_of(value), "test#第一条", "demo", "990100")
        for key, value in values.items()
        if key not in {f"dip.{name}" for name in without}
    ]
    document = Document("test", "测试办法", "测〔2020〕1号", "测试", "2020-01-01", "demo")
    return Bundle.seal("990100", {"990100": "演示市"}, rules, {"test": document}).on(on)


#: No trimming, no comprehensive limits, no subtypes: figures of the text come out as printed.
PLAIN = {"trim_method": "none@1", "comprehensive_threshold": "1", "comprehensive_cv_max": "1000"}


@cache
def starter() -> Tables:
    """The rule tables that ship with the program."""
    folder = chspay_policy.ROOT / "dip" / "starter"
    return tables_from_files({path.name: path.read_bytes() for path in folder.glob("*.csv")})


_SCHEMA = pa.schema([*CASE_SCHEMA, ("fee_treatment", pa.decimal128(18, 2))])


def rows_of(*groups: Mapping[str, object]) -> list[dict[str, object]]:
    """Rows of the case table; ``n`` repeats, ``year`` sets the day of discharge, codes are |-joined text."""
    rows: list[dict[str, object]] = []
    for group in groups:
        given = dict(group)
        n, year = int(str(given.pop("n", 1))), int(str(given.pop("year", 2022)))
        row: dict[str, object] = dict.fromkeys(_SCHEMA.names)
        row["discharge_date"] = date(year, 6, 30)
        for name, value in given.items():
            kind = _SCHEMA.field(name).type
            if pa.types.is_list(kind):
                row[name] = [code for code in str(value).split("|") if code]
            elif pa.types.is_decimal(kind):
                row[name] = Decimal(str(value))
            elif pa.types.is_integer(kind):
                row[name] = int(str(value))
            else:
                row[name] = value
        row["sex"] = 1
        for _ in range(n):
            rows.append({**row, "case_id": str(len(rows) + 1)})
    return rows


def batch_of(rows: list[dict[str, object]]) -> pa.RecordBatch:
    """One Arrow batch of rows."""
    return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def built(
    rows: list[dict[str, object]],
    changes: Mapping[str, object] | None = None,
    *,
    tables: Tables | None = None,
    on: date = ON,
    levels: Mapping[str, int] | None = None,
) -> Built:
    """A catalogue of rows under the plain policy with changes."""
    policy = policy_of({**PLAIN, **(changes or {})}, on=on)
    return build([batch_of(rows)], policy, tables or starter(), catalogue_id="test", levels=levels)
