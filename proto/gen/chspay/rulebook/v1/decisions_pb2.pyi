import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MeetingMember(_message.Message):
    __slots__ = ("unit", "person", "present")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    unit: str
    person: str
    present: bool
    def __init__(self, unit: _Optional[str] = ..., person: _Optional[str] = ..., present: _Optional[bool] = ...) -> None: ...

class DecidedItem(_message.Message):
    __slots__ = ("words", "key", "value", "since")
    WORDS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    words: str
    key: str
    value: str
    since: _date_pb2.Date
    def __init__(self, words: _Optional[str] = ..., key: _Optional[str] = ..., value: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("decision_no", "place", "title", "decided", "members", "items", "recorded_by", "recorded_at", "digest")
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    decision_no: str
    place: str
    title: str
    decided: _date_pb2.Date
    members: _containers.RepeatedCompositeFieldContainer[MeetingMember]
    items: _containers.RepeatedCompositeFieldContainer[DecidedItem]
    recorded_by: str
    recorded_at: _timestamp_pb2.Timestamp
    digest: str
    def __init__(self, decision_no: _Optional[str] = ..., place: _Optional[str] = ..., title: _Optional[str] = ..., decided: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., members: _Optional[_Iterable[_Union[MeetingMember, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[DecidedItem, _Mapping]]] = ..., recorded_by: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., digest: _Optional[str] = ...) -> None: ...

class RecordDecisionRequest(_message.Message):
    __slots__ = ("request_id", "decision_no", "place", "title", "decided", "members", "items")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    decision_no: str
    place: str
    title: str
    decided: _date_pb2.Date
    members: _containers.RepeatedCompositeFieldContainer[MeetingMember]
    items: _containers.RepeatedCompositeFieldContainer[DecidedItem]
    def __init__(self, request_id: _Optional[str] = ..., decision_no: _Optional[str] = ..., place: _Optional[str] = ..., title: _Optional[str] = ..., decided: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., members: _Optional[_Iterable[_Union[MeetingMember, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[DecidedItem, _Mapping]]] = ...) -> None: ...

class RecordDecisionResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ...) -> None: ...

class GetDecisionRequest(_message.Message):
    __slots__ = ("place", "decision_no")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    place: str
    decision_no: str
    def __init__(self, place: _Optional[str] = ..., decision_no: _Optional[str] = ...) -> None: ...

class GetDecisionResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("place", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
