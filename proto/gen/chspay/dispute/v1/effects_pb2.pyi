import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EffectState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EFFECT_STATE_UNSPECIFIED: _ClassVar[EffectState]
    EFFECT_STATE_WAITING: _ClassVar[EffectState]
    EFFECT_STATE_DELIVERED: _ClassVar[EffectState]
    EFFECT_STATE_MOVED: _ClassVar[EffectState]
    EFFECT_STATE_REFUSED: _ClassVar[EffectState]
    EFFECT_STATE_NOTHING: _ClassVar[EffectState]
EFFECT_STATE_UNSPECIFIED: EffectState
EFFECT_STATE_WAITING: EffectState
EFFECT_STATE_DELIVERED: EffectState
EFFECT_STATE_MOVED: EffectState
EFFECT_STATE_REFUSED: EffectState
EFFECT_STATE_NOTHING: EffectState

class Effect(_message.Message):
    __slots__ = ("effect_id", "case_no", "kind", "pool", "hospital_code", "outcome_no", "state", "reason", "message", "attempts", "points_delta", "fen_delta", "value_delta", "paid_month", "statement_run_id", "difference_id", "reclear_id", "enqueued_at")
    EFFECT_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_NO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    POINTS_DELTA_FIELD_NUMBER: _ClassVar[int]
    FEN_DELTA_FIELD_NUMBER: _ClassVar[int]
    VALUE_DELTA_FIELD_NUMBER: _ClassVar[int]
    PAID_MONTH_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    ENQUEUED_AT_FIELD_NUMBER: _ClassVar[int]
    effect_id: str
    case_no: str
    kind: str
    pool: str
    hospital_code: str
    outcome_no: str
    state: EffectState
    reason: str
    message: str
    attempts: int
    points_delta: _decimal_pb2.Decimal
    fen_delta: int
    value_delta: str
    paid_month: str
    statement_run_id: str
    difference_id: str
    reclear_id: str
    enqueued_at: _timestamp_pb2.Timestamp
    def __init__(self, effect_id: _Optional[str] = ..., case_no: _Optional[str] = ..., kind: _Optional[str] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., outcome_no: _Optional[str] = ..., state: _Optional[_Union[EffectState, str]] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., attempts: _Optional[int] = ..., points_delta: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fen_delta: _Optional[int] = ..., value_delta: _Optional[str] = ..., paid_month: _Optional[str] = ..., statement_run_id: _Optional[str] = ..., difference_id: _Optional[str] = ..., reclear_id: _Optional[str] = ..., enqueued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListEffectsRequest(_message.Message):
    __slots__ = ("case_no", "pool", "state", "page_size", "page_token")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    pool: str
    state: EffectState
    page_size: int
    page_token: str
    def __init__(self, case_no: _Optional[str] = ..., pool: _Optional[str] = ..., state: _Optional[_Union[EffectState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEffectsResponse(_message.Message):
    __slots__ = ("effects", "next_page_token")
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    effects: _containers.RepeatedCompositeFieldContainer[Effect]
    next_page_token: str
    def __init__(self, effects: _Optional[_Iterable[_Union[Effect, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RetryEffectRequest(_message.Message):
    __slots__ = ("request_id", "effect_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    effect_id: str
    def __init__(self, request_id: _Optional[str] = ..., effect_id: _Optional[str] = ...) -> None: ...

class RetryEffectResponse(_message.Message):
    __slots__ = ("effect",)
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    effect: Effect
    def __init__(self, effect: _Optional[_Union[Effect, _Mapping]] = ...) -> None: ...
