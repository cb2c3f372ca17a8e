"""The transactions that are served, by their national numbers."""

from __future__ import annotations

from collections.abc import Mapping

from chspay_gateway.envelope.exchange import Transaction
from chspay_gateway.national.transactions import lists

SERVED: Mapping[str, Transaction] = {
    "4101": Transaction(lists.submit),
    "4101A": Transaction(lists.submit),
    "4103": Transaction(lists.find, writes=False),
}
