from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetMachineRequest(_message.Message):
    __slots__ = ("owner",)
    OWNER_FIELD_NUMBER: _ClassVar[int]
    owner: str
    def __init__(self, owner: _Optional[str] = ...) -> None: ...

class MachineState(_message.Message):
    __slots__ = ("state", "text", "final")
    STATE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    state: str
    text: str
    final: bool
    def __init__(self, state: _Optional[str] = ..., text: _Optional[str] = ..., final: _Optional[bool] = ...) -> None: ...

class MachineTransition(_message.Message):
    __slots__ = ("event", "to", "text", "roles", "guards", "clock", "documents")
    FROM_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    GUARDS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    event: str
    to: str
    text: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    guards: _containers.RepeatedScalarFieldContainer[str]
    clock: str
    documents: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, event: _Optional[str] = ..., to: _Optional[str] = ..., text: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., guards: _Optional[_Iterable[str]] = ..., clock: _Optional[str] = ..., documents: _Optional[_Iterable[str]] = ..., **kwargs) -> None: ...

class GetMachineResponse(_message.Message):
    __slots__ = ("machine", "title", "start", "states", "transitions")
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    machine: str
    title: str
    start: str
    states: _containers.RepeatedCompositeFieldContainer[MachineState]
    transitions: _containers.RepeatedCompositeFieldContainer[MachineTransition]
    def __init__(self, machine: _Optional[str] = ..., title: _Optional[str] = ..., start: _Optional[str] = ..., states: _Optional[_Iterable[_Union[MachineState, _Mapping]]] = ..., transitions: _Optional[_Iterable[_Union[MachineTransition, _Mapping]]] = ...) -> None: ...

class GetCalendarRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CalendarYear(_message.Message):
    __slots__ = ("year", "document", "number", "issued", "evidence", "off", "work")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    year: int
    document: str
    number: str
    issued: _date_pb2.Date
    evidence: str
    off: _containers.RepeatedCompositeFieldContainer[_date_pb2.Date]
    work: _containers.RepeatedCompositeFieldContainer[_date_pb2.Date]
    def __init__(self, year: _Optional[int] = ..., document: _Optional[str] = ..., number: _Optional[str] = ..., issued: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., evidence: _Optional[str] = ..., off: _Optional[_Iterable[_Union[_date_pb2.Date, _Mapping]]] = ..., work: _Optional[_Iterable[_Union[_date_pb2.Date, _Mapping]]] = ...) -> None: ...

class GetCalendarResponse(_message.Message):
    __slots__ = ("version", "years")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    version: str
    years: _containers.RepeatedCompositeFieldContainer[CalendarYear]
    def __init__(self, version: _Optional[str] = ..., years: _Optional[_Iterable[_Union[CalendarYear, _Mapping]]] = ...) -> None: ...
