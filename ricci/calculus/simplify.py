"""Simplification: a visible list of passes. `settle` is what every reading and every derivative ends with.

A pass looks at one node, whose children have been through the passes already, and returns it or an equal one. Passes that
change a domain say so: cancelling ``x/x`` or ``exp(log(x))`` forgets that ``x`` must not be 0, or must be positive.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from weakref import WeakSet

from ricci.passes.applied import (
    along_identities,
    determinants,
    exponentials,
    inverses,
    multiples,
    of_diagonals,
    parities,
    rank_one_updates,
    shifted_sums,
    shifts,
    symmetric_arguments,
    whole_powers,
)
from ricci.passes.choices import offers
from ricci.passes.choosing import lengths, permuted_entries
from ricci.passes.commuting import commuting_directions, ordered, symmetric_directions, turned_directions
from ricci.passes.diagonals import diagonals
from ricci.passes.groups import alike, kronecker_inverses, side_by_side
from ricci.passes.halves import halves
from ricci.passes.length import tokens
from ricci.passes.levicivita import levi_civitas
from ricci.passes.logarithms import logarithms
from ricci.passes.minors import cofactors, differences
from ricci.passes.penrose import pseudoinverses
from ricci.passes.powers import cancelled_products, common_norms, common_units, norms, roots, signs, units, variable_powers
from ricci.passes.products import (
    adjugates,
    cancellations,
    hyperbolics,
    normalised,
    reciprocal_exponentials,
    reciprocals,
    softmaxes,
    squares,
)
from ricci.passes.spectra import log_diagonals, spectral
from ricci.passes.sums import complements, error_functions, like_terms, lone_sums, outer_sums, softpluses
from ricci.passes.traits import choosers, grams, idempotents, orthogonals, spread, totals
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node
from tensor_networks.rewrite import flatten, transform

Pass = Callable[[Node], Node]
MOST_ROUNDS = 6

OF_FUNCTIONS: tuple[Pass, ...] = (
    logarithms,
    exponentials,
    inverses,
    of_diagonals,
    rank_one_updates,
    parities,
    whole_powers,
    along_identities,
    commuting_directions,
    shifts,
    shifted_sums,
    determinants,
    multiples,
    symmetric_arguments,
    orthogonals,
    lengths,
    permuted_entries,
    kronecker_inverses,
)
OF_PRODUCTS: tuple[Pass, ...] = (
    cofactors,
    differences,
    roots,
    norms,
    units,
    signs,
    variable_powers,
    cancelled_products,
    reciprocals,
    reciprocal_exponentials,
    softmaxes,
    normalised,
    hyperbolics,
    adjugates,
    cancellations,
    spectral,
    log_diagonals,
    symmetric_directions,
    ordered,
    turned_directions,
    pseudoinverses,
    orthogonals,
    grams,
    idempotents,
    choosers,
    levi_civitas,
    totals,
    spread,
    permuted_entries,
    squares,
    diagonals,
    side_by_side,
    halves,
    lone_sums,
    outer_sums,
)
OF_SUMS: tuple[Pass, ...] = (
    common_norms,
    common_units,
    alike,
    halves,
    complements,
    error_functions,
    softpluses,
    like_terms,
)
PASSES: tuple[Pass, ...] = tuple(dict.fromkeys((*OF_FUNCTIONS, *OF_PRODUCTS, *OF_SUMS)))

_simple: WeakSet[Node] = WeakSet()  # nodes that no pass changes
_settled: WeakSet[Node] = WeakSet()  # roots that `settle` does not change
_chosen: WeakSet[Node] = WeakSet()  # those of which there is no shorter form


def settle(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened: the form in which expressions are compared and shown."""
    if len(roots) == 1 and roots[0] in _settled:
        return roots
    new = _repeated(simplify(*roots), chosen)
    _settled.update(new if len(new) == 1 else ())
    return new


def simplify(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened, without choices between forms: what is to be computed, not read."""
    return _repeated(roots, simplified)


def _repeated(roots: tuple[Node, ...], step: Pass) -> tuple[Node, ...]:
    """The roots with a step taken at every node, and flattened, until nothing changes."""
    for turn in range(MOST_ROUNDS):
        before, roots = roots, transform(roots, step)
        if turn == 0 or not _same(roots, before):
            roots = flatten(*roots)
        if _same(roots, before):
            break
    return roots


def _same(some: tuple[Node, ...], others: tuple[Node, ...]) -> bool:
    return all(map(is_, some, others))


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


def chosen(node: Node) -> Node:
    """The node simplified; where no pass changes it, the shortest of the forms that factoring and expanding offer."""
    new = simplified(node)
    if new is not node or node in _chosen or type(node) not in (Network, Sum):
        return new
    best, least = node, 0
    for form in map(tidy, offers(node, tidy)):
        least = least or tokens(node) or 0
        length = tokens(form) if least else None
        if length is not None and length < least:
            best, least = form, length
    if best is node:
        _chosen.add(node)
    return best


def tidy(node: Node) -> Node:
    """The node simplified and flattened, without choices."""
    return simplify(node)[0]
