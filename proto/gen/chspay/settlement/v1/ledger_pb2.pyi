from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccountLine(_message.Message):
    __slots__ = ("seq", "line_no", "batch_id", "month", "kind", "corrects", "cause", "account", "amount_fen", "balance_fen", "note", "posted_at", "refs")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LINE_NO_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    POSTED_AT_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    line_no: int
    batch_id: str
    month: str
    kind: str
    corrects: str
    cause: str
    account: str
    amount_fen: int
    balance_fen: int
    note: str
    posted_at: str
    refs: _containers.ScalarMap[str, str]
    def __init__(self, seq: _Optional[int] = ..., line_no: _Optional[int] = ..., batch_id: _Optional[str] = ..., month: _Optional[str] = ..., kind: _Optional[str] = ..., corrects: _Optional[str] = ..., cause: _Optional[str] = ..., account: _Optional[str] = ..., amount_fen: _Optional[int] = ..., balance_fen: _Optional[int] = ..., note: _Optional[str] = ..., posted_at: _Optional[str] = ..., refs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("pool", "hospital_code", "year", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    hospital_code: str
    year: int
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., year: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("lines", "next_page_token")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[AccountLine]
    next_page_token: str
    def __init__(self, lines: _Optional[_Iterable[_Union[AccountLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class VerifyLedgerRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class VerifyLedgerResponse(_message.Message):
    __slots__ = ("batches", "head", "faults")
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    batches: int
    head: str
    faults: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, batches: _Optional[int] = ..., head: _Optional[str] = ..., faults: _Optional[_Iterable[str]] = ...) -> None: ...

class PayAdvanceRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "hospital_code", "amount_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    hospital_code: str
    amount_fen: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., hospital_code: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class PayAdvanceResponse(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class PaymentOrder(_message.Message):
    __slots__ = ("order_no", "pool", "pay_on", "lines", "total_fen", "digest", "batch_id", "created_by", "refs")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ORDER_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAY_ON_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    order_no: str
    pool: str
    pay_on: _date_pb2.Date
    lines: int
    total_fen: int
    digest: str
    batch_id: str
    created_by: str
    refs: _containers.ScalarMap[str, str]
    def __init__(self, order_no: _Optional[str] = ..., pool: _Optional[str] = ..., pay_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., lines: _Optional[int] = ..., total_fen: _Optional[int] = ..., digest: _Optional[str] = ..., batch_id: _Optional[str] = ..., created_by: _Optional[str] = ..., refs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class CreatePaymentOrderRequest(_message.Message):
    __slots__ = ("request_id", "pool", "pay_on", "memo", "set_off")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAY_ON_FIELD_NUMBER: _ClassVar[int]
    MEMO_FIELD_NUMBER: _ClassVar[int]
    SET_OFF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    pay_on: _date_pb2.Date
    memo: str
    set_off: bool
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., pay_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., memo: _Optional[str] = ..., set_off: _Optional[bool] = ...) -> None: ...

class CreatePaymentOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: PaymentOrder
    def __init__(self, order: _Optional[_Union[PaymentOrder, _Mapping]] = ...) -> None: ...

class GetPaymentOrderRequest(_message.Message):
    __slots__ = ("order_no",)
    ORDER_NO_FIELD_NUMBER: _ClassVar[int]
    order_no: str
    def __init__(self, order_no: _Optional[str] = ...) -> None: ...

class GetPaymentOrderResponse(_message.Message):
    __slots__ = ("order", "content")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    order: PaymentOrder
    content: bytes
    def __init__(self, order: _Optional[_Union[PaymentOrder, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ListPaymentOrdersRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPaymentOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[PaymentOrder]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[PaymentOrder, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
