"""A bundle that was touched is refused with the place; a forged one does not come out again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import bundles
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from chspay.settlement.v1 import replay_pb2, replay_pb2_grpc
from chspay_cli import cli_replay
from chspay_cli.replay_damage import open_bundle
from chspay_cli.replay_run import replay_bundle
from chspay_core.errors import Fault
from chspay_kit import plainzip
from chspay_kit.package import open_package, write_package
from chspay_kit.sm2 import Sm2Key

MONTH = 3


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, city) -> Path:
    """The bundle of a month with a mark, a deduction and a hold."""
    path = tmp_path_factory.mktemp("sealed") / "month.chsreplay"
    bundles.month_bundle(path, city, MONTH)
    return path


def members(path: Path) -> dict[str, plainzip.Entry]:
    """Where the members of a bundle lie."""
    with path.open("rb") as file:
        return {entry.name: entry for entry in plainzip.read_directory(file, str(path))}


def flipped(path: Path, target: Path, place: int) -> Path:
    """The file with one bit turned over."""
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    target.write_bytes(content)
    return target


def refused(path: Path) -> Fault:
    """Why a file is refused."""
    with pytest.raises(Fault) as caught, open_bundle(path) as package:
        list(replay_bundle(package))
    return caught.value


def command(*words: str):
    """``chspay replay`` with its exit code and what it said."""
    app = typer.Typer()
    app.command()(cli_replay.replay)
    return CliRunner().invoke(app, list(words))


def test_a_changed_byte_in_any_member_is_named(sealed, tmp_path):
    """First, middle and last byte of every member, inputs and expected results alike."""
    for name, entry in members(sealed).items():
        for place in {entry.start, (entry.start + entry.end) // 2, entry.end - 1}:
            fault = refused(flipped(sealed, tmp_path / "one", place))
            assert name in (fault.value, fault.field) or name in fault.message, (name, place, str(fault))


def test_a_changed_cell_is_named_by_row_group_and_column(sealed, tmp_path):
    """Whoever touched the file learns which figures to look at."""
    with open_package(sealed, "replay") as package:
        meta = pq.ParquetFile(package.path("cases.parquet")).metadata
    start = members(sealed)["cases.parquet"].start
    for place in range(meta.num_columns):
        column = meta.row_group(0).column(place)
        middle = column.data_page_offset + column.total_compressed_size // 4
        fault = refused(flipped(sealed, tmp_path / "one", start + middle))
        assert fault.reason.code == "REPLAY_CHANGED"
        assert fault.value == "cases.parquet"
        assert f"第1个行组（第1至{meta.num_rows}行）的列 {column.path_in_schema}" in fault.message


def test_a_changed_fact_is_named_by_its_field(sealed, tmp_path):
    """A fund one fen higher is told as the fund."""
    content = sealed.read_bytes()
    with open_package(sealed, "replay") as package:
        fund = json.loads(package.read("run.json"))["given"]["fund_fen"]
    place = content.index(f'"fund_fen":{fund},'.encode(), members(sealed)["run.json"].start)
    last = place + len(f'"fund_fen":{fund}') - 1
    (tmp_path / "one").write_bytes(content[:last] + bytes([content[last] ^ 1]) + content[last + 1 :])
    fault = refused(tmp_path / "one")
    assert (fault.reason.code, fault.value) == ("REPLAY_CHANGED", "run.json")
    assert "given.fund_fen" in fault.message


def test_a_file_that_was_not_sent_whole_is_refused(sealed, tmp_path):
    """A transfer broken off anywhere never passes for a bundle, nor does one with something added."""
    content = sealed.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        (tmp_path / "one").write_bytes(content[:length])
        assert refused(tmp_path / "one").reason.code == "PACKAGE_BROKEN"
    (tmp_path / "one").write_bytes(content + b"!")
    assert refused(tmp_path / "one").reason.code == "PACKAGE_BROKEN"


def test_a_foreign_file_is_refused(tmp_path):
    """A table, a letter, a package for something else: each is told for what it is."""
    (tmp_path / "one").write_text("hospital_code,level\nH001,3\n")
    assert refused(tmp_path / "one").reason.code == "PACKAGE_BROKEN"
    write_package(tmp_path / "two", "statement", {"a.json": b"{}"}, {})
    assert refused(tmp_path / "two").reason.code == "PACKAGE_KIND"
    done = command(str(tmp_path / "nowhere.chsreplay"))
    assert isinstance(done.exception, Fault)
    assert done.exception.reason.code == "REPLAY_FILE_MISSING"


def test_a_signature_says_who_sealed_it(sealed, city, tmp_path):
    """Somebody else's signature, none at all, and one over other bytes are three refusals."""
    own, other = Sm2Key.generate(), Sm2Key.generate()
    signed = tmp_path / "signed.chsreplay"
    bundles.month_bundle(signed, city, MONTH, own)
    assert command(str(signed), "--signer", own.public_hex()).exit_code == 0
    assert command(str(signed), "--signer", other.public_hex()).exception.reason.code == "PACKAGE_SIGNER"
    assert command(str(sealed), "--signer", own.public_hex()).exception.reason.code == "PACKAGE_UNSIGNED"
    entry = members(signed)["manifest.sig"]
    fault = refused(flipped(signed, tmp_path / "one", entry.end - 5))
    assert "manifest.sig" in fault.message


