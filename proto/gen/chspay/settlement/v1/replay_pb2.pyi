from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportReplayRequest(_message.Message):
    __slots__ = ("clearing_id",)
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    clearing_id: str
    def __init__(self, clearing_id: _Optional[str] = ...) -> None: ...

class ExportReplayResponse(_message.Message):
    __slots__ = ("progress", "chunk", "end")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    progress: ReplayProgress
    chunk: bytes
    end: ReplayEnd
    def __init__(self, progress: _Optional[_Union[ReplayProgress, _Mapping]] = ..., chunk: _Optional[bytes] = ..., end: _Optional[_Union[ReplayEnd, _Mapping]] = ...) -> None: ...

class ReplayProgress(_message.Message):
    __slots__ = ("done", "total")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ...) -> None: ...

class ReplayEnd(_message.Message):
    __slots__ = ("digest", "file_digest", "size", "kind", "engine_version")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FILE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ENGINE_VERSION_FIELD_NUMBER: _ClassVar[int]
    digest: str
    file_digest: str
    size: int
    kind: str
    engine_version: str
    def __init__(self, digest: _Optional[str] = ..., file_digest: _Optional[str] = ..., size: _Optional[int] = ..., kind: _Optional[str] = ..., engine_version: _Optional[str] = ...) -> None: ...
