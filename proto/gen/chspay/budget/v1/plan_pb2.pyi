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

class PlanState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_STATE_UNSPECIFIED: _ClassVar[PlanState]
    PLAN_STATE_DRAFT: _ClassVar[PlanState]
    PLAN_STATE_APPROVED: _ClassVar[PlanState]
    PLAN_STATE_EXECUTING: _ClassVar[PlanState]
    PLAN_STATE_ADJUSTED: _ClassVar[PlanState]
    PLAN_STATE_CLOSED: _ClassVar[PlanState]
PLAN_STATE_UNSPECIFIED: PlanState
PLAN_STATE_DRAFT: PlanState
PLAN_STATE_APPROVED: PlanState
PLAN_STATE_EXECUTING: PlanState
PLAN_STATE_ADJUSTED: PlanState
PLAN_STATE_CLOSED: PlanState

class FundAmount(_message.Message):
    __slots__ = ("fund", "amount_fen")
    FUND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    fund: str
    amount_fen: int
    def __init__(self, fund: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class SettledFund(_message.Message):
    __slots__ = ("fund", "amount_fen", "document")
    FUND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    fund: str
    amount_fen: int
    document: str
    def __init__(self, fund: _Optional[str] = ..., amount_fen: _Optional[int] = ..., document: _Optional[str] = ...) -> None: ...

class Factor(_message.Message):
    __slots__ = ("factor", "rate", "document")
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    factor: str
    rate: _decimal_pb2.Decimal
    document: str
    def __init__(self, factor: _Optional[str] = ..., rate: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class Shift(_message.Message):
    __slots__ = ("source", "target", "amount_fen", "document")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    source: str
    target: str
    amount_fen: int
    document: str
    def __init__(self, source: _Optional[str] = ..., target: _Optional[str] = ..., amount_fen: _Optional[int] = ..., document: _Optional[str] = ...) -> None: ...

class DraftPlanRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "income_fen", "income_document", "settled", "factors", "shifts")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INCOME_FEN_FIELD_NUMBER: _ClassVar[int]
    INCOME_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    SHIFTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    income_fen: int
    income_document: str
    settled: _containers.RepeatedCompositeFieldContainer[SettledFund]
    factors: _containers.RepeatedCompositeFieldContainer[Factor]
    shifts: _containers.RepeatedCompositeFieldContainer[Shift]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., income_fen: _Optional[int] = ..., income_document: _Optional[str] = ..., settled: _Optional[_Iterable[_Union[SettledFund, _Mapping]]] = ..., factors: _Optional[_Iterable[_Union[Factor, _Mapping]]] = ..., shifts: _Optional[_Iterable[_Union[Shift, _Mapping]]] = ...) -> None: ...

class DraftPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: YearPlan
    def __init__(self, plan: _Optional[_Union[YearPlan, _Mapping]] = ...) -> None: ...

class YearPlan(_message.Message):
    __slots__ = ("pool", "year", "version", "income_fen", "ceiling_fen", "base_fen", "cap_fen", "growth", "funds", "total_fen", "out_of_area_fen", "local_fen", "months_fen", "state", "decision_no", "drafted_by", "adjustment_id", "policy_digest")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INCOME_FEN_FIELD_NUMBER: _ClassVar[int]
    CEILING_FEN_FIELD_NUMBER: _ClassVar[int]
    BASE_FEN_FIELD_NUMBER: _ClassVar[int]
    CAP_FEN_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FEN_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FEN_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_BY_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    income_fen: int
    ceiling_fen: int
    base_fen: int
    cap_fen: int
    growth: _decimal_pb2.Decimal
    funds: _containers.RepeatedCompositeFieldContainer[FundAmount]
    total_fen: int
    out_of_area_fen: int
    local_fen: int
    months_fen: _containers.RepeatedScalarFieldContainer[int]
    state: PlanState
    decision_no: str
    drafted_by: str
    adjustment_id: str
    policy_digest: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ..., income_fen: _Optional[int] = ..., ceiling_fen: _Optional[int] = ..., base_fen: _Optional[int] = ..., cap_fen: _Optional[int] = ..., growth: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., funds: _Optional[_Iterable[_Union[FundAmount, _Mapping]]] = ..., total_fen: _Optional[int] = ..., out_of_area_fen: _Optional[int] = ..., local_fen: _Optional[int] = ..., months_fen: _Optional[_Iterable[int]] = ..., state: _Optional[_Union[PlanState, str]] = ..., decision_no: _Optional[str] = ..., drafted_by: _Optional[str] = ..., adjustment_id: _Optional[str] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class ApprovePlanRequest(_message.Message):
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

class ApprovePlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: YearPlan
    def __init__(self, plan: _Optional[_Union[YearPlan, _Mapping]] = ...) -> None: ...

class GetPlanRequest(_message.Message):
    __slots__ = ("pool", "year", "version")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class GetPlanResponse(_message.Message):
    __slots__ = ("plan", "worksheet", "steps")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    plan: YearPlan
    worksheet: _case_pb2.Worksheet
    steps: _containers.RepeatedCompositeFieldContainer[YearStep]
    def __init__(self, plan: _Optional[_Union[YearPlan, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[YearStep, _Mapping]]] = ...) -> None: ...

class YearStep(_message.Message):
    __slots__ = ("event", "source", "target", "version", "subject", "decision_no", "note")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    event: str
    source: PlanState
    target: PlanState
    version: int
    subject: str
    decision_no: str
    note: str
    def __init__(self, event: _Optional[str] = ..., source: _Optional[_Union[PlanState, str]] = ..., target: _Optional[_Union[PlanState, str]] = ..., version: _Optional[int] = ..., subject: _Optional[str] = ..., decision_no: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ListPlansRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListPlansResponse(_message.Message):
    __slots__ = ("plans",)
    PLANS_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[YearPlan]
    def __init__(self, plans: _Optional[_Iterable[_Union[YearPlan, _Mapping]]] = ...) -> None: ...

class MoveYearRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "event", "decision_no", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    event: str
    decision_no: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., event: _Optional[str] = ..., decision_no: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class MoveYearResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: YearPlan
    def __init__(self, plan: _Optional[_Union[YearPlan, _Mapping]] = ...) -> None: ...

class GetPoolFundRequest(_message.Message):
    __slots__ = ("pool", "year", "fund")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    fund: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., fund: _Optional[str] = ...) -> None: ...

class GetPoolFundResponse(_message.Message):
    __slots__ = ("fund_fen", "version", "decision_no")
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    fund_fen: int
    version: int
    decision_no: str
    def __init__(self, fund_fen: _Optional[int] = ..., version: _Optional[int] = ..., decision_no: _Optional[str] = ...) -> None: ...

class CompareTotalsRequest(_message.Message):
    __slots__ = ("pool", "year", "inpatient_fen", "out_of_area_share", "outside_share", "last_inpatient_fen", "last_dip_fen", "growth", "document")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    INPATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_SHARE_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_SHARE_FIELD_NUMBER: _ClassVar[int]
    LAST_INPATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    LAST_DIP_FEN_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    inpatient_fen: int
    out_of_area_share: _decimal_pb2.Decimal
    outside_share: _decimal_pb2.Decimal
    last_inpatient_fen: int
    last_dip_fen: int
    growth: _decimal_pb2.Decimal
    document: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., inpatient_fen: _Optional[int] = ..., out_of_area_share: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., outside_share: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., last_inpatient_fen: _Optional[int] = ..., last_dip_fen: _Optional[int] = ..., growth: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., document: _Optional[str] = ...) -> None: ...

class DipTotal(_message.Message):
    __slots__ = ("method", "label", "total_fen")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    method: str
    label: str
    total_fen: int
    def __init__(self, method: _Optional[str] = ..., label: _Optional[str] = ..., total_fen: _Optional[int] = ...) -> None: ...

