"""The expression language of quality rules: text to a tree. Nothing of it is ever run as Python.

::

    or    := and ("or" and)*          and := not ("and" not)*        not := "not" not | test
    test  := sum [("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "is" ["not"] string | ["not"] "in" set]
    set   := "{" string ("," string)* "}" | "table" "(" name ")"
    sum   := term (("+" | "-") term)*       term := atom ("*" atom)*
    atom  := string | number | field | ".row_field" | "$parameter" | "fact" ".name" | "now"
           | "(" or ")" | call "(" or ("," or)* ")" | fold "(" list ["where" or] [":" or ("," or)*] ")"
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.faults import EOF_MARK, EXPRESSION_BAD

MOST_CHARACTERS = 2_000
MOST_DEPTH = 40
#: Functions over the rows of a list.
FOLDS = frozenset({"any", "all", "count", "sum", "first", "distinct", "repeated", "pairs"})
_WORDS = frozenset({"and", "or", "not", "is", "in", "where", "now", "table", "fact"})
_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)|(?P<row>\.[a-z_][a-zA-Z0-9_]*)"
    r"|(?P<param>\$[a-z_][a-z0-9_]*)|(?P<name>[a-z_][a-zA-Z0-9_]*)|(?P<op>==|!=|<=|>=|[<>(){},:+\-*]))"
)


class Node(NamedTuple):
    """A node of the tree: what it is, its word, and what it is made of."""

    kind: str
    word: str = ""
    parts: tuple[Node, ...] = ()

    def text(self) -> str:
        """A canonical writing: equal for equal trees."""
        if not self.parts:
            return f"{self.kind}:{self.word}"
        return f"{self.kind}:{self.word}({','.join(part.text() for part in self.parts)})"


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str, rule: str) -> Node:
    """The tree of an expression.

    :param rule: its id, for faults.
    :raises Fault: QUALITY_EXPRESSION_BAD with the position.
    """
    if len(text) > MOST_CHARACTERS:
        raise Fault(EXPRESSION_BAD, field=rule, at=MOST_CHARACTERS, problem=f"超过{MOST_CHARACTERS}个字符")
    reader = _Reader(_tokens(text, rule), rule)
    node = reader.either(0)
    reader.expect("end", "")
    return node


def _tokens(text: str, rule: str) -> list[_Token]:
    found: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise Fault(EXPRESSION_BAD, field=rule, at=at + 1, problem=f"“{text[at : at + 8].strip()}”")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    found.append(_Token("end", "", end))
    return found


class _Reader:
    """Reads tokens by descent; depth is bounded."""

    def __init__(self, tokens: list[_Token], rule: str) -> None:
        self._tokens = tokens
        self._rule = rule
        self._next = 0

    def _wrong(self) -> Fault:
        token = self._tokens[self._next]
        problem = EOF_MARK if token.kind == "end" else f"“{token.text}”"
        return Fault(EXPRESSION_BAD, field=self._rule, at=token.at + 1, problem=problem)

    def _is(self, *texts: str) -> bool:
        token = self._tokens[self._next]
        return token.kind in {"name", "op"} and token.text in texts

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _took(self, *texts: str) -> str:
        return self._take().text if self._is(*texts) else ""

    def expect(self, kind: str, text: str) -> str:
        """The text of the next token, which must be this one (any text when none is named)."""
        token = self._tokens[self._next]
        if token.kind != kind or (text and token.text != text):
            raise self._wrong()
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token.text

    def either(self, depth: int) -> Node:
        """``a or b or …``."""
        if depth > MOST_DEPTH:
            raise Fault(EXPRESSION_BAD, field=self._rule, at=self._tokens[self._next].at, problem="嵌套过深")
        node = self._both(depth)
        while self._took("or"):
            node = Node("or", "", (node, self._both(depth)))
        return node

    def _both(self, depth: int) -> Node:
        node = self._negated(depth)
        while self._took("and"):
            node = Node("and", "", (node, self._negated(depth)))
        return node

    def _negated(self, depth: int) -> Node:
        times = 0
        while self._took("not"):
            times += 1
        node = self._test(depth)
        return Node("not", "", (node,)) if times % 2 else node

    def _test(self, depth: int) -> Node:
        left = self._sum(depth)
        if sign := self._took("==", "!=", "<", "<=", ">", ">="):
            return Node("compare", sign, (left, self._sum(depth)))
        if self._took("is"):
            negated = bool(self._took("not"))
            node = Node("is", self.expect("string", "")[1:-1], (left,))
            return Node("not", "", (node,)) if negated else node
        negated = bool(self._took("not"))
        if self._took("in"):
            node = self._among(left)
            return Node("not", "", (node,)) if negated else node
        if negated:
            raise self._wrong()
        return left

    def _among(self, left: Node) -> Node:
        if self._took("table"):
            self.expect("op", "(")
            name = self.expect("name", "")
            self.expect("op", ")")
            return Node("in_table", name, (left,))
        self.expect("op", "{")
        texts = [self.expect("string", "")[1:-1]]
        while self._took(","):
            texts.append(self.expect("string", "")[1:-1])
        self.expect("op", "}")
        return Node("in", "", (left, *(Node("string", text) for text in texts)))

    def _sum(self, depth: int) -> Node:
        node = self._term(depth)
        while sign := self._took("+", "-"):
            node = Node("add" if sign == "+" else "subtract", "", (node, self._term(depth)))
        return node

    def _term(self, depth: int) -> Node:
        node = self._atom(depth)
        while self._took("*"):
            node = Node("times", "", (node, self._atom(depth)))
        return node

    def _atom(self, depth: int) -> Node:
        if self._took("("):
            node = self.either(depth + 1)
            self.expect("op", ")")
            return node
        token = self._tokens[self._next]
        if token.kind == "string":
            return Node("string", self._take().text[1:-1])
        if token.kind in {"number", "row", "param"}:
            text = self._take().text
            return Node(token.kind, text if token.kind == "number" else text[1:])
        if token.kind != "name" or (token.text in _WORDS and token.text not in {"now", "fact"}):
            raise self._wrong()
        name = self._take().text
        if name == "now":
            return Node("now")
        if name == "fact":
            return Node("fact", self.expect("row", "")[1:])
        if not self._took("("):
            return Node("field", name)
        return self._fold(name, depth) if name in FOLDS else self._call(name, depth)

    def _call(self, name: str, depth: int) -> Node:
        parts = [self.either(depth + 1)]
        while self._took(","):
            parts.append(self.either(depth + 1))
        self.expect("op", ")")
        return Node("call", name, tuple(parts))

    def _fold(self, name: str, depth: int) -> Node:
        parts = [Node("list", self.expect("name", ""))]
        parts.append(self.either(depth + 1) if self._took("where") else Node("every"))
        if self._took(":"):
            parts.append(self.either(depth + 1))
            while self._took(","):
                parts.append(self.either(depth + 1))
        self.expect("op", ")")
        return Node("fold", name, tuple(parts))