def resealed(path: Path, target: Path, **changed: bytes) -> Path:
    """The bundle sealed anew with other contents, as a forger would."""
    with open_package(path, "replay") as package:
        content = {name: package.read(name) for name in package.names}
        write_package(target, "replay", {**content, **changed}, package.facts)
    return target


def test_a_forged_bundle_does_not_come_out_again(sealed, tmp_path):
    """Sealed anew with a higher fund it is whole, and the first figure that differs is named."""
    with open_package(sealed, "replay") as package:
        run = json.loads(package.read("run.json"))
        run["given"]["fund_fen"] += 100
    forged = resealed(sealed, tmp_path / "f.chsreplay", **{"run.json": json.dumps(run).encode()})
    done = command(str(forged))
    assert done.exit_code == 1
    assert "不一致：病例（cases/0）" in done.output
    assert "fund_fen" in done.output


def test_another_engine_version_is_named(sealed, tmp_path):
    """What another version worked out comes out again, or the version it needs is told."""
    with open_package(sealed, "replay") as package:
        run = json.loads(package.read("run.json"))
        policy = package.read("policy.json")
    run["given"]["engine"] = "0.0.7"
    forged = resealed(sealed, tmp_path / "v.chsreplay", **{"run.json": json.dumps(run).encode()})
    done = command(str(forged))
    assert done.exit_code == 1
    assert "statement/" in done.output
    assert "请用版本0.0.7重放" in done.output
    law = policy.replace(b"base_times_coefficient@1", b"base_times_coefficient@9")
    forged = resealed(
        sealed, tmp_path / "w.chsreplay", **{"run.json": json.dumps(run).encode(), "policy.json": law}
    )
    fault = refused(forged)
    assert fault.reason.code == "REPLAY_NEEDS_VERSION"
    assert "0.0.7" in fault.message


def test_a_transfer_that_broke_off_leaves_nothing(sealed, tmp_path, monkeypatch):
    """The service died while it sent: the command says so, and what was to be saved is not there."""
    content = sealed.read_bytes()

    class Dying:
        """Sends half of the file, or all of it but one byte."""

        def __init__(self, _channel):
            self.sent = content[: len(content) // 2]

        async def ExportReplay(self, _request):
            yield replay_pb2.ExportReplayResponse(chunk=self.sent)

    class Short(Dying):
        """Says that it is whole."""

        async def ExportReplay(self, request):
            async for answer in super().ExportReplay(request):
                yield answer
            end = replay_pb2.ReplayEnd(file_digest="0" * 64, size=len(content))
            yield replay_pb2.ExportReplayResponse(end=end)

    monkeypatch.setattr(cli_replay, "ask_settlement", lambda work, *_: asyncio.run(work(None)))
    for stub in (Dying, Short):
        monkeypatch.setattr(replay_pb2_grpc, "ReplayServiceStub", stub)
        done = command("MR-990100-202603-1", "--save", str(tmp_path / "kept.chsreplay"))
        assert done.exception.reason.code == "REPLAY_BROKEN_OFF"
        assert not list(tmp_path.iterdir())
