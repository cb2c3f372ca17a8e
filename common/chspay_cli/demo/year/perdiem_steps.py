"""Before the year: which institutions are paid by the bed-day; and what happened during long stays."""

from __future__ import annotations

import csv
import io
from typing import Any

from chspay.perdiem.v1 import pilots_pb2, records_pb2
from chspay_cli.demo.year.office import CLERK, HEAD, POOL
from chspay_cli.demo.year.world import World
from chspay_cli.synth.city import SINCE
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

CATEGORIES = ("psychiatry", "rehabilitation", "hospice")
#: Kinds of institutions that keep long stays.
_KINDS = ("general", "tcm", "psychiatric", "rehabilitation", "tumour")
_COLUMNS = (
    "record_no", "hospital_code", "case_id", "kind", "since", "until", "other_hospital_code", "other_case_id",
    "scale", "before", "after", "document",
)  # fmt: skip


async def pilots(world: World) -> dict[str, Any]:
    """Members of the pilot; one stays outside, so that its long stays are paid by group.

    Only a member keeps a list of its own for an acute episode.
    """
    acute = {stay.hospital_code for stay in world.city.long if stay.acute}
    fit = [one for one in world.city.hospitals if one.level > 1 and one.kind in _KINDS]
    outside = next((one.hospital_code for one in reversed(fit) if one.hospital_code not in acute), "")
    members = [
        one
        for one in world.city.hospitals
        if one.hospital_code in acute or (one in fit and one.hospital_code != outside)
    ]
    for one in members:
        for category in CATEGORIES:
            member = pilots_pb2.PutMembershipRequest(
                pool=POOL, hospital_code=one.hospital_code, category=category,
                since=date_to_pb(parse_day(SINCE, "since")), document="演示试点通知（虚构）",
            )  # fmt: skip
            await world.office.ask(
                HEAD, "pilots", "PutMembership", member, f"pilot-{one.hospital_code}-{category}"
            )
    return {"institutions": len(members), "outside": outside}


async def records(world: World) -> dict[str, Any]:
    """Leave and acute episodes of every long stay, in one file."""
    rows: list[dict[str, Any]] = []
    for stay in world.city.long:
        for kind, span, own in (("leave", stay.leave, ""), ("acute", stay.acute, stay.acute_case)):
            if span is None:
                continue
            rows.append(
                {
                    "record_no": f"{stay.case_id}-{kind}", "hospital_code": stay.hospital_code,
                    "case_id": stay.case_id, "kind": kind, "since": span[0], "until": span[1],
                    "other_case_id": own,
                    "document": "住院医嘱（演示）",
                }
            )  # fmt: skip
    request = records_pb2.PutStayRecordsRequest(pool=POOL, content=_csv(rows))
    found = await world.office.ask(CLERK, "records", "PutStayRecords", request, "stay-records")
    return {"rows": found.rows}


def _csv(rows: list[dict[str, Any]]) -> bytes:
    sink = io.StringIO()
    out = csv.DictWriter(sink, _COLUMNS, restval="", lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return sink.getvalue().encode()
