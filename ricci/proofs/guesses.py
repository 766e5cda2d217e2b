"""What a wrong formula is right for: with one mark more, by another variable, of a power of the function, at another sign."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from ricci.arguments import free_name
from ricci.derivatives.derive import derivative
from ricci.expr import Expr
from ricci.proofs.diagnosis import TOLERANCE, Call, Finding, Pair, close, compared, factor_of, number_text
from ricci.proofs.equality import equal
from ricci.reading import parse
from ricci.traits.spaces import is_structured, part_that_counts, projected
from ricci.traits.table import has
from tensor_networks.errors import RicciError
from tensor_networks.nodes import Tensor, tensor

MOST_EDITS = 400
LONGEST_NAME = 40  # characters of a function that is named in a sentence
POWERS = (1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))
PLACES = re.compile(r"(?P<name>[A-Za-z]\w*\b(?!\s*\())(?P<turned>'?)|\)(?P<closed>'?)|(?<!\.)(?P<operator>[*/^])")


def mended(text: str, names: Mapping[str, Any], expected: Expr) -> str | None:
    """The formula with one or two transposes or dots more or less, if that is right."""
    edits = list(_edits(text))
    tries = [(edit,) for edit in edits] + list(combinations(edits, 2))
    for chosen in tries[:MOST_EDITS]:
        changed = text
        for start, end, new in sorted(chosen, reverse=True):
            changed = changed[:start] + new + changed[end:]
        try:
            found = parse(changed, notation="matrix", **names)
        except RicciError:
            continue
        if found.axes == expected.axes and equal(found, expected):
            return changed
    return None


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a mark may be missing or too much: start, end and what would stand there."""
    if "_" in text:  # index notation
        return
    for match in PLACES.finditer(text):
        if match["operator"]:
            yield match.start(), match.start(), "."
        else:
            start, end = match.span("turned" if match["name"] else "closed")
            yield start, end, "" if start < end else "'"


def right_elsewhere(call: Call, function: Expr, variables: Sequence[Tensor], expected: Expr) -> Finding | None:
    """Is it the derivative by another variable, at the opposite point, or of a power of the function?"""
    (variable, *more) = variables
    if more:
        return None
    for other in sorted(function.variables.values(), key=lambda leaf: leaf.name):
        if other is not variable and not has(other, "rigid") and agrees(call, derivative(function, other)):
            return Finding("variable", f"it is the derivative by {other.name}, not by {variable.name}")
    pairs = compared(call, expected)
    if not pairs or any(pair.got.shape != pair.want.shape for pair in pairs):
        return None
    return (
        _unprojected(pairs, variable) or _multiple(pairs, function) or _mirrored(pairs, variable, expected) or _shifted(pairs)
    )


def agrees(call: Call, expected: Expr) -> bool:
    """Do the values agree at random points, and are they not 0 everywhere?"""
    try:
        pairs = compared(call, expected)
    except (RicciError, KeyError, TypeError, ValueError):
        return False
    return bool(pairs) and all(pair.agrees for pair in pairs) and any(np.any(pair.want) for pair in pairs)


def _multiple(pairs: Sequence[Pair], function: Expr) -> Finding | None:
    """A multiple of the derivative, by a power of the function or by something else that is a scalar."""
    factors = [factor_of(pair) for pair in pairs]
    if function.order or len(pairs) < 2 or any(factor is None for factor in factors):
        return None
    if all(pair.want.size < 2 for pair in pairs):
        return None
    known = np.array(factors, float)
    names = set(function.variables)
    try:
        values = [float(function(**{n: a for n, a in pair.point.items() if n in names})) for pair in pairs]
    except RicciError:
        values = []
    text = str(function) if len(str(function)) <= LONGEST_NAME else "f"
    for power in POWERS if values and min(values) > 0 else POWERS[:4] if values and all(values) else ():
        rest = known / np.array(values) ** float(power)
        if np.allclose(rest, rest[0], rtol=TOLERANCE, atol=0):
            return Finding("factor", f"it is off by the factor {_powered(rest[0], text, Fraction(power))}")
    return Finding(
        "factor", "it is a multiple of the derivative, but not the same multiple everywhere: a scalar factor is wrong"
    )


def _powered(number: float, text: str, power: Fraction) -> str:
    whole = text if re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"
    size = abs(power)
    body = f"sqrt({text})" if size == Fraction(1, 2) else whole if size == 1 else f"{whole}^{size}"
    front = "" if abs(number - 1) < TOLERANCE else "-" if abs(number + 1) < TOLERANCE else f"{number_text(number)}*"
    return f"{front}{body}" if power > 0 else f"{front.rstrip('*') if front not in ('', '-') else front + '1'}/{body}"


def _unprojected(pairs: Sequence[Pair], variable: Tensor) -> Finding | None:
    """Right but for the projection onto the structure of the variable."""
    if not is_structured(variable):
        return None
    stand_in = tensor(free_name(Expr(variable)), variable.axes)
    seen = Expr(projected(stand_in, variable, range(variable.order)))
    for pair in pairs:
        given = {variable.name: pair.point[variable.name], stand_in.name: pair.got}
        if pair.got.shape != pair.want.shape or variable.name not in pair.point:
            return None
        if not close(np.asarray(seen(**{name: given[name] for name in seen.variables}), float), pair.want):
            return None
    return Finding("projection", f"it is the derivative by a free {variable.name}; {part_that_counts(variable)}")


def _mirrored(pairs: Sequence[Pair], variable: Tensor, expected: Expr) -> Finding | None:
    """Right but for the sign of the variable."""
    names = set(expected.variables)
    for pair in pairs:
        if variable.name not in names or not np.any(pair.want):
            return None
        point = {n: -a if n == variable.name else a for n, a in pair.point.items() if n in names}
        try:
            turned = np.asarray(expected(**point), float)
        except RicciError:
            return None
        if not close(pair.got, turned):
            return None
    return Finding("sign", f"it is the derivative at -{variable.name}: the sign of an argument is wrong")


def _shifted(pairs: Sequence[Pair]) -> Finding | None:
    """Right but for a constant in every entry."""
    gaps = np.concatenate([(pair.want - pair.got).ravel() for pair in pairs])
    if len(gaps) < 2 or not np.allclose(gaps, gaps[0], rtol=0, atol=TOLERANCE * max(1.0, abs(gaps[0]))):
        return None
    return Finding("missing term", f"it is off by a constant: {number_text(gaps[0])} in every entry is missing")
