from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AttributionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTRIBUTION_STATE_UNSPECIFIED: _ClassVar[AttributionState]
    ATTRIBUTION_STATE_RUNNING: _ClassVar[AttributionState]
    ATTRIBUTION_STATE_DONE: _ClassVar[AttributionState]
    ATTRIBUTION_STATE_FAILED: _ClassVar[AttributionState]

class HeadFindingState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEAD_FINDING_STATE_UNSPECIFIED: _ClassVar[HeadFindingState]
    HEAD_FINDING_STATE_FOUND: _ClassVar[HeadFindingState]
    HEAD_FINDING_STATE_HEARD: _ClassVar[HeadFindingState]
    HEAD_FINDING_STATE_REMOVED: _ClassVar[HeadFindingState]
    HEAD_FINDING_STATE_DISMISSED: _ClassVar[HeadFindingState]
ATTRIBUTION_STATE_UNSPECIFIED: AttributionState
ATTRIBUTION_STATE_RUNNING: AttributionState
ATTRIBUTION_STATE_DONE: AttributionState
ATTRIBUTION_STATE_FAILED: AttributionState
HEAD_FINDING_STATE_UNSPECIFIED: HeadFindingState
HEAD_FINDING_STATE_FOUND: HeadFindingState
HEAD_FINDING_STATE_HEARD: HeadFindingState
HEAD_FINDING_STATE_REMOVED: HeadFindingState
HEAD_FINDING_STATE_DISMISSED: HeadFindingState

class CatchmentEntry(_message.Message):
    __slots__ = ("kind", "code", "community", "since", "until")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    kind: str
    code: str
    community: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, kind: _Optional[str] = ..., code: _Optional[str] = ..., community: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Catchment(_message.Message):
    __slots__ = ("pool", "version", "document", "entries", "digest", "registry_version")
    POOL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    REGISTRY_VERSION_FIELD_NUMBER: _ClassVar[int]
    pool: str
    version: int
    document: str
    entries: _containers.RepeatedCompositeFieldContainer[CatchmentEntry]
    digest: str
    registry_version: int
    def __init__(self, pool: _Optional[str] = ..., version: _Optional[int] = ..., document: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[CatchmentEntry, _Mapping]]] = ..., digest: _Optional[str] = ..., registry_version: _Optional[int] = ...) -> None: ...

class PutCatchmentRequest(_message.Message):
    __slots__ = ("request_id", "pool", "document", "entries")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    document: str
    entries: _containers.RepeatedCompositeFieldContainer[CatchmentEntry]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., document: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[CatchmentEntry, _Mapping]]] = ...) -> None: ...

class PutCatchmentResponse(_message.Message):
    __slots__ = ("catchment",)
    CATCHMENT_FIELD_NUMBER: _ClassVar[int]
    catchment: Catchment
    def __init__(self, catchment: _Optional[_Union[Catchment, _Mapping]] = ...) -> None: ...

class GetCatchmentRequest(_message.Message):
    __slots__ = ("pool", "version")
    POOL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    pool: str
    version: int
    def __init__(self, pool: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetCatchmentResponse(_message.Message):
    __slots__ = ("catchment",)
    CATCHMENT_FIELD_NUMBER: _ClassVar[int]
    catchment: Catchment
    def __init__(self, catchment: _Optional[_Union[Catchment, _Mapping]] = ...) -> None: ...

class DrawCatchmentRequest(_message.Message):
    __slots__ = ("request_id", "pool", "document", "entries")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    document: str
    entries: _containers.RepeatedCompositeFieldContainer[CatchmentEntry]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., document: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[CatchmentEntry, _Mapping]]] = ...) -> None: ...

class DrawCatchmentResponse(_message.Message):
    __slots__ = ("catchment", "institutions", "leads", "others")
    CATCHMENT_FIELD_NUMBER: _ClassVar[int]
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    catchment: Catchment
    institutions: int
    leads: int
    others: int
    def __init__(self, catchment: _Optional[_Union[Catchment, _Mapping]] = ..., institutions: _Optional[int] = ..., leads: _Optional[int] = ..., others: _Optional[int] = ...) -> None: ...

