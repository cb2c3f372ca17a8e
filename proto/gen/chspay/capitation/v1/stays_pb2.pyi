from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StayFacts(_message.Message):
    __slots__ = ("stay_id", "person_key", "institution", "level", "emergency", "emergency_proof", "admitted", "discharged", "eligible_fen")
    STAY_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_PROOF_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FEN_FIELD_NUMBER: _ClassVar[int]
    stay_id: str
    person_key: str
    institution: str
    level: int
    emergency: bool
    emergency_proof: str
    admitted: _date_pb2.Date
    discharged: _date_pb2.Date
    eligible_fen: int
    def __init__(self, stay_id: _Optional[str] = ..., person_key: _Optional[str] = ..., institution: _Optional[str] = ..., level: _Optional[int] = ..., emergency: _Optional[bool] = ..., emergency_proof: _Optional[str] = ..., admitted: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharged: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., eligible_fen: _Optional[int] = ...) -> None: ...

class StayBenefit(_message.Message):
    __slots__ = ("version", "linked_to", "deductible_fen", "surcharged", "fund_fen", "cause", "worksheet")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LINKED_TO_FIELD_NUMBER: _ClassVar[int]
    DEDUCTIBLE_FEN_FIELD_NUMBER: _ClassVar[int]
    SURCHARGED_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    version: int
    linked_to: str
    deductible_fen: int
    surcharged: bool
    fund_fen: int
    cause: str
    worksheet: _case_pb2.Worksheet
    def __init__(self, version: _Optional[int] = ..., linked_to: _Optional[str] = ..., deductible_fen: _Optional[int] = ..., surcharged: _Optional[bool] = ..., fund_fen: _Optional[int] = ..., cause: _Optional[str] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class PersonStayRecord(_message.Message):
    __slots__ = ("facts", "pool", "level", "community", "member", "member_by", "out_of_area", "reversed_by_document", "benefits", "policy_digest")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    MEMBER_BY_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FIELD_NUMBER: _ClassVar[int]
    REVERSED_BY_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    facts: StayFacts
    pool: str
    level: int
    community: str
    member: bool
    member_by: str
    out_of_area: bool
    reversed_by_document: str
    benefits: _containers.RepeatedCompositeFieldContainer[StayBenefit]
    policy_digest: str
    def __init__(self, facts: _Optional[_Union[StayFacts, _Mapping]] = ..., pool: _Optional[str] = ..., level: _Optional[int] = ..., community: _Optional[str] = ..., member: _Optional[bool] = ..., member_by: _Optional[str] = ..., out_of_area: _Optional[bool] = ..., reversed_by_document: _Optional[str] = ..., benefits: _Optional[_Iterable[_Union[StayBenefit, _Mapping]]] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class SettleStayRequest(_message.Message):
    __slots__ = ("request_id", "pool", "facts")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    facts: StayFacts
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., facts: _Optional[_Union[StayFacts, _Mapping]] = ...) -> None: ...

class SettleStayResponse(_message.Message):
    __slots__ = ("stay", "changed")
    STAY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    stay: PersonStayRecord
    changed: _containers.RepeatedCompositeFieldContainer[PersonStayRecord]
    def __init__(self, stay: _Optional[_Union[PersonStayRecord, _Mapping]] = ..., changed: _Optional[_Iterable[_Union[PersonStayRecord, _Mapping]]] = ...) -> None: ...

class ReverseStayRequest(_message.Message):
    __slots__ = ("request_id", "pool", "institution", "stay_id", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    STAY_ID_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    institution: str
    stay_id: str
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., institution: _Optional[str] = ..., stay_id: _Optional[str] = ..., document: _Optional[str] = ...) -> None: ...

class ReverseStayResponse(_message.Message):
    __slots__ = ("stay", "changed")
    STAY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    stay: PersonStayRecord
    changed: _containers.RepeatedCompositeFieldContainer[PersonStayRecord]
    def __init__(self, stay: _Optional[_Union[PersonStayRecord, _Mapping]] = ..., changed: _Optional[_Iterable[_Union[PersonStayRecord, _Mapping]]] = ...) -> None: ...

class ListStaysRequest(_message.Message):
    __slots__ = ("pool", "person_key")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    person_key: str
    def __init__(self, pool: _Optional[str] = ..., person_key: _Optional[str] = ...) -> None: ...

class ListStaysResponse(_message.Message):
    __slots__ = ("stays",)
    STAYS_FIELD_NUMBER: _ClassVar[int]
    stays: _containers.RepeatedCompositeFieldContainer[PersonStayRecord]
    def __init__(self, stays: _Optional[_Iterable[_Union[PersonStayRecord, _Mapping]]] = ...) -> None: ...
