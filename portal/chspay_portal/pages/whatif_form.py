"""Asking "what if": which run, which rules are tried in place of those in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.wording import unit_text
from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal import reasons, words
from chspay_portal.frame import PATIENCE, show, to_sign_in
from chspay_portal.gateway import Refused, refused
from chspay_portal.pages.errors import code_line
from chspay_portal.pages.run import title_of
from chspay_portal.portal import Visit, visit_of
from chspay_portal.sessions import Draft
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import card, href, link

router = APIRouter(include_in_schema=False)

#: Rules that decide what a month pays, by the beginning of their key, with a heading.
_GROUPS = (
    ("高低倍率", ("outlier.",)),
    ("病例点数的算法", ("settle.",)),
    ("差异系数", ("coefficient.",)),
    ("病组测算", ("points.", "stability.")),
)
#: Of those, what a month does not read.
_NOT_OF_A_MONTH = {"settle.month_days_max", "points.source", "points.year_method", "points.year_weights"}
_FEES = (
    ("fee_drug", "药品费"),
    ("fee_consumable", "耗材费"),
    ("fee_test", "检查检验费"),
    ("fee_service", "医疗服务费"),
)
_MOST_ROWS = 12
#: Words of a rule and what they mean, as its label lists them: （gt高于，ge不低于）.
_CHOICE = re.compile(r"[（，]([a-z][a-z_]*)([^a-z，）][^，）]*)")
_LONGEST_NAME = 60
_AGES = "0-17,18-64,65-"


@ui.page("/what-if/new", response_timeout=PATIENCE)
async def new_page(request: Request, run: str = "") -> Response | None:
    """The form for one run."""
    return await show(request, lambda visit: _form(visit, run))


async def rules_of(visit: Visit, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules in force for a run that decide what it pays."""
    last = Month(run["year"], run["month"]).last
    found = await visit.every("places", run["pool"], "rules", on=last.isoformat())
    starts = tuple(start for _, group in _GROUPS for start in group)
    return [
        rule
        for rule in found
        if rule["key"].startswith(starts) and rule["key"] not in _NOT_OF_A_MONTH and _can_try(rule["value"])
    ]


def _can_try(value: Any) -> bool:
    """Whether the form can offer a rule: a figure, a word, or a table that fits it."""
    if isinstance(value, list):
        return 0 < len(value) <= _MOST_ROWS and all(isinstance(row, dict) for row in value)
    return isinstance(value, str)


async def _form(visit: Visit, run_id: str) -> Sheet:
    run = await visit.get("runs", run_id or "-")
    title = title_of(run, await visit.place(run["pool"]))
    rules = await rules_of(visit, run)
    draft = visit.session.take_draft()
    boxes = _Boxes(draft.values if draft and draft.values.get("run") == run_id else {})
    told = join()
    if draft:
        told = tag("div", tag("p", draft.detail), code_line(draft.code), cls="alert", role="alert")
    form = tag(
        "form",
        tag("input", type="hidden", name="csrf", value=visit.session.csrf),
        tag("input", type="hidden", name="run", value=run_id),
        boxes.head(),
        *(boxes.group(heading, starts, rules) for heading, starts in _GROUPS),
        boxes.others(),
        tag("p", tag("button", "开始测算", cls="main"), "　", link("返回", href("what-if"))),
        method="post",
        action="/what-if",
    )
    return Sheet(
        title=f"测算模拟：{title}",
        lead=(
            "改一项或几项规则，把这个月按新规则重新结算一遍，看谁增谁减。只改要试的，其余留空即按现行规定。"
            "测算不入账，也不改任何数据。"
        ),
        crumbs=[HOME, link("测算模拟", href("what-if")), "新的测算"],
        evidence=run["evidence"],
        here="/what-if",
        parts=[card(told, form)],
    )


def _cite(rule: Mapping[str, Any]) -> Safe:
    return link("依据", href("clause", cite=rule["citation"], key=rule["key"]))


