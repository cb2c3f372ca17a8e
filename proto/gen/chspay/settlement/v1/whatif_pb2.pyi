import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WhatIfState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WHAT_IF_STATE_UNSPECIFIED: _ClassVar[WhatIfState]
    WHAT_IF_STATE_WAITING: _ClassVar[WhatIfState]
    WHAT_IF_STATE_RUNNING: _ClassVar[WhatIfState]
    WHAT_IF_STATE_DONE: _ClassVar[WhatIfState]
    WHAT_IF_STATE_FAILED: _ClassVar[WhatIfState]
    WHAT_IF_STATE_CANCELLED: _ClassVar[WhatIfState]

class WhatIfBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WHAT_IF_BY_UNSPECIFIED: _ClassVar[WhatIfBy]
    WHAT_IF_BY_HOSPITAL: _ClassVar[WhatIfBy]
    WHAT_IF_BY_LEVEL: _ClassVar[WhatIfBy]
    WHAT_IF_BY_GROUP: _ClassVar[WhatIfBy]
    WHAT_IF_BY_COMMUNITY: _ClassVar[WhatIfBy]
    WHAT_IF_BY_BAND: _ClassVar[WhatIfBy]
WHAT_IF_STATE_UNSPECIFIED: WhatIfState
WHAT_IF_STATE_WAITING: WhatIfState
WHAT_IF_STATE_RUNNING: WhatIfState
WHAT_IF_STATE_DONE: WhatIfState
WHAT_IF_STATE_FAILED: WhatIfState
WHAT_IF_STATE_CANCELLED: WhatIfState
WHAT_IF_BY_UNSPECIFIED: WhatIfBy
WHAT_IF_BY_HOSPITAL: WhatIfBy
WHAT_IF_BY_LEVEL: WhatIfBy
WHAT_IF_BY_GROUP: WhatIfBy
WHAT_IF_BY_COMMUNITY: WhatIfBy
WHAT_IF_BY_BAND: WhatIfBy

class TriedRule(_message.Message):
    __slots__ = ("key", "value_json")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    key: str
    value_json: str
    def __init__(self, key: _Optional[str] = ..., value_json: _Optional[str] = ...) -> None: ...

class Prices(_message.Message):
    __slots__ = ("factors", "patient")
    class FactorsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    factors: _containers.ScalarMap[str, str]
    patient: str
    def __init__(self, factors: _Optional[_Mapping[str, str]] = ..., patient: _Optional[str] = ...) -> None: ...

class Scenario(_message.Message):
    __slots__ = ("name", "rules", "amendment", "points", "point_factors", "fund_fen", "fund_factor", "scheme", "prices")
    class PointsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PointFactorsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    POINT_FACTORS_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FACTOR_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    PRICES_FIELD_NUMBER: _ClassVar[int]
    name: str
    rules: _containers.RepeatedCompositeFieldContainer[TriedRule]
    amendment: str
    points: _containers.ScalarMap[str, str]
    point_factors: _containers.ScalarMap[str, str]
    fund_fen: int
    fund_factor: str
    scheme: str
    prices: Prices
    def __init__(self, name: _Optional[str] = ..., rules: _Optional[_Iterable[_Union[TriedRule, _Mapping]]] = ..., amendment: _Optional[str] = ..., points: _Optional[_Mapping[str, str]] = ..., point_factors: _Optional[_Mapping[str, str]] = ..., fund_fen: _Optional[int] = ..., fund_factor: _Optional[str] = ..., scheme: _Optional[str] = ..., prices: _Optional[_Union[Prices, _Mapping]] = ...) -> None: ...

class Axis(_message.Message):
    __slots__ = ("target", "values")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    target: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, target: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class Sweep(_message.Message):
    __slots__ = ("axes", "cartesian")
    AXES_FIELD_NUMBER: _ClassVar[int]
    CARTESIAN_FIELD_NUMBER: _ClassVar[int]
    axes: _containers.RepeatedCompositeFieldContainer[Axis]
    cartesian: bool
    def __init__(self, axes: _Optional[_Iterable[_Union[Axis, _Mapping]]] = ..., cartesian: _Optional[bool] = ...) -> None: ...

class StartWhatIfRequest(_message.Message):
    __slots__ = ("request_id", "run_ids", "scenarios", "sweep", "age_bands", "store")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    SCENARIOS_FIELD_NUMBER: _ClassVar[int]
    SWEEP_FIELD_NUMBER: _ClassVar[int]
    AGE_BANDS_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    scenarios: _containers.RepeatedCompositeFieldContainer[Scenario]
    sweep: Sweep
    age_bands: _containers.RepeatedScalarFieldContainer[str]
    store: bool
    def __init__(self, request_id: _Optional[str] = ..., run_ids: _Optional[_Iterable[str]] = ..., scenarios: _Optional[_Iterable[_Union[Scenario, _Mapping]]] = ..., sweep: _Optional[_Union[Sweep, _Mapping]] = ..., age_bands: _Optional[_Iterable[str]] = ..., store: _Optional[bool] = ...) -> None: ...

