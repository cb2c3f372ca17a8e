from chspay.settlement.v1 import settlement_pb2 as _settlement_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListGroupingsRequest(_message.Message):
    __slots__ = ("hospital_code", "period", "case_id", "offset", "limit")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    period: int
    case_id: str
    offset: int
    limit: int
    def __init__(self, hospital_code: _Optional[str] = ..., period: _Optional[int] = ..., case_id: _Optional[str] = ..., offset: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class ListGroupingsResponse(_message.Message):
    __slots__ = ("lists", "total", "pool")
    LISTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[_settlement_pb2.SettlementList]
    total: int
    pool: str
    def __init__(self, lists: _Optional[_Iterable[_Union[_settlement_pb2.SettlementList, _Mapping]]] = ..., total: _Optional[int] = ..., pool: _Optional[str] = ...) -> None: ...

class ListPeersRequest(_message.Message):
    __slots__ = ("hospital_code", "period", "peer", "group", "offset", "limit")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PEER_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    period: int
    peer: str
    group: str
    offset: int
    limit: int
    def __init__(self, hospital_code: _Optional[str] = ..., period: _Optional[int] = ..., peer: _Optional[str] = ..., group: _Optional[str] = ..., offset: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class Peer(_message.Message):
    __slots__ = ("peer", "group", "scheme_digest", "groups", "cases", "cost_fen", "region_code")
    PEER_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    peer: str
    group: str
    scheme_digest: str
    groups: int
    cases: int
    cost_fen: int
    region_code: str
    def __init__(self, peer: _Optional[str] = ..., group: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., groups: _Optional[int] = ..., cases: _Optional[int] = ..., cost_fen: _Optional[int] = ..., region_code: _Optional[str] = ...) -> None: ...

class ListPeersResponse(_message.Message):
    __slots__ = ("peers", "total", "left_out", "least_cases")
    PEERS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    LEAST_CASES_FIELD_NUMBER: _ClassVar[int]
    peers: _containers.RepeatedCompositeFieldContainer[Peer]
    total: int
    left_out: int
    least_cases: int
    def __init__(self, peers: _Optional[_Iterable[_Union[Peer, _Mapping]]] = ..., total: _Optional[int] = ..., left_out: _Optional[int] = ..., least_cases: _Optional[int] = ...) -> None: ...
