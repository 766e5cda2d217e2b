"""The pieces of index notation as formulas: indexed factors, products side by side, powers, sums."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ricci.notation.arithmetic import negated
from ricci.notation.formula import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Formula,
    fraction,
    joined,
    number,
    number_text,
    wrapped,
    wrapped_latex,
)
from ricci.notation.index.heights import runs
from ricci.notation.natural import is_mixed
from tensor_networks.axes import Axis, show
from tensor_networks.numbers import Number

INDICES = re.compile(r"_(\w+|\{[^}]*\})")
LETTER = re.compile(r"[^\W\d_]\d*")


def listed(letters: Sequence[str]) -> str:
    """Indices as they stand behind `_` or an arrow."""
    return "".join(letters)


def grouped(letters: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """Letters axis by axis, those of an axis that is a group in parentheses: `(ji)`."""
    rest = iter(letters)
    shown = ["".join(next(rest) for _ in range(length)) for length in lengths]
    return [text if length == 1 else f"({text})" for text, length in zip(shown, lengths, strict=True)]


def latex_letter(letter: str) -> str:
    """An index in LaTeX."""
    if letter[0] == "(":
        return "(" + " ".join(latex_letter(found) for found in LETTER.findall(letter)) + ")"
    return letter if len(letter) == 1 else f"{letter[0]}_{{{letter[1:]}}}"


def indexed(base: Formula, letters: Sequence[str], marks: str = "") -> Formula:
    """A base with its indices, below or at the heights of some marks."""
    if not letters:
        return base
    parts = runs(letters, marks or "l" * len(letters))
    shown: list[str] = []
    for sign, group in parts:
        inside = listed(group)
        bare = "(" not in inside and (sign == "_" or len(group) == 1)
        shown += [sign, inside if bare else f"{{{inside}}}"]
    latex = "{}".join(f"{sign}{{{' '.join(map(latex_letter, group))}}}" for sign, group in parts)
    tight = base.kind == "name" and "_" not in base.latex_pieces[0]  # type: ignore[operator]
    head = [base] if tight or base.kind == "call" else ["{", base, "}"]
    known = {"degree": base.degree, "detail": base.detail}
    return Formula("indexed", [base, *shown], [*head, latex], order=0, **known)


def placed(body: Formula, letters: Sequence[str], opening: str = "(") -> Formula:
    """A body that says the order of its indices, to be given others: `(A_ij + B_ij -> ij)`; in LaTeX `[A_ij + B_ij]_ij`."""
    closing = ")" if opening else ""
    order = " ".join(letter if letter[:1] == "(" else latex_letter(letter) for letter in letters)
    latex: list[str | Formula] = [r"\left[", body, rf"\right]_{{{order}}}"] if letters else [r"\left(", body, r"\right)"]
    return Formula("placed", [opening, body, " -> ", listed(letters), closing], latex, order=0)


def in_order(text: str, letters: Sequence[str]) -> bool:
    """Do these indices occur in a text for the first time in their order?"""
    words = re.findall(r"(?<=[_{])(?:[^\W\d_]\d*)+", text)
    found = [letter for word in words for letter in re.findall(r"[^\W\d_]\d*", word)]
    places = [found.index(letter) if letter in found else -1 for letter in letters]
    return min(places, default=0) >= 0 and places == sorted(places)


def symbol(name: str, size: Axis, known: bool) -> Formula:
    """delta or one; eye(n) or ones(n) where nothing else says the size."""
    latex = r"\delta" if name == "delta" else r"\mathbf 1"
    text = name if known else f"{'eye' if name == 'delta' else 'ones'}({show(size)})"
    return Formula("name", [text], [latex], order=0, degree=0, detail=name)


def numerals(value: Number) -> tuple[list[Formula], list[Formula]]:
    """A positive number as factors above and below."""
    if value == 1:
        return [], []
    over, under = fraction(value)
    return ([number(over)] if over != 1 else []), ([number(under)] if under != 1 else [])


def juxtaposed(above: Sequence[Formula], below: Sequence[Formula]) -> Formula:
    """Factors side by side, divided by others."""
    if not below and len(above) == 1:
        return above[0]
    pieces = joined([wrapped(part, POWER) for part in above], " ") or ["1"]
    latex = joined([wrapped_latex(part, POWER) for part in above], r"\,") or ["1"]
    for part in below:
        pieces += [" / ", *wrapped(part, POWER)]
    if below:
        latex = [above[0]] if len(above) == 1 else latex
        under = [(part,) if len(below) == 1 else wrapped_latex(part, POWER) for part in below]
        latex = [r"\frac{", *latex, "}{", *joined(under, r"\,"), "}"]
    degree = sum(part.degree for part in (*above, *below))
    kinds = {part.detail for part in above if part.detail in ("delta", "one")}
    detail = "delta" if "delta" in kinds else "one" if len(kinds) == 1 and all(part.degree == 0 for part in above) else None
    return Formula("juxtaposed", pieces, latex, order=0, level=PRODUCT, degree=degree, detail=detail)


def raised(base: Formula, exponent: Number) -> Formula:
    """A base to a positive power."""
    if exponent == 1:
        return base
    if isinstance(exponent, int):
        shown, latex = str(exponent), str(exponent)
    else:
        shown = number_text(exponent) or ""
        if not shown or (exponent.denominator == 2 and exponent.numerator == 1):
            shown = f"({exponent.numerator}/{exponent.denominator})"
        latex = f"{exponent.numerator}/{exponent.denominator}"
    tight = base.latex_level >= ATOM and not (base.kind == "indexed" and "^" in base.latex)
    top = [base] if tight else [r"\left(", base, r"\right)"]
    pieces = [*wrapped(base, ATOM), "^", shown]
    return Formula("power", pieces, [*top, f"^{{{latex}}}"], order=0, level=POWER, degree=base.degree, detail=(0, True))


def turned_back(parts: list[Formula]) -> bool:
    """Turn the sign of the last sum of terms of both signs among some factors; is there one? Quadratic forms keep theirs."""
    names = [INDICES.sub("", part.text) for part in parts]
    for place in reversed(range(len(parts))):
        if parts[place].kind == "sum" and is_mixed(parts[place]) and names.count(names[place]) == 1:
            parts[place] = negated(parts[place])
            return True
    return False


def variable_power(base: Formula, exponent: Formula) -> Formula:
    """A base to an exponent that is not a number."""
    pieces = [*wrapped(base, ATOM), "^", *((exponent,) if exponent.kind == "name" else ("(", exponent, ")"))]
    return Formula("power", pieces, [r"\left(", base, r"\right)^{", exponent, "}"], order=0, level=POWER, detail=(0, True))


def summation(letters: Sequence[str], body: Formula) -> Formula:
    """A sum over stated indices."""
    shown = letters[0] if len(letters) == 1 and len(letters[0]) == 1 else "{" + listed(letters) + "}"
    latex = r"\sum_{" + " ".join(map(latex_letter, letters)) + "}"
    inside = wrapped_latex(body, PRODUCT)
    return Formula(
        "sum over", [f"sum_{shown}(", body, ")"], [latex, " ", *inside], order=0, latex_level=SUM, degree=body.degree
    )
