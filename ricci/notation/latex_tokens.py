r"""The words of LaTeX: what its commands stand for in matrix and index notation, and the tokens and names of a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ricci.functions import FUNCTIONS
from ricci.notation.declarations import Scope
from ricci.notation.formula import GREEK, GREEK_LETTERS
from ricci.notation.latex_spellings import NORMS, WORDS, plain
from ricci.notation.tokens import Cursor, Token
from tensor_networks.errors import clip

LEXER = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|->|\s+|.", re.S)
SPACES = {
    r"\,",
    r"\;",
    r"\!",
    r"\:",
    r"\ ",
    r"\quad",
    r"\qquad",
    "~",
    r"\left",
    r"\right",
    r"\displaystyle",
    r"\textstyle",
    r"\limits",
} | {rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r")}
ACCENTS = {r"\hat", r"\bar", r"\tilde", r"\widehat", r"\overline", r"\dot"}
FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac"}
OPERATORS = {r"\cdot": "·", r"\odot": ".*", r"\circ": ".*", r"\oslash": "./", r"\otimes": "⊗", r"\to": " -> ", "->": " -> "} | {
    sign: sign for sign in "+-*/,;"
}
CALLS = {function.latex: name for name, function in FUNCTIONS.items() if function.latex.startswith("\\")} | {
    r"\max": "max", r"\min": "min", r"\ln": "log", r"\log": "log",
}  # fmt: skip
ORDERED = sorted(CALLS, key=len, reverse=True)
ROUND = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}
PAIRS = ROUND | {"|": "|", r"\lvert": r"\rvert", r"\langle": r"\rangle"} | NORMS
CONSTANTS = {"I": "eye", "D": "duplication", "L": "elimination", "K": "commutation"}  # with their sizes below
SYMBOLS = {r"\delta": "delta", r"\epsilon": "eps", r"\varepsilon": "eps"}
TRANSPOSES = {"T", r"\prime", r"\top", r"\intercal", r"\mathsfT", r"\mathrmT", r"\textT"}
ADJOINTS = {r"\dagger", "*", r"\ast", r"\star", "H"}
LOOSE = {"/", r"\odot", r"\circ", r"\oslash"}  # signs behind which letters side by side may belong together
TERMS = {"+", "-", ",", ";", r"\to", "->"}  # what ends a term
ORDERINGS = {"<", ">", r"\neq", r"\ne", r"\le", r"\leq", r"\ge", r"\geq", r"\in", r"\langle"}  # below a sum
LETTER_OF = {name: letter for letter, name in GREEK_LETTERS.items()}


class LatexTokens(Cursor):
    """The tokens of a formula, the place in them, and the pieces of text that were written for those before it."""

    def __init__(self, source: str, scope: Scope) -> None:
        found = [Token("", one.group(), one.start(), one.end()) for one in LEXER.finditer(source)]
        tokens = plain([one for one in found if one.text.strip() and one.text not in SPACES], scope.nodes)
        super().__init__(source, [*tokens, Token("end", "", len(source), len(source))])
        self.scope = scope
        self.out: list[tuple[str, int, int]] = []
        self.stops = [""]
        self.index = self.has_indices()

    # tokens

    def take(self, text: str) -> Token:
        """Step over a token that must stand here."""
        if self.current.text != text:
            self.fail(f"a {text} is missing")
        return self.advance()

    def put(self, text: str, token: Token) -> int:
        """Write a piece that stands for a token; its place in the output."""
        self.out.append((text, token.start, token.end))
        return len(self.out) - 1

    def prefix(self, place: int, text: str) -> None:
        """Write before what stands at a place of the output."""
        old, start, end = self.out[place]
        self.out[place] = (text + old, start, end)

    def single(self) -> Token:
        r"""The next token; of a number that stands without braces the first digit, as in `\frac12`."""
        one = self.current
        if one.kind == "end":
            self.fail("the text ends where something should stand in braces")
        if one.text.isdigit() and len(one.text) > 1:
            parts = [Token("", one.text[0], one.start, one.start + 1), Token("", one.text[1:], one.start + 1, one.end)]
            self.tokens[self.place : self.place + 1] = parts
        return self.advance()

    def group(self) -> list[Token]:
        """The tokens of a group in braces, or the one token that stands here."""
        if self.current.text != "{":
            return [self.single()]
        opening, depth, start = self.advance(), 1, self.place
        while depth:
            token = self.advance() if self.current.kind != "end" else self.fail("a } is missing", token=opening)
            depth += {"{": 1, "}": -1}.get(token.text, 0)
        return self.tokens[start : self.place - 1]

    # names

    def has_indices(self) -> bool:
        """Does any subscript hold indices, rather than a part of a name, a size or the kind of a norm?"""
        index = any(token.text in (r"\to", "->") for token in self.tokens)
        for place, token in enumerate(self.tokens):
            if token.text != "_" or index:
                continue
            self.place, before = place + 1, self.tokens[place - 1].text if place else ""
            below = self.group()
            self.place = 0
            if before in PAIRS.values() and before not in (")", "]", "}"):
                continue
            if before in ("0", "1"):  # ones by their sizes, or with an index
                index = all(one.text not in self.scope.sizes and one.text.isalpha() for one in below)
                continue
            if self.is_constant(before, below) or [one.text for one in below] == ["+"]:
                continue
            letters = all((len(one.text) == 1 and one.text.isalpha()) or one.text[1:] in GREEK for one in below)
            named = self.joined(before, below) in self.scope.nodes
            index = before in (")", "]", r"\sum") or (bool(below) and letters and not named)
        return index

    def is_constant(self, letter: str, below: Sequence[Token]) -> bool:
        r"""Is it `I_{n}` or `K_{m,n}`, which no declaration knows as a name?"""
        sized = all(one.text in self.scope.sizes or not one.text.isalpha() for one in below)
        return letter in CONSTANTS and letter not in self.scope.nodes and (sized or letter == "I")

    def joined(self, stem: str, below: Sequence[Token]) -> str:
        """A name with its subscript as it is declared: x_1, or x1."""
        stem = stem.removeprefix("\\")
        shown = [token.text.removeprefix("\\") for token in below if token.text not in WORDS and token.text not in "{}"]
        parts = [part for part in re.split("[,_]", "".join(shown)) if part]
        forms = ["_".join([stem, *parts]), stem + "".join(parts), stem + "_".join(parts)]
        return next((form for form in forms if form in self.scope.nodes), forms[0])

    def word(self, token: Token) -> str:
        r"""The name that begins with a token: a letter, a Greek one, `\mathit{Wh}`, `\mathrm{d}x`."""
        if token.text in WORDS:
            inside = "".join(one.text for one in self.group()).replace("\\_", "_")
            if token.text == r"\mathrm" and inside == "d" and self.current.text[:1].isalpha():
                return "d" + self.advance().text
            return inside
        if token.text in ACCENTS:
            stem, accent = "".join(one.text.removeprefix("\\") for one in self.group()), token.text[1:].removeprefix("wide")
            forms = [f"{stem}_{accent}", f"{stem}{accent}", f"{accent}_{stem}"]
            return next((form for form in forms if form in self.scope.nodes), forms[0])
        if token.text.startswith("\\"):
            name, letter = token.text[1:], LETTER_OF.get(token.text[1:], "")
            if name not in GREEK and name not in LETTER_OF:
                self.fail(f"the command {clip(token.text)} is not known", token=token)
            return letter if letter in self.scope.nodes and name not in self.scope.nodes else name
        name = token.text
        while name not in self.scope.nodes and self.current.text.isalpha() and self.adjacent():
            longer = name + self.current.text
            if not any(known.startswith(longer) for known in self.scope.nodes):
                break
            name, _ = longer, self.advance()
        return name

    def adjacent(self) -> bool:
        """Does the current token stand directly behind the one before?"""
        return self.tokens[self.place - 1].end == self.current.start

    def name(self, token: Token) -> None:
        """A name with what belongs to it below."""
        start, name = self.place, self.word(token)
        if self.current.text == "_":
            back = self.place
            self.advance()
            below = self.group()
            whole = self.joined(name, below)
            no_index = bool(below) and (below[0].text.isdigit() or below[0].text in WORDS)
            if whole in self.scope.nodes or (name not in self.scope.nodes and no_index):
                self.put(whole, Token("name", "", token.start, self.tokens[self.place - 1].end))
                return
            self.place = back
        end = self.tokens[max(start, self.place) - 1].end
        self.put(name, Token("name", "", token.start, end))
