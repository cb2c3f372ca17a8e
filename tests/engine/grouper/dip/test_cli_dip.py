"""``chspay dip`` as a person meets it, over a synthetic city and over real diagnoses and procedures."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from chspay_cli.casefile import read_cases, write_rows
from chspay_cli.cli_dip import app
from chspay_cli.cli_generate import generate
from chspay_cli.dipfile import find_catalogue
from chspay_core.casting import typed
from chspay_core.errors import Fault
from chspay_grouper.engine.dip.record import READ

RUN = CliRunner()
NEXT_YEAR = ("--policy", "990100", "--on", "2027-01-01", "--out")


def _run(*words):
    return RUN.invoke(app, [str(word) for word in words], catch_exceptions=False, env={"COLUMNS": "120"})


def _refused(*words):
    with pytest.raises(Fault) as caught:
        RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    return caught.value


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A month of the synthetic city and its catalogue for the next year."""
    home = tmp_path_factory.mktemp("dip")
    generate(out=home / "month.parquet", cases=6000, seed=7, month="2026-01", faults="0.01", hospitals=8)
    done = _run("build", home / "month.parquet", *NEXT_YEAR, home / "C")
    assert done.exit_code == 0, done.output
    return home


def test_a_city_from_cases_to_answers(city):
    """Build, show, group and explain agree with each other on every case."""
    catalogue = find_catalogue(city / "C")
    answers = city / "answers.csv"
    from_city = (city / "month.parquet", "--catalogue", city / "C")
    done = _run("group", *from_city, "-o", answers, "--columns", "answers")
    assert done.exit_code == 0
    with answers.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6000
    levels = Counter(row["dip_level"] for row in rows)
    assert levels["core"] == catalogue.placed["core"] > 100
    assert levels["comprehensive"] == catalogue.placed["comprehensive"] > 1000
    assert Counter(row["dip"] for row in rows if row["dip"]) == {g.code: g.count for g in catalogue.groups}
    shown = _run("show", city / "C").stdout
    assert catalogue.digest in shown
    assert f"核心病种{catalogue.counts()['core']:,}" in shown
    grouped = next(row for row in rows if row["dip_level"] == "core")
    told = _run("explain", *from_city, "--case", grouped["case_id"])
    assert grouped["dip"] in told.stdout.splitlines()[-1]
    steps = json.loads(_run("explain", *from_city, "--case", grouped["case_id"], "--json").stdout)["steps"]
    assert steps[-1]["code"] == grouped["dip"]


def test_one_process_and_many_write_the_same_file(city):
    """How many processors a machine has must not show in anybody's answer."""
    from_city = (city / "month.parquet", "--catalogue", city / "C")
    for name in ("jobs.parquet", "jobs.csv"):
        written = []
        for jobs in (1, 2, 3):
            done = _run("group", *from_city, "-o", city / name, "--jobs", jobs)
            assert done.exit_code == 0, done.output
            written.append((city / name).read_bytes())
        assert written[0] == written[1] == written[2]


def test_a_catalogue_policy_does_not_name_is_refused(city):
    """A place that is paid by one catalogue is not grouped by another because somebody had it at hand."""
    words = (city / "month.parquet", "--catalogue", city / "C", "-o", city / "no.csv", "--policy", "990100")
    assert _refused("group", *words, "--on", "2027-01-01").reason.code == "POLICY_MISSING"
    assert not (city / "no.csv").exists()


def test_building_again_from_csv_gives_the_same_digest(city):
    """Typed Parquet and text CSV of the same cases are the same facts."""
    batches = list(read_cases(city / "month.parquet"))
    write_rows(city / "month.csv.gz", batches[0].schema, iter(batches))
    done = _run("build", city / "month.csv.gz", *NEXT_YEAR, city / "D")
    assert done.exit_code == 0
    assert find_catalogue(city / "D").digest == find_catalogue(city / "C").digest


