"""The public register: what was decided, drawn and agreed, open to everybody without signing in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_kit.notices import Facts, Paragraph, Table, blocks_of
from chspay_portal.frame import PATIENCE, show_to_all
from chspay_portal.gateway import Gateway, Refused
from chspay_portal.portal import portal_of
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, digest, href, link, table, text_cell

router = APIRouter(include_in_schema=False)
HERE = "/register"
_KINDS = (
    ("", "全部"),
    ("result", "评议结果"),
    ("statistics", "周期统计"),
    ("draw_commitment", "抽取承诺"),
    ("draw_reveal", "抽取公布"),
    ("round", "协商公告"),
    ("consultation", "征求意见"),
    ("vote", "表决结果"),
    ("adoption", "采纳与施行"),
    ("violation", "违规公示"),
    ("notice", "公告"),
    ("withdrawal", "撤回公告"),
)
_COLUMNS = (Column("标题"), Column("种类"), Column("公布日期"), Column("编号"), Column("状态"))
_ROWS = 50


@ui.page("/register", response_timeout=PATIENCE)
async def register_page(request: Request, kind: str = "", page_token: str = "") -> None:
    """The entries, the newest first."""
    await show_to_all(request, lambda gateway: _list(gateway, kind, page_token))


@ui.page("/register/{entry_no}", response_timeout=PATIENCE)
async def entry_page(request: Request, entry_no: str) -> None:
    """One entry, as it was published."""
    await show_to_all(request, lambda gateway: _entry(gateway, entry_no))


@router.get("/register/{entry_no}/pdf")
async def entry_file(request: Request, entry_no: str) -> Response:
    """The printed form of an entry."""
    try:
        found = await portal_of(request).gateway.public("register", f"{entry_no}.pdf")
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    name = f'inline; filename="{entry_no}.pdf"'
    return Response(found.content, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get("/register/chain/{pool}/file")
async def chain_file(request: Request, pool: str) -> Response:
    """The whole register of a pool, for verification elsewhere."""
    try:
        found = await portal_of(request).gateway.public("register", "chain", pool)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    name = f'attachment; filename="register-{pool}.json"'
    return Response(found.content, media_type="application/json", headers={"Content-Disposition": name})


async def _list(gateway: Gateway, kind: str, page_token: str) -> Sheet:
    answer = await gateway.public("register", kind=kind, page_token=page_token, page_size=_ROWS)
    found = answer.json()
    heads = (await gateway.public("register", "heads")).json()["items"]
    tabs = tag(
        "nav",
        *(
            tag("a", text, href=href("register", kind=code), aria_current="page" if code == kind else None)
            for code, text in _KINDS
        ),
        cls="tabs",
        aria_label="公示的种类",
    )
    rows = [_row(row) for row in found["items"]]
    shown: Part = tag("p", "还没有这一类公示。", cls="soft")
    if rows:
        shown = table("register", _COLUMNS, rows, caption="新的在前。点标题看全文。")
    more: Part = ""
    if found["next_page_token"]:
        to = href("register", kind=kind, page_token=found["next_page_token"])
        more = tag("p", link("更早的公示", to, cls="button second"))
    return Sheet(
        title="公示登记簿",
        lead="评议结果、专家抽取、协商表决和违规行为都在这里公布，任何人都可以看，也可以自己核验有没有被改动。",
        here=HERE,
        parts=[card(tabs, shown, more), _verify(heads)],
    )


def _row(row: dict[str, Any]) -> list[Cell]:
    title = row["title"] or "（正文已撤回）"
    state = f"已由 {row['withdrawn_by']} 撤回" if row["withdrawn_by"] else "有效"
    return [
        Cell(link(title, href("register", row["entry_no"])), title),
        text_cell(row["kind_text"]),
        text_cell(row["published_at"][:10]),
        Cell(tag("code", row["entry_no"]), row["entry_no"]),
        Cell(tag("span", state, cls="mark failed" if row["withdrawn_by"] else "mark official"), state),
    ]


def _verify(heads: list[dict[str, Any]]) -> Safe:
    """How an outsider checks it, with the lines to hold it against."""
    if not heads:
        return join()
    rows = [
        tag(
            "div",
            tag("dt", f"统筹区 {head['pool']}"),
            tag(
                "dd",
                f"{head['entries']} 条　",
                link("下载登记簿", href("register", "chain", head["pool"], "file"), download=""),
                tag("p", tag("code", head["anchor"])),
            ),
        )
        for head in heads
    ]
    return card(
        tag("h2", "自己核验"),
        tag(
            "p",
            "每条公示都记入一条链，链的末端由发布单位签名。下载登记簿后，在自己的电脑上运行 ",
            tag("code", "chspay register verify register-统筹区.json"),
            "，不需要连接本系统；把刊登在公报或公开仓库里的时间锚用 ",
            tag("code", "--anchor"),
            " 给出，还能核对此前公布的内容没有被改动。",
            cls="soft",
        ),
        tag("dl", *rows, cls="prints"),
    )


async def _entry(gateway: Gateway, entry_no: str) -> Sheet:
    row = (await gateway.public("register", entry_no)).json()
    parts: list[Part] = []
    if row["withdrawn_by"]:
        told = join(
            "本条公示已撤回，正文不再公布。理由见 ",
            link(row["withdrawn_by"], href("register", row["withdrawn_by"])),
            "。下面的指纹和链值保留，可以核对它曾经公布。",
        )
        parts.append(tag("p", told, cls="notice", role="note"))
    else:
        parts.append(
            card(*(_block(at, block) for at, block in enumerate(blocks_of(row["content"]))), _tools(row))
        )
    parts.append(_prints(row))
    return Sheet(
        title=row["title"] or f"公示 {entry_no}（已撤回）",
        lead=f"{row['kind_text']}　编号 {entry_no}　{row['published_at'][:10]} 公布　统筹区 {row['pool']}",
        crumbs=[link("公示登记簿", HERE), row["kind_text"]],
        here=HERE,
        parts=parts,
    )


def _tools(row: dict[str, Any]) -> Safe:
    printed = link("打印版（PDF）", href("register", row["entry_no"], "pdf"), cls="button second")
    return tag("p", printed, cls="noprint")


def _block(at: int, block: Paragraph | Facts | Table) -> Part:
    if isinstance(block, Paragraph):
        return tag("p", block.text)
    if isinstance(block, Facts):
        pairs = [tag("div", tag("dt", name), tag("dd", value)) for name, value in block.pairs]
        return tag("dl", *pairs, cls="said")
    columns = [Column(head) for head in block.heads]
    rows = [[text_cell(cell) for cell in row] for row in block.rows]
    return table(f"block-{at}", columns, rows, caption=block.title, sortable=False)


def _prints(row: dict[str, Any]) -> Safe:
    pairs = (
        ("正文指纹", digest(row["content_sm3"])),
        ("本条链值", digest(row["hash"])),
        ("上一条", digest(row["previous"])),
        ("登记序号", str(row["seq"])),
        ("隐去字段", "、".join(row["redacted"]) or "无"),
    )
    shown = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs]
    return card(tag("h2", "核验用的指纹"), tag("dl", *shown, cls="prints"))
