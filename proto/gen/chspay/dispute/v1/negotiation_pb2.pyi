from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Seat(_message.Message):
    __slots__ = ("delegate_id", "side", "institution", "classes", "subject", "public_key")
    DELEGATE_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    delegate_id: str
    side: str
    institution: str
    classes: _containers.RepeatedScalarFieldContainer[str]
    subject: str
    public_key: str
    def __init__(self, delegate_id: _Optional[str] = ..., side: _Optional[str] = ..., institution: _Optional[str] = ..., classes: _Optional[_Iterable[str]] = ..., subject: _Optional[str] = ..., public_key: _Optional[str] = ...) -> None: ...

class Council(_message.Message):
    __slots__ = ("council_id", "pool", "since", "until", "seats", "digest")
    COUNCIL_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    council_id: str
    pool: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    digest: str
    def __init__(self, council_id: _Optional[str] = ..., pool: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class PutCouncilRequest(_message.Message):
    __slots__ = ("request_id", "pool", "since", "seats")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    since: _date_pb2.Date
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ...) -> None: ...

class PutCouncilResponse(_message.Message):
    __slots__ = ("council",)
    COUNCIL_FIELD_NUMBER: _ClassVar[int]
    council: Council
    def __init__(self, council: _Optional[_Union[Council, _Mapping]] = ...) -> None: ...

class GetCouncilRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class GetCouncilResponse(_message.Message):
    __slots__ = ("council",)
    COUNCIL_FIELD_NUMBER: _ClassVar[int]
    council: Council
    def __init__(self, council: _Optional[_Union[Council, _Mapping]] = ...) -> None: ...

class OpenTopicRequest(_message.Message):
    __slots__ = ("request_id", "pool", "kind", "title", "statement", "groups")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    kind: str
    title: str
    statement: str
    groups: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., kind: _Optional[str] = ..., title: _Optional[str] = ..., statement: _Optional[str] = ..., groups: _Optional[_Iterable[str]] = ...) -> None: ...

class OpenTopicResponse(_message.Message):
    __slots__ = ("topic",)
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    topic: Topic
    def __init__(self, topic: _Optional[_Union[Topic, _Mapping]] = ...) -> None: ...

class Topic(_message.Message):
    __slots__ = ("topic_id", "pool", "kind", "title", "groups", "origin", "state", "state_text", "opened", "due", "overdue", "closed")
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_TEXT_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    topic_id: str
    pool: str
    kind: str
    title: str
    groups: _containers.RepeatedScalarFieldContainer[str]
    origin: str
    state: str
    state_text: str
    opened: _date_pb2.Date
    due: _date_pb2.Date
    overdue: bool
    closed: bool
    def __init__(self, topic_id: _Optional[str] = ..., pool: _Optional[str] = ..., kind: _Optional[str] = ..., title: _Optional[str] = ..., groups: _Optional[_Iterable[str]] = ..., origin: _Optional[str] = ..., state: _Optional[str] = ..., state_text: _Optional[str] = ..., opened: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., overdue: _Optional[bool] = ..., closed: _Optional[bool] = ...) -> None: ...

class Paper(_message.Message):
    __slots__ = ("seq", "kind", "text", "ref", "by", "hospital_code", "day", "facts_json", "digest")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    FACTS_JSON_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    seq: int
    kind: str
    text: str
    ref: int
    by: str
    hospital_code: str
    day: _date_pb2.Date
    facts_json: str
    digest: str
    def __init__(self, seq: _Optional[int] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., ref: _Optional[int] = ..., by: _Optional[str] = ..., hospital_code: _Optional[str] = ..., day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., facts_json: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class RowChange(_message.Message):
    __slots__ = ("sign", "row_json")
    SIGN_FIELD_NUMBER: _ClassVar[int]
    ROW_JSON_FIELD_NUMBER: _ClassVar[int]
    sign: str
    row_json: str
    def __init__(self, sign: _Optional[str] = ..., row_json: _Optional[str] = ...) -> None: ...

class RuleDifference(_message.Message):
    __slots__ = ("key", "label", "unit", "before_json", "after_json", "rows")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_JSON_FIELD_NUMBER: _ClassVar[int]
    AFTER_JSON_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    unit: str
    before_json: str
    after_json: str
    rows: _containers.RepeatedCompositeFieldContainer[RowChange]
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., unit: _Optional[str] = ..., before_json: _Optional[str] = ..., after_json: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[RowChange, _Mapping]]] = ...) -> None: ...

