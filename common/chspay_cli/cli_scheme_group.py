"""``chspay scheme group``: another name of ``chspay group --policy``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chspay_cli import cli_group


def group(
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    policy: Annotated[
        str, typer.Option("--policy", help="统筹区代码，或 treatment（就医地）、insured（参保地）")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件（.csv、.csv.gz、.parquet、.xlsx）")],
    scheme: Annotated[
        list[str] | None, typer.Option("--scheme", help="政策所指方案的导入文件夹，可给多个；自带方案不必给")
    ] = None,
) -> None:
    """按政策为病例分组，同 chspay group --policy：每个病例用其地区在出院日所用的方案。

    例：

      chspay scheme group cases.csv.gz --policy 990100 --scheme S-2025 --scheme S-2026 -o out.csv
    """
    cli_group.group_by_policy(cases, policy, scheme or [], out, cli_group.Columns.ALL)
