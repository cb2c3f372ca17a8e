"""``chspay check``: a hospital checks its settlement lists before it uploads them, without any network."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.files import replace_file
from chspay_cli.listfile import INPUTS, LISTS_NONE, open_lists
from chspay_cli.listreport import Report, checked, where
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy_files import folder_texts
from chspay_policy import ROOT
from chspay_settlement.engine.quality.frontpage import WORDS, compare
from chspay_settlement.engine.quality.ruleset import LEVELS, RuleSet, read_rule_set
from chspay_settlement.engine.quality.scores import percent, score

OUT_KIND = Reason("CHECK_OUT_KIND", Kind.INVALID, "结果文件“{value}”应以.xlsx、.csv或.json结尾。")
CHECK_NOTHING = Reason(
    "CHECK_NOTHING", Kind.INVALID, "请给出清单文件，或用 --template 生成模板；例：chspay check 清单.xlsx。"
)
#: The rule set that ships with the program.
_RULES = ROOT / "quality"
_OUTPUTS = (".xlsx", ".csv", ".json")
_BEIJING = timezone(timedelta(hours=8))
#: How many of the most frequent problems the screen shows.
_SHOWN = 10

EXAMPLES = """
例：

  chspay check --template 模板.xlsx\n
  chspay check 清单.xlsx -o 检查结果.xlsx\n
  chspay check 清单.jsonl -o 问题.csv\n
  chspay check 报文.json --frontpage 首页.json

