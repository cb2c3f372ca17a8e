"""HTML by hand: every text is escaped here, so that a page cannot forget it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Safe:
    """HTML made by us; everything else is escaped."""

    html: str


Part = Safe | str | int | None

#: Elements without content.
_VOID = {"br", "hr", "input", "link", "meta", "col"}


def put(part: Part) -> str:
    """A part as HTML: escaped unless it is our own."""
    if isinstance(part, Safe):
        return part.html
    return "" if part is None else escape(str(part))


def join(*parts: Part) -> Safe:
    """Parts one after another."""
    return Safe("".join(put(part) for part in parts))


def tag(name: str, /, *parts: Part, cls: str = "", **attributes: str | int | bool | None) -> Safe:
    """An element.

    Attributes are quoted; ``True`` writes the name alone, ``False`` and ``None`` leave it out; a trailing
    underscore is cut (``for_``) and the others read as hyphens (``aria_label``).
    """
    named = {"class": cls or None, **attributes}
    text = "".join(_attribute(key, value) for key, value in named.items())
    if name in _VOID:
        return Safe(f"<{name}{text}>")
    return Safe(f"<{name}{text}>{join(*parts).html}</{name}>")


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def money(yuan: str) -> str:
    """``1234567.80`` as ``1,234,567.80``; text that is no figure stays as it is."""
    sign, digits = ("-", yuan[1:]) if yuan.startswith("-") else ("", yuan)
    whole, _, rest = digits.partition(".")
    if not (whole.isascii() and whole.isdigit()):
        return yuan
    return f"{sign}{int(whole):,}" + (f".{rest}" if rest else "")
