"""``./run`` on a bare machine: which index it asks, what it refuses, how it says so."""

from __future__ import annotations

import ast
import hashlib
import http.server
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

VERBS = ("setup", "demo", "test", "prove", "bench", "lint", "proto", "up")


@pytest.fixture(scope="module")
def run(root: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("chspay_run_script", str(root / "run"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "uv.lock"
    path.write_text('[[package]]\nname = "a"\nsource = { registry = "https://locked.example/simple" }\n')
    return path


class Index:
    """A package index on this machine that counts what it is asked."""

    def __init__(self, folder: Path, server: http.server.ThreadingHTTPServer) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{server.server_address[1]}/simple"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    folder = tmp_path / "index"
    (folder / "simple/uv").mkdir(parents=True)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Index(folder, server)
    server.shutdown()
    thread.join()
    server.server_close()


def put_wheel(index: Index, name: str, content: bytes = b"#!/bin/sh\necho uv\n") -> str:
    """Offer a wheel holding a uv program; returns its SHA-256."""
    wheel = index.folder / name
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-0.13.9.data/scripts/uv", content)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    page = f'<a href="../../{name}#sha256={digest}">{name}</a>'
    (index.folder / "simple/uv/index.html").write_text(page)
    return digest


def test_index_comes_from_uv_then_pip_then_the_lock(run: ModuleType, tmp_path: Path, lock: Path) -> None:
    # A hospital's intranet has its own mirror; asking another one would hang.
    def ask(**env: str) -> tuple[str, bool]:
        return run.index_url(env, tmp_path, lock, tmp_path / "etc")

    assert ask() == ("https://locked.example/simple", False)
    assert ask(PIP_INDEX_URL="https://locked.example/simple/") == ("https://locked.example/simple/", False)
    (tmp_path / ".pip").mkdir()
    (tmp_path / ".pip/pip.conf").write_text("[global]\nindex-url = https://pip.example/simple\n")
    assert ask() == ("https://pip.example/simple", True)
    uv = tmp_path / ".config/uv/uv.toml"
    uv.parent.mkdir(parents=True)
    uv.write_text(
        '[[index]]\nurl = "https://more.example"\n[[index]]\nurl = "https://uv.example"\ndefault = true\n'
    )
    assert ask() == ("https://uv.example", True)
    assert ask(PIP_INDEX_URL="https://env-pip.example") == ("https://env-pip.example", True)
    both = {"PIP_INDEX_URL": "https://env-pip.example", "UV_DEFAULT_INDEX": "mirror=https://env-uv.example"}
    assert ask(**both) == ("https://env-uv.example", True)


def test_broken_configuration_is_named(run: ModuleType, tmp_path: Path, lock: Path) -> None:
    # A typing error in uv.toml must not silently send the reader to another index.
    uv = tmp_path / ".config/uv/uv.toml"
    uv.parent.mkdir(parents=True)
    uv.write_text("index-url = \n")
    with pytest.raises(run.Stop, match=r"uv\.toml"):
        run.index_url({}, tmp_path, lock, tmp_path / "etc")


def test_script_names_no_host(root: Path) -> None:
    # The index is the reader's choice; a host in the script would be ours.
    assert not re.findall(r"https?://[a-z0-9-]+\.[a-z]", (root / "run").read_text())


def test_links_are_read_from_html_and_json(run: ModuleType) -> None:
    # Mirrors speak one or the other; relative links and fragments occur in both.
    html = b'<html><a href="../../f/uv-1.whl#sha256=ab">uv</a><a href="https://x.example/uv%2B2.whl">b</a></html>'
    found = run.wheel_urls(html, "text/html", "https://i.example/simple/uv/")
    assert found == {"uv-1.whl": "https://i.example/f/uv-1.whl", "uv+2.whl": "https://x.example/uv%2B2.whl"}
    page = json.dumps({"files": [{"url": "/f/uv-1.whl"}]}).encode()
    assert run.wheel_urls(page, "application/vnd.pypi.simple.v1+json", "https://i.example/simple/uv/") == {
        "uv-1.whl": "https://i.example/f/uv-1.whl"
    }


def test_a_good_wheel_becomes_a_program(run: ModuleType, tmp_path: Path, index: Index) -> None:
    # The happy path, over real HTTP, and once more from what is there already.
    digest = put_wheel(index, "uv-x.whl")
    program = run.fetch_uv(index.url, tmp_path / "tools", "uv-x.whl", digest)
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "uv\n"
    assert run.fetch_uv("http://127.0.0.1:1/simple", tmp_path / "tools", "uv-x.whl", digest) == program


def test_a_tampered_wheel_is_refused(run: ModuleType, tmp_path: Path, index: Index) -> None:
    # The whole point of the pin: nothing of a changed wheel may reach the disk.
    good = put_wheel(index, "uv-x.whl")
    put_wheel(index, "uv-x.whl", b"#!/bin/sh\necho evil\n")
    with pytest.raises(run.Stop, match=rf"校验不符[^§]*{good}"):
        run.fetch_uv(index.url, tmp_path / "tools", "uv-x.whl", good)
    assert not (tmp_path / "tools").exists()


def test_a_file_index_works_too(run: ModuleType, tmp_path: Path, index: Index) -> None:
    # Offline sites carry the index on a disk.
    digest = put_wheel(index, "uv-x.whl")
    assert run.fetch_uv((index.folder / "simple").as_uri(), tmp_path / "t", "uv-x.whl", digest).is_file()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/simple", "http://user:secret@127.0.0.1:1/simple"])
def test_an_unreachable_index_says_what_to_do(run: ModuleType, tmp_path: Path, url: str) -> None:
    # The first thing that fails in a closed network; the password in the address stays out of the text.
    with pytest.raises(run.Stop, match="UV_DEFAULT_INDEX") as caught:
        run.fetch_uv(url, tmp_path, "uv-x.whl", "0" * 64)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:1/simple/uv/" in str(caught.value)


def test_an_index_without_this_version_says_so(run: ModuleType, tmp_path: Path, index: Index) -> None:
    # A mirror that lags behind is a common case and not a network fault.
    put_wheel(index, "uv-older.whl")
    with pytest.raises(run.Stop, match=r"软件源里没有 uv-x\.whl"):
        run.fetch_uv(index.url, tmp_path / "tools", "uv-x.whl", "0" * 64)


def test_the_wheels_cover_the_usual_machines(run: ModuleType) -> None:
    # Wheel names and hashes are pinned per platform; a slip of the pen would show as a wrong length.
    assert {key.split()[0] for key in run.UV_WHEELS} == {"Linux", "Darwin"}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for _, digest in run.UV_WHEELS.values())
    assert run.own_wheel()[0].startswith(f"uv-{run.UV_VERSION}-py3-none-")


def test_old_python_gets_a_sentence_not_a_syntax_error(root: Path) -> None:
    # The version check only helps if an old python can read the file as far as the check.
    ast.parse((root / "run").read_text(), feature_version=(3, 7))


def test_verbs_from_anywhere(root: Path, tmp_path: Path) -> None:
    # Help lists every verb, an unknown verb ends with 2; the working directory does not matter.
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(root / "run"), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    helped = call("--help")
    assert helped.returncode == 0
    assert all(f"./run {verb} " in helped.stdout for verb in VERBS)
    unknown = call("dance")
    assert unknown.returncode == 2
    assert all(verb in unknown.stderr for verb in VERBS)


def test_make_and_ci_are_thin(root: Path) -> None:
    # One place decides what a verb does.
    makefile = (root / "Makefile").read_text()
    assert f"VERBS := {' '.join(VERBS)}" in makefile
    assert "./run test" in (root / ".ci/run").read_text()
    assert all(os.access(root / name, os.X_OK) for name in ("run", ".ci/run"))


def test_generated_stubs_are_current(root: Path) -> None:
    # What is served is what the proto files say.
    command = [sys.executable, str(root / "proto/generate.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
