"""Entry of the ``chspay`` command. Only the module of the command that was asked for is imported.

Exit codes: 0 done; 1 a check found faults; 2 bad input, file or usage; 3 a service is not reachable.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import typer

from chspay_core import ENGINE_VERSION
from chspay_core.errors import Fault, Kind

#: How many more new objects than freed ones make Python look for garbage. A start makes many that all stay;
#: looking through them at every 700, as Python does, takes a quarter of it.
_GARBAGE = 50_000
EXIT_FAULTS, EXIT_BAD_INPUT, EXIT_UNREACHABLE = 1, 2, 3


@dataclass(frozen=True)
class Command:
    """A command, the module that holds it, and its one-line help."""

    name: str
    module: str
    attribute: str
    help: str


COMMANDS = (
    Command("demo", "cli_demo", "demo", "演示：启动全部服务，生成一个月的清单并完成结算。"),
    Command("up", "cli_up", "up", "启动内置 PostgreSQL 与全部服务。"),
    Command("serve", "cli_up", "serve", "启动一个服务（供容器使用）。"),
    Command("db", "cli_db", "app", "数据库：启动、迁移、检查。"),
    Command("client", "cli_client", "app", "接口密钥：发放、列出、吊销。"),
    Command("account", "cli_account", "app", "账号：建立、角色、密码、记录。"),
    Command("policy", "cli_policy", "app", "政策库：校验、检查、查看、比较、导出。"),
    Command("registry", "cli_registry", "app", "定点机构：导入、查询、历史。"),
    Command("check", "cli_check", "check", "上报前检查结算清单：哪里不对，怎样改。"),
    Command("reconcile", "cli_reconcile", "reconcile", "对账：一天之内收到、受理、拒收、等待、分组、质控。"),
    Command("review-queue", "cli_review", "app", "异地清单的审核队列，抽查与警示名单。"),
    Command("webhook", "cli_webhook", "app", "事件通知：登记接收地址、查看投递、再次投递。"),
    Command("sandbox", "cli_sandbox", "app", "测试模式：查看、清除测试机构的清单。"),
    Command("scheme", "cli_scheme", "app", "分组方案：导入、查看、检查。"),
    Command("group", "cli_group", "group", "为病例文件分组。"),
    Command("dip", "cli_dip", "app", "DIP病种目录：由病例建立、查看、分组、说明、比较。"),
    Command("weights", "cli_weights", "app", "权重：由往年病例测算，查看底稿。"),
    Command("value", "cli_value", "app", "年初测算：差异系数、费率、年初点值。"),
    Command("clear", "cli_clear", "clear", "离线试算：点数、点值与各医院结算额。"),
    Command("explain", "cli_clear", "explain", "试算中某一病例的计算底稿。"),
    Command("replay", "cli_replay", "replay", "重放一次已完成的清算，逐字节比对。"),
    Command("month", "cli_month", "app", "月结前后：点数测算、审核、决定、差额、试算、暂缓拨付。"),
    Command("year", "cli_year", "app", "年度清算：登记、试算、办理、清算单、重新清算；演示一整年。"),
    Command("budget", "cli_budget", "app", "年度收支预算：编制、分配、批准、预警、调整、差额原因、关闭。"),
    Command("benefit", "cli_benefit", "app", "签约、转诊与住院待遇。"),
    Command("capitation", "cli_capitation", "app", "门诊按人头包干：试算、名册、归属、额度、结算。"),
    Command("perdiem", "cli_perdiem", "app", "长期住院按床日付费：计价、检查标准、试点成员、考核、底稿。"),
    Command("ledger", "cli_ledger", "app", "总账：核验、对账单、预付金、拨付单。"),
    Command("route", "cli_route", "app", "付费方式：一个病例为什么这样支付；其他支付；按项目的账单。"),
    Command("statement", "cli_statement", "app", "结算单：导出医疗机构的自核数据包，查询签名公钥。"),
    Command("verify", "cli_verify", "verify", "离线核对自核数据包：重算点数、金额、结算单与总额证明。"),
    Command("dispute", "cli_dispute", "app", "争议处理：核对、申请、上传、办理、队列、限额、期限、过程。"),
    Command("expert", "cli_expert", "app", "评议专家：专家库、回避、评审、表决、质量。"),
    Command("draw", "cli_draw", "app", "专家抽取：生成密值，开批、关闭、抽取，离线核验。"),
    Command("negotiate", "cli_negotiate", "app", "协商谈判：议题、方案、办理、投票、发布、自行计票。"),
    Command("opinion", "cli_opinion", "app", "意见征集：提出、查询、答复。"),
    Command("register", "cli_register", "app", "公示登记簿：离线核验，查询，发布公告与撤回。"),
    Command("why", "cli_why", "why", "一个金额的来历：公式、参数与条款、清单字段。"),
    Command("compare", "cli_compare", "compare", "同一笔基金按几种办法试算，比较钱的去向。"),
    Command("whatif", "cli_whatif", "app", "测算模拟：换一套规则看谁多谁少；网格；改革前后评价。"),
    Command("generate", "cli_generate", "generate", "生成模拟城市的病例。"),
    Command("bench", "cli_bench", "bench", "测速：本机分组与试算的快慢。"),
)

EPILOG = "退出码：0 完成；1 检查发现问题；2 输入、文件或用法有误；3 服务不可达。"


def build(chosen: str | None) -> typer.Typer:
    """The command line with ``chosen`` loaded and the others as names with help."""
    app = typer.Typer(
        name="chspay",
        help="chspay：DRG/DIP 支付全流程——分组、点数、清算、底稿。",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for command in COMMANDS:
        if command.name != chosen:
            app.command(command.name, help=command.help)(_unloaded)
            continue
        target: object = getattr(import_module(f"chspay_cli.{command.module}"), command.attribute)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=command.name, help=command.help)
        elif callable(target):
            app.command(command.name)(target)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"chspay {ENGINE_VERSION}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="显示版本。"
    ),
) -> None:
    """Options before the command."""


def _unloaded() -> None:
    """Stands for a command that was not asked for; it is listed, never run."""


def main() -> None:
    """Runs the command; a :class:`Fault` becomes one line on stderr and an exit code."""
    gc.set_threshold(_GARBAGE)
    chosen = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    run: Callable[[], object] = build(chosen)
    try:
        run()
    except Fault as fault:
        typer.echo(f"错误 {fault.reason.code}：{fault.message}", err=True)
        sys.exit(EXIT_UNREACHABLE if fault.reason.kind is Kind.UNAVAILABLE else EXIT_BAD_INPUT)
