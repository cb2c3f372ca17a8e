"""``chspay replay``: a stored clearing done again on this machine, every byte compared.

Exit codes: 0 the same bytes; 1 not the same; 2 the bundle is damaged, foreign or refused; 3 not reachable.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_cli.replay_damage import open_bundle
from chspay_core import ENGINE_VERSION
from chspay_core.digest import Sm3
from chspay_core.errors import Fault, Kind, Reason

if TYPE_CHECKING:
    from chspay_cli.replay_run import Done
    from chspay_kit.package import Package

BROKEN_OFF = Reason(
    "REPLAY_BROKEN_OFF",
    Kind.UNAVAILABLE,
    "重放包{value}没有取完（{found}字节），或取回的内容与发出的不同，请再取一次。",
)
SAVE_TAKEN = Reason("REPLAY_SAVE_TAKEN", Kind.CONFLICT, "“{value}”已经存在，请换一个文件名或先移走它。")
FILE_MISSING = Reason("REPLAY_FILE_MISSING", Kind.NOT_FOUND, "没有重放包文件“{value}”，请核对路径。")
SUFFIX = ".chsreplay"
EXIT_DIFFERS = 1
_SECONDS = 3600.0
_NAMES = {
    "trial": "试算文件",
    "statement": "结算单",
    "effect": "重新清算结果",
    "cases": "病例",
    "table": "病组测算表",
    "input": "年度清算输入",
    "ledger": "总账分录",
}

_HELP = """
重放一次已经完成的清算：取回它的全部输入，用本机的程序重算，逐字节比对每张结算单、每例金额和每笔分录。

清算编号：月结 MR-…、连续月结 PR-…、年度清算 YC-…、重新清算 RC-…；也可以是已保存的重放包文件，
或 chspay clear 的结果目录，完全离线。

例：

  chspay replay MR-990100-202603-1

  chspay replay YC-990100-2026-1 --save 2026.chsreplay

  chspay replay 2026.chsreplay

  chspay replay trial --save trial.chsreplay
"""


def replay(
    clearing: Annotated[str, typer.Argument(help="清算编号、重放包文件（.chsreplay）或离线试算的结果目录")],
    save: Annotated[
        Path | None, typer.Option("--save", help="把重放包保存为文件", show_default=False)
    ] = None,
    signer: Annotated[str, typer.Option("--signer", help="要求重放包由这个公钥（十六进制）签名")] = "",
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="线程数，默认为处理器数", show_default=False)
    ] = None,
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """Does a clearing again and says whether every byte came out the same."""
    if save is not None and save.exists():
        raise Fault(SAVE_TAKEN, field="--save", value=save)
    if clearing.endswith(SUFFIX) or Path(clearing).is_file():
        path = Path(clearing)
        if not path.is_file():
            raise Fault(FILE_MISSING, field="clearing", value=clearing)
        _run(path, signer, jobs)
        return
    trial = Path(clearing).is_dir()
    with tempfile.TemporaryDirectory(
        prefix="chspay-replay-", dir=None if save is None else save.parent
    ) as folder:
        path = Path(folder) / f"bundle{SUFFIX}"
        if trial:
            from chspay_cli.replay_trial import seal_trial

            seal_trial(Path(clearing), path)
        else:
            _fetch(clearing, path, target, home)
        if save is not None:
            os.replace(path, save)
            path = save
            typer.echo(f"重放包已保存：{save}")
        _run(path, signer, jobs)


replay.__doc__ = _HELP


def _fetch(clearing: str, path: Path, target: str, home: Path | None) -> None:
    """The bundle of a stored clearing, whole or not at all."""
    from chspay.settlement.v1 import replay_pb2 as pb
    from chspay.settlement.v1 import replay_pb2_grpc

    stub: Any = replay_pb2_grpc.ReplayServiceStub

    async def work(channel: Any) -> None:
        digest, size, end = Sm3(), 0, None
        with path.open("wb") as file:
            request = pb.ExportReplayRequest(clearing_id=clearing)
            async for answer in stub(channel).ExportReplay(request):
                part = answer.WhichOneof("part")
                if part == "chunk":
                    file.write(answer.chunk)
                    digest.add(answer.chunk)
                    size += len(answer.chunk)
                elif part == "end":
                    end = answer.end
        if end is None or (end.file_digest, end.size) != (digest.hex(), size):
            raise Fault(BROKEN_OFF, value=clearing, found=size)

    ask_settlement(work, target, home, _SECONDS)


def _run(path: Path, signer: str, jobs: int | None) -> None:
    from chspay_cli.replay_run import replay_bundle

    began = time.monotonic()
    with open_bundle(path) as package:
        if signer:
            package.require_signer({signer.strip().lower()})
        typer.echo(_sealed(package))
        same = True
        for done in replay_bundle(package, jobs):
            typer.echo(told(done))
            same = same and done.same
    typer.echo(f"用时{time.monotonic() - began:.1f}秒，程序版本{ENGINE_VERSION}")
    if not same:
        raise typer.Exit(EXIT_DIFFERS)


def _sealed(package: Package) -> str:
    signed = f"由公钥{package.signer}签名" if package.signer else "没有签名"
    return f"重放包 {package.digest}（内容完整，{signed}）"


def told(done: Done) -> str:
    """What came of one clearing, in words."""
    from chspay_settlement.engine.replay.bundle import KIND_NAMES, TRIAL

    what = "试算文件" if done.kind == TRIAL else "结算单"
    all_same = "每个文件" if done.kind == TRIAL else "每张结算单、每例金额、每笔分录"
    lines = [
        f"{KIND_NAMES[done.kind]} {done.clearing}：{done.cases}例，比对{done.outputs}项结果；"
        f"当时的程序版本{done.engine}",
        f"  {what}指纹，原 {done.stored}",
        f"  {what}指纹，今 {done.found}",
    ]
    if done.place is None:
        return "\n".join([*lines, f"  一致：{all_same}逐字节相同。"])
    name = done.place.output
    shown = _NAMES.get(name.partition("/")[0], "")
    where = f"{shown}（{name}）{done.place.where}".strip()
    lines.append(f"  不一致：{where}，原为“{done.place.expected}”，重放得“{done.place.found}”。")
    if done.engine != ENGINE_VERSION:
        lines.append(
            f"  这次清算由版本{done.engine}完成，本程序是{ENGINE_VERSION}；请用版本{done.engine}重放。"
        )
    return "\n".join(lines)
