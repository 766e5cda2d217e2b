"""Formulas: what a writer builds before it is text, with its text and its LaTeX side by side.

A formula is a piece of matrix or index notation that knows how tightly it binds, how many tokens it has and how it is
transposed. Writers build several and keep the cheapest. Parts are shared, so building never copies text; `text` and
`latex` spell a formula out without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Any, Literal

from tensor_networks.axes import Axis
from tensor_networks.numbers import Number, exact

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
LONGEST = 20_000  # characters
SHORT = 9  # digits of a numerator or denominator that is written as it is
MOST_DIGITS = 40  # behind the point of an exact decimal
FEW_ZEROS = 10**25  # below which an integer is written out
TOKEN = re.compile(r"[A-Za-z]\w*|\d+(?:\.\d+)?|\.[*/^]|[^\s\w]")
LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK_LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", f"{LETTERS} {CAPITALS}".split(), strict=True))
GREEK = frozenset(GREEK_LETTERS.values())
TRANSPOSE = r"^{\mathsf T}"

# fmt: off
Kind = Literal[
    "atom", "name", "number", "call", "sum", "product", "power", "transpose",  # of both notations
    "chain", "hadamard", "matrix power", "variable power",  # products and powers of matrix notation
    "eye", "ones", "zeros", "commutation", "duplication", "elimination",  # and its constants
    "indexed", "juxtaposed", "sum over", "placed", "arrow",  # of index notation
]
# fmt: on
Pieces = tuple["str | Formula", ...]


class TooLong(Exception):
    """The text of a formula would exceed `LONGEST` characters."""


class Formula:
    """A piece of notation. `order` is 0, 1 or 2; `degree` orders terms; `inner` marks a row times a column.

    `parts` are the formulas it is made of and `detail` what else makes it: the signs of a sum, the `Term` of a product, the
    value of a number, (exponent, is it of a matrix?) of a power, (name, does its transpose go along?, LaTeX) of a call, the
    entries of an entrywise product, the sizes of a constant. `callee` is the name of the function of a call, else empty.
    """

    # fmt: off
    __slots__ = (
        "_flipped", "_text", "callee", "cost", "degree", "detail", "inner", "kind", "latex_level", "latex_pieces",
        "length", "level", "order", "parts", "pieces", "remake", "symmetric",
    )
    # fmt: on

    def __init__(
        self,
        kind: Kind,
        pieces: Iterable[str | Formula],
        latex_pieces: Iterable[str | Formula],
        *,
        order: int,
        level: int = ATOM,
        latex_level: int | None = None,
        parts: Sequence[Formula] = (),
        detail: Any = None,
        degree: int = 1,
        symmetric: bool = False,
        remake: Callable[[Sequence[Any], int], Formula] | None = None,
    ) -> None:
        self.kind, self.order, self.level, self.degree = kind, order, level, degree
        self.latex_level = level if latex_level is None else latex_level
        self.pieces, self.latex_pieces = tuple(pieces), tuple(latex_pieces)
        self.parts, self.detail, self.symmetric, self.inner = tuple(parts), detail, symmetric, False
        self.callee: str = detail[0] if kind == "call" and detail else ""
        self.remake = remake
        self.cost = self.length = 0
        for piece in self.pieces:
            self.cost += count_tokens(piece) if isinstance(piece, str) else piece.cost
            self.length += len(piece) if isinstance(piece, str) else piece.length
        if self.length > LONGEST:
            raise TooLong
        self._flipped: Formula | None = None
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The text of the formula."""
        if self._text is None:
            self._text = spelled(self, latex=False)
        return self._text

    @property
    def latex(self) -> str:
        """The LaTeX of the formula."""
        return spelled(self, latex=True)

    def remade(self, parts: Sequence[Any]) -> Formula:
        """A formula of the same kind and order of other parts, for kinds that are told how: `remake`."""
        assert self.remake is not None
        return self.remake(parts, self.order)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


