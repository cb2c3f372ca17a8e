"""The strict reader: law enters as text, and nothing can hide in it."""

import pytest

from chspay_core.errors import Fault
from chspay_core.policy_yaml import MAX_BYTES, read_yaml


def test_everything_is_text():
    """36.10 is a code, NO is a word, 1e5 is not a number and a date is what is written."""
    text = (
        "code: 36.10\ncountry: NO\nday: 2020-01-01\nodd: 1e5\nzero: 007\nnull_word: null\n"
        'blank: ""\nlist: [1, 0x10]\n'
    )
    assert read_yaml(text, "f").plain() == {
        "code": "36.10", "country": "NO", "day": "2020-01-01", "odd": "1e5", "zero": "007",
        "null_word": "null", "blank": "", "list": ["1", "0x10"],
    }  # fmt: skip


def test_every_entry_knows_its_line():
    """A fault must point at the line a person has to look at."""
    root = read_yaml("a: 1\nb:\n  c: 2\n  d:\n    - x\n    - {e: 3}\n", "f")
    assert isinstance(root.value, dict)
    assert (root.value["a"].line, root.value["b"].line) == (1, 2)
    inner = root.value["b"].value
    assert [node.line for node in inner["d"].value] == [5, 6]


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\na: 2\n", "POLICY_YAML_DUPLICATE", 2),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "POLICY_YAML_DUPLICATE", 4),
        ("x: [{a: 1, a: 2}]\n", "POLICY_YAML_DUPLICATE", 1),
        ("a: &mark 1\n", "POLICY_YAML_FORBIDDEN", 1),
        ("a: 1\nb: *mark\n", "POLICY_YAML_FORBIDDEN", 2),
        ("? &k a\n: 1\n", "POLICY_YAML_FORBIDDEN", 1),
        ("a: !!python/object:os.system x\n", "POLICY_YAML_FORBIDDEN", 1),
        ("a: !x y\n", "POLICY_YAML_FORBIDDEN", 1),
        ("<<: {a: 1}\n", "POLICY_YAML_FORBIDDEN", 1),
        ("? [a, b]\n: 1\n", "POLICY_YAML_FORBIDDEN", 1),
        ("---\na: 1\n---\nb: 2\n", "POLICY_YAML_FORBIDDEN", 3),
        ("%YAML 1.1\n---\na: 1\n", "POLICY_YAML_FORBIDDEN", 1),
        ("[" * 40 + "]" * 40, "POLICY_YAML_FORBIDDEN", 1),
        ("a:\n", "POLICY_YAML_EMPTY", 1),
        ("a: 1\nb: {c: }\n", "POLICY_YAML_EMPTY", 2),
        ("- 1\n-\n", "POLICY_YAML_EMPTY", 2),
        ("", "POLICY_YAML_EMPTY", 1),
        ("# nothing but a remark\n", "POLICY_YAML_EMPTY", 1),
        ("a: 'open\n", "POLICY_YAML_SYNTAX", 2),
        ("a: [1, 2\nb: 3\n", "POLICY_YAML_SYNTAX", 2),
        ("a: 1\n\tb: 2\n", "POLICY_YAML_SYNTAX", 2),
        ("a: \x07\n", "POLICY_YAML_SYNTAX", 1),
        ("a: @x\n", "POLICY_YAML_SYNTAX", 1),
        ("a: \ud800\n", "POLICY_YAML_SYNTAX", 1),
    ],
)
def test_what_could_hide_a_value_is_refused_with_its_line(text, reason, line):
    """Each of these is a known way for a YAML file to say one thing and mean another."""
    with pytest.raises(Fault) as caught:
        read_yaml(text, "330100-hangzhou/x.yaml")
    assert caught.value.reason.code == reason
    assert caught.value.facts["file"] == "330100-hangzhou/x.yaml"
    assert caught.value.facts["line"] == str(line)


def test_a_huge_file_is_refused_before_it_is_parsed():
    """Size is bounded, so no file can take the service's memory."""
    with pytest.raises(Fault) as caught:
        read_yaml("a: " + "x" * MAX_BYTES, "f")
    assert caught.value.reason.code == "POLICY_YAML_TOO_LARGE"
