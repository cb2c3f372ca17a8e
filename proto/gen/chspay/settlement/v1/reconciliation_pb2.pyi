import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CountListsRequest(_message.Message):
    __slots__ = ("hospital_code", "list_ids")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    LIST_IDS_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    list_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, hospital_code: _Optional[str] = ..., list_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CountListsResponse(_message.Message):
    __slots__ = ("waiting", "stored", "grouped", "ungrouped", "ambiguous", "invalid_input", "quality_passed", "quality_failed", "quality_pending", "quality_none", "missing")
    WAITING_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    GROUPED_FIELD_NUMBER: _ClassVar[int]
    UNGROUPED_FIELD_NUMBER: _ClassVar[int]
    AMBIGUOUS_FIELD_NUMBER: _ClassVar[int]
    INVALID_INPUT_FIELD_NUMBER: _ClassVar[int]
    QUALITY_PASSED_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FAILED_FIELD_NUMBER: _ClassVar[int]
    QUALITY_PENDING_FIELD_NUMBER: _ClassVar[int]
    QUALITY_NONE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    waiting: int
    stored: int
    grouped: int
    ungrouped: int
    ambiguous: int
    invalid_input: int
    quality_passed: int
    quality_failed: int
    quality_pending: int
    quality_none: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, waiting: _Optional[int] = ..., stored: _Optional[int] = ..., grouped: _Optional[int] = ..., ungrouped: _Optional[int] = ..., ambiguous: _Optional[int] = ..., invalid_input: _Optional[int] = ..., quality_passed: _Optional[int] = ..., quality_failed: _Optional[int] = ..., quality_pending: _Optional[int] = ..., quality_none: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...

class CountReceivedRequest(_message.Message):
    __slots__ = ("hospital_code", "since", "until")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    def __init__(self, hospital_code: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ChannelCounts(_message.Message):
    __slots__ = ("channel", "versions", "lists")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    channel: str
    versions: int
    lists: CountListsResponse
    def __init__(self, channel: _Optional[str] = ..., versions: _Optional[int] = ..., lists: _Optional[_Union[CountListsResponse, _Mapping]] = ...) -> None: ...

class CountReceivedResponse(_message.Message):
    __slots__ = ("channels",)
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[ChannelCounts]
    def __init__(self, channels: _Optional[_Iterable[_Union[ChannelCounts, _Mapping]]] = ...) -> None: ...
