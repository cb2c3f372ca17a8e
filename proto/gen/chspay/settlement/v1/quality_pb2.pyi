import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QualityLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALITY_LEVEL_UNSPECIFIED: _ClassVar[QualityLevel]
    QUALITY_LEVEL_ERROR: _ClassVar[QualityLevel]
    QUALITY_LEVEL_WARNING: _ClassVar[QualityLevel]
QUALITY_LEVEL_UNSPECIFIED: QualityLevel
QUALITY_LEVEL_ERROR: QualityLevel
QUALITY_LEVEL_WARNING: QualityLevel

class QualityFinding(_message.Message):
    __slots__ = ("rule", "level", "fields", "rows", "message", "fix")
    RULE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    rule: str
    level: QualityLevel
    fields: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedScalarFieldContainer[int]
    message: str
    fix: str
    def __init__(self, rule: _Optional[str] = ..., level: _Optional[_Union[QualityLevel, str]] = ..., fields: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[int]] = ..., message: _Optional[str] = ..., fix: _Optional[str] = ...) -> None: ...

class UndecidedRule(_message.Message):
    __slots__ = ("rule", "lacking")
    RULE_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    rule: str
    lacking: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rule: _Optional[str] = ..., lacking: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckListsRequest(_message.Message):
    __slots__ = ("lists",)
    LISTS_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, lists: _Optional[_Iterable[bytes]] = ...) -> None: ...

class CheckedList(_message.Message):
    __slots__ = ("setl_id", "errors", "warnings", "findings", "undecided")
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_FIELD_NUMBER: _ClassVar[int]
    setl_id: str
    errors: int
    warnings: int
    findings: _containers.RepeatedCompositeFieldContainer[QualityFinding]
    undecided: _containers.RepeatedCompositeFieldContainer[UndecidedRule]
    def __init__(self, setl_id: _Optional[str] = ..., errors: _Optional[int] = ..., warnings: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[QualityFinding, _Mapping]]] = ..., undecided: _Optional[_Iterable[_Union[UndecidedRule, _Mapping]]] = ...) -> None: ...

class CheckListsResponse(_message.Message):
    __slots__ = ("rule_set", "lists")
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    rule_set: str
    lists: _containers.RepeatedCompositeFieldContainer[CheckedList]
    def __init__(self, rule_set: _Optional[str] = ..., lists: _Optional[_Iterable[_Union[CheckedList, _Mapping]]] = ...) -> None: ...

class GetResultsRequest(_message.Message):
    __slots__ = ("hospital_code", "list_id", "setl_id", "discharged_from", "discharged_to", "with_errors", "page_size", "page_token", "worst", "offset")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_FROM_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_TO_FIELD_NUMBER: _ClassVar[int]
    WITH_ERRORS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WORST_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    list_id: str
    setl_id: str
    discharged_from: _date_pb2.Date
    discharged_to: _date_pb2.Date
    with_errors: bool
    page_size: int
    page_token: str
    worst: QualityLevel
    offset: int
    def __init__(self, hospital_code: _Optional[str] = ..., list_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., discharged_from: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharged_to: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., with_errors: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., worst: _Optional[_Union[QualityLevel, str]] = ..., offset: _Optional[int] = ...) -> None: ...

class QualityResult(_message.Message):
    __slots__ = ("list_id", "version", "setl_id", "hospital_code", "discharge_date", "rule_set", "errors", "warnings", "undecided", "findings", "checked_at", "group_status")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_DATE_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AT_FIELD_NUMBER: _ClassVar[int]
    GROUP_STATUS_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    setl_id: str
    hospital_code: str
    discharge_date: _date_pb2.Date
    rule_set: str
    errors: int
    warnings: int
    undecided: int
    findings: _containers.RepeatedCompositeFieldContainer[QualityFinding]
    checked_at: _timestamp_pb2.Timestamp
    group_status: str
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., setl_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., discharge_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., rule_set: _Optional[str] = ..., errors: _Optional[int] = ..., warnings: _Optional[int] = ..., undecided: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[QualityFinding, _Mapping]]] = ..., checked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., group_status: _Optional[str] = ...) -> None: ...

class GetResultsResponse(_message.Message):
    __slots__ = ("results", "next_page_token", "total")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[QualityResult]
    next_page_token: str
    total: int
    def __init__(self, results: _Optional[_Iterable[_Union[QualityResult, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total: _Optional[int] = ...) -> None: ...

class GetScoresRequest(_message.Message):
    __slots__ = ("hospital_code", "discharged_from", "discharged_to")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_FROM_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_TO_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    discharged_from: _date_pb2.Date
    discharged_to: _date_pb2.Date
    def __init__(self, hospital_code: _Optional[str] = ..., discharged_from: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharged_to: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class QualityPart(_message.Message):
    __slots__ = ("key", "label", "percent", "weight", "formula", "evidence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    percent: str
    weight: str
    formula: str
    evidence: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., percent: _Optional[str] = ..., weight: _Optional[str] = ..., formula: _Optional[str] = ..., evidence: _Optional[str] = ...) -> None: ...

class CodeAdoption(_message.Message):
    __slots__ = ("number", "label", "used", "right", "basis")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    number: int
    label: str
    used: int
    right: int
    basis: str
    def __init__(self, number: _Optional[int] = ..., label: _Optional[str] = ..., used: _Optional[int] = ..., right: _Optional[int] = ..., basis: _Optional[str] = ...) -> None: ...

class HospitalScore(_message.Message):
    __slots__ = ("hospital_code", "lists", "passed", "score", "parts", "adoption")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    ADOPTION_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    lists: int
    passed: int
    score: str
    parts: _containers.RepeatedCompositeFieldContainer[QualityPart]
    adoption: _containers.RepeatedCompositeFieldContainer[CodeAdoption]
    def __init__(self, hospital_code: _Optional[str] = ..., lists: _Optional[int] = ..., passed: _Optional[int] = ..., score: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[QualityPart, _Mapping]]] = ..., adoption: _Optional[_Iterable[_Union[CodeAdoption, _Mapping]]] = ...) -> None: ...

class GetScoresResponse(_message.Message):
    __slots__ = ("rule_set", "scores")
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    rule_set: str
    scores: _containers.RepeatedCompositeFieldContainer[HospitalScore]
    def __init__(self, rule_set: _Optional[str] = ..., scores: _Optional[_Iterable[_Union[HospitalScore, _Mapping]]] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class QualityRule(_message.Message):
    __slots__ = ("rule", "level", "family", "fields", "labels", "message", "fix", "expression", "sources", "evidence")
    RULE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    level: QualityLevel
    family: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.RepeatedScalarFieldContainer[str]
    message: str
    fix: str
    expression: str
    sources: _containers.RepeatedScalarFieldContainer[str]
    evidence: str
    def __init__(self, rule: _Optional[str] = ..., level: _Optional[_Union[QualityLevel, str]] = ..., family: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ..., labels: _Optional[_Iterable[str]] = ..., message: _Optional[str] = ..., fix: _Optional[str] = ..., expression: _Optional[str] = ..., sources: _Optional[_Iterable[str]] = ..., evidence: _Optional[str] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rule_set", "title", "note", "rules")
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    rule_set: str
    title: str
    note: str
    rules: _containers.RepeatedCompositeFieldContainer[QualityRule]
    def __init__(self, rule_set: _Optional[str] = ..., title: _Optional[str] = ..., note: _Optional[str] = ..., rules: _Optional[_Iterable[_Union[QualityRule, _Mapping]]] = ...) -> None: ...
