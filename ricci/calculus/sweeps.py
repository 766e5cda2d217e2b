"""Differentiation: removing a node from a network.

Two sweeps over the graph do everything. `push` carries derivatives from the variables up (forward), `pull` carries a
cotangent from the root down (reverse). In both, a factor of a network is taken out once - coefficient times exponent,
exponent minus one - and its wires stay open; products, quotients, traces, diagonals and broadcasts are no cases of
their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from ricci.calculus.rules import pulled, pushed
from ricci.functions import Apply
from ricci.traits.spaces import projected, tangent
from tensor_networks.axes import Axis, show_shape
from tensor_networks.drafts import Part, Product, combined, finished, separate
from tensor_networks.errors import DerivativeError, ShapeError
from tensor_networks.networks import Factor, Network, Sum, network, one, zero
from tensor_networks.nodes import Node, Tensor, walk
from tensor_networks.numbers import Number, exact


def depends_on(root: Node, variables: Iterable[Node]) -> set[Node]:
    """The nodes below a root that contain a variable."""
    inside = set(variables)
    for node in walk(root):
        if any(child in inside for child in node.children):
            inside.add(node)
    return inside


def push(root: Node, seeds: Mapping[Any, Node], extra: Sequence[Axis] = (), last: bool = True) -> Node:
    """The derivative of the root along the seeds (forward sweep), of variables or of any other nodes.

    A seed has the axes of its node and then the ``extra`` ones, and so has the result those of the root. With
    deltas for seeds this is the Jacobian, with a tangent (no extra axes) the Jacobian times it.

    If it is not the last sweep, steps remain nodes of their own, so that the next one takes steps as small.
    """
    tangent = _tangent(root, seeds, tuple(extra))
    return (finished if last else separate)(tangent)[0]


def _tangent(root: Node, seeds: Mapping[Any, Node], extra: tuple[Axis, ...]) -> Part:
    """The derivative of the root along the seeds as a draft."""
    tangents: dict[Node, Part] = {}
    for node in walk(root):
        if node in seeds:
            tangents[node] = seeds[node]
        elif not tangents.keys().isdisjoint(node.children) and (terms := _pushed(node, tangents, extra)):
            tangents[node] = combined(terms, (*node.axes, *extra))
    return tangents[root] if root in tangents else zero((*root.axes, *extra))


def _pushed(node: Node, tangents: Mapping[Node, Part], extra: tuple[Axis, ...]) -> list[tuple[Part, Number]]:
    """The terms of the derivative of a node, given those of its children that have one."""
    if isinstance(node, Sum):
        return [(tangents[term], number) for term, number in node.terms if term in tangents]
    if isinstance(node, Network):
        return _pushed_network(node, tangents, extra)
    node = _as_apply(node)
    changes = [pushed(node, place, tangents[arg], extra) for place, arg in enumerate(node.args) if arg in tangents]
    return [(change, 1) for change in changes if change is not None]


def _pushed_network(node: Network, tangents: Mapping[Node, Part], extra: tuple[Axis, ...]) -> list[tuple[Part, Number]]:
    new = tuple(range(len(node.sizes), len(node.sizes) + len(extra)))
    sizes: dict[Hashable, Axis] = dict(enumerate((*node.sizes, *extra)))
    outputs = (*node.outputs, *new)
    terms: list[tuple[Part, Number]] = []
    for place, factor in enumerate(node.factors):
        if factor.node in tangents:
            hole = (tangents[factor.node], (*factor.slots, *new), 1)
            terms.append((Product([*_without(node, place), hole], outputs, sizes, factor.exponent), 1))
    return terms


def pull(root: Node, cotangent: Node, variables: Sequence[Node], last: bool = True) -> list[Node]:
    """The cotangents of the variables, given that of the root (reverse sweep); all variables in one sweep.

    Where it is not the last sweep: see `push`.
    """
    inside = depends_on(root, variables)
    gathered: dict[Node, list[tuple[Part, Number]]] = {root: [(cotangent, 1)]}
    adjoints: dict[Node, Part] = {}
    for node in reversed(walk(root)):
        if node not in inside or node not in gathered:
            continue
        adjoint = adjoints[node] = combined(gathered.pop(node), node.axes)
        if isinstance(node, Network):
            for place, factor in enumerate(node.factors):
                if factor.node in inside:
                    gathered.setdefault(factor.node, []).append((_pull_factor(node, place, adjoint), 1))
        elif isinstance(node, Sum):
            for term, number in node.terms:
                if term in inside:
                    gathered.setdefault(term, []).append((adjoint, number))
        elif isinstance(node, Apply):
            for place, arg in enumerate(node.args):
                part = pulled(node, place, adjoint) if arg in inside else None
                if part is not None:
                    gathered.setdefault(arg, []).append((part, 1))
    parts = [adjoints.get(variable) or zero(variable.axes) for variable in variables]
    return list((finished if last else separate)(*parts))


def _pull_factor(node: Network, place: int, adjoint: Part) -> Product:
    """The node with one copy of a factor taken out and the cotangent plugged into the outputs."""
    factor = node.factors[place]
    rest = [*_without(node, place), (adjoint, node.outputs, 1)]
    return Product(rest, factor.slots, dict(enumerate(node.sizes)), factor.exponent)


def _without(node: Network, place: int) -> list[Factor]:
    """The factors with one copy of one of them taken out."""
    factor = node.factors[place]
    rest = [*node.factors[:place], *node.factors[place + 1 :]]
    if factor.exponent != 1:
        rest.append(factor._replace(exponent=exact(factor.exponent - 1)))
    return rest


def _as_apply(node: Node) -> Apply:
    if not isinstance(node, Apply):
        raise DerivativeError(f"{node!r} cannot be differentiated")
    return node


def identity(variable: Tensor) -> Node:
    """The derivative of a variable by itself: deltas, projected onto the structure the variable has."""
    return projected(_deltas(variable.axes), variable, range(variable.order, 2 * variable.order))


def along(variable: Tensor, direction: Node) -> Node:
    """A direction projected onto the tangent space of the structure the variable has."""
    places = range(variable.order)
    directions = range(variable.order, 2 * variable.order)
    return network([(identity(variable), range(2 * variable.order)), (direction, directions)], places)


def gradients(root: Node, variables: Sequence[Tensor], last: bool = True) -> list[Node]:
    """The derivatives of a scalar by each variable, of the variable's axes, in one reverse sweep, see `pull`.

    Raises:
        ShapeError: the root is not a scalar.
    """
    if root.order:
        shape = show_shape(root.axes)
        raise ShapeError(f"a gradient is that of a scalar; this is a tensor of shape {shape}; use jacobian")
    found = pull(root, one, variables, last)
    return [projected(node, variable, range(variable.order)) for node, variable in zip(found, variables, strict=True)]


def derivative(root: Node, variables: Sequence[Tensor]) -> Node:
    """The derivative by each variable in turn: axes of the root, then those of the first variable, the second, ...

    Scalars are differentiated by the reverse sweep, tensors by the forward one.
    """
    for done, variable in enumerate(variables, 1):
        last = done == len(variables)
        root = jacobian(root, variable, last) if root.order else gradients(root, [variable], last)[0]
    return root


def jacobian(root: Node, variable: Tensor, last: bool = True) -> Node:
    """The derivative of a tensor by a variable, in a forward sweep: axes of the root, then those of the variable.

    Where the variable is in one product only, whose derivative is nothing but deltas and other factors beside them, as x is
    for ``W*x``, the sweep starts at that product: it carries fewer axes, and the factors are put on in the end.
    """
    seed = identity(variable)
    users = [node for node in depends_on(root, [variable]) if variable in node.children]
    if len(users) == 1 and isinstance(gate := users[0], Network) and gate is not root and gate.order < variable.order:
        (local,) = finished(combined(_pushed_network(gate, {variable: seed}, variable.axes), (*gate.axes, *variable.axes)))
        if _only_renames(local, gate.order):
            through = _tangent(root, {gate: _deltas(gate.axes)}, gate.axes)
            value, inner, new = range(root.order), range(-gate.order, 0), range(root.order, root.order + variable.order)
            whole = Product([(through, (*value, *inner), 1), (local, (*inner, *new), 1)], (*value, *new))
            return (finished if last else separate)(whole)[0]
    return push(root, {variable: seed}, variable.axes, last)


def _only_renames(node: Node, count: int) -> bool:
    """Do the first axes of a product hang on nothing but deltas, each on one of its own?"""
    if not isinstance(node, Network):
        return False
    ends = [wire for group in node.outputs[:count] for wire in group]
    held = {wire for factor in node.factors for group in factor.slots for wire in group}
    return len({*ends}) == len(ends) == count and held.isdisjoint(ends)


def _deltas(axes: Sequence[Axis]) -> Node:
    """The derivative of something of these axes by itself."""
    places = tuple(range(len(axes)))
    return network((), places * 2, dict(enumerate(axes)))


def plain_derivative(root: Node, variable: Tensor) -> Node:
    """The derivative as if the variable had no structure: of the places of its entries."""
    if not root.order:
        return pull(root, one, [variable])[0]
    return push(root, {variable: _deltas(variable.axes)}, variable.axes)


def directional(root: Node, variables: Iterable[Tensor], order: int = 1) -> Node:
    """The differential of the given order: linear (or of that degree) in the tangents of the variables."""
    seeds = {variable: tangent(variable) for variable in variables}
    for done in range(order):
        root = push(root, seeds, last=done == order - 1)
    return root
