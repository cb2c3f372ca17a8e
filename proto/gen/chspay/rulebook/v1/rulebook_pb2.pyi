import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ResolveBundleRequest(_message.Message):
    __slots__ = ("place", "on")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    place: str
    on: _date_pb2.Date
    def __init__(self, place: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class ResolveBundleResponse(_message.Message):
    __slots__ = ("digest", "content", "chain")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    digest: str
    content: bytes
    chain: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, digest: _Optional[str] = ..., content: _Optional[bytes] = ..., chain: _Optional[_Iterable[str]] = ...) -> None: ...

class GetBundleRequest(_message.Message):
    __slots__ = ("digest",)
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    digest: str
    def __init__(self, digest: _Optional[str] = ...) -> None: ...

class GetBundleResponse(_message.Message):
    __slots__ = ("digest", "content")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    digest: str
    content: bytes
    def __init__(self, digest: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class Rule(_message.Message):
    __slots__ = ("key", "label", "unit", "since", "value_json", "citation", "evidence", "place")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    unit: str
    since: _date_pb2.Date
    value_json: str
    citation: str
    evidence: str
    place: str
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., unit: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., value_json: _Optional[str] = ..., citation: _Optional[str] = ..., evidence: _Optional[str] = ..., place: _Optional[str] = ...) -> None: ...

class GetRuleRequest(_message.Message):
    __slots__ = ("place", "on", "key")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    place: str
    on: _date_pb2.Date
    key: str
    def __init__(self, place: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., key: _Optional[str] = ...) -> None: ...

class GetRuleResponse(_message.Message):
    __slots__ = ("rule", "bundle_digest")
    RULE_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    bundle_digest: str
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ..., bundle_digest: _Optional[str] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ("place", "on", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    on: _date_pb2.Date
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rules", "next_page_token")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    next_page_token: str
    def __init__(self, rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ("code", "name", "coverage")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    coverage: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., coverage: _Optional[str] = ...) -> None: ...

class ListPlacesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPlacesResponse(_message.Message):
    __slots__ = ("places", "next_page_token")
    PLACES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    places: _containers.RepeatedCompositeFieldContainer[Place]
    next_page_token: str
    def __init__(self, places: _Optional[_Iterable[_Union[Place, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SealedBundle(_message.Message):
    __slots__ = ("digest", "place", "sealed_at", "size")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SEALED_AT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    place: str
    sealed_at: _timestamp_pb2.Timestamp
    size: int
    def __init__(self, digest: _Optional[str] = ..., place: _Optional[str] = ..., sealed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., size: _Optional[int] = ...) -> None: ...

class ListBundlesRequest(_message.Message):
    __slots__ = ("place", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBundlesResponse(_message.Message):
    __slots__ = ("bundles", "next_page_token")
    BUNDLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    bundles: _containers.RepeatedCompositeFieldContainer[SealedBundle]
    next_page_token: str
    def __init__(self, bundles: _Optional[_Iterable[_Union[SealedBundle, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RuleChange(_message.Message):
    __slots__ = ("place", "key", "since", "kind", "old", "new", "unit", "citation", "words")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    place: str
    key: str
    since: _date_pb2.Date
    kind: str
    old: str
    new: str
    unit: str
    citation: str
    words: str
    def __init__(self, place: _Optional[str] = ..., key: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., kind: _Optional[str] = ..., old: _Optional[str] = ..., new: _Optional[str] = ..., unit: _Optional[str] = ..., citation: _Optional[str] = ..., words: _Optional[str] = ...) -> None: ...

class DiffBundlesRequest(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class DiffBundlesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RuleChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[RuleChange, _Mapping]]] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("id", "title", "number", "issuer", "standing", "issued", "effective", "repealed", "repealed_by", "articles", "replaces", "based_on")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    REPEALED_FIELD_NUMBER: _ClassVar[int]
    REPEALED_BY_FIELD_NUMBER: _ClassVar[int]
    ARTICLES_FIELD_NUMBER: _ClassVar[int]
    REPLACES_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    number: str
    issuer: str
    standing: str
    issued: _date_pb2.Date
    effective: _date_pb2.Date
    repealed: _date_pb2.Date
    repealed_by: str
    articles: _containers.RepeatedScalarFieldContainer[str]
    replaces: _containers.RepeatedScalarFieldContainer[str]
    based_on: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., number: _Optional[str] = ..., issuer: _Optional[str] = ..., standing: _Optional[str] = ..., issued: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., effective: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., repealed: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., repealed_by: _Optional[str] = ..., articles: _Optional[_Iterable[str]] = ..., replaces: _Optional[_Iterable[str]] = ..., based_on: _Optional[_Iterable[str]] = ...) -> None: ...

class ListDocumentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDocumentsResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetDocumentRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetDocumentResponse(_message.Message):
    __slots__ = ("document", "rules")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    document: Document
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ..., rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ...) -> None: ...

class StaleRule(_message.Message):
    __slots__ = ("place", "key", "label", "since", "compared", "age_days", "evidence", "document", "repealed", "kinds")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    REPEALED_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    place: str
    key: str
    label: str
    since: _date_pb2.Date
    compared: _date_pb2.Date
    age_days: int
    evidence: str
    document: str
    repealed: _date_pb2.Date
    kinds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, place: _Optional[str] = ..., key: _Optional[str] = ..., label: _Optional[str] = ..., since: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., compared: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., age_days: _Optional[int] = ..., evidence: _Optional[str] = ..., document: _Optional[str] = ..., repealed: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., kinds: _Optional[_Iterable[str]] = ...) -> None: ...

class ReportStaleRequest(_message.Message):
    __slots__ = ("place", "on", "years", "page_size", "page_token")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    place: str
    on: _date_pb2.Date
    years: int
    page_size: int
    page_token: str
    def __init__(self, place: _Optional[str] = ..., on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., years: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ReportStaleResponse(_message.Message):
    __slots__ = ("rules", "next_page_token", "years")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[StaleRule]
    next_page_token: str
    years: int
    def __init__(self, rules: _Optional[_Iterable[_Union[StaleRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., years: _Optional[int] = ...) -> None: ...
