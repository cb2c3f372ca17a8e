"""Names of amounts: ``root/of/part/keys…/item``, such as ``run/MR-990100-202603-1/hospital/H001/fund``.

A name says which run, clearing, order or ledger an amount stands in, whose it is, and which line it is.
Segments are percent-encoded, so that codes may hold any character; the same amount has one name.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from chspay_core.errors import Fault, Kind, Reason

REF_BAD = Reason(
    "LINEAGE_REF_BAD",
    Kind.INVALID,
    "“{value}”不是金额的名字。名字形如 run/结算编号/hospital/机构编码/fund，请从结算单或底稿中复制。",
)
RUN, YEAR, RECLEAR, DIFFERENCE, LEDGER, ORDER = "run", "year", "reclear", "difference", "ledger", "order"
POOL, HOSPITAL, BLOCK, CASE, GROUP = "pool", "hospital", "block", "case", "group"
ACCOUNT, BATCH = "account", "batch"
#: What a root may hold, and how many keys name one of it.
SHAPES: dict[tuple[str, str], int] = {
    (RUN, POOL): 0,
    (RUN, HOSPITAL): 1,
    (RUN, BLOCK): 2,
    (RUN, CASE): 2,
    (RUN, GROUP): 1,
    (YEAR, POOL): 0,
    (YEAR, HOSPITAL): 1,
    (RECLEAR, POOL): 0,
    (RECLEAR, HOSPITAL): 1,
    (DIFFERENCE, HOSPITAL): 1,
    (DIFFERENCE, CASE): 2,
    (LEDGER, ACCOUNT): 1,
    (LEDGER, BATCH): 2,
    (ORDER, POOL): 0,
    (ORDER, HOSPITAL): 1,
}
_ITEM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
_LONGEST = 600
_LONGEST_KEY = 128


class Ref(NamedTuple):
    """The name of an amount.

    ``of`` is the number of the run, clearing, re-clearing, difference or order, or the ledger's pool;
    ``keys`` name whose amount it is inside of it; ``item`` is the line, with a dot before a part of it.
    """

    root: str
    of: str
    part: str
    keys: tuple[str, ...]
    item: str

    @property
    def text(self) -> str:
        """The name as it is written."""
        middle = [_segment(key) for key in (self.of, self.part, *self.keys)]
        return "/".join([self.root, *middle, self.item])

    def to(self, item: str) -> Ref:
        """Another line of the same owner."""
        return self._replace(item=item)


def ref(root: str, of: str, part: str, *keys: str, item: str) -> Ref:
    """A name made of its parts; an impossible one is a mistake of the caller."""
    if SHAPES.get((root, part)) != len(keys) or not _ITEM.match(item) or not all((of, *keys)):
        raise AssertionError(f"not the name of an amount: {root}/{of}/{part}/{keys}/{item}")
    return Ref(root, of, part, keys, item)


def parse(text: str) -> Ref:
    """The name read back from its text.

    :raises Fault: LINEAGE_REF_BAD.
    """
    parts = text.split("/")
    shortest = 4
    if len(text) > _LONGEST or len(parts) < shortest:
        raise Fault(REF_BAD, field="ref", value=text[:_LONGEST])
    root, part, item = parts[0], parts[2], parts[-1]
    names = [_read(segment, text) for segment in (parts[1], *parts[3:-1])]
    of, keys = names[0], tuple(names[1:])
    if SHAPES.get((root, part)) != len(keys) or not _ITEM.match(item):
        raise Fault(REF_BAD, field="ref", value=text)
    return Ref(root, of, part, keys, item)


def _segment(key: str) -> str:
    return quote(key, safe="-_.~:")


def _read(segment: str, text: str) -> str:
    try:
        key = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as error:
        raise Fault(REF_BAD, field="ref", value=text) from error
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise Fault(REF_BAD, field="ref", value=text)
    return key
