from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class YearClearing(_message.Message):
    __slots__ = ("clearing_id", "pool", "year", "revision", "state", "stage", "done", "total", "policy_digest", "scheme_digest", "engine_version", "budget_fen", "budget_version", "cases", "points", "actual_fen", "terminated_fen", "shared_fen", "withheld_fen", "decision_fen", "point_value_numerator_fen", "point_value_denominator", "point_value_display", "evidence", "table_digest", "input_digest", "statements_digest", "accounts_version", "decision_no", "published_on", "batch_id", "failure_reason", "failure_message", "started_by", "deadline", "others_fen")
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ENGINE_VERSION_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    BUDGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    TERMINATED_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARED_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FEN_FIELD_NUMBER: _ClassVar[int]
    DECISION_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_NUMERATOR_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DISPLAY_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    TABLE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    INPUT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    STATEMENTS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_ON_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STARTED_BY_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FEN_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    pool: str
    year: int
    revision: int
    state: str
    stage: str
    done: int
    total: int
    policy_digest: str
    scheme_digest: str
    engine_version: str
    budget_fen: int
    budget_version: int
    cases: int
    points: _decimal_pb2.Decimal
    actual_fen: int
    terminated_fen: int
    shared_fen: int
    withheld_fen: int
    decision_fen: int
    point_value_numerator_fen: int
    point_value_denominator: _decimal_pb2.Decimal
    point_value_display: str
    evidence: str
    table_digest: str
    input_digest: str
    statements_digest: str
    accounts_version: int
    decision_no: str
    published_on: _date_pb2.Date
    batch_id: str
    failure_reason: str
    failure_message: str
    started_by: str
    deadline: _date_pb2.Date
    others_fen: int
    def __init__(self, clearing_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., revision: _Optional[int] = ..., state: _Optional[str] = ..., stage: _Optional[str] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., policy_digest: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., engine_version: _Optional[str] = ..., budget_fen: _Optional[int] = ..., budget_version: _Optional[int] = ..., cases: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., actual_fen: _Optional[int] = ..., terminated_fen: _Optional[int] = ..., shared_fen: _Optional[int] = ..., withheld_fen: _Optional[int] = ..., decision_fen: _Optional[int] = ..., point_value_numerator_fen: _Optional[int] = ..., point_value_denominator: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., point_value_display: _Optional[str] = ..., evidence: _Optional[str] = ..., table_digest: _Optional[str] = ..., input_digest: _Optional[str] = ..., statements_digest: _Optional[str] = ..., accounts_version: _Optional[int] = ..., decision_no: _Optional[str] = ..., published_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., batch_id: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., started_by: _Optional[str] = ..., deadline: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., others_fen: _Optional[int] = ...) -> None: ...

class StartYearRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class StartYearResponse(_message.Message):
    __slots__ = ("clearing",)
    CLEARING_FIELD_NUMBER: _ClassVar[int]
    clearing: YearClearing
    def __init__(self, clearing: _Optional[_Union[YearClearing, _Mapping]] = ...) -> None: ...

class GetYearRequest(_message.Message):
    __slots__ = ("clearing_id",)
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    def __init__(self, clearing_id: _Optional[str] = ...) -> None: ...

class GetYearResponse(_message.Message):
    __slots__ = ("clearing",)
    CLEARING_FIELD_NUMBER: _ClassVar[int]
    clearing: YearClearing
    def __init__(self, clearing: _Optional[_Union[YearClearing, _Mapping]] = ...) -> None: ...

class ListYearsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListYearsResponse(_message.Message):
    __slots__ = ("clearings", "next_page_token")
    CLEARINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    clearings: _containers.RepeatedCompositeFieldContainer[YearClearing]
    next_page_token: str
    def __init__(self, clearings: _Optional[_Iterable[_Union[YearClearing, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MoveYearRequest(_message.Message):
    __slots__ = ("request_id", "clearing_id", "event", "decision_no", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    clearing_id: str
    event: str
    decision_no: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., clearing_id: _Optional[str] = ..., event: _Optional[str] = ..., decision_no: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class MoveYearResponse(_message.Message):
    __slots__ = ("clearing", "warning")
    CLEARING_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    clearing: YearClearing
    warning: str
    def __init__(self, clearing: _Optional[_Union[YearClearing, _Mapping]] = ..., warning: _Optional[str] = ...) -> None: ...

class YearEvent(_message.Message):
    __slots__ = ("number", "event", "source", "target", "subject", "decision_no", "note", "warning", "at")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    number: int
    event: str
    source: str
    target: str
    subject: str
    decision_no: str
    note: str
    warning: str
    at: str
    def __init__(self, number: _Optional[int] = ..., event: _Optional[str] = ..., source: _Optional[str] = ..., target: _Optional[str] = ..., subject: _Optional[str] = ..., decision_no: _Optional[str] = ..., note: _Optional[str] = ..., warning: _Optional[str] = ..., at: _Optional[str] = ...) -> None: ...

class ListYearEventsRequest(_message.Message):
    __slots__ = ("clearing_id",)
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    def __init__(self, clearing_id: _Optional[str] = ...) -> None: ...

class ListYearEventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[YearEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[YearEvent, _Mapping]]] = ...) -> None: ...

class YearFact(_message.Message):
    __slots__ = ("number", "hospital_code", "kind", "value", "citation", "recorded_by")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    number: int
    hospital_code: str
    kind: str
    value: str
    citation: str
    recorded_by: str
    def __init__(self, number: _Optional[int] = ..., hospital_code: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ..., citation: _Optional[str] = ..., recorded_by: _Optional[str] = ...) -> None: ...

class PutYearFactRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "hospital_code", "kind", "value", "citation")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    hospital_code: str
    kind: str
    value: str
    citation: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., hospital_code: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...

class PutYearFactResponse(_message.Message):
    __slots__ = ("fact",)
    FACT_FIELD_NUMBER: _ClassVar[int]
    fact: YearFact
    def __init__(self, fact: _Optional[_Union[YearFact, _Mapping]] = ...) -> None: ...

class ListYearFactsRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListYearFactsResponse(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[YearFact]
    def __init__(self, facts: _Optional[_Iterable[_Union[YearFact, _Mapping]]] = ...) -> None: ...

class YearHospital(_message.Message):
    __slots__ = ("hospital_code", "name", "standing", "cases", "points", "cost_fen", "patient_fen", "actual_fen", "target_fen", "shared_fen", "withheld_fen", "gained_fen", "fund_fen", "assessed_fen", "released_fen", "audit_fen", "prepaid_fen", "retained_fen", "advance_fen", "balance_fen", "refs")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    TARGET_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARED_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FEN_FIELD_NUMBER: _ClassVar[int]
    GAINED_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    ASSESSED_FEN_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FEN_FIELD_NUMBER: _ClassVar[int]
    AUDIT_FEN_FIELD_NUMBER: _ClassVar[int]
    PREPAID_FEN_FIELD_NUMBER: _ClassVar[int]
    RETAINED_FEN_FIELD_NUMBER: _ClassVar[int]
    ADVANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    name: str
    standing: str
    cases: int
    points: _decimal_pb2.Decimal
    cost_fen: int
    patient_fen: int
    actual_fen: int
    target_fen: int
    shared_fen: int
    withheld_fen: int
    gained_fen: int
    fund_fen: int
    assessed_fen: int
    released_fen: int
    audit_fen: int
    prepaid_fen: int
    retained_fen: int
    advance_fen: int
    balance_fen: int
    refs: _containers.ScalarMap[str, str]
    def __init__(self, hospital_code: _Optional[str] = ..., name: _Optional[str] = ..., standing: _Optional[str] = ..., cases: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., cost_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., actual_fen: _Optional[int] = ..., target_fen: _Optional[int] = ..., shared_fen: _Optional[int] = ..., withheld_fen: _Optional[int] = ..., gained_fen: _Optional[int] = ..., fund_fen: _Optional[int] = ..., assessed_fen: _Optional[int] = ..., released_fen: _Optional[int] = ..., audit_fen: _Optional[int] = ..., prepaid_fen: _Optional[int] = ..., retained_fen: _Optional[int] = ..., advance_fen: _Optional[int] = ..., balance_fen: _Optional[int] = ..., refs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ListYearHospitalsRequest(_message.Message):
    __slots__ = ("clearing_id", "page_size", "page_token")
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    page_size: int
    page_token: str
    def __init__(self, clearing_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListYearHospitalsResponse(_message.Message):
    __slots__ = ("hospitals", "next_page_token")
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospitals: _containers.RepeatedCompositeFieldContainer[YearHospital]
    next_page_token: str
    def __init__(self, hospitals: _Optional[_Iterable[_Union[YearHospital, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetYearStatementRequest(_message.Message):
    __slots__ = ("clearing_id", "hospital_code")
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    hospital_code: str
    def __init__(self, clearing_id: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class GetYearStatementResponse(_message.Message):
    __slots__ = ("hospital_code", "content", "digest")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    content: bytes
    digest: str
    def __init__(self, hospital_code: _Optional[str] = ..., content: _Optional[bytes] = ..., digest: _Optional[str] = ...) -> None: ...

class ExplainYearRequest(_message.Message):
    __slots__ = ("clearing_id", "hospital_code")
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    hospital_code: str
    def __init__(self, clearing_id: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class ExplainYearResponse(_message.Message):
    __slots__ = ("hospital", "worksheet")
    HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    hospital: YearHospital
    worksheet: _case_pb2.Worksheet
    def __init__(self, hospital: _Optional[_Union[YearHospital, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ReclearFinding(_message.Message):
    __slots__ = ("hospital_code", "case_id", "multiple")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    multiple: _decimal_pb2.Decimal
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., multiple: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class ReclearEffect(_message.Message):
    __slots__ = ("hospital_code", "points", "removed", "fund_before_fen", "fund_after_fen", "assessed_fen", "balance_fen", "content", "digest")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    FUND_BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    ASSESSED_FEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    points: _decimal_pb2.Decimal
    removed: _decimal_pb2.Decimal
    fund_before_fen: int
    fund_after_fen: int
    assessed_fen: int
    balance_fen: int
    content: bytes
    digest: str
    def __init__(self, hospital_code: _Optional[str] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., removed: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fund_before_fen: _Optional[int] = ..., fund_after_fen: _Optional[int] = ..., assessed_fen: _Optional[int] = ..., balance_fen: _Optional[int] = ..., content: _Optional[bytes] = ..., digest: _Optional[str] = ...) -> None: ...

class Reclearing(_message.Message):
    __slots__ = ("reclear_id", "clearing_id", "pool", "state", "method", "cause", "citation", "findings", "returned_fen", "point_value_display", "digest", "batch_id", "created_by", "committed_by")
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DISPLAY_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_BY_FIELD_NUMBER: _ClassVar[int]
    reclear_id: str
    clearing_id: str
    pool: str
    state: str
    method: str
    cause: str
    citation: str
    findings: _containers.RepeatedCompositeFieldContainer[ReclearFinding]
    returned_fen: int
    point_value_display: str
    digest: str
    batch_id: str
    created_by: str
    committed_by: str
    def __init__(self, reclear_id: _Optional[str] = ..., clearing_id: _Optional[str] = ..., pool: _Optional[str] = ..., state: _Optional[str] = ..., method: _Optional[str] = ..., cause: _Optional[str] = ..., citation: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[ReclearFinding, _Mapping]]] = ..., returned_fen: _Optional[int] = ..., point_value_display: _Optional[str] = ..., digest: _Optional[str] = ..., batch_id: _Optional[str] = ..., created_by: _Optional[str] = ..., committed_by: _Optional[str] = ...) -> None: ...

class DraftReclearingRequest(_message.Message):
    __slots__ = ("request_id", "clearing_id", "findings", "cause", "citation")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    clearing_id: str
    findings: _containers.RepeatedCompositeFieldContainer[ReclearFinding]
    cause: str
    citation: str
    def __init__(self, request_id: _Optional[str] = ..., clearing_id: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[ReclearFinding, _Mapping]]] = ..., cause: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...

class DraftReclearingResponse(_message.Message):
    __slots__ = ("reclearing", "effects")
    RECLEARING_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    reclearing: Reclearing
    effects: _containers.RepeatedCompositeFieldContainer[ReclearEffect]
    def __init__(self, reclearing: _Optional[_Union[Reclearing, _Mapping]] = ..., effects: _Optional[_Iterable[_Union[ReclearEffect, _Mapping]]] = ...) -> None: ...

class CommitReclearingRequest(_message.Message):
    __slots__ = ("request_id", "reclear_id", "digest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reclear_id: str
    digest: str
    def __init__(self, request_id: _Optional[str] = ..., reclear_id: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class CommitReclearingResponse(_message.Message):
    __slots__ = ("reclearing",)
    RECLEARING_FIELD_NUMBER: _ClassVar[int]
    reclearing: Reclearing
    def __init__(self, reclearing: _Optional[_Union[Reclearing, _Mapping]] = ...) -> None: ...

class WithdrawReclearingRequest(_message.Message):
    __slots__ = ("request_id", "reclear_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reclear_id: str
    def __init__(self, request_id: _Optional[str] = ..., reclear_id: _Optional[str] = ...) -> None: ...

class WithdrawReclearingResponse(_message.Message):
    __slots__ = ("reclearing",)
    RECLEARING_FIELD_NUMBER: _ClassVar[int]
    reclearing: Reclearing
    def __init__(self, reclearing: _Optional[_Union[Reclearing, _Mapping]] = ...) -> None: ...

class GetReclearingRequest(_message.Message):
    __slots__ = ("reclear_id",)
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    reclear_id: str
    def __init__(self, reclear_id: _Optional[str] = ...) -> None: ...

class GetReclearingResponse(_message.Message):
    __slots__ = ("reclearing", "effects")
    RECLEARING_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    reclearing: Reclearing
    effects: _containers.RepeatedCompositeFieldContainer[ReclearEffect]
    def __init__(self, reclearing: _Optional[_Union[Reclearing, _Mapping]] = ..., effects: _Optional[_Iterable[_Union[ReclearEffect, _Mapping]]] = ...) -> None: ...

class ListReclearingsRequest(_message.Message):
    __slots__ = ("clearing_id",)
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    def __init__(self, clearing_id: _Optional[str] = ...) -> None: ...

class ListReclearingsResponse(_message.Message):
    __slots__ = ("reclearings",)
    RECLEARINGS_FIELD_NUMBER: _ClassVar[int]
    reclearings: _containers.RepeatedCompositeFieldContainer[Reclearing]
    def __init__(self, reclearings: _Optional[_Iterable[_Union[Reclearing, _Mapping]]] = ...) -> None: ...
