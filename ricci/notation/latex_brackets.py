r"""What LaTeX puts in brackets, as text of matrix or index notation: parentheses, norms, inner products, arrays, and the sizes
of constants."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from ricci.notation.latex_spellings import NORMS, STYLES
from ricci.notation.latex_tokens import CONSTANTS, PAIRS, LatexTokens
from ricci.notation.syntax import Walk
from ricci.notation.tokens import Token
from tensor_networks.errors import clip


class LatexBrackets(LatexTokens):
    """The part of the reader for what is between an opening and a closing token."""

    if TYPE_CHECKING:

        def expression(self, stop: str, ends: Collection[str] = ()) -> Walk[Any]: ...
        def base(self, token: Token) -> Walk[Any]: ...
        def indices(self, tokens: Sequence[Token]) -> str: ...

    def braced(self) -> Walk[Any]:
        """A group in braces, or the next token."""
        if self.current.text != "{":
            yield self.base(self.single())
            return None
        self.advance()
        yield self.expression("}")
        self.take("}")
        return None

    def parenthesis(self, opening: Token) -> Walk[Any]:
        r"""Parentheses, braces around one operand, and `\left[ ... \right]_{i j}`, which says the order of its indices."""
        closing = PAIRS[opening.text]
        if self.current.text == closing == "}":
            self.advance()
            return None
        lone = len(self.out)
        self.put("(", opening)
        yield self.expression(closing)
        end = self.take(closing)
        inside = self.out[lone + 1 : lone + 4]
        if opening.text == "{" and len(inside) <= 2 and re.fullmatch(r"\w+", "".join(text for text, _, _ in inside)):
            self.out[lone] = ("", opening.start, opening.end)
            return None
        if opening.text == "[" and self.current.text == "_" and self.tokens[self.place + 1].text != "+":
            self.advance()
            self.put(f" -> {self.indices(self.group())}", end)
        self.put(")", end)
        return None

    def bars(self, opening: Token) -> Walk[Any]:
        """A norm, or the size of a scalar."""
        double, closing = opening.text in NORMS, (NORMS | {"|": "|", r"\lvert": r"\rvert"})[opening.text]
        self.put(("norm2(" if double else "abs(") if self.index else ("||" if double else "|"), opening)
        yield self.expression(closing)
        end = self.take(closing)
        below = self.group() if double and self.current.text == "_" and self.advance() else []
        kind = "".join(one.text for one in below if one.text not in STYLES | {"{", "}"})
        if self.index and kind not in ("", "2", "F"):
            self.fail(f"the norm {clip(kind)} is not read in index notation", "write it with sum_i and abs", end)
        if self.index:
            self.put(")", end)
        else:
            self.put(("||" if double else "|") + (f"_{kind}" if kind else ""), end)
        return None

    def inner_product(self, opening: Token) -> Walk[Any]:
        r"""`\langle x, y \rangle`, of vectors or matrices."""
        if self.index:
            self.fail("an inner product has no place in index notation", "write x_i y_i", opening)
        self.put("dot(", opening)
        yield self.expression(r"\rangle")
        self.put(")", self.take(r"\rangle"))
        if self.current.text == "_" and self.tokens[self.place + 1].text == "F":
            self.place += 2

    def array(self, token: Token) -> None:
        r"""The numbers of `\begin{bmatrix} ... \end{bmatrix}`."""
        self.group()
        self.put("[", token)
        while self.current.text != r"\end":
            one = self.advance()
            if one.kind == "end" or self.current.kind == "end":
                self.fail(r"a \end is missing", token=token)
            self.put({"&": ",", "\\\\": ";"}.get(one.text, one.text), one)
        self.advance()
        self.group()
        self.put("]", token)

    def group_is(self, text: str) -> bool:
        """Is the next group this one token? Then step over it."""
        back = self.place
        if [one.text for one in self.group()] == [text]:
            return True
        self.place = back
        return False

    def filled(self, name: str, token: Token) -> None:
        """The vector or matrix of ones or zeros, by its sizes; of ones with an index."""
        if self.index and name == "ones":
            self.put("one", token)
            return
        if self.current.text != "_":
            self.fail("the size of this constant is not said", r"write \mathbf 1_{n}", token)
        self.advance()
        self.put(f"{name}({self.size(self.group())})", token)

    def constant(self, token: Token) -> bool:
        r"""Write `I_{n}` or `K_{m,n}` with its sizes; false if it is a name.

        Raises:
            ParseError: an identity has no size.
        """
        if self.current.text != "_":
            if token.text == "I" and self.scope.nodes and "I" not in self.scope.nodes:
                self.fail("the size of this identity is not said", "write I_{n}", token)
            return False
        back, _ = self.place, self.advance()
        below = self.group()
        if self.is_constant(token.text, below):
            self.put(f"{CONSTANTS[token.text]}({self.size(below)})", token)
            return True
        self.place = back
        return False

    def size(self, tokens: Sequence[Token]) -> str:
        r"""Sizes: `n`, `2\,n`, `m \times n`."""
        rows = " ".join(one.text.removeprefix("\\") if one.text != r"\times" else "," for one in tokens).split(",")
        return ", ".join("*".join(row.split()) for row in rows)
