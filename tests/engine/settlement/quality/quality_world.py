"""The rule set as shipped, the same with catalogues filled for tests, a clean list, and its mutations."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chspay_policy import ROOT
from chspay_settlement.engine.quality.ruleset import RuleSet, read_rule_set

HERE = Path(__file__).parent
NOW = datetime(2026, 2, 1, 12, 0)  # noqa: DTZ001 - the engine knows no zones
#: What the catalogues the handbook does not hold contain in tests.
_FILLED = {
    "dept": "code,name\nA03.05,消化内科\n",
    "bld_unt": "code,name\n1,单位\n2,毫升\n",
    "nat_regn_code": "code,name\nCHN,中国\n",
    "nonmain": "code,name\nK83.900,胆道疾病\n",
    "nonmain_px": "code,name\n54.9100,经皮腹部引流术\n",
    "or_px": "code,name\n51.2300,腹腔镜下胆囊切除术\n68.4100,腹腔镜下经腹全子宫切除术\n",
}
_FULL = ("dept", "bld_unt", "nat_regn_code", "nonmain", "nonmain_px", "or_px", "dx", "px")
_RELATED = ("51~K", "51~", "07~", "54~K", "68~")


@cache
def shipped_files() -> dict[str, str]:
    """The files of the rule set in the policy folder."""
    root = ROOT / "quality"
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@cache
def shipped() -> RuleSet:
    """The rule set as shipped."""
    return read_rule_set(shipped_files())


def changes() -> dict[str, dict[str, Any]]:
    """The mutations by rule."""
    return yaml.safe_load((HERE / "mutations.yaml").read_text("utf-8"))


@cache
def filled() -> RuleSet:
    """The shipped rules over full catalogues: those of the fixture's codes, and every other as absent."""
    files = dict(shipped_files())
    files |= {f"tables/{name}.csv": text for name, text in _FILLED.items()}
    diagnoses = {"K80.100": "胆囊结石伴其他胆囊炎", "I10.x00": "原发性高血压", "J18.900": "肺炎"}
    operations = {"51.2300": "腹腔镜下胆囊切除术"}
    for change in changes().values():
        told = change.get("set", {})
        for path, value in told.items():
            name = told.get(path.replace("_code", "_name"))
            if path.endswith("diag_code") and name:
                diagnoses[value] = name
            if path.endswith("oprn_oprt_code") and name:
                operations[value] = name
    diagnoses |= {f"L{number:02}.900": f"诊断{number}" for number in range(50)}
    for name, codes in (("dx", diagnoses), ("px", operations)):
        files[f"tables/{name}.csv"] = "code,name\n" + "".join(f"{c},{n}\n" for c, n in codes.items())
    tables = yaml.safe_load(files["tables.yaml"])
    for name in _FULL:
        tables[name]["state"] = "full"
    files["tables.yaml"] = yaml.safe_dump(tables, allow_unicode=True)
    pairs = yaml.safe_load(files["pairs.yaml"])
    pairs["px_dx"] |= {
        "state": "partial",
        "pairs": [
            f"{op[:2]}~{dx}" for op in operations for dx in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if op[:2] != "38"
        ],
    }
    pairs["px_dx"]["pairs"] = sorted(set(pairs["px_dx"]["pairs"]))
    files["pairs.yaml"] = yaml.safe_dump(pairs, allow_unicode=True)
    return read_rule_set(files)


def clean() -> dict[str, Any]:
    """A list that violates nothing."""
    return json.loads((HERE / "clean_list.json").read_text("utf-8"))


def clean_context() -> dict[str, Any]:
    """What is known beside it."""
    return json.loads((HERE / "clean_context.json").read_text("utf-8"))


def mutated(change: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The clean list and its context with a change of the fixture applied."""
    record, context = copy.deepcopy(clean()), {**clean_context(), **change.get("context", {})}
    for path, value in change.get("set", {}).items():
        _put(record, path.split("."), value)
    record["diseinfo"] = [row for row in record["diseinfo"] if row]
    if "more_diagnoses" in change:
        record["diseinfo"] = record["diseinfo"][:1] + [
            {
                "diag_type": "1", "diag_code": f"L{number:02}.900", "diag_name": f"诊断{number}",
                "adm_cond_type": "1", "maindiag_flag": "0",
            }
            for number in range(change["more_diagnoses"])
        ]  # fmt: skip
        record["setlinfo"]["diag_code_cnt"] = str(len(record["diseinfo"]))
    return record, context


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) == 1:
        record[path[0]] = value
    elif len(path) == 2 and path[1].isdigit():
        record[path[0]][int(path[1])] = value
    elif len(path) == 2:
        record[path[0]][path[1]] = value
    else:
        rows = record[path[0]]
        while len(rows) <= int(path[1]):
            rows.append({})
        rows[int(path[1])][path[2]] = value
