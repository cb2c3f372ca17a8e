"""Why settlement refuses a simulation."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

WHAT_IF_NOT_FOUND = Reason(
    "WHAT_IF_NOT_FOUND", Kind.NOT_FOUND, "没有找到测算模拟{value}；没有保存的模拟过期后会清除，请重新发起。"
)
WHAT_IF_RUNS = Reason("WHAT_IF_RUNS", Kind.INVALID, "一次模拟要写1至{most}次月结，收到{value}次。")
WHAT_IF_RUN_TWICE = Reason("WHAT_IF_RUN_TWICE", Kind.INVALID, "月结{value}写了两次。")
WHAT_IF_POOLS = Reason(
    "WHAT_IF_POOLS", Kind.INVALID, "一次模拟只能是同一个统筹区的月结，收到{value}和{other}。"
)
WHAT_IF_NOTHING = Reason("WHAT_IF_NOTHING", Kind.INVALID, "没有任何方案，也没有网格，不知道要模拟什么。")
WHAT_IF_TOO_MANY = Reason(
    "WHAT_IF_TOO_MANY",
    Kind.INVALID,
    "一次最多{most}个{what}，收到{value}个；更大的网格请用命令行chspay whatif sweep。",
)
WHAT_IF_BUSY = Reason(
    "WHAT_IF_BUSY", Kind.UNAVAILABLE, "已有{value}个测算模拟在进行或等待，请等其中一个结束后再试。"
)
WHAT_IF_TOO_LARGE = Reason(
    "WHAT_IF_TOO_LARGE", Kind.TOO_LARGE, "这些月结共有{value}例，超过一次模拟的上限{most}例，请减少月份。"
)
WHAT_IF_BASE_DIFFERS = Reason(
    "WHAT_IF_BASE_DIFFERS",
    Kind.INTERNAL,
    "月结{value}按原规定重算，医疗机构{hospital}得到{found}分，原为{stored}分，不一致，模拟没有意义。",
)
WHAT_IF_CANCELLED = Reason("WHAT_IF_CANCELLED", Kind.PRECONDITION, "测算模拟{value}已经取消。")
WHAT_IF_UNFINISHED = Reason(
    "WHAT_IF_UNFINISHED", Kind.PRECONDITION, "测算模拟{value}还没有做到“{scenario}”，请稍后再查。"
)
WHAT_IF_SCENARIO = Reason("WHAT_IF_SCENARIO", Kind.NOT_FOUND, "测算模拟{what_if}没有方案“{value}”。")
WHAT_IF_BY_NOTHING = Reason(
    "WHAT_IF_BY_NOTHING",
    Kind.PRECONDITION,
    "这次模拟没有按“{value}”汇总：按年龄段要在发起时写年龄段，按医共体要有登记。",
)
WHAT_IF_MEASURE = Reason("WHAT_IF_MEASURE", Kind.INVALID, "指标“{value}”不认识，可以写的有：{known}。")
WHAT_IF_ALTERED = Reason(
    "WHAT_IF_ALTERED", Kind.INTERNAL, "保存的测算模拟{value}的内容与指纹不一致，请立即联系管理员核查。"
)
WHAT_IF_TOO_LONG = Reason(
    "WHAT_IF_TOO_LONG",
    Kind.PRECONDITION,
    "测算模拟{value}超过{most}分钟，已停止；请减少网格点，或用命令行chspay whatif sweep，它可以续做。",
)