退出码：0 没有错误；1 有错误；2 文件或用法有误。
"""


def check(
    lists: Annotated[
        Path | None, typer.Argument(help=f"清单文件：{'、'.join(INPUTS)}；JSON可以是4101报文或其input")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="结果：.xlsx 标注每个单元格，.csv、.json 逐条问题")
    ] = None,
    template: Annotated[Path | None, typer.Option("--template", help="生成填写模板（.xlsx）后结束")] = None,
    frontpage: Annotated[
        Path | None, typer.Option("--frontpage", help="病案首页（4401，.json/.jsonl），与清单逐项比对")
    ] = None,
    rules: Annotated[
        Path, typer.Option("--rules", help="规则集文件夹，默认用随程序的一套", show_default=False)
    ] = _RULES,
    as_json: Annotated[bool, typer.Option("--json", help="汇总写成JSON")] = False,
) -> None:
    """上报之前检查结算清单：141条质控规则，逐条说明哪里不对、怎样改。不联网，不保存任何内容。"""
    rule_set = read_rule_set(folder_texts(rules.parent, rules.name))
    if template is not None:
        from chspay_cli.listbook import write_template

        _kind(template, (".xlsx",))
        _written(template, lambda part: write_template(part, rule_set))
        typer.echo(f"模板已写到 {template}，填好后运行：chspay check {template.name} -o 检查结果.xlsx")
        return
    if lists is None:
        raise Fault(CHECK_NOTHING)
    kind = _kind(out, _OUTPUTS) if out is not None else ""
    opened = open_lists(lists, rule_set.catalogue)
    with _progress(opened.total) as told:
        report = checked(rule_set, opened.lists, datetime.now(_BEIJING).replace(tzinfo=None), told)
    if not report.lists:
        raise Fault(LISTS_NONE, field="file", value=lists.name)
    compared = _compared(rule_set, report, frontpage) if frontpage is not None else []
    if out is not None:
        _written(out, lambda part: _write(part, kind, report, compared))
    typer.echo(
        json.dumps(_facts(report, compared), ensure_ascii=False, indent=1) if as_json else _text(report)
    )
    if compared and not as_json:
        typer.echo(_differences(compared))
    if report.with_errors:
        raise typer.Exit(1)


check.__doc__ = (check.__doc__ or "") + "\n" + EXAMPLES


def _kind(path: Path, allowed: tuple[str, ...]) -> str:
    kind = path.suffix.lower()
    if kind not in allowed:
        raise Fault(OUT_KIND, field="out", value=path.name)
    return kind


def _written(path: Path, write: Callable[[Path], object]) -> None:
    """Writes beside the file and renames, so that it is there whole or not at all."""
    from chspay_cli.casefile import FILE_NOT_WRITTEN

    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise Fault(FILE_NOT_WRITTEN, field="out", value=path.name, problem=str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _write(part: Path, kind: str, report: Report, compared: list[dict[str, str]]) -> None:
    if kind == ".xlsx":
        from chspay_cli.listbook import write_report

        write_report(part, report)
    elif kind == ".csv":
        from chspay_cli.listbook import problem_rows

        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(problem_rows(report))
        # The mark at the beginning tells Excel that this is UTF-8.
        replace_file(part, b"\xef\xbb\xbf" + text.getvalue().encode())
    else:
        content = {**_facts(report, compared), "lists": list(_lists(report))}
        replace_file(part, json.dumps(content, ensure_ascii=False, indent=1).encode())


def _lists(report: Report) -> Iterator[dict[str, Any]]:
    label = report.rule_set.catalogue.label
    for one in report.lists:
        yield {
            "number": one.number,
            "setl_id": one.setl_id,
            "errors": one.errors,
            "warnings": len(one.problems) - one.errors,
            "undecided": one.undecided,
            "findings": [
                {
                    "rule": problem.rule.id,
                    "level": problem.rule.level,
                    "where": where(problem, label),
                    "fields": [
                        {
                            "path": f"{place.node}.{place.name}",
                            "row": place.row + 1 if place.row >= 0 else None,
                            "value": place.value,
                        }
                        for place in problem.places
                    ],
                    "message": problem.rule.says,
                    "fix": problem.rule.fix,
                }
                for problem in one.problems
            ],
        }


def _facts(report: Report, compared: list[dict[str, str]]) -> dict[str, Any]:
    found = score(report.rule_set, report.sums)
    facts: dict[str, Any] = {
        "rule_set": report.rule_set.version,
        "evidence": "unverified",
        "lists": report.sums.lists,
        "passed": report.sums.passed,
        "with_errors": report.with_errors,
        "score": None if found.hundredths is None else found.sheet["score"].value,
        "parts": {
            measure.part.key: None if measure.ratio is None else percent(measure.ratio)
            for measure in found.measures
        },
        "rules": dict(report.violated.most_common()),
        "undecided": {rule: report.lacking[rule] for rule in report.undecided},
    }
    if compared:
        facts["front_page"] = compared
    return facts


def _text(report: Report) -> str:
    found = score(report.rule_set, report.sums)
    lines = [
        f"共{report.sums.lists}份清单：{report.sums.passed}份没有错误，{report.with_errors}份有错误。",
    ]
    for measure in found.measures:
        ratio = "没有测到" if measure.ratio is None else f"{percent(measure.ratio)}%"
        lines.append(f"　{measure.part.label}　{ratio}")
    if found.hundredths is not None:
        lines.append(f"　得分　{found.sheet['score'].value}（权重为默认值，没有文件依据）")
    if report.violated:
        lines.append("最多的问题：")
    for rule_id, count in report.violated.most_common(_SHOWN):
        rule = report.rule_set.rule(rule_id)
        assert rule is not None  # noqa: S101 - it was violated
        lines.append(f"　{rule_id} {LEVELS[rule.level]} {count}份　{rule.says}{rule.fix}")
    if report.undecided:
        lines.append(
            f"另有{len(report.undecided)}条规则对一些清单不能判定（缺少资料或编码表），不算通过也不算错。"
        )
    lines.append(f"规则集 {report.rule_set.version}：{report.rule_set.note}")
    return "\n".join(lines)


def _compared(rule_set: RuleSet, report: Report, path: Path) -> list[dict[str, str]]:
    """Lists and front pages in the same order, held against each other."""
    from chspay_cli.listfile import front_pages

    found = []
    for one, page in zip(report.lists, front_pages(path), strict=False):
        found += [
            {
                "setl_id": one.setl_id, "label": row.label, "field": row.field, "list": row.in_list,
                "front_page": row.in_frontpage, "verdict": row.verdict,
            }
            for row in compare(rule_set.front_page, one.record, page)
        ]  # fmt: skip
    return found


def _differences(compared: list[dict[str, str]]) -> str:
    lines = ["与病案首页比对："]
    for row in compared:
        if row["verdict"] != "same":
            told = f"清单“{row['list']}”，首页“{row['front_page']}”"
            lines.append(f"　{row['setl_id']} {row['label']}：{WORDS[row['verdict']]}，{told}")
    return "\n".join(lines) if len(lines) > 1 else "与病案首页比对：都相同。"


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], object]]:
    """A bar on the screen, when there is one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("检查清单", total=total)
        yield lambda done: bar.update(task, completed=done)
