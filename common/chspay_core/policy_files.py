"""Reads a policy folder. The only module of the core that opens a file.

Layout: ``documents.yaml``, ``units.yaml``, ``regions.csv``, ``schemes.csv``, ``keys.yaml`` and
``coverage.yaml`` at the root; one folder ``NNNNNN-name`` per place, whose ``*.yaml`` files hold its rules
and whose ``amendments/*.yaml``, taken in the order of their names, amend them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Rule
from chspay_core.policy_amendment import Amendment, Source, Texts, assemble
from chspay_core.policy_check import Tree
from chspay_core.policy_documents import read_documents
from chspay_core.policy_registry import read_coverage, read_keys
from chspay_core.policy_tree import (
    Shared,
    Sourced,
    read_regions,
    read_schemes,
    read_units,
)
from chspay_core.policy_yaml import MAX_BYTES, YAML_TOO_LARGE
from chspay_core.regions import chain as place_chain

DOCUMENTS, UNITS, REGIONS, SCHEMES, KEYS, COVERAGE = (
    "documents.yaml",
    "units.yaml",
    "regions.csv",
    "schemes.csv",
    "keys.yaml",
    "coverage.yaml",
)
#: What every bundle is read from besides the folders of its chain.
_SHARED = (DOCUMENTS, UNITS, REGIONS, SCHEMES)
#: Folder of a place's amendments.
AMENDMENTS = "amendments"
_FOLDER = re.compile(r"([0-9]{6})-[a-z0-9-]+\Z", re.ASCII)

FILE_UNREADABLE = Reason(
    "POLICY_FILE_UNREADABLE", Kind.INVALID, "读不到政策文件{file}（{value}），请检查路径、权限和UTF-8编码。"
)
FOLDER_WRONG = Reason(
    "POLICY_FOLDER_WRONG",
    Kind.INVALID,
    "政策文件夹“{value}”应命名为“六位行政区划代码-英文名”，且每个代码只有一个文件夹。",
)
PLACE_UNKNOWN = Reason(
    "POLICY_PLACE_UNKNOWN",
    Kind.NOT_FOUND,
    "行政区划“{value}”不在地区表regions.csv中，请检查代码，或先登记该地区。",
)


def read_text(root: Path, name: str) -> str:
    """The text of ``root/name``, UTF-8.

    :raises Fault: ``POLICY_FILE_UNREADABLE``, ``POLICY_YAML_TOO_LARGE``.
    """
    path = root / name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Fault(YAML_TOO_LARGE, value=f"{MAX_BYTES}字节", file=name)
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(FILE_UNREADABLE, value=type(error).__name__, file=name) from error


def folder_texts(root: Path, folder: str) -> dict[str, str]:
    """Every text under ``root/folder``, by its name relative to it.

    :raises Fault: ``POLICY_FILE_UNREADABLE``, ``POLICY_YAML_TOO_LARGE``.
    """
    base = root / folder
    if not base.is_dir():
        raise Fault(FILE_UNREADABLE, value="文件夹不存在", file=folder)
    names = sorted(path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file())
    return {name: read_text(base, name) for name in names if not name.startswith(".")}


def place_folders(root: Path) -> dict[str, Path]:
    """Folder by place code.

    :raises Fault: ``POLICY_FOLDER_WRONG`` for a code with two folders or a misnamed one.
    """
    if not root.is_dir():
        raise Fault(FILE_UNREADABLE, value="文件夹不存在", file=root.name)
    found: dict[str, Path] = {}
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or not folder.name[:1].isdigit():
            continue
        match = _FOLDER.match(folder.name)
        if match is None or match[1] in found:
            raise Fault(FOLDER_WRONG, value=folder.name)
        found[match[1]] = folder
    return found


def place_files(root: Path, folder: Path) -> dict[str, str]:
    """Text by file name (relative to ``root``) of one place's rules."""
    names = sorted(path.name for path in folder.iterdir() if path.suffix == ".yaml")
    return {f"{folder.name}/{name}": read_text(root, f"{folder.name}/{name}") for name in names}


