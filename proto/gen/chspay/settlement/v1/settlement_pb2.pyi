from chspay.common.v1 import case_pb2 as _case_pb2
from google.rpc import status_pb2 as _status_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RunState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUN_STATE_UNSPECIFIED: _ClassVar[RunState]
    RUN_STATE_PENDING: _ClassVar[RunState]
    RUN_STATE_RUNNING: _ClassVar[RunState]
    RUN_STATE_DONE: _ClassVar[RunState]
    RUN_STATE_FAILED: _ClassVar[RunState]
    RUN_STATE_DISCARDED: _ClassVar[RunState]
RUN_STATE_UNSPECIFIED: RunState
RUN_STATE_PENDING: RunState
RUN_STATE_RUNNING: RunState
RUN_STATE_DONE: RunState
RUN_STATE_FAILED: RunState
RUN_STATE_DISCARDED: RunState

class Identity(_message.Message):
    __slots__ = ("person_no", "name", "certificate_type", "certificate_no")
    PERSON_NO_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_TYPE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_NO_FIELD_NUMBER: _ClassVar[int]
    person_no: str
    name: str
    certificate_type: str
    certificate_no: str
    def __init__(self, person_no: _Optional[str] = ..., name: _Optional[str] = ..., certificate_type: _Optional[str] = ..., certificate_no: _Optional[str] = ...) -> None: ...

class SubmitListRequest(_message.Message):
    __slots__ = ("request_id", "case", "identity", "source", "channel")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    case: _case_pb2.Case
    identity: Identity
    source: bytes
    channel: str
    def __init__(self, request_id: _Optional[str] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ..., identity: _Optional[_Union[Identity, _Mapping]] = ..., source: _Optional[bytes] = ..., channel: _Optional[str] = ...) -> None: ...

class SubmitListResponse(_message.Message):
    __slots__ = ("list_id", "version", "group", "superseded", "settle_period", "mark")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    SETTLE_PERIOD_FIELD_NUMBER: _ClassVar[int]
    MARK_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    group: _case_pb2.GroupAnswer
    superseded: bool
    settle_period: str
    mark: str
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., group: _Optional[_Union[_case_pb2.GroupAnswer, _Mapping]] = ..., superseded: _Optional[bool] = ..., settle_period: _Optional[str] = ..., mark: _Optional[str] = ...) -> None: ...

class SubmitListsRequest(_message.Message):
    __slots__ = ("lists",)
    LISTS_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[SubmitListRequest]
    def __init__(self, lists: _Optional[_Iterable[_Union[SubmitListRequest, _Mapping]]] = ...) -> None: ...

class SubmitListOutcome(_message.Message):
    __slots__ = ("accepted", "refused")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    accepted: SubmitListResponse
    refused: _status_pb2.Status
    def __init__(self, accepted: _Optional[_Union[SubmitListResponse, _Mapping]] = ..., refused: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class SubmitListsResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[SubmitListOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[SubmitListOutcome, _Mapping]]] = ...) -> None: ...

class ImportListsRequest(_message.Message):
    __slots__ = ("request_id", "chunk_no", "cases")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CHUNK_NO_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    chunk_no: int
    cases: bytes
    def __init__(self, request_id: _Optional[str] = ..., chunk_no: _Optional[int] = ..., cases: _Optional[bytes] = ...) -> None: ...

class RowFault(_message.Message):
    __slots__ = ("row", "case_id", "reason", "field", "value", "message")
    ROW_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    row: int
    case_id: str
    reason: str
    field: str
    value: str
    message: str
    def __init__(self, row: _Optional[int] = ..., case_id: _Optional[str] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., value: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ImportListsResponse(_message.Message):
    __slots__ = ("chunk_no", "accepted", "superseded", "unchanged", "faults")
    CHUNK_NO_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    chunk_no: int
    accepted: int
    superseded: int
    unchanged: int
    faults: _containers.RepeatedCompositeFieldContainer[RowFault]
    def __init__(self, chunk_no: _Optional[int] = ..., accepted: _Optional[int] = ..., superseded: _Optional[int] = ..., unchanged: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[RowFault, _Mapping]]] = ...) -> None: ...

