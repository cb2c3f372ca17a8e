from chspay.common.v1 import case_pb2 as _case_pb2
from chspay.settlement.v1 import settlement_pb2 as _settlement_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PartKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PART_KIND_UNSPECIFIED: _ClassVar[PartKind]
    PART_KIND_ADMISSION: _ClassVar[PartKind]
    PART_KIND_DISCHARGE: _ClassVar[PartKind]
    PART_KIND_FEES: _ClassVar[PartKind]
    PART_KIND_SETTLEMENT: _ClassVar[PartKind]
    PART_KIND_CANCELLATION: _ClassVar[PartKind]
    PART_KIND_LIST: _ClassVar[PartKind]
    PART_KIND_STATUS: _ClassVar[PartKind]
    PART_KIND_REVERSAL: _ClassVar[PartKind]
PART_KIND_UNSPECIFIED: PartKind
PART_KIND_ADMISSION: PartKind
PART_KIND_DISCHARGE: PartKind
PART_KIND_FEES: PartKind
PART_KIND_SETTLEMENT: PartKind
PART_KIND_CANCELLATION: PartKind
PART_KIND_LIST: PartKind
PART_KIND_STATUS: PartKind
PART_KIND_REVERSAL: PartKind

class Members(_message.Message):
    __slots__ = ("values",)
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.ScalarMap[str, str]
    def __init__(self, values: _Optional[_Mapping[str, str]] = ...) -> None: ...

class RecordPartRequest(_message.Message):
    __slots__ = ("request_id", "hospital_code", "kind", "infno", "msgid", "mdtrt_id", "setl_id", "identity", "facts", "rows", "case", "source", "reversed_infno", "reversed_msgid")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    INFNO_FIELD_NUMBER: _ClassVar[int]
    MSGID_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REVERSED_INFNO_FIELD_NUMBER: _ClassVar[int]
    REVERSED_MSGID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hospital_code: str
    kind: PartKind
    infno: str
    msgid: str
    mdtrt_id: str
    setl_id: str
    identity: _settlement_pb2.Identity
    facts: _containers.ScalarMap[str, str]
    rows: _containers.RepeatedCompositeFieldContainer[Members]
    case: _case_pb2.Case
    source: bytes
    reversed_infno: str
    reversed_msgid: str
    def __init__(self, request_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., kind: _Optional[_Union[PartKind, str]] = ..., infno: _Optional[str] = ..., msgid: _Optional[str] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., identity: _Optional[_Union[_settlement_pb2.Identity, _Mapping]] = ..., facts: _Optional[_Mapping[str, str]] = ..., rows: _Optional[_Iterable[_Union[Members, _Mapping]]] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ..., source: _Optional[bytes] = ..., reversed_infno: _Optional[str] = ..., reversed_msgid: _Optional[str] = ...) -> None: ...

class RecordPartResponse(_message.Message):
    __slots__ = ("mdtrt_id", "setl_id", "list_id", "missing", "completed", "cancelled", "warning")
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    mdtrt_id: str
    setl_id: str
    list_id: str
    missing: _containers.RepeatedScalarFieldContainer[str]
    completed: _containers.RepeatedScalarFieldContainer[str]
    cancelled: Settlement
    warning: str
    def __init__(self, mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., list_id: _Optional[str] = ..., missing: _Optional[_Iterable[str]] = ..., completed: _Optional[_Iterable[str]] = ..., cancelled: _Optional[_Union[Settlement, _Mapping]] = ..., warning: _Optional[str] = ...) -> None: ...

class GetEpisodeRequest(_message.Message):
    __slots__ = ("hospital_code", "mdtrt_id", "setl_id")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    mdtrt_id: str
    setl_id: str
    def __init__(self, hospital_code: _Optional[str] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ...) -> None: ...

class Settlement(_message.Message):
    __slots__ = ("mdtrt_id", "setl_id", "infno", "msgid", "facts", "funds", "cancelled", "on", "person_no")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    INFNO_FIELD_NUMBER: _ClassVar[int]
    MSGID_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    PERSON_NO_FIELD_NUMBER: _ClassVar[int]
    mdtrt_id: str
    setl_id: str
    infno: str
    msgid: str
    facts: _containers.ScalarMap[str, str]
    funds: _containers.RepeatedCompositeFieldContainer[Members]
    cancelled: bool
    on: _date_pb2.Date
    person_no: str
    def __init__(self, mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., infno: _Optional[str] = ..., msgid: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ..., funds: _Optional[_Iterable[_Union[Members, _Mapping]]] = ..., cancelled: _Optional[bool] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., person_no: _Optional[str] = ...) -> None: ...

