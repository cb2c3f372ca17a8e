"""The steps of the demonstration year in their order; each is done once and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from chspay_cli.demo.year import budget_steps, end_steps, month_steps, perdiem_steps, plan_steps
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year import MONTHS

Work = Callable[[World], Awaitable[dict[str, Any]]]


class Step(NamedTuple):
    """A step: its name in the state file, what is told of it, and the work."""

    name: str
    label: str
    work: Work


def month_step(number: int) -> str:
    """The name of a month's step."""
    return f"month-{number:02d}"


def steps() -> list[Step]:
    """Every step of the year."""
    return [
        Step("amend", "更正演示年度的规则（三人办理）", plan_steps.amend),
        Step("hospitals", "登记医疗机构", plan_steps.register),
        Step("roster", "上传并核对参保名册", plan_steps.load_roster),
        Step("pilots", "确定床日付费试点机构", perdiem_steps.pilots),
        Step("records", "上报长期住院的请假与急性发作", perdiem_steps.records),
        Step("heads", "认定无效人头", plan_steps.heads),
        Step("budget", "编制、批准并下达年度预算", budget_steps.budget),
        Step("quotas", "计算归属与人头额度", plan_steps.quotas),
        *(Step(month_step(n), f"{n}月：清单、审核、月结、就诊", partial(_month, number=n)) for n in MONTHS),
        Step("referral", "一次双向转诊的待遇", end_steps.referral),
        Step("communities", "医共体人头包干结算", end_steps.communities),
        Step("pay", "拨付月结应付款", _pay_months),
        Step("clear", "年度清算：试算、决算、复核、批准、公示、关闭", end_steps.clear),
        Step("close", "关闭年度预算", budget_steps.close),
        Step("pay-year", "拨付清算应付款", _pay_year),
    ]


async def _month(world: World, number: int) -> dict[str, Any]:
    return await month_steps.month(world, number)


async def _pay_months(world: World) -> dict[str, Any]:
    return await end_steps.pay(world, date(world.size.year + 1, 1, 15), "pay-months")


async def _pay_year(world: World) -> dict[str, Any]:
    return await end_steps.pay(world, date(world.size.year + 1, 4, 10), "pay-year")


async def go_on(world: World, begin: Callable[[Step], None], end: Callable[[Step, bool], None]) -> None:
    """Does every step that is not done yet.

    :param begin: told before a step; ``end`` after it, and whether it had been done before.
    :raises Fault: what a service refuses, or did not carry out.
    """
    wanted = steps()
    if any(world.progress.facts(step.name) is None for step in wanted):
        await asyncio.to_thread(world.generate)
    for step in wanted:
        begin(step)
        done = world.progress.facts(step.name) is not None
        if not done:
            world.progress.keep(step.name, await step.work(world))
        end(step, done)
