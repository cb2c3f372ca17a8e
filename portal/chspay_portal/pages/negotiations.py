"""The negotiation room: topics, sealed data, proposals with what they move, comments, votes, minutes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal.forms import Again, hidden, posted, text
from chspay_portal.frame import PATIENCE, show
from chspay_portal.pages.negotiation_acts import acts
from chspay_portal.portal import Visit
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, digest, facts, figure, href, link, table, text_cell

router = APIRouter(include_in_schema=False)
HERE = "/negotiations"
_KINDS = (
    ("weight", "权重（分值）"),
    ("coefficient", "系数"),
    ("group", "病组"),
    ("budget", "总额与费率"),
    ("multiple", "病例倍率"),
    ("same_price", "同病同价组"),
    ("special", "特例规则"),
)
_PAPERS = {
    "statement": "议题书",
    "snapshot": "数据快照",
    "comment": "意见",
    "comment_answer": "意见答复",
    "answer": "答复",
    "panel": "论证专家组",
    "expert": "论证意见",
    "minutes": "会议纪要",
    "vote": "表决",
    "count": "计票",
    "mediation": "调解意见",
    "decision": "决定书",
    "objection": "异议",
    "objection_answer": "异议答复",
    "approval": "批准文件",
    "publication": "发布包",
}
_COLUMNS = (Column("议题"), Column("种类"), Column("环节"), Column("期限"), Column("提出日期"))
_IMPACT = (
    Column("医疗机构"),
    Column("病例数", "count", "例", summed=True),
    Column("现行", "money", "元", summed=True),
    Column("按方案", "money", "元", summed=True),
    Column("增减", "signed", "元", summed=True),
)
_ROWS = 100
#: When comments are taken.
_TALKING = {"CONSULT", "SESSION"}


@ui.page("/negotiations", response_timeout=PATIENCE)
async def negotiations_page(request: Request, page_token: str = "") -> Response | None:
    """The topics, the newest first, and the form for another one."""
    return await show(request, lambda visit: _list(visit, page_token))


@ui.page("/negotiations/{topic_id}", response_timeout=PATIENCE)
async def topic_page(request: Request, topic_id: str) -> Response | None:
    """One topic with everything written in it."""
    return await show(request, lambda visit: _topic(visit, topic_id))


@router.post("/negotiations")
async def open_topic(request: Request) -> Response:
    """Opens a topic."""
    return await posted(request, HERE, _open)


async def _open(visit: Visit, form: FormData) -> str:
    groups = [part.strip() for part in text(form, "groups").replace("，", "、").split("、") if part.strip()]
    body = {name: text(form, name) for name in ("pool", "kind", "title", "statement")} | {"groups": groups}
    made = await visit.send("POST", "negotiations", body=body)
    return href("negotiations", made["topic_id"])


async def _list(visit: Visit, page_token: str) -> Sheet:
    found = await visit.get("negotiations", page_size=_ROWS, page_token=page_token)
    again = Again(visit.session, HERE)
    kinds = dict(_KINDS)
    rows = [
        [
            Cell(link(row["title"], href("negotiations", row["topic_id"])), row["title"]),
            text_cell(kinds.get(row["kind"], row["kind"])),
            text_cell(row["state_text"]),
            Cell(_due(row), row["due"] or "9999"),
            text_cell(row["opened"] or "—"),
        ]
        for row in found["items"]
    ]
    shown: Part = tag("p", "还没有议题。", cls="soft")
    if rows:
        shown = table("topics", _COLUMNS, rows, caption="新的在前。点议题进入协商室。")
    if found["next_page_token"]:
        more = href("negotiations", page_token=found["next_page_token"])
        shown = join(shown, tag("p", link("下一页", more, cls="button second")))
    form = again.form(
        HERE,
        again.line("pool", "统筹区代码", "例如 990100", required=True),
        again.choice("kind", "协商什么", _KINDS),
        again.line("title", "标题", required=True),
        again.paragraph("statement", "要求和理由"),
        again.line("groups", "所涉病组", "用顿号分开；可以不填"),
        button="提出议题",
    )
    return Sheet(
        title="协商谈判",
        lead="病组、权重、系数和总额怎样定，由医疗机构和医保部门一起协商：同一份封存的数据，"
        "每个方案先算出谁增谁减，再讨论、表决，通过后直接成为规则。",
        here=HERE,
        parts=[
            card(shown),
            card(again.told(), tag("details", tag("summary", "提出新的议题"), form, cls="act")),
        ],
    )


def _due(row: dict[str, Any]) -> Part:
    if not row["due"]:
        return tag("span", "没有期限", cls="soft")
    word, cls = ("已逾期", "mark failed") if row["overdue"] else ("期限", "mark official")
    return join(tag("span", word, cls=cls), " ", tag("small", row["due"], cls="soft"))


async def _topic(visit: Visit, topic_id: str) -> Sheet:
    found, machine, me = await asyncio.gather(
        visit.get("negotiations", topic_id),
        visit.get("disputes", "machine", owner="topic"),
        visit.get("me"),
    )
    topic = found["topic"]
    here = href("negotiations", topic_id)
    again = Again(visit.session, here)
    return Sheet(
        title=topic["title"],
        lead=f"{dict(_KINDS).get(topic['kind'], topic['kind'])}　统筹区 {topic['pool']}　议题 {topic_id}",
        crumbs=[link("协商", HERE), topic["title"]],
        here=HERE,
        parts=[
            card(
                facts(
                    [
                        ("环节", tag("span", topic["state_text"], cls="mark official"), ""),
                        ("期限", _due(topic), ""),
                        ("提出日期", topic["opened"] or "—", ""),
                        ("所涉病组", "、".join(topic["groups"]) or "不限", ""),
                    ]
                ),
                _way(machine, topic["state"]),
            ),
            card(tag("h2", "现在可以办理"), again.told(), acts(found, machine, me, again), id="acts"),
            *(_proposal(item) for item in reversed(found["proposals"])),
            _papers(found["papers"], again, topic),
        ],
    )


def _way(machine: dict[str, Any], state: str) -> Safe:
    """Where the topic stands among all states."""
    steps = [
        tag("li", item["text"], aria_current="step" if item["state"] == state else None)
        for item in machine["states"]
    ]
    return tag("ol", *steps, cls="way", aria_label="协商的环节")


def _proposal(item: dict[str, Any]) -> Safe:
    who = item["hospital_code"] or "医保部门"
    against = f"，针对方案 {item['counters']}" if item["counters"] else ""
    changes = [_difference(one) for one in item["differences"]]
    return card(
        tag("h2", f"方案 {item['number']}：{item['title']}"),
        tag("p", f"{who} 提出{against}；自 {item['effective']} 起出院的病例适用。", cls="soft"),
        tag("ul", *changes, cls="clauses"),
        _impact(item),
        tag("p", "方案指纹 ", digest(item["digest"], short=True), cls="soft"),
    )


def _difference(one: dict[str, Any]) -> Safe:
    if one["rows"]:
        rows = [
            tag("li", f"{'新增' if row['sign'] == '+' else '删去'} {_plain(row['row_json'])}")
            for row in one["rows"]
        ]
        return tag("li", tag("strong", one["label"]), tag("ul", *rows))
    before, after = _plain(one["before_json"]), _plain(one["after_json"])
    return tag("li", tag("strong", one["label"]), f"：{before} → {after}")


def _plain(given: str) -> str:
    """A value of a rule as it is read."""
    if not given:
        return "没有"
    value = json.loads(given)
    if isinstance(value, dict):
        return "，".join(f"{name} {item}" for name, item in value.items())
    return "、".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _impact(item: dict[str, Any]) -> Part:
    """Winners and losers, worked out from the frozen months before anybody discusses them."""
    impact = item["impact"]
    if impact is None:
        return tag("p", "影响正在试算，稍后刷新。", cls="notice", role="status")
    if impact["failure_reason"]:
        told = f"试算没有成功：{impact['failure_message']}"
        return tag("p", told, " ", tag("code", impact["failure_reason"]), cls="alert")
    rows = [
        [
            Cell(row["name"] or row["hospital_code"], f"{row['name']} {row['hospital_code']}"),
            figure(str(row["cases"])),
            figure(row["before"]),
            figure(row["after"]),
            Cell(_signed(row["change"]), row["change"]),
        ]
        for row in impact["rows"]
    ]
    name = f"impact-{item['number']}"
    return join(
        facts(
            [
                ("增加的机构", str(impact["winners"]), "家"),
                ("减少的机构", str(impact["losers"]), "家"),
                ("机构之间移动", money(impact["moved"]), "元"),
                ("基金支付变化", _signed(impact["fund_change"]), "元"),
                ("总额", "中性" if impact["neutral"] else "不中性", ""),
            ]
        ),
        table(name, _IMPACT, rows, caption="用冻结的月份按方案重新结算；数据和结果都已封存。"),
        tag("p", "数据指纹 ", digest(impact["snapshot_digest"], short=True), "　影响指纹 ",
            digest(impact["digest"], short=True), cls="soft"),
    )  # fmt: skip


def _signed(amount: str) -> Safe:
    if amount.startswith("-"):
        return tag("span", money(amount), cls="bad")
    nothing = not amount.strip("0.")
    return tag("span", money(amount) if nothing else f"+{money(amount)}", cls="" if nothing else "good")


def _papers(papers: list[dict[str, Any]], again: Again, topic: dict[str, Any]) -> Safe:
    rows = [_paper(item) for item in papers]
    form = again.form(
        f"{href('negotiations', topic['topic_id'])}/papers",
        hidden("kind", "comment"),
        again.paragraph("text", "意见", "写入后不能更改，所有参加方都能看到。"),
        again.line("ref", "针对第几份材料或方案", "数字；不针对哪一份可以不填"),
        button="写入意见",
        second=True,
    )
    shown = tag("ol", *rows, cls="papers") if rows else tag("p", "还没有材料。", cls="soft")
    writing: Part = ""
    if topic["state"] in _TALKING:
        writing = tag("details", tag("summary", "写意见"), form, cls="act")
    return card(tag("h2", "材料与记录"), tag("p", "按写入顺序，只增不改。", cls="soft"), shown, writing)


def _paper(item: dict[str, Any]) -> Safe:
    who = item["hospital_code"] or item["by"] or "系统"
    about = f"　针对 {item['ref']}" if item["ref"] else ""
    kind = _PAPERS.get(item["kind"], item["kind"])
    head = tag(
        "p",
        tag("strong", f"{item['seq']}　{kind}"),
        tag("span", f"　{who}　{item['day']}{about}", cls="soft"),
    )
    return tag("li", head, *(tag("p", line) for line in item["text"].splitlines() if line.strip()))
