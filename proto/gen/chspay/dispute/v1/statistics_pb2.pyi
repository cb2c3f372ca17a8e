from chspay.dispute.v1 import register_pb2 as _register_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PublishCycleRequest(_message.Message):
    __slots__ = ("request_id", "pool", "cycle")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    cycle: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., cycle: _Optional[str] = ...) -> None: ...

class PublishCycleResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: _register_pb2.RegisterEntry
    def __init__(self, entry: _Optional[_Union[_register_pb2.RegisterEntry, _Mapping]] = ...) -> None: ...
