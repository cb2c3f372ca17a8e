"""The gateway put together: the door, the routes, the problem shape, the interface description."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chspay_core.errors import Fault
from chspay_core.sandbox import is_sandbox
from chspay_gateway import openapi, problems, reasons, sandbox
from chspay_gateway.bodygate import BodyGate, refuse_as_problem
from chspay_gateway.envelope import route as envelope
from chspay_gateway.fhir import outcome as fhir_outcome
from chspay_gateway.fhir import route as fhir
from chspay_gateway.rest import (
    accounts,
    amendments,
    around_month,
    artefacts,
    audit,
    benefit_stays,
    benefits,
    budget,
    capitation,
    capitation_results,
    capitation_terms,
    coefficients,
    communities,
    community_settlements,
    decisions,
    differences,
    dip,
    disputes,
    disputes_cycles,
    disputes_papers,
    effects,
    episodes,
    experts,
    experts_cross,
    experts_draws,
    experts_reviews,
    figures,
    forecasts,
    front_pages,
    group_runs,
    grouping,
    heads,
    imports,
    indicators,
    institutions,
    law,
    ledger,
    lineage,
    lists,
    member_visits,
    negotiations,
    opinions,
    other_payments,
    packages,
    people,
    perdiem,
    perdiem_pilots,
    perdiem_records,
    plan_causes,
    plan_targets,
    plan_year,
    plans,
    policy,
    quality,
    reclear,
    reconciliation,
    register,
    replay,
    review,
    rosters,
    routing,
    runs,
    scheme_life,
    sessions,
    system,
    watch,
    webhooks,
    weight_runs,
    whatif,
    year,
)
from chspay_gateway.rest import (
    sandbox as sandbox_rest,
)
from chspay_gateway.session import Gateway
from chspay_gateway.view import pages
from chspay_kit.auth import claim_or_none
from chspay_kit.telemetry import FASTAPI_TELEMETRY

#: Requests in work at most; a queue longer than clients wait for helps nobody.
MOST_AT_ONCE = 1000
#: Put in flat, the busiest first: an included router would be matched in two steps at each request.
ROOMS = (
    lists,
    envelope,
    imports,
    grouping,
    group_runs,
    scheme_life,
    dip,
    artefacts,
    weight_runs,
    whatif,
    budget,
    accounts,
    indicators,
    watch,
    forecasts,
    plans,
    plan_year,
    plan_targets,
    plan_causes,
    runs,
    year,
    reclear,
    replay,
    ledger,
    other_payments,
    routing,
    lineage,
    packages,
    quality,
    review,
    reconciliation,
    webhooks,
    sandbox_rest,
    front_pages,
    around_month,
    coefficients,
    audit,
    differences,
    figures,
    policy,
    law,
    amendments,
    decisions,
    institutions,
    rosters,
    capitation,
    community_settlements,
    member_visits,
    capitation_terms,
    capitation_results,
    communities,
    heads,
    perdiem,
    perdiem_records,
    perdiem_pilots,
    disputes_papers,
    disputes_cycles,
    disputes,
    effects,
    negotiations,
    opinions,
    experts,
    experts_cross,
    experts_draws,
    experts_reviews,
    benefit_stays,
    benefits,
    fhir,
    episodes,
    sessions,
    people,
    register,
    system,
    pages,
)


def create_app(gateway: Gateway) -> FastAPI:
    """The ASGI application over given parts."""
    app = FastAPI(
        title="chspay 医保支付接口",
        version=version("chspay"),
        summary="结算清单、分组、预算、月度结算与计算底稿",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        telemetry=FASTAPI_TELEMETRY,  # type: ignore[arg-type]
        separate_input_output_schemas=False,
    )
    app.state.gateway = gateway
    for room in ROOMS:
        app.router.routes.extend(room.router.routes)
    problems.install(app)
    openapi.install(app)
    app.add_middleware(
        BodyGate,
        open_paths=frozenset(
            {
                imports.PATH,
                group_runs.PATH,
                weight_runs.PATH,
                rosters.PATH,
                rosters.PARTS_PATH,
                member_visits.PATH,
                capitation_results.CHRONIC_PATH,
                capitation_results.APG_PATH,
                perdiem_records.FILE_PATH,
            }
        ),
        files={
            grouping.SCHEMES_PATH: grouping.MAX_WORKBOOK,
            institutions.PATH: institutions.MAX_FILE,
            audit.PATH: audit.MAX_FILE,
            disputes_papers.PAPERS_PATH: disputes_papers.MAX_PAPER,
            **dict.fromkeys(artefacts.PATHS, artefacts.MAX_CONTENT),
        },
        refuse=_refuse,
        limit_of=envelope.limit_of,
    )
    app.add_middleware(Shield)
    return app


async def _refuse(scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """A refusal at the door, in the shape of the path it came in on."""
    refuse = envelope.refuse if envelope.is_path(scope["path"]) else refuse_as_problem
    if fhir_outcome.is_path(scope["path"]):
        refuse = fhir_outcome.refuse
    await refuse(scope, receive, send, fault)


def _of_sandbox() -> bool:
    """Whether a test institution asks: every answer to it shows that."""
    claim = claim_or_none()
    return claim is not None and is_sandbox(claim.institution)


class Shield:
    """Too much at once is turned away; what nobody foresaw is logged without data, told with a number.

    It stands outside of every other layer, because frameworks re-raise an error after answering it and
    servers then print its text, which may hold personal data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._active >= MOST_AT_ONCE:
            await _refuse(scope, receive, send, Fault(reasons.BUSY))
            return
        self._active += 1
        try:
            await self._guarded(scope, receive, send)
        finally:
            self._active -= 1

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            if message["type"] == "http.response.start" and _of_sandbox():
                message["headers"] = [*message.get("headers", ()), (sandbox.HEADER.lower().encode(), b"1")]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            fault = problems.internal_fault(error, scope["path"])
            if not started:
                await _refuse(scope, receive, send, fault)
