from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ExportPackageRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ...) -> None: ...

class ExportPackageResponse(_message.Message):
    __slots__ = ("content", "digest", "file_name")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    digest: str
    file_name: str
    def __init__(self, content: _Optional[bytes] = ..., digest: _Optional[str] = ..., file_name: _Optional[str] = ...) -> None: ...

class GetCaseProofRequest(_message.Message):
    __slots__ = ("run_id", "hospital_code", "case_id")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    hospital_code: str
    case_id: str
    def __init__(self, run_id: _Optional[str] = ..., hospital_code: _Optional[str] = ..., case_id: _Optional[str] = ...) -> None: ...

class GetCaseProofResponse(_message.Message):
    __slots__ = ("proof", "root")
    PROOF_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    proof: bytes
    root: str
    def __init__(self, proof: _Optional[bytes] = ..., root: _Optional[str] = ...) -> None: ...

class GetPackageKeyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPackageKeyResponse(_message.Message):
    __slots__ = ("public_key",)
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    public_key: str
    def __init__(self, public_key: _Optional[str] = ...) -> None: ...
