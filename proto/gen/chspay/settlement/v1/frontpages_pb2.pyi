from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FieldVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_VERDICT_UNSPECIFIED: _ClassVar[FieldVerdict]
    FIELD_VERDICT_SAME: _ClassVar[FieldVerdict]
    FIELD_VERDICT_DIFFERENT: _ClassVar[FieldVerdict]
    FIELD_VERDICT_ONLY_LIST: _ClassVar[FieldVerdict]
    FIELD_VERDICT_ONLY_FRONT_PAGE: _ClassVar[FieldVerdict]
FIELD_VERDICT_UNSPECIFIED: FieldVerdict
FIELD_VERDICT_SAME: FieldVerdict
FIELD_VERDICT_DIFFERENT: FieldVerdict
FIELD_VERDICT_ONLY_LIST: FieldVerdict
FIELD_VERDICT_ONLY_FRONT_PAGE: FieldVerdict

class PutFrontPageRequest(_message.Message):
    __slots__ = ("request_id", "hospital_code", "mdtrt_id", "setl_id", "source")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hospital_code: str
    mdtrt_id: str
    setl_id: str
    source: bytes
    def __init__(self, request_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., source: _Optional[bytes] = ...) -> None: ...

class CompareFrontPageRequest(_message.Message):
    __slots__ = ("hospital_code", "mdtrt_id", "setl_id")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    mdtrt_id: str
    setl_id: str
    def __init__(self, hospital_code: _Optional[str] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ...) -> None: ...

class ComparedField(_message.Message):
    __slots__ = ("label", "field", "verdict")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    label: str
    field: str
    verdict: FieldVerdict
    def __init__(self, label: _Optional[str] = ..., field: _Optional[str] = ..., verdict: _Optional[_Union[FieldVerdict, str]] = ...) -> None: ...

class FrontPageComparison(_message.Message):
    __slots__ = ("list_id", "version", "mdtrt_id", "setl_id", "front_page_received_at", "fields")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    FRONT_PAGE_RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    mdtrt_id: str
    setl_id: str
    front_page_received_at: str
    fields: _containers.RepeatedCompositeFieldContainer[ComparedField]
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., front_page_received_at: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[ComparedField, _Mapping]]] = ...) -> None: ...

class PutFrontPageResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: FrontPageComparison
    def __init__(self, comparison: _Optional[_Union[FrontPageComparison, _Mapping]] = ...) -> None: ...

class CompareFrontPageResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: FrontPageComparison
    def __init__(self, comparison: _Optional[_Union[FrontPageComparison, _Mapping]] = ...) -> None: ...
