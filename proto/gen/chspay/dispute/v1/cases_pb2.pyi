import datetime

from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CaseType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_TYPE_UNSPECIFIED: _ClassVar[CaseType]
    CASE_TYPE_SPECIAL_REVIEW: _ClassVar[CaseType]
    CASE_TYPE_GROUPING: _ClassVar[CaseType]
    CASE_TYPE_DEDUCTION: _ClassVar[CaseType]
    CASE_TYPE_POINTS: _ClassVar[CaseType]
    CASE_TYPE_EVALUATION: _ClassVar[CaseType]
    CASE_TYPE_VIOLATION: _ClassVar[CaseType]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_KEEP: _ClassVar[Outcome]
    OUTCOME_ITEM: _ClassVar[Outcome]
    OUTCOME_ADJUST: _ClassVar[Outcome]
    OUTCOME_REGROUP: _ClassVar[Outcome]
    OUTCOME_DEDUCT: _ClassVar[Outcome]
    OUTCOME_PARTIAL: _ClassVar[Outcome]
    OUTCOME_REVOKE: _ClassVar[Outcome]
CASE_TYPE_UNSPECIFIED: CaseType
CASE_TYPE_SPECIAL_REVIEW: CaseType
CASE_TYPE_GROUPING: CaseType
CASE_TYPE_DEDUCTION: CaseType
CASE_TYPE_POINTS: CaseType
CASE_TYPE_EVALUATION: CaseType
CASE_TYPE_VIOLATION: CaseType
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_KEEP: Outcome
OUTCOME_ITEM: Outcome
OUTCOME_ADJUST: Outcome
OUTCOME_REGROUP: Outcome
OUTCOME_DEDUCT: Outcome
OUTCOME_PARTIAL: Outcome
OUTCOME_REVOKE: Outcome

class Stated(_message.Message):
    __slots__ = ("vent_hours", "organ_support", "transferred", "departments", "items")
    VENT_HOURS_FIELD_NUMBER: _ClassVar[int]
    ORGAN_SUPPORT_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENTS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    vent_hours: int
    organ_support: bool
    transferred: bool
    departments: _containers.RepeatedScalarFieldContainer[str]
    items: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, vent_hours: _Optional[int] = ..., organ_support: _Optional[bool] = ..., transferred: _Optional[bool] = ..., departments: _Optional[_Iterable[str]] = ..., items: _Optional[_Iterable[str]] = ...) -> None: ...

class FileCaseRequest(_message.Message):
    __slots__ = ("request_id", "type", "list_id", "hospital_code", "case_id", "pool", "subject_ref", "disputed_fen", "reason", "stated")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_REF_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    type: CaseType
    list_id: str
    hospital_code: str
    case_id: str
    pool: str
    subject_ref: str
    disputed_fen: int
    reason: str
    stated: Stated
    def __init__(self, request_id: _Optional[str] = ..., type: _Optional[_Union[CaseType, str]] = ..., list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., pool: _Optional[str] = ..., subject_ref: _Optional[str] = ..., disputed_fen: _Optional[int] = ..., reason: _Optional[str] = ..., stated: _Optional[_Union[Stated, _Mapping]] = ...) -> None: ...

class FileCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class CaseFigures(_message.Message):
    __slots__ = ("list_id", "case_id", "admission", "discharge", "los_days", "cost_fen", "paid_fen", "fund_fen", "drg", "mdc", "points", "group_mean_fen", "city_mean_fen", "month", "run_id", "method", "ref", "statement_digest", "scheme_digest", "diagnoses", "procedures")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_FIELD_NUMBER: _ClassVar[int]
    LOS_DAYS_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    MDC_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    GROUP_MEAN_FEN_FIELD_NUMBER: _ClassVar[int]
    CITY_MEAN_FEN_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    case_id: str
    admission: _date_pb2.Date
    discharge: _date_pb2.Date
    los_days: int
    cost_fen: int
    paid_fen: int
    fund_fen: int
    drg: str
    mdc: str
    points: _decimal_pb2.Decimal
    group_mean_fen: int
    city_mean_fen: int
    month: str
    run_id: str
    method: str
    ref: str
    statement_digest: str
    scheme_digest: str
    diagnoses: _containers.RepeatedScalarFieldContainer[str]
    procedures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, list_id: _Optional[str] = ..., case_id: _Optional[str] = ..., admission: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharge: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., los_days: _Optional[int] = ..., cost_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., fund_fen: _Optional[int] = ..., drg: _Optional[str] = ..., mdc: _Optional[str] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., group_mean_fen: _Optional[int] = ..., city_mean_fen: _Optional[int] = ..., month: _Optional[str] = ..., run_id: _Optional[str] = ..., method: _Optional[str] = ..., ref: _Optional[str] = ..., statement_digest: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., diagnoses: _Optional[_Iterable[str]] = ..., procedures: _Optional[_Iterable[str]] = ...) -> None: ...

