"""``chspay statement``: the package with which a hospital works its own statement out again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.settlement.v1 import statement_package_pb2 as pb
from chspay.settlement.v1 import statement_package_pb2_grpc
from chspay_cli.files import replace_file
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement

#: Generated stubs carry no types.
_STUB: Any = statement_package_pb2_grpc.StatementPackageServiceStub

app = typer.Typer(
    no_args_is_help=True,
    help="结算单：导出一家医疗机构的自核数据包，查询签名公钥。",
    rich_markup_mode=None,
    epilog="""例：

  chspay statement export MR-990100-202603-1 --hospital H99010100001

  chspay statement key

  chspay verify H99010100001-2026-03-MR-990100-202603-1.chspay.zip --trust 公钥.txt
""",
)


def _ask(work: Callable[[Any], Awaitable[Any]], target: str, home: Path | None) -> Any:
    return ask_settlement(lambda channel: work(_STUB(channel)), target, home)


@app.command()
def export(
    run: Annotated[str, typer.Argument(help="月结编号")],
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写到哪里；不填用数据包自己的文件名")
    ] = None,
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """导出一家医疗机构的数据包：只含它自己的病例和公布的数字，出具前已自核。"""
    request = pb.ExportPackageRequest(run_id=run, hospital_code=hospital)
    answer = _ask(lambda stub: stub.ExportPackage(request), target, home)
    path = output or Path(Path(answer.file_name).name)
    replace_file(path, answer.content)
    typer.echo(f"已写入 {path}（{len(answer.content)}字节，清单SM3 {answer.digest}）")


@app.command()
def key(target: SettlementOption = "", home: HomeOption = None) -> None:
    """显示签发数据包的公钥；请在数据包之外另行公布它。"""
    answer = _ask(lambda stub: stub.GetPackageKey(pb.GetPackageKeyRequest()), target, home)
    typer.echo(answer.public_key)