def latex_with(formula: Formula, names: Mapping[str, Formula]) -> list[str | Formula]:
    """The LaTeX pieces of a formula, other formulas standing for some names."""
    out: list[str | Formula] = []
    stack: list[str | Formula] = [formula]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
        elif piece.kind == "name" and str(piece.pieces[0]) in names:
            out.append(names[str(piece.pieces[0])])
        else:
            stack.extend(reversed(piece.latex_pieces))
    return out


@lru_cache(maxsize=4096)
def count_tokens(text: str) -> int:
    """The number of tokens in a text."""
    return len(TOKEN.findall(text))


def spelled(formula: Formula, latex: bool, names: Mapping[str, Formula] | None = None) -> str:
    """The text of a formula, put together without recursion; with other formulas in the places of some names."""
    out: list[str] = []
    stack: list[str | Formula] = [formula]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
        elif names and piece.kind == "name" and (instead := names.get(str(piece.pieces[0]))) is not None:
            stack.append(instead)
        elif not latex and not names and piece._text is not None:
            out.append(piece._text)
        else:
            stack.extend(reversed(piece.latex_pieces if latex else piece.pieces))
    return "".join(out)


def cheapest(formulas: Iterable[Formula]) -> Formula:
    """The formula of fewest tokens; among equals the shorter one, then the first in the alphabet."""
    found = list(formulas)
    least = min(formula.cost for formula in found)
    found = [formula for formula in found if formula.cost == least]
    return found[0] if len(found) == 1 else min(found, key=lambda formula: (formula.length, formula.text))


# -- atoms


def latex_name(name: str) -> str:
    r"""A name in LaTeX: one letter as it is, a Greek one by its command, others in ``\mathit``; everything escaped.

    What follows an underscore, and digits at the end, is one subscript: ``x_1_2`` is ``x_{1,2}``. A direction ``dx`` has an
    upright d.
    """
    head, *rest = name.split("_")
    stem, digits = re.fullmatch(r"(.*?)(\d*)", head, re.S).groups()  # type: ignore[union-attr]
    if not stem or not all(part.isalnum() for part in rest):
        return _latex_word(name)
    below = [digits, *rest] if digits else rest
    return _latex_word(stem) + (f"_{{{','.join(map(_latex_subscript, below))}}}" if below else "")


def _latex_subscript(name: str) -> str:
    return name if name.isascii() and name.isdigit() else latex_name(name)


def _latex_word(name: str) -> str:
    letter = _latex_letter(name)
    if letter:
        return letter
    if name[:1] == "d" and _latex_letter(name[1:]):
        return rf"\mathrm{{d}}{_latex_letter(name[1:])}"
    return rf"\mathit{{{name}}}" if name.isascii() and name.isalnum() else rf"\text{{{escaped(name)}}}"


def _latex_letter(name: str) -> str:
    """One letter, or the command of a Greek one; empty for longer names."""
    if name in GREEK:
        return f"\\{name}"
    if len(name) == 1 and name in GREEK_LETTERS:
        return f"\\{GREEK_LETTERS[name]}"
    return name if len(name) == 1 and name.isascii() and name.isalpha() else ""


def latex_size(size: Axis) -> str:
    """A size in LaTeX."""
    parts = [str(part) for part in (size if isinstance(size, tuple) else (size,))]
    return r"\,".join(latex_name(part) if part.isidentifier() else part.replace("*", "") for part in parts)


def escaped(text: str) -> str:
    """A text with everything escaped that means something in LaTeX."""
    special = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return "".join(special.get(c, "\\" + c if c in "_%{}$#&" else c) for c in text)


def atom(text: str, latex: str, order: int, degree: int = 1, symmetric: bool = False) -> Formula:
    """A formula without parts."""
    return Formula("atom", [text], [latex], order=order, degree=degree, symmetric=symmetric)


