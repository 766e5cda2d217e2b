"""What all terms of a sum share on their output wires: factors, scalars, deltas, ones and groupings.

Plain data in and out. A term is seen as ``(factors, outputs, sizes)``, the fields of a network. Pulling the common part out
keeps an outer product an outer product: the Hessian of a deep network stays one core times its outer factors.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tensor_networks.axes import Axis
from tensor_networks.wiring import Group

Factors = Sequence[Any]  # of (node, slots, exponent)


class Term(NamedTuple):
    """One term, seen as a network."""

    factors: Factors
    outputs: tuple[Group, ...]
    sizes: Sequence[Axis]


class Common(NamedTuple):
    """Outside: factors and outputs over the places; inside: for each term its remaining factors and output wires.

    A place is the first of the flattened output positions that share one wire in every term.
    """

    factors: list[tuple[Any, tuple[Group, ...], Any]]
    outputs: tuple[Group, ...]
    sizes: dict[int, Axis]
    core: list[int]
    terms: list[tuple[list[Any], list[int]]]


def common_part(terms: Sequence[Term]) -> Common | None:
    """The common part of at least two terms, or None if there is none."""
    lengths = {tuple(map(len, term.outputs)) for term in terms}
    if len(lengths) > 1:
        return None
    flat = [[wire for group in term.outputs for wire in group] for term in terms]
    if len({tuple(term.sizes[wire] for wire in wires) for term, wires in zip(terms, flat, strict=True)}) > 1:
        return None
    classes: dict[tuple[int, ...], list[int]] = {}
    for position, wires in enumerate(zip(*flat, strict=True)):
        classes.setdefault(wires, []).append(position)
    places = [_places(wires, classes, index) for index, wires in enumerate(flat)]
    shared, rests = _split(terms, places)
    exact = set.intersection(*(set(place.values()) for place in places))
    busy = {
        place[wire]
        for place, rest in zip(places, rests, strict=True)
        for _, slots, _ in rest
        for group in slots
        for wire in group
        if wire in place
    }
    grouped = any(length != 1 for length in next(iter(lengths)))
    doubled = any(len(positions) > 1 for positions in classes.values())
    if not (shared or exact - busy or grouped or doubled):
        return None
    first = {position: positions[0] for positions in classes.values() for position in positions}
    bare = exact - busy
    core = [positions[0] for positions in classes.values() if positions[0] not in bare]
    counter = iter(range(len(first)))
    outputs = tuple(tuple(first[next(counter)] for _ in group) for group in terms[0].outputs)
    sizes = {place: terms[0].sizes[flat[0][place]] for place in set(first.values())}
    inside = [(rest, [wires[place] for place in core]) for rest, wires in zip(rests, flat, strict=True)]
    return Common(shared, outputs, sizes, core, inside)


def _places(wires: list[int], classes: dict[tuple[int, ...], list[int]], index: int) -> dict[int, int]:
    """Wire -> place, for the wires whose output positions in this term are exactly one common class."""
    counts: dict[int, int] = {}
    for wire in wires:
        counts[wire] = counts.get(wire, 0) + 1
    return {key[index]: positions[0] for key, positions in classes.items() if counts[key[index]] == len(positions)}


def _split(terms: Sequence[Term], places: list[dict[int, int]]) -> tuple[list[Any], list[list[Any]]]:
    """The factors that every term has at the same places, and for every term the others."""
    signed: list[dict[Any, Any]] = []
    for term, place in zip(terms, places, strict=True):
        signed.append({})
        for factor in term.factors:
            node, slots, exponent = factor
            if all(wire in place for group in slots for wire in group):
                signed[-1][node, tuple(tuple(place[wire] for wire in group) for group in slots), exponent] = factor
        if not signed[-1]:
            break
    names = [name for name in signed[0] if all(name in other for other in signed[1:])] if len(signed) == len(terms) else []
    if not names:
        return [], [list(term.factors) for term in terms]
    taken = [{id(own[name]) for name in names} for own in signed]
    rests = [[f for f in term.factors if id(f) not in gone] for term, gone in zip(terms, taken, strict=True)]
    return names, rests
