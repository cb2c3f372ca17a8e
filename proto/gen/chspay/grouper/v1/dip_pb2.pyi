from chspay.common.v1 import case_pb2 as _case_pb2
from chspay.grouper.v1 import grouper_pb2 as _grouper_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DipAnswer(_message.Message):
    __slots__ = ("case_id", "status", "group", "name", "level", "subtype", "score_micro", "factor_micro", "base_level", "reason", "catalogue_digest")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    SUBTYPE_FIELD_NUMBER: _ClassVar[int]
    SCORE_MICRO_FIELD_NUMBER: _ClassVar[int]
    FACTOR_MICRO_FIELD_NUMBER: _ClassVar[int]
    BASE_LEVEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    status: _case_pb2.GroupStatus
    group: str
    name: str
    level: str
    subtype: str
    score_micro: int
    factor_micro: int
    base_level: bool
    reason: str
    catalogue_digest: str
    def __init__(self, case_id: _Optional[str] = ..., status: _Optional[_Union[_case_pb2.GroupStatus, str]] = ..., group: _Optional[str] = ..., name: _Optional[str] = ..., level: _Optional[str] = ..., subtype: _Optional[str] = ..., score_micro: _Optional[int] = ..., factor_micro: _Optional[int] = ..., base_level: _Optional[bool] = ..., reason: _Optional[str] = ..., catalogue_digest: _Optional[str] = ...) -> None: ...

class GroupDipCaseRequest(_message.Message):
    __slots__ = ("catalogue", "case")
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    catalogue: str
    case: _case_pb2.Case
    def __init__(self, catalogue: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class GroupDipCaseResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: DipAnswer
    def __init__(self, answer: _Optional[_Union[DipAnswer, _Mapping]] = ...) -> None: ...

class GroupDipStreamRequest(_message.Message):
    __slots__ = ("catalogue", "case")
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    catalogue: str
    case: _case_pb2.Case
    def __init__(self, catalogue: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class GroupDipStreamResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: DipAnswer
    def __init__(self, answer: _Optional[_Union[DipAnswer, _Mapping]] = ...) -> None: ...

class ExplainDipCaseRequest(_message.Message):
    __slots__ = ("catalogue", "case")
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    catalogue: str
    case: _case_pb2.Case
    def __init__(self, catalogue: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ...) -> None: ...

class ExplainDipCaseResponse(_message.Message):
    __slots__ = ("answer", "steps", "prose")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PROSE_FIELD_NUMBER: _ClassVar[int]
    answer: DipAnswer
    steps: _containers.RepeatedCompositeFieldContainer[_grouper_pb2.TraceStep]
    prose: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, answer: _Optional[_Union[DipAnswer, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[_grouper_pb2.TraceStep, _Mapping]]] = ..., prose: _Optional[_Iterable[str]] = ...) -> None: ...
