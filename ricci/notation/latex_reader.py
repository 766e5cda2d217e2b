r"""LaTeX to the text of matrix or index notation, which its reader then reads: `x^{\mathsf T}\,A\,x` is `x'*A*x`.

What is read is what `Expr.latex` writes, and what people paste: fractions, roots, `\left( \right)`, sums, norms, functions
with and without parentheses, letters side by side. Every piece of the text knows its place in the LaTeX, so that an error
shows what was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from ricci.notation.declarations import Scope
from ricci.notation.formula import GREEK
from ricci.notation.hints import CHARACTERS
from ricci.notation.latex_brackets import LatexBrackets
from ricci.notation.latex_spellings import NORMS, WORDS
from ricci.notation.latex_tokens import (
    ADJOINTS,
    CALLS,
    CONSTANTS,
    FRACTIONS,
    LETTER_OF,
    LOOSE,
    OPERATORS,
    ORDERED,
    ORDERINGS,
    PAIRS,
    ROUND,
    SYMBOLS,
    TERMS,
    TRANSPOSES,
)
from ricci.notation.matrix.syntax import is_function
from ricci.notation.syntax import Walk, run
from ricci.notation.tokens import Token
from tensor_networks.errors import ParseError, RicciError, clip

COMMAND = re.compile(r"\\([A-Za-z]+)")
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


class LatexReader(LatexBrackets):
    """One pass over the tokens."""

    def expression(self, stop: str, ends: Collection[str] = ()) -> Walk[Any]:
        """Operands and operators up to a token, or as far as one of several others."""
        self.stops.append(stop)
        after, slash = False, 0
        while self.current.text not in (stop, *ends) and self.current.kind != "end":
            token = self.current
            if token.text in OPERATORS:
                slash = self.place if token.text in LOOSE else 0
                self.put(OPERATORS[self.advance().text], token)
                after = False
            elif token.text in PAIRS.values() and token.text not in PAIRS:
                self.fail(f"this {token.text} closes nothing")
            else:
                if after:
                    self.check_divisor(slash)
                    slash = 0
                    self.put(" " if self.index else "*", token)
                after = yield self.operand()
        self.stops.pop()
        return None

    def goes_on(self) -> bool:
        """Does an operand or operator stand here, not the end of what is read?"""
        text = self.current.text
        return self.current.kind != "end" and text != self.stops[-1] and (text in PAIRS or text not in PAIRS.values())

    def check_divisor(self, sign: int) -> None:
        r"""Refuse `a/2b` and `a \odot b c`, which may end with the b or the c; `1/2 b` and `a/b \sum_i` pass."""
        if not sign:
            return
        text, before, second, first = (self.tokens[sign + step].text for step in (0, -2, -1, 1))
        number = second.isdigit() and first.isdigit() and self.place == sign + 2 and before not in ("^", "_")
        if text != "/" or not (number or self.is_bracketed()):
            self.fail(f"what stands behind {text} may end here or go on", "parentheses say which: (a/b) c, a/(b c)")

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
        if not ORDERINGS.isdisjoint(one.text for one in below):
            self.fail("a sum goes over a whole axis", "an array of 0 and 1 beside the terms leaves some out", token)
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
        macro, name = self.macro(token), token.text.removeprefix("\\")
        if macro and self.reaches(macro, token):
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
        elif token.text in ROUND:
            yield self.parenthesis(token)
        elif token.text == r"\langle":
            yield self.inner_product(token)
        elif token.text == r"\begin":
            self.array(token)
        else:
            yield self.leaf(token, name)

    def leaf(self, token: Token, name: str) -> Walk[Any]:
        """A number, a name, or a sign with a meaning of its own."""
        if token.text == r"\mathbf" and (self.group_is("1") or self.group_is("0")):
            self.filled("ones" if self.tokens[self.place - 1].text != "0" else "zeros", token)
        elif token.text in CONSTANTS and not self.index and self.constant(token):
            pass
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
            self.fail(f"an operand should stand here, not {clip(token.text)}", CHARACTERS.get(token.text, ""), token)

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

    def macro(self, token: Token) -> str:
        r"""The function that stands here, if no part of it is a declared name; an undeclared `\sigma` only with an argument."""
        for macro in ORDERED:
            if self.text.startswith(macro, token.start) and self.scope.nodes.keys().isdisjoint(COMMAND.findall(macro)):
                alone = not self.goes_on() or self.current.text in ("_", "^", *OPERATORS)
                return "" if alone and macro[1:] in GREEK else macro
        return ""

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
        r"""A function with its argument: in parentheses, or the next operand, or a sum with all of its product.

        `\sin^2 x` is a power of the value.
        """
        power = self.group() if self.current.text == "^" and self.advance() else []
        self.put(f"{name}(", token)
        if self.current.text in ROUND:
            opening = self.advance()
            yield self.expression(PAIRS[opening.text])
            self.take(PAIRS[opening.text])
        elif self.current.kind == "end":
            self.fail(f"{name} needs an argument")
        elif self.current.text == r"\sum":
            yield self.expression(self.stops[-1], TERMS)
        else:
            bracketed = self.current.text in PAIRS
            yield self.operand()
            if not bracketed:
                self.check_argument(name)
        self.put(")", token)
        if power:
            self.put(f"^({''.join(one.text for one in power)})", power[0])

    def check_argument(self, name: str) -> None:
        r"""Refuse `\log a b` and `\log a/b`, where the argument may end with the a or with the b; `\sin a \cos b` passes."""
        joined = self.current.text not in OPERATORS and self.current.text != r"\sum" and not self.is_function_here()
        if self.goes_on() and (joined or self.current.text in ("/", r"\sum")):
            what = f"the argument of {name} may end here or go on"
            self.fail(what, "parentheses around it say so")

    def is_function_here(self) -> bool:
        """Does the name of a function stand here?"""
        text, start = self.current.text, self.current.start
        return text in WORDS or self.is_macro(text.removeprefix("\\")) or any(map(self.text[start:].startswith, ORDERED))

    def is_bracketed(self) -> bool:
        """Does a sum, a function or a norm stand here, which is an operand by its looks?"""
        return self.current.text in (r"\sum", *NORMS, *FRACTIONS) or self.is_function_here()

    # scripts

    def scripts(self, first: int) -> Walk[Any]:
        """What stands below and above an operand."""
        indexed = False
        while self.current.text in ("_", "^", "'") or (self.current.text == "{" and self.tokens[self.place + 1].text == "}"):
            if self.current.text == "{":
                self.place += 2
            elif self.current.text == "'":
                self.put("'", self.advance())
            elif self.current.text == "_" and self.tokens[self.place + 1].text == "+":
                self.prefix(first, "relu(")
                self.place += 2
                self.put(")", self.tokens[self.place - 1])
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
        elif shown in ADJOINTS and shown not in self.scope.nodes:
            self.fail(f"{shown} may be the transpose or the pseudoinverse", r"write A^{\top}, or A^{+}", mark)
        elif shown == "+" and not self.index:
            self.prefix(first, "pinv(")
            self.put(")", mark)
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