class SettlementList(_message.Message):
    __slots__ = ("list_id", "version", "case", "group", "channel", "received_at")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CASE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    version: int
    case: _case_pb2.Case
    group: _case_pb2.GroupAnswer
    channel: str
    received_at: str
    def __init__(self, list_id: _Optional[str] = ..., version: _Optional[int] = ..., case: _Optional[_Union[_case_pb2.Case, _Mapping]] = ..., group: _Optional[_Union[_case_pb2.GroupAnswer, _Mapping]] = ..., channel: _Optional[str] = ..., received_at: _Optional[str] = ...) -> None: ...

class GetListRequest(_message.Message):
    __slots__ = ("list_id", "hospital_code", "case_id", "version")
    LIST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    list_id: str
    hospital_code: str
    case_id: str
    version: int
    def __init__(self, list_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetListResponse(_message.Message):
    __slots__ = ("list",)
    LIST_FIELD_NUMBER: _ClassVar[int]
    list: SettlementList
    def __init__(self, list: _Optional[_Union[SettlementList, _Mapping]] = ...) -> None: ...

class ListListsRequest(_message.Message):
    __slots__ = ("hospital_code", "discharged_from", "discharged_to", "page_size", "page_token")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_FROM_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_TO_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    discharged_from: _date_pb2.Date
    discharged_to: _date_pb2.Date
    page_size: int
    page_token: str
    def __init__(self, hospital_code: _Optional[str] = ..., discharged_from: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., discharged_to: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListListsResponse(_message.Message):
    __slots__ = ("lists", "next_page_token")
    LISTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[SettlementList]
    next_page_token: str
    def __init__(self, lists: _Optional[_Iterable[_Union[SettlementList, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Hospital(_message.Message):
    __slots__ = ("hospital_code", "name", "region_code", "level", "since", "until", "area_code", "kind", "agreement", "community", "registry_version")
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    AREA_CODE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    REGISTRY_VERSION_FIELD_NUMBER: _ClassVar[int]
    hospital_code: str
    name: str
    region_code: str
    level: int
    since: _date_pb2.Date
    until: _date_pb2.Date
    area_code: str
    kind: str
    agreement: str
    community: str
    registry_version: int
    def __init__(self, hospital_code: _Optional[str] = ..., name: _Optional[str] = ..., region_code: _Optional[str] = ..., level: _Optional[int] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., area_code: _Optional[str] = ..., kind: _Optional[str] = ..., agreement: _Optional[str] = ..., community: _Optional[str] = ..., registry_version: _Optional[int] = ...) -> None: ...

class PutHospitalRequest(_message.Message):
    __slots__ = ("request_id", "hospital")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hospital: Hospital
    def __init__(self, request_id: _Optional[str] = ..., hospital: _Optional[_Union[Hospital, _Mapping]] = ...) -> None: ...

class PutHospitalResponse(_message.Message):
    __slots__ = ("hospital",)
    HOSPITAL_FIELD_NUMBER: _ClassVar[int]
    hospital: Hospital
    def __init__(self, hospital: _Optional[_Union[Hospital, _Mapping]] = ...) -> None: ...

class ListHospitalsRequest(_message.Message):
    __slots__ = ("region_code", "page_size", "page_token")
    REGION_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    region_code: str
    page_size: int
    page_token: str
    def __init__(self, region_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHospitalsResponse(_message.Message):
    __slots__ = ("hospitals", "next_page_token")
    HOSPITALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hospitals: _containers.RepeatedCompositeFieldContainer[Hospital]
    next_page_token: str
    def __init__(self, hospitals: _Optional[_Iterable[_Union[Hospital, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("run_id", "pool", "year", "month", "state", "stage", "done", "total", "policy_digest", "scheme_digest", "engine_version", "cases", "total_points", "fund_fen", "patient_fen", "point_value_numerator_fen", "point_value_denominator", "point_value_display", "failure_reason", "failure_message", "evidence", "statements_digest", "nature", "point_table_id", "held_lists", "refs", "others_fen")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ENGINE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_POINTS_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_NUMERATOR_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DISPLAY_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    STATEMENTS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    NATURE_FIELD_NUMBER: _ClassVar[int]
    POINT_TABLE_ID_FIELD_NUMBER: _ClassVar[int]
    HELD_LISTS_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    pool: str
    year: int
    month: int
    state: RunState
    stage: str
    done: int
    total: int
    policy_digest: str
    scheme_digest: str
    engine_version: str
    cases: int
    total_points: _decimal_pb2.Decimal
    fund_fen: int
    patient_fen: int
    point_value_numerator_fen: int
    point_value_denominator: _decimal_pb2.Decimal
    point_value_display: str
    failure_reason: str
    failure_message: str
    evidence: str
    statements_digest: str
    nature: str
    point_table_id: str
    held_lists: int
    refs: _containers.ScalarMap[str, str]
    others_fen: int
    def __init__(self, run_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ..., state: _Optional[_Union[RunState, str]] = ..., stage: _Optional[str] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., policy_digest: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., engine_version: _Optional[str] = ..., cases: _Optional[int] = ..., total_points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fund_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., point_value_numerator_fen: _Optional[int] = ..., point_value_denominator: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., point_value_display: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., evidence: _Optional[str] = ..., statements_digest: _Optional[str] = ..., nature: _Optional[str] = ..., point_table_id: _Optional[str] = ..., held_lists: _Optional[int] = ..., refs: _Optional[_Mapping[str, str]] = ..., others_fen: _Optional[int] = ...) -> None: ...

class StartMonthRunRequest(_message.Message):
    __slots__ = ("request_id", "pool", "year", "month")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool: str
    year: int
    month: int
    def __init__(self, request_id: _Optional[str] = ..., pool: _Optional[str] = ..., year: _Optional[int] = ..., month: _Optional[int] = ...) -> None: ...

class StartMonthRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class GetRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class GetRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class ListRunsRequest(_message.Message):
    __slots__ = ("pool", "page_size", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    page_size: int
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRunsResponse(_message.Message):
    __slots__ = ("runs", "next_page_token")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[Run]
    next_page_token: str
    def __init__(self, runs: _Optional[_Iterable[_Union[Run, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class WatchRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class Statement(_message.Message):
    __slots__ = ("run_id", "hospital_code", "hospital_name", "cases", "points", "fund_fen", "patient_fen", "total_fen", "cost_fen", "prepaid_fen", "retained_fen", "point_value_display", "evidence", "content", "digest", "deducted_fen", "difference_fen", "held_fen", "released_fen", "payable_fen", "refs", "other_fen")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_NAME_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PREPAID_FEN_FIELD_NUMBER: _ClassVar[int]
    RETAINED_FEN_FIELD_NUMBER: _ClassVar[int]
    POINT_VALUE_DISPLAY_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    DEDUCTED_FEN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FEN_FIELD_NUMBER: _ClassVar[int]
    HELD_FEN_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAYABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    OTHER_FEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    hospital_name: str
    cases: int
    points: _decimal_pb2.Decimal
    fund_fen: int
    patient_fen: int
    total_fen: int
    cost_fen: int
    prepaid_fen: int
    retained_fen: int
    point_value_display: str
    evidence: str
    content: bytes
    digest: str
    deducted_fen: int
    difference_fen: int
    held_fen: int
    released_fen: int
    payable_fen: int
    refs: _containers.ScalarMap[str, str]
    other_fen: int
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., hospital_name: _Optional[str] = ..., cases: _Optional[int] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., fund_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., total_fen: _Optional[int] = ..., cost_fen: _Optional[int] = ..., prepaid_fen: _Optional[int] = ..., retained_fen: _Optional[int] = ..., point_value_display: _Optional[str] = ..., evidence: _Optional[str] = ..., content: _Optional[bytes] = ..., digest: _Optional[str] = ..., deducted_fen: _Optional[int] = ..., difference_fen: _Optional[int] = ..., held_fen: _Optional[int] = ..., released_fen: _Optional[int] = ..., payable_fen: _Optional[int] = ..., refs: _Optional[_Mapping[str, str]] = ..., other_fen: _Optional[int] = ...) -> None: ...

class ListStatementsRequest(_message.Message):
    __slots__ = ("run_id", "page_size", "page_token")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    page_size: int
    page_token: str
    def __init__(self, run_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStatementsResponse(_message.Message):
    __slots__ = ("statements", "next_page_token")
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    statements: _containers.RepeatedCompositeFieldContainer[Statement]
    next_page_token: str
    def __init__(self, statements: _Optional[_Iterable[_Union[Statement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetStatementRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class GetStatementResponse(_message.Message):
    __slots__ = ("statement",)
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    statement: Statement
    def __init__(self, statement: _Optional[_Union[Statement, _Mapping]] = ...) -> None: ...

class RunCase(_message.Message):
    __slots__ = ("case_id", "hospital_code", "drg", "kind", "points", "cost_fen", "patient_fen", "fund_fen", "refs")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    DRG_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FEN_FIELD_NUMBER: _ClassVar[int]
    FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    hospital_code: str
    drg: str
    kind: str
    points: _decimal_pb2.Decimal
    cost_fen: int
    patient_fen: int
    fund_fen: int
    refs: _containers.ScalarMap[str, str]
    def __init__(self, case_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., drg: _Optional[str] = ..., kind: _Optional[str] = ..., points: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., cost_fen: _Optional[int] = ..., patient_fen: _Optional[int] = ..., fund_fen: _Optional[int] = ..., refs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ListRunCasesRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code", "page_size", "page_token")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    page_size: int
    page_token: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRunCasesResponse(_message.Message):
    __slots__ = ("cases", "next_page_token")
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[RunCase]
    next_page_token: str
    def __init__(self, cases: _Optional[_Iterable[_Union[RunCase, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExplainCaseRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code", "case_id")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    case_id: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class ExplainCaseResponse(_message.Message):
    __slots__ = ("case", "worksheet")
    CASE_FIELD_NUMBER: _ClassVar[int]
    WORKSHEET_FIELD_NUMBER: _ClassVar[int]
    case: RunCase
    worksheet: _case_pb2.Worksheet
    def __init__(self, case: _Optional[_Union[RunCase, _Mapping]] = ..., worksheet: _Optional[_Union[_case_pb2.Worksheet, _Mapping]] = ...) -> None: ...

class AccountBalance(_message.Message):
    __slots__ = ("account", "debit_fen", "credit_fen")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    DEBIT_FEN_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FEN_FIELD_NUMBER: _ClassVar[int]
    account: str
    debit_fen: int
    credit_fen: int
    def __init__(self, account: _Optional[str] = ..., debit_fen: _Optional[int] = ..., credit_fen: _Optional[int] = ...) -> None: ...

class GetTrialBalanceRequest(_message.Message):
    __slots__ = ("pool", "year")
    POOL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    pool: str
    year: int
    def __init__(self, pool: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class GetTrialBalanceResponse(_message.Message):
    __slots__ = ("accounts", "difference_fen")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FEN_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[AccountBalance]
    difference_fen: int
    def __init__(self, accounts: _Optional[_Iterable[_Union[AccountBalance, _Mapping]]] = ..., difference_fen: _Optional[int] = ...) -> None: ...
