"""Products, sums and transposes of formulas, each in the spelling of fewest tokens.

A term is ``number * scalars * body / scalars``; its body is a matrix product (chains.py), an entrywise
product (entrywise.py), a sum or an atom. Signs are free where a sum stands in a product: `signed` chooses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from ricci.notation.formula import (
    POWER,
    PRODUCT,
    SUM,
    Formula,
    call,
    fraction,
    is_single,
    joined,
    number,
    power,
    simple_call,
    transpose,
    wrapped,
    wrapped_latex,
)
from ricci.notation.natural import ODD, factor_rank, is_mixed, is_natural, natural_rank
from tensor_networks.numbers import Number, exact

FINE = Fraction(1, 1000)  # a number below which one is multiplied into a sum of numbers as large
DEEPEST = 12  # levels of products within products whose signs are looked at
LINEAR = frozenset({"diag", "tr", "sum", "vec", "kron"})
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


# -- transposes


def transposed(formula: Formula) -> Formula:
    """The transpose in its cheapest form: behind the formula, or pushed into its parts."""
    if not formula.order or formula.symmetric:
        return formula
    if formula._flipped is None:
        options = pushed(formula)
        if formula.kind != "product":
            options.insert(0, transpose(formula))
        flipped = min(options, key=_cost_within)
        formula._flipped = flipped
        if flipped._flipped is None and flipped.kind not in ("atom", "name"):
            flipped._flipped = formula
    return formula._flipped


def _cost_within(formula: Formula) -> int:
    """The tokens of a formula that may need parentheses where it is used."""
    return formula.cost + (2 if formula.level < POWER and formula.kind != "chain" else 0)


def pushed(formula: Formula) -> list[Formula]:
    """The transpose of a formula by way of its parts, if it goes that way."""
    kind, parts = formula.kind, formula.parts
    if kind == "transpose":
        return [parts[0]]
    if formula.callee in ("tril", "triu"):
        other = "triu" if formula.callee == "tril" else "tril"
        return [simple_call(other, [transposed(parts[0])], 2, degree=formula.degree)]
    if kind == "power":
        return [power(transposed(parts[0]), *formula.detail)]
    if kind == "commutation":
        return [formula.remade(formula.detail[::-1])]
    if formula.callee == "kron":
        return [_recalled(formula, [transposed(part) for part in parts])]
    if kind == "call" and formula.detail[1] and len(parts) == 1:
        return [_recalled(formula, [transposed(parts[0])])]
    if kind == "chain":
        return [formula.remade([transposed(part) for part in reversed(parts)])]
    if kind == "hadamard":
        return [formula.remade([(transposed(part), exponent) for part, exponent in formula.detail])]
    if kind == "sum":
        return [plus([(sign, transposed(part)) for sign, part in zip(formula.detail, parts, strict=True)])]
    if kind == "product" and formula.detail.body is not None:
        return [product(formula.detail._replace(body=transposed(formula.detail.body)))]
    return []


def _recalled(formula: Formula, arguments: Sequence[Formula]) -> Formula:
    """A function applied to other arguments."""
    name, along, latex = formula.detail
    if formula.remake is not None:
        return formula.remade(arguments)
    new = dict(zip(formula.parts, arguments, strict=True))
    pieces = tuple(piece if isinstance(piece, str) else new[piece] for piece in latex)
    more = {"along": along, "degree": formula.degree, "symmetric": formula.symmetric}
    return call(name, arguments, formula.order, pieces, **more)


# -- factors


def collected(entries: Iterable[Entry]) -> list[Entry]:
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
        name = part.text if is_single(part) else f"{part.text} {len(merged)}"
        known = merged.get(name)
        merged[name] = (part, exponent if known is None else exact(exponent + known[1]))
    return [entry for entry in merged.values() if entry[1]]


def _positive_square(part: Formula, exponent: Number) -> Entry:
    """A sum to an even power may change its sign."""
    if isinstance(exponent, int) and exponent % 2 == 0 and part.kind == "sum" and not is_natural(part):
        return negated(part), exponent
    return part, exponent


# -- terms


def product(term: Term, free: bool = True, settled: bool = False) -> Formula:
    """A term as a formula. A minus goes into a sum within it, unless it is not `free` since a sum around takes it.

    With `settled` the signs are left as they are.
    """
    value, scalars, body = term if settled else signed(term, free)
    if body is not None and magnitude(value) < FINE:
        whole = absorbed(body, value)
        value, body = (value, body) if whole is None else (1, whole)
    if body is not None and body.kind in ("product", "number"):
        inner = as_term(body)
        value, scalars, body = exact(value * inner.number), (*scalars, *inner.scalars), inner.body
    value, scalars = _opened(value, scalars)
    if value == 1 and not scalars and body is not None:
        return body
    if value == -1 and not scalars and body is not None and body.kind == "sum":
        return negated(body)
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
    formula = Formula("product", pieces, latex, order=order, level=PRODUCT, detail=Term(value, scalars, body), degree=degree)
    formula.inner = any(part.inner for part, e in scalars if e == 1) and all(part.kind == "number" for part in below)
    if body is not None:
        formula.symmetric = body.symmetric
    return formula


def _opened(value: Number, scalars: Iterable[Entry]) -> tuple[Number, tuple[Entry, ...]]:
    """A number and scalars, those taken apart that are products: their numbers and scalars."""
    entries: list[Entry] = []
    for part, exponent in scalars:
        if part.kind == "product" and exponent == 1 and part.detail.body is None:
            value = exact(value * part.detail.number)
            entries += part.detail.scalars
        else:
            entries.append((part, exponent))
    return value, tuple(collected(entries))


def magnitude(value: Number) -> Number:
    """The number without its sign."""
    return -value if value < 0 else value


def _above(value: Number, scalars: Iterable[Entry], body: Formula | None) -> list[Formula]:
    """The number and the scalars above the fraction bar; at least a 1 if there is nothing else."""
    out = []
    top, _ = fraction(magnitude(value))
    if top != 1:
        out.append(number(top))
    out += sorted((power(part, exponent) for part, exponent in scalars if exponent > 0), key=factor_rank)
    return out or ([] if body is not None else [number(1)])


def _below(value: Number, scalars: Iterable[Entry]) -> list[Formula]:
    """The scalars below the fraction bar, and the denominator of a number that is no short decimal."""
    _, under = fraction(magnitude(value))
    out = [] if under == 1 else [number(under)]
    return out + sorted((power(part, -exponent) for part, exponent in scalars if exponent < 0), key=factor_rank)


def _times(above: Sequence[Formula], body: Formula | None) -> list[str | Formula]:
    dots = body is None and all(_is_dot(part) for part in above if part.kind == "chain")
    shown = [(part,) if dots and part.kind == "chain" else wrapped(part, POWER) for part in above]
    if body is not None and body.kind == "hadamard" and above and all(exponent < 0 for _, exponent in body.detail):
        return [*joined(shown, "*"), *body.pieces[1:]]
    if body is not None:
        flat = body.kind in ("chain", "hadamard") or not above
        shown.append(wrapped(body, PRODUCT if flat else POWER))
    elif above and above[-1].kind == "chain":
        shown[-1] = (above[-1],)
    return joined(shown, "*")


def _is_dot(part: Formula) -> bool:
    """Is it the product of two vectors that are names?"""
    return len(part.parts) == 2 and all(inner.cost <= 2 for inner in part.parts)


def _latex_fraction(above: Sequence[Formula], below: Sequence[Formula], body: Formula | None) -> list[str | Formula]:
    """The term with a fraction in front of its body."""
    last = above[-1] if body is None and len(above) > 1 and above[-1].kind == "chain" else None
    level = POWER if len(above) != 1 or body is not None else SUM if below else PRODUCT
    top = joined([(part,) if part is last else wrapped_latex(part, level) for part in above], r"\,")
    if below:
        under = [(part,) if len(below) == 1 else wrapped_latex(part, POWER) for part in below]
        top = [r"\frac{", *(top or ["1"]), "}{", *joined(under, r"\,"), "}"]
    if body is None:
        return top
    if not top:
        return [body]
    return [*top, r"\,", *wrapped_latex(body, PRODUCT if body.kind in ("chain", "hadamard") else POWER)]


# -- signs and sums


def signed(term: Term, free: bool = True) -> Term:
    """The term with the signs of its sums chosen: `2*(A*x - b)` rather than `-2*(b - A*x)`."""
    value, scalars, body = term
    listed: list[Entry] = []
    for part, exponent in scalars:
        sign = 1
        if exponent in (1, -1, 3):
            part, sign = natural(part)
        listed.append((part, exponent))
        value *= sign
    if body is not None:
        body, sign = natural(body)
        value *= sign
    if value > 0 or not free:
        return Term(value, tuple(listed), body)
    turned = _turned(Term(value, tuple(listed), body))
    return Term(value, tuple(listed), body) if turned is None else turned._replace(number=-value)


def _inside(formula: Formula) -> list[Entry]:
    """The parts of a formula whose sign is its sign."""
    if formula.kind == "hadamard":
        return list(formula.detail)
    if formula.kind in ("chain", "transpose") or formula.callee in LINEAR | ODD:
        return [(part, 1) for part in formula.parts]
    return []


def _remade(formula: Formula, entries: Sequence[Entry]) -> Formula:
    """A formula with other parts."""
    if formula.kind == "hadamard":
        return formula.remade(entries)
    parts = [part for part, _ in entries]
    if formula.kind == "transpose":
        return transpose(parts[0])
    return formula.remade(parts) if formula.kind == "chain" else _recalled(formula, parts)


def natural(formula: Formula, depth: int = DEEPEST) -> tuple[Formula, int]:
    """The formula with its sums in their natural signs, and the sign that this puts in front."""
    if formula.kind == "sum":
        return (formula, 1) if is_natural(formula) else (negated(formula), -1)
    entries = _inside(formula) if depth else []
    sign, changed = 1, False
    for place, (part, exponent) in enumerate(entries):
        if exponent in (1, -1, 3):
            new, turned = natural(part, depth - 1)
            changed, sign = changed or new is not part, sign * turned
            entries[place] = (new, exponent)
    return (_remade(formula, entries) if changed else formula), sign


def absorbed(formula: Formula, value: Number, depth: int = DEEPEST) -> Formula | None:
    """A small number times the formula, multiplied into a sum in it of large ones: `0.5*a + 0.25*b`, not `1e-2*(50*a + 25*b)`;
    None if there is none."""
    if formula.kind == "sum":
        if max(as_term(part).number for part in formula.parts) < 1 / FINE:
            return None
        return plus([(sign, scaled(value, part)) for sign, part in zip(formula.detail, formula.parts, strict=True)])
    entries = _inside(formula) if depth else []
    for place, (part, exponent) in enumerate(entries):
        whole = absorbed(part, value, depth - 1) if exponent == 1 else None
        if whole is not None:
            entries[place] = (whole, exponent)
            return _remade(formula, entries)
    return None


def turn(formula: Formula, depth: int = DEEPEST) -> Formula | None:
    """Minus the formula without a minus in front, by way of a sum in it; None if there is none."""
    if formula.kind == "sum":
        return negated(formula) if is_mixed(formula) else None
    if formula.kind == "product":
        term = _turned(formula.detail, depth)
        return None if term is None else product(term, free=False, settled=True)
    entries = _inside(formula) if depth else []
    names = [_untransposed(part) for part, _ in entries]
    for place in reversed(range(len(entries))):
        part, exponent = entries[place]
        if names.count(names[place]) > 1:  # a quadratic form keeps its shape
            continue
        turned = turn(part, depth - 1) if exponent in (1, -1, 3) else None
        if turned is not None:
            entries[place] = (turned, exponent)
            return _remade(formula, entries)
    return None


def _untransposed(formula: Formula) -> str:
    """The text of a formula, or of what it is the transpose of."""
    return formula.parts[0].text if formula.kind == "transpose" else formula.text


def _turned(term: Term, depth: int = DEEPEST) -> Term | None:
    """The term with the sign of its body, or of one of its scalars, turned; None if there is nothing to turn."""
    turned = None if term.body is None else turn(term.body, depth - 1)
    if turned is not None:
        return term._replace(body=turned)
    for place, (part, exponent) in enumerate(term.scalars):
        turned = turn(part, depth - 1) if exponent in (1, -1, 3) else None
        if turned is not None:
            return term._replace(scalars=(*term.scalars[:place], (turned, exponent), *term.scalars[place + 1 :]))
    return None


def negated(formula: Formula) -> Formula:
    """A sum with all signs turned."""
    return plus([(-sign, part) for sign, part in zip(formula.detail, formula.parts, strict=True)])


def plus(terms: Iterable[tuple[int, Formula]], order: int | None = None) -> Formula:
    """A sum of signed terms, positive ones first, then by degree and the alphabet."""
    opened: list[tuple[int, Formula]] = []
    for sign, part in terms:
        if part.kind == "sum":
            opened += [(sign * inner, term) for inner, term in zip(part.detail, part.parts, strict=True)]
        elif part.kind == "product" and part.detail.number < 0:
            opened.append((-sign, product(part.detail._replace(number=-part.detail.number), free=False)))
        else:
            opened.append((sign, part))
    if opened and all(sign < 0 for sign, _ in opened):
        opened = [(sign, part) if new is None else (-sign, new) for sign, part in opened for new in [turn(part)]]
    opened.sort(key=lambda term: (-term[0], natural_rank(term[1])))
    if len(opened) == 1 and opened[0][0] > 0:
        return opened[0][1]
    pieces: list[str | Formula] = []
    latex: list[str | Formula] = []
    for place, (sign, part) in enumerate(opened):
        mark = ("" if sign > 0 else "-") if not place else (" + " if sign > 0 else " - ")
        pieces += [mark, *wrapped(part, PRODUCT)]
        latex += [mark, *wrapped_latex(part, SUM if part.kind == "sum over" and place == len(opened) - 1 else PRODUCT)]
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


def scaled(value: Number, formula: Formula, free: bool = True) -> Formula:
    """A number times a formula."""
    term = as_term(formula)
    return product(term._replace(number=exact(value * term.number)), free)
