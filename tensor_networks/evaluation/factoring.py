"""Sums put together again as products of sums before they are evaluated, where that is cheaper to compute.

``a*c + a*d + b*c + b*d`` is ``(a + b)*(c + d)``, and ``a^2 - 2 a*b + b^2`` is ``(a - b)^2``: fewer operations on arrays
of the full size. Terms that lie on the same diagonals are put together too, and, where arrays are so small that calls
take longer than arithmetic, terms that are sums over one wire: ``n a_i b_i - a_i sum_m b_m - b_i sum_m a_m + sum_m a_m b_m``
is the sum over m of ``(a_i - a_m)*(b_i - b_m)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tensor_networks.axes import Axis
from tensor_networks.evaluation.lowering import entries
from tensor_networks.networks import Network, Sum, network, primitive, total
from tensor_networks.nodes import Node, Size
from tensor_networks.numbers import Number, ratio

LEAST_TERMS = 3  # of what is put together
SMALL = 1024  # multiplications that take less time than the calls that they save


class Atom(NamedTuple):
    """A factor: a node, the places of its axes, an exponent. The places count the wires of the outputs, then a summed one."""

    node: Node
    places: tuple[int, ...]
    exponent: Number


class Kind(NamedTuple):
    """What terms must share to be put together: the places of the axes of the sum, the size of the wire summed over."""

    outputs: tuple[int, ...]
    summed: Axis | None


Table = dict[Atom, dict[Atom, Number]]  # the coefficients of products of two atoms, twice those of squares
Atoms = Mapping[Atom, Number]


def factored(node: Node, sizes: Mapping[str, int]) -> Node:
    """A sum with those of its terms put together that are the product of two sums, or the square of one."""
    if type(node) is not Sum or len(node.terms) < LEAST_TERMS:
        return node
    tables: dict[Kind, Table] = {}
    taken: dict[Node, tuple[Kind, Atom, Atom]] = {}
    for term, number in node.terms:
        found = _split(term)
        if found is not None:
            kind, one, two = taken[term] = found
            table = tables.setdefault(kind, {})
            table.setdefault(one, {})[two] = number * 2 if one == two else number
            table.setdefault(two, {})[one] = table[one][two]
    new: list[tuple[Node, Number]] = []
    gone: set[tuple[Kind, Atom, Atom]] = set()
    for kind, table in tables.items():
        for left, right, number in _products(table):
            product = _product(node, kind, left, right, sizes)
            if product is not None:
                new.append((product[0], product[1] * number))
                gone |= {(kind, one, two) for one in left for two in right} | {
                    (kind, two, one) for one in left for two in right
                }
    if not new:
        return node
    kept = [(term, number) for term, number in node.terms if taken.get(term) not in gone]
    return total([*kept, *new], node.axes)


def _split(term: Node) -> tuple[Kind, Atom, Atom] | None:
    """A term as the product of two atoms, summed over one wire at most."""
    if type(term) is not Network or any(len(group) > 1 for groups in _groups(term) for group in groups):
        return None
    flat = [wire for (wire,) in term.outputs]
    place = {wire: k for k, wire in enumerate(dict.fromkeys(flat))}
    summed = [size for wire, size in enumerate(term.sizes) if wire not in place]
    place.update({wire: len(place) for wire in range(len(term.sizes)) if wire not in place})
    atoms: list[Atom] = []
    for child, slots, exponent in term.factors:
        if isinstance(child, Size) and exponent == 1:
            summed.append(child.size)
            continue
        places = tuple([place[group[0]] for group in slots])
        if not places or len(set(places)) < len(places):
            return None
        atoms.append(Atom(child, places, exponent))
    if len(atoms) == 1 and atoms[0].exponent == 2:
        atoms = [atoms[0]._replace(exponent=1)] * 2
    if len(atoms) != 2 or len(summed) > 1:
        return None
    return Kind(tuple([place[wire] for wire in flat]), summed[0] if summed else None), atoms[0], atoms[1]


def _groups(term: Network) -> list[tuple[tuple[int, ...], ...]]:
    return [term.outputs, *(factor.slots for factor in term.factors)]


def _products(table: Table) -> list[tuple[Atoms, Atoms, Number]]:
    """Parts of a table that are the product of two sums of atoms, times a number; none overlaps another."""
    gone: set[frozenset[Atom]] = set()
    found: list[tuple[Atoms, Atoms, Number]] = []
    for first, row in table.items():
        if len(row) < 2:
            continue
        left = {atom: times for atom, other in table.items() if (times := _ratio(other, row)) is not None}
        square = left.keys() == row.keys()
        if len(left) < 2 or (left.keys() & row.keys() and not square):
            continue
        pairs = {frozenset((one, other)) for one in left for other in row}
        if not gone & pairs:
            gone |= pairs
            found.append((left, left, ratio(row[first], 2)) if square else (left, row, 1))
    return found


def _ratio(row: Atoms, other: Atoms) -> Number | None:
    """By what all numbers of a row are multiples of those of another one of the same places; None if they are not."""
    if row.keys() != other.keys():
        return None
    ratios = {ratio(number, other[atom]) for atom, number in row.items()}
    return ratios.pop() if len(ratios) == 1 else None


def _product(node: Sum, kind: Kind, left: Atoms, right: Atoms, sizes: Mapping[str, int]) -> tuple[Node, Number] | None:
    """The product of two sums of atoms with the axes of a sum, and a number that it is multiplied by; None if it would take
    longer.
    """
    lengths = dict(zip(kind.outputs, node.axes, strict=True))
    if kind.summed is not None:
        lengths[len(lengths)] = kind.summed
        held = {place for atoms in (left, right) for atom in atoms for place in atom.places}
        if entries(sizes, [lengths[place] for place in held]) > SMALL:
            return None
    one, places, number = _sum(left, lengths)
    if left is right:
        return network([(one, places, 2)], kind.outputs, lengths), number**2
    two, others, times = _sum(right, lengths)
    return network([(one, places), (two, others)], kind.outputs, lengths), number * times


def _sum(atoms: Atoms, lengths: Mapping[int, Axis]) -> tuple[Node, list[int], Number]:
    """A linear combination of atoms but for a number, the places of its axes, the number."""
    held = sorted({place for atom in atoms for place in atom.places}, key=lambda place: (str(lengths[place]), place))
    own = {place: lengths[place] for place in held}
    terms = [(network([atom], held, own), number) for atom, number in atoms.items()]
    node, number = primitive(total(terms))
    return node, held, number
