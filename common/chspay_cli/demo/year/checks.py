"""What must hold of the year before the command ends with 0."""

from __future__ import annotations

from chspay_cli.demo.year.result import BY_HEAD, Check, YearResult
from chspay_cli.demo.year.world import World
from chspay_core.amounts import fen_to_yuan


def checks_of(
    world: World, found: YearResult, difference_fen: int, faults: list[str], batches: int
) -> list[Check]:
    """Every check, in the order it is shown.

    :param difference_fen: debits less credits of the ledger.
    :param faults: what the verification of the ledger found; ``batches`` how many it went through.
    """
    return [
        *_sums(world, found),
        *_cases(found),
        Check(
            "CLOSED", "年度清算与年度预算均已关闭",
            found.clearing["state"] == world.progress.of("close")["state"] == "closed",
            found.clearing["clearing_id"],
        ),
        Check("LEDGER", "总账逐批核验无误", not faults, f"共 {batches} 批" if not faults else faults[0]),
        Check(
            "BALANCED", "总账借贷平衡", difference_fen == 0 == sum(found.accounts.values()),
            f"借贷差额 {fen_to_yuan(difference_fen)} 元",
        ),
    ]  # fmt: skip


def _sums(world: World, found: YearResult) -> list[Check]:
    """Sums that are stated twice and must be one."""
    spread = sum(pool.budget_fen for pool in found.pools)
    handed, decision = sum(row["fund_fen"] for row in found.hospitals), found.clearing["decision_fen"]
    quotas, plan = (
        sum(row["quota_fen"] for row in found.communities),
        world.progress.of("quotas")["quota_fen"],
    )
    capitated = sum(row["paid_fen"] for row in found.communities)
    booked = next(one.fund_fen for one in found.methods if one.code == BY_HEAD)
    return [
        _equal("POOLS", "五个资金池之和等于预算", spread, found.budget_fen),
        _each(
            "MONTHS", "每月各医院基金与其他支付之和等于当月预算",
            [f"{row['month']}月" for row in found.months if row["split_fen"] != row["fund_fen"]],
        ),
        _equal("DECISION", "各医院决算基金之和等于决算额", handed, decision),
        _equal("QUOTAS", "各医共体额度之和等于人头包干资金", quotas, plan),
        _each(
            "SHARES", "医共体额度＝应付＋在外－剔除＋留存",
            [
                row["code"]
                for row in found.communities
                if row["due_fen"] + row["outside_fen"] - row["exempt_fen"] + row["fund_keeps_fen"]
                != row["quota_fen"]
            ],
        ),
        _equal("BOOKED", "按人头支付均已入账", capitated, booked),
    ]  # fmt: skip


def _cases(found: YearResult) -> list[Check]:
    """Every case is paid by exactly one method."""
    settled, routed = sum(row["cases"] for row in found.months), sum(row["cases"] for row in found.routes)
    return [
        Check(
            "ONE_METHOD", "每个病例恰好认定一种付费方式", settled == routed,
            f"结算 {settled} 例，认定 {routed} 例",
        )
    ]  # fmt: skip


def _equal(code: str, name: str, one_fen: int, other_fen: int) -> Check:
    told = f"{fen_to_yuan(one_fen)} 元"
    return Check(
        code,
        name,
        one_fen == other_fen,
        told if one_fen == other_fen else f"{told}，{fen_to_yuan(other_fen)} 元",
    )


def _each(code: str, name: str, unlike: list[str]) -> Check:
    return Check(code, name, not unlike, "、".join(unlike) + "不符" if unlike else "相差 0 分")
