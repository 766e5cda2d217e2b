"""The syntax of matrix notation: the shared core, transposes and products as other languages write them, norms in bars."""

from __future__ import annotations

from ricci.functions import FUNCTIONS
from ricci.functions.aliases import ALIASES
from ricci.notation.declarations import Scope
from ricci.notation.matrix.functions import CONSTANTS, MATRIX_FUNCTIONS
from ricci.notation.parser import Parser
from ricci.notation.syntax import (
    Bars,
    Call,
    Literal,
    Name,
    Power,
    Step,
    Syntax,
    Transpose,
    Walk,
)
from ricci.notation.tokens import MARKS, Lexer, Token
from tensor_networks.errors import clip

SIGNS = "+ - * / .* ./ @ · ⊗ \\ ^ .^ ** ' ( .( ) [ ] { } , ; | || ‖ ⟨ ⟩ \""
NAMES = rf"(?![{MARKS}])[^\W\d](?:(?![{MARKS}])\w)*"
LEXER = Lexer(NAMES, SIGNS.split())
KNOWN = frozenset([*MATRIX_FUNCTIONS, *CONSTANTS, "reshape"])
BARS = ("|", "||", "‖")
TRANSPOSES = (["T"], ["{", "T", "}"], ["-", "T"], ["{", "-", "T", "}"])  # behind ^
LOWERED_KINDS = {"₁": "1", "₂": "2"}  # of norms
QUOTED = ("fro", "nuc", "inf")  # the norms that MATLAB and NumPy name by a string


def is_function(name: str) -> bool:
    """Is it a function of matrix notation?"""
    return name in KNOWN or name in FUNCTIONS


class MatrixParser(Parser):
    """The grammar of matrix notation: the core, and functions need their parenthesis. What is declared is no function."""

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text, LEXER.tokens(text))
        self.declared = scope.nodes.keys()
        self.sizes = scope.sizes

    def is_call(self, token: Token) -> bool:
        return is_function(token.text) or token.text not in self.declared

    def named(self) -> Step[Syntax]:
        following = self.tokens[self.place + 1]
        if following.text == ".(":
            self.check_broadcast(self.current.text, following)
            self.tokens[self.place + 1] = following._replace(text="(")
        tree = super().named()
        if isinstance(tree, Name) and tree.name not in self.declared and is_function(tree.name):
            self.fail(f"the function {tree.name} needs its argument in parentheses", f"write {tree.name}( ... )")
        return tree

    def check_broadcast(self, name: str, dot: Token) -> None:
        """Check that `name.(x)`, as Julia writes it, is the function `name(x)`, which acts on every entry."""
        function = FUNCTIONS.get(ALIASES.get(name, name))
        entries = name in ("max", "min") or (function is not None and function.elementwise)
        if name in self.declared or not entries:
            self.place += 1
            self.fail(f"{clip(name)} does not act on every entry", "f.(x) is for functions of entries", dot)

    def postfix(self, left: Syntax) -> Syntax:
        """A transpose, or a raised number; `1'` may be meant as a row of ones."""
        if isinstance(left, Literal) and self.current.text == "'":
            self.fail("a number has no transpose", "the vector of ones is ones(n)")
        return super().postfix(left)

    def power(self, left: Syntax, operator: Token) -> Step[Syntax]:
        """A power; `^T` is a transpose and `^{-T}` that of the inverse, unless T is declared."""
        ahead = [token.text for token in self.tokens[self.place : self.place + 4]]
        width = next((len(way) for way in TRANSPOSES if ahead[: len(way)] == way), 0)
        if operator.text != "^" or not width or "T" in self.names:
            return super().power(left, operator)
        self.place += width
        end = self.tokens[self.place - 1].end
        if "-" in ahead[:width]:
            left = Power(left.start, end, left, Literal(operator.end, end, -1), operator)
        return Transpose(left.start, end, left)

    @property
    def names(self) -> set[str]:
        """The names that a declaration gives a meaning."""
        return {*self.declared, *self.sizes}

    def atom(self) -> Step[Syntax]:
        if self.current.text in BARS:
            return self.bars()
        if self.at("⟨"):
            return self.inner_product()
        if self.current.text in ("'", '"'):
            return self.quoted()
        return super().atom()

    def bars(self) -> Walk[Syntax]:
        """`|a|`, `||x||`, `||A||_F`."""
        opening = self.advance()
        inner = yield self.whole()
        if not self.at(opening.text):
            self.fail(f"a {opening.text} is missing", f"the {opening.text} at position {opening.start} is not closed")
        end = self.advance().end
        kind, here = "", opening.text != "|" and self.current.kind == "name" and self.current.start == end
        if here and self.current.text in LOWERED_KINDS:
            kind, end = LOWERED_KINDS[self.current.text], self.advance().end
        elif here and self.current.text[0] == "_":
            kind, end = self.kind()
        return Bars(opening.start, end, inner, opening.text != "|", kind)

    def inner_product(self) -> Walk[Syntax]:
        """`⟨x, y⟩`: the sum of the products of the entries."""
        opening = self.advance()
        parts = [(yield self.whole())]
        for mark in (",", "⟩"):
            if not self.at(mark):
                self.fail(f"a {mark} is missing", "⟨x, y⟩ is the inner product")
            end = self.advance().end
            parts += [(yield self.whole())] if mark == "," else []
        return Call(opening.start, end, "dot", tuple(parts))

    def kind(self) -> tuple[str, int]:
        """Which norm: `_2`, `_F`, `_{F}`, and where that ends."""
        token = self.advance()
        if token.text == "_" and self.at("*"):
            return "*", self.advance().end
        if token.text != "_" or not self.at("{"):
            return token.text[1:], token.end
        self.advance()
        kind = self.advance().text
        if not self.at("}"):
            self.fail("a } is missing", "a norm is ||x||_2, ||x||_1 or ||A||_F")
        return kind, self.advance().end

    def quoted(self) -> Syntax:
        """The name of a norm, `'fro'`."""
        opening, word, closing = (
            self.tokens[self.place : self.place + 3] if self.place + 3 <= len(self.tokens) else [self.current] * 3
        )
        if word.text not in QUOTED or closing.text != opening.text:
            self.fail(f"an operand should stand here, not {opening.text}")
        self.place += 3
        return Name(opening.start, closing.end, f"'{word.text}'")


def parse_matrix(text: str, scope: Scope) -> Syntax:
    """The syntax tree of a matrix text."""
    return MatrixParser(text, scope).parse()
