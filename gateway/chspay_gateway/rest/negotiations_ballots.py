"""Shapes of votes and of what is signed, over HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from chspay_gateway.rest.negotiations_shapes import Hex
from chspay_gateway.rest.types import Answer, Strict


class BallotOut(Answer):
    """待签名的选票。"""

    content: str = Field(description="签名的原文")
    delegate_id: str
    round: int
    kind: str = Field(description="open 记名 · secret 不记名")


class BallotAsked(Strict):
    """为一个选择取选票。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "yes"}]})

    choice: Literal["yes", "no", "abstain"] = Field(description="yes 赞成 · no 反对 · abstain 弃权")
    nonce: Hex = Field(default="", description="不记名表决：自己生成的32至128位十六进制随机数")


class BallotIn(Strict):
    """一张签名的选票。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "yes", "signature": "ab" * 64}]})

    choice: Literal["yes", "no", "abstain"]
    nonce: Hex = Field(default="", description="不记名表决：取选票时用的随机数")
    signature: Hex = Field(description="对选票原文的SM2签名，r‖s，128位十六进制")


class CastOut(Answer):
    """已收选票数。"""

    cast: int
    entitled: int


class CountedBallotOut(Answer):
    """一张记名选票。"""

    delegate_id: str
    public_key: str
    content: str
    signature: str
    volume: int = Field(description="代表的出院量")


class OpeningOut(Answer):
    """一张不记名选票的开票内容。"""

    choice: str
    nonce: str
    commitment: str


class CountOut(Answer):
    """一次表决的结果和重新计票所需的一切。"""

    round: int
    kind: str
    proposal: int
    proposal_digest: str
    method: str
    count_json: str = Field(description="计票数和逐行底稿")
    urn_digest: str = Field(description="全部选票与签名的SM3")
    ballots: list[CountedBallotOut]
    openings: list[OpeningOut]


class PackageOut(Answer):
    """发布前由医保部门代表签名的内容。"""

    content: str
    amendment: str = Field(description="将提交政策库的修订原文")
