from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CommunityChronic(_message.Message):
    __slots__ = ("community", "patients", "managed", "controlled")
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    PATIENTS_FIELD_NUMBER: _ClassVar[int]
    MANAGED_FIELD_NUMBER: _ClassVar[int]
    CONTROLLED_FIELD_NUMBER: _ClassVar[int]
    community: str
    patients: int
    managed: int
    controlled: int
    def __init__(self, community: _Optional[str] = ..., patients: _Optional[int] = ..., managed: _Optional[int] = ..., controlled: _Optional[int] = ...) -> None: ...

class ChronicResults(_message.Message):
    __slots__ = ("attribution_id", "version", "as_of", "document", "communities", "digest")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    COMMUNITIES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    version: int
    as_of: _date_pb2.Date
    document: str
    communities: _containers.RepeatedCompositeFieldContainer[CommunityChronic]
    digest: str
    def __init__(self, attribution_id: _Optional[str] = ..., version: _Optional[int] = ..., as_of: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., document: _Optional[str] = ..., communities: _Optional[_Iterable[_Union[CommunityChronic, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class PutChronicResultsRequest(_message.Message):
    __slots__ = ("request_id", "attribution_id", "as_of", "document", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribution_id: str
    as_of: _date_pb2.Date
    document: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., as_of: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., document: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutChronicResultsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: ChronicResults
    def __init__(self, results: _Optional[_Union[ChronicResults, _Mapping]] = ...) -> None: ...

class GetChronicResultsRequest(_message.Message):
    __slots__ = ("attribution_id",)
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    def __init__(self, attribution_id: _Optional[str] = ...) -> None: ...

class GetChronicResultsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: ChronicResults
    def __init__(self, results: _Optional[_Union[ChronicResults, _Mapping]] = ...) -> None: ...

class ApgPoints(_message.Message):
    __slots__ = ("apg", "points_micro", "visits")
    APG_FIELD_NUMBER: _ClassVar[int]
    POINTS_MICRO_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    apg: str
    points_micro: int
    visits: int
    def __init__(self, apg: _Optional[str] = ..., points_micro: _Optional[int] = ..., visits: _Optional[int] = ...) -> None: ...

class ApgShare(_message.Message):
    __slots__ = ("institution", "points_micro", "fund_fen")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    POINTS_MICRO_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    institution: str
    points_micro: int
    fund_fen: int
    def __init__(self, institution: _Optional[str] = ..., points_micro: _Optional[int] = ..., fund_fen: _Optional[int] = ...) -> None: ...

class ApgDivision(_message.Message):
    __slots__ = ("division_id", "pool", "community", "since", "until", "fund_fen", "points_of", "points", "shares", "document", "policy_digest", "digest")
    DIVISION_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_OF_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    division_id: str
    pool: str
    community: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    fund_fen: int
    points_of: str
    points: _containers.RepeatedCompositeFieldContainer[ApgPoints]
    shares: _containers.RepeatedCompositeFieldContainer[ApgShare]
    document: str
    policy_digest: str
    digest: str
    def __init__(self, division_id: _Optional[str] = ..., pool: _Optional[str] = ..., community: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., fund_fen: _Optional[int] = ..., points_of: _Optional[str] = ..., points: _Optional[_Iterable[_Union[ApgPoints, _Mapping]]] = ..., shares: _Optional[_Iterable[_Union[ApgShare, _Mapping]]] = ..., document: _Optional[str] = ..., policy_digest: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class DivideByApgRequest(_message.Message):
    __slots__ = ("request_id", "pool", "community", "since", "until", "fund_fen", "points_of", "document", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_OF_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    community: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    fund_fen: int
    points_of: str
    document: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., community: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., fund_fen: _Optional[int] = ..., points_of: _Optional[str] = ..., document: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class DivideByApgResponse(_message.Message):
    __slots__ = ("division", "worksheet")
    DIVISION_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    division: ApgDivision
    worksheet: _case_pb2.Worksheet
    def __init__(self, division: _Optional[_Union[ApgDivision, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetApgDivisionRequest(_message.Message):
    __slots__ = ("division_id",)
    DIVISION_ID_FIELD_NUMBER: _ClassVar[int]
    division_id: str
    def __init__(self, division_id: _Optional[str] = ...) -> None: ...

class GetApgDivisionResponse(_message.Message):
    __slots__ = ("division", "worksheet")
    DIVISION_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    division: ApgDivision
    worksheet: _case_pb2.Worksheet
    def __init__(self, division: _Optional[_Union[ApgDivision, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...
