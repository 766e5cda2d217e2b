"""Products, sums and transposes of formulas, each in the spelling of fewest tokens.

A term is ``number * scalars * body / scalars``; its body is a matrix product (`chain`), an entrywise product (`hadamard`), a sum
or an atom. Signs are free where a sum stands in a product: `signed` chooses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from ricci.notation.formula import (
    POWER,
    PRODUCT,
    SUM,
    Formula,
    call,
    joined,
    number,
    number_text,
    power,
    transpose,
    wrapped,
    wrapped_latex,
)
from tensor_networks.numbers import Number, exact

Entry = tuple[Formula, Number]  # a factor of an entrywise product and its exponent


class Term(NamedTuple):
    """number * product of scalars * body; scalars carry exponents, negative ones stand below the fraction bar."""

    number: Number
    scalars: tuple[Entry, ...]
    body: Formula | None


def as_term(formula: Formula) -> Term:
    """A formula taken apart."""
    if formula.kind == "product":
        return formula.detail  # type: ignore[no-any-return]
    if formula.kind == "number":
        return Term(formula.detail, (), None)
    return Term(1, (), formula) if formula.order else Term(1, ((formula, 1),), None)


# -- transposes -----------------------------------------------------------------------------------------------------------


def transposed(formula: Formula) -> Formula:
    """The transpose in its cheapest form: behind the formula, or pushed into its parts."""
    if not formula.order or formula.symmetric:
        return formula
    if formula._flipped is None:
        flipped = min([transpose(formula), *_pushed(formula)], key=lambda f: f.cost)
        formula._flipped = flipped
        if flipped._flipped is None and flipped.kind not in ("atom", "name"):
            flipped._flipped = formula
    return formula._flipped


def _pushed(formula: Formula) -> list[Formula]:
    """The transpose of a formula by way of its parts, if it goes that way."""
    kind, parts = formula.kind, formula.parts
    if kind == "transpose":
        return [parts[0]]
    if kind == "power":
        return [power(transposed(parts[0]), *formula.detail)]
    if kind == "call" and formula.detail[1] and len(parts) == 1:
        name, along, latex = formula.detail
        turned = transposed(parts[0])
        pieces = tuple(turned if piece is parts[0] else piece for piece in latex)
        return [call(name, [turned], formula.order, pieces, along=along, degree=formula.degree)]
    if kind == "chain":
        return [_chain([transposed(part) for part in reversed(parts)], formula.order)]
    if kind == "hadamard":
        return [hadamard([(transposed(part), exponent) for part, exponent in formula.detail], formula.order)]
    if kind == "sum":
        return [plus([(sign, transposed(part)) for sign, part in zip(formula.detail, parts, strict=True)])]
    if kind == "product" and formula.detail.body is not None:
        return [product(formula.detail._replace(body=transposed(formula.detail.body)))]
    return []


# -- matrix products -----------------------------------------------------------------------------------------------------


def chain(parts: Iterable[Formula], order: int) -> Formula:
    """The matrix product, flat, with powers of equal neighbours, transposed as a whole if that is shorter."""
    flat: list[Formula] = []
    for part in parts:
        flat += part.parts if part.kind == "chain" and part.order else [part]
    straight = _chain(flat, order)
    if order == 0 or sum(part.kind == "transpose" for part in flat) < 2:
        return straight
    return min(straight, transpose(_chain([transposed(part) for part in reversed(flat)], order)), key=lambda f: f.cost)


def _chain(parts: Sequence[Formula], order: int) -> Formula:
    grouped: list[Formula] = []
    for same, group in groupby(parts, key=lambda part: part.text):
        run = list(group)
        whole = len(run) > 1 and all(part.order == 2 for part in run) and bool(same)
        grouped += [_repeated(run)] if whole else run
    if len(grouped) == 1:
        return grouped[0]
    shown = [wrapped(part, POWER) for part in grouped]
    latex = [wrapped_latex(part, POWER) for part in grouped]
    degree = sum(part.degree for part in grouped)
    formula = Formula(
        "chain", joined(shown, "*"), joined(latex, r"\,"), order=order, level=PRODUCT, parts=grouped, degree=degree
    )
    formula.inner = order == 0
    return formula


def _repeated(run: Sequence[Formula]) -> Formula:
    base = run[0]
    if base.kind == "power" and base.detail[1]:
        return power(base.parts[0], base.detail[0] * len(run), matrix=True)
    return power(base, len(run), matrix=True)


# -- entrywise products -----------------------------------------------------------------------------------------------------


def hadamard(entries: Iterable[Entry], order: int) -> Formula:
    """The entrywise product of formulas to exponents: ``x.*y./z``."""
    listed = _collected(entries)
    over = sorted((power(part, exponent) for part, exponent in listed if exponent > 0), key=_factor_rank)
    under = sorted((power(part, -exponent) for part, exponent in listed if exponent < 0), key=_factor_rank)
    if not under and len(over) == 1:
        return over[0]
    pieces = joined([wrapped(part, POWER) for part in over], ".*") or ["1"]
    latex = joined([wrapped_latex(part, POWER) for part in over], r" \odot ") or ["1"]
    for part in under:
        pieces += ["./", *wrapped(part, POWER)]
        latex += [r" \oslash ", *wrapped_latex(part, POWER)]
    degree = sum(part.degree for part in (*over, *under))
    return Formula(
        "hadamard", pieces, latex, order=order, level=PRODUCT, parts=[*over, *under], detail=tuple(listed), degree=degree
    )


def _collected(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with nested entrywise products opened and equal ones merged."""
    merged: dict[str, Entry] = {}
    stack = list(reversed(list(entries)))
    while stack:
        part, exponent = stack.pop()
        if part.kind == "hadamard" and exponent == 1:
            stack.extend(reversed(part.detail))
            continue
        if part.kind == "power" and not part.detail[1] and isinstance(exponent, int):
            part, exponent = part.parts[0], exact(part.detail[0] * exponent)
        part, exponent = _positive_square(part, exponent)
        known = merged.get(part.text)
        merged[part.text] = (part, exponent if known is None else exact(exponent + known[1]))
    return [entry for entry in merged.values() if entry[1]]