class GetEpisodeResponse(_message.Message):
    __slots__ = ("mdtrt_id", "admission", "discharge", "fees", "settlements", "list_status", "person")
    class AdmissionEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class DischargeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    LIST_STATUS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    mdtrt_id: str
    admission: _containers.ScalarMap[str, str]
    discharge: _containers.ScalarMap[str, str]
    fees: _containers.RepeatedCompositeFieldContainer[Members]
    settlements: _containers.RepeatedCompositeFieldContainer[Settlement]
    list_status: str
    person: Person
    def __init__(self, mdtrt_id: _Optional[str] = ..., admission: _Optional[_Mapping[str, str]] = ..., discharge: _Optional[_Mapping[str, str]] = ..., fees: _Optional[_Iterable[_Union[Members, _Mapping]]] = ..., settlements: _Optional[_Iterable[_Union[Settlement, _Mapping]]] = ..., list_status: _Optional[str] = ..., person: _Optional[_Union[Person, _Mapping]] = ...) -> None: ...

class ListSettlementsRequest(_message.Message):
    __slots__ = ("hospital_code", "first", "last", "page_size", "page_token")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    first: _date_pb2.Date
    last: _date_pb2.Date
    page_size: int
    page_token: str
    def __init__(self, hospital_code: _Optional[str] = ..., first: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., last: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSettlementsResponse(_message.Message):
    __slots__ = ("settlements", "next_page_token", "standing", "listed")
    SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    LISTED_FIELD_NUMBER: _ClassVar[int]
    settlements: _containers.RepeatedCompositeFieldContainer[Settlement]
    next_page_token: str
    standing: int
    listed: int
    def __init__(self, settlements: _Optional[_Iterable[_Union[Settlement, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., standing: _Optional[int] = ..., listed: _Optional[int] = ...) -> None: ...

class ListWaitingRequest(_message.Message):
    __slots__ = ("hospital_code", "page_size", "page_token")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    page_size: int
    page_token: str
    def __init__(self, hospital_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class WaitingList(_message.Message):
    __slots__ = ("list_id", "hospital_code", "mdtrt_id", "setl_id", "missing", "since")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    MDTRT_ID_FIELD_NUMBER: _ClassVar[int]
    SETL_ID_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    hospital_code: str
    mdtrt_id: str
    setl_id: str
    missing: _containers.RepeatedScalarFieldContainer[str]
    since: str
    def __init__(self, list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., mdtrt_id: _Optional[str] = ..., setl_id: _Optional[str] = ..., missing: _Optional[_Iterable[str]] = ..., since: _Optional[str] = ...) -> None: ...

class ListWaitingResponse(_message.Message):
    __slots__ = ("lists", "next_page_token")
    LISTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[WaitingList]
    next_page_token: str
    def __init__(self, lists: _Optional[_Iterable[_Union[WaitingList, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("identity", "insured_region", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    INSURED_REGION_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    identity: _settlement_pb2.Identity
    insured_region: str
    facts: _containers.ScalarMap[str, str]
    def __init__(self, identity: _Optional[_Union[_settlement_pb2.Identity, _Mapping]] = ..., insured_region: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ...) -> None: ...

class PutPersonsRequest(_message.Message):
    __slots__ = ("request_id", "persons")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSONS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    persons: _containers.RepeatedCompositeFieldContainer[Person]
    def __init__(self, request_id: _Optional[str] = ..., persons: _Optional[_Iterable[_Union[Person, _Mapping]]] = ...) -> None: ...

class PutPersonsResponse(_message.Message):
    __slots__ = ("written", "completed")
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    written: int
    completed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, written: _Optional[int] = ..., completed: _Optional[_Iterable[str]] = ...) -> None: ...

class FindPersonRequest(_message.Message):
    __slots__ = ("person_no", "certificate_no", "name")
    PERSON_NO_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_NO_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    person_no: str
    certificate_no: str
    name: str
    def __init__(self, person_no: _Optional[str] = ..., certificate_no: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class FindPersonResponse(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: Person
    def __init__(self, person: _Optional[_Union[Person, _Mapping]] = ...) -> None: ...
