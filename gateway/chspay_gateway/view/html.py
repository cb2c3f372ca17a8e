"""The elements these pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from chspay_kit.markup import Part, Safe, join, put, tag

_STYLE = """
:root{--ink:#1d2733;--soft:#5b6876;--line:#e3e8ee;--paper:#fff;--back:#f5f7f9;--accent:#0b6e5f;--warn:#8a5a00;
--warnback:#fff6e0}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);
font:15px/1.65 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header,main,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{display:flex;gap:16px;align-items:baseline;padding-top:20px}
header b{font-size:17px;letter-spacing:.02em}
header nav{color:var(--soft);flex:1}
h1{font-size:24px;margin:26px 0 6px;font-weight:650}
h2{font-size:17px;margin:28px 0 8px}
p{margin:6px 0}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:14px 0;
overflow-x:auto}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:14px 22px}
.facts div{min-width:0;overflow-wrap:anywhere}
.facts small,.soft{color:var(--soft)}
.facts small{display:block;font-size:13px}
.facts strong{font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);font-size:13px;text-align:left;border-bottom:1px solid var(--line);
padding:6px 10px;white-space:nowrap}
td{padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.n{text-align:right;white-space:nowrap}
tfoot td{border-top:2px solid var(--line);font-weight:650}
.note{background:var(--warnback);color:var(--warn);border-radius:8px;padding:9px 14px;margin:14px 0}
.tag{display:inline-block;border:1px solid var(--line);border-radius:99px;padding:0 8px;font-size:12px;
color:var(--soft);white-space:nowrap}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
input{font:inherit;padding:7px 10px;border:1px solid #c6ced8;border-radius:7px;min-width:min(420px,100%)}
button{font:inherit;padding:7px 18px;border:0;border-radius:7px;background:var(--accent);color:#fff;
cursor:pointer}
.plain{background:none;color:var(--accent);padding:0}
footer{color:var(--soft);font-size:13px;padding-top:18px;padding-bottom:36px}
@media print{body{background:#fff;font-size:12px}header nav,form,.noprint{display:none}
.card{border:0;padding:0;overflow:visible}a{color:inherit}}
"""
#: Nothing may run and nothing may be fetched; a form may only go back to us.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def link(text: Part, *path: str, **query: str) -> Safe:
    """A link to a path of ours; path steps and query values are quoted."""
    href = "/" + "/".join(quote(step, safe="") for step in path)
    if query:
        href += "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return Safe(f'<a href="{escape(href)}">{put(text)}</a>')


def card(*parts: Part) -> Safe:
    """A white card."""
    return tag("section", *parts, cls="card")


def facts(pairs: Iterable[tuple[str, Part]]) -> Safe:
    """Labelled figures in a grid."""
    cells = [tag("div", tag("small", label), tag("strong", value)) for label, value in pairs]
    return tag("div", *cells, cls="facts")


def table(
    heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Part]], foot: Sequence[Part] = ()
) -> Safe:
    """A table; a head says whether its column holds figures, which stand to the right."""

    def row(cells: Sequence[Part], name: str) -> str:
        shown = [tag(name, cell, cls="n" if heads[i][1] else "").html for i, cell in enumerate(cells)]
        return f"<tr>{''.join(shown)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    head = row([title for title, _ in heads], "th")
    end = f"<tfoot>{row(foot, 'td')}</tfoot>" if foot else ""
    return Safe(f"<table><thead>{head}</thead><tbody>{body}</tbody>{end}</table>")


def page(title: str, *parts: Part, crumbs: Sequence[Part] = (), status: int = 200) -> HTMLResponse:
    """A whole page."""
    trail = " › ".join(put(crumb) for crumb in crumbs)
    text = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(title)} · chspay</title><style>{_STYLE}</style></head><body>"
        f'<header><b><a href="/">chspay</a></b><nav>{trail}</nav></header>'
        f"<main><h1>{escape(title)}</h1>{join(*parts).html}</main>"
        "<footer>金额精确到分，每一笔都可查看计算底稿。</footer></body></html>"
    )
    return HTMLResponse(text, status, headers=_HEADERS)
