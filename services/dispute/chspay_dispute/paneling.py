"""Plugs experts together: the pool, draws, panels, cross-review."""

from __future__ import annotations

from chspay.dispute.v1 import experts_pb2_grpc
from chspay_dispute.app.cases.common import CASE
from chspay_dispute.app.experts.cross import CrossReviews
from chspay_dispute.app.experts.draws import Draws
from chspay_dispute.app.experts.leaving import PanelsLeft
from chspay_dispute.app.experts.overview import Overview
from chspay_dispute.app.experts.panels import Panels
from chspay_dispute.app.experts.pool import Pool
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.rpc.cross import CROSS, CrossReviewServicer
from chspay_dispute.rpc.experts import DRAWS, EXPERTS, DrawServicer, ExpertServicer
from chspay_dispute.rpc.panels import PANELS, PanelServicer
from chspay_kit.grpc_server import Add


def paneling(moves: Moves, settlement: Settlement) -> list[Add]:
    """The servicers of experts, draws, panels and cross-review."""
    pool, panels = Pool(moves), Panels(moves)
    moves.let(CASE, PanelsLeft())
    return [
        (experts_pb2_grpc.add_ExpertServiceServicer_to_server, ExpertServicer(pool), EXPERTS),
        (experts_pb2_grpc.add_DrawServiceServicer_to_server, DrawServicer(Draws(moves, pool)), DRAWS),
        (
            experts_pb2_grpc.add_PanelServiceServicer_to_server,
            PanelServicer(moves, panels, Overview(moves, panels)),
            PANELS,
        ),
        (
            experts_pb2_grpc.add_CrossReviewServiceServicer_to_server,
            CrossReviewServicer(CrossReviews(moves, pool, settlement)),
            CROSS,
        ),
    ]
