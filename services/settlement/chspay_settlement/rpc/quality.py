"""The servicer of intake quality: messages in, use-cases, messages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from chspay.settlement.v1 import quality_pb2 as pb
from chspay.settlement.v1 import quality_pb2_grpc
from chspay_core.amounts import plain
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_settlement.app.quality.checking import Quality, rules
from chspay_settlement.engine.quality.ruleset import ERROR, Rule
from chspay_settlement.engine.quality.scores import Sums, adoptions, percent, score
from chspay_settlement.faults_episodes import PART_BAD
from chspay_settlement.store.quality import Result, Wanted

NAME = "chspay.settlement.v1.QualityService"
Context = Any
_LAST = 1_000_000
_Days = pb.GetResultsRequest | pb.GetScoresRequest


class QualityServicer(quality_pb2_grpc.QualityServiceServicer):
    """Serves ``QualityService``; writes nothing."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, quality: Quality) -> None:
        self._quality = quality

    async def CheckLists(self, request: pb.CheckListsRequest, _context: Context) -> pb.CheckListsResponse:
        """Checks lists before their upload."""
        outcome = await self._quality.check(request.lists)
        counts = outcome.counts()
        setl_ids = outcome.sheet.single["setl_id"]
        lists = [
            pb.CheckedList(
                setl_id=outcome.sheet.texts.values_of[setl_ids[at]],
                errors=int(counts["errors"][at]),
                warnings=int(counts["warnings"][at]),
                findings=[_finding(found.rule, found.rows) for found in findings],
                undecided=[
                    pb.UndecidedRule(rule=rule.id, lacking=lacking) for rule, lacking in outcome.missing(at)
                ],
            )
            for at, findings in enumerate(outcome.findings())
        ]
        return pb.CheckListsResponse(rule_set=outcome.rule_set.version, lists=lists)

    async def GetResults(self, request: pb.GetResultsRequest, _context: Context) -> pb.GetResultsResponse:
        """What the checks of accepted lists found."""
        if request.list_id or request.setl_id:
            found = await self._quality.result_of(request.list_id, request.hospital_code, request.setl_id)
            return pb.GetResultsResponse(results=[_result(one) for one in found], total=len(found))
        wanted = _wanted(request)
        query = ("quality", *map(str, astuple(wanted)))
        offset, limit = _offset(request.offset), paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found, total = await self._quality.results(wanted, after, offset, limit + 1)
        shown = found[:limit]
        token = ""
        if len(found) > limit:
            token = paging.encode(query, [shown[-1].discharge_date.isoformat(), shown[-1].list_id])
        return pb.GetResultsResponse(
            results=[_result(one) for one in shown], next_page_token=token, total=total
        )

    async def GetScores(self, request: pb.GetScoresRequest, _context: Context) -> pb.GetScoresResponse:
        """Scores of hospitals."""
        found = await self._quality.sums(request.hospital_code, *_days(request))
        return pb.GetScoresResponse(
            rule_set=rules().version, scores=[_score(code, sums) for code, sums in sorted(found.items())]
        )

    async def ListRules(self, _request: pb.ListRulesRequest, _context: Context) -> pb.ListRulesResponse:
        """The rules in force."""
        rule_set = rules()
        return pb.ListRulesResponse(
            rule_set=rule_set.version,
            title=rule_set.title,
            note=rule_set.note,
            rules=[
                pb.QualityRule(
                    rule=rule.id,
                    level=_level(rule),
                    family=rule.family,
                    fields=rule.at,
                    labels=[rule_set.catalogue.label(path) for path in rule.at],
                    message=rule.says,
                    fix=rule.fix,
                    expression=rule.expression,
                    sources=[rule_set.sources[source] for source in rule.cite],
                    evidence=rule.evidence,
                )
                for rule in rule_set.rules
            ],
        )


def _wanted(request: pb.GetResultsRequest) -> Wanted:
    return Wanted(
        request.hospital_code,
        *_days(request),
        with_errors=request.with_errors or request.worst == pb.QUALITY_LEVEL_ERROR,
        warnings_only=request.worst == pb.QUALITY_LEVEL_WARNING,
    )


def _offset(asked: int) -> int:
    if not 0 <= asked <= _LAST:
        raise Fault(PART_BAD, field="offset", value=asked)
    return asked


def _days(request: _Days) -> tuple[date, date]:
    first, last = date.min, date.max
    if request.HasField("discharged_from"):
        first = date_from_pb(request.discharged_from, "discharged_from")
    if request.HasField("discharged_to"):
        last = date_from_pb(request.discharged_to, "discharged_to")
    return first, last


def _level(rule: Rule) -> pb.QualityLevel:
    return pb.QUALITY_LEVEL_ERROR if rule.level == ERROR else pb.QUALITY_LEVEL_WARNING


def _finding(rule: Rule, rows: Sequence[int]) -> pb.QualityFinding:
    return pb.QualityFinding(
        rule=rule.id, level=_level(rule), fields=rule.at, rows=rows, message=rule.says, fix=rule.fix
    )


def _result(found: Result) -> pb.QualityResult:
    known = ((rules().rule(rule), rows) for rule, rows in found.findings)
    result = pb.QualityResult(
        list_id=found.list_id,
        version=found.version,
        setl_id=found.case_id,
        hospital_code=found.hospital_code,
        discharge_date=date_to_pb(found.discharge_date),
        rule_set=found.rule_set,
        errors=found.errors,
        warnings=found.warnings,
        undecided=found.undecided,
        # A rule that is no longer in the set keeps its number in the store and is not worded anew.
        findings=[_finding(rule, rows) for rule, rows in known if rule is not None],
        group_status=found.status,
    )
    result.checked_at.FromDatetime(found.checked_at)
    return result


def _score(hospital_code: str, sums: Sums) -> pb.HospitalScore:
    found = score(rules(), sums)
    return pb.HospitalScore(
        hospital_code=hospital_code,
        lists=sums.lists,
        passed=sums.passed,
        score="" if found.hundredths is None else str(found.sheet["score"].value),
        parts=[
            pb.QualityPart(
                key=one.part.key,
                label=one.part.label,
                percent="" if one.ratio is None else percent(one.ratio),
                weight=plain(one.part.weight),
                formula=one.part.formula,
                evidence=one.part.evidence,
            )
            for one in found.measures
        ],
        adoption=[
            pb.CodeAdoption(
                number=one.code_set.number,
                label=one.code_set.label,
                used=one.used,
                right=one.right,
                basis=one.basis,
            )
            for one in adoptions(rules(), sums)
        ],
    )
