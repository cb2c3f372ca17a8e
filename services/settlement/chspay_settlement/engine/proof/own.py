"""One hospital's month worked out again from a package, step by step, to the fen and to the byte.

Nothing is believed but what cannot be known without the others: the published sums, cuts and root. Every
step that holds is told; the first that does not stops the work and is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chspay_core.artefact import POLICY_KEYS, ArtefactKind
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy import Policy, weakest
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.table import coefficient_table_of
from chspay_settlement.engine.model import CaseKind, CasePoints
from chspay_settlement.engine.month.closing import Paying, dues_of, statements_of
from chspay_settlement.engine.month.payment import LineKind, PayLine, Standing
from chspay_settlement.engine.month.settled import Settled, funds_of_cases
from chspay_settlement.engine.month.statement import PROVEN, Adjustment, RunFacts, group_lines
from chspay_settlement.engine.proof.groups import parse_extract
from chspay_settlement.engine.proof.inclusion import decode
from chspay_settlement.engine.proof.leaves import case_leaf, case_nodes
from chspay_settlement.engine.proof.own_cases import OwnCase, parse_cases
from chspay_settlement.engine.proof.papers import Papers, parse_papers
from chspay_settlement.engine.proof.published import Published, parse_section
from chspay_settlement.engine.proof.share import own_division
from chspay_settlement.engine.proof.tree import root_of
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.facts import facts_of
from chspay_settlement.engine.value.split import form_of, hospital_totals

OWN_STATEMENT = Reason("OWN_STATEMENT_BROKEN", Kind.INVALID, "结算单无法识别，或没有总额证明（{value}）。")
OWN_DIFFERS = Reason(
    "OWN_DIFFERS", Kind.PRECONDITION, "核对不符——{value}：数据包为{stated}，重算为{found}。请向经办机构提出。"
)
OWN_IMPOSSIBLE = Reason(
    "OWN_IMPOSSIBLE", Kind.PRECONDITION, "“{value}”之后的内容不可能由结算产生（{what}），请向经办机构提出。"
)
_SCHEME = POLICY_KEYS[ArtefactKind.SCHEME]


class Files(NamedTuple):
    """The members of a package; ``proof`` and ``coefficients`` are empty where there are none."""

    statement: bytes
    policy: bytes
    groups: bytes
    cases: bytes
    papers: bytes
    proof: bytes
    coefficients: bytes
    #: The hospital's key to its leaves.
    key: bytes
    #: SM3 (hex) of the statement, as the bureau keeps and tells it.
    digest: str


class Step(NamedTuple):
    """One thing that was worked out again and holds."""

    key: str
    label: str
    found: str


class Compared(NamedTuple):
    """A case as the package has it and as it was worked out again."""

    case: OwnCase
    points: CasePoints
    fund_fen: int


class Own(NamedTuple):
    """Everything worked out again."""

    statement: Mapping[str, Any]
    public: Published
    division: Division
    cases: Sequence[Compared]
    steps: Sequence[Step]


def recompute(files: Files, steps: list[Step]) -> Own:
    """Works the month of one hospital out again.

    :param steps: filled with every step that holds, also when a later one does not.
    :raises Fault: at the first thing that differs, naming it.
    """
    try:
        return _recompute(files, steps)
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as error:
        # Contents no clearing can have made: a forger's, since every file has one form only.
        after = steps[-1].label if steps else "打开"
        raise Fault(OWN_IMPOSSIBLE, value=after, what=type(error).__name__) from error


def _recompute(files: Files, steps: list[Step]) -> Own:
    same("statement", "结算单的摘要", files.digest, sm3_hex(files.statement))
    said, facts = _statement(files.statement)
    code, name = said["hospital"]["code"], said["hospital"]["name"]
    public = parse_section(said["proof"], code)
    steps.append(Step("statement", "结算单", f"SM3 {sm3_hex(files.statement)}"))
    policy, papers = _policy(files, facts), parse_papers(files.papers)
    evidence = weakest(policy.rule(key).evidence for key in papers.rules_used)
    same("evidence", "政策依据的证据等级", facts.evidence, evidence)
    steps.append(Step("policy", "政策包", f"SM3 {policy.digest}"))
    extract = parse_extract(files.groups)
    extract.check(public.groups)
    steps.append(Step("groups", "病组测算表", f"{len(extract.rows)}组，全表摘要 {public.groups}"))
    cases = parse_cases(files.cases, code)
    table = coefficient_table_of(files.coefficients) if files.coefficients else None
    measured = coefficients_of(policy, table) if table else None
    points = _points(cases, Pricer(extract.table, policy, measured))
    steps.append(Step("points", "病例点数", f"{len(cases)}例，逐例相同"))
    division = _division(facts, public, cases, policy, code)
    steps.append(Step("share", "点值与本机构应得", f"{sum(h.fund_fen for h in division.hospitals)}分"))
    funds = funds_of_cases(division, policy, code, [Settled(c.inp, c.points) for c in cases])
    for case in cases:
        same("fund", f"病例{case.inp.case_id}的基金支付（分）", case.fund_fen, funds[case.inp.case_id])
    steps.append(Step("funds", "病例金额", f"{len(cases)}例，合计与本机构应得相同"))
    _check_statement(files.statement, said, facts, public, division, cases, policy, papers, name)
    steps.append(Step("bytes", "结算单逐字节", "相同"))
    _check_proof(files, public, cases, code)
    steps.append(Step("proof", "总额证明", f"根 {public.root.hash.hex()}"))
    compared = [
        Compared(case, found, funds[case.inp.case_id]) for case, found in zip(cases, points, strict=True)
    ]
    return Own(said, public, division, compared, steps)


def same(field: str, what: str, stated: object, found: object) -> None:
    """Refuse what differs, naming it.

    :raises Fault: OWN_DIFFERS.
    """
    if stated != found:
        raise Fault(OWN_DIFFERS, field=field, value=what, stated=stated, found=found)


def _statement(content: bytes) -> tuple[dict[str, Any], RunFacts]:
    """What a statement says, and of its run."""
    try:
        said: dict[str, Any] = json.loads(content)
        if said["format"] != PROVEN:
            raise ValueError(said["format"])
        run, policy, scheme = said["run"], said["policy"], said["scheme"]
        facts = RunFacts(
            run_id=run["id"], pool=run["pool"], period=run["period"], nature=said["nature"],
            engine_version=run["engine"], policy_place=policy["place"], policy_on=policy["on"],
            policy_digest=policy["digest"], scheme_id=scheme["id"], scheme_digest=scheme["digest"],
            evidence=said["evidence"], fund_fen=run["fund_fen"],
        )  # fmt: skip
        if not all(isinstance(said["hospital"][name], str) for name in ("code", "name")):
            raise TypeError("hospital")
        if not isinstance(said["proof"], dict) or not isinstance(facts.fund_fen, int):
            raise TypeError("proof")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Fault(OWN_STATEMENT, value=type(error).__name__) from error
    return said, facts


def _policy(files: Files, facts: RunFacts) -> Policy:
    bundle = Bundle.parse(files.policy)
    same("policy", "政策包的摘要", facts.policy_digest, bundle.digest)
    same("policy", "政策所属地区", facts.policy_place, bundle.place)
    last = Month.parse(facts.period, "period").last
    policy = bundle.on(last)
    same("policy", "政策适用的日期（当月最后一日）", facts.policy_on, last.isoformat())
    same("policy", "结算单的统筹区", facts.pool, policy.place)
    if policy.has(_SCHEME):
        named = policy.text(_SCHEME)
        same("scheme", "分组方案", facts.scheme_id, named)
        sealed = policy.scheme_digest(named)
        same("scheme", "分组方案的摘要", facts.scheme_digest, sealed or facts.scheme_digest)
    return policy


def _points(cases: Sequence[OwnCase], pricer: Pricer) -> list[CasePoints]:
    found = pricer.price_all([case.inp for case in cases])
    for case, points in zip(cases, found, strict=True):
        if case.points != points:
            what = f"病例{case.inp.case_id}的点数（百万分之一点）"
            same("points", what, tuple(case.points), tuple(points))
    return found


def _division(
    facts: RunFacts, public: Published, cases: Sequence[OwnCase], policy: Policy, code: str
) -> Division:
    form = form_of(policy)
    inputs, points = [case.inp for case in cases], [case.points for case in cases]
    totals = hospital_totals(inputs, points, form)
    found = facts_of(inputs, points, form, policy)
    own = totals[0] if totals else None
    if own is not None:
        same("hospital", "病例所属的医疗机构", code, own.hospital_code)
    return own_division(facts.fund_fen, public, own, found, policy)


def _check_statement(  # noqa: PLR0913, PLR0917 - a statement is made of these
    content: bytes,
    said: Mapping[str, Any],
    facts: RunFacts,
    public: Published,
    division: Division,
    cases: Sequence[OwnCase],
    policy: Policy,
    papers: Papers,
    name: str,
) -> None:
    code = said["hospital"]["code"]
    lines = _lines(said)
    other = [line for line in lines if line.kind is not LineKind.HOLD]
    holds = [Standing(x.number, x.note, -x.amount_fen) for x in lines if x.kind is LineKind.HOLD]
    place = {code: ("", name)}
    paying = Paying({code: other}, {code: holds}, {} if division.hospitals else place)
    dues = dues_of(division, place, policy, paying)
    earning = [case for case in cases if case.points.kind is not CaseKind.EXCLUDED]
    groups = group_lines(
        (case.inp for case in earning),
        (case.points for case in earning),
        (case.fund_fen for case in earning),
    )
    marked = [Adjustment(case.inp.case_id, mark) for case in cases for mark in case.inp.marks]
    papers.check(lines, ((found.case_id, found.mark) for found in marked))
    ordered = {(a["case"], a["kind"]): place for place, a in enumerate(said["adjustments"])}
    marked.sort(key=lambda found: ordered.get((found.case_id, found.mark.kind), -1))
    made = statements_of(facts, division, dues, {code: groups}, {code: marked}, public)
    if made != [content]:
        again = json.loads(made[0]) if made else {}
        path, stated, found = _first_difference(said, again)
        same("statement", f"结算单的“{path}”", stated, found)
        raise Fault(OWN_DIFFERS, field="statement", value="结算单的写法", stated="非规范", found="规范")


def _lines(said: Mapping[str, Any]) -> list[PayLine]:
    try:
        return [
            PayLine(
                LineKind(line["kind"]), line["number"], line["case"], line["note"], line["amount_fen"],
                line["refers"],
            )
            for line in said["payment"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(OWN_STATEMENT, value="payment") from error


def _first_difference(stated: Any, found: Any, path: str = "") -> tuple[str, Any, Any]:
    """The first place where two structures differ."""
    if isinstance(stated, dict) and isinstance(found, dict):
        for key in sorted({*stated, *found}):
            if stated.get(key) != found.get(key):
                return _first_difference(stated.get(key), found.get(key), f"{path}.{key}".lstrip("."))
    if isinstance(stated, list) and isinstance(found, list) and len(stated) == len(found):
        for place, (one, other) in enumerate(zip(stated, found, strict=True)):
            if one != other:
                return _first_difference(one, other, f"{path}[{place + 1}]")
    return path, stated, found


def _check_proof(files: Files, public: Published, cases: Sequence[OwnCase], code: str) -> None:
    """The cases are all the hospital's leaves, and the hospital is counted under the published root."""
    if not cases:
        same("proof", "没有病例的机构的总额证明", files.proof, b"")
        return
    proof = decode(files.proof)
    same("proof", "总额证明所属的医疗机构", proof.hospital_code, code)
    same("proof", "机构证明中不应有单个病例", proof.case, None)
    leaves = [case_leaf(case.inp, case.points, case.fund_fen) for case in cases]
    leaves.sort(key=lambda leaf: leaf.case_id)
    own = root_of(case_nodes(code, leaves, files.key))
    same(
        "proof", "本机构全部病例的汇总", (proof.own.hash.hex(), *proof.own.sums), (own.hash.hex(), *own.sums)
    )
    proof.check(public.root)
