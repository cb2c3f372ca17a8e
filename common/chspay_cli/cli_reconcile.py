"""``chspay reconcile``: what came in on a day, and what became of it.

Exit codes: 0 the sums agree; 1 they do not; 2 bad input; 3 the gateway is not reachable.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked
from chspay_core.period import parse_day

_HEADS = ("机构", "交易", "收到", "受理", "拒收", "等待", "入库", "入组", "质控有错", "待质控")
_NAMES = ("hospital_code", "infno", "received", "accepted", "rejected", "waiting", "stored", "grouped",
          "quality_failed", "quality_pending")  # fmt: skip
_FORMATS = {".csv": "csv", ".xlsx": "xlsx"}


def reconcile(
    day: Annotated[str, typer.Argument(help="收到报文的日期，如2026-03-08；不填为昨天。")] = "",
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码；不填为权限内的全部。")] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="写入 .csv 或 .xlsx 文件。", show_default=False)
    ] = None,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """对账：一天之内收到、受理、拒收、等待、分组、质控各多少；两边不平时指出哪两项，退出码1。"""
    chosen = parse_day(day, "day") if day else (datetime.now(UTC) + timedelta(hours=8)).date() - timedelta(1)
    if out is not None and out.suffix not in _FORMATS:
        raise typer.BadParameter("文件名应以 .csv 或 .xlsx 结尾", param_hint="--out")
    query = {"day": chosen.isoformat(), "hospital_code": hospital}
    if out is not None:
        form = _FORMATS[out.suffix]
        content = asked(gateway, key, lambda client: client.download("reconciliation", format=form, **query))
        out.write_bytes(content)
        typer.echo(f"{chosen}的对账已写入{out}")
        return
    found = asked(gateway, key, lambda client: client.get("reconciliation", **query))
    typer.echo("\t".join(_HEADS))
    differing = [row["differs"] for row in found["items"] if row["differs"]]
    for row in found["items"]:
        if row["differs"]:
            continue
        typer.echo("\t".join(str(row[name] or ("合计" if name == "infno" else row[name])) for name in _NAMES))
        if row["reasons"] and not row["infno"]:
            typer.echo(
                "  拒收原因：" + "；".join(f"{name} {count}" for name, count in row["reasons"].items())
            )
    for told in differing:
        typer.echo(told, err=True)
    if differing:
        raise typer.Exit(1)
