from chspay.common.v1 import case_pb2 as _case_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GroupRunState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GROUP_RUN_STATE_UNSPECIFIED: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_UPLOADING: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_PENDING: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_RUNNING: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_DONE: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_FAILED: _ClassVar[GroupRunState]
    GROUP_RUN_STATE_CANCELLED: _ClassVar[GroupRunState]
GROUP_RUN_STATE_UNSPECIFIED: GroupRunState
GROUP_RUN_STATE_UPLOADING: GroupRunState
GROUP_RUN_STATE_PENDING: GroupRunState
GROUP_RUN_STATE_RUNNING: GroupRunState
GROUP_RUN_STATE_DONE: GroupRunState
GROUP_RUN_STATE_FAILED: GroupRunState
GROUP_RUN_STATE_CANCELLED: GroupRunState

class GroupRun(_message.Message):
    __slots__ = ("run_id", "scheme_id", "scheme_digest", "cases_of", "state", "cases", "done", "failure_reason", "failure_message", "statement_digest", "kind", "swept")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEME_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEME_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CASES_OF_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SWEPT_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    scheme_id: str
    scheme_digest: str
    cases_of: str
    state: GroupRunState
    cases: int
    done: int
    failure_reason: str
    failure_message: str
    statement_digest: str
    kind: str
    swept: bool
    def __init__(self, run_id: _Optional[str] = ..., scheme_id: _Optional[str] = ..., scheme_digest: _Optional[str] = ..., cases_of: _Optional[str] = ..., state: _Optional[_Union[GroupRunState, str]] = ..., cases: _Optional[int] = ..., done: _Optional[int] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., statement_digest: _Optional[str] = ..., kind: _Optional[str] = ..., swept: _Optional[bool] = ...) -> None: ...

class StartGroupRunRequest(_message.Message):
    __slots__ = ("request_id", "scheme", "cases_of", "kind", "levels")
    class LevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    CASES_OF_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    scheme: str
    cases_of: str
    kind: str
    levels: _containers.ScalarMap[str, int]
    def __init__(self, request_id: _Optional[str] = ..., scheme: _Optional[str] = ..., cases_of: _Optional[str] = ..., kind: _Optional[str] = ..., levels: _Optional[_Mapping[str, int]] = ...) -> None: ...

class StartGroupRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: GroupRun
    def __init__(self, run: _Optional[_Union[GroupRun, _Mapping]] = ...) -> None: ...

class PutGroupRunCasesRequest(_message.Message):
    __slots__ = ("request_id", "run_id", "part_no", "cases")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PART_NO_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_id: str
    part_no: int
    cases: bytes
    def __init__(self, request_id: _Optional[str] = ..., run_id: _Optional[str] = ..., part_no: _Optional[int] = ..., cases: _Optional[bytes] = ...) -> None: ...

class PutGroupRunCasesResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: int
    def __init__(self, rows: _Optional[int] = ...) -> None: ...

class CloseGroupRunCasesRequest(_message.Message):
    __slots__ = ("request_id", "run_id", "parts")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_id: str
    parts: int
    def __init__(self, request_id: _Optional[str] = ..., run_id: _Optional[str] = ..., parts: _Optional[int] = ...) -> None: ...

class CloseGroupRunCasesResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: GroupRun
    def __init__(self, run: _Optional[_Union[GroupRun, _Mapping]] = ...) -> None: ...

class CancelGroupRunRequest(_message.Message):
    __slots__ = ("request_id", "run_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    run_id: str
    def __init__(self, request_id: _Optional[str] = ..., run_id: _Optional[str] = ...) -> None: ...

class CancelGroupRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: GroupRun
    def __init__(self, run: _Optional[_Union[GroupRun, _Mapping]] = ...) -> None: ...

class GetGroupRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class GetGroupRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: GroupRun
    def __init__(self, run: _Optional[_Union[GroupRun, _Mapping]] = ...) -> None: ...

class ListGroupRunsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGroupRunsResponse(_message.Message):
    __slots__ = ("runs", "next_page_token")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[GroupRun]
    next_page_token: str
    def __init__(self, runs: _Optional[_Iterable[_Union[GroupRun, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchGroupRunRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class WatchGroupRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: GroupRun
    def __init__(self, run: _Optional[_Union[GroupRun, _Mapping]] = ...) -> None: ...

class ListGroupRunAnswersRequest(_message.Message):
    __slots__ = ("run_id", "page_size", "page_token")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    page_size: int
    page_token: str
    def __init__(self, run_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGroupRunAnswersResponse(_message.Message):
    __slots__ = ("answers", "next_page_token", "rows")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_case_pb2.GroupAnswer]
    next_page_token: str
    rows: _containers.RepeatedCompositeFieldContainer[RunAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_case_pb2.GroupAnswer, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[RunAnswer, _Mapping]]] = ...) -> None: ...

class RunAnswer(_message.Message):
    __slots__ = ("case_id", "columns")
    class ColumnsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    columns: _containers.ScalarMap[str, str]
    def __init__(self, case_id: _Optional[str] = ..., columns: _Optional[_Mapping[str, str]] = ...) -> None: ...

class DownloadGroupRunAnswersRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class DownloadGroupRunAnswersResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: bytes
    def __init__(self, answers: _Optional[bytes] = ...) -> None: ...

class GetGroupRunStatementRequest(_message.Message):
    __slots__ = ("run_id",)
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class GetGroupRunStatementResponse(_message.Message):
    __slots__ = ("content", "digest")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    digest: str
    def __init__(self, content: _Optional[bytes] = ..., digest: _Optional[str] = ...) -> None: ...

class CompareGroupRunsRequest(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class CompareGroupRunsResponse(_message.Message):
    __slots__ = ("cases", "moved", "moves")
    CASES_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    cases: int
    moved: int
    moves: _containers.RepeatedCompositeFieldContainer[GroupMove]
    def __init__(self, cases: _Optional[int] = ..., moved: _Optional[int] = ..., moves: _Optional[_Iterable[_Union[GroupMove, _Mapping]]] = ...) -> None: ...

class GroupMove(_message.Message):
    __slots__ = ("before", "after", "cases", "examples")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    cases: int
    examples: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ..., cases: _Optional[int] = ..., examples: _Optional[_Iterable[str]] = ...) -> None: ...