class StartWhatIfResponse(_message.Message):
    __slots__ = ("what_if",)
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    what_if: WhatIf
    def __init__(self, what_if: _Optional[_Union[WhatIf, _Mapping]] = ...) -> None: ...

class ScenarioSummary(_message.Message):
    __slots__ = ("name", "fund_fen", "residual_fen", "residual_cause", "point_values", "points", "change_fen", "fund_change_fen", "residual_change_fen", "moved_fen", "winners", "losers", "largest_loss_fen", "largest_loss_hospital", "gini", "riv", "recomputed")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_CAUSE_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    MOVED_FEN_FIELD_NUMBER: _ClassVar[int]
    WINNERS_FIELD_NUMBER: _ClassVar[int]
    LOSERS_FIELD_NUMBER: _ClassVar[int]
    LARGEST_LOSS_FEN_FIELD_NUMBER: _ClassVar[int]
    LARGEST_LOSS_HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    GINI_FIELD_NUMBER: _ClassVar[int]
    RIV_FIELD_NUMBER: _ClassVar[int]
    RECOMPUTED_FIELD_NUMBER: _ClassVar[int]
    name: str
    fund_fen: int
    residual_fen: int
    residual_cause: str
    point_values: _containers.RepeatedScalarFieldContainer[str]
    points: _decimal_pb2.Decimal
    change_fen: int
    fund_change_fen: int
    residual_change_fen: int
    moved_fen: int
    winners: int
    losers: int
    largest_loss_fen: int
    largest_loss_hospital: str
    gini: str
    riv: str
    recomputed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., fund_fen: _Optional[int] = ..., residual_fen: _Optional[int] = ..., residual_cause: _Optional[str] = ..., point_values: _Optional[_Iterable[str]] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., change_fen: _Optional[int] = ..., fund_change_fen: _Optional[int] = ..., residual_change_fen: _Optional[int] = ..., moved_fen: _Optional[int] = ..., winners: _Optional[int] = ..., losers: _Optional[int] = ..., largest_loss_fen: _Optional[int] = ..., largest_loss_hospital: _Optional[str] = ..., gini: _Optional[str] = ..., riv: _Optional[str] = ..., recomputed: _Optional[_Iterable[str]] = ...) -> None: ...

class WhatIf(_message.Message):
    __slots__ = ("what_if_id", "pool", "run_ids", "state", "step", "done", "total", "scenarios", "sweep_points", "failure_reason", "failure_message", "started_by", "started_at", "expires_at", "stored", "digest", "policy_digests", "engine_version", "age_bands")
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SCENARIOS_FIELD_NUMBER: _ClassVar[int]
    SWEEP_POINTS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STARTED_BY_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_VERSION_FIELD_NUMBER: _ClassVar[int]
    AGE_BANDS_FIELD_NUMBER: _ClassVar[int]
    what_if_id: str
    pool: str
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    state: WhatIfState
    step: str
    done: int
    total: int
    scenarios: _containers.RepeatedCompositeFieldContainer[ScenarioSummary]
    sweep_points: int
    failure_reason: str
    failure_message: str
    started_by: str
    started_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    stored: bool
    digest: str
    policy_digests: _containers.RepeatedScalarFieldContainer[str]
    engine_version: str
    age_bands: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, what_if_id: _Optional[str] = ..., pool: _Optional[str] = ..., run_ids: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[WhatIfState, str]] = ..., step: _Optional[str] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., scenarios: _Optional[_Iterable[_Union[ScenarioSummary, _Mapping]]] = ..., sweep_points: _Optional[int] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., started_by: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stored: _Optional[bool] = ..., digest: _Optional[str] = ..., policy_digests: _Optional[_Iterable[str]] = ..., engine_version: _Optional[str] = ..., age_bands: _Optional[_Iterable[str]] = ...) -> None: ...

class GetWhatIfRequest(_message.Message):
    __slots__ = ("what_if_id",)
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    what_if_id: str
    def __init__(self, what_if_id: _Optional[str] = ...) -> None: ...

class GetWhatIfResponse(_message.Message):
    __slots__ = ("what_if",)
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    what_if: WhatIf
    def __init__(self, what_if: _Optional[_Union[WhatIf, _Mapping]] = ...) -> None: ...

class ListWhatIfsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListWhatIfsResponse(_message.Message):
    __slots__ = ("what_ifs",)
    WHAT_IFS_FIELD_NUMBER: _ClassVar[int]
    what_ifs: _containers.RepeatedCompositeFieldContainer[WhatIf]
    def __init__(self, what_ifs: _Optional[_Iterable[_Union[WhatIf, _Mapping]]] = ...) -> None: ...

