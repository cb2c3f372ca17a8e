from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RosterState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROSTER_STATE_UNSPECIFIED: _ClassVar[RosterState]
    ROSTER_STATE_UPLOADING: _ClassVar[RosterState]
    ROSTER_STATE_CHECKING: _ClassVar[RosterState]
    ROSTER_STATE_REFUSED: _ClassVar[RosterState]
    ROSTER_STATE_LOADED: _ClassVar[RosterState]
ROSTER_STATE_UNSPECIFIED: RosterState
ROSTER_STATE_UPLOADING: RosterState
ROSTER_STATE_CHECKING: RosterState
ROSTER_STATE_REFUSED: RosterState
ROSTER_STATE_LOADED: RosterState

class RosterFaultCount(_message.Message):
    __slots__ = ("reason", "column", "message", "count")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: str
    column: str
    message: str
    count: int
    def __init__(self, reason: _Optional[str] = ..., column: _Optional[str] = ..., message: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class RosterRowFault(_message.Message):
    __slots__ = ("part_no", "row", "column", "reason")
    PART_NO_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    part_no: int
    row: int
    column: str
    reason: str
    def __init__(self, part_no: _Optional[int] = ..., row: _Optional[int] = ..., column: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Roster(_message.Message):
    __slots__ = ("roster_id", "pool", "as_of", "state", "rows", "digest", "counts", "faults", "started_by", "parts")
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    STARTED_BY_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    pool: str
    as_of: _date_pb2.Date
    state: RosterState
    rows: int
    digest: str
    counts: _containers.RepeatedCompositeFieldContainer[RosterFaultCount]
    faults: _containers.RepeatedCompositeFieldContainer[RosterRowFault]
    started_by: str
    parts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, roster_id: _Optional[str] = ..., pool: _Optional[str] = ..., as_of: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[RosterState, str]] = ..., rows: _Optional[int] = ..., digest: _Optional[str] = ..., counts: _Optional[_Iterable[_Union[RosterFaultCount, _Mapping]]] = ..., faults: _Optional[_Iterable[_Union[RosterRowFault, _Mapping]]] = ..., started_by: _Optional[str] = ..., parts: _Optional[_Iterable[int]] = ...) -> None: ...

class StartRosterRequest(_message.Message):
    __slots__ = ("request_id", "pool", "as_of")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    as_of: _date_pb2.Date
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., as_of: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class StartRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class PutRosterPartRequest(_message.Message):
    __slots__ = ("request_id", "roster_id", "part_no", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    PART_NO_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    roster_id: str
    part_no: int
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., roster_id: _Optional[str] = ..., part_no: _Optional[int] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutRosterPartResponse(_message.Message):
    __slots__ = ("rows", "digest")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    rows: int
    digest: str
    def __init__(self, rows: _Optional[int] = ..., digest: _Optional[str] = ...) -> None: ...

class CloseRosterRequest(_message.Message):
    __slots__ = ("request_id", "roster_id", "parts")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    roster_id: str
    parts: int
    def __init__(self, request_id: _Optional[str] = ..., roster_id: _Optional[str] = ..., parts: _Optional[int] = ...) -> None: ...

class CloseRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class GetRosterRequest(_message.Message):
    __slots__ = ("roster_id",)
    ROSTER_ID_FIELD_NUMBER: _ClassVar[int]
    roster_id: str
    def __init__(self, roster_id: _Optional[str] = ...) -> None: ...

class GetRosterResponse(_message.Message):
    __slots__ = ("roster",)
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    roster: Roster
    def __init__(self, roster: _Optional[_Union[Roster, _Mapping]] = ...) -> None: ...

class ListRostersRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRostersResponse(_message.Message):
    __slots__ = ("rosters", "next_page_token")
    ROSTERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rosters: _containers.RepeatedCompositeFieldContainer[Roster]
    next_page_token: str
    def __init__(self, rosters: _Optional[_Iterable[_Union[Roster, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