class Criterion(_message.Message):
    __slots__ = ("name", "text", "met")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    met: bool
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., met: _Optional[bool] = ...) -> None: ...

class CaseEvent(_message.Message):
    __slots__ = ("event", "text", "roles", "mine")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    MINE_FIELD_NUMBER: _ClassVar[int]
    event: str
    text: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    mine: bool
    def __init__(self, event: _Optional[str] = ..., text: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., mine: _Optional[bool] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("outcome", "reasons", "cites", "unreasonable_fen", "points", "drg", "restored_fen")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CITES_FIELD_NUMBER: _ClassVar[int]
    UNREASONABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FEN_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    reasons: str
    cites: _containers.RepeatedScalarFieldContainer[str]
    unreasonable_fen: int
    points: _decimal_pb2.Decimal
    drg: str
    restored_fen: int
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., reasons: _Optional[str] = ..., cites: _Optional[_Iterable[str]] = ..., unreasonable_fen: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., drg: _Optional[str] = ..., restored_fen: _Optional[int] = ...) -> None: ...

class StandingDecision(_message.Message):
    __slots__ = ("decision_no", "decision", "decided_on", "points_after", "delta_points", "delta_fen", "signatures", "digest", "dropped")
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    POINTS_AFTER_FIELD_NUMBER: _ClassVar[int]
    DELTA_POINTS_FIELD_NUMBER: _ClassVar[int]
    DELTA_FEN_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    decision_no: str
    decision: Decision
    decided_on: _date_pb2.Date
    points_after: _decimal_pb2.Decimal
    delta_points: _decimal_pb2.Decimal
    delta_fen: int
    signatures: int
    digest: str
    dropped: bool
    def __init__(self, decision_no: _Optional[str] = ..., decision: _Optional[_Union[Decision, _Mapping]] = ..., decided_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., points_after: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., delta_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., delta_fen: _Optional[int] = ..., signatures: _Optional[int] = ..., digest: _Optional[str] = ..., dropped: _Optional[bool] = ...) -> None: ...

class Attachment(_message.Message):
    __slots__ = ("attachment_id", "kind", "file_name", "media_type", "size", "digest", "day", "for_reviewers")
    ATTACHMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    FOR_REVIEWERS_FIELD_NUMBER: _ClassVar[int]
    attachment_id: str
    kind: str
    file_name: str
    media_type: str
    size: int
    digest: str
    day: _date_pb2.Date
    for_reviewers: bool
    def __init__(self, attachment_id: _Optional[str] = ..., kind: _Optional[str] = ..., file_name: _Optional[str] = ..., media_type: _Optional[str] = ..., size: _Optional[int] = ..., digest: _Optional[str] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., for_reviewers: _Optional[bool] = ...) -> None: ...

