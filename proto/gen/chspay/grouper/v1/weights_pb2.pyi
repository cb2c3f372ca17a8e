from chspay.grouper.v1 import runs_pb2 as _runs_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartWeightRunRequest(_message.Message):
    __slots__ = ("request_id", "policy", "on", "table_id", "scheme", "levels")
    class LevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    policy: bytes
    on: _date_pb2.Date
    table_id: str
    scheme: str
    levels: _containers.ScalarMap[str, int]
    def __init__(self, request_id: _Optional[str] = ..., policy: _Optional[bytes] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., table_id: _Optional[str] = ..., scheme: _Optional[str] = ..., levels: _Optional[_Mapping[str, int]] = ...) -> None: ...

class StartWeightRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _runs_pb2.GroupRun
    def __init__(self, run: _Optional[_Union[_runs_pb2.GroupRun, _Mapping]] = ...) -> None: ...