def _positive_square(part: Formula, exponent: Number) -> Entry:
    """A sum to an even power may change its sign."""
    if isinstance(exponent, int) and exponent % 2 == 0 and part.kind == "sum" and _mixed(part) and not is_natural(part):
        return negated(part), exponent
    return part, exponent


def _factor_rank(part: Formula) -> tuple[int, int, str]:
    """Names first, then calls, then what needs parentheses."""
    kinds = {"name": 0, "atom": 0, "power": 1, "transpose": 1, "call": 2}
    return (kinds.get(part.kind, 3), part.cost if part.level >= POWER else 0, part.text)


# -- terms --------------------------------------------------------------------------------------------------------------


def product(term: Term) -> Formula:
    """A term as a formula; its number may be negative."""
    value, scalars, body = signed(term)
    if body is not None and body.kind in ("product", "number"):
        inner = as_term(body)
        value, scalars, body = exact(value * inner.number), (*scalars, *inner.scalars), inner.body
    scalars = tuple(_collected(scalars))
    if value == 1 and not scalars and body is not None:
        return body
    if value == 1 and body is None and len(scalars) == 1 and scalars[0][1] > 0:
        return power(*scalars[0])
    above, below = _above(value, scalars, body), _below(value, scalars)
    sign = "-" if value < 0 else ""
    order = body.order if body is not None else 0
    pieces: list[str | Formula] = [sign, *_times(above, body)]
    latex: list[str | Formula] = [sign, *_latex_fraction(above, below, body)]
    if below:
        under = [wrapped(part, POWER) for part in below] if len(below) > 1 else [wrapped(below[0], POWER)]
        pieces += ["/", "(", *joined(under, "*"), ")"] if len(below) > 1 else ["/", *under[0]]
    degree = sum(part.degree for part in above) + (body.degree if body is not None else 0)
    formula = Formula(
        "product", pieces, latex, order=order, level=PRODUCT, detail=Term(value, scalars, body), degree=degree
    )
    formula.inner = any(part.inner for part, e in scalars if e == 1) and all(part.kind == "number" for part in below)
    if body is not None:
        formula.symmetric = body.symmetric
    return formula


def _above(value: Number, scalars: Iterable[Entry], body: Formula | None) -> list[Formula]:
    """The number and the scalars above the fraction bar; at least a 1 if there is nothing else."""
    size = abs(value)
    out = []
    top = size if number_text(size) is not None else size.numerator
    if top != 1:
        out.append(number(top))
    out += sorted((power(part, exponent) for part, exponent in scalars if exponent > 0), key=_factor_rank)
    return out or ([] if body is not None else [number(1)])


def _below(value: Number, scalars: Iterable[Entry]) -> list[Formula]:
    """The scalars below the fraction bar, and the denominator of a number that is no short decimal."""
    size = abs(value)
    out = [] if number_text(size) is not None else [number(size.denominator)]
    return out + sorted((power(part, -exponent) for part, exponent in scalars if exponent < 0), key=_factor_rank)


def _times(above: Sequence[Formula], body: Formula | None) -> list[str | Formula]:
    shown = [wrapped(part, POWER) for part in above]
    if body is not None:
        flat = body.kind in ("chain", "hadamard") or not above
        shown.append(wrapped(body, PRODUCT if flat else POWER))
    elif above and above[-1].kind == "chain":
        shown[-1] = (above[-1],)
    return joined(shown, "*")


