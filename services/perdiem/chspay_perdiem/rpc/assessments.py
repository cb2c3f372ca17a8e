"""``AssessmentService`` on the wire."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from chspay.common.v1 import case_pb2
from chspay.perdiem.v1 import assessments_pb2 as pb
from chspay.perdiem.v1 import assessments_pb2_grpc
from chspay_core.amounts import decimal_text
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_to_pb, points_to_pb
from chspay_perdiem.app import assessments as app
from chspay_perdiem.app.assessments import Assessments
from chspay_perdiem.engine.stay import Days
from chspay_perdiem.store.assessments import StoredAssessment

SERVICE = "chspay.perdiem.v1.AssessmentService"
Context = Any
_STATES = {
    app.DRAFT: pb.ASSESSMENT_STATE_DRAFT,
    app.HEARD: pb.ASSESSMENT_STATE_HEARD,
    app.DECIDED: pb.ASSESSMENT_STATE_DECIDED,
    app.DROPPED: pb.ASSESSMENT_STATE_DROPPED,
}


class AssessmentServicer(assessments_pb2_grpc.AssessmentServiceServicer):
    """Serves ``AssessmentService``."""

    WRITES = frozenset({"DraftAssessment", "HearAssessment", "DecideAssessment"})

    def __init__(self, assessments: Assessments) -> None:
        self._assessments = assessments

    async def DraftAssessment(
        self, request: pb.DraftAssessmentRequest, _context: Context
    ) -> pb.DraftAssessmentResponse:
        """A new draft."""
        days = [
            Days(
                *(
                    date_from_pb(getattr(request, f"{what}_{end}"), f"{what}_{end}")
                    for end in ("since", "until")
                )
            )
            for what in ("measured", "applies")
        ]
        found = await self._assessments.draft(
            request.request_id, request.pool, request.hospital_code, request.category, days[0], days[1]
        )
        return pb.DraftAssessmentResponse(assessment=_to_pb(found), worksheet=_sheet(found))

    async def HearAssessment(
        self, request: pb.HearAssessmentRequest, _context: Context
    ) -> pb.HearAssessmentResponse:
        """What the institution answered."""
        found = await self._assessments.hear(request.assessment_id, request.statement)
        return pb.HearAssessmentResponse(assessment=_to_pb(found))

    async def DecideAssessment(
        self, request: pb.DecideAssessmentRequest, _context: Context
    ) -> pb.DecideAssessmentResponse:
        """The decision."""
        found = await self._assessments.decide(
            request.assessment_id, confirm=request.confirm, decision_no=request.decision_no
        )
        return pb.DecideAssessmentResponse(assessment=_to_pb(found))

    async def GetAssessment(
        self, request: pb.GetAssessmentRequest, _context: Context
    ) -> pb.GetAssessmentResponse:
        """An assessment with its worksheet."""
        found = await self._assessments.get(request.assessment_id)
        return pb.GetAssessmentResponse(assessment=_to_pb(found), worksheet=_sheet(found))

    async def ListAssessments(
        self, request: pb.ListAssessmentsRequest, _context: Context
    ) -> pb.ListAssessmentsResponse:
        """A page of the assessments the caller may see."""
        found, token = await self._assessments.page(request.pool, request.page_size, request.page_token)
        return pb.ListAssessmentsResponse(assessments=[_to_pb(item) for item in found], next_page_token=token)


def _to_pb(item: StoredAssessment) -> pb.Assessment:
    return pb.Assessment(
        assessment_id=item.assessment_id,
        pool=item.pool,
        hospital_code=item.hospital_code,
        category=item.category,
        measured_since=date_to_pb(item.measured_since),
        measured_until=date_to_pb(item.measured_until),
        applies_since=date_to_pb(item.applies_since),
        applies_until=date_to_pb(item.applies_until),
        stays=item.stays,
        indicators=[
            pb.Indicator(
                name=name,
                value=decimal_to_pb(decimal_text(value, name)),
                score=decimal_to_pb(decimal_text(score, name)),
            )
            for name, value, score in item.indicators
        ],
        factor=points_to_pb(item.factor_micro),
        state=_STATES[item.state],
        statement=item.statement,
        decision_no=item.decision_no,
        policy_digest=item.policy_digest,
    )


def _sheet(item: StoredAssessment) -> case_pb2.Worksheet:
    return ParseDict(item.worksheet, case_pb2.Worksheet())
