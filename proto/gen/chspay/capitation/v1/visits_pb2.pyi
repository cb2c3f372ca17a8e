from chspay.capitation.v1 import capitation_pb2 as _capitation_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutVisitsRequest(_message.Message):
    __slots__ = ("request_id", "attribution_id", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribution_id: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutVisitsResponse(_message.Message):
    __slots__ = ("inside", "outside", "not_capitated", "not_member")
    INSIDE_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_FIELD_NUMBER: _ClassVar[int]
    NOT_CAPITATED_FIELD_NUMBER: _ClassVar[int]
    NOT_MEMBER_FIELD_NUMBER: _ClassVar[int]
    inside: int
    outside: int
    not_capitated: int
    not_member: int
    def __init__(self, inside: _Optional[int] = ..., outside: _Optional[int] = ..., not_capitated: _Optional[int] = ..., not_member: _Optional[int] = ...) -> None: ...

class PutExemptionRequest(_message.Message):
    __slots__ = ("request_id", "attribution_id", "visit_id", "cause", "proof")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribution_id: str
    visit_id: str
    cause: str
    proof: str
    def __init__(self, request_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., cause: _Optional[str] = ..., proof: _Optional[str] = ...) -> None: ...

class PutExemptionResponse(_message.Message):
    __slots__ = ("visit",)
    VISIT_FIELD_NUMBER: _ClassVar[int]
    visit: MemberVisit
    def __init__(self, visit: _Optional[_Union[MemberVisit, _Mapping]] = ...) -> None: ...

class MemberVisit(_message.Message):
    __slots__ = ("visit_id", "person_key", "institution", "day", "insurance_type", "service", "fund_fen", "community", "side", "cause", "proof", "struck_by")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    STRUCK_BY_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    person_key: str
    institution: str
    day: _date_pb2.Date
    insurance_type: str
    service: str
    fund_fen: int
    community: str
    side: str
    cause: str
    proof: str
    struck_by: str
    def __init__(self, visit_id: _Optional[str] = ..., person_key: _Optional[str] = ..., institution: _Optional[str] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., insurance_type: _Optional[str] = ..., service: _Optional[str] = ..., fund_fen: _Optional[int] = ..., community: _Optional[str] = ..., side: _Optional[str] = ..., cause: _Optional[str] = ..., proof: _Optional[str] = ..., struck_by: _Optional[str] = ...) -> None: ...

class ListMemberVisitsRequest(_message.Message):
    __slots__ = ("attribution_id", "community", "page_size", "page_token")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    community: str
    page_size: int
    page_token: str
    def __init__(self, attribution_id: _Optional[str] = ..., community: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemberVisitsResponse(_message.Message):
    __slots__ = ("visits", "next_page_token")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[MemberVisit]
    next_page_token: str
    def __init__(self, visits: _Optional[_Iterable[_Union[MemberVisit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetMemberCostsRequest(_message.Message):
    __slots__ = ("attribution_id", "community")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    community: str
    def __init__(self, attribution_id: _Optional[str] = ..., community: _Optional[str] = ...) -> None: ...

class GetMemberCostsResponse(_message.Message):
    __slots__ = ("costs",)
    COSTS_FIELD_NUMBER: _ClassVar[int]
    costs: _containers.RepeatedCompositeFieldContainer[_capitation_pb2.MemberCost]
    def __init__(self, costs: _Optional[_Iterable[_Union[_capitation_pb2.MemberCost, _Mapping]]] = ...) -> None: ...
