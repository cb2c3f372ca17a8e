"""Codes and cells as people type them, and the one form the engine compares.

A code's canonical form: half-width, no blanks, letters upper case, except the ``x`` that fills or
extends a code (``A49.x00``, ``38.8800x003``). A letter that begins a code, or begins its second half
after ``+``, stays a letter: ``X59.000``, ``A01.000x005+J17.0*``.
"""

from __future__ import annotations

import re

#: NBSP, ideographic, zero-width and other blanks that look like nothing on screen.
_BLANK = "\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_ODD_BLANK = re.compile(f"[{_BLANK}]")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff]")
_ANY_BLANK = re.compile(rf"[\s{_BLANK}]+")
_FILL_X = re.compile(r"(?<=[^+])X")
#: Codes that already are in canonical form, as nearly all are.
_CANONICAL = re.compile(r"[0-9A-WYZ.][0-9A-WYZ.x*]*(?:\+[0-9A-WYZ.][0-9A-WYZ.x*]*)*", re.ASCII)
#: Excel's way of writing a carriage return inside a cell when a tool did not decode it.
LITERAL_BREAK = re.compile(r"_x000[dDaA]_")
#: Full-width ASCII, the ideographic comma and mathematical comparison signs.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {ord("、"): ord(","), ord("〈"): ord("<")}
_SIGNS = {"≥": ">=", "≤": "<=", "≧": ">=", "≦": "<=", "⋂": "∩", "==": "="}


def canonical_code(text: str) -> str:
    """The canonical form of a diagnosis or procedure code."""
    if _CANONICAL.fullmatch(text):
        return text
    narrow = _ANY_BLANK.sub("", text.translate(_WIDE)).upper()
    return _FILL_X.sub("x", narrow)


def narrow(text: str) -> str:
    """Full-width signs, letters and digits as ordinary ones."""
    return text if text.isascii() else text.translate(_WIDE)


def clean_cell(text: str) -> str:
    """A cell of names or codes: line-break artefacts and odd blanks gone, trimmed."""
    if text.isascii() and "_x000" not in text and "\n" not in text and "\r" not in text:
        return text.strip()
    text = _ZERO_WIDTH.sub("", LITERAL_BREAK.sub("", text))
    return _ANY_BLANK.sub(" ", text).strip()


def clean_rule(text: str) -> str:
    """A rule as published, readable: artefacts, odd blanks and full-width signs repaired, breaks kept."""
    text = LITERAL_BREAK.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ODD_BLANK.sub(" ", _ZERO_WIDTH.sub("", text)).translate(_WIDE)
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return re.sub(r"\n+", "\n", text).strip()


def has_odd_blank(text: str) -> bool:
    """Whether the cell holds a blank that a reader cannot see is not an ordinary one."""
    return not text.isascii() and _ODD_BLANK.search(text) is not None