class _Boxes:
    """The boxes of the form, filled with what was typed before a refusal.

    :param typed: names of boxes and their text.
    """

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed

    def head(self) -> Safe:
        """What the scenario is called, and what concerns all of it."""
        return tag(
            "div",
            self._box("name", "方案名称", "留空则按所改的规则取名", limit=_LONGEST_NAME),
            self._box("fund_factor", "基金的倍数", "例如 1.05，即基金增加5%；留空不变"),
            self._box("ages", "年龄段", "按年龄看得失；用逗号分开，65- 表示65岁及以上", value=_AGES),
            cls="rules",
        )

    def group(self, heading: str, starts: tuple[str, ...], rules: Iterable[Mapping[str, Any]]) -> Safe:
        """The rules whose keys begin alike."""
        chosen = [rule for rule in rules if rule["key"].startswith(starts)]
        if not chosen:
            return join()
        shown = tag("div", *(self._rule(rule) for rule in chosen), cls="rules")
        return tag("fieldset", tag("legend", heading), shown)

    def others(self) -> Safe:
        """Single groups and prices."""
        prices = [self._box(f"price:{key}", name, "倍数，例如 0.9；留空不变") for key, name in _FEES]
        groups = tag(
            "div",
            tag("label", "个别病组的点数倍数", for_="groups"),
            tag(
                "textarea", self._typed.get("groups", ""), id="groups", name="groups", rows=3,
                placeholder="BR25=1.1", aria_describedby="groups-help",
            ),
            tag("small", "每行一个：病组代码=倍数", id="groups-help"),
            cls="field",
        )  # fmt: skip
        ways = (("kept", "金额不变"), ("proportional", "占比不变"))
        chosen = self._typed.get("patient", "kept")
        options = [tag("option", text, value=way, selected=way == chosen) for way, text in ways]
        kept = tag(
            "div",
            tag("label", "换价后的个人负担", for_="patient"),
            tag("select", *options, id="patient", name="patient"),
            cls="field",
        )
        return tag("fieldset", tag("legend", "病组与价格"), tag("div", groups, *prices, kept, cls="rules"))

    def _box(
        self, name: str, label: str, help_text: Part, *, value: str = "", hint: str = "", limit: int = 64
    ) -> Safe:
        box = tag(
            "input", id=name, name=name, autocomplete="off", maxlength=limit, placeholder=hint or None,
            value=self._typed.get(name, value) or None, aria_describedby=f"{name}-help",
        )  # fmt: skip
        told = tag("small", help_text, id=f"{name}-help")
        return tag("div", tag("label", label, for_=name), box, told, cls="field")

    def _rule(self, rule: Mapping[str, Any]) -> Safe:
        key, value = rule["key"], rule["value"]
        if isinstance(value, str):
            unit = unit_text(rule["unit"])
            unit = "" if unit == rule["unit"] else f" {unit}"
            told = join(f"现行 {value}{unit}　", _cite(rule))
            if choices := dict(_CHOICE.findall(rule["label"])):
                return self._choice(f"rule:{key}", rule["label"], told, choices, value)
            return self._box(f"rule:{key}", rule["label"], told, hint=value)
        heads = list(dict.fromkeys(name for row in value for name in row))
        head = tag("tr", *(tag("th", words.said(words.COLUMNS, name), scope="col") for name in heads))
        rows = [
            tag("tr", *(self._cell(rule, at, name, row) for name in heads)) for at, row in enumerate(value)
        ]
        return tag(
            "div",
            tag("strong", rule["label"]),
            tag("table", tag("thead", head), tag("tbody", *rows), cls="cells"),
            tag("small", "改动表中的数即可　", _cite(rule)),
            cls="field",
        )

    def _choice(self, name: str, label: str, help_text: Part, choices: Mapping[str, str], now: str) -> Safe:
        """A rule whose label names all it may say, such as （gt高于，ge不低于）."""
        typed = self._typed.get(name, "")
        options = [tag("option", f"不变：{choices.get(now, now)}", value="")]
        options += [
            tag("option", text, value=value, selected=value == typed)
            for value, text in choices.items()
            if value != now
        ]
        box = tag("select", *options, id=name, name=name, aria_describedby=f"{name}-help")
        told = tag("small", help_text, id=f"{name}-help")
        return tag("div", tag("label", label.partition("（")[0], for_=name), box, told, cls="field")

    def _cell(self, rule: Mapping[str, Any], at: int, column: str, row: Mapping[str, str]) -> Safe:
        now = str(row.get(column, ""))
        name = f"cell:{rule['key']}:{at}:{column}"
        label = f"{rule['label']} 第{at + 1}行 {words.said(words.COLUMNS, column)}，现行 {now or '空'}"
        box = tag(
            "input", name=name, placeholder=now or "空", size=8, autocomplete="off", aria_label=label,
            maxlength=64, value=self._typed.get(name) or None,
        )  # fmt: skip
        return tag("td", box)


