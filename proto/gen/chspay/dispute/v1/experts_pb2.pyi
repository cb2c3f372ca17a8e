import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Employment(_message.Message):
    __slots__ = ("institution", "since", "until")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    institution: str
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, institution: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class Tie(_message.Message):
    __slots__ = ("kind", "target", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    target: str
    note: str
    def __init__(self, kind: _Optional[str] = ..., target: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class Expert(_message.Message):
    __slots__ = ("expert_id", "pool", "region_code", "name", "title", "institution", "level", "roles", "specialties", "communities", "term_since", "term_until", "trained_until", "standing", "barred", "public_key", "employments", "ties", "recent", "open")
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SPECIALTIES_FIELD_NUMBER: _ClassVar[int]
    COMMUNITIES_FIELD_NUMBER: _ClassVar[int]
    TERM_SINCE_FIELD_NUMBER: _ClassVar[int]
    TERM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    TRAINED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    BARRED_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    EMPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    TIES_FIELD_NUMBER: _ClassVar[int]
    RECENT_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    expert_id: str
    pool: str
    region_code: str
    name: str
    title: str
    institution: str
    level: int
    roles: _containers.RepeatedScalarFieldContainer[str]
    specialties: _containers.RepeatedScalarFieldContainer[str]
    communities: _containers.RepeatedScalarFieldContainer[str]
    term_since: _date_pb2.Date
    term_until: _date_pb2.Date
    trained_until: _date_pb2.Date
    standing: str
    barred: str
    public_key: str
    employments: _containers.RepeatedCompositeFieldContainer[Employment]
    ties: _containers.RepeatedCompositeFieldContainer[Tie]
    recent: int
    open: int
    def __init__(self, expert_id: _Optional[str] = ..., pool: _Optional[str] = ..., region_code: _Optional[str] = ..., name: _Optional[str] = ..., title: _Optional[str] = ..., institution: _Optional[str] = ..., level: _Optional[int] = ..., roles: _Optional[_Iterable[str]] = ..., specialties: _Optional[_Iterable[str]] = ..., communities: _Optional[_Iterable[str]] = ..., term_since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., term_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., trained_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., standing: _Optional[str] = ..., barred: _Optional[str] = ..., public_key: _Optional[str] = ..., employments: _Optional[_Iterable[_Union[Employment, _Mapping]]] = ..., ties: _Optional[_Iterable[_Union[Tie, _Mapping]]] = ..., recent: _Optional[int] = ..., open: _Optional[int] = ...) -> None: ...

class RecommendExpertRequest(_message.Message):
    __slots__ = ("request_id", "expert")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    expert: Expert
    def __init__(self, request_id: _Optional[str] = ..., expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class RecommendExpertResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class SetStandingRequest(_message.Message):
    __slots__ = ("request_id", "expert_id", "event", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    expert_id: str
    event: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., expert_id: _Optional[str] = ..., event: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SetStandingResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class AddEmploymentRequest(_message.Message):
    __slots__ = ("request_id", "expert_id", "employment")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    EMPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    expert_id: str
    employment: Employment
    def __init__(self, request_id: _Optional[str] = ..., expert_id: _Optional[str] = ..., employment: _Optional[_Union[Employment, _Mapping]] = ...) -> None: ...

class AddEmploymentResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class DeclareTieRequest(_message.Message):
    __slots__ = ("request_id", "expert_id", "tie")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    TIE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    expert_id: str
    tie: Tie
    def __init__(self, request_id: _Optional[str] = ..., expert_id: _Optional[str] = ..., tie: _Optional[_Union[Tie, _Mapping]] = ...) -> None: ...

class DeclareTieResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class RenewExpertRequest(_message.Message):
    __slots__ = ("request_id", "expert_id", "term_until", "trained_until", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    TERM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    TRAINED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    expert_id: str
    term_until: _date_pb2.Date
    trained_until: _date_pb2.Date
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., expert_id: _Optional[str] = ..., term_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., trained_until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class RenewExpertResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class RegisterKeyRequest(_message.Message):
    __slots__ = ("request_id", "public_key", "proof")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    public_key: str
    proof: str
    def __init__(self, request_id: _Optional[str] = ..., public_key: _Optional[str] = ..., proof: _Optional[str] = ...) -> None: ...

class RegisterKeyResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class GetExpertRequest(_message.Message):
    __slots__ = ("expert_id",)
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    expert_id: str
    def __init__(self, expert_id: _Optional[str] = ...) -> None: ...

class GetExpertResponse(_message.Message):
    __slots__ = ("expert",)
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    expert: Expert
    def __init__(self, expert: _Optional[_Union[Expert, _Mapping]] = ...) -> None: ...

class ListExpertsRequest(_message.Message):
    __slots__ = ("pool", "standing", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    standing: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., standing: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExpertsResponse(_message.Message):
    __slots__ = ("experts", "next_page_token")
    EXPERTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experts: _containers.RepeatedCompositeFieldContainer[Expert]
    next_page_token: str
    def __init__(self, experts: _Optional[_Iterable[_Union[Expert, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WaitingCase(_message.Message):
    __slots__ = ("case_no", "pool", "stage", "due", "mdc")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    MDC_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    pool: str
    stage: str
    due: _date_pb2.Date
    mdc: str
    def __init__(self, case_no: _Optional[str] = ..., pool: _Optional[str] = ..., stage: _Optional[str] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., mdc: _Optional[str] = ...) -> None: ...

class ListWaitingRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class ListWaitingResponse(_message.Message):
    __slots__ = ("cases",)
    CASES_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[WaitingCase]
    def __init__(self, cases: _Optional[_Iterable[_Union[WaitingCase, _Mapping]]] = ...) -> None: ...

class MarkDesensitisedRequest(_message.Message):
    __slots__ = ("request_id", "case_no", "attachment_id", "digest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case_no: str
    attachment_id: str
    digest: str
    def __init__(self, request_id: _Optional[str] = ..., case_no: _Optional[str] = ..., attachment_id: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class MarkDesensitisedResponse(_message.Message):
    __slots__ = ("attachment_id",)
    ATTACHMENT_ID_FIELD_NUMBER: _ClassVar[int]
    attachment_id: str
    def __init__(self, attachment_id: _Optional[str] = ...) -> None: ...

class PanelBatch(_message.Message):
    __slots__ = ("batch_id", "pool", "state", "commitment", "beacon_source", "beacon_at", "beacon", "batch_digest", "seed", "panel_ids", "opened_at", "closed_at", "drawn_at")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    BEACON_SOURCE_FIELD_NUMBER: _ClassVar[int]
    BEACON_AT_FIELD_NUMBER: _ClassVar[int]
    BEACON_FIELD_NUMBER: _ClassVar[int]
    BATCH_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    PANEL_IDS_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    DRAWN_AT_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    pool: str
    state: str
    commitment: str
    beacon_source: str
    beacon_at: _timestamp_pb2.Timestamp
    beacon: str
    batch_digest: str
    seed: str
    panel_ids: _containers.RepeatedScalarFieldContainer[str]
    opened_at: _timestamp_pb2.Timestamp
    closed_at: _timestamp_pb2.Timestamp
    drawn_at: _timestamp_pb2.Timestamp
    def __init__(self, batch_id: _Optional[str] = ..., pool: _Optional[str] = ..., state: _Optional[str] = ..., commitment: _Optional[str] = ..., beacon_source: _Optional[str] = ..., beacon_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., beacon: _Optional[str] = ..., batch_digest: _Optional[str] = ..., seed: _Optional[str] = ..., panel_ids: _Optional[_Iterable[str]] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., drawn_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenBatchRequest(_message.Message):
    __slots__ = ("request_id", "pool", "commitment", "beacon_source", "beacon_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    BEACON_SOURCE_FIELD_NUMBER: _ClassVar[int]
    BEACON_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    commitment: str
    beacon_source: str
    beacon_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., commitment: _Optional[str] = ..., beacon_source: _Optional[str] = ..., beacon_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: PanelBatch
    def __init__(self, batch: _Optional[_Union[PanelBatch, _Mapping]] = ...) -> None: ...

class CloseBatchRequest(_message.Message):
    __slots__ = ("request_id", "batch_id", "case_nos")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NOS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    case_nos: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., case_nos: _Optional[_Iterable[str]] = ...) -> None: ...

class CloseBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: PanelBatch
    def __init__(self, batch: _Optional[_Union[PanelBatch, _Mapping]] = ...) -> None: ...

class DrawBatchRequest(_message.Message):
    __slots__ = ("request_id", "batch_id", "secret", "beacon")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    BEACON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    secret: str
    beacon: str
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., secret: _Optional[str] = ..., beacon: _Optional[str] = ...) -> None: ...

class DrawBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: PanelBatch
    def __init__(self, batch: _Optional[_Union[PanelBatch, _Mapping]] = ...) -> None: ...

class GetBatchRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class GetBatchResponse(_message.Message):
    __slots__ = ("batch", "entry_nos")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NOS_FIELD_NUMBER: _ClassVar[int]
    batch: PanelBatch
    entry_nos: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, batch: _Optional[_Union[PanelBatch, _Mapping]] = ..., entry_nos: _Optional[_Iterable[str]] = ...) -> None: ...

class ListBatchesRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBatchesResponse(_message.Message):
    __slots__ = ("batches", "next_page_token")
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[PanelBatch]
    next_page_token: str
    def __init__(self, batches: _Optional[_Iterable[_Union[PanelBatch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExplainListRequest(_message.Message):
    __slots__ = ("panel_id",)
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    def __init__(self, panel_id: _Optional[str] = ...) -> None: ...

class KeptOut(_message.Message):
    __slots__ = ("expert_id", "rule", "label", "found")
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    expert_id: str
    rule: str
    label: str
    found: str
    def __init__(self, expert_id: _Optional[str] = ..., rule: _Optional[str] = ..., label: _Optional[str] = ..., found: _Optional[str] = ...) -> None: ...

class ExplainListResponse(_message.Message):
    __slots__ = ("eligible", "kept_out")
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    KEPT_OUT_FIELD_NUMBER: _ClassVar[int]
    eligible: int
    kept_out: _containers.RepeatedCompositeFieldContainer[KeptOut]
    def __init__(self, eligible: _Optional[int] = ..., kept_out: _Optional[_Iterable[_Union[KeptOut, _Mapping]]] = ...) -> None: ...

class VerifyBatchRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class DrawFinding(_message.Message):
    __slots__ = ("code", "panel_id", "text")
    CODE_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    code: str
    panel_id: str
    text: str
    def __init__(self, code: _Optional[str] = ..., panel_id: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class VerifyBatchResponse(_message.Message):
    __slots__ = ("step", "panel_ids", "findings", "inner_findings")
    STEP_FIELD_NUMBER: _ClassVar[int]
    PANEL_IDS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    INNER_FINDINGS_FIELD_NUMBER: _ClassVar[int]
    step: str
    panel_ids: _containers.RepeatedScalarFieldContainer[str]
    findings: _containers.RepeatedCompositeFieldContainer[DrawFinding]
    inner_findings: _containers.RepeatedCompositeFieldContainer[DrawFinding]
    def __init__(self, step: _Optional[str] = ..., panel_ids: _Optional[_Iterable[str]] = ..., findings: _Optional[_Iterable[_Union[DrawFinding, _Mapping]]] = ..., inner_findings: _Optional[_Iterable[_Union[DrawFinding, _Mapping]]] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("panel_id", "seat_state", "panel_state", "stage", "seat", "due", "sheet_in", "voted")
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    PANEL_STATE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    SHEET_IN_FIELD_NUMBER: _ClassVar[int]
    VOTED_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    seat_state: str
    panel_state: str
    stage: str
    seat: str
    due: _date_pb2.Date
    sheet_in: bool
    voted: bool
    def __init__(self, panel_id: _Optional[str] = ..., seat_state: _Optional[str] = ..., panel_state: _Optional[str] = ..., stage: _Optional[str] = ..., seat: _Optional[str] = ..., due: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., sheet_in: _Optional[bool] = ..., voted: _Optional[bool] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ("open",)
    OPEN_FIELD_NUMBER: _ClassVar[int]
    open: bool
    def __init__(self, open: _Optional[bool] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews",)
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    def __init__(self, reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ...) -> None: ...

class GetReviewRequest(_message.Message):
    __slots__ = ("panel_id",)
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    def __init__(self, panel_id: _Optional[str] = ...) -> None: ...

class PackFact(_message.Message):
    __slots__ = ("name", "label", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: str
    value: str
    def __init__(self, name: _Optional[str] = ..., label: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class PackFile(_message.Message):
    __slots__ = ("file_id", "kind", "media_type", "size", "digest")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    file_id: str
    kind: str
    media_type: str
    size: int
    digest: str
    def __init__(self, file_id: _Optional[str] = ..., kind: _Optional[str] = ..., media_type: _Optional[str] = ..., size: _Optional[int] = ..., digest: _Optional[str] = ...) -> None: ...

class Pack(_message.Message):
    __slots__ = ("facts", "diagnoses", "procedures", "dispute", "files", "digest")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[PackFact]
    diagnoses: _containers.RepeatedScalarFieldContainer[str]
    procedures: _containers.RepeatedScalarFieldContainer[str]
    dispute: str
    files: _containers.RepeatedCompositeFieldContainer[PackFile]
    digest: str
    def __init__(self, facts: _Optional[_Iterable[_Union[PackFact, _Mapping]]] = ..., diagnoses: _Optional[_Iterable[str]] = ..., procedures: _Optional[_Iterable[str]] = ..., dispute: _Optional[str] = ..., files: _Optional[_Iterable[_Union[PackFile, _Mapping]]] = ..., digest: _Optional[str] = ...) -> None: ...

class AvoidableItem(_message.Message):
    __slots__ = ("item", "amount_fen", "reason")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    item: str
    amount_fen: int
    reason: str
    def __init__(self, item: _Optional[str] = ..., amount_fen: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class Sheet(_message.Message):
    __slots__ = ("necessity", "reasonableness", "complexity", "coding", "conclusion", "confidence", "reason", "avoidable")
    NECESSITY_FIELD_NUMBER: _ClassVar[int]
    REASONABLENESS_FIELD_NUMBER: _ClassVar[int]
    COMPLEXITY_FIELD_NUMBER: _ClassVar[int]
    CODING_FIELD_NUMBER: _ClassVar[int]
    CONCLUSION_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AVOIDABLE_FIELD_NUMBER: _ClassVar[int]
    necessity: int
    reasonableness: int
    complexity: int
    coding: int
    conclusion: str
    confidence: int
    reason: str
    avoidable: _containers.RepeatedCompositeFieldContainer[AvoidableItem]
    def __init__(self, necessity: _Optional[int] = ..., reasonableness: _Optional[int] = ..., complexity: _Optional[int] = ..., coding: _Optional[int] = ..., conclusion: _Optional[str] = ..., confidence: _Optional[int] = ..., reason: _Optional[str] = ..., avoidable: _Optional[_Iterable[_Union[AvoidableItem, _Mapping]]] = ...) -> None: ...

class PanelOpinion(_message.Message):
    __slots__ = ("outcome", "reasons", "cites", "reason_code", "avoidable", "points_micro", "drg", "restored_fen", "digest")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CITES_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    AVOIDABLE_FIELD_NUMBER: _ClassVar[int]
    POINTS_MICRO_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FEN_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    reasons: str
    cites: _containers.RepeatedScalarFieldContainer[str]
    reason_code: str
    avoidable: _containers.RepeatedCompositeFieldContainer[AvoidableItem]
    points_micro: int
    drg: str
    restored_fen: int
    digest: str
    def __init__(self, outcome: _Optional[str] = ..., reasons: _Optional[str] = ..., cites: _Optional[_Iterable[str]] = ..., reason_code: _Optional[str] = ..., avoidable: _Optional[_Iterable[_Union[AvoidableItem, _Mapping]]] = ..., points_micro: _Optional[int] = ..., drg: _Optional[str] = ..., restored_fen: _Optional[int] = ..., digest: _Optional[str] = ...) -> None: ...

class OpenedSheet(_message.Message):
    __slots__ = ("token", "sheet", "digest")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHEET_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    token: str
    sheet: Sheet
    digest: str
    def __init__(self, token: _Optional[str] = ..., sheet: _Optional[_Union[Sheet, _Mapping]] = ..., digest: _Optional[str] = ...) -> None: ...

class GetReviewResponse(_message.Message):
    __slots__ = ("review", "pack", "own", "sheets", "opinion", "token")
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    SHEETS_FIELD_NUMBER: _ClassVar[int]
    OPINION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    review: Review
    pack: Pack
    own: Sheet
    sheets: _containers.RepeatedCompositeFieldContainer[OpenedSheet]
    opinion: PanelOpinion
    token: str
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ..., pack: _Optional[_Union[Pack, _Mapping]] = ..., own: _Optional[_Union[Sheet, _Mapping]] = ..., sheets: _Optional[_Iterable[_Union[OpenedSheet, _Mapping]]] = ..., opinion: _Optional[_Union[PanelOpinion, _Mapping]] = ..., token: _Optional[str] = ...) -> None: ...

class GetReviewFileRequest(_message.Message):
    __slots__ = ("panel_id", "file_id")
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    file_id: str
    def __init__(self, panel_id: _Optional[str] = ..., file_id: _Optional[str] = ...) -> None: ...

class GetReviewFileResponse(_message.Message):
    __slots__ = ("file", "content")
    FILE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    file: PackFile
    content: bytes
    def __init__(self, file: _Optional[_Union[PackFile, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class DeclareRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "no_conflict", "confidential")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    NO_CONFLICT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENTIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    no_conflict: bool
    confidential: bool
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., no_conflict: _Optional[bool] = ..., confidential: _Optional[bool] = ...) -> None: ...

class DeclareResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class RecuseRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RecuseResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class SubmitSheetRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "sheet")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    SHEET_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    sheet: Sheet
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., sheet: _Optional[_Union[Sheet, _Mapping]] = ...) -> None: ...

class SubmitSheetResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class ProposeOpinionRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "opinion")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    OPINION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    opinion: PanelOpinion
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., opinion: _Optional[_Union[PanelOpinion, _Mapping]] = ...) -> None: ...

class ProposeOpinionResponse(_message.Message):
    __slots__ = ("opinion",)
    OPINION_FIELD_NUMBER: _ClassVar[int]
    opinion: PanelOpinion
    def __init__(self, opinion: _Optional[_Union[PanelOpinion, _Mapping]] = ...) -> None: ...

class PrepareVoteRequest(_message.Message):
    __slots__ = ("panel_id", "vote")
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    VOTE_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    vote: str
    def __init__(self, panel_id: _Optional[str] = ..., vote: _Optional[str] = ...) -> None: ...

class PrepareVoteResponse(_message.Message):
    __slots__ = ("digest", "signature_needed")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_NEEDED_FIELD_NUMBER: _ClassVar[int]
    digest: str
    signature_needed: bool
    def __init__(self, digest: _Optional[str] = ..., signature_needed: _Optional[bool] = ...) -> None: ...

class VoteOnPanelRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "vote", "digest", "signature")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    VOTE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    vote: str
    digest: str
    signature: str
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., vote: _Optional[str] = ..., digest: _Optional[str] = ..., signature: _Optional[str] = ...) -> None: ...

class VoteOnPanelResponse(_message.Message):
    __slots__ = ("review", "panel")
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    PANEL_FIELD_NUMBER: _ClassVar[int]
    review: Review
    panel: Panel
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ..., panel: _Optional[_Union[Panel, _Mapping]] = ...) -> None: ...

class SeatPanelRequest(_message.Message):
    __slots__ = ("request_id", "panel_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ...) -> None: ...

class SeatPanelResponse(_message.Message):
    __slots__ = ("panel",)
    PANEL_FIELD_NUMBER: _ClassVar[int]
    panel: Panel
    def __init__(self, panel: _Optional[_Union[Panel, _Mapping]] = ...) -> None: ...

class ReplaceMemberRequest(_message.Message):
    __slots__ = ("request_id", "panel_id", "token", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    token: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ..., token: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReplaceMemberResponse(_message.Message):
    __slots__ = ("panel",)
    PANEL_FIELD_NUMBER: _ClassVar[int]
    panel: Panel
    def __init__(self, panel: _Optional[_Union[Panel, _Mapping]] = ...) -> None: ...

class AdoptPanelRequest(_message.Message):
    __slots__ = ("request_id", "panel_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    panel_id: str
    def __init__(self, request_id: _Optional[str] = ..., panel_id: _Optional[str] = ...) -> None: ...

class AdoptPanelResponse(_message.Message):
    __slots__ = ("panel",)
    PANEL_FIELD_NUMBER: _ClassVar[int]
    panel: Panel
    def __init__(self, panel: _Optional[_Union[Panel, _Mapping]] = ...) -> None: ...

class PanelSeat(_message.Message):
    __slots__ = ("seat", "token", "state", "sheet_in", "voted", "expert_id")
    SEAT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SHEET_IN_FIELD_NUMBER: _ClassVar[int]
    VOTED_FIELD_NUMBER: _ClassVar[int]
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    seat: str
    token: str
    state: str
    sheet_in: bool
    voted: bool
    expert_id: str
    def __init__(self, seat: _Optional[str] = ..., token: _Optional[str] = ..., state: _Optional[str] = ..., sheet_in: _Optional[bool] = ..., voted: _Optional[bool] = ..., expert_id: _Optional[str] = ...) -> None: ...

class Panel(_message.Message):
    __slots__ = ("panel_id", "batch_id", "case_no", "stage", "pool", "state", "seats", "joined", "outcome", "passed", "yes", "no", "abstain", "opinion", "evidence", "spread")
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    YES_FIELD_NUMBER: _ClassVar[int]
    NO_FIELD_NUMBER: _ClassVar[int]
    ABSTAIN_FIELD_NUMBER: _ClassVar[int]
    OPINION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    batch_id: str
    case_no: str
    stage: str
    pool: str
    state: str
    seats: _containers.RepeatedCompositeFieldContainer[PanelSeat]
    joined: bool
    outcome: str
    passed: bool
    yes: int
    no: int
    abstain: int
    opinion: PanelOpinion
    evidence: str
    spread: str
    def __init__(self, panel_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., case_no: _Optional[str] = ..., stage: _Optional[str] = ..., pool: _Optional[str] = ..., state: _Optional[str] = ..., seats: _Optional[_Iterable[_Union[PanelSeat, _Mapping]]] = ..., joined: _Optional[bool] = ..., outcome: _Optional[str] = ..., passed: _Optional[bool] = ..., yes: _Optional[int] = ..., no: _Optional[int] = ..., abstain: _Optional[int] = ..., opinion: _Optional[_Union[PanelOpinion, _Mapping]] = ..., evidence: _Optional[str] = ..., spread: _Optional[str] = ...) -> None: ...

class GetPanelRequest(_message.Message):
    __slots__ = ("panel_id",)
    PANEL_ID_FIELD_NUMBER: _ClassVar[int]
    panel_id: str
    def __init__(self, panel_id: _Optional[str] = ...) -> None: ...

class GetPanelResponse(_message.Message):
    __slots__ = ("panel",)
    PANEL_FIELD_NUMBER: _ClassVar[int]
    panel: Panel
    def __init__(self, panel: _Optional[_Union[Panel, _Mapping]] = ...) -> None: ...

class ListPanelsRequest(_message.Message):
    __slots__ = ("pool", "case_no", "open", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    case_no: str
    open: bool
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., case_no: _Optional[str] = ..., open: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPanelsResponse(_message.Message):
    __slots__ = ("panels", "next_page_token")
    PANELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    panels: _containers.RepeatedCompositeFieldContainer[Panel]
    next_page_token: str
    def __init__(self, panels: _Optional[_Iterable[_Union[Panel, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListQualityRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class QualityMeasure(_message.Message):
    __slots__ = ("times", "of")
    TIMES_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    times: int
    of: int
    def __init__(self, times: _Optional[int] = ..., of: _Optional[int] = ...) -> None: ...

class ExpertQuality(_message.Message):
    __slots__ = ("expert_id", "overturned", "late", "disagreeing", "broken")
    EXPERT_ID_FIELD_NUMBER: _ClassVar[int]
    OVERTURNED_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    DISAGREEING_FIELD_NUMBER: _ClassVar[int]
    BROKEN_FIELD_NUMBER: _ClassVar[int]
    expert_id: str
    overturned: QualityMeasure
    late: QualityMeasure
    disagreeing: QualityMeasure
    broken: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, expert_id: _Optional[str] = ..., overturned: _Optional[_Union[QualityMeasure, _Mapping]] = ..., late: _Optional[_Union[QualityMeasure, _Mapping]] = ..., disagreeing: _Optional[_Union[QualityMeasure, _Mapping]] = ..., broken: _Optional[_Iterable[str]] = ...) -> None: ...

class ListQualityResponse(_message.Message):
    __slots__ = ("experts",)
    EXPERTS_FIELD_NUMBER: _ClassVar[int]
    experts: _containers.RepeatedCompositeFieldContainer[ExpertQuality]
    def __init__(self, experts: _Optional[_Iterable[_Union[ExpertQuality, _Mapping]]] = ...) -> None: ...

class FrameRecord(_message.Message):
    __slots__ = ("hospital_code", "case_id")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    case_id: str
    def __init__(self, hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class ReviewRound(_message.Message):
    __slots__ = ("round_id", "pool", "title", "state", "commitment", "beacon_source", "beacon_at", "beacon", "per_hospital", "frame_digest", "frame", "drawn", "settled")
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    BEACON_SOURCE_FIELD_NUMBER: _ClassVar[int]
    BEACON_AT_FIELD_NUMBER: _ClassVar[int]
    BEACON_FIELD_NUMBER: _ClassVar[int]
    PER_HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    FRAME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    round_id: str
    pool: str
    title: str
    state: str
    commitment: str
    beacon_source: str
    beacon_at: _timestamp_pb2.Timestamp
    beacon: str
    per_hospital: int
    frame_digest: str
    frame: int
    drawn: int
    settled: int
    def __init__(self, round_id: _Optional[str] = ..., pool: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[str] = ..., commitment: _Optional[str] = ..., beacon_source: _Optional[str] = ..., beacon_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., beacon: _Optional[str] = ..., per_hospital: _Optional[int] = ..., frame_digest: _Optional[str] = ..., frame: _Optional[int] = ..., drawn: _Optional[int] = ..., settled: _Optional[int] = ...) -> None: ...

class OpenReviewRoundRequest(_message.Message):
    __slots__ = ("request_id", "pool", "title", "commitment", "beacon_source", "beacon_at", "per_hospital")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    BEACON_SOURCE_FIELD_NUMBER: _ClassVar[int]
    BEACON_AT_FIELD_NUMBER: _ClassVar[int]
    PER_HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    title: str
    commitment: str
    beacon_source: str
    beacon_at: _timestamp_pb2.Timestamp
    per_hospital: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., title: _Optional[str] = ..., commitment: _Optional[str] = ..., beacon_source: _Optional[str] = ..., beacon_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., per_hospital: _Optional[int] = ...) -> None: ...

class OpenReviewRoundResponse(_message.Message):
    __slots__ = ("round",)
    ROUND_FIELD_NUMBER: _ClassVar[int]
    round: ReviewRound
    def __init__(self, round: _Optional[_Union[ReviewRound, _Mapping]] = ...) -> None: ...

class CloseReviewRoundRequest(_message.Message):
    __slots__ = ("request_id", "round_id", "frame")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    round_id: str
    frame: _containers.RepeatedCompositeFieldContainer[FrameRecord]
    def __init__(self, request_id: _Optional[str] = ..., round_id: _Optional[str] = ..., frame: _Optional[_Iterable[_Union[FrameRecord, _Mapping]]] = ...) -> None: ...

class CloseReviewRoundResponse(_message.Message):
    __slots__ = ("round",)
    ROUND_FIELD_NUMBER: _ClassVar[int]
    round: ReviewRound
    def __init__(self, round: _Optional[_Union[ReviewRound, _Mapping]] = ...) -> None: ...

class DrawReviewRoundRequest(_message.Message):
    __slots__ = ("request_id", "round_id", "secret", "beacon")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    BEACON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    round_id: str
    secret: str
    beacon: str
    def __init__(self, request_id: _Optional[str] = ..., round_id: _Optional[str] = ..., secret: _Optional[str] = ..., beacon: _Optional[str] = ...) -> None: ...

class DrawReviewRoundResponse(_message.Message):
    __slots__ = ("round",)
    ROUND_FIELD_NUMBER: _ClassVar[int]
    round: ReviewRound
    def __init__(self, round: _Optional[_Union[ReviewRound, _Mapping]] = ...) -> None: ...

class CrossReview(_message.Message):
    __slots__ = ("round_id", "record_id", "pack", "conclusion", "reason")
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    CONCLUSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    round_id: str
    record_id: str
    pack: Pack
    conclusion: str
    reason: str
    def __init__(self, round_id: _Optional[str] = ..., record_id: _Optional[str] = ..., pack: _Optional[_Union[Pack, _Mapping]] = ..., conclusion: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ListCrossReviewsRequest(_message.Message):
    __slots__ = ("open",)
    OPEN_FIELD_NUMBER: _ClassVar[int]
    open: bool
    def __init__(self, open: _Optional[bool] = ...) -> None: ...

class ListCrossReviewsResponse(_message.Message):
    __slots__ = ("reviews",)
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[CrossReview]
    def __init__(self, reviews: _Optional[_Iterable[_Union[CrossReview, _Mapping]]] = ...) -> None: ...

class SubmitCrossReviewRequest(_message.Message):
    __slots__ = ("request_id", "round_id", "record_id", "conclusion", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CONCLUSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    round_id: str
    record_id: str
    conclusion: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., round_id: _Optional[str] = ..., record_id: _Optional[str] = ..., conclusion: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SubmitCrossReviewResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: CrossReview
    def __init__(self, review: _Optional[_Union[CrossReview, _Mapping]] = ...) -> None: ...

class ConclusionCount(_message.Message):
    __slots__ = ("conclusion", "records")
    CONCLUSION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    conclusion: str
    records: int
    def __init__(self, conclusion: _Optional[str] = ..., records: _Optional[int] = ...) -> None: ...

class HospitalResult(_message.Message):
    __slots__ = ("hospital_code", "records", "conclusions")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    CONCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    records: int
    conclusions: _containers.RepeatedCompositeFieldContainer[ConclusionCount]
    def __init__(self, hospital_code: _Optional[str] = ..., records: _Optional[int] = ..., conclusions: _Optional[_Iterable[_Union[ConclusionCount, _Mapping]]] = ...) -> None: ...

class GetReviewRoundRequest(_message.Message):
    __slots__ = ("round_id",)
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    round_id: str
    def __init__(self, round_id: _Optional[str] = ...) -> None: ...

class GetReviewRoundResponse(_message.Message):
    __slots__ = ("round", "results")
    ROUND_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    round: ReviewRound
    results: _containers.RepeatedCompositeFieldContainer[HospitalResult]
    def __init__(self, round: _Optional[_Union[ReviewRound, _Mapping]] = ..., results: _Optional[_Iterable[_Union[HospitalResult, _Mapping]]] = ...) -> None: ...

class ListReviewRoundsRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class ListReviewRoundsResponse(_message.Message):
    __slots__ = ("rounds",)
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    rounds: _containers.RepeatedCompositeFieldContainer[ReviewRound]
    def __init__(self, rounds: _Optional[_Iterable[_Union[ReviewRound, _Mapping]]] = ...) -> None: ...
