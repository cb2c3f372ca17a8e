"""The wire stays readable: nothing the last release had is gone or means something else."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

Files = descriptor_pb2.FileDescriptorSet


@pytest.fixture(scope="module")
def compat(root: Path) -> ModuleType:
    """``proto/compat.py`` as a module."""
    spec = importlib.util.spec_from_file_location("proto_compat", root / "proto/compat.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def compiled(compat: ModuleType) -> bytes:
    """The present protos, compiled once."""
    return compat.present().SerializeToString()


@pytest.fixture
def old(compiled: bytes) -> Files:
    """The present descriptors, as they would have been released."""
    return Files.FromString(compiled)


@pytest.fixture
def new(compiled: bytes) -> Files:
    """The present descriptors, to be spoiled."""
    return Files.FromString(compiled)


def _file(files: Files, name: str) -> Any:
    return next(file for file in files.file if file.name == f"chspay/{name}.proto")


def _message(files: Files, name: str = "Case", file: str = "common/v1/case") -> Any:
    return next(message for message in _file(files, file).message_type if message.name == name)


def _field(files: Files, name: str, **where: str) -> Any:
    return next(field for field in _message(files, **where).field if field.name == name)


def test_the_last_release_is_still_understood(compat: ModuleType, new: Files) -> None:
    """A hospital's client of the last release must go on working, and stored answers must still parse."""
    released = Files.FromString(compat.BASELINE.read_bytes())
    assert len(released.file) > 5
    assert compat.breaks(released, new) == []


def test_additions_are_fine(compat: ModuleType, old: Files, new: Files) -> None:
    """A guard that complains about growth would be switched off."""
    _message(new).field.add(name="new_fact", number=999, type=9, label=1, json_name="newFact")
    _file(new, "common/v1/case").message_type.add(name="New")
    _file(new, "common/v1/case").enum_type[0].value.add(name="GROUP_STATUS_NEW", number=99)
    _file(new, "budget/v1/budget").service[0].method.add(name="NewThing")
    assert compat.breaks(old, new) == []


def _spoil_field(**values: Any) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        field = _field(files, "sex")
        for name, value in values.items():
            setattr(field, name, value)

    return spoil


def _drop_field(files: Files) -> None:
    _message(files).field.remove(_field(files, "sex"))


def _drop_and_reserve(files: Files) -> None:
    _drop_field(files)
    _message(files).reserved_range.add(start=7, end=8)


def _into_oneof(files: Files) -> None:
    message = _message(files)
    message.oneof_decl.add(name="either")
    field = _field(files, "case_id")
    field.oneof_index = len(message.oneof_decl) - 1


def _drop_message(files: Files) -> None:
    _file(files, "common/v1/case").message_type.remove(_message(files, "Worksheet"))


def _drop_file(files: Files) -> None:
    files.file.remove(_file(files, "rulebook/v1/rulebook"))


def _move_package(files: Files) -> None:
    _file(files, "rulebook/v1/rulebook").package = "chspay.rulebook.v2"


def _spoil_enum(**values: Any) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        value = _file(files, "common/v1/case").enum_type[0].value[1]
        for name, changed in values.items():
            setattr(value, name, changed)

    return spoil


def _drop_value(files: Files) -> None:
    del _file(files, "common/v1/case").enum_type[0].value[1]


def _spoil_rpc(**values: Any) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        method = _file(files, "budget/v1/budget").service[0].method[0]
        for name, value in values.items():
            setattr(method, name, value)

    return spoil


def _drop_rpc(files: Files) -> None:
    del _file(files, "budget/v1/budget").service[0].method[0]


