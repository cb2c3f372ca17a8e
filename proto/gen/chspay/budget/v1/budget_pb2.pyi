from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class YearState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    YEAR_STATE_UNSPECIFIED: _ClassVar[YearState]
    YEAR_STATE_DRAFT: _ClassVar[YearState]
    YEAR_STATE_APPROVED: _ClassVar[YearState]
YEAR_STATE_UNSPECIFIED: YearState
YEAR_STATE_DRAFT: YearState
YEAR_STATE_APPROVED: YearState

class MonthShare(_message.Message):
    __slots__ = ("month", "fund_fen")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    month: int
    fund_fen: int
    def __init__(self, month: _Optional[int] = ..., fund_fen: _Optional[int] = ...) -> None: ...

class FiscalYear(_message.Message):
    __slots__ = ("pool", "year", "inpatient_fund_fen", "out_of_area_fen", "reserve_fen", "local_fund_fen", "months", "state", "version", "decision_no", "policy_digest")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INPATIENT_FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FEN_FIELD_NUMBER: _ClassVar[int]
    RESERVE_FEN_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    inpatient_fund_fen: int
    out_of_area_fen: int
    reserve_fen: int
    local_fund_fen: int
    months: _containers.RepeatedCompositeFieldContainer[MonthShare]
    state: YearState
    version: int
    decision_no: str
    policy_digest: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., inpatient_fund_fen: _Optional[int] = ..., out_of_area_fen: _Optional[int] = ..., reserve_fen: _Optional[int] = ..., local_fund_fen: _Optional[int] = ..., months: _Optional[_Iterable[_Union[MonthShare, _Mapping]]] = ..., state: _Optional[_Union[YearState, str]] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class DraftYearRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "inpatient_fund_fen", "out_of_area_fen", "reserve_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INPATIENT_FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FEN_FIELD_NUMBER: _ClassVar[int]
    RESERVE_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    inpatient_fund_fen: int
    out_of_area_fen: int
    reserve_fen: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., inpatient_fund_fen: _Optional[int] = ..., out_of_area_fen: _Optional[int] = ..., reserve_fen: _Optional[int] = ...) -> None: ...

class DraftYearResponse(_message.Message):
    __slots__ = ("year",)
    YEAR_FIELD_NUMBER: _ClassVar[int]
    year: FiscalYear
    def __init__(self, year: _Optional[_Union[FiscalYear, _Mapping]] = ...) -> None: ...

class ApproveYearRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "version", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    version: int
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ...) -> None: ...

class ApproveYearResponse(_message.Message):
    __slots__ = ("year",)
    YEAR_FIELD_NUMBER: _ClassVar[int]
    year: FiscalYear
    def __init__(self, year: _Optional[_Union[FiscalYear, _Mapping]] = ...) -> None: ...

class GetYearRequest(_message.Message):
    __slots__ = ("pool", "year", "version")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class GetYearResponse(_message.Message):
    __slots__ = ("year", "worksheet")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    year: FiscalYear
    worksheet: _case_pb2.Worksheet
    def __init__(self, year: _Optional[_Union[FiscalYear, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class ListYearsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListYearsResponse(_message.Message):
    __slots__ = ("years", "next_page_token")
    YEARS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    years: _containers.RepeatedCompositeFieldContainer[FiscalYear]
    next_page_token: str
    def __init__(self, years: _Optional[_Iterable[_Union[FiscalYear, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetMonthFundRequest(_message.Message):
    __slots__ = ("pool", "year", "month")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    month: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ...) -> None: ...

class GetMonthFundResponse(_message.Message):
    __slots__ = ("fund_fen", "version", "decision_no")
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    fund_fen: int
    version: int
    decision_no: str
    def __init__(self, fund_fen: _Optional[int] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ...) -> None: ...

class GetYearFundRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class GetYearFundResponse(_message.Message):
    __slots__ = ("local_fund_fen", "version", "decision_no")
    LOCAL_FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    local_fund_fen: int
    version: int
    decision_no: str
    def __init__(self, local_fund_fen: _Optional[int] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ...) -> None: ...

class Cause(_message.Message):
    __slots__ = ("cause", "amount_fen", "note", "document")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    cause: str
    amount_fen: int
    note: str
    document: str
    def __init__(self, cause: _Optional[str] = ..., amount_fen: _Optional[int] = ..., note: _Optional[str] = ..., document: _Optional[str] = ...) -> None: ...

class FinalAccounts(_message.Message):
    __slots__ = ("pool", "year", "version", "budget_fen", "budget_version", "actual_fen", "decision_fen", "causes", "document", "decision_no", "drafted_by")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    BUDGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DECISION_FEN_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_BY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    budget_fen: int
    budget_version: int
    actual_fen: int
    decision_fen: int
    causes: _containers.RepeatedCompositeFieldContainer[Cause]
    document: str
    decision_no: str
    drafted_by: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ..., budget_fen: _Optional[int] = ..., budget_version: _Optional[int] = ..., actual_fen: _Optional[int] = ..., decision_fen: _Optional[int] = ..., causes: _Optional[_Iterable[_Union[Cause, _Mapping]]] = ..., document: _Optional[str] = ..., decision_no: _Optional[str] = ..., drafted_by: _Optional[str] = ...) -> None: ...

class DraftAccountsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "actual_fen", "decision_fen", "causes", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DECISION_FEN_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    actual_fen: int
    decision_fen: int
    causes: _containers.RepeatedCompositeFieldContainer[Cause]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., actual_fen: _Optional[int] = ..., decision_fen: _Optional[int] = ..., causes: _Optional[_Iterable[_Union[Cause, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class DraftAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: FinalAccounts
    def __init__(self, accounts: _Optional[_Union[FinalAccounts, _Mapping]] = ...) -> None: ...

class ApproveAccountsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "version", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    version: int
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ...) -> None: ...

class ApproveAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: FinalAccounts
    def __init__(self, accounts: _Optional[_Union[FinalAccounts, _Mapping]] = ...) -> None: ...

class GetAccountsRequest(_message.Message):
    __slots__ = ("pool", "year", "version")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class GetAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: FinalAccounts
    def __init__(self, accounts: _Optional[_Union[FinalAccounts, _Mapping]] = ...) -> None: ...
