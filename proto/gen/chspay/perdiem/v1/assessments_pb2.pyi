from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssessmentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASSESSMENT_STATE_UNSPECIFIED: _ClassVar[AssessmentState]
    ASSESSMENT_STATE_DRAFT: _ClassVar[AssessmentState]
    ASSESSMENT_STATE_HEARD: _ClassVar[AssessmentState]
    ASSESSMENT_STATE_DECIDED: _ClassVar[AssessmentState]
    ASSESSMENT_STATE_DROPPED: _ClassVar[AssessmentState]
ASSESSMENT_STATE_UNSPECIFIED: AssessmentState
ASSESSMENT_STATE_DRAFT: AssessmentState
ASSESSMENT_STATE_HEARD: AssessmentState
ASSESSMENT_STATE_DECIDED: AssessmentState
ASSESSMENT_STATE_DROPPED: AssessmentState

class Indicator(_message.Message):
    __slots__ = ("name", "value", "score")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: _decimal_pb2.Decimal
    score: _decimal_pb2.Decimal
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., score: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class Assessment(_message.Message):
    __slots__ = ("assessment_id", "pool", "hospital_code", "category", "measured_since", "measured_until", "applies_since", "applies_until", "stays", "indicators", "factor", "state", "statement", "decision_no", "policy_digest")
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    MEASURED_SINCE_FIELD_NUMBER: _ClassVar[int]
    MEASURED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    APPLIES_SINCE_FIELD_NUMBER: _ClassVar[int]
    APPLIES_UNTIL_FIELD_NUMBER: _ClassVar[int]
    STAYS_FIELD_NUMBER: _ClassVar[int]
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    pool: str
    hospital_code: str
    category: str
    measured_since: _date_pb2.Date
    measured_until: _date_pb2.Date
    applies_since: _date_pb2.Date
    applies_until: _date_pb2.Date
    stays: int
    indicators: _containers.RepeatedCompositeFieldContainer[Indicator]
    factor: _decimal_pb2.Decimal
    state: AssessmentState
    statement: str
    decision_no: str
    policy_digest: str
    def __init__(self, assessment_id: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., category: _Optional[str] = ..., measured_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., measured_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., applies_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., applies_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., stays: _Optional[int] = ..., indicators: _Optional[_Iterable[_Union[Indicator, _Mapping]]] = ..., factor: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., state: _Optional[_Union[AssessmentState, str]] = ..., statement: _Optional[str] = ..., decision_no: _Optional[str] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class DraftAssessmentRequest(_message.Message):
    __slots__ = ("request_id", "pool", "hospital_code", "category", "measured_since", "measured_until", "applies_since", "applies_until")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    MEASURED_SINCE_FIELD_NUMBER: _ClassVar[int]
    MEASURED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    APPLIES_SINCE_FIELD_NUMBER: _ClassVar[int]
    APPLIES_UNTIL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    hospital_code: str
    category: str
    measured_since: _date_pb2.Date
    measured_until: _date_pb2.Date
    applies_since: _date_pb2.Date
    applies_until: _date_pb2.Date
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., category: _Optional[str] = ..., measured_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., measured_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., applies_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., applies_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class DraftAssessmentResponse(_message.Message):
    __slots__ = ("assessment", "worksheet")
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    worksheet: _case_pb2.Worksheet
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class HearAssessmentRequest(_message.Message):
    __slots__ = ("request_id", "assessment_id", "statement")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    assessment_id: str
    statement: str
    def __init__(self, request_id: _Optional[str] = ..., assessment_id: _Optional[str] = ..., statement: _Optional[str] = ...) -> None: ...

class HearAssessmentResponse(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class DecideAssessmentRequest(_message.Message):
    __slots__ = ("request_id", "assessment_id", "confirm", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    assessment_id: str
    confirm: bool
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., assessment_id: _Optional[str] = ..., confirm: _Optional[bool] = ..., decision_no: _Optional[str] = ...) -> None: ...

class DecideAssessmentResponse(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class GetAssessmentRequest(_message.Message):
    __slots__ = ("assessment_id",)
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    def __init__(self, assessment_id: _Optional[str] = ...) -> None: ...

class GetAssessmentResponse(_message.Message):
    __slots__ = ("assessment", "worksheet")
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    worksheet: _case_pb2.Worksheet
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListAssessmentsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAssessmentsResponse(_message.Message):
    __slots__ = ("assessments", "next_page_token")
    ASSESSMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assessments: _containers.RepeatedCompositeFieldContainer[Assessment]
    next_page_token: str
    def __init__(self, assessments: _Optional[_Iterable[_Union[Assessment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
