from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GroupStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GROUP_STATUS_UNSPECIFIED: _ClassVar[GroupStatus]
    GROUP_STATUS_GROUPED: _ClassVar[GroupStatus]
    GROUP_STATUS_AMBIGUOUS: _ClassVar[GroupStatus]
    GROUP_STATUS_UNGROUPED: _ClassVar[GroupStatus]
    GROUP_STATUS_INVALID: _ClassVar[GroupStatus]
GROUP_STATUS_UNSPECIFIED: GroupStatus
GROUP_STATUS_GROUPED: GroupStatus
GROUP_STATUS_AMBIGUOUS: GroupStatus
GROUP_STATUS_UNGROUPED: GroupStatus
GROUP_STATUS_INVALID: GroupStatus

class Case(_message.Message):
    __slots__ = ("case_id", "hospital_code", "region_code", "person_key", "admission_date", "discharge_date", "sex", "age_years", "age_days", "newborn_weight_g", "department", "los_days", "leaving_type", "icu_hours", "diagnoses", "procedures", "total_cost_fen", "patient_paid_fen", "insured_region", "insurance_type", "fund_paid_fen", "fee_drug_fen", "fee_consumable_fen", "fee_test_fen", "fee_service_fen", "tcm_diagnoses", "tcm_cost_fen", "referral_id")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_DATE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    NEWBORN_WEIGHT_G_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    LOS_DAYS_FIELD_NUMBER: _ClassVar[int]
    LEAVING_TYPE_FIELD_NUMBER: _ClassVar[int]
    ICU_HOURS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    INSURED_REGION_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    FUND_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_DRUG_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_CONSUMABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_TEST_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_SERVICE_FEN_FIELD_NUMBER: _ClassVar[int]
    TCM_DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    TCM_COST_FEN_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    hospital_code: str
    region_code: str
    person_key: str
    admission_date: _date_pb2.Date
    discharge_date: _date_pb2.Date
    sex: int
    age_years: int
    age_days: int
    newborn_weight_g: int
    department: str
    los_days: int
    leaving_type: str
    icu_hours: int
    diagnoses: _containers.RepeatedScalarFieldContainer[str]
    procedures: _containers.RepeatedScalarFieldContainer[str]
    total_cost_fen: int
    patient_paid_fen: int
    insured_region: str
    insurance_type: str
    fund_paid_fen: int
    fee_drug_fen: int
    fee_consumable_fen: int
    fee_test_fen: int
    fee_service_fen: int
    tcm_diagnoses: _containers.RepeatedScalarFieldContainer[str]
    tcm_cost_fen: int
    referral_id: str
    def __init__(self, case_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., region_code: _Optional[str] = ..., person_key: _Optional[str] = ..., admission_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharge_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., sex: _Optional[int] = ..., age_years: _Optional[int] = ..., age_days: _Optional[int] = ..., newborn_weight_g: _Optional[int] = ..., department: _Optional[str] = ..., los_days: _Optional[int] = ..., leaving_type: _Optional[str] = ..., icu_hours: _Optional[int] = ..., diagnoses: _Optional[_Iterable[str]] = ..., procedures: _Optional[_Iterable[str]] = ..., total_cost_fen: _Optional[int] = ..., patient_paid_fen: _Optional[int] = ..., insured_region: _Optional[str] = ..., insurance_type: _Optional[str] = ..., fund_paid_fen: _Optional[int] = ..., fee_drug_fen: _Optional[int] = ..., fee_consumable_fen: _Optional[int] = ..., fee_test_fen: _Optional[int] = ..., fee_service_fen: _Optional[int] = ..., tcm_diagnoses: _Optional[_Iterable[str]] = ..., tcm_cost_fen: _Optional[int] = ..., referral_id: _Optional[str] = ...) -> None: ...

class GroupAnswer(_message.Message):
    __slots__ = ("case_id", "status", "mdc", "adrg", "drg", "reason", "scheme_digest")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MDC_FIELD_NUMBER: _ClassVar[int]
    ADRG_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    status: GroupStatus
    mdc: str
    adrg: str
    drg: str
    reason: str
    scheme_digest: str
    def __init__(self, case_id: _Optional[str] = ..., status: _Optional[_Union[GroupStatus, str]] = ..., mdc: _Optional[str] = ..., adrg: _Optional[str] = ..., drg: _Optional[str] = ..., reason: _Optional[str] = ..., scheme_digest: _Optional[str] = ...) -> None: ...

class WorksheetLine(_message.Message):
    __slots__ = ("key", "label", "value", "unit", "formula", "inputs", "rounding", "rule", "citation", "evidence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    value: str
    unit: str
    formula: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    rounding: str
    rule: str
    citation: str
    evidence: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., value: _Optional[str] = ..., unit: _Optional[str] = ..., formula: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., rounding: _Optional[str] = ..., rule: _Optional[str] = ..., citation: _Optional[str] = ..., evidence: _Optional[str] = ...) -> None: ...

class Worksheet(_message.Message):
    __slots__ = ("title", "lines")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    title: str
    lines: _containers.RepeatedCompositeFieldContainer[WorksheetLine]
    def __init__(self, title: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[WorksheetLine, _Mapping]]] = ...) -> None: ...
