"""``chspay verify``: a hospital's month worked out again from its package, offline: no database, no network.

Exit codes: 0 all is the same, to the fen; 1 something differs, and the first thing is named; 2 the file
or the usage is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chspay_core import ENGINE_VERSION
from chspay_core.amounts import fen_to_yuan, from_micro, plain
from chspay_core.errors import Fault, Kind, Reason

if TYPE_CHECKING:
    import pyarrow as pa

    from chspay_kit.package import Package
    from chspay_settlement.engine.proof.own import Own, Step

TRUST_UNREADABLE = Reason(
    "TRUST_UNREADABLE", Kind.INVALID, "信任的公钥“{value}”不能识别：应为十六进制公钥，或含有它的文件。"
)
#: A package that is not one, or no file at all, is a wrong file and not a difference.
_NO_PACKAGE = {"PACKAGE_BROKEN", "PACKAGE_FORMAT", "PACKAGE_KIND", "PACKAGE_NAME", "TRUST_UNREADABLE"}
_COLUMNS = (
    "病例号", "病组", "结算类别", "数据包点数", "重算点数", "数据包基金支付（元）", "重算基金支付（元）",
    "差额（元）",
)  # fmt: skip


def verify(
    package: Annotated[Path, typer.Argument(help="数据包文件")],
    trust: Annotated[
        str, typer.Option("--trust", help="经办机构公布的SM2公钥（十六进制），或含有它的文件")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="结果写成JSON")] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="逐例对照写到这个文件（.xlsx、.csv）")] = None,
) -> None:
    """离线核对数据包：用同样的算法重算点数、点值、金额和结算单，核对总额证明；全部相同退出码为0。"""
    from chspay_kit.package import open_package
    from chspay_settlement.engine.proof.own import recompute
    from chspay_settlement.engine.proof.own_files import KIND, files_of

    steps: list[Step] = []
    report: dict[str, Any] = {"ok": False, "package": str(package), "engine": ENGINE_VERSION}
    own = None
    try:
        with open_package(package, KIND) as opened:
            report |= _told(opened)
            if trust:
                opened.require_signer({public_key(trust)})
                report["trusted"] = True
            members = {name: opened.read(name) for name in opened.names}
            files = files_of(members, _leaf_key(opened), str(opened.facts.get("statement_digest", "")))
            own = recompute(files, steps)
            _same_facts(opened, own)
    except Fault as fault:
        if fault.reason.code in _NO_PACKAGE:
            raise
        report["difference"] = {
            "reason": fault.reason.code, "field": fault.field, "message": fault.message,
        }  # fmt: skip
    report["steps"] = [step._asdict() for step in steps]
    if own is not None and "difference" not in report:
        report |= {"ok": True, **_figures(own)}
        if xlsx is not None:
            _write_comparison(xlsx, own)
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1) if as_json else _text(report))
    if not report["ok"]:
        raise typer.Exit(1)


def _told(opened: Package) -> dict[str, Any]:
    return {
        "digest": opened.digest,
        "made_by_engine": opened.engine,
        "signer": opened.signer,
        "trusted": False,
        "hospital": opened.made_for,
        "month": str(opened.facts.get("month", "")),
        "run": str(opened.facts.get("run", "")),
        "root": str(opened.facts.get("root", "")),
    }


def public_key(trust: str) -> str:
    """The key given, or found in the file given."""
    from chspay_kit.sm2 import Sm2Key

    path = Path(trust)
    try:
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else trust.strip()
        return (Sm2Key.from_pem(text) if "BEGIN" in text else Sm2Key.from_public_hex(text)).public_hex()
    except (Fault, OSError, UnicodeDecodeError) as error:
        if isinstance(error, Fault) and error.reason.code == "SM2_UNAVAILABLE":
            raise
        raise Fault(TRUST_UNREADABLE, field="--trust", value=trust) from error


def _leaf_key(opened: Package) -> bytes:
    try:
        return bytes.fromhex(opened.facts["leaf_key"])
    except (KeyError, TypeError, ValueError):
        # Without it no leaf comes out, and the proof says so.
        return b""


def _same_facts(opened: Package, own: Own) -> None:
    """What the package says of itself is what is in it."""
    from chspay_settlement.engine.proof.own import same

    said = own.statement
    facts = opened.facts
    same("facts", "数据包所属的医疗机构", opened.made_for, said["hospital"]["code"])
    expected = {
        "hospital": said["hospital"]["code"],
        "month": said["run"]["period"],
        "pool": said["run"]["pool"],
        "root": own.public.root.hash.hex(),
        "cases": len(own.cases),
    }
    for name, value in expected.items():
        same("facts", f"数据包说明的“{name}”", facts.get(name), value)


def _figures(own: Own) -> dict[str, Any]:
    said, sums = own.statement, own.public.root.sums
    return {
        "evidence": said["evidence"],
        "cases": len(own.cases),
        "points": said["totals"]["points"],
        "fund_fen": said["totals"]["fund_fen"],
        "payable_fen": said["totals"]["payable_fen"],
        "difference_fen": sum(row.fund_fen - row.case.fund_fen for row in own.cases),
        "point_value": said["point_value"]["display"],
        "pool": {
            "points_micro": sums.points_net_micro,
            "fund_fen": sums.fund_net_fen,
            "cases": sums.cases,
        },
    }


def _text(report: dict[str, Any]) -> str:
    # A package that cannot be opened does not say whose it is.
    lines = (
        [f"医疗机构 {report['hospital']}　{report['month']}　月结 {report['run']}"] if "run" in report else []
    )
    if report.get("trusted"):
        lines.append("签名：由您信任的公钥签发")
    elif report.get("signer"):
        lines.append(f"签名：有效，公钥 {report['signer'][:16]}…；未与信任的公钥核对，请用 --trust 指定")
    elif "signer" in report:
        lines.append("签名：没有签名，不能确认是谁发出的")
    lines += [f"　相同　{step['label']}：{step['found']}" for step in report["steps"]]
    if report["ok"]:
        pool = report["pool"]
        lines += [
            f"全部相同，差额{report['difference_fen']}分。",
            f"本机构：{report['cases']}例，{report['points']}点，基金支付{fen_to_yuan(report['fund_fen'])}元，"
            f"本次支付{fen_to_yuan(report['payable_fen'])}元",
            f"统筹区：{pool['cases']}例，{plain(from_micro(pool['points_micro']))}点，"
            f"基金{fen_to_yuan(pool['fund_fen'])}元，点值{report['point_value']}元",
            f"总额根：{report['root']}",
            "请与其他医疗机构或公示的总额根比对：大家的总额根相同，说明分母是同一个。",
        ]
    else:
        difference = report["difference"]
        lines.append(f"　不同　{difference['reason']}：{difference['message']}")
    if report.get("made_by_engine", ENGINE_VERSION) != ENGINE_VERSION:
        lines.append(f"说明：数据包由 chspay {report['made_by_engine']} 出具，本机是 {ENGINE_VERSION}。")
    return "\n".join(lines)


def _write_comparison(path: Path, own: Own) -> None:
    """Every case as the package has it and as it came out, side by side."""
    import pyarrow as pa

    from chspay_cli.casefile import write_rows

    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    write_rows(path, schema, _batches(own, schema))


def _batches(own: Own, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    rows = [
        (
            row.case.inp.case_id,
            row.case.inp.drg,
            row.points.kind.value,
            plain(from_micro(row.case.points.points_micro)),
            plain(from_micro(row.points.points_micro)),
            fen_to_yuan(row.case.fund_fen),
            fen_to_yuan(row.fund_fen),
            fen_to_yuan(row.fund_fen - row.case.fund_fen),
        )
        for row in own.cases
    ]
    yield pa.RecordBatch.from_arrays(
        [pa.array(c, pa.string()) for c in zip(*rows, strict=True)], schema=schema
    )