class Case(_message.Message):
    __slots__ = ("case_no", "type", "type_name", "hospital_code", "hospital_name", "pool", "region_code", "cycle", "state", "state_text", "version", "closed", "due", "left_wd", "overdue", "entered", "reason", "subject_ref", "disputed_fen", "figures", "criteria", "new_tech", "no_review", "content_digest", "next", "decisions", "attachments", "supplements", "lacking", "filed")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_NAME_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_TEXT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    LEFT_WD_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_REF_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FEN_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    NEW_TECH_FIELD_NUMBER: _ClassVar[int]
    NO_REVIEW_FIELD_NUMBER: _ClassVar[int]
    CONTENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENTS_FIELD_NUMBER: _ClassVar[int]
    SUPPLEMENTS_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    FILED_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    type: CaseType
    type_name: str
    hospital_code: str
    hospital_name: str
    pool: str
    region_code: str
    cycle: str
    state: str
    state_text: str
    version: int
    closed: bool
    due: _date_pb2.Date
    left_wd: int
    overdue: bool
    entered: _date_pb2.Date
    reason: str
    subject_ref: str
    disputed_fen: int
    figures: CaseFigures
    criteria: _containers.RepeatedCompositeFieldContainer[Criterion]
    new_tech: bool
    no_review: str
    content_digest: str
    next: _containers.RepeatedCompositeFieldContainer[CaseEvent]
    decisions: _containers.RepeatedCompositeFieldContainer[StandingDecision]
    attachments: _containers.RepeatedCompositeFieldContainer[Attachment]
    supplements: int
    lacking: _containers.RepeatedScalarFieldContainer[str]
    filed: _date_pb2.Date
    def __init__(self, case_no: _Optional[str] = ..., type: _Optional[_Union[CaseType, str]] = ..., type_name: _Optional[str] = ..., hospital_code: _Optional[str] = ..., hospital_name: _Optional[str] = ..., pool: _Optional[str] = ..., region_code: _Optional[str] = ..., cycle: _Optional[str] = ..., state: _Optional[str] = ..., state_text: _Optional[str] = ..., version: _Optional[int] = ..., closed: _Optional[bool] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., left_wd: _Optional[int] = ..., overdue: _Optional[bool] = ..., entered: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., reason: _Optional[str] = ..., subject_ref: _Optional[str] = ..., disputed_fen: _Optional[int] = ..., figures: _Optional[_Union[CaseFigures, _Mapping]] = ..., criteria: _Optional[_Iterable[_Union[Criterion, _Mapping]]] = ..., new_tech: _Optional[bool] = ..., no_review: _Optional[str] = ..., content_digest: _Optional[str] = ..., next: _Optional[_Iterable[_Union[CaseEvent, _Mapping]]] = ..., decisions: _Optional[_Iterable[_Union[StandingDecision, _Mapping]]] = ..., attachments: _Optional[_Iterable[_Union[Attachment, _Mapping]]] = ..., supplements: _Optional[int] = ..., lacking: _Optional[_Iterable[str]] = ..., filed: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class ActOnCaseRequest(_message.Message):
    __slots__ = ("request_id", "case_no", "event", "version", "reason", "confirmed_digest", "checked", "unrelated", "lacking", "ground", "opinion", "decision", "document", "objector", "contact", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    UNRELATED_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    OPINION_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    OBJECTOR_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_no: str
    event: str
    version: int
    reason: str
    confirmed_digest: str
    checked: _containers.RepeatedScalarFieldContainer[str]
    unrelated: bool
    lacking: _containers.RepeatedScalarFieldContainer[str]
    ground: str
    opinion: str
    decision: Decision
    document: str
    objector: str
    contact: str
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., case_no: _Optional[str] = ..., event: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., confirmed_digest: _Optional[str] = ..., checked: _Optional[_Iterable[str]] = ..., unrelated: _Optional[bool] = ..., lacking: _Optional[_Iterable[str]] = ..., ground: _Optional[str] = ..., opinion: _Optional[str] = ..., decision: _Optional[_Union[Decision, _Mapping]] = ..., document: _Optional[str] = ..., objector: _Optional[str] = ..., contact: _Optional[str] = ..., decision_no: _Optional[str] = ...) -> None: ...

class ActOnCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class SignDecisionRequest(_message.Message):
    __slots__ = ("request_id", "case_no", "outcome_digest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_no: str
    outcome_digest: str
    def __init__(self, request_id: _Optional[str] = ..., case_no: _Optional[str] = ..., outcome_digest: _Optional[str] = ...) -> None: ...

class SignDecisionResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class AttachFileRequest(_message.Message):
    __slots__ = ("request_id", "case_no", "kind", "file_name", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_no: str
    kind: str
    file_name: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., case_no: _Optional[str] = ..., kind: _Optional[str] = ..., file_name: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class AttachFileResponse(_message.Message):
    __slots__ = ("attachment",)
    ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    attachment: Attachment
    def __init__(self, attachment: _Optional[_Union[Attachment, _Mapping]] = ...) -> None: ...

class GetAttachmentRequest(_message.Message):
    __slots__ = ("case_no", "attachment_id")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENT_ID_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    attachment_id: str
    def __init__(self, case_no: _Optional[str] = ..., attachment_id: _Optional[str] = ...) -> None: ...

class GetAttachmentResponse(_message.Message):
    __slots__ = ("attachment", "content")
    ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    attachment: Attachment
    content: bytes
    def __init__(self, attachment: _Optional[_Union[Attachment, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class GetCaseRequest(_message.Message):
    __slots__ = ("case_no",)
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    def __init__(self, case_no: _Optional[str] = ...) -> None: ...

class GetCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...

class ListCasesRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "state", "type", "cycle", "overdue", "mine", "closed", "page_size", "page_token", "due_until")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    MINE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DUE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    state: str
    type: CaseType
    cycle: str
    overdue: bool
    mine: bool
    closed: bool
    page_size: int
    page_token: str
    due_until: _date_pb2.Date
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., state: _Optional[str] = ..., type: _Optional[_Union[CaseType, str]] = ..., cycle: _Optional[str] = ..., overdue: _Optional[bool] = ..., mine: _Optional[bool] = ..., closed: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., due_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class CaseLine(_message.Message):
    __slots__ = ("case_no", "type", "type_name", "hospital_code", "pool", "region_code", "cycle", "state", "state_text", "due", "left_wd", "overdue", "drg", "cost_fen", "filed", "version", "list_id")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_TEXT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    LEFT_WD_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    FILED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    type: CaseType
    type_name: str
    hospital_code: str
    pool: str
    region_code: str
    cycle: str
    state: str
    state_text: str
    due: _date_pb2.Date
    left_wd: int
    overdue: bool
    drg: str
    cost_fen: int
    filed: _date_pb2.Date
    version: int
    list_id: str
    def __init__(self, case_no: _Optional[str] = ..., type: _Optional[_Union[CaseType, str]] = ..., type_name: _Optional[str] = ..., hospital_code: _Optional[str] = ..., pool: _Optional[str] = ..., region_code: _Optional[str] = ..., cycle: _Optional[str] = ..., state: _Optional[str] = ..., state_text: _Optional[str] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., left_wd: _Optional[int] = ..., overdue: _Optional[bool] = ..., drg: _Optional[str] = ..., cost_fen: _Optional[int] = ..., filed: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., version: _Optional[int] = ..., list_id: _Optional[str] = ...) -> None: ...

class ListCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[CaseLine]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[CaseLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetHistoryRequest(_message.Message):
    __slots__ = ("case_no",)
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    def __init__(self, case_no: _Optional[str] = ...) -> None: ...

class HistoryStep(_message.Message):
    __slots__ = ("seq", "event", "text", "from_text", "to_text", "role", "actor", "day", "reason", "documents", "digest", "calendar", "policy_digest")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FROM_TEXT_FIELD_NUMBER: _ClassVar[int]
    TO_TEXT_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    seq: int
    event: str
    text: str
    from_text: str
    to_text: str
    role: str
    actor: str
    day: _date_pb2.Date
    reason: str
    documents: _containers.RepeatedScalarFieldContainer[str]
    digest: str
    calendar: str
    policy_digest: str
    def __init__(self, seq: _Optional[int] = ..., event: _Optional[str] = ..., text: _Optional[str] = ..., from_text: _Optional[str] = ..., to_text: _Optional[str] = ..., role: _Optional[str] = ..., actor: _Optional[str] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., reason: _Optional[str] = ..., documents: _Optional[_Iterable[str]] = ..., digest: _Optional[str] = ..., calendar: _Optional[str] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class GetHistoryResponse(_message.Message):
    __slots__ = ("steps", "intact")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    INTACT_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[HistoryStep]
    intact: bool
    def __init__(self, steps: _Optional[_Iterable[_Union[HistoryStep, _Mapping]]] = ..., intact: _Optional[bool] = ...) -> None: ...

class ListDeadlinesRequest(_message.Message):
    __slots__ = ("case_no",)
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    def __init__(self, case_no: _Optional[str] = ...) -> None: ...

class CaseDeadline(_message.Message):
    __slots__ = ("clock", "text", "kind", "due", "due_at", "state", "calendar", "event", "left_wd")
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    LEFT_WD_FIELD_NUMBER: _ClassVar[int]
    clock: str
    text: str
    kind: str
    due: _date_pb2.Date
    due_at: _timestamp_pb2.Timestamp
    state: str
    calendar: str
    event: str
    left_wd: int
    def __init__(self, clock: _Optional[str] = ..., text: _Optional[str] = ..., kind: _Optional[str] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[str] = ..., calendar: _Optional[str] = ..., event: _Optional[str] = ..., left_wd: _Optional[int] = ...) -> None: ...

class CaseReminder(_message.Message):
    __slots__ = ("clock", "text", "kind", "roles", "day")
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    clock: str
    text: str
    kind: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    day: _date_pb2.Date
    def __init__(self, clock: _Optional[str] = ..., text: _Optional[str] = ..., kind: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class ListDeadlinesResponse(_message.Message):
    __slots__ = ("deadlines", "reminders")
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    REMINDERS_FIELD_NUMBER: _ClassVar[int]
    deadlines: _containers.RepeatedCompositeFieldContainer[CaseDeadline]
    reminders: _containers.RepeatedCompositeFieldContainer[CaseReminder]
    def __init__(self, deadlines: _Optional[_Iterable[_Union[CaseDeadline, _Mapping]]] = ..., reminders: _Optional[_Iterable[_Union[CaseReminder, _Mapping]]] = ...) -> None: ...

class GetQuotaRequest(_message.Message):
    __slots__ = ("pool", "cycle", "hospital_code")
    POOL_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    pool: str
    cycle: str
    hospital_code: str
    def __init__(self, pool: _Optional[str] = ..., cycle: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class Quota(_message.Message):
    __slots__ = ("limit", "used", "left", "worksheet")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    limit: int
    used: int
    left: int
    worksheet: _case_pb2.Worksheet
    def __init__(self, limit: _Optional[int] = ..., used: _Optional[int] = ..., left: _Optional[int] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetQuotaResponse(_message.Message):
    __slots__ = ("cycle", "window_since", "window_until", "open", "drg", "dip", "hospital", "swaps")
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SINCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_UNTIL_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    DIP_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    SWAPS_FIELD_NUMBER: _ClassVar[int]
    cycle: str
    window_since: _date_pb2.Date
    window_until: _date_pb2.Date
    open: bool
    drg: Quota
    dip: Quota
    hospital: Quota
    swaps: Quota
    def __init__(self, cycle: _Optional[str] = ..., window_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., window_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., open: _Optional[bool] = ..., drg: _Optional[_Union[Quota, _Mapping]] = ..., dip: _Optional[_Union[Quota, _Mapping]] = ..., hospital: _Optional[_Union[Quota, _Mapping]] = ..., swaps: _Optional[_Union[Quota, _Mapping]] = ...) -> None: ...

class ExplainCaseRequest(_message.Message):
    __slots__ = ("case_no",)
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    def __init__(self, case_no: _Optional[str] = ...) -> None: ...

class ExplainCaseResponse(_message.Message):
    __slots__ = ("criteria", "decision", "policy_digest", "point_value_delta")
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DELTA_FIELD_NUMBER: _ClassVar[int]
    criteria: _case_pb2.Worksheet
    decision: _case_pb2.Worksheet
    policy_digest: str
    point_value_delta: _decimal_pb2.Decimal
    def __init__(self, criteria: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ..., decision: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ..., policy_digest: _Optional[str] = ..., point_value_delta: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class CheckListRequest(_message.Message):
    __slots__ = ("list_id", "hospital_code", "case_id", "stated")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STATED_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    hospital_code: str
    case_id: str
    stated: Stated
    def __init__(self, list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., stated: _Optional[_Union[Stated, _Mapping]] = ...) -> None: ...

class CheckListResponse(_message.Message):
    __slots__ = ("figures", "eligible", "reasons", "criteria", "no_review", "cycle", "window_since", "window_until", "open", "worksheet")
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    NO_REVIEW_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SINCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_UNTIL_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    figures: CaseFigures
    eligible: bool
    reasons: _containers.RepeatedScalarFieldContainer[str]
    criteria: _containers.RepeatedCompositeFieldContainer[Criterion]
    no_review: str
    cycle: str
    window_since: _date_pb2.Date
    window_until: _date_pb2.Date
    open: bool
    worksheet: _case_pb2.Worksheet
    def __init__(self, figures: _Optional[_Union[CaseFigures, _Mapping]] = ..., eligible: _Optional[bool] = ..., reasons: _Optional[_Iterable[str]] = ..., criteria: _Optional[_Iterable[_Union[Criterion, _Mapping]]] = ..., no_review: _Optional[str] = ..., cycle: _Optional[str] = ..., window_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., window_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., open: _Optional[bool] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...