class ImpactRow(_message.Message):
    __slots__ = ("hospital_code", "name", "cases", "before_fen", "after_fen", "change_fen")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FEN_FIELD_NUMBER: _ClassVar[int]
    AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    name: str
    cases: int
    before_fen: int
    after_fen: int
    change_fen: int
    def __init__(self, hospital_code: _Optional[str] = ..., name: _Optional[str] = ..., cases: _Optional[int] = ..., before_fen: _Optional[int] = ..., after_fen: _Optional[int] = ..., change_fen: _Optional[int] = ...) -> None: ...

class Impact(_message.Message):
    __slots__ = ("what_if_id", "what_if_digest", "snapshot_digest", "fund_change_fen", "residual_change_fen", "neutral", "moved_fen", "winners", "losers", "rows", "digest", "failure_reason", "failure_message")
    WHAT_IF_ID_FIELD_NUMBER: _ClassVar[int]
    WHAT_IF_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    FUND_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FIELD_NUMBER: _ClassVar[int]
    MOVED_FEN_FIELD_NUMBER: _ClassVar[int]
    WINNERS_FIELD_NUMBER: _ClassVar[int]
    LOSERS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    what_if_id: str
    what_if_digest: str
    snapshot_digest: str
    fund_change_fen: int
    residual_change_fen: int
    neutral: bool
    moved_fen: int
    winners: int
    losers: int
    rows: _containers.RepeatedCompositeFieldContainer[ImpactRow]
    digest: str
    failure_reason: str
    failure_message: str
    def __init__(self, what_if_id: _Optional[str] = ..., what_if_digest: _Optional[str] = ..., snapshot_digest: _Optional[str] = ..., fund_change_fen: _Optional[int] = ..., residual_change_fen: _Optional[int] = ..., neutral: _Optional[bool] = ..., moved_fen: _Optional[int] = ..., winners: _Optional[int] = ..., losers: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[ImpactRow, _Mapping]]] = ..., digest: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ...) -> None: ...

class Proposal(_message.Message):
    __slots__ = ("number", "title", "effective", "differences", "digest", "by", "hospital_code", "counters", "impact", "not_admitted")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    IMPACT_FIELD_NUMBER: _ClassVar[int]
    NOT_ADMITTED_FIELD_NUMBER: _ClassVar[int]
    number: int
    title: str
    effective: _date_pb2.Date
    differences: _containers.RepeatedCompositeFieldContainer[RuleDifference]
    digest: str
    by: str
    hospital_code: str
    counters: int
    impact: Impact
    not_admitted: str
    def __init__(self, number: _Optional[int] = ..., title: _Optional[str] = ..., effective: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., differences: _Optional[_Iterable[_Union[RuleDifference, _Mapping]]] = ..., digest: _Optional[str] = ..., by: _Optional[str] = ..., hospital_code: _Optional[str] = ..., counters: _Optional[int] = ..., impact: _Optional[_Union[Impact, _Mapping]] = ..., not_admitted: _Optional[str] = ...) -> None: ...

class ProposedRule(_message.Message):
    __slots__ = ("key", "value_json")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    key: str
    value_json: str
    def __init__(self, key: _Optional[str] = ..., value_json: _Optional[str] = ...) -> None: ...

class FileProposalRequest(_message.Message):
    __slots__ = ("request_id", "topic_id", "title", "effective", "rules", "counters")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    topic_id: str
    title: str
    effective: _date_pb2.Date
    rules: _containers.RepeatedCompositeFieldContainer[ProposedRule]
    counters: int
    def __init__(self, request_id: _Optional[str] = ..., topic_id: _Optional[str] = ..., title: _Optional[str] = ..., effective: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., rules: _Optional[_Iterable[_Union[ProposedRule, _Mapping]]] = ..., counters: _Optional[int] = ...) -> None: ...

class FileProposalResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: Proposal
    def __init__(self, proposal: _Optional[_Union[Proposal, _Mapping]] = ...) -> None: ...

class PanelMember(_message.Message):
    __slots__ = ("subject", "field")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    subject: str
    field: str
    def __init__(self, subject: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...

class NotAdmitted(_message.Message):
    __slots__ = ("proposal", "reason")
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    proposal: int
    reason: str
    def __init__(self, proposal: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class ActOnTopicRequest(_message.Message):
    __slots__ = ("request_id", "topic_id", "event", "text", "run_ids", "panel", "present", "proposal", "decision_no", "decided_by", "filing_no", "signature", "admitted", "not_admitted", "replaces", "effective")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    PANEL_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    DECISION_NO_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    FILING_NO_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    NOT_ADMITTED_FIELD_NUMBER: _ClassVar[int]
    REPLACES_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    topic_id: str
    event: str
    text: str
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    panel: _containers.RepeatedCompositeFieldContainer[PanelMember]
    present: _containers.RepeatedScalarFieldContainer[str]
    proposal: int
    decision_no: str
    decided_by: str
    filing_no: str
    signature: bytes
    admitted: _containers.RepeatedScalarFieldContainer[int]
    not_admitted: _containers.RepeatedCompositeFieldContainer[NotAdmitted]
    replaces: str
    effective: _date_pb2.Date
    def __init__(self, request_id: _Optional[str] = ..., topic_id: _Optional[str] = ..., event: _Optional[str] = ..., text: _Optional[str] = ..., run_ids: _Optional[_Iterable[str]] = ..., panel: _Optional[_Iterable[_Union[PanelMember, _Mapping]]] = ..., present: _Optional[_Iterable[str]] = ..., proposal: _Optional[int] = ..., decision_no: _Optional[str] = ..., decided_by: _Optional[str] = ..., filing_no: _Optional[str] = ..., signature: _Optional[bytes] = ..., admitted: _Optional[_Iterable[int]] = ..., not_admitted: _Optional[_Iterable[_Union[NotAdmitted, _Mapping]]] = ..., replaces: _Optional[str] = ..., effective: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class ActOnTopicResponse(_message.Message):
    __slots__ = ("topic",)
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    topic: Topic
    def __init__(self, topic: _Optional[_Union[Topic, _Mapping]] = ...) -> None: ...

class AddPaperRequest(_message.Message):
    __slots__ = ("request_id", "topic_id", "kind", "text", "ref", "no_conflict")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NO_CONFLICT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    topic_id: str
    kind: str
    text: str
    ref: int
    no_conflict: bool
    def __init__(self, request_id: _Optional[str] = ..., topic_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., ref: _Optional[int] = ..., no_conflict: _Optional[bool] = ...) -> None: ...

class AddPaperResponse(_message.Message):
    __slots__ = ("paper",)
    PAPER_FIELD_NUMBER: _ClassVar[int]
    paper: Paper
    def __init__(self, paper: _Optional[_Union[Paper, _Mapping]] = ...) -> None: ...

class GetTopicRequest(_message.Message):
    __slots__ = ("topic_id",)
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    topic_id: str
    def __init__(self, topic_id: _Optional[str] = ...) -> None: ...

class GetTopicResponse(_message.Message):
    __slots__ = ("topic", "papers", "proposals")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    PAPERS_FIELD_NUMBER: _ClassVar[int]
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    topic: Topic
    papers: _containers.RepeatedCompositeFieldContainer[Paper]
    proposals: _containers.RepeatedCompositeFieldContainer[Proposal]
    def __init__(self, topic: _Optional[_Union[Topic, _Mapping]] = ..., papers: _Optional[_Iterable[_Union[Paper, _Mapping]]] = ..., proposals: _Optional[_Iterable[_Union[Proposal, _Mapping]]] = ...) -> None: ...

class ListTopicsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTopicsResponse(_message.Message):
    __slots__ = ("topics", "next_page_token")
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedCompositeFieldContainer[Topic]
    next_page_token: str
    def __init__(self, topics: _Optional[_Iterable[_Union[Topic, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetBallotRequest(_message.Message):
    __slots__ = ("topic_id", "choice", "nonce")
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    topic_id: str
    choice: str
    nonce: str
    def __init__(self, topic_id: _Optional[str] = ..., choice: _Optional[str] = ..., nonce: _Optional[str] = ...) -> None: ...

class GetBallotResponse(_message.Message):
    __slots__ = ("content", "delegate_id", "round", "kind")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DELEGATE_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    delegate_id: str
    round: int
    kind: str
    def __init__(self, content: _Optional[bytes] = ..., delegate_id: _Optional[str] = ..., round: _Optional[int] = ..., kind: _Optional[str] = ...) -> None: ...

class CastBallotRequest(_message.Message):
    __slots__ = ("request_id", "topic_id", "choice", "nonce", "signature")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    topic_id: str
    choice: str
    nonce: str
    signature: bytes
    def __init__(self, request_id: _Optional[str] = ..., topic_id: _Optional[str] = ..., choice: _Optional[str] = ..., nonce: _Optional[str] = ..., signature: _Optional[bytes] = ...) -> None: ...

class CastBallotResponse(_message.Message):
    __slots__ = ("cast", "entitled")
    CAST_FIELD_NUMBER: _ClassVar[int]
    ENTITLED_FIELD_NUMBER: _ClassVar[int]
    cast: int
    entitled: int
    def __init__(self, cast: _Optional[int] = ..., entitled: _Optional[int] = ...) -> None: ...

class GetCountRequest(_message.Message):
    __slots__ = ("topic_id", "round")
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    topic_id: str
    round: int
    def __init__(self, topic_id: _Optional[str] = ..., round: _Optional[int] = ...) -> None: ...

class CountedBallot(_message.Message):
    __slots__ = ("delegate_id", "public_key", "content", "signature", "volume")
    DELEGATE_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    delegate_id: str
    public_key: str
    content: bytes
    signature: bytes
    volume: int
    def __init__(self, delegate_id: _Optional[str] = ..., public_key: _Optional[str] = ..., content: _Optional[bytes] = ..., signature: _Optional[bytes] = ..., volume: _Optional[int] = ...) -> None: ...

class Opening(_message.Message):
    __slots__ = ("choice", "nonce", "commitment")
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    choice: str
    nonce: str
    commitment: str
    def __init__(self, choice: _Optional[str] = ..., nonce: _Optional[str] = ..., commitment: _Optional[str] = ...) -> None: ...

class GetCountResponse(_message.Message):
    __slots__ = ("round", "kind", "proposal", "proposal_digest", "method", "count_json", "urn_digest", "ballots", "openings")
    ROUND_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_DIGEST_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    COUNT_JSON_FIELD_NUMBER: _ClassVar[int]
    URN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    BALLOTS_FIELD_NUMBER: _ClassVar[int]
    OPENINGS_FIELD_NUMBER: _ClassVar[int]
    round: int
    kind: str
    proposal: int
    proposal_digest: str
    method: str
    count_json: str
    urn_digest: str
    ballots: _containers.RepeatedCompositeFieldContainer[CountedBallot]
    openings: _containers.RepeatedCompositeFieldContainer[Opening]
    def __init__(self, round: _Optional[int] = ..., kind: _Optional[str] = ..., proposal: _Optional[int] = ..., proposal_digest: _Optional[str] = ..., method: _Optional[str] = ..., count_json: _Optional[str] = ..., urn_digest: _Optional[str] = ..., ballots: _Optional[_Iterable[_Union[CountedBallot, _Mapping]]] = ..., openings: _Optional[_Iterable[_Union[Opening, _Mapping]]] = ...) -> None: ...

class GetPackageRequest(_message.Message):
    __slots__ = ("topic_id",)
    TOPIC_ID_FIELD_NUMBER: _ClassVar[int]
    topic_id: str
    def __init__(self, topic_id: _Optional[str] = ...) -> None: ...

class GetPackageResponse(_message.Message):
    __slots__ = ("content", "amendment")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    AMENDMENT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    amendment: str
    def __init__(self, content: _Optional[bytes] = ..., amendment: _Optional[str] = ...) -> None: ...
