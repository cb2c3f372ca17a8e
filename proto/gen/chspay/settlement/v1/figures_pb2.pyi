from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlaceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACE_KIND_UNSPECIFIED: _ClassVar[PlaceKind]
    PLACE_KIND_COUNTY: _ClassVar[PlaceKind]
    PLACE_KIND_CITY: _ClassVar[PlaceKind]
    PLACE_KIND_PROVINCE: _ClassVar[PlaceKind]
    PLACE_KIND_NATION: _ClassVar[PlaceKind]
PLACE_KIND_UNSPECIFIED: PlaceKind
PLACE_KIND_COUNTY: PlaceKind
PLACE_KIND_CITY: PlaceKind
PLACE_KIND_PROVINCE: PlaceKind
PLACE_KIND_NATION: PlaceKind

class ListFiguresRequest(_message.Message):
    __slots__ = ("place", "by", "first_period", "last_period", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    by: PlaceKind
    first_period: int
    last_period: int
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., by: _Optional[_Union[PlaceKind, str]] = ..., first_period: _Optional[int] = ..., last_period: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class PoolValue(_message.Message):
    __slots__ = ("pool", "numerator_fen", "denominator", "display")
    POOL_FIELD_NUMBER: _ClassVar[int]
    NUMERATOR_FEN_FIELD_NUMBER: _ClassVar[int]
    DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    numerator_fen: int
    denominator: _decimal_pb2.Decimal
    display: str
    def __init__(self, pool: _Optional[str] = ..., numerator_fen: _Optional[int] = ..., denominator: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., display: _Optional[str] = ...) -> None: ...

class Growth(_message.Message):
    __slots__ = ("fund", "cases")
    FUND_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    fund: str
    cases: str
    def __init__(self, fund: _Optional[str] = ..., cases: _Optional[str] = ...) -> None: ...

class Figure(_message.Message):
    __slots__ = ("place", "period", "hospitals", "cases", "points", "cost_fen", "patient_fen", "fund_fen", "values", "month_growth", "year_growth")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    MONTH_GROWTH_FIELD_NUMBER: _ClassVar[int]
    YEAR_GROWTH_FIELD_NUMBER: _ClassVar[int]
    place: str
    period: int
    hospitals: int
    cases: int
    points: _decimal_pb2.Decimal
    cost_fen: int
    patient_fen: int
    fund_fen: int
    values: _containers.RepeatedCompositeFieldContainer[PoolValue]
    month_growth: Growth
    year_growth: Growth
    def __init__(self, place: _Optional[str] = ..., period: _Optional[int] = ..., hospitals: _Optional[int] = ..., cases: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., cost_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., fund_fen: _Optional[int] = ..., values: _Optional[_Iterable[_Union[PoolValue, _Mapping]]] = ..., month_growth: _Optional[_Union[Growth, _Mapping]] = ..., year_growth: _Optional[_Union[Growth, _Mapping]] = ...) -> None: ...

class ListFiguresResponse(_message.Message):
    __slots__ = ("figures", "next_page_token")
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[Figure]
    next_page_token: str
    def __init__(self, figures: _Optional[_Iterable[_Union[Figure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