@router.post("/what-if")
async def start(request: Request) -> Response:
    """Begins what the form asks for and goes to its page; a refusal goes back to the form."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    form = await request.form()
    run_id = _text(form, "run")
    try:
        if not visit.session.sent_by(_text(form, "csrf")):
            raise refused(Fault(reasons.FORM_STALE), HTTPStatus.FORBIDDEN)
        run = await visit.get("runs", run_id or "-")
        scenario = scenario_of(form, await rules_of(visit, run))
        ages = [band.strip() for band in _text(form, "ages").replace("，", ",").split(",") if band.strip()]
        body = {"run_ids": [run_id], "scenarios": [scenario], "age_bands": ages}
        begun = await visit.send("POST", "what-ifs", body=body)
    except Refused as error:
        values = {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}
        visit.session.draft = Draft(values, error.code, error.detail)
        return RedirectResponse(href("what-if", "new", run=run_id), HTTPStatus.SEE_OTHER)
    return RedirectResponse(href("what-if", "of", begun["what_if_id"]), HTTPStatus.SEE_OTHER)


def scenario_of(form: FormData, rules: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the form changes, as the gateway takes it; untouched rules are left out.

    :raises Refused: nothing was changed, or a line cannot be read.
    """
    changed: dict[str, Any] = {}
    named: list[str] = []
    for rule in rules:
        new = _new_value(form, rule)
        if new is not None and new != rule["value"]:
            changed[rule["key"]] = new
            shown = f"{rule['value']}→{new}" if isinstance(new, str) else "改表"
            named.append(f"{rule['label'].partition('（')[0]} {shown}")
    scenario: dict[str, Any] = {"rules": changed}
    factors = dict(_lines(_text(form, "groups")))
    if factors:
        scenario["point_factors"] = factors
        named.append("、".join(f"{group}×{factor}" for group, factor in factors.items()))
    prices = {key: _text(form, f"price:{key}") for key, _ in _FEES if _text(form, f"price:{key}")}
    if prices:
        scenario["prices"] = {"factors": prices, "patient": _text(form, "patient") or "kept"}
        named.append("换价")
    if factor := _text(form, "fund_factor"):
        scenario["fund_factor"] = factor
        named.append(f"基金×{factor}")
    if not named:
        raise _incomplete("规则", "没有改动任何一项")
    # A slash would read as another step of the address of the result.
    name = (_text(form, "name") or "；".join(named)).replace("/", "／")
    return scenario | {"name": name[:_LONGEST_NAME]}


def _new_value(form: FormData, rule: Mapping[str, Any]) -> Any:
    key, value = rule["key"], rule["value"]
    if isinstance(value, str):
        return _text(form, f"rule:{key}") or None
    return [
        {name: _text(form, f"cell:{key}:{at}:{name}") or now for name, now in row.items()}
        for at, row in enumerate(value)
    ]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, (line.strip() for line in text.replace("＝", "=").splitlines())):
        group, found, factor = line.partition("=")
        if not (found and group.strip() and factor.strip()):
            raise _incomplete("个别病组的点数倍数", line[:40])
        yield group.strip(), factor.strip()


def _incomplete(field: str, value: str) -> Refused:
    return refused(Fault(reasons.FORM_INCOMPLETE, field=field, value=value), HTTPStatus.UNPROCESSABLE_ENTITY)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
