r"""LaTeX to the text of matrix or index notation, which its reader then reads: `x^{\mathsf T}\,A\,x` is `x'*A*x`.

What is read is what `Expr.latex` writes, and what people paste: fractions, roots, `\left( \right)`, sums, norms, functions
with and without parentheses, letters side by side. Every piece of the text knows its place in the LaTeX, so that an error
shows what was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ricci.notation.declarations import Scope
from ricci.notation.formula import GREEK
from ricci.notation.latex_tokens import (
    CALLS,
    FRACTIONS,
    LETTER_OF,
    NORMS,
    OPERATORS,
    ORDERED,
    PAIRS,
    SYMBOLS,
    TRANSPOSES,
    WORDS,
    LatexTokens,
)
from ricci.notation.matrix.syntax import is_function
from ricci.notation.syntax import Walk, run
from ricci.notation.tokens import Token
from tensor_networks.errors import ParseError, RicciError, clip

ATTACHED = re.compile(r"[\w)'\]]\\([A-Za-z]\w*)")
WHOLE = r"write \sum_{i}, or \sum_{i=1}^{n} with the size n of the axis"


def is_latex(text: str, scope: Scope) -> bool:
    r"""Does a text hold LaTeX commands? `A\b` divides from the left.

    Raises:
        ParseError: `A\beta` with a declared beta may be either.
    """
    found = set(re.findall(r"\\[A-Za-z]{2,}|\\[|,;!{}]", text)) - {f"\\{name}" for name in scope.nodes if name not in GREEK}
    divided = ATTACHED.search(text) if found <= {f"\\{name}" for name in scope.nodes} else None
    if found and divided:
        what = rf"\{divided[1]} may be a letter of LaTeX, or {divided[1]} divided by what stands before it"
        hint = rf"write A \ {divided[1]} with a space, or say notation='latex'"
        raise ParseError(what, text=text, start=divided.start() + 1, end=divided.end(), hint=hint)
    return bool(found)


class Translation:
    """A text in matrix or index notation, and the place in the LaTeX of each of its characters."""

    def __init__(self, source: str, pieces: Sequence[tuple[str, int, int]], notation: str) -> None:
        self.source = source
        self.text = "".join(text for text, _, _ in pieces)
        self.notation = notation
        self.places = [(start, end) for text, start, end in pieces for _ in text]

    def relocate(self, error: RicciError) -> None:
        """Let an error about the text show the LaTeX."""
        if error.text != self.text or error.start is None:
            return
        last = len(self.source)
        span = self.places[error.start : error.end or error.start + 1]
        error.text, error.start = self.source, span[0][0] if span else last
        error.end = span[-1][1] if span else last


def translated(source: str, scope: Scope) -> Translation:
    """LaTeX as a text in matrix or index notation.

    Raises:
        ParseError: a command is not known, or a brace is not closed.
    """
    reader = LatexReader(source, scope)
    run(reader.expression(""))
    if reader.place < len(reader.tokens) - 1:
        reader.fail(f"{clip(reader.current.text)} is not expected here")
    return Translation(source, reader.out, "index" if reader.index else "matrix")


class LatexReader(LatexTokens):
    """One pass over the tokens."""

    def expression(self, stop: str) -> Walk[Any]:
        """Operands and operators up to a token."""
        after = False
        while self.current.text != stop and self.current.kind != "end":
            token = self.current
            if token.text in OPERATORS:
                self.put(OPERATORS[self.advance().text], token)
                after = False
            elif token.text in PAIRS.values() and token.text not in PAIRS:
                self.fail(f"this {token.text} closes nothing")
            else:
                if after:
                    self.put(" " if self.index else "*", token)
                after = yield self.operand()
        return None

    def operand(self) -> Walk[Any]:
        """An operand with its scripts; not one, but the head of one, is a sum with its indices."""
        token, first = self.advance(), len(self.out)
        self.put("", token)
        if token.text == r"\sum":
            self.summation(token)
            return False
        yield self.base(token)
        yield self.scripts(first)
        return True

    def summation(self, token: Token) -> None:
        r"""`\sum_{i}` goes over the whole axis; `\sum_{i=1}^{n}` too, and then its size is n."""
        if self.current.text != "_":
            self.fail("a sum has indices below", r"write \sum_{i}", token)
        self.advance()
        below = self.group()
        limit = next((place for place, one in enumerate(below) if one.text == "="), len(below))
        words = self.indices(below[:limit])
        self.put(f"Σ_{{{words}}} ", token)
        if self.current.text == "^":
            mark, size = self.advance(), self.size(self.group())
            if [one.text for one in below[limit + 1 :]] != ["1"]:
                self.fail("a sum goes over a whole axis", WHOLE, mark)
            for word in words.replace(",", " ").split():
                self.put(f"ones({size})_{{{word}}} ", mark)
        elif limit < len(below):
            self.fail("a sum goes over a whole axis", WHOLE, token)

    def base(self, token: Token) -> Walk[Any]:
        """What stands before the scripts."""
        macro = next((macro for macro in ORDERED if self.text.startswith(macro, token.start)), "")
        name = token.text.removeprefix("\\")
        if macro and not (name in self.scope.nodes and token.text != name) and self.reaches(macro, token):
            yield self.call(CALLS[macro], token)
        elif token.text in WORDS and self.function_name():
            name = self.function_name()
            self.group()
            yield self.call(name, token)
        elif token.text in FRACTIONS:
            yield self.fraction(token)
        elif token.text[0] == "\\" and self.is_macro(name):
            yield self.call(name, token)
        elif token.text == r"\sqrt":
            self.put("sqrt(", token)
            yield self.braced()
            self.put(")", token)
        elif token.text in NORMS or token.text in ("|", r"\lvert"):
            yield self.bars(token)
        elif token.text in ("(", "[", "{"):
            yield self.parenthesis(token)
        elif token.text == r"\begin":
            self.array(token)
        else:
            yield self.leaf(token, name)

    def leaf(self, token: Token, name: str) -> Walk[Any]:
        """A number, a name, or a sign with a meaning of its own."""
        if token.text == r"\mathbf" and (self.group_is("1") or self.group_is("0")):
            self.filled("ones" if self.tokens[self.place - 1].text != "0" else "zeros", token)
        elif token.text == "I" and "I" not in self.scope.nodes and self.current.text == "_" and not self.index:
            self.advance()
            self.put(f"eye({self.size(self.group())})", token)
        elif token.text in SYMBOLS and name not in self.scope.nodes and self.current.text == "_":
            self.put(SYMBOLS[token.text], token)
        elif token.text == "e" and "e" not in self.scope.nodes and self.current.text == "^":
            self.advance()
            self.put("exp(", token)
            yield self.braced()
            self.put(")", token)
        elif token.text[0].isdigit():
            self.put(token.text, token)
        elif token.text[0].isalpha() or token.text[0] == "\\":
            self.name(token)
        else:
            self.fail(f"an operand should stand here, not {clip(token.text)}", token=token)

    def fraction(self, token: Token) -> Walk[Any]:
        """A quotient; in index notation a numerator that is one product stays in the scope around it."""
        start = self.place
        above = [one.text for one in self.group()]
        self.place = start
        depth, outer = 0, set()
        for text in above:
            depth += (text in "([{") - (text in ")]}")
            outer |= set() if depth else {text}
        bare = self.index and not {"+", "-", r"\sum"} & outer
        self.put("" if bare else "((" if not self.index else "(", token)
        yield self.braced()
        self.put("/(" if bare else ")/(", token)
        yield self.braced()
        self.put(")" if self.index else "))", token)

    def is_macro(self, name: str) -> bool:
        r"""Is a command the name of a function, as `\tr` and `\diag` are in many papers?"""
        letter = name in GREEK or name in self.scope.nodes or (f"\\{name}" in WORDS and self.current.text != "(")
        return not letter and is_function(name)

    def function_name(self) -> str:
        r"""The function that the group here names, as in `\operatorname{tr}`, if it is one and not declared."""
        start = self.place
        name = "".join(one.text for one in self.group())
        self.place = start
        return name if is_function(name) and name not in self.scope.nodes else ""

    def reaches(self, macro: str, token: Token) -> bool:
        """Step to the end of a function's macro, if letters do not go on there."""
        end = token.start + len(macro)
        if macro[-1].isalpha() and self.text[end : end + 1].isalpha():
            return False
        while self.current.kind != "end" and self.current.start < end:
            self.advance()
        return True

    def call(self, name: str, token: Token) -> Walk[Any]:
        r"""A function with its argument: in parentheses, or the next operand; `\sin^2 x` is a power of the value."""
        power = self.group() if self.current.text == "^" and self.advance() else []
        self.put(f"{name}(", token)
        if self.current.text in ("(", "[", "{"):
            opening = self.advance()
            yield self.expression(PAIRS[opening.text])
            self.take(PAIRS[opening.text])
        elif self.current.kind == "end":
            self.fail(f"{name} needs an argument")
        else:
            yield self.operand()
        self.put(")", token)
        if power:
            self.put(f"^({''.join(one.text for one in power)})", power[0])

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
        if opening.text == "[" and self.current.text == "_":
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
        kind = "".join(one.text for one in self.group()) if double and self.current.text == "_" and self.advance() else ""
        if self.index and kind not in ("", "2", "F"):
            self.fail(f"the norm {clip(kind)} is not read in index notation", "write it with sum_i and abs", end)
        if self.index:
            self.put(")", end)
        else:
            self.put(("||" if double else "|") + (f"_{kind}" if kind else ""), end)
        return None

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

    def size(self, tokens: Sequence[Token]) -> str:
        r"""Sizes: `n`, `2\,n`, `m \times n`."""
        rows = " ".join(one.text.removeprefix("\\") if one.text != r"\times" else "," for one in tokens).split(",")
        return ", ".join("*".join(row.split()) for row in rows)

    # scripts

    def scripts(self, first: int) -> Walk[Any]:
        """What stands below and above an operand."""
        indexed = False
        while self.current.text in ("_", "^", "'") or (self.current.text == "{" and self.tokens[self.place + 1].text == "}"):
            if self.current.text == "{":
                self.place += 2
            elif self.current.text == "'":
                self.put("'", self.advance())
            elif self.current.text == "_":
                self.subscript()
                indexed = True
            else:
                yield self.power(first, indexed)
        return None

    def subscript(self) -> None:
        """Indices below."""
        mark = self.advance()
        below = self.group()
        self.put("_{" + self.indices(below) + "}", below[0] if below else mark)

    def indices(self, tokens: Sequence[Token]) -> str:
        """Indices as index text has them: Greek letters as one character, `i_{1}` as i1."""
        words: list[str] = []
        for one in tokens:
            if one.text in ("_", "{", "}"):
                continue
            name = one.text.removeprefix("\\")
            if one.text.isdigit() and words:
                words[-1] += one.text
            elif one.text.isalpha() or name in LETTER_OF or one.text in "(),":
                words.append(LETTER_OF.get(name, name))
            else:
                self.fail(f"an index should stand here, not {clip(one.text)}", token=one)
        return " ".join(words)

    def power(self, first: int, indexed: bool) -> Walk[Any]:
        """What stands above: a transpose, an inverse, an upper index, an exponent."""
        mark, start = self.advance(), self.place
        above = [one.text for one in self.group()]
        shown = "".join(above).replace("{", "").replace("}", "")
        if shown.removeprefix("-") in TRANSPOSES and ("\\" in shown or "T" not in self.scope.nodes):
            if self.index:
                self.fail("a transpose has no place in index notation", "the transpose of A_{i j} is A_{j i}", mark)
            if shown[0] == "-":
                self.prefix(first, "(")
                self.put("^(-1))", mark)
            self.put("'", mark)
        elif self.index and shown == "-1" and (not indexed and not self.is_scalar(first)):
            self.prefix(first, "inv(")
            self.put(")", mark)
        elif self.index and all((len(one) == 1 and one.isalpha()) or one[1:] in GREEK for one in above):
            self.put("^{" + self.indices(self.tokens[start : self.place]) + "}", mark)
        elif len(above) > 1 and above[0] in (r"\odot", r"\circ"):
            self.place = start + 2  # behind the brace and the sign
            self.put(".^(", mark)
            yield self.expression("}")
            self.take("}")
            self.put(")", mark)
        else:
            self.place = start
            braced = self.index and shown.startswith("-") and indexed
            self.put("^{" if braced else "^(", mark)
            yield self.braced()
            self.put("}" if braced else ")", mark)
        return None

    def is_scalar(self, first: int) -> bool:
        """Is the operand that was written last a number, or a name without axes?"""
        text = "".join(piece for piece, _, _ in self.out[first:])
        node = self.scope.nodes.get(text)
        bracket = text.startswith("(") and " -> " in text
        return not bracket and (node.order != 2 if node is not None else not text.isidentifier())
