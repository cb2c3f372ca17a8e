import datetime

from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ClaimState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLAIM_STATE_UNSPECIFIED: _ClassVar[ClaimState]
    CLAIM_STATE_WAITING: _ClassVar[ClaimState]
    CLAIM_STATE_OVERDUE: _ClassVar[ClaimState]
    CLAIM_STATE_CHECKED: _ClassVar[ClaimState]
    CLAIM_STATE_QUESTIONED: _ClassVar[ClaimState]

class ClaimDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLAIM_DECISION_UNSPECIFIED: _ClassVar[ClaimDecision]
    CLAIM_DECISION_CHECKED: _ClassVar[ClaimDecision]
    CLAIM_DECISION_QUESTIONED: _ClassVar[ClaimDecision]
CLAIM_STATE_UNSPECIFIED: ClaimState
CLAIM_STATE_WAITING: ClaimState
CLAIM_STATE_OVERDUE: ClaimState
CLAIM_STATE_CHECKED: ClaimState
CLAIM_STATE_QUESTIONED: ClaimState
CLAIM_DECISION_UNSPECIFIED: ClaimDecision
CLAIM_DECISION_CHECKED: ClaimDecision
CLAIM_DECISION_QUESTIONED: ClaimDecision

class DecisionOnClaim(_message.Message):
    __slots__ = ("decision", "reason", "decided_by", "decided_at")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    decision: ClaimDecision
    reason: str
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, decision: _Optional[_Union[ClaimDecision, str]] = ..., reason: _Optional[str] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Claim(_message.Message):
    __slots__ = ("list_id", "version", "case_id", "hospital_code", "insured_region", "discharge_date", "received_at", "due", "state", "decisions")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    INSURED_REGION_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_DATE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    case_id: str
    hospital_code: str
    insured_region: str
    discharge_date: _date_pb2.Date
    received_at: _timestamp_pb2.Timestamp
    due: _date_pb2.Date
    state: ClaimState
    decisions: _containers.RepeatedCompositeFieldContainer[DecisionOnClaim]
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., case_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., insured_region: _Optional[str] = ..., discharge_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., received_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[ClaimState, str]] = ..., decisions: _Optional[_Iterable[_Union[DecisionOnClaim, _Mapping]]] = ...) -> None: ...

class ListClaimsRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "state", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    state: ClaimState
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., state: _Optional[_Union[ClaimState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListClaimsResponse(_message.Message):
    __slots__ = ("claims", "next_page_token", "waiting", "overdue", "checked", "questioned")
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    QUESTIONED_FIELD_NUMBER: _ClassVar[int]
    claims: _containers.RepeatedCompositeFieldContainer[Claim]
    next_page_token: str
    waiting: int
    overdue: int
    checked: int
    questioned: int
    def __init__(self, claims: _Optional[_Iterable[_Union[Claim, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., waiting: _Optional[int] = ..., overdue: _Optional[int] = ..., checked: _Optional[int] = ..., questioned: _Optional[int] = ...) -> None: ...

class DecideClaimRequest(_message.Message):
    __slots__ = ("request_id", "list_id", "version", "decision", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    list_id: str
    version: int
    decision: ClaimDecision
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., list_id: _Optional[str] = ..., version: _Optional[int] = ..., decision: _Optional[_Union[ClaimDecision, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class DecideClaimResponse(_message.Message):
    __slots__ = ("claim",)
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    claim: Claim
    def __init__(self, claim: _Optional[_Union[Claim, _Mapping]] = ...) -> None: ...

class GetSamplingRequest(_message.Message):
    __slots__ = ("pool", "first", "last", "hospital_code")
    POOL_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    pool: str
    first: str
    last: str
    hospital_code: str
    def __init__(self, pool: _Optional[str] = ..., first: _Optional[str] = ..., last: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class Sampled(_message.Message):
    __slots__ = ("hospital_code", "lists", "anomalous", "rate", "share", "warned", "worksheet")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    ANOMALOUS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    WARNED_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    lists: int
    anomalous: int
    rate: str
    share: str
    warned: bool
    worksheet: _case_pb2.Worksheet
    def __init__(self, hospital_code: _Optional[str] = ..., lists: _Optional[int] = ..., anomalous: _Optional[int] = ..., rate: _Optional[str] = ..., share: _Optional[str] = ..., warned: _Optional[bool] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetSamplingResponse(_message.Message):
    __slots__ = ("rule_set", "period", "policy_digest", "institutions")
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    rule_set: str
    period: str
    policy_digest: str
    institutions: _containers.RepeatedCompositeFieldContainer[Sampled]
    def __init__(self, rule_set: _Optional[str] = ..., period: _Optional[str] = ..., policy_digest: _Optional[str] = ..., institutions: _Optional[_Iterable[_Union[Sampled, _Mapping]]] = ...) -> None: ...

class DrawSampleRequest(_message.Message):
    __slots__ = ("pool", "first", "last", "hospital_code", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    first: str
    last: str
    hospital_code: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., first: _Optional[str] = ..., last: _Optional[str] = ..., hospital_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class DrawnList(_message.Message):
    __slots__ = ("list_id", "draw")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    draw: str
    def __init__(self, list_id: _Optional[str] = ..., draw: _Optional[str] = ...) -> None: ...

class DrawSampleResponse(_message.Message):
    __slots__ = ("period", "share", "lists", "drawn", "digest", "items", "next_page_token")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    period: str
    share: str
    lists: int
    drawn: int
    digest: str
    items: _containers.RepeatedCompositeFieldContainer[DrawnList]
    next_page_token: str
    def __init__(self, period: _Optional[str] = ..., share: _Optional[str] = ..., lists: _Optional[int] = ..., drawn: _Optional[int] = ..., digest: _Optional[str] = ..., items: _Optional[_Iterable[_Union[DrawnList, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