def named(name: str, order: int, symmetric: bool = False, degree: int = 1) -> Formula:
    """A name."""
    return Formula("name", [name], [latex_name(name)], order=order, degree=degree, symmetric=symmetric)


def array(rows: Sequence[Sequence[float]], order: int) -> Formula:
    """Numbers in brackets, the columns parted by commas and the rows by semicolons."""
    shown = [[repr(int(entry)) if entry == int(entry) and abs(entry) < 1e15 else repr(entry) for entry in row] for row in rows]
    text = "[" + "; ".join(", ".join(row) for row in shown) + "]"
    body = r" \\ ".join(" & ".join(latex_number(entry) for entry in row) for row in shown)
    return atom(text, rf"\begin{{bmatrix}} {body} \end{{bmatrix}}", order, degree=0)


def number_text(value: Number) -> str | None:
    """A number as it is written, if it is an integer or an exact decimal: `3`, `0.5`, `1e-300`, `2.5e400`."""
    if isinstance(value, int):
        return _scientific(value) or str(value)
    try:
        text = repr(float(value))
    except OverflowError:
        return None
    if text not in ("inf", "0.0") and Fraction(text) == value:
        return text
    for digits in range(1, MOST_DIGITS):
        if 10**digits % value.denominator == 0:
            whole = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
            return f"{'-' if value < 0 else ''}{whole[:-digits]}.{whole[-digits:]}"
    return _scientific(value)


