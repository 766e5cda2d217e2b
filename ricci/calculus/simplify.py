"""Simplification: a visible list of passes. `settle` is what every reading and every derivative ends with.

A pass looks at one node, whose children have been through the passes already, and returns it or an equal one. Passes that
change a domain say so: cancelling ``x/x`` or ``exp(log(x))`` forgets that ``x`` must not be 0, or must be positive.

The list says what fires when: beside each pass stand the words, see `ricci.passes.kinds`, of which some must be said of a
node before the pass looks at it. A comma is an "or", a space an "and": ``"power, det 1/"``.
"""

from __future__ import annotations

from operator import is_
from weakref import WeakSet

from ricci.passes.applied import (
    SLOPES,
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
from ricci.passes.commuting import MIRRORED, commuting_directions, ordered, symmetric_directions, turned_directions
from ricci.passes.diagonals import diagonals
from ricci.passes.groups import alike, kronecker_inverses, side_by_side
from ricci.passes.halves import halves
from ricci.passes.kinds import Pass, Table
from ricci.passes.length import tokens
from ricci.passes.levicivita import levi_civitas
from ricci.passes.logarithms import logarithms
from ricci.passes.lone import lone_sums
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
from ricci.passes.sums import complements, error_functions, like_terms, outer_sums, softpluses
from ricci.passes.traits import choosers, grams, idempotents, orthogonals, spread, totals
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node
from tensor_networks.rewrite import SMALL, flatten, transform

MOST_ROUNDS = 6
ALONG = ", ".join(SLOPES)

OF_FUNCTIONS = Table(
    {
        logarithms: "log, log1p",
        exponentials: "exp log, power, abs, relu, maximum, minimum",
        inverses: "inv, det, logdet",
        of_diagonals: "inv product, logdet product, expm product, logm product, sqrtm product",
        rank_one_updates: "det sum, logdet sum",
        parities: "sum",
        whole_powers: "powm",
        along_identities: f"{ALONG}, powmalong, powmcurve",
        commuting_directions: ALONG,
        shifts: "softmax sum, logsumexp sum",
        shifted_sums: "log product",
        determinants: "det product, logdet product, inv product",
        multiples: "det product, logdet product, inv product, det sum, logdet sum, inv sum",
        symmetric_arguments: "maximum, minimum",
        orthogonals: "abs det, pinv gram, inv gram, adj gram, logdet gram",
        lengths: "norm2, unit",
        permuted_entries: "product, sum",
        kronecker_inverses: "inv product",
    }
)
OF_PRODUCTS = Table(
    {
        cofactors: "det sum, det closed",
        differences: "det 1/",
        roots: "product root",
        norms: "norm2 ^, product root",
        units: "norm2, unit, product closed",
        signs: "sign",
        variable_powers: "power",
        cancelled_products: "product 1/",
        reciprocals: "sum 1/, product 1/",
        reciprocal_exponentials: "exp 1/",
        softmaxes: "closed 1/",
        normalised: "softmax",
        hyperbolics: "cosh 1/, sum 1/",
        adjugates: "det 1/ adj, det 1/ closed, power adj, power closed",
        cancellations: "inv, adj",
        spectral: "eigvecsh, eigvecs, cholesky, inv, qfactor, svdleft, product ^",
        log_diagonals: "log",
        symmetric_directions: ", ".join(MIRRORED),
        ordered: "expm, logm, sqrtm",
        turned_directions: ALONG,
        pseudoinverses: "pinv",
        orthogonals: "det ^",
        grams: "gram",
        idempotents: "idempotent",
        choosers: "exclusive",
        levi_civitas: "levicivita",
        totals: "totals, unit",
        spread: "totals sum",
        permuted_entries: "product ^",
        squares: "copies",
        diagonals: "twice",
        side_by_side: "grouped",
        halves: "pattern",
        lone_sums: "sum inner, unit inner",
        outer_sums: "sum high, product high",
    }
)
OF_SUMS = Table(
    {
        common_norms: "unit",
        common_units: "unit",
        alike: "grouped",
        halves: "pattern",
        complements: "sigmoid, ndtr",
        error_functions: "erf, erfc",
        softpluses: "relu",
        like_terms: "product",
    }
)
PASSES: tuple[Pass, ...] = tuple(dict.fromkeys((*OF_FUNCTIONS, *OF_PRODUCTS, *OF_SUMS)))

_simple: WeakSet[Node] = WeakSet()  # nodes that no pass changes
_settled: WeakSet[Node] = WeakSet()  # roots that `settle` does not change
_chosen: WeakSet[Node] = WeakSet()  # those of which there is no shorter form


def settle(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened: the form in which expressions are compared and shown."""
    if len(roots) == 1 and roots[0] in _settled:
        return roots
    new = _repeated(_repeated(roots, simplified), chosen)
    _settled.update(new if len(new) == 1 else ())
    return new


def simplify(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened, to be computed and not read: no choices of form, what is shared is kept."""
    return _repeated(roots, simplified, small=0)


def _repeated(roots: tuple[Node, ...], step: Pass, small: int = SMALL) -> tuple[Node, ...]:
    """The roots with a step taken at every node, and flattened, until nothing changes."""
    for turn in range(MOST_ROUNDS):
        before, roots = roots, transform(roots, step)
        if turn == 0 or not _same(roots, before):
            roots = flatten(*roots, small=small)
        if _same(roots, before):
            break
    return roots


def _same(some: tuple[Node, ...], others: tuple[Node, ...]) -> bool:
    return all(map(is_, some, others))


def simplified(node: Node) -> Node:
    """The node after the first pass that changes it; `settle` comes back for the others."""
    if node in _simple or not (node.children or type(node) is Network):
        return node
    for step in selected(node):
        new = step(node)
        if new is not node:
            return new
    _simple.add(node)
    return node


def selected(node: Node) -> tuple[Pass, ...]:
    """The passes that may change a node, in their order."""
    table = OF_PRODUCTS if type(node) is Network else OF_SUMS if type(node) is Sum else OF_FUNCTIONS
    return table.selected(node)


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
    return _repeated((node,), simplified)[0]
