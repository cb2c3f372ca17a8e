"""A grouping scheme comes in over HTTP whole and sealed, or not at all, with the place of the fault."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest
from gateway_world import SOUND

from chspay_policy import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")

STARTER = ROOT / "schemes" / "starter"
PATH = "/api/v1/schemes"


def manifest(**changes) -> str:
    return json.dumps(json.loads((STARTER / "manifest.json").read_text()) | {"id": "trial_scheme"} | changes)


def tables(**changes: str) -> bytes:
    """The starter scheme as a zip of CSV tables; ``changes`` replace a table, the empty text drops it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in sorted(STARTER.glob("*.csv")):
            text = changes.get(file.stem, file.read_text(encoding="utf-8"))
            if text:
                archive.writestr(file.name, text)
    return out.getvalue()


async def send(gw, workbook: bytes, told: str, who: str = "admin"):
    files = {"workbook": ("scheme.zip", workbook, "application/zip")}
    return await gw.ask("POST", PATH, who=who, files=files, data={"manifest": told})


async def test_a_scheme_is_imported_sealed_and_used(gw):
    """A bureau drops in its workbook and groups by it at once."""
    answer = await send(gw, tables(), manifest())
    assert answer.status_code == 201, answer.text
    scheme = answer.json()["scheme"]
    assert (scheme["scheme_id"], len(scheme["digest"])) == ("trial_scheme", 64)
    read = (await gw.ask("GET", f"{PATH}/trial_scheme")).json()
    assert read["digest"] == scheme["digest"]
    grouped = await gw.ask(
        "POST", "/api/v1/group", key=None, json={"scheme": scheme["digest"], "case": SOUND}
    )
    assert grouped.json()["scheme_digest"] == scheme["digest"]


async def test_a_broken_workbook_is_refused_with_its_place_and_leaves_no_trace(gw):
    """Missing sheet, unknown set, syntax error: the author must find the cell."""
    rules = (STARTER / "ADRG.csv").read_text(encoding="utf-8").splitlines()
    row = next(i for i, line in enumerate(rules) if " in " in line)
    bad_syntax = "\n".join([*rules[:row], rules[row].replace(" in ", " inn ", 1), *rules[row + 1 :]])
    name = next(part for part in rules[row].replace(",", " ").split() if part.startswith(("DI_", "OP_")))
    unknown_set = "\n".join([*rules[:row], rules[row].replace(name, "DI_NOWHERE", 1), *rules[row + 1 :]])
    empty_book = io.BytesIO()
    openpyxl.Workbook().save(empty_book)
    before = await gw.rows()
    for workbook, told, reason in (
        (tables(集合=""), manifest(), "SHEET_MISSING"),
        (tables(ADRG=bad_syntax), manifest(), "RULE_SYNTAX"),
        (tables(ADRG=unknown_set), manifest(), "RULE_UNKNOWN_SET"),
        (empty_book.getvalue(), manifest(), "SHEET_MISSING"),
        (b"no workbook", manifest(), "WORKBOOK_UNREADABLE"),
        (tables(), "{", "MANIFEST_NOT_JSON"),
    ):
        answer = await send(gw, workbook, told)
        assert (answer.status_code, answer.json()["reason"]) == (422, reason), answer.text
        if reason.startswith("RULE"):
            assert "ADRG" in answer.json()["detail"]
            assert str(row + 1) in answer.json()["detail"]
    assert await gw.rows() == before


async def test_only_bureaus_import_and_both_parts_are_needed(gw):
    """A hospital does not choose how it is grouped."""
    assert (await send(gw, tables(), manifest(), who="own")).status_code == 403
    answer = await gw.ask("POST", PATH, who="admin", files={"workbook": ("x.zip", b"x")})
    assert (answer.status_code, answer.json()["reason"]) == (422, "FIELD_REQUIRED")
    assert answer.json()["errors"][0]["field"] == "manifest"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = await gw.ask("POST", PATH, who="admin", content=b"--x\r\nnonsense", headers=headers)
    assert broken.status_code in {400, 422}
    huge = await send(gw, b"x" * (33 * 1024 * 1024), manifest())
    assert (huge.status_code, huge.json()["reason"]) == (413, "BODY_TOO_LARGE")