def _scientific(value: Number) -> str | None:
    """A number of few digits and many zeros, beyond the floats too: `1e-400`, `2.5e400`; None for others."""
    below = value.denominator
    twos = (below & -below).bit_length() - 1
    fives = round(log(below >> twos, 5))
    if below != pow(5, fives) << twos or (below == 1 and abs(value.numerator) < FEW_ZEROS):
        return None
    places = max(twos, fives)
    digits = abs(value.numerator) * 10**places // below
    while digits and digits % 10**16 == 0:
        digits, places = digits // 10**16, places - 16
    while digits and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    shown = str(digits) if digits < 10**MOST_DIGITS else ""
    if not shown or (below == 1 and places > -MOST_DIGITS // 4):
        return None
    tail = f".{shown[1:]}" if len(shown) > 1 else ""
    return f"{'-' if value < 0 else ''}{shown[0]}{tail}e{len(shown) - 1 - places}"


def fraction(value: Number) -> tuple[Number, Number]:
    """Two numbers that are short to write, whose ratio a positive number is: 5/3, but 1/6.283185307179586."""
    if number_text(value) is not None:
        return value, 1
    over, under = value.numerator, value.denominator
    if max(over, under) < 10**SHORT:
        return over, under
    places = 10 ** (len(str(under)) - 1)
    for pair in ((Fraction(1), Fraction(under, over)), (Fraction(over, places), Fraction(under, places))):
        texts = [number_text(exact(part)) for part in pair]
        if all(text is not None and len(text) <= 2 * SHORT for text in texts):
            return exact(pair[0]), exact(pair[1])
    return over, under


def number(value: Number) -> Formula:
    """A number that is not negative, on its own."""
    text = number_text(value)
    if text is not None:
        return Formula("number", [text], [latex_number(text)], order=0, degree=0, detail=value)
    over = tuple(number_text(part) or "" for part in fraction(value))
    latex = rf"\frac{{{over[0]}}}{{{over[1]}}}"
    return Formula("number", ["/".join(over)], [latex], order=0, level=PRODUCT, latex_level=ATOM, degree=0, detail=value)


def latex_number(text: str) -> str:
    """A number that is written as text, in LaTeX: `1e-8` as a product with a power of ten."""
    mantissa, _, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


def call(name: str, args: Sequence[Formula], order: int, latex: Pieces, **more: Any) -> Formula:
    """A function of formulas. With `along=True` its transpose is the function of the transposed argument."""
    along = more.pop("along", False)
    pieces: list[str | Formula] = [name, "("]
    for place, arg in enumerate(args):
        pieces += [", " if place else "", arg]
    degree = more.pop("degree", 1)
    return Formula("call", [*pieces, ")"], latex, order=order, parts=args, detail=(name, along, latex), degree=degree, **more)


def simple_call(name: str, args: Sequence[Formula], order: int, macro: str = "", **more: Any) -> Formula:
    """A function written `macro(arguments)` in LaTeX as well, but for the bars of the size of a scalar."""
    if name == "abs" and not order and "|" not in args[0].latex:
        return call(name, args, order, (r"\left|", *args, r"\right|"), **more)
    latex: list[str | Formula] = [macro or rf"\operatorname{{{name}}}", r"\left("]
    for place, arg in enumerate(args):
        latex += [", " if place else "", arg]
    return call(name, args, order, (*latex, r"\right)"), **more)


# -- parentheses


def is_single(part: Formula) -> bool:
    """Is it one factor? The square of a product of several is another node than the product written twice."""
    inner = part.parts[0] if part.kind == "transpose" else part
    return not inner.order or inner.kind not in ("chain", "hadamard", "product")


def wrapped(formula: Formula, level: int) -> Pieces:
    """The formula, in parentheses if it binds less tightly than `level`."""
    return (formula,) if formula.level >= level else ("(", formula, ")")


def wrapped_latex(formula: Formula, level: int) -> Pieces:
    """The same in LaTeX."""
    return (formula,) if formula.latex_level >= level else (r"\left(", formula, r"\right)")


def joined(groups: Iterable[Pieces], between: str) -> list[str | Formula]:
    """Groups of pieces with a separator between them."""
    out: list[str | Formula] = []
    for place, group in enumerate(groups):
        out += [between, *group] if place else group
    return out


# -- powers and transposes


def power(base: Formula, exponent: Number, matrix: bool = False) -> Formula:
    """A power with a positive exponent: entry by entry, or of a square matrix."""
    if exponent == 1:
        return base
    if base.kind == "power" and base.detail[1] == matrix and isinstance(exponent, int):
        return power(base.parts[0], base.detail[0] * exponent, matrix)
    if exponent == Fraction(1, 2) and not matrix:
        if base.order:
            return call("sqrt", [base], base.order, (r"\sqrt{", base, "}"), along=True, degree=base.degree)
        return call("sqrt", [base], 0, (r"\sqrt{", base, "}"), degree=base.degree)
    operator = ".^" if base.order and not matrix else "^"
    text = number_text(exponent) or f"({exponent.numerator}/{exponent.denominator})"
    shown = text if isinstance(exponent, int) else rf"{exponent.numerator}/{exponent.denominator}"
    mark = r"\odot " if operator == ".^" else ""
    tight = base.latex_level >= ATOM and base.kind not in ("transpose", "power")
    raised: Pieces = (*((base,) if tight else (r"\left(", base, r"\right)")), f"^{{{mark}{shown}}}")
    if base.callee == "inv":  # it has an exponent already
        inner = wrapped_latex(base.parts[0], ATOM)
        raised = (*inner, f"^{{-{shown}}}") if matrix else (r"\left(", base, rf"\right)^{{{mark}{shown}}}")
    degree = base.degree * max(1, int(exponent))
    return Formula(
        "power",
        [*wrapped(base, ATOM), operator, text],
        raised,
        order=base.order,
        level=POWER,
        parts=[base],
        detail=(exponent, matrix),
        degree=degree,
        symmetric=base.symmetric,
    )


def transpose(base: Formula) -> Formula:
    """The base with a transpose behind it."""
    if base.kind == "transpose":
        return base.parts[0]
    latex: Pieces = (*wrapped_latex(base, ATOM), TRANSPOSE)
    if base.callee == "inv":
        latex = (*wrapped_latex(base.parts[0], ATOM), r"^{-\mathsf T}")
    return Formula("transpose", [*wrapped(base, ATOM), "'"], latex, order=base.order, parts=[base], degree=base.degree)
