"""Regular expressions a rule set may name: a safe subset whose time is bounded by the text's length.

Allowed: letters, digits, Chinese characters, ``\\d``, escaped signs, classes, ``(?:…)``, ``|``, ``?``,
``{m}`` and ``{m,n}`` up to 64, ``^`` and ``$``. Not allowed: ``*``, ``+``, backward references, looking
around, captures, and a repetition of what already repeats.
"""

from __future__ import annotations

import re

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.faults import PATTERN_UNSAFE

MOST_CHARACTERS = 200
_MOST_TIMES = 64
_TOKEN = re.compile(
    r"(?P<open>\(\?:)|(?P<close>\))|(?P<or>\|)|(?P<class>\[\^?(?:[^\]\\\[]|\\[-\]d.^])+\])"
    r"|(?P<times>\{\d{1,2}(?:,\d{1,2})?\}|\?)|(?P<digit>\\d)|(?P<sign>\\[.+*?^$|()\[\]{}\\/-])|(?P<edge>[\^$])"
    r"|(?P<letter>[A-Za-z0-9_/:?@,;=<>%&#~!'\" \u4e00-\u9fff†·-])"
)


def compiled(name: str, pattern: str) -> re.Pattern[str]:
    """The pattern, when it is safe.

    :raises Fault: QUALITY_PATTERN_UNSAFE.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise Fault(PATTERN_UNSAFE, field=name, problem=f"超过{MOST_CHARACTERS}个字符")
    # Of each open bracket, whether something in it repeats.
    repeats = [False]
    last_repeats, before = False, ""
    at = 0
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            raise Fault(PATTERN_UNSAFE, field=name, problem=f"第{at + 1}个字符“{pattern[at]}”")
        kind = str(match.lastgroup)
        if kind == "open":
            repeats.append(False)
        elif kind == "close":
            if len(repeats) == 1:
                raise Fault(PATTERN_UNSAFE, field=name, problem="括号不成对")
            last_repeats = repeats.pop()
            repeats[-1] |= last_repeats
        elif kind == "times":
            _check_times(name, match[0], before)
            varies = "," in match[0]
            if varies and last_repeats:
                raise Fault(PATTERN_UNSAFE, field=name, problem="重复之中再重复")
            repeats[-1] |= varies
        if kind not in {"times", "close"}:
            last_repeats = False
        before = kind
        at = match.end()
    if len(repeats) != 1:
        raise Fault(PATTERN_UNSAFE, field=name, problem="括号不成对")
    return re.compile(pattern, re.ASCII)


def _check_times(name: str, text: str, before: str) -> None:
    if before in {"", "open", "or", "times", "edge"}:
        raise Fault(PATTERN_UNSAFE, field=name, problem=f"“{text}”之前没有可重复的内容")
    if text != "?" and int(text.strip("{}").split(",")[-1]) > _MOST_TIMES:
        raise Fault(PATTERN_UNSAFE, field=name, problem=f"“{text}”超过{_MOST_TIMES}次")
