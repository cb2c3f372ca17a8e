from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HeadStratum(_message.Message):
    __slots__ = ("age_band", "disease", "insured", "base_insured", "base_heads")
    AGE_BAND_FIELD_NUMBER: _ClassVar[int]
    DISEASE_FIELD_NUMBER: _ClassVar[int]
    INSURED_FIELD_NUMBER: _ClassVar[int]
    BASE_INSURED_FIELD_NUMBER: _ClassVar[int]
    BASE_HEADS_FIELD_NUMBER: _ClassVar[int]
    age_band: str
    disease: str
    insured: int
    base_insured: int
    base_heads: int
    def __init__(self, age_band: _Optional[str] = ..., disease: _Optional[str] = ..., insured: _Optional[int] = ..., base_insured: _Optional[int] = ..., base_heads: _Optional[int] = ...) -> None: ...

class ServedStratum(_message.Message):
    __slots__ = ("age_band", "disease", "served")
    AGE_BAND_FIELD_NUMBER: _ClassVar[int]
    DISEASE_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    age_band: str
    disease: str
    served: int
    def __init__(self, age_band: _Optional[str] = ..., disease: _Optional[str] = ..., served: _Optional[int] = ...) -> None: ...

class InstitutionHeads(_message.Message):
    __slots__ = ("institution", "heads", "served")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    institution: str
    heads: int
    served: _containers.RepeatedCompositeFieldContainer[ServedStratum]
    def __init__(self, institution: _Optional[str] = ..., heads: _Optional[int] = ..., served: _Optional[_Iterable[_Union[ServedStratum, _Mapping]]] = ...) -> None: ...

class JudgeHeadsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "strata", "institutions", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    STRATA_FIELD_NUMBER: _ClassVar[int]
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    strata: _containers.RepeatedCompositeFieldContainer[HeadStratum]
    institutions: _containers.RepeatedCompositeFieldContainer[InstitutionHeads]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., strata: _Optional[_Iterable[_Union[HeadStratum, _Mapping]]] = ..., institutions: _Optional[_Iterable[_Union[InstitutionHeads, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class HeadRange(_message.Message):
    __slots__ = ("institution", "heads", "expected", "low", "high", "excess", "watch_id", "worksheet")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    EXCESS_FIELD_NUMBER: _ClassVar[int]
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    institution: str
    heads: int
    expected: _decimal_pb2.Decimal
    low: int
    high: int
    excess: int
    watch_id: str
    worksheet: _case_pb2.Worksheet
    def __init__(self, institution: _Optional[str] = ..., heads: _Optional[int] = ..., expected: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., low: _Optional[int] = ..., high: _Optional[int] = ..., excess: _Optional[int] = ..., watch_id: _Optional[str] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class JudgeHeadsResponse(_message.Message):
    __slots__ = ("ranges",)
    RANGES_FIELD_NUMBER: _ClassVar[int]
    ranges: _containers.RepeatedCompositeFieldContainer[HeadRange]
    def __init__(self, ranges: _Optional[_Iterable[_Union[HeadRange, _Mapping]]] = ...) -> None: ...

class CompareGrowthRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "month", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    month: int
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ..., document: _Optional[str] = ...) -> None: ...

class HospitalGrowth(_message.Message):
    __slots__ = ("hospital_code", "cost_fen", "before_fen", "percent", "over_fen", "watch_id", "worksheet")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    OVER_FEN_FIELD_NUMBER: _ClassVar[int]
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    cost_fen: int
    before_fen: _containers.RepeatedScalarFieldContainer[int]
    percent: str
    over_fen: int
    watch_id: str
    worksheet: _case_pb2.Worksheet
    def __init__(self, hospital_code: _Optional[str] = ..., cost_fen: _Optional[int] = ..., before_fen: _Optional[_Iterable[int]] = ..., percent: _Optional[str] = ..., over_fen: _Optional[int] = ..., watch_id: _Optional[str] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class CompareGrowthResponse(_message.Message):
    __slots__ = ("run_id", "hospitals")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospitals: _containers.RepeatedCompositeFieldContainer[HospitalGrowth]
    def __init__(self, run_id: _Optional[str] = ..., hospitals: _Optional[_Iterable[_Union[HospitalGrowth, _Mapping]]] = ...) -> None: ...

class YearFigures(_message.Message):
    __slots__ = ("year", "cases", "cost_fen", "weight", "price_index")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PRICE_INDEX_FIELD_NUMBER: _ClassVar[int]
    year: int
    cases: int
    cost_fen: int
    weight: _decimal_pb2.Decimal
    price_index: _decimal_pb2.Decimal
    def __init__(self, year: _Optional[int] = ..., cases: _Optional[int] = ..., cost_fen: _Optional[int] = ..., weight: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., price_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class ReviewChangeRequest(_message.Message):
    __slots__ = ("request_id", "pool", "institution", "fund", "before", "after", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    FUND_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    institution: str
    fund: str
    before: YearFigures
    after: YearFigures
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., institution: _Optional[str] = ..., fund: _Optional[str] = ..., before: _Optional[_Union[YearFigures, _Mapping]] = ..., after: _Optional[_Union[YearFigures, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class ReviewChangeResponse(_message.Message):
    __slots__ = ("watch",)
    WATCH_FIELD_NUMBER: _ClassVar[int]
    watch: Watch
    def __init__(self, watch: _Optional[_Union[Watch, _Mapping]] = ...) -> None: ...

class WatchStep(_message.Message):
    __slots__ = ("state", "by", "statement", "decision_no", "outcome")
    class OutcomeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    STATE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    state: str
    by: str
    statement: str
    decision_no: str
    outcome: _containers.ScalarMap[str, str]
    def __init__(self, state: _Optional[str] = ..., by: _Optional[str] = ..., statement: _Optional[str] = ..., decision_no: _Optional[str] = ..., outcome: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Watch(_message.Message):
    __slots__ = ("watch_id", "pool", "subject", "institution", "period", "facts", "document", "policy_digest", "state", "steps")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    watch_id: str
    pool: str
    subject: str
    institution: str
    period: str
    facts: _containers.ScalarMap[str, str]
    document: str
    policy_digest: str
    state: str
    steps: _containers.RepeatedCompositeFieldContainer[WatchStep]
    def __init__(self, watch_id: _Optional[str] = ..., pool: _Optional[str] = ..., subject: _Optional[str] = ..., institution: _Optional[str] = ..., period: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ..., document: _Optional[str] = ..., policy_digest: _Optional[str] = ..., state: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[WatchStep, _Mapping]]] = ...) -> None: ...

class HearWatchRequest(_message.Message):
    __slots__ = ("request_id", "watch_id", "statement")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    watch_id: str
    statement: str
    def __init__(self, request_id: _Optional[str] = ..., watch_id: _Optional[str] = ..., statement: _Optional[str] = ...) -> None: ...

class HearWatchResponse(_message.Message):
    __slots__ = ("watch",)
    WATCH_FIELD_NUMBER: _ClassVar[int]
    watch: Watch
    def __init__(self, watch: _Optional[_Union[Watch, _Mapping]] = ...) -> None: ...

class DecideWatchRequest(_message.Message):
    __slots__ = ("request_id", "watch_id", "uphold", "decision_no", "removed", "since")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    UPHOLD_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    watch_id: str
    uphold: bool
    decision_no: str
    removed: int
    since: str
    def __init__(self, request_id: _Optional[str] = ..., watch_id: _Optional[str] = ..., uphold: _Optional[bool] = ..., decision_no: _Optional[str] = ..., removed: _Optional[int] = ..., since: _Optional[str] = ...) -> None: ...

class DecideWatchResponse(_message.Message):
    __slots__ = ("watch",)
    WATCH_FIELD_NUMBER: _ClassVar[int]
    watch: Watch
    def __init__(self, watch: _Optional[_Union[Watch, _Mapping]] = ...) -> None: ...

class ReleaseWatchRequest(_message.Message):
    __slots__ = ("request_id", "watch_id", "statement", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    watch_id: str
    statement: str
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., watch_id: _Optional[str] = ..., statement: _Optional[str] = ..., decision_no: _Optional[str] = ...) -> None: ...

class ReleaseWatchResponse(_message.Message):
    __slots__ = ("watch",)
    WATCH_FIELD_NUMBER: _ClassVar[int]
    watch: Watch
    def __init__(self, watch: _Optional[_Union[Watch, _Mapping]] = ...) -> None: ...

class GetWatchRequest(_message.Message):
    __slots__ = ("watch_id",)
    WATCH_ID_FIELD_NUMBER: _ClassVar[int]
    watch_id: str
    def __init__(self, watch_id: _Optional[str] = ...) -> None: ...

class GetWatchResponse(_message.Message):
    __slots__ = ("watch", "worksheet")
    WATCH_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    watch: Watch
    worksheet: _case_pb2.Worksheet
    def __init__(self, watch: _Optional[_Union[Watch, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListWatchRequest(_message.Message):
    __slots__ = ("pool", "subject", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    subject: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., subject: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWatchResponse(_message.Message):
    __slots__ = ("items", "next_page_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Watch]
    next_page_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[Watch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
