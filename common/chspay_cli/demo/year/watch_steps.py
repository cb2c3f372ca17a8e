"""What the bureau looks at after a month: the year's point value as it will come 点值预测."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from google.type import decimal_pb2

from chspay.budget.v1 import forecast_pb2
from chspay_cli.demo.year.office import CLERK, POOL
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year import MONTHS
from chspay_core.amounts import MICRO, from_micro, plain, round_half_up

#: The first forecast is made when so many months are settled.
FORECASTS_FROM = 3
_YEARS_BACK = 3
#: How fund and points grew from year to year before, per mille.
_FUND_GROWTH, _POINTS_GROWTH = 1061, 1040
#: Per mille, of months with so many cases; fewer cases go up and down more.
_NOISE, _NOISE_CASES = 42, 600
_PLACES, _MOST_NOISE = 4, 200


async def forecast(world: World, number: int, january: dict[str, Any]) -> dict[str, Any]:
    """The year's point value with its interval, seen after a month.

    :param january: facts of the year's first month, from which the months of the years before are made.
    """
    if not FORECASTS_FROM <= number < len(MONTHS):
        return {}
    request = forecast_pb2.ForecastValueRequest(
        pool=POOL, year=world.size.year, history=history(world, january), document="往年月结资料（演示）"
    )
    name = f"forecast-{number:02d}"
    found = (await world.office.ask(CLERK, "forecasts", "ForecastValue", request, name)).forecast
    whole = found.whole
    told = {"forecast": _shown(whole.value)}
    if whole.HasField("interval"):
        told |= {
            "forecast_low": _shown(whole.interval.low),
            "forecast_high": _shown(whole.interval.high),
            "forecast_level": found.level.value,
        }
    return told


def history(world: World, january: dict[str, Any]) -> list[Any]:
    """The months of the years before, reckoned back from January with ordinary ups and downs."""
    random = world.size.random(5)
    noise = min(int(_NOISE * (_NOISE_CASES * len(MONTHS) / world.size.cases) ** 0.5), _MOST_NOISE)
    found = []
    for back in range(_YEARS_BACK * len(MONTHS), 0, -1):
        years, month = (back - 1) // len(MONTHS) + 1, (len(MONTHS) - back) % len(MONTHS) + 1
        patients, work = (1000 + int(part) for part in random.integers(-noise, noise + 1, 2))
        fund = january["value_fund_fen"] * 1000**years // _FUND_GROWTH**years
        other = january["other_fen"] * 1000**years * patients // (_FUND_GROWTH**years * 1000)
        points = january["points_micro"] * 1000**years * work // (_POINTS_GROWTH**years * 1000)
        found.append(
            forecast_pb2.PastMonth(
                month=f"{world.size.year - years}-{month:02d}",
                fund_fen=fund,
                other_fen=other,
                points=decimal_pb2.Decimal(value=plain(from_micro(points))),
            )
        )
    return found


def came(months: list[dict[str, Any]]) -> str:
    """The year's point value that came: the months' numerators over their points, yuan per point."""
    numerator = sum(row["value_fund_fen"] + row["other_fen"] for row in months)
    points = sum(row["points_micro"] for row in months)
    return f"{round_half_up(Decimal(numerator * MICRO) / Decimal(points * 100), _PLACES):.{_PLACES}f}"


def _shown(value: Any) -> str:
    return f"{round_half_up(Decimal(value.value), _PLACES):.{_PLACES}f}"
