"""Passes over tensors with traits: orthogonal and idempotent matrices, what chooses entries, what sums to 1.

They read the facts of the table of traits, so that a new trait with such a fact needs no pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from ricci.functions import Apply, apply
from ricci.passes.common import is_call, remade, without
from ricci.traits.table import axes_of, has
from tensor_networks.filled import identity, ones
from tensor_networks.networks import Factor, Network, Sum, network, one, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.wiring import Group

BOTH = frozenset({0, 1})


def orthogonals(node: Node) -> Node:
    """inv(Q) = Q', adj(Q) = det(Q)*Q', pinv(V) = V', logdet(Q) = 0, det(Q)^2 = abs(det(Q)) = 1, Q orthogonal, V orthonormal."""
    if isinstance(node, Network):
        return _even_determinants(node)
    if not isinstance(node, Apply) or not node.args or node.batch:
        return node
    (arg, *_), name = node.args, node.function.name
    if name == "abs" and is_call(arg, "det") and _is_orthogonal(arg.children[0]):
        return one
    if name == "pinv" and isinstance(arg, Tensor) and axes_of(arg, "gram"):
        return network([(arg, "ij")], "ji")
    if name in ("inv", "adj") and _is_orthogonal(arg):
        return network([(arg, "ij"), *([(apply("det", arg), "")] if name == "adj" else [])], "ji")
    return total([], ()) if name == "logdet" and _is_orthogonal(arg) else node


def _is_orthogonal(node: Node) -> bool:
    return isinstance(node, Tensor) and axes_of(node, "gram") == BOTH


def _even_determinants(node: Network) -> Node:
    for place, (child, slots, exponent) in enumerate(node.factors):
        if is_call(child, "det") and _is_orthogonal(child.children[0]) and exponent not in (0, 1) and isinstance(exponent, int):
            return remade(node, [*without(node, place), *([Factor(child, slots, 1)] if exponent % 2 else [Factor(one, (), 1)])])
    return node


# products


def grams(node: Node) -> Node:
    """Q'*Q = Q*Q' = I and V'*V = I: two copies of an orthogonal (orthonormal) matrix summed over an axis are an identity."""
    if not isinstance(node, Network):
        return node
    for place, leaf, (child, slots, exponent) in leaves_with_traits(node):
        for axis in sorted(axes_of(leaf, "gram")):
            (other,) = BOTH - {axis}
            if exponent == 2 and uses(node, slots[axis]) == 1:
                return remade(node, [*without(node, place), ones_on(node, slots[other])])
            if exponent == 1 and uses(node, slots[axis]) == 2 and slots[0] != slots[1]:
                for twin in _twins(node, place, child, axis, slots[axis]):
                    ends = slots[other], node.factors[twin].slots[other]
                    return remade(node, [*without(node, place, twin), _delta(node, *ends)])
    return node


def idempotents(node: Node) -> Node:
    """P*P = P for idempotent P, and tr(P*P') = tr(P) for a symmetric one."""
    if not isinstance(node, Network):
        return node
    for place, leaf, (child, slots, exponent) in leaves_with_traits(node):
        if not has(leaf, "idempotent") or slots[0] == slots[1]:
            continue
        symmetric = len(set(leaf.orbits)) == 1
        if exponent == 2 and symmetric and 1 in (uses(node, slot) for slot in slots):
            kept = slots[0] if uses(node, slots[1]) == 1 else slots[1]
            return remade(node, [*without(node, place), Factor(child, (kept, kept), 1)])
        if exponent != 1:
            continue
        for axis, other in ((1, 0), *(((0, 0), (1, 1)) if symmetric else ())):
            for twin in _twins(node, place, child, other, slots[axis]) if uses(node, slots[axis]) == 2 else ():
                ends = slots[1 - axis], node.factors[twin].slots[1 - other]
                return remade(node, [*without(node, place, twin), Factor(child, ends if axis else ends[::-1], 1)])
    return node


