from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SchemeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEME_STATE_UNSPECIFIED: _ClassVar[SchemeState]
    SCHEME_STATE_DRAFT: _ClassVar[SchemeState]
    SCHEME_STATE_TRIAL: _ClassVar[SchemeState]
    SCHEME_STATE_PUBLISHED: _ClassVar[SchemeState]
    SCHEME_STATE_RETIRED: _ClassVar[SchemeState]
SCHEME_STATE_UNSPECIFIED: SchemeState
SCHEME_STATE_DRAFT: SchemeState
SCHEME_STATE_TRIAL: SchemeState
SCHEME_STATE_PUBLISHED: SchemeState
SCHEME_STATE_RETIRED: SchemeState

class SchemeRecord(_message.Message):
    __slots__ = ("content", "signature", "digest", "event", "since")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    signature: bytes
    digest: str
    event: str
    since: str
    def __init__(self, content: _Optional[bytes] = ..., signature: _Optional[bytes] = ..., digest: _Optional[str] = ..., event: _Optional[str] = ..., since: _Optional[str] = ...) -> None: ...

class AddSchemeRecordRequest(_message.Message):
    __slots__ = ("request_id", "content", "signature")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    content: bytes
    signature: bytes
    def __init__(self, request_id: _Optional[str] = ..., content: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class AddSchemeRecordResponse(_message.Message):
    __slots__ = ("digest", "state")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    state: SchemeState
    def __init__(self, digest: _Optional[str] = ..., state: _Optional[_Union[SchemeState, str]] = ...) -> None: ...

class AddSchemeEvaluationRequest(_message.Message):
    __slots__ = ("request_id", "content", "signature")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    content: bytes
    signature: bytes
    def __init__(self, request_id: _Optional[str] = ..., content: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class AddSchemeEvaluationResponse(_message.Message):
    __slots__ = ("digest",)
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    digest: str
    def __init__(self, digest: _Optional[str] = ...) -> None: ...

class GetSchemeLifeRequest(_message.Message):
    __slots__ = ("scheme",)
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    def __init__(self, scheme: _Optional[str] = ...) -> None: ...

class GetSchemeLifeResponse(_message.Message):
    __slots__ = ("scheme_id", "scheme_digest", "state", "records")
    SCHEME_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    scheme_id: str
    scheme_digest: str
    state: SchemeState
    records: _containers.RepeatedCompositeFieldContainer[SchemeRecord]
    def __init__(self, scheme_id: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., state: _Optional[_Union[SchemeState, str]] = ..., records: _Optional[_Iterable[_Union[SchemeRecord, _Mapping]]] = ...) -> None: ...

class SearchCodesRequest(_message.Message):
    __slots__ = ("scheme", "text", "page_size", "page_token")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    text: str
    page_size: int
    page_token: str
    def __init__(self, scheme: _Optional[str] = ..., text: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchCodesResponse(_message.Message):
    __slots__ = ("codes", "next_page_token")
    CODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedCompositeFieldContainer[CodeFound]
    next_page_token: str
    def __init__(self, codes: _Optional[_Iterable[_Union[CodeFound, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CodeFound(_message.Message):
    __slots__ = ("code", "name", "sets", "level")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    sets: _containers.RepeatedScalarFieldContainer[str]
    level: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., sets: _Optional[_Iterable[str]] = ..., level: _Optional[str] = ...) -> None: ...

class SearchGroupsRequest(_message.Message):
    __slots__ = ("scheme", "text", "page_size", "page_token")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    text: str
    page_size: int
    page_token: str
    def __init__(self, scheme: _Optional[str] = ..., text: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchGroupsResponse(_message.Message):
    __slots__ = ("groups", "next_page_token")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[GroupFound]
    next_page_token: str
    def __init__(self, groups: _Optional[_Iterable[_Union[GroupFound, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GroupFound(_message.Message):
    __slots__ = ("level", "code", "name", "rule", "parent")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    level: str
    code: str
    name: str
    rule: str
    parent: str
    def __init__(self, level: _Optional[str] = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., rule: _Optional[str] = ..., parent: _Optional[str] = ...) -> None: ...
