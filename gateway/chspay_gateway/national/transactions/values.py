"""Between national members and what is kept: text in, numbers and text out as clients read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson

from chspay_core import amounts
from chspay_core.errors import Fault
from chspay_gateway.envelope.exchange import Call
from chspay_gateway.envelope.message import MEMBER_MISSING
from chspay_gateway.envelope.node import Node

#: Amounts of a settlement, in yuan.
AMOUNTS = (
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt",
    "act_pay_dedc", "hifp_pay", "pool_prop_selfpay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay",
    "hifdm_pay", "maf_pay", "oth_pay", "hosp_part_amt", "fund_pay_sumamt", "psn_part_amt", "acct_pay",
    "psn_cash_pay", "balc", "acct_mulaid_pay",
)  # fmt: skip


def data_of(call: Call, *names: str) -> Node:
    """The node a transaction reads: the first of these that is there, else ``data``, else ``input``."""
    for name in (*names, "data"):
        node = call.message.input.child(name)
        if node is not None:
            return node
    return call.message.input


def needed(node: Node, name: str) -> str:
    """A member that must say something.

    :raises Fault: FSI_MEMBER_MISSING.
    """
    text = node.text(name)
    if not text:
        raise Fault(MEMBER_MISSING, field=f"{node.name}.{name}" if node.name else name)
    return text


def told(node: Node, names: Iterable[str]) -> dict[str, str]:
    """Those of the members that say something, as text."""
    found = {name: node.text(name) for name in names}
    return {name: text for name, text in found.items() if text}


def number(text: str | None) -> object:
    """A JSON number written exactly as ``text`` says it; null when it says nothing."""
    if not text:
        return None
    return orjson.Fragment(amounts.plain(amounts.decimal_text(text, "")).encode())


def minus(text: str | None) -> object:
    """As :func:`number`, with the sign turned."""
    if not text:
        return None
    return orjson.Fragment(amounts.plain(-amounts.decimal_text(text, "")).encode())


def text_or_null(members: Mapping[str, str], name: str) -> str | None:
    """A member's text; null when it says nothing."""
    return members.get(name) or None
