"""A service asked from the command line: the channel, and the claim of the person at this machine.

Whoever can read the claim key of the state folder runs the services; the command acts as that operator.
"""

from __future__ import annotations

import asyncio
import getpass
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from chspay_kit import deadline
from chspay_kit.auth import EVERYWHERE, Claim, use_claim
from chspay_kit.grpc_client import Channel
from chspay_kit.home import CLAIM_KEY, Home, default_home
from chspay_kit.settings import ServiceSettings

T = TypeVar("T")
_SECONDS = 60.0
_OTHER = re.compile(r"[^0-9A-Za-z._-]")

TargetOption = Annotated[
    str, typer.Option("--target", help="服务的地址，默认 CHSPAY_RULEBOOK_TARGET 或 127.0.0.1:50052。")
]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="状态目录，默认 CHSPAY_HOME 或 ./.chspay。", show_default=False)
]


SettlementOption = Annotated[
    str, typer.Option("--target", help="服务的地址，默认 CHSPAY_SETTLEMENT_TARGET 或 127.0.0.1:50054。")
]

BudgetOption = Annotated[
    str, typer.Option("--target", help="服务的地址，默认 CHSPAY_BUDGET_TARGET 或 127.0.0.1:50053。")
]

CapitationOption = Annotated[
    str, typer.Option("--target", help="服务的地址，默认 CHSPAY_CAPITATION_TARGET 或 127.0.0.1:50055。")
]


PerdiemOption = Annotated[
    str, typer.Option("--target", help="服务的地址，默认 CHSPAY_PERDIEM_TARGET 或 127.0.0.1:50056。")
]


def ask_rulebook(work: Callable[[Channel], Awaitable[T]], target: str = "", home: Path | None = None) -> T:
    """Does ``work`` with a channel to the rulebook, as the operator.

    :raises Fault: the service is not reachable, or refuses.
    """
    settings = ServiceSettings()
    return _ask(work, target or settings.rulebook_target, settings, home)


def ask_settlement(
    work: Callable[[Channel], Awaitable[T]],
    target: str = "",
    home: Path | None = None,
    seconds: float = _SECONDS,
) -> T:
    """Does ``work`` with a channel to settlement, as the operator.

    :param seconds: how long all of it may take.
    :raises Fault: the service is not reachable, or refuses.
    """
    settings = ServiceSettings()
    return _ask(work, target or settings.settlement_target, settings, home, seconds)


def ask_budget(work: Callable[[Channel], Awaitable[T]], target: str = "", home: Path | None = None) -> T:
    """Does ``work`` with a channel to budget, as the operator.

    :raises Fault: the service is not reachable, or refuses.
    """
    settings = ServiceSettings()
    return _ask(work, target or settings.budget_target, settings, home)


def ask_capitation(
    work: Callable[[Channel], Awaitable[T]],
    target: str = "",
    home: Path | None = None,
    seconds: float = _SECONDS,
) -> T:
    """Does ``work`` with a channel to capitation, as the operator.

    :param seconds: how long all of it may take.
    :raises Fault: the service is not reachable, or refuses.
    """
    settings = ServiceSettings()
    return _ask(work, target or settings.capitation_target, settings, home, seconds)


def ask_perdiem(
    work: Callable[[Channel], Awaitable[T]],
    target: str = "",
    home: Path | None = None,
) -> T:
    """Does ``work`` with a channel to the bed-day service, as the operator.

    :raises Fault: the service is not reachable, or refuses.
    """
    settings = ServiceSettings()
    return _ask(work, target or settings.perdiem_target, settings, home)


def _ask(
    work: Callable[[Channel], Awaitable[T]],
    target: str,
    settings: ServiceSettings,
    home: Path | None,
    seconds: float = _SECONDS,
) -> T:
    if settings.claim_key or settings.claim_key_file:
        key = settings.claim_secret()
    else:
        key = Home(home or default_home()).secret(CLAIM_KEY).encode()

    async def run() -> T:
        channel = Channel(target, key, _SECONDS)
        operator = Claim(f"cli/{_OTHER.sub('-', getpass.getuser())}", "bureau", region=EVERYWHERE)
        deadline.begin(seconds)
        try:
            with use_claim(operator):
                return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())
