from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Opinion(_message.Message):
    __slots__ = ("opinion_id", "pool", "hospital_code", "masked", "target_kind", "target", "text", "proposal", "cases", "filed", "due", "overdue", "lead_id", "alike", "outcome", "reason", "topic_id", "published")
    OPINION_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    MASKED_FIELD_NUMBER: _ClassVar[int]
    TARGET_KIND_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    FILED_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    ALIKE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    opinion_id: str
    pool: str
    hospital_code: str
    masked: bool
    target_kind: str
    target: str
    text: str
    proposal: str
    cases: int
    filed: _date_pb2.Date
    due: _date_pb2.Date
    overdue: bool
    lead_id: str
    alike: int
    outcome: str
    reason: str
    topic_id: str
    published: bool
    def __init__(self, opinion_id: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., masked: _Optional[bool] = ..., target_kind: _Optional[str] = ..., target: _Optional[str] = ..., text: _Optional[str] = ..., proposal: _Optional[str] = ..., cases: _Optional[int] = ..., filed: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., overdue: _Optional[bool] = ..., lead_id: _Optional[str] = ..., alike: _Optional[int] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ..., topic_id: _Optional[str] = ..., published: _Optional[bool] = ...) -> None: ...

class FileOpinionRequest(_message.Message):
    __slots__ = ("request_id", "pool", "target_kind", "target", "text", "proposal", "cases", "masked")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TARGET_KIND_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    MASKED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    target_kind: str
    target: str
    text: str
    proposal: str
    cases: _containers.RepeatedScalarFieldContainer[str]
    masked: bool
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., target_kind: _Optional[str] = ..., target: _Optional[str] = ..., text: _Optional[str] = ..., proposal: _Optional[str] = ..., cases: _Optional[_Iterable[str]] = ..., masked: _Optional[bool] = ...) -> None: ...

class FileOpinionResponse(_message.Message):
    __slots__ = ("opinion",)
    OPINION_FIELD_NUMBER: _ClassVar[int]
    opinion: Opinion
    def __init__(self, opinion: _Optional[_Union[Opinion, _Mapping]] = ...) -> None: ...

class AnswerOpinionRequest(_message.Message):
    __slots__ = ("request_id", "opinion_id", "outcome", "reason", "publish", "topic_kind")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OPINION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_FIELD_NUMBER: _ClassVar[int]
    TOPIC_KIND_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    opinion_id: str
    outcome: str
    reason: str
    publish: bool
    topic_kind: str
    def __init__(self, request_id: _Optional[str] = ..., opinion_id: _Optional[str] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ..., publish: _Optional[bool] = ..., topic_kind: _Optional[str] = ...) -> None: ...

class AnswerOpinionResponse(_message.Message):
    __slots__ = ("opinion", "answered")
    OPINION_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    opinion: Opinion
    answered: int
    def __init__(self, opinion: _Optional[_Union[Opinion, _Mapping]] = ..., answered: _Optional[int] = ...) -> None: ...

class GetOpinionRequest(_message.Message):
    __slots__ = ("opinion_id",)
    OPINION_ID_FIELD_NUMBER: _ClassVar[int]
    opinion_id: str
    def __init__(self, opinion_id: _Optional[str] = ...) -> None: ...

class GetOpinionResponse(_message.Message):
    __slots__ = ("opinion",)
    OPINION_FIELD_NUMBER: _ClassVar[int]
    opinion: Opinion
    def __init__(self, opinion: _Optional[_Union[Opinion, _Mapping]] = ...) -> None: ...

class ListOpinionsRequest(_message.Message):
    __slots__ = ("pool", "outcome", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    outcome: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., outcome: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpinionsResponse(_message.Message):
    __slots__ = ("opinions", "next_page_token")
    OPINIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    opinions: _containers.RepeatedCompositeFieldContainer[Opinion]
    next_page_token: str
    def __init__(self, opinions: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
