"""The verbs of a life, alike for schemes, DIP catalogues and weight tables: seal, verify, publish ..."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pyarrow as pa
import typer

from chspay_cli import lifefile
from chspay_cli.files import replace_file
from chspay_cli.lifefile import LIFE_FILE, LifeFile, read_life, write_life
from chspay_core.artefact import Artefact, Sealed
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.life import (
    EVENT_NAMES,
    STATE_NAMES,
    Evaluation,
    Event,
    Life,
    Record,
    check_predecessor,
    parse_evaluation,
)
from chspay_grouper.engine.runstatement import Tally, parse_statement

Folder = Annotated[Path, typer.Argument(help="所在文件夹")]
KeyFile = Annotated[Path, typer.Option("--key", help="签名用的SM2私钥文件（PEM或十六进制）")]
Since = Annotated[str, typer.Option("--since", help="生效日，YYYY-MM-DD")]
RunFile = Annotated[Path, typer.Option("--run", help="simulate 的结果文件")]
OutFile = Annotated[Path, typer.Option("-o", "--out", help="结果文件（JSON）")]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where artefacts of one kind are found, and the command they belong to."""

    command: str
    load: Callable[[Path], Sealed]


class LifeVerbs:
    """The commands of one kind of artefact."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def mount(self, app: typer.Typer) -> None:
        """Adds the verbs to a command."""
        for verb in (self.seal, self.verify, self.evaluate, self.trial, self.publish, self.retire, self.key):
            told = (verb.__doc__ or "").format(command=self._shelf.command)
            app.command(verb.__name__, help=told)(verb)

    def key(self, file: Annotated[Path, typer.Argument(help="新私钥文件，只有本人可读")]) -> None:
        """生成一把SM2签名密钥：私钥写入文件，公钥显示出来（可放进信任名单）。"""
        typer.echo(lifefile.new_key(file).public_hex())

    def seal(
        self,
        folder: Folder,
        key: KeyFile,
        previous: Annotated[
            Path | None, typer.Option("--previous", help="前一版本（同一编号）的文件夹；首个版本不填")
        ] = None,
        since: Annotated[str, typer.Option("--since", help="封存日，默认今天（北京时间）")] = "",
    ) -> None:
        """封存：用SM2签名，并指明前一版本的摘要。封存之后内容不能再改。

        例：

          {command} seal NEW --key bureau.key --previous OLD
        """
        artefact = self._shelf.load(folder).artefact
        predecessor = ""
        if previous is not None:
            older = self._shelf.load(previous).artefact
            read_life(previous).life(older)
            check_predecessor(artefact, older)
            predecessor = older.digest
        day = parse_day(since, "--since") if since else datetime.now(ZoneInfo("Asia/Shanghai")).date()
        _add(folder, artefact, key, Event.SEAL, day, predecessor=predecessor)

    def trial(self, folder: Folder, key: KeyFile, since: Since) -> None:
        """从某日起试行。"""
        _add(folder, self._shelf.load(folder).artefact, key, Event.TRIAL, parse_day(since, "--since"))

    def retire(self, folder: Folder, key: KeyFile, since: Since) -> None:
        """从某日起停用。"""
        _add(folder, self._shelf.load(folder).artefact, key, Event.RETIRE, parse_day(since, "--since"))

    def publish(
        self,
        folder: Folder,
        key: KeyFile,
        since: Since,
        run: RunFile,
        evaluation: Annotated[Path, typer.Option("--evaluation", help="evaluate 的结果文件")],
    ) -> None:
        """从某日起发布；需要一次模拟运行和一份同意发布的签名评估，两者一并保存。发布人不能用评估人的密钥。

        例：

          {command} publish S --key bureau.key --run run.json --evaluation eval.json --since 2026-01-01
        """
        artefact = self._shelf.load(folder).artefact
        life = read_life(folder)
        content, signed = _run_content(run), lifefile.read_signed(evaluation)
        parse_evaluation(signed.content)
        life.runs[sm3_hex(content)] = content
        life.evaluations[signed.digest] = signed
        refers = {"run": sm3_hex(content), "evaluation": signed.digest}
        _add(folder, artefact, key, Event.PUBLISH, parse_day(since, "--since"), life=life, **refers)

    def evaluate(
        self,
        folder: Folder,
        run: RunFile,
        key: KeyFile,
        by: Annotated[str, typer.Option("--by", help="评估人")],
        on: Annotated[str, typer.Option("--on", help="评估日期，YYYY-MM-DD")],
        out: Annotated[Path, typer.Option("-o", "--out", help="评估文件（JSON）")],
        approve: Annotated[bool, typer.Option("--approve/--reject", help="同意或不同意发布")],
        note: Annotated[str, typer.Option("--note", help="评估意见")] = "",
    ) -> None:
        """对一次模拟运行写下签名的评估：同意或不同意发布。

        例：

          {command} evaluate S --run run.json --key expert.key --by 评估组 --on 2026-03-01 --approve -o e.json
        """
        artefact, content = self._shelf.load(folder).artefact, _run_content(run)
        signing = lifefile.private_key(key)
        made = Evaluation(
            kind=artefact.kind,
            artefact=artefact.digest,
            run=sm3_hex(content),
            approved=approve,
            by=by,
            on=parse_day(on, "--on"),
            note=note,
            signer=signing.public_hex(),
        )
        signed = Signed(made.content, signing.sign_raw(made.content))
        lifefile.write_signed(out, signed)
        typer.echo(f"评估SM3 {signed.digest}")

    def verify(
        self,
        folder: Folder,
        trust: Annotated[
            Path | None,
            typer.Option("--trust", help="信任的公钥名单，每行一个；不填则只核对签名与内容相符"),
        ] = None,
        previous: Annotated[
            Path | None, typer.Option("--previous", help="前一版本的文件夹，核对它就是封存时指明的那一版")
        ] = None,
    ) -> None:
        """核对内容与摘要、每条记录的签名与衔接、发布所依据的模拟运行与评估。不符时退出码为1。

        例：

          {command} verify S --trust keys.txt --previous OLD
        """
        trusted = lifefile.read_trusted(trust) if trust else None
        try:
            artefact = self._shelf.load(folder).artefact
            life = read_life(folder).life(artefact, trusted)
            if previous is not None:
                older = self._shelf.load(previous)
                read_life(previous).life(older.artefact, trusted)
                lifefile.check_named(life, older)
        except Fault as fault:
            typer.echo(f"不通过 {fault.reason.code}：{fault.message}", err=True)
            raise typer.Exit(1) from fault
        typer.echo(f"{artefact.id}  SM3 {artefact.digest}  内容相符")
        for line in _told(life):
            typer.echo(line)
        if trusted is None and life.records:
            typer.echo("未给信任名单：只核对了签名与内容相符，没有核对签名人是谁。", err=True)


def state_line(folder: Path, artefact: Artefact) -> str:
    """The state of what a folder holds, in words; empty when it was never sealed."""
    if not (folder / LIFE_FILE).exists():
        return ""
    return f"状态 {STATE_NAMES[read_life(folder).life(artefact).state]}"


def save_run(
    sealed: Sealed, answers: Iterable[tuple[pa.Array, Mapping[str, pa.Array]]], out: Path, good: str
) -> None:
    """Write the statement of a simulated run and tell its digest.

    :param answers: case ids and answer columns, batch by batch.
    :param good: the status that is counted aloud.
    """
    tally = Tally(sealed.artefact.kind)
    for ids, columns in answers:
        tally.add(ids, columns)
    statement = tally.statement(sealed)
    replace_file(out, statement.content)
    told = f"{statement.cases:,}例，其中{good}{statement.statuses[good]:,}例"
    typer.echo(f"{sealed.artefact.id}：{told}；SM3 {sm3_hex(statement.content)}")


def _told(life: Life) -> list[str]:
    """A life in words, one line a record, the state at the end."""
    lines = [_record_line(record) for record in life.records]
    if not lines:
        return ["还没有封存，状态：草案"]
    return [*lines, f"签名与衔接全部相符，状态：{STATE_NAMES[life.state]}"]


def _record_line(record: Record) -> str:
    parts = [f"  {record.number} {EVENT_NAMES[record.event]} {record.since} 公钥{record.signer[:18]}…"]
    parts += [f"前一版本{record.predecessor[:16]}…"] if record.predecessor else []
    parts += [f"模拟运行{record.run[:16]}… 评估{record.evaluation[:16]}…"] if record.run else []
    return " ".join(parts)


def _add(
    folder: Path,
    artefact: Artefact,
    key_file: Path,
    event: Event,
    since: date,
    life: LifeFile | None = None,
    **refers: str,
) -> None:
    signing = lifefile.private_key(key_file)
    held = read_life(folder) if life is None else life
    last = held.records[-1].digest if held.records else ""
    record = Record(
        artefact=artefact,
        number=len(held.records) + 1,
        event=event,
        since=since,
        signer=signing.public_hex(),
        previous=last,
        **refers,
    )
    held.add(record, signing)
    write_life(folder, held)
    typer.echo(f"{EVENT_NAMES[event]}：{artefact.id}，自{since}起；记录SM3 {held.records[-1].digest}")


def _run_content(path: Path) -> bytes:
    """A run statement from its file, checked to be one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Fault(lifefile.LIFE_UNREADABLE, field="--run", value=path) from error
    parse_statement(content)
    return content
