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

class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METHOD_UNSPECIFIED: _ClassVar[Method]
    METHOD_PER_DIEM: _ClassVar[Method]
    METHOD_DRG: _ClassVar[Method]
    METHOD_NOT_PILOT: _ClassVar[Method]
    METHOD_REFUSED: _ClassVar[Method]

class Form(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORM_UNSPECIFIED: _ClassVar[Form]
    FORM_POINTS: _ClassVar[Form]
    FORM_MONEY: _ClassVar[Form]

class DayUse(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DAY_USE_UNSPECIFIED: _ClassVar[DayUse]
    DAY_USE_PAID: _ClassVar[DayUse]
    DAY_USE_LEAVE: _ClassVar[DayUse]
    DAY_USE_HELD: _ClassVar[DayUse]
    DAY_USE_ELSEWHERE: _ClassVar[DayUse]
    DAY_USE_ACUTE: _ClassVar[DayUse]
    DAY_USE_NOT_PILOT: _ClassVar[DayUse]
    DAY_USE_DISCHARGE: _ClassVar[DayUse]
METHOD_UNSPECIFIED: Method
METHOD_PER_DIEM: Method
METHOD_DRG: Method
METHOD_NOT_PILOT: Method
METHOD_REFUSED: Method
FORM_UNSPECIFIED: Form
FORM_POINTS: Form
FORM_MONEY: Form
DAY_USE_UNSPECIFIED: DayUse
DAY_USE_PAID: DayUse
DAY_USE_LEAVE: DayUse
DAY_USE_HELD: DayUse
DAY_USE_ELSEWHERE: DayUse
DAY_USE_ACUTE: DayUse
DAY_USE_NOT_PILOT: DayUse
DAY_USE_DISCHARGE: DayUse

class DayRange(_message.Message):
    __slots__ = ("since", "until")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Transfer(_message.Message):
    __slots__ = ("day", "out", "other_hospital_code", "other_case_id")
    DAY_FIELD_NUMBER: _ClassVar[int]
    OUT_FIELD_NUMBER: _ClassVar[int]
    OTHER_HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    OTHER_CASE_ID_FIELD_NUMBER: _ClassVar[int]
    day: _date_pb2.Date
    out: bool
    other_hospital_code: str
    other_case_id: str
    def __init__(self, day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., out: _Optional[bool] = ..., other_hospital_code: _Optional[str] = ..., other_case_id: _Optional[str] = ...) -> None: ...

class OwnList(_message.Message):
    __slots__ = ("case_id", "since", "until", "acute")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ACUTE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    acute: bool
    def __init__(self, case_id: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., acute: _Optional[bool] = ...) -> None: ...

class Stay(_message.Message):
    __slots__ = ("case_id", "hospital_code", "department", "category", "admission", "discharge", "leaves", "transfers", "own_lists", "total_cost_fen", "patient_paid_fen", "person_key", "level", "insurance_type")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_FIELD_NUMBER: _ClassVar[int]
    LEAVES_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    OWN_LISTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    hospital_code: str
    department: str
    category: str
    admission: _date_pb2.Date
    discharge: _date_pb2.Date
    leaves: _containers.RepeatedCompositeFieldContainer[DayRange]
    transfers: _containers.RepeatedCompositeFieldContainer[Transfer]
    own_lists: _containers.RepeatedCompositeFieldContainer[OwnList]
    total_cost_fen: int
    patient_paid_fen: int
    person_key: str
    level: int
    insurance_type: str
    def __init__(self, case_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., department: _Optional[str] = ..., category: _Optional[str] = ..., admission: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharge: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., leaves: _Optional[_Iterable[_Union[DayRange, _Mapping]]] = ..., transfers: _Optional[_Iterable[_Union[Transfer, _Mapping]]] = ..., own_lists: _Optional[_Iterable[_Union[OwnList, _Mapping]]] = ..., total_cost_fen: _Optional[int] = ..., patient_paid_fen: _Optional[int] = ..., person_key: _Optional[str] = ..., level: _Optional[int] = ..., insurance_type: _Optional[str] = ...) -> None: ...

class DaySpan(_message.Message):
    __slots__ = ("since", "until", "use", "by")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    USE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    since: _date_pb2.Date
    until: _date_pb2.Date
    use: DayUse
    by: str
    def __init__(self, since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., use: _Optional[_Union[DayUse, str]] = ..., by: _Optional[str] = ...) -> None: ...

class OwnListAnswer(_message.Message):
    __slots__ = ("case_id", "method", "reason")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    method: Method
    reason: str
    def __init__(self, case_id: _Optional[str] = ..., method: _Optional[_Union[Method, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class StayAnswer(_message.Message):
    __slots__ = ("case_id", "method", "category", "paid_days", "form", "points_micro", "amount_fen", "factor", "worksheet_digest", "pricing_id", "reason", "message", "spans", "own_lists", "model", "standard_fen", "days_before", "assessment_id")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    PAID_DAYS_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    POINTS_MICRO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PRICING_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    OWN_LISTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FEN_FIELD_NUMBER: _ClassVar[int]
    DAYS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    method: Method
    category: str
    paid_days: _decimal_pb2.Decimal
    form: Form
    points_micro: int
    amount_fen: int
    factor: _decimal_pb2.Decimal
    worksheet_digest: str
    pricing_id: str
    reason: str
    message: str
    spans: _containers.RepeatedCompositeFieldContainer[DaySpan]
    own_lists: _containers.RepeatedCompositeFieldContainer[OwnListAnswer]
    model: str
    standard_fen: int
    days_before: _decimal_pb2.Decimal
    assessment_id: str
    def __init__(self, case_id: _Optional[str] = ..., method: _Optional[_Union[Method, str]] = ..., category: _Optional[str] = ..., paid_days: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., form: _Optional[_Union[Form, str]] = ..., points_micro: _Optional[int] = ..., amount_fen: _Optional[int] = ..., factor: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., worksheet_digest: _Optional[str] = ..., pricing_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., spans: _Optional[_Iterable[_Union[DaySpan, _Mapping]]] = ..., own_lists: _Optional[_Iterable[_Union[OwnListAnswer, _Mapping]]] = ..., model: _Optional[str] = ..., standard_fen: _Optional[int] = ..., days_before: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., assessment_id: _Optional[str] = ...) -> None: ...

class PriceStaysRequest(_message.Message):
    __slots__ = ("request_id", "pool", "month", "stays", "trial")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    STAYS_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    month: str
    stays: _containers.RepeatedCompositeFieldContainer[Stay]
    trial: bool
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., month: _Optional[str] = ..., stays: _Optional[_Iterable[_Union[Stay, _Mapping]]] = ..., trial: _Optional[bool] = ...) -> None: ...

class PriceStaysResponse(_message.Message):
    __slots__ = ("answers", "policy_digest")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[StayAnswer]
    policy_digest: str
    def __init__(self, answers: _Optional[_Iterable[_Union[StayAnswer, _Mapping]]] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class ConfirmPricingsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "month", "run_id", "pricing_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PRICING_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    month: str
    run_id: str
    pricing_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., month: _Optional[str] = ..., run_id: _Optional[str] = ..., pricing_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ConfirmPricingsResponse(_message.Message):
    __slots__ = ("confirmed",)
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    confirmed: int
    def __init__(self, confirmed: _Optional[int] = ...) -> None: ...

class TryStaysRequest(_message.Message):
    __slots__ = ("pool", "month", "stays")
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    STAYS_FIELD_NUMBER: _ClassVar[int]
    pool: str
    month: str
    stays: _containers.RepeatedCompositeFieldContainer[Stay]
    def __init__(self, pool: _Optional[str] = ..., month: _Optional[str] = ..., stays: _Optional[_Iterable[_Union[Stay, _Mapping]]] = ...) -> None: ...

class TryStaysResponse(_message.Message):
    __slots__ = ("answers", "policy_digest", "worksheets")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    WORKSHEETS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[StayAnswer]
    policy_digest: str
    worksheets: _containers.RepeatedCompositeFieldContainer[_case_pb2.Worksheet]
    def __init__(self, answers: _Optional[_Iterable[_Union[StayAnswer, _Mapping]]] = ..., policy_digest: _Optional[str] = ..., worksheets: _Optional[_Iterable[_Union[_case_pb2.Worksheet, _Mapping]]] = ...) -> None: ...

class GetScopeRequest(_message.Message):
    __slots__ = ("pool", "month")
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    pool: str
    month: str
    def __init__(self, pool: _Optional[str] = ..., month: _Optional[str] = ...) -> None: ...

class ScopeDepartment(_message.Message):
    __slots__ = ("department", "category")
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    department: str
    category: str
    def __init__(self, department: _Optional[str] = ..., category: _Optional[str] = ...) -> None: ...

class GetScopeResponse(_message.Message):
    __slots__ = ("departments", "hospital_codes", "own_list_case_ids", "policy_digest", "own_list_keys")
    DEPARTMENTS_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODES_FIELD_NUMBER: _ClassVar[int]
    OWN_LIST_CASE_IDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    OWN_LIST_KEYS_FIELD_NUMBER: _ClassVar[int]
    departments: _containers.RepeatedCompositeFieldContainer[ScopeDepartment]
    hospital_codes: _containers.RepeatedScalarFieldContainer[str]
    own_list_case_ids: _containers.RepeatedScalarFieldContainer[str]
    policy_digest: str
    own_list_keys: _containers.RepeatedCompositeFieldContainer[OwnListKey]
    def __init__(self, departments: _Optional[_Iterable[_Union[ScopeDepartment, _Mapping]]] = ..., hospital_codes: _Optional[_Iterable[str]] = ..., own_list_case_ids: _Optional[_Iterable[str]] = ..., policy_digest: _Optional[str] = ..., own_list_keys: _Optional[_Iterable[_Union[OwnListKey, _Mapping]]] = ...) -> None: ...

class OwnListKey(_message.Message):
    __slots__ = ("hospital_code", "case_id")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class Pricing(_message.Message):
    __slots__ = ("pool", "month", "stay", "answer", "policy_digest", "replaced_by")
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    STAY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    REPLACED_BY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    month: str
    stay: Stay
    answer: StayAnswer
    policy_digest: str
    replaced_by: str
    def __init__(self, pool: _Optional[str] = ..., month: _Optional[str] = ..., stay: _Optional[_Union[Stay, _Mapping]] = ..., answer: _Optional[_Union[StayAnswer, _Mapping]] = ..., policy_digest: _Optional[str] = ..., replaced_by: _Optional[str] = ...) -> None: ...

class GetPricingRequest(_message.Message):
    __slots__ = ("pricing_id",)
    PRICING_ID_FIELD_NUMBER: _ClassVar[int]
    pricing_id: str
    def __init__(self, pricing_id: _Optional[str] = ...) -> None: ...

class GetPricingResponse(_message.Message):
    __slots__ = ("pricing", "worksheet")
    PRICING_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    pricing: Pricing
    worksheet: _case_pb2.Worksheet
    def __init__(self, pricing: _Optional[_Union[Pricing, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListPricingsRequest(_message.Message):
    __slots__ = ("pool", "month", "hospital_code", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    month: str
    hospital_code: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., month: _Optional[str] = ..., hospital_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPricingsResponse(_message.Message):
    __slots__ = ("pricings", "next_page_token")
    PRICINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pricings: _containers.RepeatedCompositeFieldContainer[Pricing]
    next_page_token: str
    def __init__(self, pricings: _Optional[_Iterable[_Union[Pricing, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
