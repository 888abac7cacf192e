"""Checks on a value itself, of an element or of an attribute."""

from __future__ import annotations

import re
from typing import Final

from oots.rules.checks.asking import element_of, quoted, string, tidy, unless
from oots.rules.checks.spoiling import NONSENSE, set_text
from oots.rules.codelists import CodeList
from oots.rules.rule import Check, Node

UUID: Final = "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"


def like(pattern: str, form: str) -> Check:
    """All text, with blanks tidied, matches somewhere (case does not matter)."""
    expression = re.compile(pattern, re.IGNORECASE)
    return Check(
        f"must be {form}",
        lambda node: unless(expression.search(tidy(string(node))) is not None, lambda: quoted(string(node))),
        set_text(NONSENSE),
    )


def text_like(pattern: str, form: str, *, case: bool = False) -> Check:
    """The one text of the element matches somewhere (`case`: whether case matters)."""
    expression = re.compile(pattern, 0 if case else re.IGNORECASE)

    def found(node: Node) -> str | None:
        element = element_of(node)
        texts = [text for text in (element.text, *(child.tail for child in element)) if text]
        if len(texts) > 1:
            return f"{len(texts)} texts"
        text = tidy(texts[0]) if texts else ""
        return unless(expression.search(text) is not None, lambda: quoted(text))

    return Check(f"must be {form}", found, set_text(NONSENSE))


def code_of(codes: CodeList) -> Check:
    """The value is a code of the list, with nothing around it."""
    return Check(
        f"must be a code of the list {codes.name}",
        lambda node: unless(string(node) in codes, lambda: quoted(string(node))),
        set_text(NONSENSE),
    )


def occurring_in(codes: CodeList) -> Check:
    """The value occurs somewhere in the list written in one line, with DEL between codes: one published slip."""
    between = "\x7f\x7f"
    joined = f"\x7f{between.join(codes.codes)}\x7f"
    return Check(
        f"must be a code of the list {codes.name}",
        lambda node: unless(string(node) in joined, lambda: quoted(string(node))),
        set_text(NONSENSE),
    )
