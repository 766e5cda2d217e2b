"""Tokens: the pieces of a text, whatever its notation, with one spelling for what several languages write differently."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple, NoReturn

from tensor_networks.errors import ParseError, clip

SAME = {"−": "-", "–": "-", "⋅": "·", "∘": ".*", "⊙": ".*", ".'": "'", ".T": "'", "ᵀ": "'"}  # other spellings of operators
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
FRACTIONS = "½¼¾⅓⅔⅛"
MARKS = f"ᵀᴴ{RAISED}{FRACTIONS}"  # letters and digits to Python, but no part of a name
LOWERED = str.maketrans(f"{RAISED}⁻", "0123456789-")


class Token(NamedTuple):
    """A piece of text: `kind` is number, name, op, raised (a raised number) or end."""

    kind: str
    text: str
    start: int
    end: int


NUMBER = r"(?:[0-9]+(?:\.(?![*/^])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


class Lexer:
    """Tokens of a notation: `names` is the pattern of a name, `operators` lists what else may occur."""

    def __init__(self, names: str, operators: Collection[str]) -> None:
        known = [*operators, *(mark for mark, same in SAME.items() if same in operators)]
        ordered = sorted(known, key=len, reverse=True)
        symbols = "|".join(rf"{re.escape(op)}(?!\w)" if op == ".T" else re.escape(op) for op in ordered)
        self.pattern = re.compile(
            rf"(?P<number>{NUMBER})|(?P<name>{names})|(?P<op>{symbols})|(?P<raised>⁻?[{RAISED}]+)|(?P<space>\s+)"
        )

    def tokens(self, text: str) -> list[Token]:
        """The tokens, an `end` token last.

        Raises:
            ParseError: a character has no meaning in this notation.
        """
        out, place, match = [], 0, self.pattern.match
        while place < len(text):
            found = match(text, place)
            if found is None:
                raise ParseError(f"unexpected character {clip(text[place], 12)}", text=text, start=place, end=place + 1)
            if found.lastgroup != "space":
                written = found.group()
                shown = SAME.get(written, written) if found.lastgroup == "op" else written
                out.append(Token(found.lastgroup or "", shown, place, found.end()))
            place = found.end()
        out.append(Token("end", "", len(text), len(text)))
        return out


class Cursor:
    """A place in the tokens of a text, the last of which is an `end`."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.place = text, tokens, 0

    @property
    def current(self) -> Token:
        """The token here."""
        return self.tokens[self.place]

    def advance(self) -> Token:
        """Step over the token here, and give it; the end is never passed."""
        token = self.tokens[self.place]
        self.place += token.kind != "end"
        return token

    def fail(self, message: str, hint: str = "", token: Token | None = None) -> NoReturn:
        """Raise a `ParseError` at a token (the current one)."""
        token = token or self.current
        raise ParseError(message, text=self.text, start=token.start, end=token.end, hint=hint)
