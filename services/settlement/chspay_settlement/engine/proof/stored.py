"""The tree of a month down to its hospitals as canonical bytes, to be kept with the run."""

from __future__ import annotations

import json

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.sums import Sums
from chspay_settlement.engine.proof.tree import Node

FORMAT = "chspay-proof/1"
POOL_BROKEN = Reason("PROOF_POOL_BROKEN", Kind.INTERNAL, "保存的总额证明内容不完整或被改动过（{value}）。")


def pool_content(pool: Pool) -> bytes:
    """The tree as canonical JSON; whoever has it can open every hospital's leaf."""
    hospitals = {code: [node.hash.hex(), *node.sums] for code, node in pool.hospitals.items()}
    content = {"format": FORMAT, "seed": pool.seed.hex(), "columns": Sums._fields, "hospitals": hospitals}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse_pool(content: bytes) -> Pool:
    """The tree in ``content``, which must be exactly what :func:`pool_content` writes.

    :raises Fault: PROOF_POOL_BROKEN, PROOF_SUMS_REFUSED.
    """
    try:
        data = json.loads(content)
        hospitals = {
            code: Node(bytes.fromhex(row[0]), Sums(*row[1:]).checked())
            for code, row in data["hospitals"].items()
        }
        pool = Pool(bytes.fromhex(data["seed"]), hospitals)
        same = pool_content(pool) == content
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(POOL_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(POOL_BROKEN, value="不是规范格式")
    return pool
