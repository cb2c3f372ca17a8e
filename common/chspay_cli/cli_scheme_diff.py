"""``chspay scheme diff``: what two schemes say differently, who moves, and how much money moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from chspay_cli.casefile import OUTPUTS, check_kind, write_rows
from chspay_cli.schemecases import answered, read_weights
from chspay_cli.schemefile import find_scheme
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.compare import Moves, place
from chspay_grouper.engine.diff import MEMBER_ADDED, MEMBER_REMOVED, Difference, diff_schemes
from chspay_grouper.engine.scheme import Scheme
from chspay_grouper.engine.shift import Shift, Shifted, to_fen

MONEY_UNDECIDED = Reason(
    "MONEY_UNDECIDED",
    Kind.INVALID,
    "估算金额请给出 --cases，并给出 --fund（按均次费用划分基金）或 --weights 与 --price（按权重）。",
)

_COLUMNS = ("类别", "表", "编码", "名称", "原来", "现在", "病例数", "金额变化（元）", "说明")
_TEXTS = pa.schema([(name, pa.string()) for name in _COLUMNS])
_SHOWN = 30
_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Money:
    """How money is to be told, if at all."""

    fund_fen: int | None = None
    price_fen: int | None = None
    weights: Path | None = None
    weights_after: Path | None = None

    def of(self, shift: Shift) -> Shifted | None:
        """The money that moves."""
        if self.fund_fen is not None:
            return shift.by_fund(self.fund_fen)
        if self.weights is None or self.price_fen is None:
            return None
        before = read_weights(self.weights)
        after = read_weights(self.weights_after) if self.weights_after else before
        return shift.by_weights(before, after, self.price_fen)


def diff(
    before: Annotated[str, typer.Argument(help="原方案：导入结果的文件夹，或自带方案的编号")],
    after: Annotated[str, typer.Argument(help="新方案")],
    cases: Annotated[Path | None, typer.Option("--cases", help="病例文件：说明谁从哪组到哪组")] = None,
    fund: Annotated[str, typer.Option("--fund", help="清算基金（元）：两个方案划分同一基金，估算金额")] = "",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="权重表（病组编码、权重），按权重估算金额")
    ] = None,
    weights_after: Annotated[
        Path | None, typer.Option("--weights-after", help="新方案的权重表；不给则两个方案用同一张")
    ] = None,
    price: Annotated[str, typer.Option("--price", help="每一权重的金额（元），与 --weights 同用")] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="全部差异写入文件（.csv、.xlsx、.parquet）")
    ] = None,
) -> None:
    """比较两个方案：规则、名称、次序、成员；给出病例时，谁从哪组到哪组，涉及多少钱。

    例：

      chspay scheme diff S-2025 S-2026

      chspay scheme diff S-2025 S-2026 --cases cases.csv.gz --fund 120000000 -o diff.xlsx
    """
    money = _money(cases, fund, price, weights, weights_after)
    if out is not None:
        check_kind(out, OUTPUTS)
    old, new = find_scheme(before)[0], find_scheme(after)[0]
    found = diff_schemes(old, new)
    rows: list[_Row] = [
        (item.kind, item.sheet, item.code, item.name, item.before, item.after, "", "", "") for item in found
    ]
    _tell_rules(old, new, found)
    if cases is not None:
        rows += _tell_cases(cases, old, new, money)
    if out is not None:
        write_rows(out, _TEXTS, _batches(rows))
        typer.echo(f"全部{len(rows):,}条差异写入 {out}", err=True)


def _money(
    cases: Path | None, fund: str, price: str, weights: Path | None, weights_after: Path | None
) -> _Money:
    asked = bool(fund or price or weights or weights_after)
    by_weights = bool(price and weights) and not fund
    by_fund = bool(fund) and not (price or weights or weights_after)
    if asked and (cases is None or not (by_weights or by_fund)):
        raise Fault(MONEY_UNDECIDED, field="--fund")
    return _Money(
        yuan_to_fen(fund, "--fund") if fund else None,
        yuan_to_fen(price, "--price") if price else None,
        weights,
        weights_after,
    )


def _tell_rules(old: Scheme, new: Scheme, found: list[Difference]) -> None:
    typer.echo(f"{old.scheme_id} {old.version} → {new.scheme_id} {new.version}")
    if old.digest == new.digest:
        typer.echo("两个方案的内容完全相同。")
        return
    members: Counter[tuple[str, str, str]] = Counter()
    shown: Counter[str] = Counter()
    for item in found:
        if item.kind in (MEMBER_ADDED, MEMBER_REMOVED):
            members[(item.sheet, item.code, item.kind)] += 1
            continue
        shown[item.sheet] += 1
        if shown[item.sheet] <= _SHOWN:
            typer.echo(f"  {item.sheet} {item.code} {item.name} {item.kind}：{item.before} → {item.after}")
    for sheet, number in shown.items():
        if number > _SHOWN:
            typer.echo(f"  ……{sheet}表另有{number - _SHOWN:,}处")
    for (sheet, code, kind), number in list(members.items())[:_SHOWN]:
        typer.echo(f"  {sheet} {code} {kind}{number:,}个")
    if len(members) > _SHOWN:
        typer.echo(f"  ……另有{len(members) - _SHOWN:,}个集合的成员有变化")
    typer.echo(f"共{len(found):,}处不同。")


def _tell_cases(cases: Path, old: Scheme, new: Scheme, money: _Money) -> list[_Row]:
    """Prints who moves and returns the same as rows: per move, and per hospital."""
    moves, shift = Moves(), Shift()
    for part in answered(cases, old, new):
        left, right = part.answers
        moves.add(part.ids, left, right)
        groups = place(left).to_pylist(), place(right).to_pylist()
        shift.add(part.texts("hospital_code"), part.costs_fen(), *groups)
    shifted = money.of(shift)
    typer.echo(f"{moves.cases:,}例中{moves.moved:,}例换组。")
    rows: list[_Row] = []
    for move in moves.largest():
        amount = "" if shifted is None else fen_to_yuan(to_fen(shifted.moves[(move.before, move.after)]))
        if len(rows) < _SHOWN:
            told = f"，金额变化{amount}元" if amount else ""
            typer.echo(f"  {move.before} → {move.after}：{move.cases:,}例{told}（如 {move.examples[0]}）")
        examples = "病例号如 " + "、".join(move.examples)
        rows.append(("换组", "病例", "", "", move.before, move.after, str(move.cases), amount, examples))
    if shifted is not None:
        rows += _tell_hospitals(shifted)
    return rows


def _tell_hospitals(shifted: Shifted) -> list[_Row]:
    rows: list[_Row] = []
    ranked = sorted(shifted.hospitals.items(), key=lambda item: (-abs(item[1][1] - item[1][0]), item[0]))
    for hospital, (was, now) in ranked:
        texts = fen_to_yuan(to_fen(was)), fen_to_yuan(to_fen(now)), fen_to_yuan(to_fen(now - was))
        if len(rows) < _SHOWN:
            typer.echo(f"  医院{hospital or '（未注明）'}：{texts[0]} → {texts[1]}元，变化{texts[2]}元")
        rows.append(("金额", "医院", hospital, "", texts[0], texts[1], "", texts[2], "估算"))
    return rows


def _batches(rows: list[_Row]) -> Iterator[pa.RecordBatch]:
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    yield pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=_TEXTS)