class CompareTotalsResponse(_message.Message):
    __slots__ = ("totals", "spread_fen", "spread_share", "worksheet")
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FEN_FIELD_NUMBER: _ClassVar[int]
    SPREAD_SHARE_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    totals: _containers.RepeatedCompositeFieldContainer[DipTotal]
    spread_fen: int
    spread_share: _decimal_pb2.Decimal
    worksheet: _case_pb2.Worksheet
    def __init__(self, totals: _Optional[_Iterable[_Union[DipTotal, _Mapping]]] = ..., spread_fen: _Optional[int] = ..., spread_share: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class RequestAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "cause", "changes", "out_of_area_change_fen", "income_change_fen", "from_month", "evidence", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    INCOME_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    cause: str
    changes: _containers.RepeatedCompositeFieldContainer[FundAmount]
    out_of_area_change_fen: int
    income_change_fen: int
    from_month: int
    evidence: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., cause: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FundAmount, _Mapping]]] = ..., out_of_area_change_fen: _Optional[int] = ..., income_change_fen: _Optional[int] = ..., from_month: _Optional[int] = ..., evidence: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class Adjustment(_message.Message):
    __slots__ = ("adjustment_id", "pool", "year", "base_version", "cause", "changes", "out_of_area_change_fen", "income_change_fen", "from_month", "evidence", "note", "requested_by", "state", "decision_no", "decided_by", "version")
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    INCOME_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    adjustment_id: str
    pool: str
    year: int
    base_version: int
    cause: str
    changes: _containers.RepeatedCompositeFieldContainer[FundAmount]
    out_of_area_change_fen: int
    income_change_fen: int
    from_month: int
    evidence: str
    note: str
    requested_by: str
    state: str
    decision_no: str
    decided_by: str
    version: int
    def __init__(self, adjustment_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., base_version: _Optional[int] = ..., cause: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FundAmount, _Mapping]]] = ..., out_of_area_change_fen: _Optional[int] = ..., income_change_fen: _Optional[int] = ..., from_month: _Optional[int] = ..., evidence: _Optional[str] = ..., note: _Optional[str] = ..., requested_by: _Optional[str] = ..., state: _Optional[str] = ..., decision_no: _Optional[str] = ..., decided_by: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class RequestAdjustmentResponse(_message.Message):
    __slots__ = ("adjustment", "worksheet")
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    worksheet: _case_pb2.Worksheet
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class DecideAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "adjustment_id", "approve", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    adjustment_id: str
    approve: bool
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., adjustment_id: _Optional[str] = ..., approve: _Optional[bool] = ..., decision_no: _Optional[str] = ...) -> None: ...

class DecideAdjustmentResponse(_message.Message):
    __slots__ = ("adjustment", "plan")
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    plan: YearPlan
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ..., plan: _Optional[_Union[YearPlan, _Mapping]] = ...) -> None: ...

class ListAdjustmentsRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class ListAdjustmentsResponse(_message.Message):
    __slots__ = ("adjustments",)
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    adjustments: _containers.RepeatedCompositeFieldContainer[Adjustment]
    def __init__(self, adjustments: _Optional[_Iterable[_Union[Adjustment, _Mapping]]] = ...) -> None: ...

class ReportMonthRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "month", "spent", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    month: int
    spent: _containers.RepeatedCompositeFieldContainer[FundAmount]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ..., spent: _Optional[_Iterable[_Union[FundAmount, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class ReportMonthResponse(_message.Message):
    __slots__ = ("growth",)
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    growth: Growth
    def __init__(self, growth: _Optional[_Union[Growth, _Mapping]] = ...) -> None: ...

class MonthCost(_message.Message):
    __slots__ = ("month", "spent_fen", "document", "funds")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    SPENT_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    FUNDS_FIELD_NUMBER: _ClassVar[int]
    month: int
    spent_fen: int
    document: str
    funds: _containers.RepeatedCompositeFieldContainer[FundAmount]
    def __init__(self, month: _Optional[int] = ..., spent_fen: _Optional[int] = ..., document: _Optional[str] = ..., funds: _Optional[_Iterable[_Union[FundAmount, _Mapping]]] = ...) -> None: ...

class GrowthAlarm(_message.Message):
    __slots__ = ("month", "kind", "level", "name", "projected_fen", "limit_fen", "message", "evidence", "worksheet")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_FEN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FEN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    month: int
    kind: str
    level: str
    name: str
    projected_fen: int
    limit_fen: int
    message: str
    evidence: _containers.RepeatedScalarFieldContainer[str]
    worksheet: _case_pb2.Worksheet
    def __init__(self, month: _Optional[int] = ..., kind: _Optional[str] = ..., level: _Optional[str] = ..., name: _Optional[str] = ..., projected_fen: _Optional[int] = ..., limit_fen: _Optional[int] = ..., message: _Optional[str] = ..., evidence: _Optional[_Iterable[str]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class Growth(_message.Message):
    __slots__ = ("pool", "year", "month", "base_fen", "cap_fen", "spent_fen", "projected_fen", "projected_growth", "breached", "months", "alarms")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    BASE_FEN_FIELD_NUMBER: _ClassVar[int]
    CAP_FEN_FIELD_NUMBER: _ClassVar[int]
    SPENT_FEN_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_GROWTH_FIELD_NUMBER: _ClassVar[int]
    BREACHED_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    month: int
    base_fen: int
    cap_fen: int
    spent_fen: int
    projected_fen: int
    projected_growth: _decimal_pb2.Decimal
    breached: bool
    months: _containers.RepeatedCompositeFieldContainer[MonthCost]
    alarms: _containers.RepeatedCompositeFieldContainer[GrowthAlarm]
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ..., base_fen: _Optional[int] = ..., cap_fen: _Optional[int] = ..., spent_fen: _Optional[int] = ..., projected_fen: _Optional[int] = ..., projected_growth: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., breached: _Optional[bool] = ..., months: _Optional[_Iterable[_Union[MonthCost, _Mapping]]] = ..., alarms: _Optional[_Iterable[_Union[GrowthAlarm, _Mapping]]] = ...) -> None: ...

class GetGrowthRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class GetGrowthResponse(_message.Message):
    __slots__ = ("growth", "worksheet")
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    growth: Growth
    worksheet: _case_pb2.Worksheet
    def __init__(self, growth: _Optional[_Union[Growth, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("hospital_code", "since", "until")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, hospital_code: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Holder(_message.Message):
    __slots__ = ("holder", "kind", "members", "last_fen", "document", "target_fen")
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    LAST_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    TARGET_FEN_FIELD_NUMBER: _ClassVar[int]
    holder: str
    kind: str
    members: _containers.RepeatedCompositeFieldContainer[Member]
    last_fen: int
    document: str
    target_fen: int
    def __init__(self, holder: _Optional[str] = ..., kind: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., last_fen: _Optional[int] = ..., document: _Optional[str] = ..., target_fen: _Optional[int] = ...) -> None: ...

class IssueTargetsRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "fund", "since", "until", "holders", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    HOLDERS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    fund: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    holders: _containers.RepeatedCompositeFieldContainer[Holder]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., fund: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., holders: _Optional[_Iterable[_Union[Holder, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class Targets(_message.Message):
    __slots__ = ("pool", "year", "fund", "version", "since", "until", "total_fen", "holders", "document")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    HOLDERS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    fund: str
    version: int
    since: _date_pb2.Date
    until: _date_pb2.Date
    total_fen: int
    holders: _containers.RepeatedCompositeFieldContainer[Holder]
    document: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., fund: _Optional[str] = ..., version: _Optional[int] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., total_fen: _Optional[int] = ..., holders: _Optional[_Iterable[_Union[Holder, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class IssueTargetsResponse(_message.Message):
    __slots__ = ("targets", "worksheet")
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    targets: Targets
    worksheet: _case_pb2.Worksheet
    def __init__(self, targets: _Optional[_Union[Targets, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetTargetsRequest(_message.Message):
    __slots__ = ("pool", "year", "fund")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    FUND_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    fund: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., fund: _Optional[str] = ...) -> None: ...

class GetTargetsResponse(_message.Message):
    __slots__ = ("targets",)
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    targets: Targets
    def __init__(self, targets: _Optional[_Union[Targets, _Mapping]] = ...) -> None: ...

class GroupCost(_message.Message):
    __slots__ = ("group", "planned_cases", "planned_fen", "actual_cases", "actual_fen")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PLANNED_CASES_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_CASES_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    group: str
    planned_cases: int
    planned_fen: int
    actual_cases: int
    actual_fen: int
    def __init__(self, group: _Optional[str] = ..., planned_cases: _Optional[int] = ..., planned_fen: _Optional[int] = ..., actual_cases: _Optional[int] = ..., actual_fen: _Optional[int] = ...) -> None: ...

class PolicyEffect(_message.Message):
    __slots__ = ("adjustment_id", "amount_fen", "document")
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    adjustment_id: str
    amount_fen: int
    document: str
    def __init__(self, adjustment_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., document: _Optional[str] = ...) -> None: ...

class AttributeCausesRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "groups", "recovered_fen", "recovered_document", "policy_effects", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_FEN_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    POLICY_EFFECTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    groups: _containers.RepeatedCompositeFieldContainer[GroupCost]
    recovered_fen: int
    recovered_document: str
    policy_effects: _containers.RepeatedCompositeFieldContainer[PolicyEffect]
    document: str
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., groups: _Optional[_Iterable[_Union[GroupCost, _Mapping]]] = ..., recovered_fen: _Optional[int] = ..., recovered_document: _Optional[str] = ..., policy_effects: _Optional[_Iterable[_Union[PolicyEffect, _Mapping]]] = ..., document: _Optional[str] = ...) -> None: ...

class ComputedCause(_message.Message):
    __slots__ = ("cause", "against_first_fen", "amount_fen", "drafted_fen")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIRST_FEN_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_FEN_FIELD_NUMBER: _ClassVar[int]
    cause: str
    against_first_fen: int
    amount_fen: int
    drafted_fen: int
    def __init__(self, cause: _Optional[str] = ..., against_first_fen: _Optional[int] = ..., amount_fen: _Optional[int] = ..., drafted_fen: _Optional[int] = ...) -> None: ...

class Attribution(_message.Message):
    __slots__ = ("pool", "year", "version", "budget_version", "first_budget_fen", "budget_fen", "actual_fen", "causes", "accounts_version", "accounts_agree", "document")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BUDGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    FIRST_BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEN_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_AGREE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    version: int
    budget_version: int
    first_budget_fen: int
    budget_fen: int
    actual_fen: int
    causes: _containers.RepeatedCompositeFieldContainer[ComputedCause]
    accounts_version: int
    accounts_agree: bool
    document: str
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ..., version: _Optional[int] = ..., budget_version: _Optional[int] = ..., first_budget_fen: _Optional[int] = ..., budget_fen: _Optional[int] = ..., actual_fen: _Optional[int] = ..., causes: _Optional[_Iterable[_Union[ComputedCause, _Mapping]]] = ..., accounts_version: _Optional[int] = ..., accounts_agree: _Optional[bool] = ..., document: _Optional[str] = ...) -> None: ...

class AttributeCausesResponse(_message.Message):
    __slots__ = ("attribution", "worksheet")
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    attribution: Attribution
    worksheet: _case_pb2.Worksheet
    def __init__(self, attribution: _Optional[_Union[Attribution, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetCausesRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class GetCausesResponse(_message.Message):
    __slots__ = ("attribution", "worksheet")
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    attribution: Attribution
    worksheet: _case_pb2.Worksheet
    def __init__(self, attribution: _Optional[_Union[Attribution, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...