def place_amendments(root: Path, folder: Path) -> Texts:
    """The amendments of one place as file name (relative to ``root``) and text, in order."""
    home = folder / AMENDMENTS
    names = sorted(path.name for path in home.iterdir() if path.suffix == ".yaml") if home.is_dir() else []
    found = [f"{folder.name}/{AMENDMENTS}/{name}" for name in names]
    return [(name, read_text(root, name)) for name in found]


def load_shared(root: Path) -> Shared:
    """Documents, units, regions and schemes; faults of single entries are in ``.faults``."""
    shared = Shared()
    read_documents(read_text(root, DOCUMENTS), DOCUMENTS, shared)
    read_units(read_text(root, UNITS), UNITS, shared)
    read_regions(read_text(root, REGIONS), REGIONS, shared)
    read_schemes(read_text(root, SCHEMES), SCHEMES, shared)
    return shared


def load_chain(root: Path, place: str, more: Mapping[str, Texts] = MappingProxyType({})) -> Bundle:
    """Seals the bundle of ``place``; folders outside its chain are not even opened.

    :param more: amendments by place that stand in no file yet; they come after those of the folder.
    :raises Fault: the first fault of the shared files or of the chain; ``POLICY_PLACE_UNKNOWN``.
    """
    shared = load_shared(root)
    chain = place_chain(place)
    if place not in shared.names:
        raise Fault(PLACE_UNKNOWN, field="place", value=place)
    folders = place_folders(root)
    rules: list[Rule] = []
    for code in reversed(chain):
        own, _ = assemble(code, _source(root, folders.get(code), more.get(code, ())), shared)
        rules += [sourced.rule for sourced in own]
    if shared.faults:
        raise shared.faults[0]
    return Bundle.seal(place, shared.names, rules, shared.documents, shared.schemes)


def _source(root: Path, folder: Path | None, more: Texts) -> Source:
    if folder is None:
        return Source({}, more)
    return Source(place_files(root, folder), [*place_amendments(root, folder), *more])


def load_tree(root: Path, more: Mapping[str, Texts] = MappingProxyType({})) -> Tree:
    """Reads a whole folder for checking; faults of entries are in ``.shared.faults``.

    :param more: as of :func:`load_chain`.
    :raises Fault: a file that cannot be read at all.
    """
    shared = load_shared(root)
    keys = read_keys(read_text(root, KEYS), KEYS, shared)
    coverage = read_coverage(read_text(root, COVERAGE), COVERAGE, shared)
    folders = place_folders(root)
    places: dict[str, list[Sourced]] = {}
    amendments: list[Amendment] = []
    # A place after those above it: it may cite a document that an amendment above it registered.
    for code in sorted({*folders, *more}):
        places[code], read = assemble(code, _source(root, folders.get(code), more.get(code, ())), shared)
        amendments += read
    return Tree(shared, places, keys, coverage, tuple(amendments))


#: Name, time of change and size of every file a bundle is read from.
Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint(root: Path, place: str = "") -> Fingerprint:
    """Changes whenever a file that the bundle of ``place`` is read from has changed.

    :param place: empty means every file of the folder.
    """
    folders = place_folders(root)
    shared = _SHARED if place else (*_SHARED, KEYS, COVERAGE)
    files = [root / name for name in shared]
    for code in place_chain(place) if place else folders:
        if code in folders:
            files += sorted(folders[code].glob("*.yaml"))
            files += sorted(folders[code].glob(f"{AMENDMENTS}/*.yaml"))
    try:
        stats = [(path.relative_to(root).as_posix(), path.stat()) for path in files]
    except OSError as error:
        raise Fault(FILE_UNREADABLE, value=type(error).__name__, file=root.name) from error
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
