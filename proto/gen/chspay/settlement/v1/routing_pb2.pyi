from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PayMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAY_METHOD_UNSPECIFIED: _ClassVar[PayMethod]
    PAY_METHOD_DRG: _ClassVar[PayMethod]
    PAY_METHOD_DIP: _ClassVar[PayMethod]
    PAY_METHOD_PER_DIEM: _ClassVar[PayMethod]
    PAY_METHOD_CAPITATION: _ClassVar[PayMethod]
    PAY_METHOD_BY_ITEM: _ClassVar[PayMethod]
    PAY_METHOD_BUNDLE: _ClassVar[PayMethod]
    PAY_METHOD_NONE: _ClassVar[PayMethod]
PAY_METHOD_UNSPECIFIED: PayMethod
PAY_METHOD_DRG: PayMethod
PAY_METHOD_DIP: PayMethod
PAY_METHOD_PER_DIEM: PayMethod
PAY_METHOD_CAPITATION: PayMethod
PAY_METHOD_BY_ITEM: PayMethod
PAY_METHOD_BUNDLE: PayMethod
PAY_METHOD_NONE: PayMethod

class CaseRoute(_message.Message):
    __slots__ = ("hospital_code", "case_id", "method", "reason", "text", "cite", "pricing_id", "worksheet_digest", "beside", "bed_day_points_micro", "amount_fen")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CITE_FIELD_NUMBER: _ClassVar[int]
    PRICING_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_DIGEST_FIELD_NUMBER: _ClassVar[int]
    BESIDE_FIELD_NUMBER: _ClassVar[int]
    BED_DAY_POINTS_MICRO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    method: PayMethod
    reason: str
    text: str
    cite: str
    pricing_id: str
    worksheet_digest: str
    beside: str
    bed_day_points_micro: int
    amount_fen: int
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., method: _Optional[_Union[PayMethod, str]] = ..., reason: _Optional[str] = ..., text: _Optional[str] = ..., cite: _Optional[str] = ..., pricing_id: _Optional[str] = ..., worksheet_digest: _Optional[str] = ..., beside: _Optional[str] = ..., bed_day_points_micro: _Optional[int] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class ExplainRouteRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code", "case_id")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    case_id: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class ExplainRouteResponse(_message.Message):
    __slots__ = ("route", "worksheet")
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    route: CaseRoute
    worksheet: _case_pb2.Worksheet
    def __init__(self, route: _Optional[_Union[CaseRoute, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class TryRouteRequest(_message.Message):
    __slots__ = ("pool", "on", "institution", "medical_type", "department", "insurance_type", "fund_part", "bed_days")
    POOL_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    MEDICAL_TYPE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    FUND_PART_FIELD_NUMBER: _ClassVar[int]
    BED_DAYS_FIELD_NUMBER: _ClassVar[int]
    pool: str
    on: _date_pb2.Date
    institution: str
    medical_type: str
    department: str
    insurance_type: str
    fund_part: bool
    bed_days: str
    def __init__(self, pool: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., institution: _Optional[str] = ..., medical_type: _Optional[str] = ..., department: _Optional[str] = ..., insurance_type: _Optional[str] = ..., fund_part: _Optional[bool] = ..., bed_days: _Optional[str] = ...) -> None: ...

class TryRouteResponse(_message.Message):
    __slots__ = ("route", "row", "worksheet")
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    route: CaseRoute
    row: int
    worksheet: _case_pb2.Worksheet
    def __init__(self, route: _Optional[_Union[CaseRoute, _Mapping]] = ..., row: _Optional[int] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListRoutesRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code", "method", "page_size", "page_token")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    method: PayMethod
    page_size: int
    page_token: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., method: _Optional[_Union[PayMethod, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRoutesResponse(_message.Message):
    __slots__ = ("routes", "next_page_token")
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    routes: _containers.RepeatedCompositeFieldContainer[CaseRoute]
    next_page_token: str
    def __init__(self, routes: _Optional[_Iterable[_Union[CaseRoute, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SumRoutesRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class RouteSum(_message.Message):
    __slots__ = ("method", "reason", "cases", "amount_fen")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    method: PayMethod
    reason: str
    cases: int
    amount_fen: int
    def __init__(self, method: _Optional[_Union[PayMethod, str]] = ..., reason: _Optional[str] = ..., cases: _Optional[int] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class SumRoutesResponse(_message.Message):
    __slots__ = ("sums", "cases", "others_fen", "without_person")
    SUMS_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_PERSON_FIELD_NUMBER: _ClassVar[int]
    sums: _containers.RepeatedCompositeFieldContainer[RouteSum]
    cases: int
    others_fen: int
    without_person: int
    def __init__(self, sums: _Optional[_Iterable[_Union[RouteSum, _Mapping]]] = ..., cases: _Optional[int] = ..., others_fen: _Optional[int] = ..., without_person: _Optional[int] = ...) -> None: ...
