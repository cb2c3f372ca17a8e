from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CoefficientTable(_message.Message):
    __slots__ = ("table_id", "pool", "in_force", "method", "title", "digest", "put_by")
    TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    PUT_BY_FIELD_NUMBER: _ClassVar[int]
    table_id: str
    pool: str
    in_force: str
    method: str
    title: str
    digest: str
    put_by: str
    def __init__(self, table_id: _Optional[str] = ..., pool: _Optional[str] = ..., in_force: _Optional[str] = ..., method: _Optional[str] = ..., title: _Optional[str] = ..., digest: _Optional[str] = ..., put_by: _Optional[str] = ...) -> None: ...

class PutCoefficientTableRequest(_message.Message):
    __slots__ = ("request_id", "pool", "in_force", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    in_force: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., in_force: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutCoefficientTableResponse(_message.Message):
    __slots__ = ("table",)
    TABLE_FIELD_NUMBER: _ClassVar[int]
    table: CoefficientTable
    def __init__(self, table: _Optional[_Union[CoefficientTable, _Mapping]] = ...) -> None: ...

class GetCoefficientTableRequest(_message.Message):
    __slots__ = ("table_id",)
    TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    table_id: str
    def __init__(self, table_id: _Optional[str] = ...) -> None: ...

class GetCoefficientTableResponse(_message.Message):
    __slots__ = ("table", "content")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    table: CoefficientTable
    content: bytes
    def __init__(self, table: _Optional[_Union[CoefficientTable, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ListCoefficientTablesRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCoefficientTablesResponse(_message.Message):
    __slots__ = ("tables", "next_page_token")
    TABLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[CoefficientTable]
    next_page_token: str
    def __init__(self, tables: _Optional[_Iterable[_Union[CoefficientTable, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
