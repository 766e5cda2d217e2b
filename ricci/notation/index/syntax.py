"""The syntax of index notation: subscripts, heights, `sum_i( ... )` and arrows, on top of the shared parser."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ricci.functions import FUNCTIONS
from ricci.notation.hints import WHOLE_AXIS
from ricci.notation.parser import Parser
from ricci.notation.places import warn
from ricci.notation.syntax import (
    POWER,
    SUM,
    Arrow,
    Call,
    Indexed,
    Literal,
    Name,
    Power,
    Step,
    Subscript,
    Syntax,
    Walk,
    is_number,
)
from ricci.notation.tokens import MARKS, Lexer, Token
from tensor_networks.errors import clip

PATTERNS = frozenset({"duplication", "elimination", "lower", "toeplitz"})
CONSTANTS = frozenset({"eye", "ones", "zeros", *PATTERNS})
SPECIAL = frozenset({"sum", "sqrt", *CONSTANTS})
SYMBOLS = {"delta": 2, "one": 1, "eps": 99}  # at most so many indices
SPELLINGS = {"δ": ("delta", [2]), "ones": ("one", [1])} | dict.fromkeys(["epsilon", "ε", "ϵ"], ("eps", range(2, 99)))
SUMS = ("sum", "Σ", "∑")
OPERATORS = ["+", "-", "*", "/", "·", "^", "**", "_", "(", ")", "[", "]", ",", ";", "{", "}", "->"]
LETTER = re.compile(rf"(?![{MARKS}])[^\W\d_][0-9]*")
SUBSCRIPT = re.compile(r"_\s*(?:\{([^{}]*)\}|([^\W_]+))")


def is_function(name: str) -> bool:
    """Is it a function of index notation?"""
    return name in SPECIAL or name in FUNCTIONS


def letters(word: str) -> list[str]:
    """`ij` is the indices i and j; digits belong to the letter before them."""
    return LETTER.findall(word)


def count(subscripts: Sequence[Subscript]) -> int:
    """How many indices there are, if every letter is one."""
    return sum(len(letters(word.text)) for subscript in subscripts for word in subscript.words)


class IndexParser(Parser):
    """The grammar of index notation. `orders` are the declared names, `sizes` the size symbols."""

    juxtaposition = True

    def __init__(self, text: str, orders: Mapping[str, int], sizes: Collection[str]) -> None:
        long = sorted((name for name in orders if "_" in name), key=len, reverse=True)
        plain = rf"(?![{MARKS}])[^\W\d_](?:(?![{MARKS}])[^\W_])*"
        names = "|".join([*(rf"{re.escape(name)}(?![^\W_])" for name in long), plain, "∑"])
        super().__init__(text, Lexer(names, OPERATORS).tokens(text))
        self.orders = orders
        self.sizes = sizes
        self.whole_words = self._whole_words()
        self.heights = False  # does any index stand up?
        self.exponents: list[Token] = []  # letters without a declaration that were taken for exponents

    def _whole_words(self) -> frozenset[str]:
        """Words that some braces set apart from others: those are names of one index each."""
        found: set[str] = set()
        group: list[str] | None = None
        for token in self.tokens:
            if token.text == "{":
                group = []
            elif token.text == "}":
                if group and len(group) > 1:
                    found.update(word for word in group if len(letters(word)) > 1)
                group = None
            elif token.text == "(":
                group = None
            elif token.kind == "name" and group is not None:
                group.append(token.text)
        return frozenset(found)

    def parse(self) -> Syntax:
        tree = super().parse()
        if self.heights and self.exponents:
            name = clip(self.exponents[0].text, 16)
            hint = f'declare the names: {name}="" for a power, and the axes of what stands before it for an index'
            self.fail(f"{name} may be an upper index, or an exponent", hint, token=self.exponents[0])
        return tree

    def whole(self) -> Walk[Syntax]:
        tree = yield self.expression(0)
        if not self.at("->"):
            return tree
        output = self.output()
        return Arrow(tree.start, output.end, tree, output)

    def output(self) -> Subscript:
        """The indices after an arrow, up to the end of the text or the argument."""
        arrow = self.advance()
        if self.at("{"):
            return self.braced(arrow)
        words: list[Token] = []
        groups: list[tuple[Token, ...]] = []
        while self.current.kind == "name" or self.at("(") or (words and self.at(",") and self._more_follow()):
            if self.at(","):
                self.advance()
                continue
            groups.append(self.grouped() if self.at("(") else (self.advance(),))
            words += groups[-1]
        return Subscript(arrow.start, words[-1].end if words else arrow.end, tuple(words), False, self.parted(groups))

    def parted(self, groups: Sequence[tuple[Token, ...]]) -> tuple[tuple[Token, ...], ...]:
        """The groups of indices, if any stands in parentheses."""
        return tuple(groups) if any(self.in_parentheses(group) for group in groups) else ()

    def in_parentheses(self, group: Sequence[Token]) -> bool:
        """Does a group of indices stand in parentheses?"""
        return self.text[: group[0].start].rstrip().endswith("(")

    def _more_follow(self) -> bool:
        following = self.tokens[self.place + 1]
        return following.kind == "name" or following.text == "("

    def grouped(self) -> tuple[Token, ...]:
        """Indices in parentheses: axes read as one, row-major."""
        opening = self.advance()
        words: list[Token] = []
        while self.current.kind == "name" or (words and self.at(",")):
            token = self.advance()
            words += [token] if token.kind == "name" else []
        if not words or not self.at(")"):
            self.fail("indices and a ) should stand here", "parentheses group output axes: -> (ji)k", token=opening)
        self.advance()
        return tuple(words)

    def atom(self) -> Walk[Syntax]:
        tree = yield super().atom()
        return tree if isinstance(tree, Literal) else self.subscripts(tree)

    def named(self) -> Step[Syntax]:
        token, following = self.current, self.tokens[self.place + 1]
        if token.text in self.orders or following.text != "_":
            if token.text == "∑" and token.text not in self.orders:
                self.fail("the sum does not say its index", "write ∑_i, or sum(x) of all entries")
            return super().named()
        if token.text in SUMS:
            return self.summation(self.advance())
        return super().named()

    def summation(self, token: Token) -> Walk[Syntax]:
        """`sum_i( ... )` of what stands in the parenthesis; else, and for a sign of sum, of the rest of the product."""
        bound = self.subscript()
        if self.at("^"):
            self.fail("a sum has no limits", WHOLE_AXIS)
        if token.text == "sum" and self.at("("):
            spaced = self.current.start > bound.end
            tree = yield self.call(token, bound)
            if spaced and self.level() >= POWER:
                shown = clip(self.text[token.start : self.current.start].rstrip(), 60)
                what = f"{shown}^... is the power of the sum: write the power inside its parentheses, or Σ for sum"
                warn(what)
            return tree
        if not self.starts_operand(self.current):
            self.fail("sum_ needs its terms in parentheses", "write sum_i( ... )")
        body = yield self.expression(SUM)
        return Call(token.start, body.end, "sum", (body,), bound)

    def is_call(self, token: Token) -> bool:
        if is_function(token.text):
            return True
        return token.text not in self.orders and token.text not in self.sizes and token.end == self.current.start

    def subscripts(self, tree: Syntax) -> Syntax:
        """A name, call or parenthesis with the indices that follow it."""
        found: list[Subscript] = []
        inverse = self.inverse_mark()
        if inverse and not isinstance(tree, Indexed):
            self.place += inverse
            tree = Call(tree.start, self.tokens[self.place - 1].end, "inv", (tree,))
        while self.at("_") or (self.at("^") and self.is_height(tree, found)):
            found.append(self.subscript())
            if self.at("{") and self.tokens[self.place + 1].text == "}":  # as LaTeX has it between heights
                self.place += 2
        if isinstance(tree, Name) and tree.name not in self.orders and count(found) in SPELLINGS.get(tree.name, ("", ()))[1]:
            tree = Name(tree.start, tree.end, SPELLINGS[tree.name][0])
        return Indexed(tree.start, found[-1].end, tree, tuple(found)) if found else tree

    def inverse_mark(self) -> int:
        """How many tokens of `^{-1}` stand here with indices behind them: `A^{-1}_ij` is `inv(A)_ij`."""
        if not (self.at("^") or self.current.kind == "raised"):
            return 0
        ahead = [token.text for token in self.tokens[self.place : self.place + 7]]
        marks = (["⁻¹"], ["^", "-", "1"], ["^", "{", "-", "1", "}"])
        ends = ("_",), (")", "_")
        return next((len(mark) for mark in marks for end in ends if ahead[: len(mark) + len(end)] == [*mark, *end]), 0)

    def power(self, left: Syntax, operator: Token) -> Walk[Syntax]:
        braced = self.at("{")
        tree = yield super().power(left, operator)
        if braced and isinstance(tree, Power):
            self.check_inverse(left, tree.exponent)
        return tree

    def postfix(self, left: Syntax) -> Syntax:
        tree = super().postfix(left)
        if isinstance(tree, Power):
            self.check_inverse(left, tree.exponent)
        return tree

    def check_inverse(self, base: Syntax, exponent: Syntax) -> None:
        """`A_{ij}^{-1}` may be an entry of the inverse, as in books, or the power of an entry."""
        shown = self.text[exponent.start : exponent.end].strip("{ ")
        if not isinstance(base, Indexed) or count(base.subscripts) < 2 or shown[0] not in "-⁻" or not is_number(exponent):
            return
        name = clip(self.text[base.base.start : base.base.end], 16)
        indices = clip(self.text[base.base.end : base.end], 12)
        shown = self.text[base.start : exponent.end]
        hint = f"inv({name}){indices} is the inverse, 1/{name}{indices} is entry by entry"
        token = Token("op", shown, base.start, exponent.end)
        self.fail(f"{clip(shown)} may be the inverse, or the power of every entry", hint, token)

    def subscript(self) -> Subscript:
        """One `_` or `^` with its indices."""
        mark = self.advance()
        self.heights = self.heights or mark.text == "^"
        if self.at("{"):
            return self.braced(mark)
        token = self.current
        if token.kind != "name" or len("".join(letters(token.text))) != len(token.text):
            self.fail(f"an index should stand after {mark.text}", "indices are letters, such as A_ij or A_{i1,j}")
        self.advance()
        return Subscript(mark.start, token.end, (token,), mark.text == "^")

    def braced(self, mark: Token) -> Subscript:
        """Indices in braces, with spaces or commas between words."""
        opening = self.advance()
        words: list[Token] = []
        groups: list[tuple[Token, ...]] = []
        while not self.at("}"):
            if self.current.kind == "name" or self.at("("):
                groups.append(self.grouped() if self.at("(") else (self.index(),))
                words += groups[-1]
            elif self.at(",") and words:
                self.advance()
            elif self.current.kind == "end":
                self.fail("a } is missing", f"the {{ at position {opening.start} is not closed")
            else:
                self.fail("an index should stand here", "} closes the indices")
        end = self.advance().end
        if not words and mark.text != "->":
            self.fail("an index should stand in the braces", token=opening)
        return Subscript(mark.start, end, tuple(words), mark.text == "^", self.parted(groups))

    def index(self) -> Token:
        """An index in braces; `i_1` and `i_{1}` are `i1`."""
        token = self.advance()
        if not self.at("_"):
            return token
        self.advance()
        braces = self.at("{")
        if braces:
            self.advance()
        number = self.advance()
        if not number.text.isdecimal() or (braces and self.advance().text != "}"):
            self.fail("a number should stand after the _ of an index", "write i_1, or i1", token=number)
        return Token("name", token.text + number.text, token.start, number.end)

    def is_height(self, tree: Syntax, found: list[Subscript]) -> bool:
        """Does this `^` raise an index, rather than to a power?"""
        following = self.tokens[self.place + 1]
        if following.text == "{":
            following = self.tokens[self.place + 2]
        if following.kind != "name":
            return False
        given = count(found)
        if isinstance(tree, Name):
            order = self.orders.get(tree.name, SYMBOLS.get(SPELLINGS.get(tree.name, (tree.name,))[0]))
            if order is not None:
                return given < order
            raised = not self.orders and self._looks_raised(following)
            self.exponents += [following] if not raised and following.text not in self.sizes else []
            return raised
        if isinstance(tree, Call) and tree.name not in FUNCTIONS and tree.name not in CONSTANTS:
            return False
        return following.text not in self.orders and following.text not in self.sizes

    def _looks_raised(self, following: Token) -> bool:
        """Without declarations: an index is what has a subscript next, or occurs as a subscript elsewhere."""
        place = self.tokens.index(following, self.place)
        if self.tokens[place + 1].text in ("_", "}"):
            return True
        groups = SUBSCRIPT.findall(self.text)
        words = [word for group in groups for word in re.findall(r"[^\W_]+", " ".join(group))]
        low = {letter for word in words for letter in ([word] if word in self.whole_words else letters(word))}
        return following.text in low or low.issuperset(letters(following.text))
