"""Simulations over gRPC: messages in, use-cases, messages out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from chspay.settlement.v1 import whatif_pb2 as pb
from chspay.settlement.v1 import whatif_pb2_grpc
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import points_to_pb
from chspay_settlement import faults
from chspay_settlement.app.whatif import work as at
from chspay_settlement.app.whatif.asked import amendment_of, asked
from chspay_settlement.app.whatif.desk import Desk
from chspay_settlement.app.whatif.reform import Measure, evaluated
from chspay_settlement.app.whatif.work import SweepPoint, WhatIf
from chspay_settlement.engine.whatif.its import LABELS, Evaluation, shown
from chspay_settlement.engine.whatif.outcome import By, Outcome, Row, Summary, Sums
from chspay_settlement.engine.whatif.scenario import BASE_NAME, WHAT_IF_SHAPE

NAME = "chspay.settlement.v1.WhatIfService"
Context = Any
_STATES = {
    at.WAITING: pb.WHAT_IF_STATE_WAITING,
    at.RUNNING: pb.WHAT_IF_STATE_RUNNING,
    at.DONE: pb.WHAT_IF_STATE_DONE,
    at.FAILED: pb.WHAT_IF_STATE_FAILED,
    at.CANCELLED: pb.WHAT_IF_STATE_CANCELLED,
}
_BY = {
    pb.WHAT_IF_BY_HOSPITAL: By.HOSPITAL,
    pb.WHAT_IF_BY_LEVEL: By.LEVEL,
    pb.WHAT_IF_BY_GROUP: By.GROUP,
    pb.WHAT_IF_BY_COMMUNITY: By.COMMUNITY,
    pb.WHAT_IF_BY_BAND: By.BAND,
}


class WhatIfServicer(whatif_pb2_grpc.WhatIfServiceServicer):
    """Serves ``WhatIfService``."""

    WRITES = frozenset({"StartWhatIf", "CancelWhatIf"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def StartWhatIf(self, request: pb.StartWhatIfRequest, _context: Context) -> pb.StartWhatIfResponse:
        """Takes a simulation in."""
        wanted = asked(
            list(request.run_ids),
            [(scenario.name, parts_of(scenario)) for scenario in request.scenarios],
            [(axis.target, list(axis.values)) for axis in request.sweep.axes],
            cartesian=request.sweep.cartesian,
            age_bands=list(request.age_bands),
            store=request.store,
        )
        return pb.StartWhatIfResponse(what_if=to_pb(await self._desk.start(request.request_id, wanted)))

    async def GetWhatIf(self, request: pb.GetWhatIfRequest, _context: Context) -> pb.GetWhatIfResponse:
        """How far it is, and the summaries so far."""
        return pb.GetWhatIfResponse(what_if=to_pb(await self._desk.get(request.what_if_id)))

    async def ListWhatIfs(self, _request: pb.ListWhatIfsRequest, _context: Context) -> pb.ListWhatIfsResponse:
        """Those the asker may see."""
        return pb.ListWhatIfsResponse(what_ifs=[to_pb(one) for one in await self._desk.page()])

    async def CancelWhatIf(
        self, request: pb.CancelWhatIfRequest, _context: Context
    ) -> pb.CancelWhatIfResponse:
        """Stops it and forgets what it found."""
        return pb.CancelWhatIfResponse(what_if=to_pb(await self._desk.cancel(request.what_if_id)))

    async def ListWhatIfRows(
        self, request: pb.ListWhatIfRowsRequest, _context: Context
    ) -> pb.ListWhatIfRowsResponse:
        """A scenario against the base."""
        by = _BY.get(request.by)
        if by is None:
            raise Fault(faults.FIELD_MISSING, field="by")
        rows, one = await self._desk.rows(request.what_if_id, request.scenario, by)
        if request.losers_only:
            rows = [row for row in rows if row.change_fen < 0]
        query = ("what-if", request.what_if_id, request.scenario, request.by, request.losers_only)
        start = int((paging.decode(query, request.page_token) or [0])[0])
        end = start + paging.size(request.page_size)
        outcome = one.outcomes[request.scenario]
        return pb.ListWhatIfRowsResponse(
            rows=[row_to_pb(row, one, by, outcome) for row in rows[start:end]],
            next_page_token=paging.encode(query, [end]) if end < len(rows) else "",
            total_rows=len(rows),
            change_fen=sum(row.change_fen for row in rows),
        )

    async def EvaluateReform(
        self, request: pb.EvaluateReformRequest, _context: Context
    ) -> pb.EvaluateReformResponse:
        """How level and trend of a measure changed with a reform."""
        measure, found = await evaluated(
            request.pool,
            request.measure,
            (request.first_period, request.last_period),
            request.change_period,
            lag=request.lag,
            confidence=request.confidence,
        )
        return evaluation_to_pb(request.measure, measure, found)

    async def ListSweepRows(
        self, request: pb.ListSweepRowsRequest, _context: Context
    ) -> pb.ListSweepRowsResponse:
        """The points of a grid that are done."""
        one = await self._desk.get(request.what_if_id)
        query = ("sweep", request.what_if_id)
        start = int((paging.decode(query, request.page_token) or [0])[0])
        end = start + paging.size(request.page_size)
        grid = one.asked.grid
        return pb.ListSweepRowsResponse(
            targets=[] if grid is None else [axis.target for axis in grid.axes],
            rows=[point_to_pb(point) for point in one.sweep[start:end]],
            next_page_token=paging.encode(query, [end]) if end < len(one.sweep) else "",
        )


def parts_of(scenario: pb.Scenario) -> Mapping[str, object]:
    """A scenario as a file would write it.

    :raises Fault: WHAT_IF_SHAPE.
    """
    parts: dict[str, object] = {}
    if scenario.rules:
        parts["rules"] = {rule.key: _json(scenario.name, rule) for rule in scenario.rules}
    if scenario.amendment:
        parts["amendment"] = amendment_of(scenario.name, scenario.amendment)
    for name in ("points", "point_factors"):
        if getattr(scenario, name):
            parts[name] = dict(getattr(scenario, name))
    if scenario.HasField("fund_fen"):
        parts["fund"] = fen_to_yuan(scenario.fund_fen)
    for name, part in (("fund_factor", "fund_factor"), ("scheme", "grouping")):
        if getattr(scenario, name):
            parts[part] = getattr(scenario, name)
    if scenario.HasField("prices"):
        parts["prices"] = {"factors": dict(scenario.prices.factors), "patient": scenario.prices.patient}
    return parts


def _json(plan: str, rule: pb.TriedRule) -> object:
    try:
        return orjson.loads(rule.value_json)
    except orjson.JSONDecodeError as error:
        raise Fault(
            WHAT_IF_SHAPE, field=rule.key, value=rule.value_json, plan=plan, why="值应为JSON"
        ) from error


def to_pb(one: WhatIf) -> pb.WhatIf:
    """A simulation as a message."""
    found = pb.WhatIf(
        what_if_id=one.what_if_id,
        pool=one.pool,
        run_ids=one.asked.run_ids,
        state=_STATES[one.state],
        step=one.step,
        done=one.done,
        total=one.total,
        scenarios=[summary_to_pb(item) for item in one.summaries],
        sweep_points=0 if one.asked.grid is None else len(one.asked.grid),
        failure_reason="" if one.fault is None else one.fault.reason.code,
        failure_message="" if one.fault is None else one.fault.message,
        started_by=one.started_by,
        digest=one.digest,
        stored=bool(one.digest),
        policy_digests=one.policy_digests,
        engine_version=one.engine_version,
        age_bands=[band.text for band in one.asked.bands],
    )
    found.started_at.FromDatetime(one.started_at)
    if one.expires_at is not None and not one.digest:
        found.expires_at.FromDatetime(one.expires_at)
    return found


def summary_to_pb(found: Summary) -> pb.ScenarioSummary:
    """A summary as a message."""
    same = {name: getattr(found, name) for name in Summary.__slots__ if name != "points_micro"}
    return pb.ScenarioSummary(**same, points=points_to_pb(found.points_micro))


def row_to_pb(row: Row, one: WhatIf, by: By, outcome: Outcome) -> pb.WhatIfRow:
    """A row as a message."""
    base = one.outcomes[BASE_NAME]
    return pb.WhatIfRow(
        key=row.key,
        name=one.names.get(row.key, "") if by is By.HOSPITAL else "",
        base=sums_to_pb(row.base, base),
        scenario=sums_to_pb(row.scenario, outcome),
        change_fen=row.change_fen,
        change_ratio=row.change_ratio,
    )


def sums_to_pb(sums: Sums, outcome: Outcome) -> pb.WhatIfSums:
    """Sums as a message."""
    return pb.WhatIfSums(
        cases=sums.cases,
        points=points_to_pb(sums.points_micro),
        cmi=outcome.cmi(sums),
        cost_fen=sums.cost_fen,
        patient_fen=sums.patient_fen,
        fund_fen=sums.fund_fen,
    )


def point_to_pb(point: SweepPoint) -> pb.SweepRow:
    """A point of a grid as a message."""
    return pb.SweepRow(
        point=point.number,
        values=point.values,
        summary=None if point.summary is None else summary_to_pb(point.summary),
        failure_reason=point.reason,
        failure_message=point.message,
    )


def evaluation_to_pb(name: str, measure: Measure, found: Evaluation) -> pb.EvaluateReformResponse:
    """An evaluation as a message; a trend is per month."""
    return pb.EvaluateReformResponse(
        measure=name,
        unit=measure.unit,
        estimates=[
            pb.Estimate(
                name=one.name,
                label=LABELS[one.name],
                unit=f"{measure.unit}·月" if "trend" in one.name else measure.unit,
                value=shown(one.value),
                error=shown(one.error),
                low=shown(one.low),
                high=shown(one.high),
                p="" if one.p is None else shown(one.p),
            )
            for one in found.estimates
        ],
        series=[
            pb.SeriesPoint(
                period=month.year * 100 + month.month,
                value=shown(value),
                fitted=shown(fitted),
                without_reform="" if old is None else shown(old),
            )
            for month, value, fitted, old in zip(
                found.months, found.values, found.fitted, found.without, strict=True
            )
        ],
        months_before=found.before,
        months_after=found.after,
        lag=found.lag,
        confidence=str(found.confidence),
        notes=[f"{measure.label}（{measure.unit}），未作季节调整；误差按Newey-West，自相关{found.lag}个月。"],
    )
