"""Why parts of episodes and persons are refused."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

#: These sentences are searched for by clients.
NOTHING_FOUND = Reason("EPISODE_NOT_FOUND", Kind.NOT_FOUND, "未查询到任何有效相关的记录")
ALREADY_CANCELLED = Reason("SETTLEMENT_ALREADY_CANCELLED", Kind.CONFLICT, "该笔结算已撤销，请勿重复办理")
PERSON_UNKNOWN = Reason("PERSON_UNKNOWN", Kind.NOT_FOUND, "该参保人的基本信息为空")

PART_BAD = Reason("EPISODE_PART_BAD", Kind.INVALID, "“{field}”缺失或写法不对，收到“{value}”。")
FACT_UNKNOWN = Reason("EPISODE_FACT_UNKNOWN", Kind.INVALID, "“{field}”不在可保存的项目之内。")
MESSAGE_REVERSED = Reason(
    "MESSAGE_REVERSED", Kind.CONFLICT, "报文{value}已被冲正，不能再办理；请换一个新的报文ID重新办理。"
)
NOT_REVERSIBLE = Reason("NOT_REVERSIBLE", Kind.INVALID, "交易{value}不能冲正，只有2304和2401可以冲正。")
STATUS_FROZEN = Reason("LIST_STATUS_FROZEN", Kind.CONFLICT, "清单{value}已审核通过，状态不能再修改。")
STATUS_BAD = Reason("LIST_STATUS_BAD", Kind.CONFLICT, "清单{value}当前状态为{now}，不能改为{then}。")
PERSONS_TOO_MANY = Reason(
    "PERSONS_TOO_MANY", Kind.INVALID, "一次最多登记{limit}人，收到{value}人，请分批提交。"
)