class GetTermsRequest(_message.Message):
    __slots__ = ("pool", "on")
    POOL_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    pool: str
    on: _date_pb2.Date
    def __init__(self, pool: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Service(_message.Message):
    __slots__ = ("service", "name", "capitated")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAPITATED_FIELD_NUMBER: _ClassVar[int]
    service: str
    name: str
    capitated: bool
    def __init__(self, service: _Optional[str] = ..., name: _Optional[str] = ..., capitated: _Optional[bool] = ...) -> None: ...

class Rate(_message.Message):
    __slots__ = ("insurance_type", "rate_fen")
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    RATE_FEN_FIELD_NUMBER: _ClassVar[int]
    insurance_type: str
    rate_fen: int
    def __init__(self, insurance_type: _Optional[str] = ..., rate_fen: _Optional[int] = ...) -> None: ...

class ExemptCause(_message.Message):
    __slots__ = ("cause", "name", "proof")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    cause: str
    name: str
    proof: str
    def __init__(self, cause: _Optional[str] = ..., name: _Optional[str] = ..., proof: _Optional[str] = ...) -> None: ...

class TermSource(_message.Message):
    __slots__ = ("key", "label", "since", "citation", "evidence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    since: _date_pb2.Date
    citation: str
    evidence: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., citation: _Optional[str] = ..., evidence: _Optional[str] = ...) -> None: ...

class GetTermsResponse(_message.Message):
    __slots__ = ("services", "rates", "causes", "budget_method", "settlement_method", "risk_method", "sources", "policy_digest")
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    BUDGET_METHOD_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    RISK_METHOD_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    services: _containers.RepeatedCompositeFieldContainer[Service]
    rates: _containers.RepeatedCompositeFieldContainer[Rate]
    causes: _containers.RepeatedCompositeFieldContainer[ExemptCause]
    budget_method: str
    settlement_method: str
    risk_method: str
    sources: _containers.RepeatedCompositeFieldContainer[TermSource]
    policy_digest: str
    def __init__(self, services: _Optional[_Iterable[_Union[Service, _Mapping]]] = ..., rates: _Optional[_Iterable[_Union[Rate, _Mapping]]] = ..., causes: _Optional[_Iterable[_Union[ExemptCause, _Mapping]]] = ..., budget_method: _Optional[str] = ..., settlement_method: _Optional[str] = ..., risk_method: _Optional[str] = ..., sources: _Optional[_Iterable[_Union[TermSource, _Mapping]]] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class InsuranceBudget(_message.Message):
    __slots__ = ("insurance_type", "budget_fen")
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    insurance_type: str
    budget_fen: int
    def __init__(self, insurance_type: _Optional[str] = ..., budget_fen: _Optional[int] = ...) -> None: ...

class Attribution(_message.Message):
    __slots__ = ("attribution_id", "pool", "roster_id", "catchment_version", "since", "until", "state", "total", "done", "failure_reason", "failure_message", "policy_digest", "budgets", "digest")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    CATCHMENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    BUDGETS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    pool: str
    roster_id: str
    catchment_version: int
    since: _date_pb2.Date
    until: _date_pb2.Date
    state: AttributionState
    total: int
    done: int
    failure_reason: str
    failure_message: str
    policy_digest: str
    budgets: _containers.RepeatedCompositeFieldContainer[InsuranceBudget]
    digest: str
    def __init__(self, attribution_id: _Optional[str] = ..., pool: _Optional[str] = ..., roster_id: _Optional[str] = ..., catchment_version: _Optional[int] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[AttributionState, str]] = ..., total: _Optional[int] = ..., done: _Optional[int] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., policy_digest: _Optional[str] = ..., budgets: _Optional[_Iterable[_Union[InsuranceBudget, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class StartAttributionRequest(_message.Message):
    __slots__ = ("request_id", "pool", "roster_id", "since", "until", "budgets", "last_year")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    BUDGETS_FIELD_NUMBER: _ClassVar[int]
    LAST_YEAR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    roster_id: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    budgets: _containers.RepeatedCompositeFieldContainer[InsuranceBudget]
    last_year: _containers.RepeatedCompositeFieldContainer[InsuranceBudget]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., roster_id: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., budgets: _Optional[_Iterable[_Union[InsuranceBudget, _Mapping]]] = ..., last_year: _Optional[_Iterable[_Union[InsuranceBudget, _Mapping]]] = ...) -> None: ...

class StartAttributionResponse(_message.Message):
    __slots__ = ("attribution",)
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    attribution: Attribution
    def __init__(self, attribution: _Optional[_Union[Attribution, _Mapping]] = ...) -> None: ...

class GetAttributionRequest(_message.Message):
    __slots__ = ("attribution_id",)
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    def __init__(self, attribution_id: _Optional[str] = ...) -> None: ...

class GetAttributionResponse(_message.Message):
    __slots__ = ("attribution", "worksheet")
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    attribution: Attribution
    worksheet: _case_pb2.Worksheet
    def __init__(self, attribution: _Optional[_Union[Attribution, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListAttributionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAttributionsResponse(_message.Message):
    __slots__ = ("attributions", "next_page_token")
    ATTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    attributions: _containers.RepeatedCompositeFieldContainer[Attribution]
    next_page_token: str
    def __init__(self, attributions: _Optional[_Iterable[_Union[Attribution, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CommunityQuota(_message.Message):
    __slots__ = ("community", "insurance_type", "valid_days", "removed_days", "stays", "quota_fen")
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    VALID_DAYS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_DAYS_FIELD_NUMBER: _ClassVar[int]
    STAYS_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FEN_FIELD_NUMBER: _ClassVar[int]
    community: str
    insurance_type: str
    valid_days: int
    removed_days: int
    stays: int
    quota_fen: int
    def __init__(self, community: _Optional[str] = ..., insurance_type: _Optional[str] = ..., valid_days: _Optional[int] = ..., removed_days: _Optional[int] = ..., stays: _Optional[int] = ..., quota_fen: _Optional[int] = ...) -> None: ...

class ListQuotasRequest(_message.Message):
    __slots__ = ("attribution_id",)
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    def __init__(self, attribution_id: _Optional[str] = ...) -> None: ...

class ListQuotasResponse(_message.Message):
    __slots__ = ("quotas",)
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    quotas: _containers.RepeatedCompositeFieldContainer[CommunityQuota]
    def __init__(self, quotas: _Optional[_Iterable[_Union[CommunityQuota, _Mapping]]] = ...) -> None: ...

class ExplainPersonRequest(_message.Message):
    __slots__ = ("attribution_id", "person_key")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    person_key: str
    def __init__(self, attribution_id: _Optional[str] = ..., person_key: _Optional[str] = ...) -> None: ...

class PersonStay(_message.Message):
    __slots__ = ("community", "since", "until", "insurance_type", "removed", "risk_factor", "quota_fen")
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    RISK_FACTOR_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FEN_FIELD_NUMBER: _ClassVar[int]
    community: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    insurance_type: str
    removed: bool
    risk_factor: _decimal_pb2.Decimal
    quota_fen: int
    def __init__(self, community: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., insurance_type: _Optional[str] = ..., removed: _Optional[bool] = ..., risk_factor: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., quota_fen: _Optional[int] = ...) -> None: ...

class ExplainPersonResponse(_message.Message):
    __slots__ = ("stays", "worksheets")
    STAYS_FIELD_NUMBER: _ClassVar[int]
    WORKSHEETS_FIELD_NUMBER: _ClassVar[int]
    stays: _containers.RepeatedCompositeFieldContainer[PersonStay]
    worksheets: _containers.RepeatedCompositeFieldContainer[_case_pb2.Worksheet]
    def __init__(self, stays: _Optional[_Iterable[_Union[PersonStay, _Mapping]]] = ..., worksheets: _Optional[_Iterable[_Union[_case_pb2.Worksheet, _Mapping]]] = ...) -> None: ...

class HeadFinding(_message.Message):
    __slots__ = ("finding_no", "pool", "person_key", "since", "until", "cause", "document", "state", "statement", "decision_no")
    FINDING_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    finding_no: str
    pool: str
    person_key: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    cause: str
    document: str
    state: HeadFindingState
    statement: str
    decision_no: str
    def __init__(self, finding_no: _Optional[str] = ..., pool: _Optional[str] = ..., person_key: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., cause: _Optional[str] = ..., document: _Optional[str] = ..., state: _Optional[_Union[HeadFindingState, str]] = ..., statement: _Optional[str] = ..., decision_no: _Optional[str] = ...) -> None: ...

class FileHeadFindingRequest(_message.Message):
    __slots__ = ("request_id", "pool", "finding_no", "person_key", "since", "until", "cause", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    FINDING_NO_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    finding_no: str
    person_key: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    cause: str
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., finding_no: _Optional[str] = ..., person_key: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., cause: _Optional[str] = ..., document: _Optional[str] = ...) -> None: ...

class FileHeadFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: HeadFinding
    def __init__(self, finding: _Optional[_Union[HeadFinding, _Mapping]] = ...) -> None: ...

class HearHeadFindingRequest(_message.Message):
    __slots__ = ("request_id", "finding_no", "statement")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_NO_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    finding_no: str
    statement: str
    def __init__(self, request_id: _Optional[str] = ..., finding_no: _Optional[str] = ..., statement: _Optional[str] = ...) -> None: ...

class HearHeadFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: HeadFinding
    def __init__(self, finding: _Optional[_Union[HeadFinding, _Mapping]] = ...) -> None: ...

class DecideHeadFindingRequest(_message.Message):
    __slots__ = ("request_id", "finding_no", "remove", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_NO_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    finding_no: str
    remove: bool
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., finding_no: _Optional[str] = ..., remove: _Optional[bool] = ..., decision_no: _Optional[str] = ...) -> None: ...

class DecideHeadFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: HeadFinding
    def __init__(self, finding: _Optional[_Union[HeadFinding, _Mapping]] = ...) -> None: ...

class ListHeadFindingsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHeadFindingsResponse(_message.Message):
    __slots__ = ("findings", "next_page_token")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[HeadFinding]
    next_page_token: str
    def __init__(self, findings: _Optional[_Iterable[_Union[HeadFinding, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MemberCost(_message.Message):
    __slots__ = ("insurance_type", "inside_fen", "outside_fen", "exempt_fen")
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    INSIDE_FEN_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_FEN_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_FEN_FIELD_NUMBER: _ClassVar[int]
    insurance_type: str
    inside_fen: int
    outside_fen: int
    exempt_fen: int
    def __init__(self, insurance_type: _Optional[str] = ..., inside_fen: _Optional[int] = ..., outside_fen: _Optional[int] = ..., exempt_fen: _Optional[int] = ...) -> None: ...

class SettleCommunityRequest(_message.Message):
    __slots__ = ("request_id", "attribution_id", "community", "costs", "score", "chronic_rate", "document", "from_visits", "corrects")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    CHRONIC_RATE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_VISITS_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribution_id: str
    community: str
    costs: _containers.RepeatedCompositeFieldContainer[MemberCost]
    score: _decimal_pb2.Decimal
    chronic_rate: _decimal_pb2.Decimal
    document: str
    from_visits: bool
    corrects: str
    def __init__(self, request_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., community: _Optional[str] = ..., costs: _Optional[_Iterable[_Union[MemberCost, _Mapping]]] = ..., score: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., chronic_rate: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ..., from_visits: _Optional[bool] = ..., corrects: _Optional[str] = ...) -> None: ...

class FundPayment(_message.Message):
    __slots__ = ("insurance_type", "quota_fen", "balance_fen", "released_fen", "borne_fen", "due_fen", "fund_keeps_fen")
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FEN_FIELD_NUMBER: _ClassVar[int]
    BORNE_FEN_FIELD_NUMBER: _ClassVar[int]
    DUE_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_KEEPS_FEN_FIELD_NUMBER: _ClassVar[int]
    insurance_type: str
    quota_fen: int
    balance_fen: int
    released_fen: int
    borne_fen: int
    due_fen: int
    fund_keeps_fen: int
    def __init__(self, insurance_type: _Optional[str] = ..., quota_fen: _Optional[int] = ..., balance_fen: _Optional[int] = ..., released_fen: _Optional[int] = ..., borne_fen: _Optional[int] = ..., due_fen: _Optional[int] = ..., fund_keeps_fen: _Optional[int] = ...) -> None: ...

class CommunitySettlement(_message.Message):
    __slots__ = ("settlement_id", "attribution_id", "community", "funds", "due_fen", "document", "policy_digest", "corrects", "corrected_by", "chronic_version", "lead")
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    DUE_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_BY_FIELD_NUMBER: _ClassVar[int]
    CHRONIC_VERSION_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    attribution_id: str
    community: str
    funds: _containers.RepeatedCompositeFieldContainer[FundPayment]
    due_fen: int
    document: str
    policy_digest: str
    corrects: str
    corrected_by: str
    chronic_version: int
    lead: str
    def __init__(self, settlement_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., community: _Optional[str] = ..., funds: _Optional[_Iterable[_Union[FundPayment, _Mapping]]] = ..., due_fen: _Optional[int] = ..., document: _Optional[str] = ..., policy_digest: _Optional[str] = ..., corrects: _Optional[str] = ..., corrected_by: _Optional[str] = ..., chronic_version: _Optional[int] = ..., lead: _Optional[str] = ...) -> None: ...

class SettleCommunityResponse(_message.Message):
    __slots__ = ("settlement", "worksheet")
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    settlement: CommunitySettlement
    worksheet: _case_pb2.Worksheet
    def __init__(self, settlement: _Optional[_Union[CommunitySettlement, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetSettlementRequest(_message.Message):
    __slots__ = ("settlement_id",)
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    def __init__(self, settlement_id: _Optional[str] = ...) -> None: ...

class GetSettlementResponse(_message.Message):
    __slots__ = ("settlement", "worksheet")
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    settlement: CommunitySettlement
    worksheet: _case_pb2.Worksheet
    def __init__(self, settlement: _Optional[_Union[CommunitySettlement, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListSettlementsRequest(_message.Message):
    __slots__ = ("attribution_id",)
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    def __init__(self, attribution_id: _Optional[str] = ...) -> None: ...

class ListSettlementsResponse(_message.Message):
    __slots__ = ("settlements",)
    SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    settlements: _containers.RepeatedCompositeFieldContainer[CommunitySettlement]
    def __init__(self, settlements: _Optional[_Iterable[_Union[CommunitySettlement, _Mapping]]] = ...) -> None: ...

class PostSettlementRequest(_message.Message):
    __slots__ = ("request_id", "settlement_id", "month")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_id: str
    month: str
    def __init__(self, request_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., month: _Optional[str] = ...) -> None: ...

class SettlementPosting(_message.Message):
    __slots__ = ("insurance_type", "amount_fen", "source_id", "corrects", "payment_id", "batch_id")
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    insurance_type: str
    amount_fen: int
    source_id: str
    corrects: str
    payment_id: str
    batch_id: str
    def __init__(self, insurance_type: _Optional[str] = ..., amount_fen: _Optional[int] = ..., source_id: _Optional[str] = ..., corrects: _Optional[str] = ..., payment_id: _Optional[str] = ..., batch_id: _Optional[str] = ...) -> None: ...

class PostSettlementResponse(_message.Message):
    __slots__ = ("postings", "month", "payee")
    POSTINGS_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    postings: _containers.RepeatedCompositeFieldContainer[SettlementPosting]
    month: str
    payee: str
    def __init__(self, postings: _Optional[_Iterable[_Union[SettlementPosting, _Mapping]]] = ..., month: _Optional[str] = ..., payee: _Optional[str] = ...) -> None: ...
