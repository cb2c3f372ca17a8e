"""The gateway asked from the command line, as the holder of an API key."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from chspay_client import ChspayError, Client, Unavailable
from chspay_core.errors import Fault, Kind, Reason

T = TypeVar("T")
GATEWAY_AWAY = Reason(
    "GATEWAY_AWAY", Kind.UNAVAILABLE, "网关{value}没有应答，请核对 --gateway 或 CHSPAY_GATEWAY_URL。"
)
NO_KEY = Reason("GATEWAY_KEY_MISSING", Kind.INVALID, "请用 --key 或环境变量 CHSPAY_API_KEY 给出接口密钥。")
REFUSED = Reason("GATEWAY_REFUSED", Kind.INVALID, "{told}[{code}]")
_DEFAULT = "http://127.0.0.1:8080"
#: The report was made and its sums differ: a finding, not a wrong question.
DIFFERS = "RECONCILIATION_DIFFERS"

GatewayOption = Annotated[
    str, typer.Option("--gateway", help=f"网关的地址，默认 CHSPAY_GATEWAY_URL 或 {_DEFAULT}。")
]
KeyOption = Annotated[str, typer.Option("--key", help="接口密钥，默认 CHSPAY_API_KEY。")]


def asked(url: str, key: str, work: Callable[[Client], T]) -> T:
    """Does ``work`` with a client of the gateway.

    :raises Fault: no key, not reachable, or the gateway's refusal.
    """
    url = url or os.environ.get("CHSPAY_GATEWAY_URL", "") or _DEFAULT
    key = key or os.environ.get("CHSPAY_API_KEY", "")
    if not key:
        raise Fault(NO_KEY, field="--key")
    try:
        with Client(url, key, tries=2) as client:
            return work(client)
    except Unavailable as error:
        raise Fault(GATEWAY_AWAY, value=url) from error
    except ChspayError as error:
        if error.reason == DIFFERS:
            typer.echo(f"错误 {DIFFERS}：{error.detail}", err=True)
            raise typer.Exit(1) from error
        raise Fault(REFUSED, told=error.detail, code=error.reason) from error
