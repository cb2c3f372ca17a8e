from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LineageKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINEAGE_KIND_UNSPECIFIED: _ClassVar[LineageKind]
    LINEAGE_KIND_SUM: _ClassVar[LineageKind]
    LINEAGE_KIND_LINE: _ClassVar[LineageKind]
    LINEAGE_KIND_INPUT: _ClassVar[LineageKind]
    LINEAGE_KIND_RULE: _ClassVar[LineageKind]
    LINEAGE_KIND_REST: _ClassVar[LineageKind]
    LINEAGE_KIND_PUBLIC: _ClassVar[LineageKind]
LINEAGE_KIND_UNSPECIFIED: LineageKind
LINEAGE_KIND_SUM: LineageKind
LINEAGE_KIND_LINE: LineageKind
LINEAGE_KIND_INPUT: LineageKind
LINEAGE_KIND_RULE: LineageKind
LINEAGE_KIND_REST: LineageKind
LINEAGE_KIND_PUBLIC: LineageKind

class ExpandAmountRequest(_message.Message):
    __slots__ = ("ref", "depth", "page_size", "page_token")
    REF_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ref: str
    depth: int
    page_size: int
    page_token: str
    def __init__(self, ref: _Optional[str] = ..., depth: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ExpandAmountResponse(_message.Message):
    __slots__ = ("node",)
    NODE_FIELD_NUMBER: _ClassVar[int]
    node: LineageNode
    def __init__(self, node: _Optional[_Union[LineageNode, _Mapping]] = ...) -> None: ...

class LineageRule(_message.Message):
    __slots__ = ("key", "label", "value", "unit", "since", "place", "cite", "document_title", "document_number", "article", "evidence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    CITE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_TITLE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    value: str
    unit: str
    since: str
    place: str
    cite: str
    document_title: str
    document_number: str
    article: str
    evidence: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., value: _Optional[str] = ..., unit: _Optional[str] = ..., since: _Optional[str] = ..., place: _Optional[str] = ..., cite: _Optional[str] = ..., document_title: _Optional[str] = ..., document_number: _Optional[str] = ..., article: _Optional[str] = ..., evidence: _Optional[str] = ...) -> None: ...

class LineageSource(_message.Message):
    __slots__ = ("table", "column", "member", "row", "version", "digest")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    table: str
    column: str
    member: str
    row: str
    version: int
    digest: str
    def __init__(self, table: _Optional[str] = ..., column: _Optional[str] = ..., member: _Optional[str] = ..., row: _Optional[str] = ..., version: _Optional[int] = ..., digest: _Optional[str] = ...) -> None: ...

class LineageNode(_message.Message):
    __slots__ = ("name", "ref", "label", "value", "unit", "kind", "exact", "formula", "rounding", "rule", "source", "inputs", "more", "page_token", "checked", "note")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    name: str
    ref: str
    label: str
    value: str
    unit: str
    kind: LineageKind
    exact: str
    formula: str
    rounding: str
    rule: LineageRule
    source: LineageSource
    inputs: _containers.RepeatedCompositeFieldContainer[LineageNode]
    more: bool
    page_token: str
    checked: bool
    note: str
    def __init__(self, name: _Optional[str] = ..., ref: _Optional[str] = ..., label: _Optional[str] = ..., value: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[LineageKind, str]] = ..., exact: _Optional[str] = ..., formula: _Optional[str] = ..., rounding: _Optional[str] = ..., rule: _Optional[_Union[LineageRule, _Mapping]] = ..., source: _Optional[_Union[LineageSource, _Mapping]] = ..., inputs: _Optional[_Iterable[_Union[LineageNode, _Mapping]]] = ..., more: _Optional[bool] = ..., page_token: _Optional[str] = ..., checked: _Optional[bool] = ..., note: _Optional[str] = ...) -> None: ...