def _latex_fraction(above: Sequence[Formula], below: Sequence[Formula], body: Formula | None) -> list[str | Formula]:
    """The term with a fraction in front of its body."""
    alone = len(above) == 1 and body is None
    top = joined([(part,) if alone and below else wrapped_latex(part, POWER) for part in above], r"\,")
    if below:
        under = [(part,) if len(below) == 1 else wrapped_latex(part, POWER) for part in below]
        top = [r"\frac{", *(top or ["1"]), "}{", *joined(under, r"\,"), "}"]
    if body is None:
        return top
    if not top:
        return [body]
    return [*top, r"\,", *wrapped_latex(body, PRODUCT if body.kind in ("chain", "hadamard") else POWER)]


# -- signs and sums ----------------------------------------------------------------------------------------------------------


def signed(term: Term) -> Term:
    """The term with the signs of its sums chosen: `2*(A*x - b)` rather than `-2*(b - A*x)`."""
    value, scalars, body = term
    new_scalars = []
    flips = 0
    for part, exponent in scalars:
        if part.kind == "sum" and exponent in (1, -1, 3) and _mixed(part) and not is_natural(part):
            part, flips = negated(part), flips + 1
        new_scalars.append((part, exponent))
    if body is not None:
        body, count = _natural_signs(body, value < 0 and not flips % 2)
        flips += count
    if flips % 2:
        value = -value
    if value < 0:
        for place, (part, exponent) in enumerate(new_scalars):
            if part.kind == "sum" and exponent in (1, -1, 3) and _mixed(part):
                new_scalars[place] = (negated(part), exponent)
                return Term(-value, tuple(new_scalars), body)
    return Term(value, tuple(new_scalars), body)


def _natural_signs(body: Formula, negative: bool) -> tuple[Formula, int]:
    """The body with its sums in their natural sign, one of them turned if that saves a minus; how many were turned."""
    if body.kind not in ("chain", "hadamard", "sum", "transpose"):
        return body, 0
    entries: list[Entry]
    if body.kind == "hadamard":
        entries = list(body.detail)
    else:
        entries = [(part, 1) for part in ((body,) if body.kind == "sum" else body.parts)]
    turnable = [k for k, (part, e) in enumerate(entries) if part.kind == "sum" and e in (1, -1) and _mixed(part)]
    turned = {k for k in turnable if not is_natural(entries[k][0])}
    if turnable and negative != bool(len(turned) % 2):
        turned ^= {turnable[-1]}
    if not turned:
        return body, 0
    new = [(negated(part) if k in turned else part, e) for k, (part, e) in enumerate(entries)]
    if body.kind == "hadamard":
        return hadamard(new, body.order), len(turned)
    if body.kind == "transpose":
        return transpose(new[0][0]), 1
    return (new[0][0] if body.kind == "sum" else chain([part for part, _ in new], body.order)), len(turned)


def _mixed(formula: Formula) -> bool:
    """Has the sum terms of both signs?"""
    return len(set(formula.detail)) > 1


def negated(formula: Formula) -> Formula:
    """A sum with all signs turned."""
    return plus([(-sign, part) for sign, part in zip(formula.detail, formula.parts, strict=True)])


def is_natural(formula: Formula) -> bool:
    """Is the term that comes first by degree a positive one?"""
    terms = list(zip(formula.detail, formula.parts, strict=True))
    sign, _ = min(terms, key=lambda term: _natural_rank(term[1]))
    return bool(sign > 0)


def _natural_rank(part: Formula) -> tuple[int, bool, bool, int, str]:
    return (-part.degree, part.kind in ("name", "number"), not part.text.startswith(("x", "X")), part.text.count("'"), part.text)


def plus(terms: Iterable[tuple[int, Formula]], order: int | None = None) -> Formula:
    """A sum of signed terms, positive ones first, then by degree and the alphabet."""
    opened: list[tuple[int, Formula]] = []
    for sign, part in terms:
        if part.kind == "sum":
            opened += [(sign * inner, term) for inner, term in zip(part.detail, part.parts, strict=True)]
        elif part.kind == "product" and part.detail.number < 0:
            opened.append((-sign, product(part.detail._replace(number=-part.detail.number))))
        else:
            opened.append((sign, part))
    opened.sort(key=lambda term: (-term[0], _natural_rank(term[1])))
    if len(opened) == 1 and opened[0][0] > 0:
        return opened[0][1]
    pieces: list[str | Formula] = []
    latex: list[str | Formula] = []
    for place, (sign, part) in enumerate(opened):
        mark = ("" if sign > 0 else "-") if not place else (" + " if sign > 0 else " - ")
        pieces += [mark, *wrapped(part, PRODUCT)]
        latex += [mark, *wrapped_latex(part, PRODUCT)]
    widest = max((part.order for _, part in opened), default=0) if order is None else order
    return Formula(
        "sum",
        pieces,
        latex,
        order=widest,
        level=SUM,
        parts=[part for _, part in opened],
        detail=tuple(sign for sign, _ in opened),
        degree=max((part.degree for _, part in opened), default=0),
        symmetric=all(part.symmetric or not part.order for _, part in opened),
    )


def scaled(value: Number, formula: Formula) -> Formula:
    """A number times a formula."""
    term = as_term(formula)
    return product(term._replace(number=exact(value * term.number)))
