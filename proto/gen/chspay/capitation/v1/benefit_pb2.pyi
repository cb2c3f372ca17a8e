from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Contract(_message.Message):
    __slots__ = ("contract_no", "pool", "person_key", "institution", "since", "until")
    CONTRACT_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    contract_no: str
    pool: str
    person_key: str
    institution: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, contract_no: _Optional[str] = ..., pool: _Optional[str] = ..., person_key: _Optional[str] = ..., institution: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class PutContractRequest(_message.Message):
    __slots__ = ("request_id", "contract")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    contract: Contract
    def __init__(self, request_id: _Optional[str] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ...) -> None: ...

class PutContractResponse(_message.Message):
    __slots__ = ("contract",)
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    contract: Contract
    def __init__(self, contract: _Optional[_Union[Contract, _Mapping]] = ...) -> None: ...

class ListContractsRequest(_message.Message):
    __slots__ = ("pool", "person_key")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    person_key: str
    def __init__(self, pool: _Optional[str] = ..., person_key: _Optional[str] = ...) -> None: ...

class ListContractsResponse(_message.Message):
    __slots__ = ("contracts",)
    CONTRACTS_FIELD_NUMBER: _ClassVar[int]
    contracts: _containers.RepeatedCompositeFieldContainer[Contract]
    def __init__(self, contracts: _Optional[_Iterable[_Union[Contract, _Mapping]]] = ...) -> None: ...

class Referral(_message.Message):
    __slots__ = ("referral_no", "pool", "person_key", "from_institution", "from_level", "to_institution", "to_level", "out_of_area", "day", "diagnosis", "reason", "called_for", "code", "text", "until", "citation")
    REFERRAL_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    FROM_INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    FROM_LEVEL_FIELD_NUMBER: _ClassVar[int]
    TO_INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    TO_LEVEL_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSIS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CALLED_FOR_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    referral_no: str
    pool: str
    person_key: str
    from_institution: str
    from_level: int
    to_institution: str
    to_level: int
    out_of_area: bool
    day: _date_pb2.Date
    diagnosis: str
    reason: str
    called_for: bool
    code: str
    text: str
    until: _date_pb2.Date
    citation: str
    def __init__(self, referral_no: _Optional[str] = ..., pool: _Optional[str] = ..., person_key: _Optional[str] = ..., from_institution: _Optional[str] = ..., from_level: _Optional[int] = ..., to_institution: _Optional[str] = ..., to_level: _Optional[int] = ..., out_of_area: _Optional[bool] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., diagnosis: _Optional[str] = ..., reason: _Optional[str] = ..., called_for: _Optional[bool] = ..., code: _Optional[str] = ..., text: _Optional[str] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., citation: _Optional[str] = ...) -> None: ...

class PutReferralRequest(_message.Message):
    __slots__ = ("request_id", "referral")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    referral: Referral
    def __init__(self, request_id: _Optional[str] = ..., referral: _Optional[_Union[Referral, _Mapping]] = ...) -> None: ...

class PutReferralResponse(_message.Message):
    __slots__ = ("referral",)
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ...) -> None: ...

class ListReferralsRequest(_message.Message):
    __slots__ = ("pool", "person_key")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    person_key: str
    def __init__(self, pool: _Optional[str] = ..., person_key: _Optional[str] = ...) -> None: ...

class ListReferralsResponse(_message.Message):
    __slots__ = ("referrals",)
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    referrals: _containers.RepeatedCompositeFieldContainer[Referral]
    def __init__(self, referrals: _Optional[_Iterable[_Union[Referral, _Mapping]]] = ...) -> None: ...

class Stay(_message.Message):
    __slots__ = ("stay_id", "institution", "level", "community", "member", "out_of_area", "emergency", "admitted", "discharged", "eligible_fen")
    STAY_ID_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_AREA_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FEN_FIELD_NUMBER: _ClassVar[int]
    stay_id: str
    institution: str
    level: int
    community: str
    member: bool
    out_of_area: bool
    emergency: bool
    admitted: _date_pb2.Date
    discharged: _date_pb2.Date
    eligible_fen: int
    def __init__(self, stay_id: _Optional[str] = ..., institution: _Optional[str] = ..., level: _Optional[int] = ..., community: _Optional[str] = ..., member: _Optional[bool] = ..., out_of_area: _Optional[bool] = ..., emergency: _Optional[bool] = ..., admitted: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharged: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., eligible_fen: _Optional[int] = ...) -> None: ...

class SettleStaysRequest(_message.Message):
    __slots__ = ("pool", "person_key", "stays")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PERSON_KEY_FIELD_NUMBER: _ClassVar[int]
    STAYS_FIELD_NUMBER: _ClassVar[int]
    pool: str
    person_key: str
    stays: _containers.RepeatedCompositeFieldContainer[Stay]
    def __init__(self, pool: _Optional[str] = ..., person_key: _Optional[str] = ..., stays: _Optional[_Iterable[_Union[Stay, _Mapping]]] = ...) -> None: ...

class SettledStay(_message.Message):
    __slots__ = ("stay_id", "linked_to", "deductible_fen", "surcharged", "fund_fen", "worksheet")
    STAY_ID_FIELD_NUMBER: _ClassVar[int]
    LINKED_TO_FIELD_NUMBER: _ClassVar[int]
    DEDUCTIBLE_FEN_FIELD_NUMBER: _ClassVar[int]
    SURCHARGED_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    stay_id: str
    linked_to: str
    deductible_fen: int
    surcharged: bool
    fund_fen: int
    worksheet: _case_pb2.Worksheet
    def __init__(self, stay_id: _Optional[str] = ..., linked_to: _Optional[str] = ..., deductible_fen: _Optional[int] = ..., surcharged: _Optional[bool] = ..., fund_fen: _Optional[int] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class SettleStaysResponse(_message.Message):
    __slots__ = ("stays", "policy_digest")
    STAYS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    stays: _containers.RepeatedCompositeFieldContainer[SettledStay]
    policy_digest: str
    def __init__(self, stays: _Optional[_Iterable[_Union[SettledStay, _Mapping]]] = ..., policy_digest: _Optional[str] = ...) -> None: ...
