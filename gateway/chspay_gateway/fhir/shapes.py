"""The part of FHIR R4 that a Claim is read by. Elements beside it are let pass, as FHIR asks of receivers;
a ``modifierExtension`` may turn the meaning round, so that one is refused wherever it stands.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chspay_core.errors import Fault, Kind, Reason

MODIFIED = Reason(
    "FHIR_MODIFIER_UNKNOWN", Kind.INVALID, "不认识的modifierExtension可能改变含义，不能忽略，请去掉后再提交。"
)

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
#: A number as it is written, bounded so that no exponent can make it long.
Number = Annotated[
    Decimal,
    BeforeValidator(lambda value: Decimal(value) if type(value) is int else value),
    Field(max_digits=24, decimal_places=6),
]
_MOST = 400


class Element(BaseModel):
    """Any element; what this part of FHIR does not name is not read."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _understood(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("modifierExtension"):
            raise PydanticCustomError("fault", "{error}", {"error": Fault(MODIFIED)})
        return value


class Coding(Element):
    """A code of a system."""

    system: Text = ""
    code: Text = ""


class Concept(Element):
    """What a CodeableConcept says in codes."""

    coding: Annotated[list[Coding], Field(max_length=20)] = []

    def code(self, *systems: str) -> str | None:
        """Its code of one of the systems; ``None`` where there is none."""
        return next((each.code for each in self.coding if each.system in systems), None)


class Identifier(Element):
    """A number somebody gave."""

    system: Text = ""
    value: Text = ""


class Reference(Element):
    """A reference by number, or to a contained resource (``#id``)."""

    reference: Text = ""
    identifier: Identifier = Identifier()


class Name(Element):
    """A name in one piece."""

    text: Text = ""


class Patient(Element):
    """The contained patient."""

    resource_type: Literal["Patient"] = Field(alias="resourceType")
    id: Text = ""
    identifier: Annotated[list[Identifier], Field(max_length=20)] = []
    name: Annotated[list[Name], Field(max_length=10)] = []
    gender: Text = ""
    birth_date: Text = Field("", alias="birthDate")


class Period(Element):
    """From day to day, both included; times of day are cut off."""

    start: Text = ""
    end: Text = ""


class Money(Element):
    """An amount; a JSON number, read exactly."""

    value: Number
    currency: Text = ""


class Quantity(Element):
    """A measured value with its unit."""

    value: Number
    unit: Text = ""
    code: Text = ""


class Coded(Element):
    """A diagnosis or procedure: which one it is, in what order, and whether it is the main one."""

    sequence: Annotated[int, Field(ge=1, le=_MOST)]
    type: Annotated[list[Concept], Field(max_length=10)] = []
    concept: Concept


class Diagnosis(Coded):
    """``Claim.diagnosis``."""

    concept: Concept = Field(alias="diagnosisCodeableConcept")


class Procedure(Coded):
    """``Claim.procedure``."""

    concept: Concept = Field(alias="procedureCodeableConcept")


class Information(Element):
    """``Claim.supportingInfo``."""

    category: Concept
    code: Concept = Concept()
    text: Text = Field("", alias="valueString")
    quantity: Quantity | None = Field(None, alias="valueQuantity")


class Item(Element):
    """``Claim.item``: one category of cost."""

    net: Money | None = None


class Claim(Element):
    """An institutional claim for one inpatient stay."""

    resource_type: Literal["Claim"] = Field(alias="resourceType")
    identifier: Annotated[list[Identifier], Field(max_length=20)] = []
    status: Text = ""
    use: Text = ""
    contained: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    patient: Reference = Reference()
    billable: Period = Field(Period(), alias="billablePeriod")
    provider: Reference = Reference()
    diagnosis: Annotated[list[Diagnosis], Field(max_length=_MOST)] = []
    procedure: Annotated[list[Procedure], Field(max_length=_MOST)] = []
    information: Annotated[list[Information], Field(max_length=_MOST, alias="supportingInfo")] = []
    item: Annotated[list[Item], Field(max_length=_MOST)] = []
    total: Money | None = None
