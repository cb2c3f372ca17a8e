"""Forecasts on the wire: messages to nouns of the engine, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import ParseDict
from google.type import decimal_pb2

from chspay.budget.v1 import forecast_pb2 as pb
from chspay.budget.v1 import forecast_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_budget.app.forecasts import Forecasts
from chspay_budget.engine.forecast import Fact
from chspay_budget.store.watching import StoredForecast
from chspay_core.period import Month
from chspay_kit.convert import points_from_pb

SERVICE = "chspay.budget.v1.ForecastService"
Context = Any


class ForecastServicer(forecast_pb2_grpc.ForecastServiceServicer):
    """Serves ``ForecastService``."""

    WRITES = frozenset({"ForecastValue"})

    def __init__(self, forecasts: Forecasts) -> None:
        self._forecasts = forecasts

    async def ForecastValue(
        self, request: pb.ForecastValueRequest, _context: Context
    ) -> pb.ForecastValueResponse:
        """A new forecast."""
        history = [
            Fact(
                Month.parse(row.month, "month"), row.fund_fen, row.other_fen,
                points_from_pb(row.points, "points"),
            )
            for row in request.history
        ]  # fmt: skip
        found = await self._forecasts.make(
            request.request_id, request.pool, request.year, history, request.document
        )
        return pb.ForecastValueResponse(forecast=forecast_to_pb(found))

    async def GetForecast(self, request: pb.GetForecastRequest, _context: Context) -> pb.GetForecastResponse:
        """A forecast with its worksheet."""
        found = await self._forecasts.get(request.forecast_id)
        sheet = ParseDict(found.worksheet, case_pb2.Worksheet())
        return pb.GetForecastResponse(forecast=forecast_to_pb(found), worksheet=sheet)

    async def ListForecasts(
        self, request: pb.ListForecastsRequest, _context: Context
    ) -> pb.ListForecastsResponse:
        """A page of forecasts."""
        found, token = await self._forecasts.page(request.pool, request.page_size, request.page_token)
        return pb.ListForecastsResponse(
            forecasts=[forecast_to_pb(one) for one in found], next_page_token=token
        )


def forecast_to_pb(found: StoredForecast) -> pb.ValueForecast:
    """A forecast as a message."""
    result = found.result
    return pb.ValueForecast(
        forecast_id=found.forecast_id,
        pool=found.pool,
        year=found.year,
        seen=result["seen"],
        method=result["method"],
        level=_decimal(result["level"]),
        history=result["history"],
        months=[_value(row) for row in result["months"]],
        whole=_value(result["whole"]),
        document=found.document,
        policy_digest=found.policy_digest,
        budget_version=found.budget_version,
        made_by=found.made_by,
    )


def _value(row: Mapping[str, Any]) -> pb.MonthValue:
    told = pb.MonthValue(
        month=row["month"],
        ahead=row["ahead"],
        fund_fen=row["fund_fen"],
        other_fen=row["other_fen"],
        points=_decimal(row["points"]),
        value=_decimal(row["value"]),
    )
    interval = row.get("interval")
    if interval:
        told.interval.CopyFrom(
            pb.ValueInterval(
                low=_decimal(interval["low"]),
                high=_decimal(interval["high"]),
                **{name: interval[name] for name in ("errors", "tested", "covered")},
            )
        )
    return told


def _decimal(text: str) -> decimal_pb2.Decimal:
    return decimal_pb2.Decimal(value=text)