def choosers(node: Node) -> Node:
    """y.*y = y and y*y' = diag(y) for one-hot y, permutations and selections: of two entries in a line one is 0."""
    if not isinstance(node, Network):
        return node
    for place, leaf, (child, slots, exponent) in leaves_with_traits(node):
        axes = axes_of(leaf, "exclusive")
        if not axes or exponent <= 0:
            continue
        if exponent != 1:
            return remade(node, [*without(node, place), Factor(child, slots, 1)])
        for other, twin in enumerate(node.factors):
            different = [axis for axis, (a, b) in enumerate(zip(slots, twin.slots, strict=False)) if a != b]
            if other > place and twin.node is child and twin.exponent > 0 and len(different) == 1 and different[0] in axes:
                (axis,) = different
                return remade(node, [*without(node, other), _delta(node, slots[axis], twin.slots[axis])])
    return node


def totals(node: Node) -> Node:
    """sum(p) = 1 and sum(p/norm2(p)) = 1/norm2(p) on the simplex, sum(P*x) = sum(x) for a permutation."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        unit = is_call(child, "unit")
        leaf = child.children[0] if unit else child
        if exponent != 1 or not isinstance(leaf, Tensor) or not leaf.traits or any(len(group) != 1 for group in slots):
            continue
        for axis in axes_of(leaf, "totals"):
            if uses(node, slots[axis]) == 1:
                rest = [ones_on(node, slot) for number, slot in enumerate(slots) if number != axis]
                below = [Factor(apply("norm2", leaf), (), -1)] if unit else []
                return remade(node, [*without(node, place), *rest, *below])
    return node


def spread(node: Node) -> Node:
    """y.*(1 - y) = 0 for one-hot y, p'*(x + c*ones(n)) = p'*x + c on the simplex: a sum beside what cancels or sums to 1 with
    one of its terms is multiplied out."""
    if not isinstance(node, Network) or not any(isinstance(factor.node, Sum) for factor in node.factors):
        return node
    for place, leaf, (_, slots, exponent) in leaves_with_traits(node):
        if exponent != 1 or not axes_of(leaf, "totals"):
            continue
        for other, (child, held, power) in enumerate(node.factors):
            if not isinstance(child, Sum) or power != 1 or other == place or not {*slots} & {*held}:
                continue
            parts = [(remade(node, [*without(node, other), Factor(term, held, 1)]), number) for term, number in child.terms]
            if any(step(inside) is not inside for part, _ in parts for inside in _closed(part) for step in (totals, choosers)):
                return total(parts, node.axes)
    return node


def _closed(node: Node) -> Iterator[Node]:
    """A product, and the scalars in it that are products of their own."""
    yield node
    yield from (factor.node for factor in node.factors if not factor.slots) if isinstance(node, Network) else ()


def leaves_with_traits(node: Network) -> Iterator[tuple[int, Tensor, Factor]]:
    """The factors that are tensors with traits, and hold a wire on each axis."""
    for place, factor in enumerate(node.factors):
        if isinstance(factor.node, Tensor) and factor.node.traits and all(len(group) == 1 for group in factor.slots):
            yield place, factor.node, factor


def uses(node: Network, group: Group) -> int:
    """How often a wire occurs; many times, if it is an output."""
    (wire,) = group
    if wire in node.free:
        return len(node.factors) + 2
    return sum(wire in slot for factor in node.factors for slot in factor.slots)


def _twins(node: Network, place: int, child: Node, axis: int, group: Group) -> Iterator[int]:
    """Other copies of a factor that hold a wire at an axis, and at no other."""
    for other, factor in enumerate(node.factors):
        if other == place or factor.node is not child or factor.exponent != 1:
            continue
        if factor.slots[axis] == group and factor.slots.count(group) == 1:
            yield other


def ones_on(node: Network, group: Group) -> Factor:
    """Ones on a wire, so that it is still known."""
    (wire,) = group
    return Factor(ones([node.sizes[wire]]), (group,), 1)


def _delta(node: Network, one_end: Group, other: Group) -> Factor:
    (wire,) = one_end
    return Factor(identity(node.sizes[wire]), (one_end, other), 1)
