"""Guards the wire: what the last release could read and write, this version must too.

``proto/baseline.binpb`` holds the descriptors of the last release. ``python proto/compat.py`` lists what
this version breaks and ends with 1 if there is anything; ``--write`` takes the present protos as the new
baseline, which is done at a release, or with a decision (docs/adr) to break.

Names count as much as numbers: the same messages are read as JSON by the gateway and as Python by callers.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from google.protobuf import descriptor_pb2

HERE = Path(__file__).resolve().parent
BASELINE = HERE / "baseline.binpb"

Field = descriptor_pb2.FieldDescriptorProto


def image(into: Path) -> Path:
    """Compiles the protos, with what they import and with their comments, into one descriptor file.

    :raises subprocess.CalledProcessError: a proto file has an error; protoc has said which.
    """
    sources = sorted(str(path.relative_to(HERE)) for path in (HERE / "chspay").rglob("*.proto"))
    # google/type/*.proto lie in site-packages, beside the modules made from them.
    spec = find_spec("google.type")
    google = Path(next(iter(spec.submodule_search_locations or []))).parents[1] if spec else HERE
    made = into / "chspay.binpb"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{HERE}", f"-I{google}"]
    flags = ["--include_imports", "--include_source_info", f"--descriptor_set_out={made}"]
    subprocess.run([*command, *flags, *sources], check=True)  # noqa: S603 - our own compiler and files
    return made


def present() -> descriptor_pb2.FileDescriptorSet:
    """The descriptors of the present protos and of what they import, without comments."""
    with tempfile.TemporaryDirectory() as folder:
        files = descriptor_pb2.FileDescriptorSet.FromString(image(Path(folder)).read_bytes())
    for file in files.file:
        file.ClearField("source_code_info")
    return files


def breaks(old: descriptor_pb2.FileDescriptorSet, new: descriptor_pb2.FileDescriptorSet) -> list[str]:
    """One sentence per thing that ``old`` had and ``new`` has not, or has otherwise; empty = compatible.

    Only packages below ``chspay`` are compared; additions are always fine.
    """
    after = _types(new)
    return [
        sentence
        for name, before in _types(old).items()
        for sentence in _differences(name, before, after.get(name))
    ]


Type = (
    descriptor_pb2.DescriptorProto
    | descriptor_pb2.EnumDescriptorProto
    | descriptor_pb2.ServiceDescriptorProto
)


def _types(files: descriptor_pb2.FileDescriptorSet) -> dict[str, Type]:
    """Every message, enum and service by full name, nested ones included."""
    types: dict[str, Type] = {}
    for file in files.file:
        if file.package.split(".")[0] == "chspay":
            types |= {f"{file.package}.{service.name}": service for service in file.service}
            types |= {f"{file.package}.{enum.name}": enum for enum in file.enum_type}
            for message in file.message_type:
                types |= dict(_messages(file.package, message))
    return types


def _messages(scope: str, message: descriptor_pb2.DescriptorProto) -> Iterator[tuple[str, Type]]:
    name = f"{scope}.{message.name}"
    yield name, message
    for enum in message.enum_type:
        yield f"{name}.{enum.name}", enum
    for nested in message.nested_type:
        yield from _messages(name, nested)


def _differences(name: str, before: Type, after: Type | None) -> Iterator[str]:
    if after is None or type(after) is not type(before):
        yield f"{name} is gone"
    elif isinstance(before, descriptor_pb2.DescriptorProto):
        assert isinstance(after, descriptor_pb2.DescriptorProto)  # noqa: S101 - told to the type checker
        yield from _message_differences(name, before, after)
    elif isinstance(before, descriptor_pb2.EnumDescriptorProto):
        assert isinstance(after, descriptor_pb2.EnumDescriptorProto)  # noqa: S101
        numbers = {value.name: value.number for value in after.value}
        for value in before.value:
            if numbers.get(value.name) != value.number:
                yield f"{name}: value {value.name} = {value.number} is gone or renumbered"
    else:
        assert isinstance(after, descriptor_pb2.ServiceDescriptorProto)  # noqa: S101
        yield from _service_differences(name, before, after)


def _message_differences(
    name: str, before: descriptor_pb2.DescriptorProto, after: descriptor_pb2.DescriptorProto
) -> Iterator[str]:
    fields = {field.number: field for field in after.field}
    for field in before.field:
        now = fields.get(field.number)
        if now is None:
            yield f"{name}: field {field.name} = {field.number} is gone"
            continue
        was, is_now = _shape(field, before), _shape(now, after)
        for what, value in was.items():
            if is_now[what] != value:
                yield f"{name}: {what} of field {field.name} changed from {value} to {is_now[what]}"
    reserved = {(part.start, part.end) for part in after.reserved_range}
    for part in before.reserved_range:
        if (part.start, part.end) not in reserved:
            yield f"{name}: reserved numbers {part.start} to {part.end - 1} are free again"
    for free in set(before.reserved_name) - set(after.reserved_name):
        yield f"{name}: reserved name {free} is free again"


def _shape(field: Field, message: descriptor_pb2.DescriptorProto) -> Mapping[str, object]:
    """What of a field reaches the wire, the JSON or the generated code."""
    oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
    return {
        "the name": field.name,
        "the JSON name": field.json_name,
        "the type": Field.Type.Name(field.type),
        "the type name": field.type_name,
        "the label": Field.Label.Name(field.label),
        "the presence": field.proto3_optional,
        "the oneof": "" if field.proto3_optional else oneof,
    }


def _service_differences(
    name: str, before: descriptor_pb2.ServiceDescriptorProto, after: descriptor_pb2.ServiceDescriptorProto
) -> Iterator[str]:
    methods = {method.name: method for method in after.method}
    for method in before.method:
        now = methods.get(method.name)
        if now is None:
            yield f"{name}: rpc {method.name} is gone"
            continue
        if (now.input_type, now.client_streaming) != (method.input_type, method.client_streaming):
            yield f"{name}: rpc {method.name} takes another request"
        if (now.output_type, now.server_streaming) != (method.output_type, method.server_streaming):
            yield f"{name}: rpc {method.name} gives another response"


def main(arguments: list[str]) -> int:
    """Compare (0 compatible, 1 not), or write the baseline."""
    if "--write" in arguments:
        BASELINE.write_bytes(present().SerializeToString(deterministic=True))
        print(f"已写入 {BASELINE.name}")
        return 0
    old = descriptor_pb2.FileDescriptorSet.FromString(BASELINE.read_bytes())
    found = breaks(old, present())
    print("\n".join(found or ["接口与上一版本兼容"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
