from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Observation(_message.Message):
    __slots__ = ("institution", "level", "kind", "group", "cases", "value")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    institution: str
    level: int
    kind: str
    group: str
    cases: int
    value: _decimal_pb2.Decimal
    def __init__(self, institution: _Optional[str] = ..., level: _Optional[int] = ..., kind: _Optional[str] = ..., group: _Optional[str] = ..., cases: _Optional[int] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class MeasurePeersRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "indicator", "observations", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    indicator: str
    observations: _containers.RepeatedCompositeFieldContainer[Observation]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., indicator: _Optional[str] = ..., observations: _Optional[_Iterable[_Union[Observation, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class PeerMean(_message.Message):
    __slots__ = ("group", "level", "kind", "institutions", "own", "weight", "value")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    group: str
    level: int
    kind: str
    institutions: int
    own: _decimal_pb2.Decimal
    weight: _decimal_pb2.Decimal
    value: _decimal_pb2.Decimal
    def __init__(self, group: _Optional[str] = ..., level: _Optional[int] = ..., kind: _Optional[str] = ..., institutions: _Optional[int] = ..., own: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., weight: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class PeerComparison(_message.Message):
    __slots__ = ("institution", "level", "kind", "own", "peers", "ratio", "worksheet")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    PEERS_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    institution: str
    level: int
    kind: str
    own: _decimal_pb2.Decimal
    peers: _decimal_pb2.Decimal
    ratio: _decimal_pb2.Decimal
    worksheet: _case_pb2.Worksheet
    def __init__(self, institution: _Optional[str] = ..., level: _Optional[int] = ..., kind: _Optional[str] = ..., own: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., peers: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., ratio: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class Benchmark(_message.Message):
    __slots__ = ("benchmark_id", "pool", "year", "indicator", "method", "means", "comparisons", "document", "policy_digest", "measured_by")
    BENCHMARK_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MEASURED_BY_FIELD_NUMBER: _ClassVar[int]
    benchmark_id: str
    pool: str
    year: int
    indicator: str
    method: str
    means: _containers.RepeatedCompositeFieldContainer[PeerMean]
    comparisons: _containers.RepeatedCompositeFieldContainer[PeerComparison]
    document: str
    policy_digest: str
    measured_by: str
    def __init__(self, benchmark_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., indicator: _Optional[str] = ..., method: _Optional[str] = ..., means: _Optional[_Iterable[_Union[PeerMean, _Mapping]]] = ..., comparisons: _Optional[_Iterable[_Union[PeerComparison, _Mapping]]] = ..., document: _Optional[str] = ..., policy_digest: _Optional[str] = ..., measured_by: _Optional[str] = ...) -> None: ...

class MeasurePeersResponse(_message.Message):
    __slots__ = ("benchmark",)
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    benchmark: Benchmark
    def __init__(self, benchmark: _Optional[_Union[Benchmark, _Mapping]] = ...) -> None: ...

class GetBenchmarkRequest(_message.Message):
    __slots__ = ("benchmark_id",)
    BENCHMARK_ID_FIELD_NUMBER: _ClassVar[int]
    benchmark_id: str
    def __init__(self, benchmark_id: _Optional[str] = ...) -> None: ...

class GetBenchmarkResponse(_message.Message):
    __slots__ = ("benchmark",)
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    benchmark: Benchmark
    def __init__(self, benchmark: _Optional[_Union[Benchmark, _Mapping]] = ...) -> None: ...

class ListBenchmarksRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBenchmarksResponse(_message.Message):
    __slots__ = ("benchmarks", "next_page_token")
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    benchmarks: _containers.RepeatedCompositeFieldContainer[Benchmark]
    next_page_token: str
    def __init__(self, benchmarks: _Optional[_Iterable[_Union[Benchmark, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class IndicatorName(_message.Message):
    __slots__ = ("pool", "year", "holder", "code")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    holder: str
    code: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., holder: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class IndicatorStep(_message.Message):
    __slots__ = ("number", "state", "value", "document", "decision_no", "by", "outcome")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    number: int
    state: str
    value: _decimal_pb2.Decimal
    document: str
    decision_no: str
    by: str
    outcome: str
    def __init__(self, number: _Optional[int] = ..., state: _Optional[str] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ..., decision_no: _Optional[str] = ..., by: _Optional[str] = ..., outcome: _Optional[str] = ...) -> None: ...

class Indicator(_message.Message):
    __slots__ = ("name", "label", "unit", "state", "target", "steps")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    name: IndicatorName
    label: str
    unit: str
    state: str
    target: _decimal_pb2.Decimal
    steps: _containers.RepeatedCompositeFieldContainer[IndicatorStep]
    def __init__(self, name: _Optional[_Union[IndicatorName, _Mapping]] = ..., label: _Optional[str] = ..., unit: _Optional[str] = ..., state: _Optional[str] = ..., target: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[IndicatorStep, _Mapping]]] = ...) -> None: ...

class IssueIndicatorRequest(_message.Message):
    __slots__ = ("request_id", "name", "target", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: IndicatorName
    target: _decimal_pb2.Decimal
    document: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[_Union[IndicatorName, _Mapping]] = ..., target: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class IssueIndicatorResponse(_message.Message):
    __slots__ = ("indicator",)
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ...) -> None: ...

class ReviseIndicatorRequest(_message.Message):
    __slots__ = ("request_id", "name", "target", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: IndicatorName
    target: _decimal_pb2.Decimal
    document: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[_Union[IndicatorName, _Mapping]] = ..., target: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class ReviseIndicatorResponse(_message.Message):
    __slots__ = ("indicator",)
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ...) -> None: ...

class MeasureIndicatorRequest(_message.Message):
    __slots__ = ("request_id", "name", "actual", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: IndicatorName
    actual: _decimal_pb2.Decimal
    document: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[_Union[IndicatorName, _Mapping]] = ..., actual: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class MeasureIndicatorResponse(_message.Message):
    __slots__ = ("indicator",)
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ...) -> None: ...

class SettleIndicatorRequest(_message.Message):
    __slots__ = ("request_id", "name", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: IndicatorName
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[_Union[IndicatorName, _Mapping]] = ..., decision_no: _Optional[str] = ...) -> None: ...

class SettleIndicatorResponse(_message.Message):
    __slots__ = ("indicator",)
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ...) -> None: ...

class ProposeIndicatorRequest(_message.Message):
    __slots__ = ("request_id", "name", "benchmark_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BENCHMARK_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: IndicatorName
    benchmark_id: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[_Union[IndicatorName, _Mapping]] = ..., benchmark_id: _Optional[str] = ...) -> None: ...

class ProposeIndicatorResponse(_message.Message):
    __slots__ = ("indicator", "worksheet")
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    worksheet: _case_pb2.Worksheet
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetIndicatorRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: IndicatorName
    def __init__(self, name: _Optional[_Union[IndicatorName, _Mapping]] = ...) -> None: ...

class GetIndicatorResponse(_message.Message):
    __slots__ = ("indicator", "worksheet")
    INDICATOR_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    indicator: Indicator
    worksheet: _case_pb2.Worksheet
    def __init__(self, indicator: _Optional[_Union[Indicator, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListIndicatorsRequest(_message.Message):
    __slots__ = ("pool", "year", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListIndicatorsResponse(_message.Message):
    __slots__ = ("indicators", "next_page_token")
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    indicators: _containers.RepeatedCompositeFieldContainer[Indicator]
    next_page_token: str
    def __init__(self, indicators: _Optional[_Iterable[_Union[Indicator, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
