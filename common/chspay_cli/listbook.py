"""Workbooks of ``chspay check``: the template to fill in, and the lists as checked, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from chspay_cli.casefile import xlsx_text
from chspay_cli.listfile import LINK, SHEETS
from chspay_cli.listreport import Checked, Problem, Report, member, where
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.quality.catalogue import SETLINFO, Field
from chspay_settlement.engine.quality.ruleset import ERROR, LEVELS, RuleSet
from chspay_settlement.engine.quality.scores import adoptions, percent, score
from chspay_settlement.engine.quality.sheet import MOST_ROWS, text_of

BOOK_TOO_LARGE = Reason(
    "BOOK_TOO_LARGE", Kind.TOO_LARGE, "标注的Excel最多{limit}份清单，请用 -o 结果.csv 或 结果.json 输出。"
)
MOST_LISTS = 20_000
_RED, _YELLOW = PatternFill("solid", fgColor="F8CBAD"), PatternFill("solid", fgColor="FFF2CC")
_GREY, _BOLD = PatternFill("solid", fgColor="D9E1F2"), Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_AUTHOR = "chspay"
_MOST_COMMENT = 1_500


def write_template(path: Path, rule_set: RuleSet) -> None:
    """An empty workbook with every field: label, name, where it comes from, and whether it must be filled."""
    book = Workbook(write_only=True)
    guide = book.create_sheet("说明")
    for line in (
        "结算清单质控模板",
        "一、“清单”工作表一行一份清单；其余工作表一行一条，用第一列的结算ID与清单对应。",
        "二、第1行是中文名，第2行是字段名，从第3行起填写。蓝底为必填项；批注写明来源和对应的清单项目。",
        "三、编码一律填文本，如38.80、A03.05；金额单位为元；时间写到分，如2026-01-05 09:12:00。",
        "四、填好后运行：chspay check 文件.xlsx -o 检查结果.xlsx",
        f"规则集：{rule_set.title}（{rule_set.version}）",
    ):
        guide.append([line])
    for node, title in SHEETS.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "B3"
        fields = list(rule_set.catalogue.fields[node].values())
        link = [] if node == SETLINFO else [(LINK, "结算ID")]
        labels = [_cell(sheet, label, fill=_GREY, bold=True) for _, label in link]
        names = [_cell(sheet, name) for name, _ in link]
        for field in fields:
            labels.append(
                _cell(
                    sheet, field.label, fill=_GREY if field.required else None, bold=True, note=_about(field)
                )
            )
            names.append(_cell(sheet, field.name))
        sheet.append(labels)
        sheet.append(names)
    book.save(path)


def _about(field: Field) -> str:
    lines = [f"来源：{field.from_where}"]
    if field.source:
        lines.append(f"对应清单项目：{field.source}")
    if field.table:
        lines.append(f"编码表：{field.table}")
    return "\n".join(lines)


def write_report(path: Path, report: Report) -> None:
    """The lists as checked, with marked cells, and the sheets that sum up.

    :raises Fault: BOOK_TOO_LARGE.
    """
    if len(report.lists) > MOST_LISTS:
        raise Fault(BOOK_TOO_LARGE, field="out", limit=MOST_LISTS)
    book = Workbook(write_only=True)
    _table(book.create_sheet("汇总"), summary_rows(report), widths=(28, 18, 60))
    _table(book.create_sheet("问题"), problem_rows(report), widths=(8, 22, 8, 8, 34, 24, 44, 44))
    for node, title in SHEETS.items():
        _annotated(book.create_sheet(title), node, report)
    _table(book.create_sheet("规则"), rule_rows(report), widths=(8, 8, 16, 44, 44, 12, 12, 34, 60))
    _table(book.create_sheet("编码采用"), adoption_rows(report), widths=(8, 34, 10, 10, 12, 60))
    _table(book.create_sheet("不能判定"), undecided_rows(report), widths=(8, 44, 12, 60))
    book.save(path)


def summary_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Name, value, and how it is worked out."""
    sums, found = report.sums, score(report.rule_set, report.sums)
    yield "项目", "值", "说明"
    yield "清单", str(sums.lists), "份"
    yield "没有错误的清单", str(sums.passed), "只有提示的也算"
    yield "有错误的清单", str(report.with_errors), "改正后再上报"
    yield "不符合的判定", str(sum(report.violated.values())), "错误与提示合计"
    yield "不能判定", str(sum(report.undecided.values())), "缺少资料或编码表，不算通过也不算错，见“不能判定”"
    for measure in found.measures:
        ratio = "没有测到" if measure.ratio is None else f"{percent(measure.ratio)}%"
        yield measure.part.label, ratio, f"{measure.part.formula}（权重{measure.part.weight}）"
    total = "没有测到" if found.hundredths is None else found.sheet["score"].value
    yield "得分", str(total), "各部分按权重平均乘100；权重为默认值，没有文件依据"
    yield "规则集", report.rule_set.version, report.rule_set.note


