from chspay.settlement.v1 import routing_pb2 as _routing_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PoolState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POOL_STATE_UNSPECIFIED: _ClassVar[PoolState]
    POOL_STATE_OPEN: _ClassVar[PoolState]
    POOL_STATE_CLOSING: _ClassVar[PoolState]
    POOL_STATE_CLOSED: _ClassVar[PoolState]
    POOL_STATE_CLEARED: _ClassVar[PoolState]
POOL_STATE_UNSPECIFIED: PoolState
POOL_STATE_OPEN: PoolState
POOL_STATE_CLOSING: PoolState
POOL_STATE_CLOSED: PoolState
POOL_STATE_CLEARED: PoolState

class GetCaseFactsRequest(_message.Message):
    __slots__ = ("list_id", "hospital_code", "case_id")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    hospital_code: str
    case_id: str
    def __init__(self, list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class FactMark(_message.Message):
    __slots__ = ("kind", "value", "mode", "cite")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CITE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    value: str
    mode: str
    cite: str
    def __init__(self, kind: _Optional[str] = ..., value: _Optional[str] = ..., mode: _Optional[str] = ..., cite: _Optional[str] = ...) -> None: ...

class FactDifference(_message.Message):
    __slots__ = ("difference_id", "month", "why", "before_points", "after_points", "before_fen", "after_fen")
    DIFFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    BEFORE_POINTS_FIELD_NUMBER: _ClassVar[int]
    AFTER_POINTS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    difference_id: str
    month: str
    why: str
    before_points: _decimal_pb2.Decimal
    after_points: _decimal_pb2.Decimal
    before_fen: int
    after_fen: int
    def __init__(self, difference_id: _Optional[str] = ..., month: _Optional[str] = ..., why: _Optional[str] = ..., before_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., after_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., before_fen: _Optional[int] = ..., after_fen: _Optional[int] = ...) -> None: ...

class CaseFacts(_message.Message):
    __slots__ = ("list_id", "version", "hospital_code", "case_id", "hospital_name", "hospital_level", "community", "pool", "region_code", "admission", "discharge", "los_days", "department", "insurance_type", "icu_hours", "newborn_weight_g", "age_years", "age_days", "diagnoses", "procedures", "cost_fen", "patient_fen", "status", "mdc", "adrg", "drg", "scheme_digest", "quality_checked", "quality_errors", "quality_warnings", "month", "settled", "run_id", "settled_on", "method", "kind", "settled_drg", "points", "fund_fen", "paid_fen", "base_points", "group_mean_fen", "city_mean_fen", "group_cases", "group_mean_los", "value_fen", "value_micro", "marks", "differences", "ref", "statement_digest")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_NAME_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_LEVEL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_FIELD_NUMBER: _ClassVar[int]
    LOS_DAYS_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    ICU_HOURS_FIELD_NUMBER: _ClassVar[int]
    NEWBORN_WEIGHT_G_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MDC_FIELD_NUMBER: _ClassVar[int]
    ADRG_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    QUALITY_CHECKED_FIELD_NUMBER: _ClassVar[int]
    QUALITY_ERRORS_FIELD_NUMBER: _ClassVar[int]
    QUALITY_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLED_ON_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SETTLED_DRG_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    BASE_POINTS_FIELD_NUMBER: _ClassVar[int]
    GROUP_MEAN_FEN_FIELD_NUMBER: _ClassVar[int]
    CITY_MEAN_FEN_FIELD_NUMBER: _ClassVar[int]
    GROUP_CASES_FIELD_NUMBER: _ClassVar[int]
    GROUP_MEAN_LOS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    VALUE_MICRO_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    hospital_code: str
    case_id: str
    hospital_name: str
    hospital_level: int
    community: str
    pool: str
    region_code: str
    admission: _date_pb2.Date
    discharge: _date_pb2.Date
    los_days: int
    department: str
    insurance_type: str
    icu_hours: int
    newborn_weight_g: int
    age_years: int
    age_days: int
    diagnoses: _containers.RepeatedScalarFieldContainer[str]
    procedures: _containers.RepeatedScalarFieldContainer[str]
    cost_fen: int
    patient_fen: int
    status: str
    mdc: str
    adrg: str
    drg: str
    scheme_digest: str
    quality_checked: bool
    quality_errors: int
    quality_warnings: int
    month: str
    settled: bool
    run_id: str
    settled_on: _date_pb2.Date
    method: _routing_pb2.PayMethod
    kind: str
    settled_drg: str
    points: _decimal_pb2.Decimal
    fund_fen: int
    paid_fen: int
    base_points: _decimal_pb2.Decimal
    group_mean_fen: int
    city_mean_fen: int
    group_cases: int
    group_mean_los: _decimal_pb2.Decimal
    value_fen: int
    value_micro: int
    marks: _containers.RepeatedCompositeFieldContainer[FactMark]
    differences: _containers.RepeatedCompositeFieldContainer[FactDifference]
    ref: str
    statement_digest: str
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., hospital_name: _Optional[str] = ..., hospital_level: _Optional[int] = ..., community: _Optional[str] = ..., pool: _Optional[str] = ..., region_code: _Optional[str] = ..., admission: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharge: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., los_days: _Optional[int] = ..., department: _Optional[str] = ..., insurance_type: _Optional[str] = ..., icu_hours: _Optional[int] = ..., newborn_weight_g: _Optional[int] = ..., age_years: _Optional[int] = ..., age_days: _Optional[int] = ..., diagnoses: _Optional[_Iterable[str]] = ..., procedures: _Optional[_Iterable[str]] = ..., cost_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., status: _Optional[str] = ..., mdc: _Optional[str] = ..., adrg: _Optional[str] = ..., drg: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., quality_checked: _Optional[bool] = ..., quality_errors: _Optional[int] = ..., quality_warnings: _Optional[int] = ..., month: _Optional[str] = ..., settled: _Optional[bool] = ..., run_id: _Optional[str] = ..., settled_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., method: _Optional[_Union[_routing_pb2.PayMethod, str]] = ..., kind: _Optional[str] = ..., settled_drg: _Optional[str] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fund_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., base_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., group_mean_fen: _Optional[int] = ..., city_mean_fen: _Optional[int] = ..., group_cases: _Optional[int] = ..., group_mean_los: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., value_fen: _Optional[int] = ..., value_micro: _Optional[int] = ..., marks: _Optional[_Iterable[_Union[FactMark, _Mapping]]] = ..., differences: _Optional[_Iterable[_Union[FactDifference, _Mapping]]] = ..., ref: _Optional[str] = ..., statement_digest: _Optional[str] = ...) -> None: ...

