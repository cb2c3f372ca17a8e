"""The figures of places and months over gRPC."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import figures_pb2 as pb
from chspay.settlement.v1 import figures_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import points_to_pb
from chspay_settlement import faults
from chspay_settlement.app.reading import figures
from chspay_settlement.engine.figures import Width, growth

NAME = "chspay.settlement.v1.FiguresService"
_WIDTHS = {
    pb.PLACE_KIND_COUNTY: Width.COUNTY,
    pb.PLACE_KIND_CITY: Width.CITY,
    pb.PLACE_KIND_PROVINCE: Width.PROVINCE,
    pb.PLACE_KIND_NATION: Width.NATION,
}


class FiguresServicer(figures_pb2_grpc.FiguresServiceServicer):
    """Reads only."""

    WRITES: frozenset[str] = frozenset()

    async def ListFigures(self, request: pb.ListFiguresRequest, _context: Any) -> pb.ListFiguresResponse:
        """Rows by place and month."""
        if request.by not in _WIDTHS:
            raise Fault(faults.FIELD_MISSING, field="by")
        span = (request.first_period, request.last_period)
        query = ("figures", request.place, request.by, *span)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found = await figures.page(request.place, _WIDTHS[request.by], span, after, limit + 1)
        token = ""
        if len(found) > limit:
            end = found[limit - 1].sums
            token = paging.encode(query, [end.period, end.place])
        return pb.ListFiguresResponse(
            figures=[_figure(figure) for figure in found[:limit]], next_page_token=token
        )


def _figure(figure: figures.Figure) -> pb.Figure:
    row = figure.sums
    return pb.Figure(
        place=row.place,
        period=row.period,
        hospitals=row.hospitals,
        cases=row.cases,
        points=points_to_pb(row.points_micro),
        cost_fen=row.cost_fen,
        patient_fen=row.patient_fen,
        fund_fen=row.fund_fen,
        values=[
            pb.PoolValue(
                pool=pool,
                numerator_fen=value.numerator_fen,
                denominator=points_to_pb(value.denominator_micro),
                display=value.display(),
            )
            for pool, value in figure.values
        ],
        month_growth=pb.Growth(
            fund=growth(row.fund_fen, row.month_fund_fen), cases=growth(row.cases, row.month_cases)
        ),
        year_growth=pb.Growth(
            fund=growth(row.fund_fen, row.year_fund_fen), cases=growth(row.cases, row.year_cases)
        ),
    )
