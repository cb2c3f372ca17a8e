from chspay.settlement.v1 import settlement_pb2 as _settlement_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PointTable(_message.Message):
    __slots__ = ("table_id", "place", "first_month", "last_month", "in_force", "state", "stage", "cases", "groups", "policy_digest", "scheme_digest", "digest", "failure_reason", "failure_message")
    TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    LAST_MONTH_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    table_id: str
    place: str
    first_month: str
    last_month: str
    in_force: str
    state: str
    stage: str
    cases: int
    groups: int
    policy_digest: str
    scheme_digest: str
    digest: str
    failure_reason: str
    failure_message: str
    def __init__(self, table_id: _Optional[str] = ..., place: _Optional[str] = ..., first_month: _Optional[str] = ..., last_month: _Optional[str] = ..., in_force: _Optional[str] = ..., state: _Optional[str] = ..., stage: _Optional[str] = ..., cases: _Optional[int] = ..., groups: _Optional[int] = ..., policy_digest: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., digest: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ...) -> None: ...

class MeasurePointsRequest(_message.Message):
    __slots__ = ("request_id", "place", "first_month", "last_month", "in_force")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    LAST_MONTH_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    place: str
    first_month: str
    last_month: str
    in_force: str
    def __init__(self, request_id: _Optional[str] = ..., place: _Optional[str] = ..., first_month: _Optional[str] = ..., last_month: _Optional[str] = ..., in_force: _Optional[str] = ...) -> None: ...

class MeasurePointsResponse(_message.Message):
    __slots__ = ("table",)
    TABLE_FIELD_NUMBER: _ClassVar[int]
    table: PointTable
    def __init__(self, table: _Optional[_Union[PointTable, _Mapping]] = ...) -> None: ...

class GetPointTableRequest(_message.Message):
    __slots__ = ("table_id",)
    TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    table_id: str
    def __init__(self, table_id: _Optional[str] = ...) -> None: ...

