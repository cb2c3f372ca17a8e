"""The part of ``chspay scheme`` about a scheme's life: seal, verify, trial, publish, retire."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from chspay_cli import schemelife
from chspay_cli.casefile import read_cases
from chspay_cli.schemefile import find_scheme, replace_file
from chspay_cli.schemelife import LifeFile, read_life, write_life
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.life import (
    EVENT_NAMES,
    STATE_NAMES,
    Evaluation,
    Event,
    Life,
    Record,
    parse_evaluation,
)
from chspay_grouper.engine.runstatement import Tally, parse_statement
from chspay_grouper.engine.scheme import Scheme

Folder = Annotated[Path, typer.Argument(help="导入结果的文件夹")]
KeyFile = Annotated[Path, typer.Option("--key", help="签名用的SM2私钥文件（PEM或十六进制）")]
Since = Annotated[str, typer.Option("--since", help="生效日，YYYY-MM-DD")]
RunFile = Annotated[Path, typer.Option("--run", help="chspay scheme simulate 的结果文件")]


def key(file: Annotated[Path, typer.Argument(help="新私钥文件，只有本人可读")]) -> None:
    """生成一把SM2签名密钥：私钥写入文件，公钥显示出来（可放进信任名单）。"""
    typer.echo(schemelife.new_key(file).public_hex())


def seal(
    scheme: Folder,
    key: KeyFile,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="前一版本的文件夹；首个版本不填")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="封存日，默认今天（北京时间）")] = "",
) -> None:
    """封存方案：用SM2签名，并指明前一版本的摘要。封存之后内容不能再改。

    例：

      chspay scheme seal S --key bureau.key --previous S-2025
    """
    found = schemelife.imported_scheme(scheme)
    predecessor = ""
    if previous is not None:
        older = schemelife.imported_scheme(previous)
        read_life(previous).life(older)
        predecessor = older.digest
    day = parse_day(since, "--since") if since else datetime.now(ZoneInfo("Asia/Shanghai")).date()
    _add(scheme, found, key, Event.SEAL, day, predecessor=predecessor)


def trial(scheme: Folder, key: KeyFile, since: Since) -> None:
    """从某日起试行。"""
    _add(scheme, schemelife.imported_scheme(scheme), key, Event.TRIAL, parse_day(since, "--since"))


def retire(scheme: Folder, key: KeyFile, since: Since) -> None:
    """从某日起停用。"""
    _add(scheme, schemelife.imported_scheme(scheme), key, Event.RETIRE, parse_day(since, "--since"))


def publish(
    scheme: Folder,
    key: KeyFile,
    since: Since,
    run: RunFile,
    evaluation: Annotated[Path, typer.Option("--evaluation", help="chspay scheme evaluate 的结果文件")],
) -> None:
    """从某日起发布；需要一次模拟分组和一份同意发布的签名评估，两者随方案保存。

    例：

      chspay scheme publish S --key bureau.key --run run.json --evaluation eval.json --since 2026-01-01
    """
    found = schemelife.imported_scheme(scheme)
    life = read_life(scheme)
    content, signed = _run_content(run), schemelife.read_signed(evaluation)
    parse_evaluation(signed.content)
    life.runs[sm3_hex(content)] = content
    life.evaluations[signed.digest] = signed
    refers = {"run": sm3_hex(content), "evaluation": signed.digest}
    _add(scheme, found, key, Event.PUBLISH, parse_day(since, "--since"), life=life, **refers)


def simulate(
    scheme: Annotated[str, typer.Argument(help="导入结果的文件夹，或自带方案的编号")],
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件（JSON）")],
) -> None:
    """用方案给一批病例做模拟分组，把各状态与各病组的病例数、全部答案的摘要写成一份可引用的结果。"""
    found = find_scheme(scheme)[0]
    grouper, tally = BatchGrouper(Grouper(found)), Tally()
    for batch in read_cases(cases, READ):
        check_columns(batch.schema)
        tally.add(batch.column("case_id"), grouper.columns(grouper.numbers(batch)))
    statement = tally.statement(found)
    replace_file(out, statement.content)
    grouped = statement.statuses["grouped"]
    typer.echo(
        f"{found.scheme_id}：{statement.cases:,}例，入组{grouped:,}例；SM3 {sm3_hex(statement.content)}"
    )


def evaluate(
    scheme: Folder,
    run: RunFile,
    key: KeyFile,
    by: Annotated[str, typer.Option("--by", help="评估人")],
    on: Annotated[str, typer.Option("--on", help="评估日期，YYYY-MM-DD")],
    out: Annotated[Path, typer.Option("-o", "--out", help="评估文件（JSON）")],
    approve: Annotated[bool, typer.Option("--approve/--reject", help="同意或不同意发布")],
    note: Annotated[str, typer.Option("--note", help="评估意见")] = "",
) -> None:
    """对一次模拟分组写下签名的评估：同意或不同意发布。"""
    found, content = schemelife.imported_scheme(scheme), _run_content(run)
    signing = schemelife.private_key(key)
    made = Evaluation(
        scheme=found.digest,
        run=sm3_hex(content),
        approved=approve,
        by=by,
        on=parse_day(on, "--on"),
        note=note,
        signer=signing.public_hex(),
    )
    signed = Signed(made.content, signing.sign_raw(made.content))
    schemelife.write_signed(out, signed)
    typer.echo(f"评估SM3 {signed.digest}")


def verify(
    scheme: Folder,
    trust: Annotated[
        Path | None, typer.Option("--trust", help="信任的公钥名单，每行一个；不填则只核对签名与内容相符")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="前一版本的文件夹，核对它就是封存时指明的那一版")
    ] = None,
) -> None:
    """核对方案：内容与摘要、每条记录的签名与衔接、发布所依据的模拟分组与评估。不符时退出码为1。

    例：

      chspay scheme verify S --trust keys.txt --previous S-2025
    """
    trusted = schemelife.read_trusted(trust) if trust else None
    try:
        found = schemelife.imported_scheme(scheme)
        life = read_life(scheme).life(found, trusted)
        if previous is not None:
            older = schemelife.imported_scheme(previous)
            read_life(previous).life(older, trusted)
            schemelife.check_predecessor(life, older)
    except Fault as fault:
        typer.echo(f"不通过 {fault.reason.code}：{fault.message}", err=True)
        raise typer.Exit(1) from fault
    typer.echo(f"{found.scheme_id}  SM3 {found.digest}  内容相符")
    for line in _told(life):
        typer.echo(line)
    if trusted is None and life.records:
        typer.echo("未给信任名单：只核对了签名与内容相符，没有核对签名人是谁。", err=True)


def _told(life: Life) -> list[str]:
    """A life in words, one line a record, the state at the end."""
    lines = [_record_line(record) for record in life.records]
    if not lines:
        return ["还没有封存，状态：草案"]
    return [*lines, f"签名与衔接全部相符，状态：{STATE_NAMES[life.state]}"]


def _record_line(record: Record) -> str:
    parts = [f"  {record.number} {EVENT_NAMES[record.event]} {record.since} 公钥{record.signer[:18]}…"]
    parts += [f"前一版本{record.predecessor[:16]}…"] if record.predecessor else []
    parts += [f"模拟分组{record.run[:16]}… 评估{record.evaluation[:16]}…"] if record.run else []
    return " ".join(parts)


def _add(
    folder: Path,
    scheme: Scheme,
    key_file: Path,
    event: Event,
    since: date,
    life: LifeFile | None = None,
    **refers: str,
) -> None:
    signing = schemelife.private_key(key_file)
    held = read_life(folder) if life is None else life
    last = held.records[-1].digest if held.records else ""
    record = Record(
        scheme_id=scheme.scheme_id,
        scheme=scheme.digest,
        number=len(held.records) + 1,
        event=event,
        since=since,
        signer=signing.public_hex(),
        previous=last,
        **refers,
    )
    held.add(scheme, record, signing)
    write_life(folder, held)
    typer.echo(f"{EVENT_NAMES[event]}：{scheme.scheme_id}，自{since}起；记录SM3 {held.records[-1].digest}")


def _run_content(path: Path) -> bytes:
    """A run statement from its file, checked to be one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Fault(schemelife.LIFE_UNREADABLE, field="--run", value=path) from error
    parse_statement(content)
    return content
