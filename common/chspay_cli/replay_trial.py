"""An offline trial clearing sealed as a replay bundle, and done again from it, file by file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from chspay_cli import trial_output
from chspay_cli.carvefile import carved_facts
from chspay_cli.trial_cases import CASE_SCHEMA, cleared_columns
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_core.policy import canonical_json
from chspay_core.weight_table import load_weight_table
from chspay_kit.machinecode import keep_machine_code
from chspay_kit.package_draft import Draft
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.table import coefficient_table_of
from chspay_settlement.engine.value.carve import Carve, Carved, carve
from chspay_settlement.engine.value.forms import POINT_VALUE
from chspay_settlement.engine.value.split import form_of

if TYPE_CHECKING:
    from chspay_cli.replay_run import Part
    from chspay_settlement.engine.columnar.columns import Each
    from chspay_settlement.engine.replay.results import Place

_AT = "trial/"
_CASES = f"{_AT}{trial_output.CASES}"
#: The file that says everything of a trial but its rows.
RUN_FILE = f"{_AT}{trial_output.RUN}"


def seal_trial(folder: Path, path: Path) -> str:
    """Seals the folder of a trial as a replay bundle; answers its digest.

    :raises Fault: NOT_A_TRIAL.
    """
    keep_machine_code()
    from chspay_settlement.engine.replay import bundle, cases, writing

    try:
        facts = json.loads((folder / trial_output.RUN).read_bytes())
        if facts["format"] != trial_output.FORMAT:
            raise Fault(trial_output.NOT_A_TRIAL, value=folder)
        names = [name for name in (*trial_output.FILES, *trial_output.OPTIONAL) if (folder / name).is_file()]
        digests = {f"{_AT}{name}": _digest(folder / name) for name in names}
        number, engine = digests[RUN_FILE], str(facts["engine"])
        with Draft(path.parent) as draft:
            given = {"engine": engine}
            draft.put(bundle.RUN, bundle.run_content(bundle.TRIAL, number[:16], {}, given))
            draft.put(bundle.POLICY, canonical_json(facts["policy"]["bundle"]))
            for name in names:
                if name != trial_output.CASES:
                    draft.put(f"{_AT}{name}", (folder / name).read_bytes())
            draft.put_rows(bundle.CASES, cases.INPUT_SCHEMA, _inputs(folder / trial_output.CASES))
            writing.put_marks(draft, {})
            draft.put(bundle.EXPECTED, bundle.Expected(digests, []).content())
            sealed = {"clearing": number[:16], "of": bundle.TRIAL, "engine": engine}
            return draft.seal(path, bundle.PACKAGE, sealed)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Fault(trial_output.NOT_A_TRIAL, value=folder) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return sm3_hex_of(iter(lambda: file.read(1 << 20), b""))


def _inputs(path: Path) -> Iterator[pa.RecordBatch]:
    """The cases of a trial as they were cleared."""
    from chspay_settlement.engine.replay.cases import INPUT_SCHEMA

    types = {field.name: field.type for field in CASE_SCHEMA}
    options = pa_csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    with pa_csv.open_csv(path, convert_options=options) as reader:
        for batch in reader:
            bills = pa.nulls(len(batch), pa.int64())
            columns = [bills if name == "bill_fen" else batch.column(name) for name in INPUT_SCHEMA.names]
            yield pa.RecordBatch.from_arrays(columns, schema=INPUT_SCHEMA)


def replay_trial(part: Part, columns: Any, each: Each) -> tuple[dict[str, str], dict[str, bytes]]:
    """The files of the trial written again: SM3 of each, and the bytes of all but the cases."""
    from chspay_settlement.engine.columnar.clearing import clear_columns
    from chspay_settlement.engine.replay import bundle

    facts = json.loads(part.read(RUN_FILE))
    sealed = Bundle.parse(part.read(bundle.POLICY))
    policy = sealed.on(parse_day(facts["policy"]["on"], "on"))
    # A trial asks for the policy's own form, and takes another one for a file without the patients' part.
    form = form_of(policy)
    if form.name != facts["point_value"]["form"]:
        form = POINT_VALUE.named(facts["point_value"]["form"], policy)
    measured = weights = carved = table = None
    if part.has(f"{_AT}{trial_output.COEFFICIENTS}"):
        measured = coefficient_table_of(part.read(f"{_AT}{trial_output.COEFFICIENTS}"))
    if part.has(f"{_AT}{trial_output.WEIGHTS}"):
        weights = load_weight_table(part.read(f"{_AT}{trial_output.WEIGHTS}"))
        table = trial_output.weighed(weights, policy)
    if "carved" in facts:
        carved = _carved(facts["carved"], policy)
    done = clear_columns(
        columns, facts["fund_fen"], policy, form=form, table=table,
        coefficients=coefficients_of(policy, measured), each=each,
    )  # fmt: skip
    found = cleared_columns(done)
    again = trial_output.run_facts(found, policy, sealed, facts["fund_fen"], facts["input"], measured)
    if carved is not None:
        again["carved"] = carved_facts(carved)
    with tempfile.TemporaryDirectory(prefix="chspay-replay-") as name:
        folder = Path(name)
        trial_output.write_trial(folder, found, again, measured, carved, weights)
        digests = {f"{_AT}{file.name}": _digest(file) for file in sorted(folder.iterdir())}
        small = {
            f"{_AT}{file.name}": file.read_bytes()
            for file in folder.iterdir()
            if file.name != trial_output.CASES
        }
    return digests, small


def _carved(stored: dict[str, Any], policy: Any) -> Carved:
    carves = [Carve(**row) for row in (*stored["aside"], *stored["added"])]
    return carve(stored["fund_fen"], carves, policy)


def first_trial_difference(
    part: Part, expected: dict[str, str], digests: dict[str, str], small: dict[str, bytes]
) -> Place | None:
    """The first file, and the first place in it, that is not what it was."""
    from chspay_settlement.engine.replay.results import Place, first_difference

    for name in dict.fromkeys([*expected, *digests]):
        if expected.get(name) == digests.get(name):
            continue
        if name == _CASES:
            return Place(name, "全部病例", expected.get(name, "没有"), digests.get(name, "没有"))
        return first_difference(name, part.read(name) if part.has(name) else None, small.get(name))
    return None
