"""What the bureau looks at after a month: the year's point value as it will come 点值预测."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
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
#: Per mille, of months with so many cases: what patients pay, and points. Fewer cases go up and down more.
_PAID_NOISE, _POINTS_NOISE, _NOISE_CASES = 120, 15, 600
_PLACES, _MOST_WIDER = 4, 4


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
    """The months of the years before: the city at its usual level, with the ups and downs its months have.

    What patients pay moves with the dear cases of a month, points hardly do.
    """
    random, size = world.size.random(5), world.size
    wider = min((_NOISE_CASES * len(MONTHS) / size.cases) ** 0.5, _MOST_WIDER)
    paid, work = int(_PAID_NOISE * wider), int(_POINTS_NOISE * wider)
    patients = sum(pc.sum(month["patient_paid"]).as_py() for month in world.city.months)
    usual = int(patients * 100) // len(MONTHS)
    points_ = january["points_micro"] * world.city.cases // (january["sent"] * len(MONTHS))
    found = []
    for back in range(_YEARS_BACK * len(MONTHS), 0, -1):
        years, month = (back - 1) // len(MONTHS) + 1, (len(MONTHS) - back) % len(MONTHS) + 1
        more, harder = (
            1000 + int(random.integers(-paid, paid + 1)),
            1000 + int(random.integers(-work, work + 1)),
        )
        fund = january["value_fund_fen"] * 1000**years // _FUND_GROWTH**years
        other = usual * 1000**years * more // (_FUND_GROWTH**years * 1000)
        points = points_ * 1000**years * harder // (_POINTS_GROWTH**years * 1000)
        found.append(
            forecast_pb2.PastMonth(
                month=f"{size.year - years}-{month:02d}",
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
