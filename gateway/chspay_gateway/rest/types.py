"""Field types of the REST API: exact money as text, legal days, bounded text. All strict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chspay_core import amounts, period, regions
from chspay_core.errors import Fault

T = TypeVar("T")
R = TypeVar("R")

YUAN_NOTE = '单位：元，十进制文本，最多两位小数，如 "1234.50"'
POINTS_NOTE = "单位：点，十进制文本"
REFS_NOTE = "各金额的名字：字段名→名字，用 GET /api/v1/lineage?ref=… 展开来历"


class Strict(BaseModel):
    """Input: no coercion, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """Output: built by us, so it is not validated again where that costs."""

    model_config = ConfigDict(frozen=True)

    def json_bytes(self) -> bytes:
        """The answer as UTF-8 JSON."""
        return self.__pydantic_serializer__.to_json(self)


def refusing(check: Callable[[T], R]) -> Callable[[T], R]:
    """A core check as a pydantic validator: its fault keeps reason and sentence."""

    def run(value: T) -> R:
        try:
            return check(value)
        except Fault as fault:
            raise PydanticCustomError("fault", "{error}", {"error": fault}) from fault

    return run


def _yuan(text: str) -> str:
    amounts.yuan_to_fen(text)
    return text


def _day(value: object) -> object:
    return period.parse_day(value) if isinstance(value, str) else value


def _month(text: str) -> str:
    period.Month.parse(text)
    return text


def _region(code: str) -> str:
    return regions.check_code(code)


#: Money in yuan as text; JSON numbers are refused because they are binary floats to most clients.
Yuan = Annotated[str, StringConstraints(max_length=24), AfterValidator(refusing(_yuan))]
#: A legal day as ``YYYY-MM-DD``.
Day = Annotated[date, BeforeValidator(refusing(_day)), Field(json_schema_extra={"format": "date"})]
#: A month as ``YYYY-MM``.
MonthText = Annotated[
    str, AfterValidator(refusing(_month)), Field(json_schema_extra={"pattern": "^[0-9]{4}-[0-9]{2}$"})
]
#: A six-digit region code.
Region = Annotated[str, AfterValidator(refusing(_region)), Field(json_schema_extra={"pattern": "^[0-9]{6}$"})]
#: Text without control characters, of one line.
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Code = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Year = Annotated[int, Field(ge=2000, le=2199, description="年度")]
MonthNo = Annotated[int, Field(ge=1, le=12, description="月份")]

PageSize = Annotated[int, Field(ge=0, le=1_000_000, description="每页条数，0为默认50，最多1000")]
PageToken = Annotated[
    str,
    Field(max_length=2000, pattern=r"^[0-9A-Za-z._~=-]*$", description="上一页返回的 next_page_token"),
]
