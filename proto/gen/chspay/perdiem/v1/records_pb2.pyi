from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORD_KIND_UNSPECIFIED: _ClassVar[RecordKind]
    RECORD_KIND_LEAVE: _ClassVar[RecordKind]
    RECORD_KIND_TRANSFER: _ClassVar[RecordKind]
    RECORD_KIND_ACUTE: _ClassVar[RecordKind]
    RECORD_KIND_INTERIM: _ClassVar[RecordKind]
    RECORD_KIND_OUTCOME: _ClassVar[RecordKind]
RECORD_KIND_UNSPECIFIED: RecordKind
RECORD_KIND_LEAVE: RecordKind
RECORD_KIND_TRANSFER: RecordKind
RECORD_KIND_ACUTE: RecordKind
RECORD_KIND_INTERIM: RecordKind
RECORD_KIND_OUTCOME: RecordKind

class Outcome(_message.Message):
    __slots__ = ("scale", "before", "after")
    SCALE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    scale: str
    before: _decimal_pb2.Decimal
    after: _decimal_pb2.Decimal
    def __init__(self, scale: _Optional[str] = ..., before: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., after: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class StayRecord(_message.Message):
    __slots__ = ("record_no", "pool", "hospital_code", "case_id", "kind", "since", "until", "other_hospital_code", "other_case_id", "outcome", "document", "withdrawn")
    RECORD_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    OTHER_HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    OTHER_CASE_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    record_no: str
    pool: str
    hospital_code: str
    case_id: str
    kind: RecordKind
    since: _date_pb2.Date
    until: _date_pb2.Date
    other_hospital_code: str
    other_case_id: str
    outcome: Outcome
    document: str
    withdrawn: str
    def __init__(self, record_no: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., kind: _Optional[_Union[RecordKind, str]] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., other_hospital_code: _Optional[str] = ..., other_case_id: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, _Mapping]] = ..., document: _Optional[str] = ..., withdrawn: _Optional[str] = ...) -> None: ...

class PutStayRecordRequest(_message.Message):
    __slots__ = ("request_id", "record")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    record: StayRecord
    def __init__(self, request_id: _Optional[str] = ..., record: _Optional[_Union[StayRecord, _Mapping]] = ...) -> None: ...

class PutStayRecordResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: StayRecord
    def __init__(self, record: _Optional[_Union[StayRecord, _Mapping]] = ...) -> None: ...

class PutStayRecordsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutStayRecordsResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: int
    def __init__(self, rows: _Optional[int] = ...) -> None: ...

class WithdrawStayRecordRequest(_message.Message):
    __slots__ = ("request_id", "hospital_code", "record_no", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    RECORD_NO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hospital_code: str
    record_no: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., record_no: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WithdrawStayRecordResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: StayRecord
    def __init__(self, record: _Optional[_Union[StayRecord, _Mapping]] = ...) -> None: ...

class ListStayRecordsRequest(_message.Message):
    __slots__ = ("hospital_code", "case_id", "page_size", "page_token")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    page_size: int
    page_token: str
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStayRecordsResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[StayRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[StayRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
