"""Tokenizer and parser of the rule language: text in, closed tree out, errors with their position.

    rule   := or | empty            empty = always true; a number: non-zero = true
    or     := and ("or" and)*       and := not ("and" not)*       not := "not" not | atom
    atom   := "(" or ")" | fields ["not"] "in" sets
            | "length" "(" SET "∩" fields ")" op number | SCALAR op number | number
    fields := FIELD | "{" FIELD ("," FIELD)* "}"      sets := SET | "{" SET ("," SET)* "}"

Keywords are case-insensitive; set names are exact. Source: the national configuration workbook.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.tree import (
    EXTENSION_SCALARS,
    NATIONAL_SCALARS,
    VIRTUAL_SETS,
    Always,
    And,
    Compare,
    Count,
    Field,
    Hit,
    Literal,
    Node,
    Not,
    Or,
    Scalar,
)

_WHERE = "{sheet}第{row}行（{code}）规则第{position}个字符："
RULE_SYNTAX = Reason("RULE_SYNTAX", Kind.INVALID, _WHERE + "{problem}。规则原文：{rule}")
RULE_UNKNOWN_SET = Reason(
    "RULE_UNKNOWN_SET", Kind.INVALID, _WHERE + "集合“{value}”在“集合”表中找不到。规则原文：{rule}"
)
RULE_UNKNOWN_SCALAR = Reason(
    "RULE_UNKNOWN_SCALAR",
    Kind.INVALID,
    _WHERE
    + "不认识变量“{value}”；扩展变量ZYTS、LYFS、ZZJHXS、KSICU须在清单的extensions中声明。规则原文：{rule}",
)
RULE_UNKNOWN_FIELD = Reason(
    "RULE_UNKNOWN_FIELD",
    Kind.INVALID,
    _WHERE + "不认识字段“{value}”，可用 ZYZD、QTZD、ZYSS、QTSS。规则原文：{rule}",
)
RULE_MIXED_FIELDS = Reason(
    "RULE_MIXED_FIELDS", Kind.INVALID, _WHERE + "诊断与手术不能写在同一个列表里。规则原文：{rule}"
)

#: Deeper nesting than any published rule; keeps a hostile file from exhausting the stack.
MAX_DEPTH = 100
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)|(?P<op>>=|<=|>|<|=)|(?P<mark>[(){},∩])"
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "length"})
_OPS = frozenset({">=", "<=", ">", "<", "="})
_FIELDS = {field.value: field for field in Field}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, word (keyword), op, mark, end
    text: str
    at: int  # 1-based position in the rule text


def parse_rule(
    text: str,
    *,
    sets: Collection[str],
    extensions: Collection[str] = (),
    sheet: str = "",
    row: int = 0,
    code: str = "",
) -> Node:
    """The tree of a rule.

    :param sets: names the scheme defines; ``MCC`` and ``CC`` are always known.
    :param extensions: extension scalars the manifest declares.
    :param sheet, row, code: where the rule stands, for the error message.
    :raises Fault: RULE_SYNTAX, RULE_UNKNOWN_SET, RULE_UNKNOWN_SCALAR, RULE_UNKNOWN_FIELD or
        RULE_MIXED_FIELDS, with sheet, row and 1-based position.
    """
    return _Parser(text, sets, extensions, (sheet, row, code)).parse()


class _Parser:
    def __init__(
        self, text: str, sets: Collection[str], extensions: Collection[str], where: tuple[str, int, str]
    ) -> None:
        self._text = text
        self._sets = sets
        self._scalars = NATIONAL_SCALARS | (EXTENSION_SCALARS & frozenset(extensions))
        self._where = where
        self._depth = 0
        self._tokens = self._tokenize()
        self._next = 0

    def parse(self) -> Node:
        if self._peek.kind == "end":
            return Always()
        node = self._or()
        if self._peek.kind != "end":
            self._fail(self._peek, f"“{self._peek.text}”之后的内容多余")
        return node

    def _tokenize(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None:
                self._fail(_Token("mark", self._text[at], at + 1), f"不能识别的字符“{self._text[at]}”")
            kind, text = str(found.lastgroup), found.group()
            if kind == "name" and text.lower() in _KEYWORDS:
                kind, text = "word", text.lower()
            if kind != "space":
                tokens.append(_Token(kind, text, at + 1))
            at = found.end()
        tokens.append(_Token("end", "结尾", len(self._text) + 1))
        return tokens

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _is(self, kind: str, text: str) -> bool:
        return self._peek.kind == kind and self._peek.text == text

    def _expect(self, kind: str, text: str) -> _Token:
        if not self._is(kind, text):
            self._fail(self._peek, f"此处应为“{text}”，却是“{self._peek.text}”")
        return self._take()

    def _or(self) -> Node:
        items = [self._and()]
        while self._is("word", "or"):
            self._take()
            items.append(self._and())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def _and(self) -> Node:
        items = [self._not()]
        while self._is("word", "and"):
            self._take()
            items.append(self._not())
        return items[0] if len(items) == 1 else And(tuple(items))

    def _not(self) -> Node:
        token = self._peek
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(token, f"括号或not的嵌套超过{MAX_DEPTH}层")
        if self._is("word", "not"):
            self._take()
            node: Node = Not(self._not())
        else:
            node = self._atom()
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        token = self._peek
        if self._is("mark", "("):
            self._take()
            node = self._or()
            self._expect("mark", ")")
            return node
        if self._is("word", "length"):
            return self._length()
        if token.kind == "number":
            return Literal(Decimal(self._take().text))
        if self._is("mark", "{"):
            return self._hit()
        if token.kind == "name":
            following = self._tokens[self._next + 1]
            return self._compare() if following.kind == "op" else self._hit()
        return self._fail(token, f"此处应为条件，却是“{token.text}”")

    def _hit(self) -> Hit:
        fields = self._fields()
        negated = self._is("word", "not")
        if negated:
            self._take()
        self._expect("word", "in")
        sets = tuple(self._set(token, fields) for token in self._list("集合"))
        return Hit(fields, sets, negated)

    def _length(self) -> Count:
        self._take()
        self._expect("mark", "(")
        token = self._name("集合")
        self._expect("mark", "∩")
        fields = self._fields()
        self._expect("mark", ")")
        op, number = self._op_number()
        return Count(self._set(token, fields), fields, op, number)

    def _compare(self) -> Compare:
        token = self._take()
        name = token.text.upper()
        if name not in self._scalars:
            self._refuse(RULE_UNKNOWN_SCALAR, token)
        op, number = self._op_number()
        return Compare(Scalar(name), op, number)

    def _op_number(self) -> tuple[str, Decimal]:
        op = self._peek
        if op.text not in _OPS:
            self._fail(op, f"此处应为比较符号，却是“{op.text}”")
        self._take()
        if self._peek.kind != "number":
            self._fail(self._peek, f"比较符号之后应为数字，却是“{self._peek.text}”")
        return op.text, Decimal(self._take().text)

    def _fields(self) -> tuple[Field, ...]:
        fields: list[Field] = []
        start = self._peek
        for token in self._list("字段"):
            field = _FIELDS.get(token.text.upper())
            if field is None:
                self._refuse(RULE_UNKNOWN_FIELD, token)
            fields.append(field)
        if len({field.is_diagnosis for field in fields}) > 1:
            self._refuse(RULE_MIXED_FIELDS, start)
        return tuple(dict.fromkeys(fields))

    def _set(self, token: _Token, fields: tuple[Field, ...]) -> str:
        if token.text in VIRTUAL_SETS:
            if not fields[0].is_diagnosis:
                self._refuse(RULE_MIXED_FIELDS, token)
        elif token.text not in self._sets:
            self._refuse(RULE_UNKNOWN_SET, token)
        return token.text

    def _list(self, what: str) -> list[_Token]:
        if not self._is("mark", "{"):
            return [self._name(what)]
        self._take()
        names = [self._name(what)]
        while self._is("mark", ","):
            self._take()
            names.append(self._name(what))
        self._expect("mark", "}")
        return names

    def _name(self, what: str) -> _Token:
        if self._peek.kind != "name":
            self._fail(self._peek, f"此处应为{what}名，却是“{self._peek.text}”")
        return self._take()

    def _fail(self, token: _Token, problem: str) -> NoReturn:
        self._refuse(RULE_SYNTAX, token, problem)

    def _refuse(self, reason: Reason, token: _Token, problem: str = "") -> NoReturn:
        sheet, row, code = self._where
        facts = {"sheet": sheet, "row": row, "code": code, "position": token.at, "problem": problem}
        raise Fault(reason, field=sheet, value=token.text, rule=self._text, **facts)
