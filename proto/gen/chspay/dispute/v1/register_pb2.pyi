import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RegisterEntry(_message.Message):
    __slots__ = ("entry_no", "pool", "seq", "kind", "kind_text", "subject", "region_code", "published_at", "title", "content", "redacted", "content_sm3", "previous", "hash", "withdrawn_by")
    ENTRY_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_TEXT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    REDACTED_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SM3_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_BY_FIELD_NUMBER: _ClassVar[int]
    entry_no: str
    pool: str
    seq: int
    kind: str
    kind_text: str
    subject: str
    region_code: str
    published_at: _timestamp_pb2.Timestamp
    title: str
    content: str
    redacted: _containers.RepeatedScalarFieldContainer[str]
    content_sm3: str
    previous: str
    hash: str
    withdrawn_by: str
    def __init__(self, entry_no: _Optional[str] = ..., pool: _Optional[str] = ..., seq: _Optional[int] = ..., kind: _Optional[str] = ..., kind_text: _Optional[str] = ..., subject: _Optional[str] = ..., region_code: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., title: _Optional[str] = ..., content: _Optional[str] = ..., redacted: _Optional[_Iterable[str]] = ..., content_sm3: _Optional[str] = ..., previous: _Optional[str] = ..., hash: _Optional[str] = ..., withdrawn_by: _Optional[str] = ...) -> None: ...

class PublishNoticeRequest(_message.Message):
    __slots__ = ("request_id", "pool", "kind", "title", "content", "redacted")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    REDACTED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    kind: str
    title: str
    content: str
    redacted: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., kind: _Optional[str] = ..., title: _Optional[str] = ..., content: _Optional[str] = ..., redacted: _Optional[_Iterable[str]] = ...) -> None: ...

class PublishNoticeResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: RegisterEntry
    def __init__(self, entry: _Optional[_Union[RegisterEntry, _Mapping]] = ...) -> None: ...

class WithdrawEntryRequest(_message.Message):
    __slots__ = ("request_id", "entry_no", "reason", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    entry_no: str
    reason: str
    document: str
    def __init__(self, request_id: _Optional[str] = ..., entry_no: _Optional[str] = ..., reason: _Optional[str] = ..., document: _Optional[str] = ...) -> None: ...

class WithdrawEntryResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: RegisterEntry
    def __init__(self, entry: _Optional[_Union[RegisterEntry, _Mapping]] = ...) -> None: ...

class GetEntryRequest(_message.Message):
    __slots__ = ("entry_no",)
    ENTRY_NO_FIELD_NUMBER: _ClassVar[int]
    entry_no: str
    def __init__(self, entry_no: _Optional[str] = ...) -> None: ...

class GetEntryResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: RegisterEntry
    def __init__(self, entry: _Optional[_Union[RegisterEntry, _Mapping]] = ...) -> None: ...

class ListEntriesRequest(_message.Message):
    __slots__ = ("pool", "kind", "subject", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    kind: str
    subject: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., kind: _Optional[str] = ..., subject: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[RegisterEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[RegisterEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RegisterHead(_message.Message):
    __slots__ = ("pool", "entries", "hash", "published_at", "signature", "key", "anchor")
    POOL_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    entries: int
    hash: str
    published_at: str
    signature: str
    key: str
    anchor: str
    def __init__(self, pool: _Optional[str] = ..., entries: _Optional[int] = ..., hash: _Optional[str] = ..., published_at: _Optional[str] = ..., signature: _Optional[str] = ..., key: _Optional[str] = ..., anchor: _Optional[str] = ...) -> None: ...

class GetChainRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class GetChainResponse(_message.Message):
    __slots__ = ("content", "head")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    head: RegisterHead
    def __init__(self, content: _Optional[bytes] = ..., head: _Optional[_Union[RegisterHead, _Mapping]] = ...) -> None: ...

class ListHeadsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListHeadsResponse(_message.Message):
    __slots__ = ("heads",)
    HEADS_FIELD_NUMBER: _ClassVar[int]
    heads: _containers.RepeatedCompositeFieldContainer[RegisterHead]
    def __init__(self, heads: _Optional[_Iterable[_Union[RegisterHead, _Mapping]]] = ...) -> None: ...
