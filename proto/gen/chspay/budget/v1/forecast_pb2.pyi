from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PastMonth(_message.Message):
    __slots__ = ("month", "fund_fen", "other_fen", "points")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    OTHER_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    month: str
    fund_fen: int
    other_fen: int
    points: _decimal_pb2.Decimal
    def __init__(self, month: _Optional[str] = ..., fund_fen: _Optional[int] = ..., other_fen: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class ForecastValueRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "history", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    history: _containers.RepeatedCompositeFieldContainer[PastMonth]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., history: _Optional[_Iterable[_Union[PastMonth, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class ValueInterval(_message.Message):
    __slots__ = ("low", "high", "errors", "tested", "covered")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    TESTED_FIELD_NUMBER: _ClassVar[int]
    COVERED_FIELD_NUMBER: _ClassVar[int]
    low: _decimal_pb2.Decimal
    high: _decimal_pb2.Decimal
    errors: int
    tested: int
    covered: int
    def __init__(self, low: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., high: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., errors: _Optional[int] = ..., tested: _Optional[int] = ..., covered: _Optional[int] = ...) -> None: ...

class MonthValue(_message.Message):
    __slots__ = ("month", "ahead", "fund_fen", "other_fen", "points", "value", "interval")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    AHEAD_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    OTHER_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    month: str
    ahead: int
    fund_fen: int
    other_fen: int
    points: _decimal_pb2.Decimal
    value: _decimal_pb2.Decimal
    interval: ValueInterval
    def __init__(self, month: _Optional[str] = ..., ahead: _Optional[int] = ..., fund_fen: _Optional[int] = ..., other_fen: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., interval: _Optional[_Union[ValueInterval, _Mapping]] = ...) -> None: ...

class ValueForecast(_message.Message):
    __slots__ = ("forecast_id", "pool", "year", "seen", "method", "level", "history", "months", "whole", "document", "policy_digest", "budget_version", "made_by")
    FORECAST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    BUDGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    forecast_id: str
    pool: str
    year: int
    seen: int
    method: str
    level: _decimal_pb2.Decimal
    history: int
    months: _containers.RepeatedCompositeFieldContainer[MonthValue]
    whole: MonthValue
    document: str
    policy_digest: str
    budget_version: int
    made_by: str
    def __init__(self, forecast_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., seen: _Optional[int] = ..., method: _Optional[str] = ..., level: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., history: _Optional[int] = ..., months: _Optional[_Iterable[_Union[MonthValue, _Mapping]]] = ..., whole: _Optional[_Union[MonthValue, _Mapping]] = ..., document: _Optional[str] = ..., policy_digest: _Optional[str] = ..., budget_version: _Optional[int] = ..., made_by: _Optional[str] = ...) -> None: ...

class ForecastValueResponse(_message.Message):
    __slots__ = ("forecast",)
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    forecast: ValueForecast
    def __init__(self, forecast: _Optional[_Union[ValueForecast, _Mapping]] = ...) -> None: ...

class GetForecastRequest(_message.Message):
    __slots__ = ("forecast_id",)
    FORECAST_ID_FIELD_NUMBER: _ClassVar[int]
    forecast_id: str
    def __init__(self, forecast_id: _Optional[str] = ...) -> None: ...

class GetForecastResponse(_message.Message):
    __slots__ = ("forecast", "worksheet")
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    forecast: ValueForecast
    worksheet: _case_pb2.Worksheet
    def __init__(self, forecast: _Optional[_Union[ValueForecast, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListForecastsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListForecastsResponse(_message.Message):
    __slots__ = ("forecasts", "next_page_token")
    FORECASTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    forecasts: _containers.RepeatedCompositeFieldContainer[ValueForecast]
    next_page_token: str
    def __init__(self, forecasts: _Optional[_Iterable[_Union[ValueForecast, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