def _drop_service(files: Files) -> None:
    del _file(files, "budget/v1/budget").service[0]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_drop_field, "chspay.common.v1.Case: field sex = 7 is gone"),
        (_drop_and_reserve, "chspay.common.v1.Case: field sex = 7 is gone"),
        (_spoil_field(number=77), "chspay.common.v1.Case: field sex = 7 is gone"),
        (_spoil_field(name="gender"), "the name of field sex changed from sex to gender"),
        (_spoil_field(json_name="Sex"), "the JSON name of field sex changed"),
        (_spoil_field(type=9), "the type of field sex changed from TYPE_INT32 to TYPE_STRING"),
        (_spoil_field(type=3), "the type of field sex changed from TYPE_INT32 to TYPE_INT64"),
        (_spoil_field(type_name=".x.Y"), "the type name of field sex changed"),
        (_spoil_field(label=3), "the label of field sex changed from LABEL_OPTIONAL to LABEL_REPEATED"),
        (_spoil_field(proto3_optional=False), "the presence of field sex changed"),
        (_into_oneof, "the oneof of field case_id changed"),
        (_drop_message, "chspay.common.v1.Worksheet is gone"),
        (_drop_file, "chspay.rulebook.v1.RulebookService is gone"),
        (_move_package, "chspay.rulebook.v1.Rule is gone"),
        (_drop_value, "value GROUP_STATUS_GROUPED = 1 is gone or renumbered"),
        (_spoil_enum(number=9), "value GROUP_STATUS_GROUPED = 1 is gone or renumbered"),
        (_spoil_enum(name="GROUP_STATUS_DONE"), "value GROUP_STATUS_GROUPED = 1 is gone or renumbered"),
        (_drop_rpc, "rpc DraftYear is gone"),
        (_spoil_rpc(input_type=".x.Y"), "rpc DraftYear takes another request"),
        (_spoil_rpc(output_type=".x.Y"), "rpc DraftYear gives another response"),
        (_spoil_rpc(client_streaming=True), "rpc DraftYear takes another request"),
        (_spoil_rpc(server_streaming=True), "rpc DraftYear gives another response"),
        (_drop_service, "chspay.budget.v1.BudgetService is gone"),
    ],
)
def test_every_kind_of_break_is_caught(
    compat: ModuleType, old: Files, new: Files, spoil: Callable[[Files], None], told: str
) -> None:
    """Each way to break a client, made on purpose, must be told in words that name the place."""
    spoil(new)
    found = compat.breaks(old, new)
    assert any(told in sentence for sentence in found), found


def test_a_reserved_number_stays_reserved(compat: ModuleType, old: Files, new: Files) -> None:
    """A number freed again would read old bytes as something new."""
    _message(old).reserved_range.add(start=40, end=42)
    _message(old).reserved_name.append("old_name")
    assert compat.breaks(old, new) == [
        "chspay.common.v1.Case: reserved numbers 40 to 41 are free again",
        "chspay.common.v1.Case: reserved name old_name is free again",
    ]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def test_proto_grammar(new: Files) -> None:
    """The rules of buf STANDARD that matter to readers, and our own, where buf is not installed."""
    faults: list[str] = []
    used: list[str] = []
    for file in (file for file in new.file if file.package.startswith("chspay.")):
        if file.name.rsplit("/", 1)[0] != file.package.replace(".", "/") or not file.package.endswith(".v1"):
            faults.append(f"{file.name}: package {file.package} is not its folder, or has no version")
        for message in file.message_type:
            faults += [
                f"{message.name}.{f.name}"
                for f in message.field
                if not re.fullmatch(r"[a-z][a-z0-9_]*", f.name)
            ]
            faults += [f"{message.name}.{f.name}: a float" for f in message.field if f.type in (1, 2)]
        for enum in file.enum_type:
            prefix = _snake(enum.name) + "_"
            faults += [f"{enum.name}.{v.name}" for v in enum.value if not v.name.startswith(prefix)]
            if enum.value[0].name != f"{prefix}UNSPECIFIED" or enum.value[0].number:
                faults.append(f"{enum.name}: zero is not {prefix}UNSPECIFIED")
        for service in file.service:
            if not service.name.endswith("Service"):
                faults.append(service.name)
            for method in service.method:
                used += [method.input_type, method.output_type]
                expected = [f".{file.package}.{method.name}{end}" for end in ("Request", "Response")]
                if [method.input_type, method.output_type] != expected:
                    faults.append(f"{service.name}.{method.name}: request or response is not its own")
    assert faults == []
    assert len(used) == len(set(used))


@pytest.mark.parametrize(
    "ask", [["lint", "IMAGE"], ["breaking", "IMAGE", "--against", "baseline.binpb"]], ids=["lint", "breaking"]
)
def test_buf_agrees(compat: ModuleType, root: Path, tmp_path: Path, ask: list[str]) -> None:
    """The tool others use for the same two questions finds nothing either, where it is installed."""
    buf = shutil.which("buf")
    if buf is None:
        pytest.skip("buf is not installed; the Python checks above ask the same")
    image = compat.image(tmp_path)
    command = [buf, *(str(image) if word == "IMAGE" else word for word in ask), "--path", "chspay"]
    answer = subprocess.run(command, cwd=root / "proto", capture_output=True, text=True, check=False)
    assert (answer.stdout + answer.stderr, answer.returncode) == ("", 0)
