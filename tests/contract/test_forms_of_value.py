"""Month runs under every form of the point value, over real gRPC and the real database."""

from __future__ import annotations

import shutil
from pathlib import Path

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_core.bundle import Bundle
from chspay_kit import auth
from chspay_settlement.clients import Policies

FUND = 40_000_003
CITE = "cite: demo-city-2020#第二条, evidence: demo"
LEVELS = "[{level: 1, %s: %s}, {level: 2, %s: %s}, {level: 3, %s: %s}]"
WAYS: dict[int, dict[str, str]] = {
    3: {"point_value.form": "dip_settlement@1"},
    4: {
        "point_value.form": "level_shares@1",
        "rate.level_shares": LEVELS % ("share", "0.2", "share", "0.3", "share", "0.5"),
    },
    5: {"point_value.form": "fixed_rate@1", "rate.fixed": "92.5"},
    6: {
        "point_value.form": "rate_by_level@1",
        "rate.by_level": LEVELS % ("rate", "80.01", "rate", "90", "rate", "110.5"),
    },
    7: {
        "point_value.form": "elastic@1",
        "elastic.fixed_part": "severe_groups@1",
        "elastic.severe_groups": "[I69]",
        "elastic.value_method": "published@1",
        "elastic.fixed_value": "10",
    },
    8: {
        "point_value.form": "elastic_total_cost@1",
        "elastic.fixed_part": "base_increment@1",
        "elastic.base_points": "[{hospital: H001, points: 500}, {hospital: H003, points: 900}]",
        "elastic.value_method": "fund_share@1",
        "elastic.base_share": "0.3",
    },
    9: {
        "point_value.form": "fund_only@1",
        "coefficient.method": "group_table@1",
        "coefficient.by_group": '[{hospital: H001, level: "", drg: I69, value: 1.1}, '
        '{hospital: "", level: 3, drg: "", value: 1.05}, {hospital: "", level: "", drg: "", value: 1}]',
    },
}


#: The further values a statement tells of.
PARTS = {
    "dip_settlement@1": {"gross"},
    "level_shares@1": {"level"},
    "rate_by_level@1": {"level"},
    "elastic@1": {"fixed", "floating"},
    "elastic_total_cost@1": {"fixed", "floating"},
}


def ruled(folder: Path, rules: dict[str, str]) -> Bundle:
    """The demonstration city with other rules for some keys."""
    root = folder / "policy"
    shutil.copytree(sw.POLICY, root)
    city = root / "990100-demo-city"
    for path in city.glob("*.yaml"):
        kept, skip = "", False
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if not line.startswith((" ", "#")):
                skip = line.partition(":")[0] in rules
            kept += "" if skip else line
        path.write_text(kept, encoding="utf-8")
    keys = (root / "keys.yaml").read_text(encoding="utf-8")
    added = ""
    for key, value in rules.items():
        label, unit = (line.split(": ", 1)[1] for line in keys.split(f"\n{key}:\n")[1].splitlines()[:2])
        added += f"{key}:\n  label: {label}\n  unit: {unit}\n  rules:\n"
        added += f"    - {{since: 2020-01-01, value: {value}, {CITE}}}\n"
    (city / "tried.yaml").write_text(added, encoding="utf-8")
    return Bundle.load(root, sw.POOL)


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Three hospitals of three levels; the rules of the next month are asked for at once."""
    monkeypatch.setattr(Policies, "FRESH_SECONDS", -1.0)
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def test_every_form_settles_a_month_and_explains_it(world, tmp_path):
    """Cities divide in different ways; under each the funds and a named residual are the fund, the ledger
    balances, and a case can be worked out from its sheet to the fen."""
    for month, rules in WAYS.items():
        folder = tmp_path / str(month)
        folder.mkdir()
        world.rulebook.bundles[sw.POOL] = ruled(folder, rules)
        cases = await am.lists(world, month, 90)
        run = await world.month_run(f"form-{month}", FUND, month=month)
        assert (run.state, run.failure_reason) == (pb.RUN_STATE_DONE, ""), (rules, run.failure_message)
        found = await am.statements(world, run)
        paid = sum(one.fund_fen for one in found.values())
        if rules["point_value.form"] in {"fixed_rate@1", "rate_by_level@1"}:
            assert paid != FUND
        else:
            assert paid == FUND
        told = {part["name"] for one in found.values() for part in am.content(one)["point_value"]["parts"]}
        assert told == PARTS.get(rules["point_value.form"], set())
        for case in cases[:9]:
            await explained(world, run, case.hospital_code, case.case_id)
    with auth.use_claim(sw.BUREAU):
        balance = await world.stub.GetTrialBalance(pb.GetTrialBalanceRequest(pool=sw.POOL, year=2026))
    assert balance.difference_fen == 0
    spent = {row.account: row.debit_fen - row.credit_fen for row in balance.accounts}
    assert spent[f"fund_pool/{sw.POOL}"] == FUND * len(WAYS)
    assert spent[f"residual/{sw.POOL}"] != 0


async def explained(world, run: pb.Run, hospital: str, case_id: str) -> None:
    """The worksheet of a case comes to the amount it was paid."""
    with auth.use_claim(sw.hospital_claim(hospital)):
        why = await world.stub.ExplainCase(
            pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=hospital, case_id=case_id)
        )
    lines = {line.key: line for line in why.worksheet.lines}
    assert lines["fund"].value == fen_to_yuan(why.case.fund_fen)
    assert {"case_share", "fund", "total"} <= set(lines)