class GetPointTableResponse(_message.Message):
    __slots__ = ("table", "content")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    table: PointTable
    content: bytes
    def __init__(self, table: _Optional[_Union[PointTable, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ListPointTablesRequest(_message.Message):
    __slots__ = ("place", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPointTablesResponse(_message.Message):
    __slots__ = ("tables", "next_page_token")
    TABLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[PointTable]
    next_page_token: str
    def __init__(self, tables: _Optional[_Iterable[_Union[PointTable, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class NewFinding(_message.Message):
    __slots__ = ("finding_id", "hospital_code", "case_id", "rule_id", "evidence", "amount_fen")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    hospital_code: str
    case_id: str
    rule_id: str
    evidence: str
    amount_fen: int
    def __init__(self, finding_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., evidence: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("finding_id", "list_id", "hospital_code", "case_id", "pool", "rule_id", "evidence", "amount_fen", "state", "deduction_fen", "charged_fen", "reason", "decision_no", "reported_by", "reported_at")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DEDUCTION_FEN_FIELD_NUMBER: _ClassVar[int]
    CHARGED_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    REPORTED_BY_FIELD_NUMBER: _ClassVar[int]
    REPORTED_AT_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    list_id: str
    hospital_code: str
    case_id: str
    pool: str
    rule_id: str
    evidence: str
    amount_fen: int
    state: str
    deduction_fen: int
    charged_fen: int
    reason: str
    decision_no: str
    reported_by: str
    reported_at: str
    def __init__(self, finding_id: _Optional[str] = ..., list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., pool: _Optional[str] = ..., rule_id: _Optional[str] = ..., evidence: _Optional[str] = ..., amount_fen: _Optional[int] = ..., state: _Optional[str] = ..., deduction_fen: _Optional[int] = ..., charged_fen: _Optional[int] = ..., reason: _Optional[str] = ..., decision_no: _Optional[str] = ..., reported_by: _Optional[str] = ..., reported_at: _Optional[str] = ...) -> None: ...

class FindingFault(_message.Message):
    __slots__ = ("row", "finding_id", "reason", "field", "value", "message")
    ROW_FIELD_NUMBER: _ClassVar[int]
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    row: int
    finding_id: str
    reason: str
    field: str
    value: str
    message: str
    def __init__(self, row: _Optional[int] = ..., finding_id: _Optional[str] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., value: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ImportFindingsRequest(_message.Message):
    __slots__ = ("request_id", "findings")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    findings: _containers.RepeatedCompositeFieldContainer[NewFinding]
    def __init__(self, request_id: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[NewFinding, _Mapping]]] = ...) -> None: ...

class ImportFindingsResponse(_message.Message):
    __slots__ = ("accepted", "unchanged", "faults")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    unchanged: int
    faults: _containers.RepeatedCompositeFieldContainer[FindingFault]
    def __init__(self, accepted: _Optional[int] = ..., unchanged: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[FindingFault, _Mapping]]] = ...) -> None: ...

class DecideFindingRequest(_message.Message):
    __slots__ = ("request_id", "finding_id", "state", "amount_fen", "reason", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    finding_id: str
    state: str
    amount_fen: int
    reason: str
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., finding_id: _Optional[str] = ..., state: _Optional[str] = ..., amount_fen: _Optional[int] = ..., reason: _Optional[str] = ..., decision_no: _Optional[str] = ...) -> None: ...

class DecideFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class ListFindingsRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "state", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    state: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., state: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFindingsResponse(_message.Message):
    __slots__ = ("findings", "next_page_token")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    next_page_token: str
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class HeldList(_message.Message):
    __slots__ = ("list_id", "hospital_code", "case_id", "finding_ids", "next_month")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_MONTH_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    hospital_code: str
    case_id: str
    finding_ids: _containers.RepeatedScalarFieldContainer[str]
    next_month: str
    def __init__(self, list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., finding_ids: _Optional[_Iterable[str]] = ..., next_month: _Optional[str] = ...) -> None: ...

class ListHeldListsRequest(_message.Message):
    __slots__ = ("run_id", "page_size", "page_token")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    page_size: int
    page_token: str
    def __init__(self, run_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHeldListsResponse(_message.Message):
    __slots__ = ("lists", "next_page_token")
    LISTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[HeldList]
    next_page_token: str
    def __init__(self, lists: _Optional[_Iterable[_Union[HeldList, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("decision_no", "hospital_code", "case_id", "kind", "value", "mode", "citation", "revokes")
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    REVOKES_FIELD_NUMBER: _ClassVar[int]
    decision_no: str
    hospital_code: str
    case_id: str
    kind: str
    value: str
    mode: str
    citation: str
    revokes: str
    def __init__(self, decision_no: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ..., mode: _Optional[str] = ..., citation: _Optional[str] = ..., revokes: _Optional[str] = ...) -> None: ...

class ApplyDecisionRequest(_message.Message):
    __slots__ = ("request_id", "decision")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    decision: Decision
    def __init__(self, request_id: _Optional[str] = ..., decision: _Optional[_Union[Decision, _Mapping]] = ...) -> None: ...

class ApplyDecisionResponse(_message.Message):
    __slots__ = ("decision", "applied", "effect", "month")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    applied: bool
    effect: str
    month: str
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., applied: _Optional[bool] = ..., effect: _Optional[str] = ..., month: _Optional[str] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "case_id", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    case_id: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "pool", "hospital_code", "since", "amount_fen", "rule_id", "evidence", "citation", "state", "held_fen", "released_fen", "release_reason", "release_citation")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HELD_FEN_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FEN_FIELD_NUMBER: _ClassVar[int]
    RELEASE_REASON_FIELD_NUMBER: _ClassVar[int]
    RELEASE_CITATION_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    pool: str
    hospital_code: str
    since: str
    amount_fen: int
    rule_id: str
    evidence: str
    citation: str
    state: str
    held_fen: int
    released_fen: int
    release_reason: str
    release_citation: str
    def __init__(self, hold_id: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., since: _Optional[str] = ..., amount_fen: _Optional[int] = ..., rule_id: _Optional[str] = ..., evidence: _Optional[str] = ..., citation: _Optional[str] = ..., state: _Optional[str] = ..., held_fen: _Optional[int] = ..., released_fen: _Optional[int] = ..., release_reason: _Optional[str] = ..., release_citation: _Optional[str] = ...) -> None: ...

class PlaceHoldRequest(_message.Message):
    __slots__ = ("request_id", "pool", "hospital_code", "since", "amount_fen", "rule_id", "evidence", "citation")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    hospital_code: str
    since: str
    amount_fen: int
    rule_id: str
    evidence: str
    citation: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., since: _Optional[str] = ..., amount_fen: _Optional[int] = ..., rule_id: _Optional[str] = ..., evidence: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...

class PlaceHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ...) -> None: ...

class ReleaseHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "reason", "citation")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    reason: str
    citation: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., reason: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...

class ReleaseHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: Hold
    def __init__(self, hold: _Optional[_Union[Hold, _Mapping]] = ...) -> None: ...

class ListHoldsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHoldsResponse(_message.Message):
    __slots__ = ("holds", "next_page_token")
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    holds: _containers.RepeatedCompositeFieldContainer[Hold]
    next_page_token: str
    def __init__(self, holds: _Optional[_Iterable[_Union[Hold, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DifferenceHospital(_message.Message):
    __slots__ = ("hospital_code", "before_fen", "after_fen", "delta_fen", "prepaid_delta_fen", "retained_delta_fen", "points_delta", "cases_delta")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    DELTA_FEN_FIELD_NUMBER: _ClassVar[int]
    PREPAID_DELTA_FEN_FIELD_NUMBER: _ClassVar[int]
    RETAINED_DELTA_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_DELTA_FIELD_NUMBER: _ClassVar[int]
    CASES_DELTA_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    before_fen: int
    after_fen: int
    delta_fen: int
    prepaid_delta_fen: int
    retained_delta_fen: int
    points_delta: _decimal_pb2.Decimal
    cases_delta: int
    def __init__(self, hospital_code: _Optional[str] = ..., before_fen: _Optional[int] = ..., after_fen: _Optional[int] = ..., delta_fen: _Optional[int] = ..., prepaid_delta_fen: _Optional[int] = ..., retained_delta_fen: _Optional[int] = ..., points_delta: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., cases_delta: _Optional[int] = ...) -> None: ...

class DifferenceCase(_message.Message):
    __slots__ = ("case_id", "hospital_code", "why", "version", "before_points", "after_points", "before_fen", "after_fen")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BEFORE_POINTS_FIELD_NUMBER: _ClassVar[int]
    AFTER_POINTS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    hospital_code: str
    why: str
    version: int
    before_points: _decimal_pb2.Decimal
    after_points: _decimal_pb2.Decimal
    before_fen: int
    after_fen: int
    def __init__(self, case_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., why: _Optional[str] = ..., version: _Optional[int] = ..., before_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., after_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., before_fen: _Optional[int] = ..., after_fen: _Optional[int] = ...) -> None: ...

class DifferenceFault(_message.Message):
    __slots__ = ("hospital_code", "case_id", "reason", "message")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    reason: str
    message: str
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("difference_id", "pool", "corrected_month", "corrected_run_id", "corrects", "method", "month", "cause", "hospitals", "cases", "faults", "residual_fen", "residual_account", "digest")
    DIFFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_MONTH_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    difference_id: str
    pool: str
    corrected_month: str
    corrected_run_id: str
    corrects: str
    method: str
    month: str
    cause: str
    hospitals: _containers.RepeatedCompositeFieldContainer[DifferenceHospital]
    cases: _containers.RepeatedCompositeFieldContainer[DifferenceCase]
    faults: _containers.RepeatedCompositeFieldContainer[DifferenceFault]
    residual_fen: int
    residual_account: str
    digest: str
    def __init__(self, difference_id: _Optional[str] = ..., pool: _Optional[str] = ..., corrected_month: _Optional[str] = ..., corrected_run_id: _Optional[str] = ..., corrects: _Optional[str] = ..., method: _Optional[str] = ..., month: _Optional[str] = ..., cause: _Optional[str] = ..., hospitals: _Optional[_Iterable[_Union[DifferenceHospital, _Mapping]]] = ..., cases: _Optional[_Iterable[_Union[DifferenceCase, _Mapping]]] = ..., faults: _Optional[_Iterable[_Union[DifferenceFault, _Mapping]]] = ..., residual_fen: _Optional[int] = ..., residual_account: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class PreviewDifferencesRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class PreviewDifferencesResponse(_message.Message):
    __slots__ = ("differences", "preview_digest")
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_DIGEST_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    preview_digest: str
    def __init__(self, differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., preview_digest: _Optional[str] = ...) -> None: ...

class CommitDifferencesRequest(_message.Message):
    __slots__ = ("request_id", "pool", "preview_digest", "cause")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    preview_digest: str
    cause: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., preview_digest: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class CommitDifferencesResponse(_message.Message):
    __slots__ = ("differences",)
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    def __init__(self, differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ...) -> None: ...

class ListDifferencesRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDifferencesResponse(_message.Message):
    __slots__ = ("differences", "next_page_token")
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    next_page_token: str
    def __init__(self, differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StartTrialRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "month")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    month: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ...) -> None: ...

class StartTrialResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _settlement_pb2.Run
    def __init__(self, run: _Optional[_Union[_settlement_pb2.Run, _Mapping]] = ...) -> None: ...

class StartReplayRequest(_message.Message):
    __slots__ = ("request_id", "run_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_id: str
    def __init__(self, request_id: _Optional[str] = ..., run_id: _Optional[str] = ...) -> None: ...

class StartReplayResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _settlement_pb2.Run
    def __init__(self, run: _Optional[_Union[_settlement_pb2.Run, _Mapping]] = ...) -> None: ...

class DiscardTrialRequest(_message.Message):
    __slots__ = ("request_id", "run_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_id: str
    def __init__(self, request_id: _Optional[str] = ..., run_id: _Optional[str] = ...) -> None: ...

class DiscardTrialResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _settlement_pb2.Run
    def __init__(self, run: _Optional[_Union[_settlement_pb2.Run, _Mapping]] = ...) -> None: ...

class Period(_message.Message):
    __slots__ = ("period_id", "pool", "first_month", "last_month", "state", "run_ids", "failure_reason", "failure_message")
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    LAST_MONTH_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    pool: str
    first_month: str
    last_month: str
    state: str
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    failure_reason: str
    failure_message: str
    def __init__(self, period_id: _Optional[str] = ..., pool: _Optional[str] = ..., first_month: _Optional[str] = ..., last_month: _Optional[str] = ..., state: _Optional[str] = ..., run_ids: _Optional[_Iterable[str]] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ...) -> None: ...

class StartPeriodRequest(_message.Message):
    __slots__ = ("request_id", "pool", "first_month", "last_month")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    LAST_MONTH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    first_month: str
    last_month: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., first_month: _Optional[str] = ..., last_month: _Optional[str] = ...) -> None: ...

class StartPeriodResponse(_message.Message):
    __slots__ = ("period",)
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    period: Period
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...

class GetPeriodRequest(_message.Message):
    __slots__ = ("period_id",)
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    period_id: str
    def __init__(self, period_id: _Optional[str] = ...) -> None: ...

class GetPeriodResponse(_message.Message):
    __slots__ = ("period",)
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    period: Period
    def __init__(self, period: _Optional[_Union[Period, _Mapping]] = ...) -> None: ...
