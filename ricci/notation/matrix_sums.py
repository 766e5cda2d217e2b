"""Sums of matrices in their shortest form: a common number in front, a common first or last factor, a symmetriser.

``A*B + A*C`` over grouped axes is written ``A*(B + C)``, and what does not change when its two columns of a group are exchanged
``X*(eye(n*n) + commutation(n, n))``: the reader distributes both again.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from ricci.notation.arithmetic import Term, as_term, magnitude, plus, product, scaled, transposed
from ricci.notation.chains import chain, diagonal
from ricci.notation.formula import Formula, cheapest, transpose
from ricci.notation.kronecker import commutation
from ricci.notation.tangle import eye
from tensor_networks.axes import product as size_product
from tensor_networks.networks import Network, Sum, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, content, ratio

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
        lone = not scalars and body is not None and body.kind == "call" and body.detail[0] == "diag" and body.order == 1
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
        if kinds is not None and (first.parts[0] if first.kind == "transpose" else first).kind not in kinds:
            continue
        rest = [
            product(as_term(part)._replace(body=chain(steps[1:] if end == 0 else steps[:-1], 2)), free=False)
            for part, steps in zip(parts, chains, strict=True)
        ]
        options.append(times(factored(rest, kinds), first, after=end == -1))
    return cheapest(options)


def times(formula: Formula, matrix: Formula, after: bool) -> Formula:
    """A sum of matrices times another matrix, in front of it or after it; numbers stay in front."""
    term = as_term(formula)
    body = [matrix] if term.body is None else [term.body, matrix] if after else [matrix, term.body]
    return product(term._replace(body=chain(body, 2)))


def symmetrised(node: Network, terms: Terms) -> list[Formula]:
    """A sum that is its own image under the exchange of two rows, or columns, as half of its terms times I + K.

    ``node`` is the view of the sum with grouped rows and columns, ``terms`` are its terms in the axes of the sum.
    """
    (summed, slots, _) = node.factors[0]
    found = []
    for side, group in enumerate(node.outputs):
        places = [place for place, slot in enumerate(slots) if slot[0] in group]
        if len(node.outputs) != 2 or len(group) != 2 or len(places) != 2 or not isinstance(summed, Sum):
            continue
        if summed.orbits[places[0]] != summed.orbits[places[1]]:
            continue
        half = _half(terms, places)
        if half:
            size = node.sizes[group[0]]
            exchange = plus([(1, eye(size_product((size, size)))), (1, commutation(size, size))])
            found.append(times(factored(half), exchange, after=side == 1))
    return found


def _half(terms: Terms, places: Sequence[int]) -> list[Formula]:
    """The shorter one of every two terms that are each other with two axes exchanged; none, if a term is its own image."""
    waiting = {node: (number, formula) for node, number, formula in terms}
    kept: list[Formula] = []
    while waiting:
        node, (number, formula) = waiting.popitem()
        outputs = list(range(node.order))
        outputs[places[0]], outputs[places[1]] = places[1], places[0]
        other = waiting.pop(network([(node, range(node.order))], outputs), None)
        if other is None or other[0] != number:
            return []
        kept.append(cheapest([formula, other[1]]))
    return kept
