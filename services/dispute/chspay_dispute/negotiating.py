"""Plugs negotiation together: topics, votes, opinions, and what runs beside them."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.dispute.v1 import negotiation_pb2_grpc, opinions_pb2_grpc
from chspay_dispute.app.deadlines import Handler
from chspay_dispute.app.moves import Moves
from chspay_dispute.app.negotiation.adoption import Adoption
from chspay_dispute.app.negotiation.clock import TopicClock
from chspay_dispute.app.negotiation.impact import Impacts
from chspay_dispute.app.negotiation.opening import Opening
from chspay_dispute.app.negotiation.opinions import Calls, Listening, Opinions
from chspay_dispute.app.negotiation.room import OWNER, Room
from chspay_dispute.app.negotiation.session import Session
from chspay_dispute.app.negotiation.talking import Talking
from chspay_dispute.clients_negotiation import Lawbook, Trials
from chspay_dispute.rpc.negotiation import SERVICE as NEGOTIATION
from chspay_dispute.rpc.negotiation import NegotiationServicer
from chspay_dispute.rpc.opinions import SERVICE as OPINIONS
from chspay_dispute.rpc.opinions import OpinionServicer
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add


@dataclass(frozen=True, slots=True)
class Negotiating:
    """Negotiation, plugged together."""

    servicers: list[Add]
    impacts: Impacts
    #: What a decided dispute asks of the rules.
    calls: Calls


def negotiating(
    database: Database, moves: Moves, handlers: dict[str, Handler], rulebook: Channel, settlement: Channel
) -> Negotiating:
    """Plugs the rooms of negotiation together; its clocks are put into ``handlers``."""
    room = Room(moves, Lawbook(rulebook), Trials(settlement))
    opening, talking, session = Opening(room), Talking(room), Session(room)
    adoption = Adoption(room, talking)
    handlers[OWNER] = TopicClock(room, talking, session, adoption)
    servicers: list[Add] = [
        (
            negotiation_pb2_grpc.add_NegotiationServiceServicer_to_server,
            NegotiationServicer(room, opening, talking, session, adoption),
            NEGOTIATION,
        ),
        (
            opinions_pb2_grpc.add_OpinionServiceServicer_to_server,
            OpinionServicer(Opinions(room, opening), room),
            OPINIONS,
        ),
    ]
    calls = Calls(room, opening)
    moves.let("case", Listening(calls))
    return Negotiating(servicers, Impacts(database, room), calls)
