"""Sums of matrices in their shortest form: a common number in front, a common first or last factor, a symmetriser.

``A*B + A*C`` over grouped axes is written ``A*(B + C)``, and what does not change when its two columns of a group are exchanged
``X*(eye(n*n) + commutation(n, n))``: the reader distributes both again.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from ricci.notation.arithmetic import Term, as_term, magnitude, plus, product, scaled, transposed
from ricci.notation.formula import Formula, Kind, cheapest, transpose
from ricci.notation.matrix.chains import chain, diagonal
from ricci.notation.matrix.kronecker import commutation
from ricci.notation.matrix.tangle import eye
from tensor_networks.axes import product as size_product
from tensor_networks.networks import Network, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, content, ratio

HALVES: dict[Kind, str] = {"duplication": "D", "elimination": "L"}  # their letters in LaTeX
Terms = Sequence[tuple[Node, Number, Formula]]


def common_number(terms: Sequence[tuple[int, Formula]]) -> Formula:
    """A sum, its common number in front if that is shorter; diagonals of matrices as the diagonal of their sum."""
    plain = plus(one_diagonal(terms))
    if plain.order == 2 and plain.kind == "sum":
        plain = min(plain, transpose(plus([(s, transposed(part)) for s, part in terms])), key=lambda f: f.cost)
    numbers = {as_term(part).number for _, part in terms}
    shared = magnitude(content(tuple(as_term(part).number for _, part in terms)))
    if len(terms) < 2 or shared == 1 or 1 in numbers:
        return plain
    inner = [(sign, product(as_term(part)._replace(number=ratio(as_term(part).number, shared)), False)) for sign, part in terms]
    return cheapest([plain, product(Term(shared, (), plus(one_diagonal(inner))))])


def one_diagonal(terms: Sequence[tuple[int, Formula]]) -> list[tuple[int, Formula]]:
    """``diag(A) - 2*diag(B)`` as ``diag(A - 2*B)``; the other terms as they are."""
    found: list[tuple[int, Formula]] = []
    rest: list[tuple[int, Formula]] = []
    for sign, part in terms:
        value, scalars, body = as_term(part)
        lone = not scalars and body is not None and body.callee == "diag" and body.order == 1
        if lone and body is not None and body.parts[0].order == 2:
            found.append((sign, scaled(value, body.parts[0], free=False)))
        else:
            rest.append((sign, part))
    return [*rest, (1, diagonal(plus(found)))] if len(found) > 1 else list(terms)


def factored(parts: Sequence[Formula], kinds: Container[str] | None = None) -> Formula:
    """A sum of matrices over grouped axes, the matrices (of some kinds) that start or end all of them taken out."""
    plain = common_number([(1, part) for part in parts])
    bodies = [as_term(part).body for part in parts]
    chains = [list(body.parts) for body in bodies if body is not None and body.kind == "chain"]
    options = [plain]
    for end in (0, -1) if 1 < len(parts) == len(chains) else ():
        first = chains[0][end]
        if len({steps[end].text for steps in chains}) > 1 or min(map(len, chains)) < 2:
            continue
        if kinds is not None and (_kind(first) not in kinds or _share(parts)):
            continue
        rest = [
            product(as_term(part)._replace(body=chain(steps[1:] if end == 0 else steps[:-1], 2)), free=False)
            for part, steps in zip(parts, chains, strict=True)
        ]
        options.append(times(factored(rest, kinds), first, after=end == -1))
    return cheapest(options)


def _share(parts: Sequence[Formula]) -> bool:
    """Do terms have an argument of a Kronecker product in common, which the reader would take out?"""
    flat = []
    for part in parts:
        body = as_term(part).body
        steps = [] if body is None else list(body.parts) if body.kind == "chain" else [body]
        steps = [step for step in steps if _kind(step) not in HALVES]
        flat.append(_arguments(steps[0]) if len(steps) == 1 else [step.text for step in (steps[:1] + steps[-1:])])
    return not all(flat) or (len(parts) > 1 and any(len(set(texts)) == 1 for texts in zip(*flat, strict=False)))


def _kind(formula: Formula) -> Kind:
    """The kind of a formula or of what it is the transpose of."""
    return formula.parts[0].kind if formula.kind == "transpose" else formula.kind


def _arguments(formula: Formula) -> list[str]:
    """The arguments of a Kronecker product, transposed or not, and of those in it."""
    turned, found = formula.kind == "transpose", []
    stack = [formula.parts[0] if turned else formula]
    while stack:
        part = stack.pop()
        if part.callee == "kron":
            stack += reversed(part.parts)
        else:
            found.append(transposed(part).text if turned else part.text)
    return found


def times(formula: Formula, matrix: Formula, after: bool) -> Formula:
    """A sum of matrices times another matrix, in front of it or after it; numbers stay in front."""
    term = as_term(formula)
    body = [matrix] if term.body is None else [term.body, matrix] if after else [matrix, term.body]
    return product(term._replace(body=chain(body, 2)))


def symmetrised(node: Network, place: int, terms: Terms) -> list[Formula]:
    """A sum that is its own image, or minus it, when two rows or columns are exchanged: half its terms times I + K, or I - K.

    ``node`` is the sum at a place, with grouped rows and columns, perhaps with more factors; ``terms`` are those of the sum,
    in its axes, and what the node is with each of them.
    """
    slots = node.factors[place].slots
    busy = {w for k, factor in enumerate(node.factors) if k != place for group in factor.slots for w in group}
    found = []
    for side, group in enumerate(node.outputs):
        places = [axis for axis, slot in enumerate(slots) if slot[0] in group]
        if len(node.outputs) != 2 or not len({*group}) == len(group) == len(places) == 2 or busy & {*group}:
            continue
        size = node.sizes[group[0]]
        for sign in (1, -1) if node.sizes[group[1]] == size else ():
            half = _half(terms, places, sign)
            if half and not _share(half):
                exchange = plus([(1, eye(size_product((size, size)))), (sign, commutation(size, size))])
                found.append(times(factored(half), exchange, after=side == 1))
    return found


def _half(terms: Terms, places: Sequence[int], sign: int) -> list[Formula]:
    """The shorter one of every two terms that are each other, or minus that, with two axes exchanged; none, if one is alone."""
    waiting = {node: (number, formula) for node, number, formula in terms}
    kept: list[Formula] = []
    while waiting:
        node, (number, formula) = waiting.popitem()
        outputs = list(range(node.order))
        outputs[places[0]], outputs[places[1]] = places[1], places[0]
        other = waiting.pop(network([(node, range(node.order))], outputs), None)
        if other is None or other[0] != sign * number:
            return []
        kept.append(formula if sign < 0 and number > 0 else other[1] if sign < 0 else cheapest([formula, other[1]]))
    return kept
