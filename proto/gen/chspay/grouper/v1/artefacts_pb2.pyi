from chspay.grouper.v1 import schemes_pb2 as _schemes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ArtefactKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARTEFACT_KIND_UNSPECIFIED: _ClassVar[ArtefactKind]
    ARTEFACT_KIND_SCHEME: _ClassVar[ArtefactKind]
    ARTEFACT_KIND_DIP_CATALOGUE: _ClassVar[ArtefactKind]
    ARTEFACT_KIND_WEIGHT_TABLE: _ClassVar[ArtefactKind]
ARTEFACT_KIND_UNSPECIFIED: ArtefactKind
ARTEFACT_KIND_SCHEME: ArtefactKind
ARTEFACT_KIND_DIP_CATALOGUE: ArtefactKind
ARTEFACT_KIND_WEIGHT_TABLE: ArtefactKind

class Artefact(_message.Message):
    __slots__ = ("kind", "artefact_id", "digest", "title", "version", "usage", "counts")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    ARTEFACT_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    kind: ArtefactKind
    artefact_id: str
    digest: str
    title: str
    version: str
    usage: str
    counts: _containers.ScalarMap[str, int]
    def __init__(self, kind: _Optional[_Union[ArtefactKind, str]] = ..., artefact_id: _Optional[str] = ..., digest: _Optional[str] = ..., title: _Optional[str] = ..., version: _Optional[str] = ..., usage: _Optional[str] = ..., counts: _Optional[_Mapping[str, int]] = ...) -> None: ...

class PutArtefactRequest(_message.Message):
    __slots__ = ("request_id", "kind", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    kind: ArtefactKind
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., kind: _Optional[_Union[ArtefactKind, str]] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutArtefactResponse(_message.Message):
    __slots__ = ("artefact",)
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    artefact: Artefact
    def __init__(self, artefact: _Optional[_Union[Artefact, _Mapping]] = ...) -> None: ...

class GetArtefactRequest(_message.Message):
    __slots__ = ("kind", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: ArtefactKind
    name: str
    def __init__(self, kind: _Optional[_Union[ArtefactKind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class GetArtefactResponse(_message.Message):
    __slots__ = ("artefact",)
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    artefact: Artefact
    def __init__(self, artefact: _Optional[_Union[Artefact, _Mapping]] = ...) -> None: ...

class GetArtefactContentRequest(_message.Message):
    __slots__ = ("kind", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: ArtefactKind
    name: str
    def __init__(self, kind: _Optional[_Union[ArtefactKind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class GetArtefactContentResponse(_message.Message):
    __slots__ = ("artefact", "content")
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    artefact: Artefact
    content: bytes
    def __init__(self, artefact: _Optional[_Union[Artefact, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ListArtefactsRequest(_message.Message):
    __slots__ = ("kind", "page_size", "page_token")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kind: ArtefactKind
    page_size: int
    page_token: str
    def __init__(self, kind: _Optional[_Union[ArtefactKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListArtefactsResponse(_message.Message):
    __slots__ = ("artefacts", "next_page_token")
    ARTEFACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artefacts: _containers.RepeatedCompositeFieldContainer[Artefact]
    next_page_token: str
    def __init__(self, artefacts: _Optional[_Iterable[_Union[Artefact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetArtefactLifeRequest(_message.Message):
    __slots__ = ("kind", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: ArtefactKind
    name: str
    def __init__(self, kind: _Optional[_Union[ArtefactKind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class GetArtefactLifeResponse(_message.Message):
    __slots__ = ("artefact", "state", "records")
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    artefact: Artefact
    state: _schemes_pb2.SchemeState
    records: _containers.RepeatedCompositeFieldContainer[_schemes_pb2.SchemeRecord]
    def __init__(self, artefact: _Optional[_Union[Artefact, _Mapping]] = ..., state: _Optional[_Union[_schemes_pb2.SchemeState, str]] = ..., records: _Optional[_Iterable[_Union[_schemes_pb2.SchemeRecord, _Mapping]]] = ...) -> None: ...
