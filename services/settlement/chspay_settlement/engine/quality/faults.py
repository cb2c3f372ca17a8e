"""Why a rule set cannot be read; a rule set that loads never fails on a list."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

EXPRESSION_BAD = Reason(
    "QUALITY_EXPRESSION_BAD", Kind.INVALID, "质控规则{field}的表达式在第{at}个字符处不能识别：{problem}。"
)
EXPRESSION_TYPE = Reason("QUALITY_EXPRESSION_TYPE", Kind.INVALID, "质控规则{field}的表达式有误：{problem}。")
PATTERN_UNSAFE = Reason(
    "QUALITY_PATTERN_UNSAFE", Kind.INVALID, "质控格式“{field}”不在允许的写法之内：{problem}。"
)
RULE_SET_BAD = Reason("QUALITY_RULE_SET_BAD", Kind.INVALID, "质控规则文件{file}有误：{field}{problem}。")
EOF_MARK = "表达式到此结束"
