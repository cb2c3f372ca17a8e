"""Why an amount cannot be opened, in one place."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

AMOUNT_NOT_FOUND = Reason(
    "LINEAGE_NOT_FOUND", Kind.NOT_FOUND, "没有找到金额“{value}”，或者它不属于本机构、本地区。"
)
DEPTH_BAD = Reason("LINEAGE_DEPTH_BAD", Kind.INVALID, "展开级数应在1至{most}之间，收到{value}。")
