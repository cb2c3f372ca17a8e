"""The frame of every page: head, way back, title, warning, content, what paper shows.

The content is plain HTML in the first answer, readable before any script has run. NiceGUI brings what
moves (charts, progress); its elements are put into places of this HTML by ``ui.teleport``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal import words
from chspay_portal.sessions import Session
from chspay_portal.view.parts import href, link, notice

STATIC = files("chspay_portal") / "static"
NAME = "chspay 医保支付"
#: What leads where, and to whom it is shown; an empty role is shown to everybody, signed in or not.
_NAVIGATION = (
    ("结算", "/", ("hospital", "bureau", "service")),
    ("测算模拟", "/what-if", ("bureau", "service")),
    ("争议", "/disputes", ("hospital", "bureau", "service")),
    ("评审", "/reviews", ("expert",)),
    ("抽取", "/draws", ("bureau", "service")),
    ("协商", "/negotiations", ("hospital", "bureau", "service", "expert")),
    ("公示", "/register", ()),
)


def _stamp(name: str) -> str:
    """An address that changes with the file, so that browsers may keep it for ever."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


#: Styles and the script of every page.
HEAD = join(
    tag("link", rel="stylesheet", href=_stamp("portal.css")),
    tag("script", src=_stamp("portal.js"), defer=True),
).html


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one page says.

    :param lead: what the page is for, in one or two sentences.
    :param crumbs: the way back, links.
    :param evidence: the weakest mark of the rules behind it; warned of when not ``official``.
    :param live: makes NiceGUI elements and puts them into places of ``parts``.
    :param status: HTTP status.
    """

    title: str
    parts: Sequence[Part]
    lead: Part = ""
    crumbs: Sequence[Part] = ()
    evidence: str = ""
    live: Callable[[], None] | None = None
    status: int = 200
    here: str = "/"


def body(sheet: Sheet, session: Session | None, who: str) -> str:
    """The HTML of a page up to where NiceGUI's own part begins."""
    return join(
        tag("a", "跳到正文", cls="skip", href="#main"),
        _top(sheet, session, who),
        tag(
            "main",
            _trail(sheet.crumbs),
            tag("h1", sheet.title),
            tag("p", sheet.lead, cls="lead") if sheet.lead else "",
            notice(sheet.evidence),
            *sheet.parts,
            id="main",
            tabindex=-1,
        ),
        tag("footer", "金额精确到分；点一下金额，就能看到它怎样算出、依据哪份文件的哪一条。"),
    ).html


def paper(sheet: Sheet) -> str:
    """Head and foot of every printed page: what it is, the warning, page numbers."""
    mark = words.ON_PAPER.get(sheet.evidence, "")
    return (
        f"<style>@page{{@top-left{{content:{_quoted(f'{NAME}　{sheet.title}')}}}"
        f"@top-right{{content:{_quoted(mark)}}}}}</style>"
    )


def _quoted(text: str) -> str:
    """Text as a CSS string; nothing in it can end the string or the style element."""
    return (
        '"' + "".join(char if char.isalnum() or char == " " else f"\\{ord(char):x} " for char in text) + '"'
    )


def _top(sheet: Sheet, session: Session | None, who: str) -> Safe:
    brand = tag("a", tag("strong", "chspay"), " 医保支付", cls="brand", href="/")
    entries = [
        tag("a", title, href=to, aria_current="page" if sheet.here == to else None)
        for title, to, roles in _NAVIGATION
        if not roles or (session is not None and session.role in roles)
    ]
    if session is None:
        sign_in = tag("div", link("登录", "/sign-in"), cls="person")
        return tag("header", brand, tag("nav", *entries, aria_label="主导航"), sign_in, cls="top")
    out = tag(
        "form",
        tag("input", type="hidden", name="csrf", value=session.csrf),
        tag("button", "退出", cls="quiet"),
        method="post",
        action="/sign-out",
    )
    return tag(
        "header",
        brand,
        tag("nav", *entries, aria_label="主导航"),
        tag("div", tag("span", who, cls="who"), out, cls="person"),
        cls="top",
    )


def _trail(crumbs: Sequence[Part]) -> Safe:
    if not crumbs:
        return join()
    steps = [tag("li", crumb) for crumb in crumbs]
    return tag("nav", tag("ol", *steps), cls="trail", aria_label="所在位置")


HOME = link("结算", href())