def test_the_group_table_and_one_group_are_shown(city):
    """A catalogue is published as a table, one row per group."""
    catalogue = find_catalogue(city / "C")
    _run("show", city / "C", "-o", city / "groups.csv")
    with (city / "groups.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == [group.code for group in catalogue.groups]
    told = _run("show", city / "C", "--group", rows[0]["code"]).stdout
    assert f"病种分值{rows[0]['score']}" in told
    assert _refused("show", city / "C", "--group", "Q00.0").reason.code == "DIP_GROUP_UNKNOWN"


def test_two_catalogues_are_compared_with_cases(city, tmp_path):
    """What a new day of use changes is told in groups, scores and cases moved."""
    _run("build", city / "month.parquet", "--policy", "990100", "--on", "2028-01-01", "--out", tmp_path / "E")
    same = _run("diff", city / "C", city / "C")
    assert "没有不同" in same.stdout
    done = _run("diff", city / "C", tmp_path / "E", "--cases", city / "month.parquet")
    assert "年份权重" in done.stdout
    assert "换病种0例" in done.stdout


def test_what_is_not_a_catalogue_is_refused(city, tmp_path):
    """A damaged, missing or occupied folder is told before any work."""
    shutil.copytree(city / "C", tmp_path / "C")
    file = tmp_path / "C" / "catalogue.json"
    file.write_bytes(file.read_bytes().replace(b'"threshold":"15"', b'"threshold":"16"'))
    assert _refused("show", tmp_path / "C").reason.code == "DIP_CATALOGUE_ALTERED"
    assert _refused("show", tmp_path / "none").reason.code == "DIP_CATALOGUE_MISSING"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("a")
    assert (
        _refused("build", city / "month.parquet", *NEXT_YEAR, tmp_path / "other").reason.code
        == "DIP_OUT_OCCUPIED"
    )
    words = ("--policy", "330100", "--on", "2027-01-01", "--out", tmp_path / "hangzhou")
    assert _refused("build", city / "month.parquet", *words).reason.code == "POLICY_MISSING"
    assert (
        _refused("explain", city / "month.parquet", "--catalogue", city / "C", "--case", "no").reason.code
        == "CASE_NOT_IN_FILE"
    )


def test_real_stays_of_a_neurosurgery_hospital(shared, tmp_path):
    """3,505 real records with their real spread of codes; the cost is their weight, for want of another."""
    with (shared / "data/chile_2023_neurosurgery.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [*(name for name in rows[0] if name in READ), "total_cost"]
    source = tmp_path / "chile.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, names)
        out.writeheader()
        for row in rows:
            whole, _, part = row["ir_weight"].partition(".")
            row["total_cost"] = f"{whole}{(part + '0000')[:4]}"
            out.writerow({name: row[name] for name in names})
    done = _run("build", source, "--policy", "990100", "--on", "2024-01-01", "--out", tmp_path / "C")
    assert done.exit_code == 0, done.output
    catalogue = find_catalogue(tmp_path / "C")
    _run("group", source, "--catalogue", tmp_path / "C", "-o", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    counted = Counter(table["dip"].to_pylist())
    assert sum(counted.values()) == len(rows) == 3505
    assert {code: n for code, n in counted.items() if code} == {g.code: g.count for g in catalogue.groups}
    assert catalogue.counts()["core"] >= 30
    assert catalogue.placed["core"] + catalogue.placed["comprehensive"] > 0.9 * len(rows)


def test_a_file_of_text_and_a_typed_file_group_alike(city):
    """The same code for text and typed columns, row for row."""
    batch = next(iter(read_cases(city / "month.csv.gz"))) if (city / "month.csv.gz").exists() else None
    if batch is None:
        batches = list(read_cases(city / "month.parquet"))
        write_rows(city / "month.csv", batches[0].schema, iter(batches))
        batch = next(iter(read_cases(city / "month.csv")))
    from chspay_grouper.engine.dip.batch import DipBatch
    from chspay_grouper.engine.dip.match import DipGrouper

    dip = DipBatch(DipGrouper(find_catalogue(city / "C")))
    as_text, as_typed = dip.group(batch), dip.group(typed(batch)[0])
    assert as_text[0].tolist() == as_typed[0].tolist()
    assert as_text[1] == as_typed[1]
    assert isinstance(dip.columns(*as_text)["dip_score"], pa.Array)
