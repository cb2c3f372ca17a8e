"""The public register as feeds, for readers and programs that follow it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Protocol

from chspay_kit.notices import Facts, Paragraph, blocks_of

_TITLE = "医疗保障公示登记簿"


class Shown(Protocol):
    """What a feed needs of an entry."""

    entry_no: str
    kind_text: str
    title: str
    published_at: str
    withdrawn_by: str
    content: dict[str, object]


def atom_feed(base: str, entries: Sequence[Shown]) -> bytes:
    """Atom 1.0 (RFC 4287).

    :param base: where this site answers, with a slash at the end.
    """
    updated = max((item.published_at for item in entries), default="1970-01-01T00:00:00Z")
    rows = "".join(_atom_entry(base, item) for item in entries)
    here = escape(f"{base}public/register.atom")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
        f"<id>{here}</id><title>{_TITLE}</title><updated>{updated}</updated>"
        f'<link rel="self" href="{here}"/><author><name>chspay</name></author>{rows}</feed>\n'
    ).encode()


def json_feed(base: str, entries: Sequence[Shown]) -> bytes:
    """JSON Feed 1.1."""
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _TITLE,
        "language": "zh-CN",
        "feed_url": f"{base}public/register.json",
        "items": [
            {
                "id": item.entry_no,
                "url": f"{base}public/register/{item.entry_no}",
                "title": _title(item),
                "content_text": _summary(item),
                "date_published": item.published_at,
                "tags": [item.kind_text],
            }
            for item in entries
        ],
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _atom_entry(base: str, item: Shown) -> str:
    link = escape(f"{base}public/register/{item.entry_no}")
    return (
        f"<entry><id>{link}</id><title>{escape(_title(item))}</title><updated>{item.published_at}</updated>"
        f'<published>{item.published_at}</published><link href="{link}"/>'
        f'<link rel="alternate" type="application/pdf" href="{link}.pdf"/>'
        f'<category term="{escape(item.kind_text)}"/><summary>{escape(_summary(item))}</summary></entry>'
    )


def _title(item: Shown) -> str:
    return f"（已撤回）{item.entry_no}" if item.withdrawn_by else item.title


def _summary(item: Shown) -> str:
    if item.withdrawn_by:
        return f"本条公示已由{item.withdrawn_by}撤回。"
    lines = []
    for block in blocks_of(item.content):
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Facts):
            lines += [f"{name}：{value}" for name, value in block.pairs]
    return "\n".join(lines)