class CancelWhatIfRequest(_message.Message):
    __slots__ = ("request_id", "what_if_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    what_if_id: str
    def __init__(self, request_id: _Optional[str] = ..., what_if_id: _Optional[str] = ...) -> None: ...

class CancelWhatIfResponse(_message.Message):
    __slots__ = ("what_if",)
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    what_if: WhatIf
    def __init__(self, what_if: _Optional[_Union[WhatIf, _Mapping]] = ...) -> None: ...

class WhatIfSums(_message.Message):
    __slots__ = ("cases", "points", "cmi", "cost_fen", "patient_fen", "fund_fen")
    CASES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CMI_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    cases: int
    points: _decimal_pb2.Decimal
    cmi: str
    cost_fen: int
    patient_fen: int
    fund_fen: int
    def __init__(self, cases: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., cmi: _Optional[str] = ..., cost_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., fund_fen: _Optional[int] = ...) -> None: ...

class WhatIfRow(_message.Message):
    __slots__ = ("key", "name", "base", "scenario", "change_fen", "change_ratio")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANGE_RATIO_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: str
    base: WhatIfSums
    scenario: WhatIfSums
    change_fen: int
    change_ratio: str
    def __init__(self, key: _Optional[str] = ..., name: _Optional[str] = ..., base: _Optional[_Union[WhatIfSums, _Mapping]] = ..., scenario: _Optional[_Union[WhatIfSums, _Mapping]] = ..., change_fen: _Optional[int] = ..., change_ratio: _Optional[str] = ...) -> None: ...

class ListWhatIfRowsRequest(_message.Message):
    __slots__ = ("what_if_id", "scenario", "by", "losers_only", "page_size", "page_token")
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    LOSERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    what_if_id: str
    scenario: str
    by: WhatIfBy
    losers_only: bool
    page_size: int
    page_token: str
    def __init__(self, what_if_id: _Optional[str] = ..., scenario: _Optional[str] = ..., by: _Optional[_Union[WhatIfBy, str]] = ..., losers_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWhatIfRowsResponse(_message.Message):
    __slots__ = ("rows", "next_page_token", "total_rows", "change_fen")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ROWS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[WhatIfRow]
    next_page_token: str
    total_rows: int
    change_fen: int
    def __init__(self, rows: _Optional[_Iterable[_Union[WhatIfRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_rows: _Optional[int] = ..., change_fen: _Optional[int] = ...) -> None: ...

class SweepRow(_message.Message):
    __slots__ = ("point", "values", "summary", "failure_reason", "failure_message")
    POINT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    point: int
    values: _containers.RepeatedScalarFieldContainer[str]
    summary: ScenarioSummary
    failure_reason: str
    failure_message: str
    def __init__(self, point: _Optional[int] = ..., values: _Optional[_Iterable[str]] = ..., summary: _Optional[_Union[ScenarioSummary, _Mapping]] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ...) -> None: ...

class ListSweepRowsRequest(_message.Message):
    __slots__ = ("what_if_id", "page_size", "page_token")
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    what_if_id: str
    page_size: int
    page_token: str
    def __init__(self, what_if_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSweepRowsResponse(_message.Message):
    __slots__ = ("targets", "rows", "next_page_token")
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    targets: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[SweepRow]
    next_page_token: str
    def __init__(self, targets: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[SweepRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EvaluateReformRequest(_message.Message):
    __slots__ = ("pool", "measure", "first_period", "last_period", "change_period", "lag", "confidence")
    POOL_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    CHANGE_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    pool: str
    measure: str
    first_period: int
    last_period: int
    change_period: int
    lag: int
    confidence: str
    def __init__(self, pool: _Optional[str] = ..., measure: _Optional[str] = ..., first_period: _Optional[int] = ..., last_period: _Optional[int] = ..., change_period: _Optional[int] = ..., lag: _Optional[int] = ..., confidence: _Optional[str] = ...) -> None: ...

class Estimate(_message.Message):
    __slots__ = ("name", "label", "unit", "value", "error", "low", "high", "p")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    P_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: str
    unit: str
    value: str
    error: str
    low: str
    high: str
    p: str
    def __init__(self, name: _Optional[str] = ..., label: _Optional[str] = ..., unit: _Optional[str] = ..., value: _Optional[str] = ..., error: _Optional[str] = ..., low: _Optional[str] = ..., high: _Optional[str] = ..., p: _Optional[str] = ...) -> None: ...

class SeriesPoint(_message.Message):
    __slots__ = ("period", "value", "fitted", "without_reform")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    FITTED_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_REFORM_FIELD_NUMBER: _ClassVar[int]
    period: int
    value: str
    fitted: str
    without_reform: str
    def __init__(self, period: _Optional[int] = ..., value: _Optional[str] = ..., fitted: _Optional[str] = ..., without_reform: _Optional[str] = ...) -> None: ...

class EvaluateReformResponse(_message.Message):
    __slots__ = ("measure", "unit", "estimates", "series", "months_before", "months_after", "lag", "confidence", "notes")
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    MONTHS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    MONTHS_AFTER_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    measure: str
    unit: str
    estimates: _containers.RepeatedCompositeFieldContainer[Estimate]
    series: _containers.RepeatedCompositeFieldContainer[SeriesPoint]
    months_before: int
    months_after: int
    lag: int
    confidence: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, measure: _Optional[str] = ..., unit: _Optional[str] = ..., estimates: _Optional[_Iterable[_Union[Estimate, _Mapping]]] = ..., series: _Optional[_Iterable[_Union[SeriesPoint, _Mapping]]] = ..., months_before: _Optional[int] = ..., months_after: _Optional[int] = ..., lag: _Optional[int] = ..., confidence: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...
