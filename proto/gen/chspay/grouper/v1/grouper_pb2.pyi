from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GroupCaseRequest(_message.Message):
    __slots__ = ("scheme", "case")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    case: _case_pb2.Case
    def __init__(self, scheme: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class GroupCaseResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _case_pb2.GroupAnswer
    def __init__(self, answer: _Optional[_Union[_case_pb2.GroupAnswer, _Mapping]] = ...) -> None: ...

class GroupCasesRequest(_message.Message):
    __slots__ = ("scheme", "cases")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    cases: _containers.RepeatedCompositeFieldContainer[_case_pb2.Case]
    def __init__(self, scheme: _Optional[str] = ..., cases: _Optional[_Iterable[_Union[_case_pb2.Case, _Mapping]]] = ...) -> None: ...

class GroupCasesResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_case_pb2.GroupAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_case_pb2.GroupAnswer, _Mapping]]] = ...) -> None: ...

class GroupStreamRequest(_message.Message):
    __slots__ = ("scheme", "case")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    case: _case_pb2.Case
    def __init__(self, scheme: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class GroupStreamResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _case_pb2.GroupAnswer
    def __init__(self, answer: _Optional[_Union[_case_pb2.GroupAnswer, _Mapping]] = ...) -> None: ...

class GroupArrowRequest(_message.Message):
    __slots__ = ("scheme", "cases")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    cases: bytes
    def __init__(self, scheme: _Optional[str] = ..., cases: _Optional[bytes] = ...) -> None: ...

class GroupArrowResponse(_message.Message):
    __slots__ = ("answers", "scheme_digest")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    answers: bytes
    scheme_digest: str
    def __init__(self, answers: _Optional[bytes] = ..., scheme_digest: _Optional[str] = ...) -> None: ...

class ExplainCaseRequest(_message.Message):
    __slots__ = ("scheme", "case")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    case: _case_pb2.Case
    def __init__(self, scheme: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class ExplainCaseResponse(_message.Message):
    __slots__ = ("answer", "steps", "prose")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PROSE_FIELD_NUMBER: _ClassVar[int]
    answer: _case_pb2.GroupAnswer
    steps: _containers.RepeatedCompositeFieldContainer[TraceStep]
    prose: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, answer: _Optional[_Union[_case_pb2.GroupAnswer, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[TraceStep, _Mapping]]] = ..., prose: _Optional[_Iterable[str]] = ...) -> None: ...

class TraceStep(_message.Message):
    __slots__ = ("level", "code", "name", "rule", "outcome", "hits", "note")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    level: str
    code: str
    name: str
    rule: str
    outcome: str
    hits: _containers.RepeatedScalarFieldContainer[str]
    note: str
    def __init__(self, level: _Optional[str] = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., rule: _Optional[str] = ..., outcome: _Optional[str] = ..., hits: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ...) -> None: ...

class Scheme(_message.Message):
    __slots__ = ("scheme_id", "title", "version", "digest", "counts", "usage")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    SCHEME_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    scheme_id: str
    title: str
    version: str
    digest: str
    counts: _containers.ScalarMap[str, int]
    usage: str
    def __init__(self, scheme_id: _Optional[str] = ..., title: _Optional[str] = ..., version: _Optional[str] = ..., digest: _Optional[str] = ..., counts: _Optional[_Mapping[str, int]] = ..., usage: _Optional[str] = ...) -> None: ...

class ListSchemesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSchemesResponse(_message.Message):
    __slots__ = ("schemes", "next_page_token")
    SCHEMES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    schemes: _containers.RepeatedCompositeFieldContainer[Scheme]
    next_page_token: str
    def __init__(self, schemes: _Optional[_Iterable[_Union[Scheme, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetSchemeRequest(_message.Message):
    __slots__ = ("scheme",)
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    scheme: str
    def __init__(self, scheme: _Optional[str] = ...) -> None: ...

class GetSchemeResponse(_message.Message):
    __slots__ = ("scheme",)
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    scheme: Scheme
    def __init__(self, scheme: _Optional[_Union[Scheme, _Mapping]] = ...) -> None: ...

class ImportSchemeRequest(_message.Message):
    __slots__ = ("request_id", "workbook", "manifest_json")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WORKBOOK_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_JSON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    workbook: bytes
    manifest_json: str
    def __init__(self, request_id: _Optional[str] = ..., workbook: _Optional[bytes] = ..., manifest_json: _Optional[str] = ...) -> None: ...

class ImportSchemeResponse(_message.Message):
    __slots__ = ("scheme", "repairs")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_FIELD_NUMBER: _ClassVar[int]
    scheme: Scheme
    repairs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scheme: _Optional[_Union[Scheme, _Mapping]] = ..., repairs: _Optional[_Iterable[str]] = ...) -> None: ...
