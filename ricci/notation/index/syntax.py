"""The syntax of index notation: subscripts, heights, `sum_i( ... )` and arrows, on top of the shared parser."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ricci.functions import FUNCTIONS
from ricci.notation.syntax import (
    Arrow,
    Call,
    Indexed,
    Lexer,
    Literal,
    Name,
    Parser,
    Subscript,
    Syntax,
    Token,
    Walk,
)

PATTERNS = frozenset({"duplication", "elimination", "lower", "toeplitz"})
CONSTANTS = frozenset({"eye", "ones", "zeros", *PATTERNS})
SPECIAL = frozenset({"sum", "sqrt", *CONSTANTS})
SYMBOLS = {"delta": 2, "one": 1, "eps": 99}  # at most so many indices
OPERATORS = ["+", "-", "*", "/", "^", "_", "(", ")", "[", "]", ",", ";", "{", "}", "->"]
LETTER = re.compile(r"[^\W\d_]\d*")


def is_function(name: str) -> bool:
    """Is it a function of index notation?"""
    return name in SPECIAL or name in FUNCTIONS


def letters(word: str) -> list[str]:
    """`ij` is the indices i and j; digits belong to the letter before them."""
    return LETTER.findall(word)


class IndexParser(Parser):
    """The grammar of index notation. `orders` are the declared names, `sizes` the size symbols."""

    juxtaposition = True

    def __init__(self, text: str, orders: Mapping[str, int], sizes: Collection[str]) -> None:
        long = sorted((name for name in orders if "_" in name), key=len, reverse=True)
        names = "|".join([*(rf"{re.escape(name)}(?![^\W_])" for name in long), r"[^\W\d_][^\W_]*"])
        super().__init__(text, Lexer(names, OPERATORS).tokens(text))
        self.orders = orders
        self.sizes = sizes
        self.whole_words = self._whole_words()
        self.heights = False  # does any index stand up?

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

    def named(self) -> Walk[Syntax]:
        token = self.current
        if token.text != "sum" or token.text in self.orders or self.tokens[self.place + 1].text != "_":
            return (yield super().named())
        self.advance()
        bound = self.subscript()
        if not self.at("("):
            self.fail("sum_ needs its terms in parentheses", "write sum_i( ... )")
        return (yield self.call(token, bound))

    def is_call(self, token: Token) -> bool:
        if is_function(token.text):
            return True
        return token.text not in self.orders and token.text not in self.sizes and token.end == self.current.start

    def subscripts(self, tree: Syntax) -> Syntax:
        """A name, call or parenthesis with the indices that follow it."""
        found: list[Subscript] = []
        while self.at("_") or (self.at("^") and self.is_height(tree, found)):
            found.append(self.subscript())
        return Indexed(tree.start, found[-1].end, tree, tuple(found)) if found else tree

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
                groups.append(self.grouped() if self.at("(") else (self.advance(),))
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

    def is_height(self, tree: Syntax, found: list[Subscript]) -> bool:
        """Does this `^` raise an index, rather than to a power?"""
        following = self.tokens[self.place + 1]
        if following.text == "{":
            following = self.tokens[self.place + 2]
        if following.kind != "name":
            return False
        given = sum(len(letters(word.text)) for subscript in found for word in subscript.words)
        if isinstance(tree, Name):
            order = self.orders.get(tree.name, SYMBOLS.get(tree.name))
            if order is not None:
                return given < order
            return not self.orders and self._looks_raised(following)
        if isinstance(tree, Call) and tree.name not in FUNCTIONS and tree.name not in CONSTANTS:
            return False
        return following.text not in self.orders and following.text not in self.sizes

    def _looks_raised(self, following: Token) -> bool:
        """Without declarations: an index is what has a subscript next, or occurs as a subscript elsewhere."""
        place = self.tokens.index(following, self.place)
        if self.tokens[place + 1].text in ("_", "}"):
            return True
        low = {
            letter
            for mark, token in zip(self.tokens, self.tokens[1:], strict=False)
            if mark.text == "_" and token.kind == "name"
            for letter in letters(token.text)
        }
        return low.issuperset(letters(following.text))
