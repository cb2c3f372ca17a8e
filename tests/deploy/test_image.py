"""The image is described, not built here (no container engine): what it copies and runs must exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _instructions():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def test_every_copied_path_exists():
    """A renamed folder must break a test, not the next release."""
    copied = []
    for word, rest in _instructions():
        if word == "COPY" and "--from=" not in rest:
            copied += [source for source in rest.split()[:-1] if not source.startswith("--")]
    assert len(copied) >= 6
    for source in copied:
        assert (ROOT / source).exists(), source


def test_every_package_is_copied():
    """A package left out of the image fails at run time, in production."""
    packages = re.findall(
        r'^  "([a-z/_]+)",$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    packages = [package for package in packages if "/chspay" in package]
    assert len(packages) >= 10
    copied = " ".join(rest for word, rest in _instructions() if word == "COPY")
    for package in packages:
        assert any(
            f"{parent}/ " in copied for parent in (str(p) for p in Path(package).parents) if parent != "."
        ), package


def test_it_runs_as_nobody_special():
    """A break-in must not land as root: uid 10001, multi-stage, exec form."""
    instructions = _instructions()
    assert sum(word == "FROM" for word, _ in instructions) == 2
    assert ("USER", "10001:10001") in instructions
    assert ("ENTRYPOINT", '["chspay"]') in instructions
    users = [i for i, (word, _) in enumerate(instructions) if word == "USER"]
    assert users[-1] > max(i for i, (word, _) in enumerate(instructions) if word in {"RUN", "COPY"})
