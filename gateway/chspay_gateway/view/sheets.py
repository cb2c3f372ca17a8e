"""What each page shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fastapi.responses import HTMLResponse

from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.wording import evidence_text, formula_text, kind_text, rounding_text, unit_text
from chspay_core.worksheet import Line
from chspay_gateway import problems
from chspay_gateway.rest.answers import (
    HospitalOut,
    RunCaseOut,
    RunOut,
    StatementOut,
)
from chspay_gateway.view.html import card, facts, link, page, table
from chspay_kit.auth import Claim
from chspay_kit.markup import Part, Safe, join, money, tag

_STATES = {"pending": "等待", "running": "进行中", "done": "完成", "failed": "失败"}
_LEVELS = {1: "一级", 2: "二级", 3: "三级", 9: "未定级"}
_HOME = link("结算", "view")


def refusal(fault: Fault) -> HTMLResponse:
    """Why a page cannot be shown."""
    title = problems.TITLES[fault.reason.kind]
    body = card(tag("p", fault.message), tag("p", tag("code", fault.reason.code), cls="soft"))
    return page(title, body, crumbs=[_HOME], status=problems.status_of(fault.reason))


def sign_in(back: str, fault: Fault | None = None) -> HTMLResponse:
    """The form for a key."""
    note = tag("p", fault.message, cls="note") if fault else join()
    form = Safe(
        '<form method="post" action="/view/login">'
        f'<input type="hidden" name="next" value="{escape(back)}">'
        '<p><label for="key">访问密钥</label></p>'
        '<p><input id="key" name="key" type="password" autocomplete="off" autofocus required></p>'
        "<p><button>登录</button></p></form>"
    )
    hint = tag(
        "p", "密钥由医保部门发放（chspay client add），形如 cp_…；只在本机浏览器保存八小时。", cls="soft"
    )
    return page("登录", card(note, form, hint), status=401 if fault else 200)


def start(claim: Claim, runs: Sequence[RunOut], more: Safe) -> HTMLResponse:
    """Where to begin, and as whom: the month runs, newest first."""
    who = claim.institution or ("全部地区" if claim.region == "*" else f"地区 {claim.region}")
    out = Safe('<form method="post" action="/view/logout"><button class="plain">退出登录</button></form>')
    heads = (("结算", False), ("统筹区", False), ("状态", False), ("病例数", True), ("基金支付（元）", True))
    rows = [
        (
            link(f"{item.year}年{item.month}月", "view", "runs", item.run_id),
            item.pool,
            _STATES.get(item.state, item.state),
            f"{item.cases:,}",
            money(item.fund),
        )
        for item in runs
    ]
    found = table(heads, rows) if rows else tag("p", "还没有月度结算。", cls="soft")
    return page(
        "结算",
        card(tag("p", "当前身份：", tag("strong", who)), out),
        card(tag("h2", "月度结算"), found, more),
        card(tag("h2", "医疗机构"), tag("p", link("医疗机构登记表", "view", "hospitals"))),
    )


def hospitals(items: Sequence[HospitalOut], more: Safe) -> HTMLResponse:
    """The register."""
    heads = (("编码", False), ("名称", False), ("级别", False), ("所在地", False), ("有效期", False))
    rows = [
        (
            item.hospital_code,
            item.name,
            _LEVELS.get(item.level, str(item.level)),
            item.area_code or item.region_code,
            f"{item.since or ''} 至 {item.until or '今'}",
        )
        for item in items
    ]
    return page("医疗机构", card(table(heads, rows), more), crumbs=[_HOME])


def run(item: RunOut, statements: Sequence[StatementOut]) -> HTMLResponse:
    """A run, and its hospital table when it is done."""
    title = f"{item.pool} · {item.year}年{item.month}月 结算"
    state = _STATES.get(item.state, item.state)
    if item.state == "running":
        state += f"（{item.stage} {item.progress_done}/{item.progress_total}）"
    head = facts(
        [
            ("状态", state),
            ("病例数", f"{item.cases:,}"),
            ("总点数", money(item.total_points or "")),
            ("点值（元/点）", item.point_value),
            ("基金支付（元）", money(item.fund)),
            ("个人负担（元）", money(item.patient)),
        ]
    )
    parts: list[Part] = [_notice(item.evidence), card(head)]
    if item.failure_reason:
        parts.append(card(tag("p", item.failure_message), tag("code", item.failure_reason)))
    if statements:
        parts.append(card(tag("h2", "各医疗机构"), _hospital_table(item.run_id, statements)))
    digests = [
        ("政策包", item.policy_digest),
        ("分组方案", item.scheme_digest),
        ("全部结算单", item.statements_digest),
        ("引擎版本", item.engine_version),
    ]
    rows = [(label, tag("code", value)) for label, value in digests]
    parts.append(card(tag("h2", "可复算的依据"), table((("项目", False), ("指纹", False)), rows)))
    return page(title, *parts, crumbs=[_HOME])


_FIGURES = ("fund", "patient", "total", "prepaid", "retained", "payable")


def _hospital_table(run_id: str, statements: Sequence[StatementOut]) -> Safe:
    heads = (
        ("医疗机构", False),
        ("病例数", True),
        ("点数", True),
        ("基金支付", True),
        ("个人负担", True),
        ("合计", True),
        ("本月预付", True),
        ("预留", True),
        ("本月应付", True),
    )
    rows: list[list[Part]] = []
    for each in statements:
        name = each.hospital_name or each.hospital_code
        to = link(name, "view", "runs", run_id, "statements", each.hospital_code)
        amounts = [money(getattr(each, field)) for field in _FIGURES]
        rows.append([to, f"{each.cases:,}", money(each.points or ""), *amounts])
    sums = [
        money(fen_to_yuan(sum(yuan_to_fen(getattr(each, field)) for each in statements)))
        for field in _FIGURES
    ]
    foot = ["合计", f"{sum(each.cases for each in statements):,}", "", *sums]
    return table(heads, rows, foot)


def statement(item: StatementOut, cases: Sequence[RunCaseOut], more: Safe) -> HTMLResponse:
    """A statement and its cases."""
    title = f"{item.hospital_name or item.hospital_code} 结算单"
    head = facts(
        [
            ("病例数", f"{item.cases:,}"),
            ("点数", money(item.points or "")),
            ("点值（元/点）", item.point_value),
            ("基金支付（元）", money(item.fund)),
            ("个人负担（元）", money(item.patient)),
            ("合计（元）", money(item.total)),
            ("医疗总费用（元）", money(item.cost)),
            ("本月预付（元）", money(item.prepaid)),
            ("预留（元）", money(item.retained)),
            ("审核扣款（元）", money(item.deducted)),
            ("以往月份差额（元）", money(item.differences)),
            ("暂缓拨付（元）", money(item.held)),
            ("解除暂缓（元）", money(item.released)),
            ("本月应付（元）", money(item.payable)),
        ]
    )
    heads = (
        ("病例", False),
        ("病组", False),
        ("类别", False),
        ("点数", True),
        ("总费用", True),
        ("个人负担", True),
        ("基金", True),
    )
    rows = [
        (
            link(
                each.case_id, "view", "runs", item.run_id, "worksheet",
                hospital_code=each.hospital_code, case_id=each.case_id,
            ),
            each.drg,
            kind_text(each.kind),
            each.points,
            money(each.cost),
            money(each.patient),
            money(each.fund),
        )
        for each in cases
    ]  # fmt: skip
    crumbs = [_HOME, link("本次结算", "view", "runs", item.run_id)]
    return page(
        title,
        _notice(item.evidence),
        card(head),
        card(tag("h2", "病例（点击病例号看计算底稿）"), table(heads, rows), more),
        card(tag("small", "结算单指纹（SM3）", cls="soft"), tag("p", tag("code", item.digest))),
        crumbs=crumbs,
    )


def worksheet(run_id: str, case: RunCaseOut, title: str, lines: Sequence[Line]) -> HTMLResponse:
    """One case, line by line."""
    head = facts(
        [
            ("病例", case.case_id),
            ("病组", case.drg or "未入组"),
            ("类别", kind_text(case.kind)),
            ("点数", case.points or ""),
            ("总费用（元）", money(case.cost)),
            ("个人负担（元）", money(case.patient)),
            ("基金支付（元）", money(case.fund)),
        ]
    )
    labels = {line.key: line.label for line in lines}
    heads = (("#", True), ("项目", False), ("数值", True), ("怎样算出", False), ("依据", False))
    rows = [
        (number, line.label, _value(line), _how(line, labels), _basis(line))
        for number, line in enumerate(lines, 1)
    ]
    crumbs = [
        _HOME,
        link("本次结算", "view", "runs", run_id),
        link("结算单", "view", "runs", run_id, "statements", case.hospital_code),
    ]
    weakest = next((mark for mark in ("demo", "unverified") if any(x.evidence == mark for x in lines)), "")
    return page(
        title or "计算底稿",
        _notice(weakest),
        card(head),
        card(tag("h2", "计算底稿"), table(heads, rows)),
        crumbs=crumbs,
    )


def _value(line: Line) -> Part:
    if line.unit == "fen" and line.value.removeprefix("-").isdigit():
        return f"{money(fen_to_yuan(int(line.value)))} 元"
    return f"{money(line.value)} {unit_text(line.unit)}".strip()


def _how(line: Line, labels: dict[str, str]) -> Part:
    if not line.formula:
        return tag("span", "政策规定" if line.rule else "录入", cls="soft")
    parts: list[Part] = [formula_text(line, labels)]
    if line.rounding:
        parts += [Safe("<br>"), tag("span", rounding_text(line.rounding), cls="soft")]
    return join(*parts)


def _basis(line: Line) -> Part:
    if not line.citation:
        return ""
    mark = tag("span", evidence_text(line.evidence), cls="tag")
    return join(line.citation, " ", mark, Safe("<br>"), tag("code", line.rule))


def _notice(evidence: str) -> Safe:
    """A run over anything but official rules says so on every sheet."""
    if evidence in {"", "official"}:
        return join()
    text = {
        "demo": "所用规则含演示数据，金额不作为支付依据。",
        "unverified": "所用规则含未经核实的条款，请核对后使用。",
    }
    return tag("p", text.get(evidence, evidence), cls="note")