def problem_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """One row per violated rule of each list."""
    yield "序号", "结算ID", "规则", "级别", "位置", "填写内容", "问题", "怎样改"
    label = report.rule_set.catalogue.label
    for one in report.lists:
        for problem in one.problems:
            rule = problem.rule
            values = "、".join(filter(None, (place.value for place in problem.places)))
            yield (
                str(one.number), one.setl_id, rule.id, LEVELS[rule.level], where(problem, label),
                values[:200], rule.says, rule.fix,
            )  # fmt: skip


def rule_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Every rule of the set, and how many lists violate it."""
    yield "规则", "级别", "类别", "问题", "怎样改", "不符合", "不能判定", "来源（均未核对原文）", "判定式"
    for rule in report.rule_set.rules:
        sources = "；".join(report.rule_set.sources[source] for source in rule.cite)
        yield (
            rule.id, LEVELS[rule.level], rule.family, rule.says, rule.fix, str(report.violated[rule.id]),
            str(report.undecided[rule.id]), sources, rule.expression,
        )  # fmt: skip


def adoption_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The 15 code sets."""
    yield "序号", "编码", "用到", "合格", "采用率", "依据"
    for one in adoptions(report.rule_set, report.sums):
        rate = "" if not one.used else f"{one.right * 10_000 // one.used / 100:.2f}%"
        yield str(one.code_set.number), one.code_set.label, str(one.used), str(one.right), rate, one.basis


def undecided_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Rules that could not be decided of some list, and what was missing the first time."""
    yield "规则", "问题", "清单数", "缺少"
    for rule in report.rule_set.rules:
        if report.undecided[rule.id]:
            yield rule.id, rule.says, str(report.undecided[rule.id]), report.lacking[rule.id]


def _table(sheet: Any, rows: Iterator[tuple[str, ...]], widths: tuple[int, ...]) -> None:
    for at, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJ"[at]].width = width
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        fill = _GREY if number == 0 else None
        sheet.append([_cell(sheet, text, fill=fill, bold=number == 0, wrapped=True) for text in row])


def _annotated(sheet: Any, node: str, report: Report) -> None:
    fields = list(report.rule_set.catalogue.fields[node].values())
    names = [field.name for field in fields]
    link = [] if node == SETLINFO else [LINK]
    sheet.freeze_panes = "B3"
    heads = ["结算ID"] * len(link) + [field.label for field in fields]
    sheet.append([_cell(sheet, label, fill=_GREY, bold=True) for label in heads])
    sheet.append([_cell(sheet, name) for name in link + names])
    for one in report.lists:
        notes = _notes(one, node)
        for row, members in _rows(one, node):
            cells = [_cell(sheet, one.setl_id) for _ in link]
            for name in names:
                value = member(members, name)
                text = "" if isinstance(value, (dict, list)) else text_of(value)
                cells.append(_marked(sheet, text, notes.get((row, name), [])))
            sheet.append(cells)


def _rows(one: Checked, node: str) -> Iterator[tuple[int, object]]:
    held = member(one.record, node)
    if node == SETLINFO:
        yield -1, held[0] if isinstance(held, list) and held else held
        return
    items = held if isinstance(held, list) else [held] if isinstance(held, dict) else []
    yield from enumerate(items[:MOST_ROWS])


def _notes(one: Checked, node: str) -> dict[tuple[int, str], list[Problem]]:
    """The problems of each cell; those of the list as a whole stand at its number."""
    found: dict[tuple[int, str], list[Problem]] = {}
    for problem in one.problems:
        places = problem.places
        if not places and node == SETLINFO:
            found.setdefault((-1, LINK), []).append(problem)
        for place in places:
            if place.node == node:
                found.setdefault((place.row, place.name), []).append(problem)
    return found


def _marked(sheet: Any, text: str, problems: list[Problem]) -> Any:
    if not problems:
        return _cell(sheet, text)
    lines = (
        f"{one.rule.id} {LEVELS[one.rule.level]}：{one.rule.says}改法：{one.rule.fix}" for one in problems
    )
    fill = _RED if any(one.rule.level == ERROR for one in problems) else _YELLOW
    return _cell(sheet, text, fill=fill, note="\n".join(dict.fromkeys(lines)))


def _cell(
    sheet: Any, text: str, *, fill: Any = None, bold: bool = False, note: str = "", wrapped: bool = False
) -> Any:
    cell = WriteOnlyCell(sheet, value=xlsx_text(text))
    # Codes and text that looks like a formula stay text.
    cell.data_type = "s"
    cell.number_format = "@"
    if fill is not None:
        cell.fill = fill
    if bold:
        cell.font = _BOLD
    if wrapped:
        cell.alignment = _WRAPPED
    if note:
        cell.comment = Comment(xlsx_text(note)[:_MOST_COMMENT], _AUTHOR, height=120, width=320)
    return cell
