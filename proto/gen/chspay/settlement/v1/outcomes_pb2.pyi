from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OutcomeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_STATE_UNSPECIFIED: _ClassVar[OutcomeState]
    OUTCOME_STATE_WAITING: _ClassVar[OutcomeState]
    OUTCOME_STATE_POSTED: _ClassVar[OutcomeState]
    OUTCOME_STATE_RECORDED: _ClassVar[OutcomeState]
    OUTCOME_STATE_DRAFTED: _ClassVar[OutcomeState]
    OUTCOME_STATE_NOTHING: _ClassVar[OutcomeState]
OUTCOME_STATE_UNSPECIFIED: OutcomeState
OUTCOME_STATE_WAITING: OutcomeState
OUTCOME_STATE_POSTED: OutcomeState
OUTCOME_STATE_RECORDED: OutcomeState
OUTCOME_STATE_DRAFTED: OutcomeState
OUTCOME_STATE_NOTHING: OutcomeState

class CaseOutcome(_message.Message):
    __slots__ = ("hospital_code", "case_id", "kind", "value", "mode")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    kind: str
    value: str
    mode: str
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ..., mode: _Optional[str] = ...) -> None: ...

class FindingOutcome(_message.Message):
    __slots__ = ("finding_id", "deduction_fen", "restored_fen", "whole")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    DEDUCTION_FEN_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FEN_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    deduction_fen: int
    restored_fen: int
    whole: bool
    def __init__(self, finding_id: _Optional[str] = ..., deduction_fen: _Optional[int] = ..., restored_fen: _Optional[int] = ..., whole: _Optional[bool] = ...) -> None: ...

class YearOutcome(_message.Message):
    __slots__ = ("pool", "year", "hospital_code", "kind", "value")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    hospital_code: str
    kind: str
    value: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., hospital_code: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("decision_no", "citation", "case", "finding", "year", "revokes", "hospital_code")
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    REVOKES_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    decision_no: str
    citation: str
    case: CaseOutcome
    finding: FindingOutcome
    year: YearOutcome
    revokes: str
    hospital_code: str
    def __init__(self, decision_no: _Optional[str] = ..., citation: _Optional[str] = ..., case: _Optional[_Union[CaseOutcome, _Mapping]] = ..., finding: _Optional[_Union[FindingOutcome, _Mapping]] = ..., year: _Optional[_Union[YearOutcome, _Mapping]] = ..., revokes: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class Moved(_message.Message):
    __slots__ = ("state", "pool", "hospital_code", "of", "paid_month", "statement_run_id", "difference_id", "reclear_id", "points_delta", "fen_delta", "value_delta")
    STATE_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    PAID_MONTH_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    RECLEAR_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_DELTA_FIELD_NUMBER: _ClassVar[int]
    FEN_DELTA_FIELD_NUMBER: _ClassVar[int]
    VALUE_DELTA_FIELD_NUMBER: _ClassVar[int]
    state: OutcomeState
    pool: str
    hospital_code: str
    of: str
    paid_month: str
    statement_run_id: str
    difference_id: str
    reclear_id: str
    points_delta: _decimal_pb2.Decimal
    fen_delta: int
    value_delta: str
    def __init__(self, state: _Optional[_Union[OutcomeState, str]] = ..., pool: _Optional[str] = ..., hospital_code: _Optional[str] = ..., of: _Optional[str] = ..., paid_month: _Optional[str] = ..., statement_run_id: _Optional[str] = ..., difference_id: _Optional[str] = ..., reclear_id: _Optional[str] = ..., points_delta: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fen_delta: _Optional[int] = ..., value_delta: _Optional[str] = ...) -> None: ...

class ApplyOutcomeRequest(_message.Message):
    __slots__ = ("request_id", "outcome")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    outcome: Outcome
    def __init__(self, request_id: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, _Mapping]] = ...) -> None: ...

class ApplyOutcomeResponse(_message.Message):
    __slots__ = ("applied", "moved")
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    applied: bool
    moved: Moved
    def __init__(self, applied: _Optional[bool] = ..., moved: _Optional[_Union[Moved, _Mapping]] = ...) -> None: ...

class GetOutcomeRequest(_message.Message):
    __slots__ = ("decision_no",)
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    decision_no: str
    def __init__(self, decision_no: _Optional[str] = ...) -> None: ...

class GetOutcomeResponse(_message.Message):
    __slots__ = ("outcome", "moved")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    moved: Moved
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., moved: _Optional[_Union[Moved, _Mapping]] = ...) -> None: ...
