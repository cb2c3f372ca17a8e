import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InstitutionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INSTITUTION_KIND_UNSPECIFIED: _ClassVar[InstitutionKind]
    INSTITUTION_KIND_HOSPITAL: _ClassVar[InstitutionKind]
    INSTITUTION_KIND_CLINIC: _ClassVar[InstitutionKind]
    INSTITUTION_KIND_PHARMACY: _ClassVar[InstitutionKind]

class AgreementState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGREEMENT_STATE_UNSPECIFIED: _ClassVar[AgreementState]
    AGREEMENT_STATE_ACTIVE: _ClassVar[AgreementState]
    AGREEMENT_STATE_SUSPENDED: _ClassVar[AgreementState]
    AGREEMENT_STATE_TERMINATED: _ClassVar[AgreementState]

class CommunityRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMUNITY_ROLE_UNSPECIFIED: _ClassVar[CommunityRole]
    COMMUNITY_ROLE_LEAD: _ClassVar[CommunityRole]
    COMMUNITY_ROLE_MEMBER: _ClassVar[CommunityRole]
INSTITUTION_KIND_UNSPECIFIED: InstitutionKind
INSTITUTION_KIND_HOSPITAL: InstitutionKind
INSTITUTION_KIND_CLINIC: InstitutionKind
INSTITUTION_KIND_PHARMACY: InstitutionKind
AGREEMENT_STATE_UNSPECIFIED: AgreementState
AGREEMENT_STATE_ACTIVE: AgreementState
AGREEMENT_STATE_SUSPENDED: AgreementState
AGREEMENT_STATE_TERMINATED: AgreementState
COMMUNITY_ROLE_UNSPECIFIED: CommunityRole
COMMUNITY_ROLE_LEAD: CommunityRole
COMMUNITY_ROLE_MEMBER: CommunityRole

class Institution(_message.Message):
    __slots__ = ("code", "name", "kind", "level", "pool", "area", "community", "community_role", "agreement", "since", "until")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_FIELD_NUMBER: _ClassVar[int]
    COMMUNITY_ROLE_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    kind: InstitutionKind
    level: int
    pool: str
    area: str
    community: str
    community_role: CommunityRole
    agreement: AgreementState
    since: _date_pb2.Date
    until: _date_pb2.Date
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[InstitutionKind, str]] = ..., level: _Optional[int] = ..., pool: _Optional[str] = ..., area: _Optional[str] = ..., community: _Optional[str] = ..., community_role: _Optional[_Union[CommunityRole, str]] = ..., agreement: _Optional[_Union[AgreementState, str]] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., until: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class PutInstitutionRequest(_message.Message):
    __slots__ = ("request_id", "institution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    institution: Institution
    def __init__(self, request_id: _Optional[str] = ..., institution: _Optional[_Union[Institution, _Mapping]] = ...) -> None: ...

class PutInstitutionResponse(_message.Message):
    __slots__ = ("institution",)
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    institution: Institution
    def __init__(self, institution: _Optional[_Union[Institution, _Mapping]] = ...) -> None: ...

class ImportInstitutionsRequest(_message.Message):
    __slots__ = ("request_id", "content")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    content: bytes
    def __init__(self, request_id: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("line", "field", "reason", "message")
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    line: int
    field: str
    reason: str
    message: str
    def __init__(self, line: _Optional[int] = ..., field: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ImportInstitutionsResponse(_message.Message):
    __slots__ = ("written", "unchanged", "errors")
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    written: int
    unchanged: int
    errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, written: _Optional[int] = ..., unchanged: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class ListInstitutionsRequest(_message.Message):
    __slots__ = ("place", "on", "kind", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    on: _date_pb2.Date
    kind: InstitutionKind
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., kind: _Optional[_Union[InstitutionKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInstitutionsResponse(_message.Message):
    __slots__ = ("institutions", "next_page_token")
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    institutions: _containers.RepeatedCompositeFieldContainer[Institution]
    next_page_token: str
    def __init__(self, institutions: _Optional[_Iterable[_Union[Institution, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListInstitutionChangesRequest(_message.Message):
    __slots__ = ("after", "page_size")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    after: int
    page_size: int
    def __init__(self, after: _Optional[int] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListInstitutionChangesResponse(_message.Message):
    __slots__ = ("institutions", "version", "more")
    INSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    institutions: _containers.RepeatedCompositeFieldContainer[Institution]
    version: int
    more: bool
    def __init__(self, institutions: _Optional[_Iterable[_Union[Institution, _Mapping]]] = ..., version: _Optional[int] = ..., more: _Optional[bool] = ...) -> None: ...

class GetInstitutionRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class RecordedInstitution(_message.Message):
    __slots__ = ("institution", "recorded_at", "recorded_by", "superseded_at")
    INSTITUTION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_AT_FIELD_NUMBER: _ClassVar[int]
    institution: Institution
    recorded_at: _timestamp_pb2.Timestamp
    recorded_by: str
    superseded_at: _timestamp_pb2.Timestamp
    def __init__(self, institution: _Optional[_Union[Institution, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_by: _Optional[str] = ..., superseded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetInstitutionResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[RecordedInstitution]
    def __init__(self, rows: _Optional[_Iterable[_Union[RecordedInstitution, _Mapping]]] = ...) -> None: ...