class GetCaseFactsResponse(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: CaseFacts
    def __init__(self, facts: _Optional[_Union[CaseFacts, _Mapping]] = ...) -> None: ...

class CountDischargesRequest(_message.Message):
    __slots__ = ("pool", "since", "until")
    POOL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, pool: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class HospitalDischarges(_message.Message):
    __slots__ = ("hospital_code", "discharges", "by_group")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGES_FIELD_NUMBER: _ClassVar[int]
    BY_GROUP_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    discharges: int
    by_group: int
    def __init__(self, hospital_code: _Optional[str] = ..., discharges: _Optional[int] = ..., by_group: _Optional[int] = ...) -> None: ...

class CountDischargesResponse(_message.Message):
    __slots__ = ("discharges", "by_group", "hospitals", "waiting")
    DISCHARGES_FIELD_NUMBER: _ClassVar[int]
    BY_GROUP_FIELD_NUMBER: _ClassVar[int]
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    discharges: int
    by_group: int
    hospitals: _containers.RepeatedCompositeFieldContainer[HospitalDischarges]
    waiting: int
    def __init__(self, discharges: _Optional[int] = ..., by_group: _Optional[int] = ..., hospitals: _Optional[_Iterable[_Union[HospitalDischarges, _Mapping]]] = ..., waiting: _Optional[int] = ...) -> None: ...

class GetPoolStateRequest(_message.Message):
    __slots__ = ("pool", "period")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    pool: str
    period: str
    def __init__(self, pool: _Optional[str] = ..., period: _Optional[str] = ...) -> None: ...

class GetPoolStateResponse(_message.Message):
    __slots__ = ("state", "run_id", "clearing_id", "clearing_state", "open_month")
    STATE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CLEARING_ID_FIELD_NUMBER: _ClassVar[int]
    CLEARING_STATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_MONTH_FIELD_NUMBER: _ClassVar[int]
    state: PoolState
    run_id: str
    clearing_id: str
    clearing_state: str
    open_month: str
    def __init__(self, state: _Optional[_Union[PoolState, str]] = ..., run_id: _Optional[str] = ..., clearing_id: _Optional[str] = ..., clearing_state: _Optional[str] = ..., open_month: _Optional[str] = ...) -> None: ...
