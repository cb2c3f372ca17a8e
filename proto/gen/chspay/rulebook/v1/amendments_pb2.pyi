import datetime

from chspay.rulebook.v1 import rulebook_pb2 as _rulebook_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AmendmentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AMENDMENT_STATE_UNSPECIFIED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_DRAFT: _ClassVar[AmendmentState]
    AMENDMENT_STATE_REVIEWED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_APPROVED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_PUBLISHED: _ClassVar[AmendmentState]
    AMENDMENT_STATE_WITHDRAWN: _ClassVar[AmendmentState]
AMENDMENT_STATE_UNSPECIFIED: AmendmentState
AMENDMENT_STATE_DRAFT: AmendmentState
AMENDMENT_STATE_REVIEWED: AmendmentState
AMENDMENT_STATE_APPROVED: AmendmentState
AMENDMENT_STATE_PUBLISHED: AmendmentState
AMENDMENT_STATE_WITHDRAWN: AmendmentState

class AmendmentStep(_message.Message):
    __slots__ = ("state", "by", "at", "note")
    STATE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    state: AmendmentState
    by: str
    at: _timestamp_pb2.Timestamp
    note: str
    def __init__(self, state: _Optional[_Union[AmendmentState, str]] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class Amendment(_message.Message):
    __slots__ = ("id", "place", "title", "decision", "decided_by", "decided", "begins", "state", "digest", "content", "steps", "number")
    ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    id: str
    place: str
    title: str
    decision: str
    decided_by: str
    decided: _date_pb2.Date
    begins: _date_pb2.Date
    state: AmendmentState
    digest: str
    content: str
    steps: _containers.RepeatedCompositeFieldContainer[AmendmentStep]
    number: int
    def __init__(self, id: _Optional[str] = ..., place: _Optional[str] = ..., title: _Optional[str] = ..., decision: _Optional[str] = ..., decided_by: _Optional[str] = ..., decided: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., begins: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[AmendmentState, str]] = ..., digest: _Optional[str] = ..., content: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[AmendmentStep, _Mapping]]] = ..., number: _Optional[int] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("level", "code", "place", "key", "document", "words", "below_fen", "above_fen")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    BELOW_FEN_FIELD_NUMBER: _ClassVar[int]
    ABOVE_FEN_FIELD_NUMBER: _ClassVar[int]
    level: str
    code: str
    place: str
    key: str
    document: str
    words: str
    below_fen: int
    above_fen: int
    def __init__(self, level: _Optional[str] = ..., code: _Optional[str] = ..., place: _Optional[str] = ..., key: _Optional[str] = ..., document: _Optional[str] = ..., words: _Optional[str] = ..., below_fen: _Optional[int] = ..., above_fen: _Optional[int] = ...) -> None: ...

class CheckAmendmentRequest(_message.Message):
    __slots__ = ("content",)
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    content: str
    def __init__(self, content: _Optional[str] = ...) -> None: ...

class CheckAmendmentResponse(_message.Message):
    __slots__ = ("findings", "changes", "digest")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    changes: _containers.RepeatedCompositeFieldContainer[_rulebook_pb2.RuleChange]
    digest: str
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., changes: _Optional[_Iterable[_Union[_rulebook_pb2.RuleChange, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class DraftAmendmentRequest(_message.Message):
    __slots__ = ("request_id", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    content: str
    def __init__(self, request_id: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class DraftAmendmentResponse(_message.Message):
    __slots__ = ("amendment", "findings")
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ...) -> None: ...

class ReviewAmendmentRequest(_message.Message):
    __slots__ = ("request_id", "id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ReviewAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class ApproveAmendmentRequest(_message.Message):
    __slots__ = ("request_id", "id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ApproveAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class PublishAmendmentRequest(_message.Message):
    __slots__ = ("request_id", "id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class PublishAmendmentResponse(_message.Message):
    __slots__ = ("amendment", "digest_before", "digest_after", "changes")
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_AFTER_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    digest_before: str
    digest_after: str
    changes: _containers.RepeatedCompositeFieldContainer[_rulebook_pb2.RuleChange]
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ..., digest_before: _Optional[str] = ..., digest_after: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[_rulebook_pb2.RuleChange, _Mapping]]] = ...) -> None: ...

class WithdrawAmendmentRequest(_message.Message):
    __slots__ = ("request_id", "id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class WithdrawAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class GetAmendmentRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetAmendmentResponse(_message.Message):
    __slots__ = ("amendment",)
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    amendment: Amendment
    def __init__(self, amendment: _Optional[_Union[Amendment, _Mapping]] = ...) -> None: ...

class ListAmendmentsRequest(_message.Message):
    __slots__ = ("place", "state", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    state: AmendmentState
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., state: _Optional[_Union[AmendmentState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAmendmentsResponse(_message.Message):
    __slots__ = ("amendments", "next_page_token")
    AMENDMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    amendments: _containers.RepeatedCompositeFieldContainer[Amendment]
    next_page_token: str
    def __init__(self, amendments: _Optional[_Iterable[_Union[Amendment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class VerifyAmendmentsRequest(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: str
    def __init__(self, place: _Optional[str] = ...) -> None: ...

class VerifyAmendmentsResponse(_message.Message):
    __slots__ = ("steps", "head", "intact", "broken_at")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    INTACT_FIELD_NUMBER: _ClassVar[int]
    BROKEN_AT_FIELD_NUMBER: _ClassVar[int]
    steps: int
    head: str
    intact: bool
    broken_at: int
    def __init__(self, steps: _Optional[int] = ..., head: _Optional[str] = ..., intact: _Optional[bool] = ..., broken_at: _Optional[int] = ...) -> None: ...
