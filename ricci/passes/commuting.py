"""Passes over derivatives of functions of matrices along what commutes with their argument: f'(X; t) = f'(X)*t there.

The derivative of ``sum c_k X^k`` along t is ``sum c_k (X^(k-1) t + X^(k-2) t X + ...)``, of which every term is ``X^(k-1) t``
if t and X commute. What is made of one matrix by sums, products, inverses and functions commutes with what else is.
"""

from __future__ import annotations

from functools import reduce

from ricci.functions import apply
from ricci.passes.applied import SLOPES, square_chain
from ricci.passes.common import is_call, remade, without
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, network
from tensor_networks.nodes import Node
from tensor_networks.wiring import are_distinct

MIRRORED = (*SLOPES, "powm", "powmalong", "powmcurve", "sylvester")
OF_ONE = ("inv", "expm", "logm", "sqrtm", "adj")


def _product(*matrices: Node) -> Node:
    count = len(matrices)
    return network([(matrix, (k, k + 1)) for k, matrix in enumerate(matrices)], (0, count))


def bases(node: Node) -> frozenset[Node]:
    """The matrices that a matrix is made of by sums, multiples, products, inverses and functions; none for an identity."""
    if isinstance(node, Sum):
        return frozenset().union(*(bases(term) for term, _ in node.terms))
    if is_call(node, *OF_ONE):
        return bases(node.children[0])
    if not isinstance(node, Network):
        return frozenset({node})
    inside = remade(node, [factor for factor in node.factors if factor.slots])
    if isinstance(inside, Network) and not inside.factors and inside.outputs[0] == inside.outputs[1]:
        return frozenset()
    chain = square_chain(inside)
    if chain is not None:
        return frozenset().union(*map(bases, chain))
    if isinstance(inside, Network) and len(inside.factors) == 1:
        (only,) = inside.factors
        if only.slots == inside.outputs[::-1] and only.exponent == 1 and are_distinct(only.slots):
            return frozenset(map(transpose, bases(only.node)))
    return bases(inside) if inside is not node else frozenset({node})


def transpose(node: Node) -> Node:
    """The transpose of a matrix."""
    return network([(node, "ij")], "ji")


def commuting_directions(node: Node) -> Node:
    """expmalong(X, t) = expm(X)*t, logmalong(X, t) = inv(X)*t, sqrtmalong(X, t) = inv(sqrtm(X))*t/2 for t that commute with X,
    and expmcurve(X, t, u) = expm(X)*t*u if t and u do with each other as well.
    """
    if not is_call(node, *SLOPES) or node.order != 2:
        return node
    x, *directions = node.children
    if len(reduce(frozenset.union, map(bases, node.children))) > 1 and any(map(bases, directions)):
        return node
    return _product(SLOPES[node.function.name](x), *directions)  # type: ignore[attr-defined]


def symmetric_directions(node: Node) -> Node:
    """f'(X; t) is symmetric if X and t are, X^k if X is, sylvester(A, A', Q) if Q is. Of its two orientations the one is kept
    that gives the first network by key.
    """
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if not is_call(factor.node, *MIRRORED) or factor.node.order != 2 or factor.slots[0] == factor.slots[1]:
            continue
        pairs = zip(factor.node.children, _mirrored(factor.node), strict=True)
        if all(not arg.order or other is transpose(arg) for arg, other in pairs):
            turned = remade(node, [*without(node, place), factor._replace(slots=factor.slots[::-1])])
            if not isinstance(turned, Network) or turned.key < node.key:
                return turned
    return node


def _mirrored(node: Node) -> tuple[Node, ...]:
    """The arguments of a function in the order they have in its transpose: of A*Y + Y*B = C that is B'*Y' + Y'*A' = C'."""
    return (node.children[1], node.children[0], node.children[2]) if is_call(node, "sylvester") else node.children


def ordered(node: Node) -> Node:
    """f(X)*g(X) = g(X)*f(X): of the two orders the one is kept that gives the first network by key."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if not is_call(factor.node, "expm", "logm", "sqrtm") or factor.exponent != 1 or factor.node.order != 2:
            continue
        for other, neighbour in enumerate(node.factors):
            if other == place or neighbour.exponent != 1 or len(neighbour.slots) != 2:
                continue
            turned = _exchanged(node, place, other)
            if turned is not None and turned.key < node.key:
                return turned
    return node


def _exchanged(node: Network, place: int, other: int) -> Node | None:
    """The network with two neighbours exchanged that are made of the same matrix; None if they are not neighbours."""
    one, two = node.factors[place], node.factors[other]
    rest = without(node, place, other)
    held = {wire for factor in rest for group in factor.slots for wire in group} | node.free
    shared = {*one.slots} & {*two.slots}
    (inner,) = shared if len(shared) == 1 else (None,)
    if inner is None or len(inner) != 1 or inner[0] in held or one.slots[0] == one.slots[1] or two.slots[0] == two.slots[1]:
        return None
    first, last = (next(slot for slot in factor.slots if slot != inner) for factor in (one, two))
    if len(first) != 1 or len(last) != 1 or first == last:
        return None
    left = network([(one.node, one.slots)], (first, inner))
    right = network([(two.node, two.slots)], (inner, last))
    if len(bases(left) | bases(right)) > 1:
        return None
    return remade(node, [*rest, Factor(right, (first, inner), 1), Factor(left, (inner, last), 1)])


def turned_directions(node: Node) -> Node:
    """sum(M.*expmalong(X, t)) = sum(t.*expmalong(X', M)) where M commutes with X': the derivative of a function at X' is the
    adjoint of that at X. Likewise of the trace, for which M is the identity, and of expmcurve(X, t, u), which transposes u too.
    """
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not is_call(child, *SLOPES) or exponent != 1 or child.order != 2 or any(len(group) != 1 for group in slots):
            continue
        name, (x, *directions) = child.function.name, child.children  # type: ignore[attr-defined]
        strange = [k for k, t in enumerate(directions) if len(bases(x) | bases(t)) > 1]
        found = _opposite(node, place) if len(strange) == 1 else None
        if found is None:
            continue
        places, against = found
        flipped = [against if k == strange[0] else transpose(t) for k, t in enumerate(directions)]
        x = transpose(x)
        if len(reduce(frozenset.union, map(bases, [x, *flipped]))) > 1:
            continue
        ends = ((0,), (1,))
        new = network([(directions[strange[0]], ends), (apply(name, x, *flipped), ends)], ())
        return remade(node, [*without(node, *places), Factor(new, (), 1)])
    return node


def _opposite(node: Network, place: int) -> tuple[list[int], Node] | None:
    """The matrix that a factor is multiplied with entry by entry and summed, and the places of both; None if there is more."""
    first, second = node.factors[place].slots
    near = [k for k, f in enumerate(node.factors) if k != place and any(first[0] in g or second[0] in g for g in f.slots)]
    if {*first, *second} & node.free:
        return None
    if first == second:
        return None if near else ([place], identity(node.sizes[first[0]]))
    if len(near) != 1 or node.factors[near[0]].exponent != 1 or {*node.factors[near[0]].slots} != {first, second}:
        return None
    other = node.factors[near[0]]
    return ([place, near[0]], network([(other.node, other.slots)], (first, second))) if len(other.slots) == 2 else None
