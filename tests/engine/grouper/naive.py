"""A second grouper, written from the handbook's algorithm alone: slow, plain, and sharing no engine code.

It reads the canonical JSON of a scheme and the rule texts as published, and interprets each rule anew for
each case with sets of codes. It exists to disagree: every other engine is compared with it.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from chspay_core.case import Case

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|>=|<=|[<>=(){},∩]|\w+)")
_DIAGNOSES, _PROCEDURES = ("ZYZD", "QTZD"), ("ZYSS", "QTSS")
_SIGNS = {
    ">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b, "=": lambda a, b: a == b,
}  # fmt: skip


class NaiveGrouper:
    """Answers ``(status, mdc, adrg, drg)``; codes are empty unless the case is grouped."""

    def __init__(self, content: bytes) -> None:
        self.scheme = json.loads(content)
        self.options = self.scheme["options"]
        self.sets = {name: set(codes) for name, codes in self.scheme["sets"].items()}
        self.exclusions = {name: set(codes) for name, codes in self.scheme["exclusions"].items()}
        self.cc: dict[str, list[tuple[str, str]]] = {}
        for code, level, table in self.scheme["cc"]:
            self.cc.setdefault(code, []).append((level, table))
        self.grey = set(self.options["grey_codes"]) | self.sets.get(self.options["grey_set"], set())
        self.tokens: dict[str, list[str]] = {}
        self.days = sorted(
            {
                int(Decimal(number)) + step
                for rule in self._rules(self.scheme["groups"])
                for number in re.findall(r"(?i)XSRTL\s*(?:>=|<=|<|>|=)\s*(\d+(?:\.\d+)?)", rule)
                for step in (-1, 0, 1)
            }
            & set(range(366))
        )

    def _rules(self, groups):
        for _, _, rule, children in groups:
            yield rule
            yield from self._rules(children)

    def group(self, case: Case) -> tuple[str, str, str, str]:
        """The answer of one case with canonical codes."""
        if case.sex not in (1, 2) or not case.diagnoses or not case.diagnoses[0]:
            return ("invalid", "", "", "")
        numbers = (case.age_years, case.age_days, case.newborn_weight_g, case.los_days, case.icu_hours)
        if any(number is not None and number < 0 for number in numbers):
            return ("invalid", "", "", "")
        came, left = case.admission_date, case.discharge_date
        if came and left and left < came:
            return ("invalid", "", "", "")
        answer = self._answer(case, case.age_days)
        if case.age_years == 0 and case.age_days is None:
            main, rest = self._operations(case)
            if len({self._once(case, days, main, rest) for days in self.days}) > 1:
                return ("invalid", "", "", "")
        return answer or ("ungrouped", "", "", "")

    def _operations(self, case: Case) -> tuple[list[str], list[str]]:
        first, others = case.procedures[:1], case.procedures[1:]
        return (
            [code for code in first if code and not self._among(code, self.grey)],
            [code for code in others if code and not self._among(code, self.grey)],
        )

    def _answer(self, case: Case, days: int | None):
        main, rest = self._operations(case)
        answer = self._once(case, days, main, rest)
        if answer is None and self.options["retry_ungrouped_with_each_other_procedure"]:
            for code in rest:
                answer = self._once(case, days, [code], [])
                if answer:
                    break
        return answer

    def _once(self, case: Case, days: int | None, main: list[str], rest: list[str]):
        facts = self._facts(case, days, main, rest)
        for mdc, _, mdc_rule, adrgs in self.scheme["groups"]:
            if not self._true(mdc_rule, facts):
                continue
            for adrg, _, adrg_rule, drgs in adrgs:
                medical = len(adrg) == 3 and "R" <= adrg[1] <= "Z"
                surgical = medical and self.options["surgical_case_passes_medical"]
                if surgical and self._hit(["ZYSS"], ["OP_ALL"], facts):
                    continue
                if not self._true(adrg_rule, facts):
                    continue
                for drg, _, drg_rule, _ in drgs:
                    if self._true(drg_rule, facts):
                        suffix = self.scheme["ambiguous_suffix"]
                        ambiguous = bool(suffix) and adrg == mdc + suffix
                        return ("ambiguous" if ambiguous else "grouped", mdc, adrg, drg)
        return None

    def _facts(self, case: Case, days: int | None, main: list[str], rest: list[str]) -> dict:
        stay, leaving, place = case.los_days, case.leaving_type.strip(), case.department.strip()
        if stay is None and case.admission_date and case.discharge_date:
            stay = max((case.discharge_date - case.admission_date).days, 1)
        return {
            "ZYZD": [case.diagnoses[0]], "QTZD": [code for code in case.diagnoses[1:] if code],
            "ZYSS": main, "QTSS": rest,
            "NL": case.age_years, "XB": case.sex, "XSRTL": days, "XSRTZ": case.newborn_weight_g or None,
            "ZYTS": stay, "LYFS": int(leaving) if leaving.isdecimal() else None,
            "ZZJHXS": case.icu_hours, "KSICU": int(place.upper() == "ICU") if place else None,
        }  # fmt: skip

    def _among(self, code: str, members: set[str]) -> bool:
        if not self.options["member_prefix"]:
            return code in members
        return any(
            code.startswith(member[:-1]) if member.endswith("*") else code == member for member in members
        )

    def _member(self, code: str, name: str, facts: dict) -> bool:
        if name not in ("MCC", "CC"):
            return self._among(code, self.sets[name])
        principal = facts["ZYZD"][0]
        return any(
            level == name and not self._among(principal, self.exclusions.get(table, set()))
            for listed, rows in self._listed(code)
            for level, table in rows
        )

    def _listed(self, code: str):
        if not self.options["member_prefix"]:
            return [(code, self.cc.get(code, []))]
        return [(key, rows) for key, rows in self.cc.items() if self._among(code, {key})]

    def _hit(self, fields: list[str], names: list[str], facts: dict) -> bool:
        return any(
            self._member(code, name, facts) for field in fields for code in facts[field] for name in names
        )

    def _true(self, rule: str, facts: dict) -> bool:
        if not rule.strip():
            return True
        tokens = self.tokens.get(rule)
        if tokens is None:
            tokens = self.tokens[rule] = _TOKEN.findall(rule)
        holds, at = self._any(tokens, 0, facts)
        assert at == len(tokens), rule
        return holds

    def _any(self, tokens, at, facts):
        holds, at = self._all(tokens, at, facts)
        while at < len(tokens) and tokens[at].lower() == "or":
            more, at = self._all(tokens, at + 1, facts)
            holds = holds or more
        return holds, at

    def _all(self, tokens, at, facts):
        holds, at = self._not(tokens, at, facts)
        while at < len(tokens) and tokens[at].lower() == "and":
            more, at = self._not(tokens, at + 1, facts)
            holds = holds and more
        return holds, at

    def _not(self, tokens, at, facts):
        if tokens[at].lower() == "not":
            holds, at = self._not(tokens, at + 1, facts)
            return not holds, at
        return self._atom(tokens, at, facts)

    def _atom(self, tokens, at, facts):
        token = tokens[at]
        if token == "(":
            holds, at = self._any(tokens, at + 1, facts)
            return holds, at + 1
        if token.lower() == "length":
            name = tokens[at + 2]
            fields, at = self._names(tokens, at + 4)
            codes = {
                code for field in fields for code in facts[field.upper()] if self._member(code, name, facts)
            }
            return _SIGNS[tokens[at + 1]](len(codes), Decimal(tokens[at + 2])), at + 3
        if token[0].isdecimal():
            return Decimal(token) != 0, at + 1
        if token != "{" and token.upper() not in (*_DIAGNOSES, *_PROCEDURES):
            value, sign, number = facts[token.upper()], _SIGNS[tokens[at + 1]], Decimal(tokens[at + 2])
            return value is not None and sign(value, number), at + 3
        fields, at = self._names(tokens, at)
        negated = tokens[at].lower() == "not"
        names, at = self._names(tokens, at + 1 + negated)
        return self._hit([field.upper() for field in fields], names, facts) != negated, at

    @staticmethod
    def _names(tokens, at):
        if tokens[at] != "{":
            return [tokens[at]], at + 1
        end = tokens.index("}", at)
        return [token for token in tokens[at + 1 : end] if token != ","], end + 1
