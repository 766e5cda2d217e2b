"""Matrix products of formulas: flat, with powers and diagonal matrices, transposed as a whole where that is shorter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ricci.functions.powers import LARGEST_POWER
from ricci.notation.arithmetic import Term, plus, transposed
from ricci.notation.formula import (
    POWER,
    PRODUCT,
    Formula,
    joined,
    latex_size,
    power,
    simple_call,
    transpose,
    wrapped,
    wrapped_latex,
)
from ricci.notation.matrix.entrywise import hadamard
from ricci.notation.matrix.turning import turned_freely
from ricci.notation.natural import is_diagonal
from tensor_networks.axes import Axis, show

MOST_OPENED = 200  # factors of a product that are taken over into another one
MOST_FOLDED = 64  # factors of a product in which powers of products are looked for
MOST_SQUARED = 2  # factors of a product whose square is written so in a trace
LONGEST_BLOCK = 4  # factors of a product that is written as a power


def chain(parts: Iterable[Formula], order: int) -> Formula:
    """The matrix product, flat, with powers of equal neighbours, transposed as a whole if that is shorter."""
    flat: list[Formula] = []
    for part in parts:
        flat += _opened(part)
    straight = _chain(flat, order)
    if order == 0 or sum(part.kind == "transpose" for part in flat) < 2:
        return straight
    return min(straight, transpose(_chain([transposed(part) for part in reversed(flat)], order)), key=lambda f: f.cost)


def _opened(part: Formula) -> Sequence[Formula]:
    """The factors of a matrix product, transposed or not; diag(v)*M*x for an entrywise product of v and M*x."""
    if part.kind == "chain" and part.order:
        return [step for inner in part.parts for step in _unfolded(inner)] if len(part.parts) <= MOST_OPENED else [part]
    if part.kind == "power":
        return _unfolded(part)
    if part.kind == "transpose" and part.parts[0].kind == "chain" and len(part.parts[0].parts) <= MOST_OPENED:
        return [transposed(inner) for inner in reversed(part.parts[0].parts)]
    if part.kind == "hadamard" and part.order == 1:
        chains = [inner for inner, exponent in part.detail if inner.kind == "chain" and exponent == 1]
        if len(chains) == 1:
            rest = [entry for entry in part.detail if entry[0] is not chains[0]]
            if all(inner.kind != "chain" for inner, _ in rest) and any(exponent > 0 for _, exponent in rest):
                return _with_diagonal(rest, chains[0].parts) or [part]
    return [part]


def _unfolded(part: Formula) -> Sequence[Formula]:
    """The factors of a power of a matrix product."""
    if part.kind != "power" or not part.detail[1] or part.parts[0].kind != "chain":
        return [part]
    times, steps = part.detail[0], part.parts[0].parts
    return [*steps] * times if times * len(steps) <= MOST_OPENED else [part]


def _folded(parts: list[Formula]) -> list[Formula]:
    """``X*X'*X*X'*X`` as ``X*(X'*X)^2``: neighbouring factors that stand there several times, as far as that is shorter."""
    longest = min(len(parts) // 2, LONGEST_BLOCK) if len(parts) <= MOST_FOLDED else 0
    for length in range(2, longest + 1):
        for start in reversed(range(len(parts) - 2 * length + 1)):
            block = [part.text for part in parts[start : start + length]]
            times = 1
            while [part.text for part in parts[start + times * length : start + (times + 1) * length]] == block:
                times += 1
            while times > 1 and [part.text for part in parts[max(start - length, 0) : start]] == block:
                start, times = start - length, times + 1
            if 1 < times <= LARGEST_POWER and all(part.order == 2 for part in parts[start : start + length]):
                inside = parts[start : start + length]
                whole = power(_chain(inside, 2), times, matrix=True)
                if whole.cost < times * sum(part.cost + 1 for part in inside) - 1:
                    return _folded([*parts[:start], whole, *parts[start + times * length :]])
    return parts


def _with_diagonal(rest: Sequence[tuple[Formula, Any]], parts: Sequence[Formula]) -> list[Formula]:
    """diag(v)*M*x for a column M*x, and x'*M*diag(v) for a row; nothing where it is neither."""
    first, last = parts[0].order == 1, parts[-1].order == 1
    if first == last:
        return []
    if last:
        return [diagonal(hadamard(rest, 1)), *parts]
    return [*parts, diagonal(hadamard([(transposed(inner), exponent) for inner, exponent in rest], 1))]


def _chain(parts: Sequence[Formula], order: int) -> Formula:
    turned = [_turned(part) if len(parts) > 1 or part.kind == "sum" else part for part in parts]
    return _side_by_side(_folded(_grouped(turned)), order)


def unsquared(part: Formula) -> Formula:
    """The square of a symmetric or long product written out: of (X'*X)^2 the trace would be read as the sum of (X'*X).^2."""
    if part.kind != "power" or part.detail[0] != 2 or part.parts[0].kind != "chain":
        return part
    (base,) = part.parts
    short = len(base.parts) <= MOST_SQUARED and transposed(base).text != base.text
    return part if short else _side_by_side(_unfolded(part), part.order)


def _side_by_side(grouped: Sequence[Formula], order: int) -> Formula:
    """Factors with the signs of multiplication between them."""
    if len(grouped) == 1:
        return grouped[0]
    shown = [wrapped(part, PRODUCT if part.kind == "chain" else POWER) for part in grouped]
    latex = [wrapped_latex(part, PRODUCT if part.kind == "chain" else POWER) for part in grouped]
    degree = sum(part.degree for part in grouped)
    pieces, spaced = joined(shown, "*"), joined(latex, r"\,")
    formula = Formula("chain", pieces, spaced, order=order, level=PRODUCT, parts=grouped, degree=degree, remake=_chain)
    formula.inner = order == 0
    return formula


def _turned(part: Formula) -> Formula:
    """A sum or entrywise product that needs parentheses: as the transpose of a shorter one, if there is one."""
    if part.kind not in ("sum", "hadamard") or part.order != 2 or part.symmetric:
        return part
    if part.kind == "sum":
        other = plus([(sign, transposed(term)) for sign, term in zip(part.detail, part.parts, strict=True)])
    else:
        other = hadamard([(transposed(entry), exponent) for entry, exponent in part.detail], 2)
    return transpose(other) if other.cost + 1 < part.cost else part


def _grouped(parts: Iterable[Formula]) -> list[Formula]:
    """Equal neighbours as powers, neighbouring diagonal matrices as one."""
    runs: list[list[Formula | int]] = []
    for part in parts:
        base, times = (part.parts[0], part.detail[0]) if part.kind == "power" and part.detail[1] else (part, 1)
        last = runs[-1][0] if runs else None
        if isinstance(last, Formula) and part.order == last.order == 2 and last.text == base.text:
            runs[-1][1] += times  # type: ignore[operator]
        elif isinstance(last, Formula) and last.kind == "elimination" and is_vec(base):
            runs[-1][0] = simple_call("vech", [base.parts[0]], 1, degree=base.degree)
        elif isinstance(last, Formula) and last.kind == "ones" and base.kind == "transpose" and base.parts[0].kind == "ones":
            runs[-1][0] = ones(*last.detail, *base.parts[0].detail)
        elif isinstance(last, Formula) and is_diagonal(last) and is_diagonal(base) and runs[-1][1] == times == 1:
            joint = hadamard([(last.parts[0], 1), (base.parts[0], 1)], 1)
            runs[-1][0] = diagonal(joint)
        else:
            runs.append([base, times])
    return [power(base, times, matrix=True) for base, times in runs]  # type: ignore[arg-type]


def sandwiched(term: Term) -> Term:
    """``(a'*X*b)*a*b'`` as ``a*a'*X*b*b'``: a scalar that a column and a row are ends of goes between them."""
    body = term.body
    vectors = [place for place, part in enumerate(body.parts) if part.order == 1] if body is not None else []
    if body is None or body.kind != "chain" or body.order != 2 or len(vectors) != 2:
        return term
    ends = [transposed(body.parts[place]).text for place in vectors]
    for place, (part, exponent) in enumerate(term.scalars):
        if part.kind == "chain" and exponent == 1:
            for inner in (part.parts, [transposed(other) for other in reversed(part.parts)]):
                square = len(inner) == 2 and transposed(inner[0]).text == inner[1].text  # `(x'*x)*x*x'` stays
                if [inner[0].text, inner[-1].text] == ends and not square:
                    parts = [*body.parts[: vectors[1]], *inner, *body.parts[vectors[1] :]]
                    return term._replace(scalars=(*term.scalars[:place], *term.scalars[place + 1 :]), body=_chain(parts, 2))
    return term


def diagonal(formula: Formula) -> Formula:
    """diag of a vector (a matrix) or of a matrix (a vector)."""
    formula = turned_freely(formula)
    order = 2 if formula.order == 1 else 1
    return simple_call("diag", [formula], order, symmetric=order == 2, degree=formula.degree)


def ones(*sizes: Axis) -> Formula:
    """ones(n), ones(m, n)."""
    shown = ", ".join(map(show, sizes))
    latex = r"\mathbf 1_{" + r" \times ".join(latex_size(size) for size in sizes) + "}"
    square = len(sizes) == 2 and sizes[0] == sizes[1]
    text = f"ones({shown})"
    return Formula("ones", [text], [latex], order=len(sizes), degree=0, detail=sizes, symmetric=square)


def is_vec(formula: Formula) -> bool:
    """Is it vec of a matrix?"""
    return formula.callee == "vec"
