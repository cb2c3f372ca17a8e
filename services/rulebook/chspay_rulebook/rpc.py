"""The rulebook on the wire: messages to nouns of the core, and back."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_core.policy_stale import Stale
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_rulebook.app import Rulebook
from chspay_rulebook.engine.catalogue import Registered
from chspay_rulebook.messages import change_to_pb, instant_to_pb, known_day, rule_to_pb

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

    async def ListBundles(self, request: pb.ListBundlesRequest, _context: Context) -> pb.ListBundlesResponse:
        """A page of the bundles that were used."""
        found, token = await self._rulebook.used(request.place, request.page_size, request.page_token)
        bundles = [
            pb.SealedBundle(
                digest=item.digest, place=item.place, sealed_at=instant_to_pb(item.sealed_at), size=item.size
            )
            for item in found
        ]
        return pb.ListBundlesResponse(bundles=bundles, next_page_token=token)

    async def DiffBundles(self, request: pb.DiffBundlesRequest, _context: Context) -> pb.DiffBundlesResponse:
        """What changed between two bundles, in words."""
        changes = await self._rulebook.compare(request.before, request.after)
        return pb.DiffBundlesResponse(changes=[change_to_pb(change) for change in changes])

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, _context: Context
    ) -> pb.ListDocumentsResponse:
        """A page of the documents."""
        found, token = await self._rulebook.documents(request.page_size, request.page_token)
        return pb.ListDocumentsResponse(
            documents=[_document_to_pb(item) for item in found], next_page_token=token
        )

    async def GetDocument(self, request: pb.GetDocumentRequest, _context: Context) -> pb.GetDocumentResponse:
        """One document and the rules that cite it."""
        found, rules = await self._rulebook.document(request.id)
        return pb.GetDocumentResponse(
            document=_document_to_pb(found), rules=[rule_to_pb(rule) for rule in rules]
        )

    async def ReportStale(self, request: pb.ReportStaleRequest, _context: Context) -> pb.ReportStaleResponse:
        """A page of the rules in force and their age."""
        day = date_from_pb(request.on, "on")
        rows, token, years = await self._rulebook.stale(
            request.place, day, request.years, request.page_size, request.page_token
        )
        return pb.ReportStaleResponse(
            rules=[_stale_to_pb(row) for row in rows], next_page_token=token, years=years
        )


def _document_to_pb(item: Registered) -> pb.Document:
    document = item.document
    return pb.Document(
        id=document.id,
        title=document.title,
        number=document.number,
        issuer=document.issuer,
        standing=document.standing,
        issued=known_day(document.issued),
        effective=known_day(document.effective),
        repealed=known_day(item.repealed),
        repealed_by=item.repealed_by,
        articles=document.articles,
        replaces=document.replaces,
        based_on=document.based_on,
    )


def _stale_to_pb(row: Stale) -> pb.StaleRule:
    return pb.StaleRule(
        place=row.place,
        key=row.key,
        label=row.label,
        since=date_to_pb(row.since),
        compared=known_day(row.compared),
        age_days=row.age_days,
        evidence=row.evidence,
        document=row.document,
        repealed=known_day(row.repealed),
        kinds=row.kinds,
    )
