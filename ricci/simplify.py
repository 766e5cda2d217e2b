"""Simplification: a visible list of passes. `settle` is what every reading and every derivative ends with.

A pass looks at one node, whose children have been through the passes already, and returns it or an equal one. Passes that
change a domain say so: cancelling ``x/x`` or ``exp(log(x))`` forgets that ``x`` must not be 0, or must be positive.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet

from ricci.passes.applied import (
    along_identities,
    determinants,
    exponentials,
    inverses,
    logarithms,
    multiples,
    parities,
    shifts,
    whole_powers,
)
from ricci.passes.diagonals import diagonals
from ricci.passes.ends import chain_ends
from ricci.passes.groups import alike, kronecker_inverses, side_by_side
from ricci.passes.halves import halves
from ricci.passes.powers import norms, roots, signs, units
from ricci.passes.products import adjugates, cancellations, hyperbolics, reciprocal_exponentials, reciprocals, softmaxes
from ricci.passes.sums import complements, like_terms, outer_sums, softpluses
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node
from tensor_networks.rewrite import flatten, transform

Pass = Callable[[Node], Node]
MOST_ROUNDS = 6

OF_FUNCTIONS: tuple[Pass, ...] = (
    logarithms,
    exponentials,
    inverses,
    parities,
    whole_powers,
    along_identities,
    shifts,
    determinants,
    multiples,
    kronecker_inverses,
)
OF_PRODUCTS: tuple[Pass, ...] = (
    roots,
    norms,
    units,
    signs,
    reciprocals,
    reciprocal_exponentials,
    softmaxes,
    hyperbolics,
    adjugates,
    cancellations,
    diagonals,
    side_by_side,
    halves,
    outer_sums,
)
OF_SUMS: tuple[Pass, ...] = (
    alike,
    halves,
    complements,
    softpluses,
    like_terms,
    chain_ends,
)
PASSES: tuple[Pass, ...] = tuple(dict.fromkeys((*OF_FUNCTIONS, *OF_PRODUCTS, *OF_SUMS)))

_simple: WeakSet[Node] = WeakSet()  # nodes that no pass changes
_settled: WeakSet[Node] = WeakSet()  # roots that `settle` does not change


def settle(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened: the form in which expressions are compared and shown."""
    if len(roots) == 1 and roots[0] in _settled:
        return roots
    for _ in range(MOST_ROUNDS):
        new = flatten(*transform(roots, simplified))
        if all(a is b for a, b in zip(new, roots, strict=True)):
            break
        roots = new
    if len(roots) == 1:
        _settled.add(roots[0])
    return roots


def simplified(node: Node) -> Node:
    """The node after the first pass that changes it; `settle` comes back for the others."""
    if node in _simple:
        return node
    passes = OF_PRODUCTS if type(node) is Network else OF_SUMS if type(node) is Sum else OF_FUNCTIONS
    for step in passes if node.children or type(node) is Network else ():
        new = step(node)
        if new is not node:
            return new
    _simple.add(node)
    return node
