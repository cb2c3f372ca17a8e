from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OtherMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OTHER_METHOD_UNSPECIFIED: _ClassVar[OtherMethod]
    OTHER_METHOD_PER_DIEM: _ClassVar[OtherMethod]
    OTHER_METHOD_CAPITATION: _ClassVar[OtherMethod]
    OTHER_METHOD_BY_ITEM: _ClassVar[OtherMethod]
    OTHER_METHOD_BUNDLE: _ClassVar[OtherMethod]

class FundBook(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUND_BOOK_UNSPECIFIED: _ClassVar[FundBook]
    FUND_BOOK_INPATIENT: _ClassVar[FundBook]
    FUND_BOOK_OUTPATIENT: _ClassVar[FundBook]
    FUND_BOOK_PER_DIEM: _ClassVar[FundBook]
    FUND_BOOK_CAPITATION: _ClassVar[FundBook]
OTHER_METHOD_UNSPECIFIED: OtherMethod
OTHER_METHOD_PER_DIEM: OtherMethod
OTHER_METHOD_CAPITATION: OtherMethod
OTHER_METHOD_BY_ITEM: OtherMethod
OTHER_METHOD_BUNDLE: OtherMethod
FUND_BOOK_UNSPECIFIED: FundBook
FUND_BOOK_INPATIENT: FundBook
FUND_BOOK_OUTPATIENT: FundBook
FUND_BOOK_PER_DIEM: FundBook
FUND_BOOK_CAPITATION: FundBook

class OtherPayment(_message.Message):
    __slots__ = ("payment_id", "source_service", "source_id", "corrects", "pool", "month", "method", "payee", "payee_name", "amount_fen", "insurance_type", "fund_book", "document", "worksheet_digest", "batch_id", "put_by", "refs")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    PAYEE_NAME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    FUND_BOOK_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_DIGEST_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    PUT_BY_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    source_service: str
    source_id: str
    corrects: str
    pool: str
    month: str
    method: OtherMethod
    payee: str
    payee_name: str
    amount_fen: int
    insurance_type: str
    fund_book: FundBook
    document: str
    worksheet_digest: str
    batch_id: str
    put_by: str
    refs: _containers.ScalarMap[str, str]
    def __init__(self, payment_id: _Optional[str] = ..., source_service: _Optional[str] = ..., source_id: _Optional[str] = ..., corrects: _Optional[str] = ..., pool: _Optional[str] = ..., month: _Optional[str] = ..., method: _Optional[_Union[OtherMethod, str]] = ..., payee: _Optional[str] = ..., payee_name: _Optional[str] = ..., amount_fen: _Optional[int] = ..., insurance_type: _Optional[str] = ..., fund_book: _Optional[_Union[FundBook, str]] = ..., document: _Optional[str] = ..., worksheet_digest: _Optional[str] = ..., batch_id: _Optional[str] = ..., put_by: _Optional[str] = ..., refs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class PutOtherPaymentRequest(_message.Message):
    __slots__ = ("request_id", "source_service", "source_id", "corrects", "pool", "month", "method", "payee", "amount_fen", "insurance_type", "fund_book", "document", "worksheet_digest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    FUND_BOOK_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_DIGEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    source_service: str
    source_id: str
    corrects: str
    pool: str
    month: str
    method: OtherMethod
    payee: str
    amount_fen: int
    insurance_type: str
    fund_book: FundBook
    document: str
    worksheet_digest: str
    def __init__(self, request_id: _Optional[str] = ..., source_service: _Optional[str] = ..., source_id: _Optional[str] = ..., corrects: _Optional[str] = ..., pool: _Optional[str] = ..., month: _Optional[str] = ..., method: _Optional[_Union[OtherMethod, str]] = ..., payee: _Optional[str] = ..., amount_fen: _Optional[int] = ..., insurance_type: _Optional[str] = ..., fund_book: _Optional[_Union[FundBook, str]] = ..., document: _Optional[str] = ..., worksheet_digest: _Optional[str] = ...) -> None: ...

class PutOtherPaymentResponse(_message.Message):
    __slots__ = ("payment",)
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    payment: OtherPayment
    def __init__(self, payment: _Optional[_Union[OtherPayment, _Mapping]] = ...) -> None: ...

class GetOtherPaymentRequest(_message.Message):
    __slots__ = ("payment_id",)
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    def __init__(self, payment_id: _Optional[str] = ...) -> None: ...

class GetOtherPaymentResponse(_message.Message):
    __slots__ = ("payment", "content")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    payment: OtherPayment
    content: bytes
    def __init__(self, payment: _Optional[_Union[OtherPayment, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ListOtherPaymentsRequest(_message.Message):
    __slots__ = ("pool", "year", "month", "payee", "method", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    month: str
    payee: str
    method: OtherMethod
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[str] = ..., payee: _Optional[str] = ..., method: _Optional[_Union[OtherMethod, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOtherPaymentsResponse(_message.Message):
    __slots__ = ("payments", "next_page_token")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[OtherPayment]
    next_page_token: str
    def __init__(self, payments: _Optional[_Iterable[_Union[OtherPayment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SumOtherPaymentsRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class OtherPaymentSum(_message.Message):
    __slots__ = ("month", "method", "fund_book", "payments", "amount_fen")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    FUND_BOOK_FIELD_NUMBER: _ClassVar[int]
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    month: str
    method: OtherMethod
    fund_book: FundBook
    payments: int
    amount_fen: int
    def __init__(self, month: _Optional[str] = ..., method: _Optional[_Union[OtherMethod, str]] = ..., fund_book: _Optional[_Union[FundBook, str]] = ..., payments: _Optional[int] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class SumOtherPaymentsResponse(_message.Message):
    __slots__ = ("sums", "amount_fen", "inpatient_fen")
    SUMS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    INPATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    sums: _containers.RepeatedCompositeFieldContainer[OtherPaymentSum]
    amount_fen: int
    inpatient_fen: int
    def __init__(self, sums: _Optional[_Iterable[_Union[OtherPaymentSum, _Mapping]]] = ..., amount_fen: _Optional[int] = ..., inpatient_fen: _Optional[int] = ...) -> None: ...

class Bill(_message.Message):
    __slots__ = ("bill_id", "medical_type", "insurance_type", "total_fen", "patient_fen", "disallowed_fen", "cite")
    BILL_ID_FIELD_NUMBER: _ClassVar[int]
    MEDICAL_TYPE_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    DISALLOWED_FEN_FIELD_NUMBER: _ClassVar[int]
    CITE_FIELD_NUMBER: _ClassVar[int]
    bill_id: str
    medical_type: str
    insurance_type: str
    total_fen: int
    patient_fen: int
    disallowed_fen: int
    cite: str
    def __init__(self, bill_id: _Optional[str] = ..., medical_type: _Optional[str] = ..., insurance_type: _Optional[str] = ..., total_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., disallowed_fen: _Optional[int] = ..., cite: _Optional[str] = ...) -> None: ...

class BillAnswer(_message.Message):
    __slots__ = ("bill_id", "fund_fen", "worksheet")
    BILL_ID_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    bill_id: str
    fund_fen: int
    worksheet: _case_pb2.Worksheet
    def __init__(self, bill_id: _Optional[str] = ..., fund_fen: _Optional[int] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class SettleBillsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "month", "payee", "account_no", "fund_book", "bills")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_NO_FIELD_NUMBER: _ClassVar[int]
    FUND_BOOK_FIELD_NUMBER: _ClassVar[int]
    BILLS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    month: str
    payee: str
    account_no: str
    fund_book: FundBook
    bills: _containers.RepeatedCompositeFieldContainer[Bill]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., month: _Optional[str] = ..., payee: _Optional[str] = ..., account_no: _Optional[str] = ..., fund_book: _Optional[_Union[FundBook, str]] = ..., bills: _Optional[_Iterable[_Union[Bill, _Mapping]]] = ...) -> None: ...

class SettleBillsResponse(_message.Message):
    __slots__ = ("payment", "answers")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    payment: OtherPayment
    answers: _containers.RepeatedCompositeFieldContainer[BillAnswer]
    def __init__(self, payment: _Optional[_Union[OtherPayment, _Mapping]] = ..., answers: _Optional[_Iterable[_Union[BillAnswer, _Mapping]]] = ...) -> None: ...
