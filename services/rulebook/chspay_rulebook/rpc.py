"""The rulebook on the wire: messages to nouns of the core, and back."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_core.policy import Rule
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_rulebook.app import Rulebook

SERVICE = "chspay.rulebook.v1.RulebookService"
Context = Any


class RulebookServicer(rulebook_pb2_grpc.RulebookServiceServicer):
    """Serves ``RulebookService``. Nothing here is a write: sealing the same content twice is one row."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def ResolveBundle(
        self, request: pb.ResolveBundleRequest, _context: Context
    ) -> pb.ResolveBundleResponse:
        """The bundle of a place's chain, sealed. ``on`` must be a day; the bundle holds all days."""
        date_from_pb(request.on, "on")
        bundle = await self._rulebook.resolve(request.place)
        return pb.ResolveBundleResponse(digest=bundle.digest, content=bundle.content, chain=bundle.chain)

    async def GetBundle(self, request: pb.GetBundleRequest, _context: Context) -> pb.GetBundleResponse:
        """The sealed bytes by digest."""
        content = await self._rulebook.sealed(request.digest)
        return pb.GetBundleResponse(digest=request.digest, content=content)

    async def GetRule(self, request: pb.GetRuleRequest, _context: Context) -> pb.GetRuleResponse:
        """One rule with its citation."""
        day = date_from_pb(request.on, "on")
        rule, digest = await self._rulebook.rule(request.place, day, request.key)
        return pb.GetRuleResponse(rule=rule_to_pb(rule), bundle_digest=digest)

    async def ListRules(self, request: pb.ListRulesRequest, _context: Context) -> pb.ListRulesResponse:
        """A page of the rules in force."""
        day = date_from_pb(request.on, "on")
        rules, token = await self._rulebook.rules(request.place, day, request.page_size, request.page_token)
        return pb.ListRulesResponse(rules=[rule_to_pb(rule) for rule in rules], next_page_token=token)

    async def ListPlaces(self, request: pb.ListPlacesRequest, _context: Context) -> pb.ListPlacesResponse:
        """A page of the places and what is claimed of them."""
        places, token = await self._rulebook.places(request.page_size, request.page_token)
        found = [pb.Place(code=item.code, name=item.name, coverage=item.coverage) for item in places]
        return pb.ListPlacesResponse(places=found, next_page_token=token)


def rule_to_pb(rule: Rule) -> pb.Rule:
    """A rule as a message."""
    return pb.Rule(
        key=rule.key,
        label=rule.label,
        unit=rule.unit,
        since=date_to_pb(rule.since),
        value_json=rule.value_json,
        citation=rule.cite,
        evidence=rule.evidence,
        place=rule.place,
    )
