from chspay.common.v1 import case_pb2 as _case_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RulePart(_message.Message):
    __slots__ = ("figure", "label", "share")
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    figure: str
    label: str
    share: _decimal_pb2.Decimal
    def __init__(self, figure: _Optional[str] = ..., label: _Optional[str] = ..., share: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class CommunityRule(_message.Message):
    __slots__ = ("pool", "community", "version", "since", "document", "parts", "lead", "put_by")
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    PUT_BY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    community: str
    version: int
    since: _date_pb2.Date
    document: str
    parts: _containers.RepeatedCompositeFieldContainer[RulePart]
    lead: str
    put_by: str
    def __init__(self, pool: _Optional[str] = ..., community: _Optional[str] = ..., version: _Optional[int] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., document: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[RulePart, _Mapping]]] = ..., lead: _Optional[str] = ..., put_by: _Optional[str] = ...) -> None: ...

class PutCommunityRuleRequest(_message.Message):
    __slots__ = ("request_id", "pool", "community", "since", "document", "parts")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    community: str
    since: _date_pb2.Date
    document: str
    parts: _containers.RepeatedCompositeFieldContainer[RulePart]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., community: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., document: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[RulePart, _Mapping]]] = ...) -> None: ...

class PutCommunityRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: CommunityRule
    def __init__(self, rule: _Optional[_Union[CommunityRule, _Mapping]] = ...) -> None: ...

class ListCommunityRulesRequest(_message.Message):
    __slots__ = ("pool", "community")
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    pool: str
    community: str
    def __init__(self, pool: _Optional[str] = ..., community: _Optional[str] = ...) -> None: ...

class ListCommunityRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[CommunityRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[CommunityRule, _Mapping]]] = ...) -> None: ...

class MemberFigure(_message.Message):
    __slots__ = ("institution", "figure", "value")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    institution: str
    figure: str
    value: int
    def __init__(self, institution: _Optional[str] = ..., figure: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...

class SplitSettlementRequest(_message.Message):
    __slots__ = ("request_id", "settlement_id", "figures")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_id: str
    figures: _containers.RepeatedCompositeFieldContainer[MemberFigure]
    def __init__(self, request_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., figures: _Optional[_Iterable[_Union[MemberFigure, _Mapping]]] = ...) -> None: ...

class MemberShare(_message.Message):
    __slots__ = ("institution", "fen")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    FEN_FIELD_NUMBER: _ClassVar[int]
    institution: str
    fen: int
    def __init__(self, institution: _Optional[str] = ..., fen: _Optional[int] = ...) -> None: ...

class CommunitySplit(_message.Message):
    __slots__ = ("split_id", "settlement_id", "pool", "community", "rule_version", "amount_fen", "shares", "split_by")
    SPLIT_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    SPLIT_BY_FIELD_NUMBER: _ClassVar[int]
    split_id: str
    settlement_id: str
    pool: str
    community: str
    rule_version: int
    amount_fen: int
    shares: _containers.RepeatedCompositeFieldContainer[MemberShare]
    split_by: str
    def __init__(self, split_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., pool: _Optional[str] = ..., community: _Optional[str] = ..., rule_version: _Optional[int] = ..., amount_fen: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[MemberShare, _Mapping]]] = ..., split_by: _Optional[str] = ...) -> None: ...

class SplitSettlementResponse(_message.Message):
    __slots__ = ("split", "worksheet")
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    split: CommunitySplit
    worksheet: _case_pb2.Worksheet
    def __init__(self, split: _Optional[_Union[CommunitySplit, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class GetSplitRequest(_message.Message):
    __slots__ = ("settlement_id",)
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    def __init__(self, settlement_id: _Optional[str] = ...) -> None: ...

class GetSplitResponse(_message.Message):
    __slots__ = ("split", "worksheet")
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    split: CommunitySplit
    worksheet: _case_pb2.Worksheet
    def __init__(self, split: _Optional[_Union[CommunitySplit, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class VisitDoubt(_message.Message):
    __slots__ = ("doubt_no", "attribution_id", "visit_id", "community", "statement", "filed_by", "state", "decision_no", "decided_by")
    DOUBT_NO_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    FILED_BY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    doubt_no: str
    attribution_id: str
    visit_id: str
    community: str
    statement: str
    filed_by: str
    state: str
    decision_no: str
    decided_by: str
    def __init__(self, doubt_no: _Optional[str] = ..., attribution_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., community: _Optional[str] = ..., statement: _Optional[str] = ..., filed_by: _Optional[str] = ..., state: _Optional[str] = ..., decision_no: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class DoubtVisitRequest(_message.Message):
    __slots__ = ("request_id", "attribution_id", "visit_id", "doubt_no", "statement")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    DOUBT_NO_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribution_id: str
    visit_id: str
    doubt_no: str
    statement: str
    def __init__(self, request_id: _Optional[str] = ..., attribution_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., doubt_no: _Optional[str] = ..., statement: _Optional[str] = ...) -> None: ...

class DoubtVisitResponse(_message.Message):
    __slots__ = ("doubt",)
    DOUBT_FIELD_NUMBER: _ClassVar[int]
    doubt: VisitDoubt
    def __init__(self, doubt: _Optional[_Union[VisitDoubt, _Mapping]] = ...) -> None: ...

class DecideDoubtRequest(_message.Message):
    __slots__ = ("request_id", "doubt_no", "uphold", "decision_no")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DOUBT_NO_FIELD_NUMBER: _ClassVar[int]
    UPHOLD_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    doubt_no: str
    uphold: bool
    decision_no: str
    def __init__(self, request_id: _Optional[str] = ..., doubt_no: _Optional[str] = ..., uphold: _Optional[bool] = ..., decision_no: _Optional[str] = ...) -> None: ...

class DecideDoubtResponse(_message.Message):
    __slots__ = ("doubt",)
    DOUBT_FIELD_NUMBER: _ClassVar[int]
    doubt: VisitDoubt
    def __init__(self, doubt: _Optional[_Union[VisitDoubt, _Mapping]] = ...) -> None: ...

class ListDoubtsRequest(_message.Message):
    __slots__ = ("attribution_id", "community")
    ATTRIBUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    attribution_id: str
    community: str
    def __init__(self, attribution_id: _Optional[str] = ..., community: _Optional[str] = ...) -> None: ...

class ListDoubtsResponse(_message.Message):
    __slots__ = ("doubts",)
    DOUBTS_FIELD_NUMBER: _ClassVar[int]
    doubts: _containers.RepeatedCompositeFieldContainer[VisitDoubt]
    def __init__(self, doubts: _Optional[_Iterable[_Union[VisitDoubt, _Mapping]]] = ...) -> None: ...
