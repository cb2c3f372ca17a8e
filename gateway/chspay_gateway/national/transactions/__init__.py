"""The transactions that are served, by their national numbers."""

from __future__ import annotations

from collections.abc import Mapping

from chspay_gateway.envelope.exchange import Transaction
from chspay_gateway.national.transactions import (
    appeals,
    cases,
    files,
    frontpages,
    groups,
    lists,
    people,
    quality,
    reversal,
    sessions,
    settled,
    states,
    stays,
)

SERVED: Mapping[str, Transaction] = {
    "4101": Transaction(lists.submit),
    "4101A": Transaction(lists.submit),
    "4102": Transaction(states.change),
    "4103": Transaction(lists.find, writes=False),
    "4104": Transaction(quality.results, writes=False),
    "4105": Transaction(states.count, writes=False),
    "4401": Transaction(frontpages.submit),
    "9001": Transaction(sessions.sign_in),
    "9002": Transaction(sessions.sign_out),
    "1101": Transaction(people.person, writes=False),
    "1201": Transaction(people.institution, writes=False),
    "2401": Transaction(stays.admit),
    "2402": Transaction(stays.discharge),
    "2301": Transaction(stays.fees),
    "2304": Transaction(stays.settle),
    "2305": Transaction(stays.cancel),
    "2601": Transaction(reversal.reverse),
    "5203": Transaction(settled.find, writes=False),
    "5204": Transaction(settled.fee_lines, writes=False),
    "3201": Transaction(files.totals, writes=False),
    "3202": Transaction(files.details),
    "9101": Transaction(files.upload, takes_file=True),
    "9102": Transaction(files.download, writes=False),
    "3601": Transaction(cases.listing, writes=False),
    "3602": Transaction(cases.apply),
    "3603": Transaction(cases.change),
    "3604": Transaction(cases.opinions, writes=False),
    "3605": Transaction(groups.drg, writes=False),
    "3606": Transaction(groups.dip, writes=False),
    "3607": Transaction(quality.results, writes=False),
    "3608": Transaction(groups.hospitals, writes=False),
    "3609": Transaction(groups.groups, writes=False),
    "3610": Transaction(groups.hospitals, writes=False),
    "3611": Transaction(groups.groups, writes=False),
    "3701": Transaction(appeals.listing, writes=False),
    "3702": Transaction(appeals.appeal),
    "3703": Transaction(appeals.reconsider),
    "3704": Transaction(appeals.attach),
}
