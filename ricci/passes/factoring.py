"""Factoring: what some terms of a sum share taken out of them. A choice: kept where the formula gets shorter.

What all terms share on their output wires moves out by itself, when a sum is made; here it is what hangs on inner wires
(``U'*p - U'*y = U'*(p - y)``), what only some terms have, and powers (``a/q - b/q^2 = (a - b/q)/q``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from ricci.functions.applying import is_bare
from ricci.passes.expanding import Tidy, distributed
from ricci.passes.length import weight
from tensor_networks.axes import Axis
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, network, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import unfolded

MOST_TERMS = 16
MOST_OFFERS = 8
HEAVY = 8  # nodes in the tree of a factor that is taken out of some terms of a sum only


class Part(NamedTuple):
    """A factor that can be taken out of a term: the node, for each slot an axis of the term or, below 0, an inner wire that
    becomes an axis; and the axes of the term that what remains has too."""

    node: Node
    labels: tuple[int, ...]
    kept: tuple[int, ...]
    closed: bool = False  # does it stand in a scalar of its own, such as x in (a'*x)*b


class Opened(NamedTuple):
    """A term as factors over single wires, closed components among them opened."""

    factors: list[tuple[Node, tuple[int, ...], Number]]
    outputs: tuple[int, ...]
    sizes: dict[int, Axis]
    own: int  # the factors from here on stood in closed components


def factorings(node: Node, tidy: Tidy) -> Iterator[Node]:
    """The sum with a common factor of some of its terms taken out, one result for each such factor."""
    if not isinstance(node, Sum) or not 1 < len(node.terms) <= MOST_TERMS or not _may_factor(node):
        return
    flat = [unfolded(term) for term, _ in node.terms]
    scalars = [f for term in flat if isinstance(term, Network) for f in term.factors if not f.slots]
    powers = {factor.node for factor in scalars if factor.exponent != 1}
    terms = [opened(term, whole=powers) for term in flat]
    parts: dict[Part, dict[int, tuple[int, Number]]] = {}
    for index, term in enumerate(terms):
        for part, place, exponent in parts_of(term) if term is not None else ():
            parts.setdefault(part, {}).setdefault(index, (place, exponent))
    shared = sorted(parts, key=lambda part: (-len(parts[part]), part.node.key, part.labels, part.kept))
    for part in [part for part in shared if len(parts[part]) > 1][:MOST_OFFERS]:
        yield from _pulled(node, terms, part, parts[part])
    yield from _products_of_sums(node, terms, parts)
    below = [part for part in shared if min(part.labels, default=0) >= 0 and any(e < 0 for _, e in parts[part].values())]
    for part in below[:MOST_OFFERS]:
        yield from _over_denominator(node, terms, part, tidy)


def _may_factor(node: Sum) -> bool:
    """Have two terms a node or a delta in common, at whatever depth of products, or is there a fraction?"""
    seen: set[Node | None] = set()
    for term, _ in node.terms:
        own: set[Node | None] = set()
        stack = [term]
        while stack:
            part = stack.pop()
            if not isinstance(part, Network):
                own.add(part)
                continue
            if any(factor.exponent < 0 for factor in part.factors):
                return True
            own |= {None} if len({*part.outputs}) < len(part.outputs) else set()
            stack += part.children
        if not own.isdisjoint(seen):
            return True
        seen |= own
    return False


def opened(term: Node, copies: int = 1, whole: Container[Node] = ()) -> Opened | None:
    """A term taken apart, powers up to some number of copies too, but for some scalars in it; None if its axes are grouped."""
    if not isinstance(term, Network):
        wires = tuple(range(term.order))
        return Opened([(term, wires, 1)], wires, dict(enumerate(term.axes)), 1)
    groups = [*term.outputs, *(group for factor in term.factors for group in factor.slots)]
    if any(len(group) != 1 for group in groups):
        return None
    sizes: dict[int, Axis] = dict(enumerate(term.sizes))
    outputs, factors = _parted(term, sizes)
    within: list[tuple[Node, tuple[int, ...], Number]] = []
    for child, slots, exponent in term.factors:
        opens = isinstance(child, Network) and exponent in range(1 + bool(slots), copies + 1) and child not in whole
        inner = opened(child, copies) if opens else None
        if inner is None:
            times = int(exponent) if exponent in range(1, copies + 1) else 1
            factors += [(child, tuple(group[0] for group in slots), exponent if times == 1 else 1)] * times
            continue
        for _ in range(int(exponent)):
            shift = len(sizes)
            ends = {shift + wire: group[0] for wire, group in zip(inner.outputs, slots, strict=True)}
            sizes |= {shift + wire: size for wire, size in inner.sizes.items()}
            for below, wires, power in inner.factors:
                within.append((below, tuple(ends.get(shift + wire, shift + wire) for wire in wires), power))
    return Opened(factors + within, outputs, sizes, len(factors))


def _parted(term: Network, sizes: dict[int, Axis]) -> tuple[tuple[int, ...], list[tuple[Node, tuple[int, ...], Number]]]:
    """The output wires, a further axis on one of them as a wire of its own (added to the sizes), and the identities between."""
    outputs: list[int] = []
    factors: list[tuple[Node, tuple[int, ...], Number]] = []
    for (wire,) in term.outputs:
        if wire in outputs:
            sizes[len(sizes)] = sizes[wire]
            factors.append((identity(sizes[wire]), (wire, len(sizes) - 1), 1))
            wire = len(sizes) - 1
        outputs.append(wire)
    return tuple(outputs), factors


def parts_of(term: Opened) -> Iterator[tuple[Part, int, Number]]:
    """The factors of a term that can be taken out, with their places and exponents."""
    uses: dict[int, int] = dict.fromkeys(term.sizes, 0)
    for wires in (term.outputs, *(wires for _, wires, _ in term.factors)):
        for wire in wires:
            uses[wire] += 1
    axes = {wire: axis for axis, wire in enumerate(term.outputs)}
    inside = [node for node, _, _ in term.factors[term.own :]]
    for place, (node, wires, exponent) in enumerate(term.factors):
        if place >= term.own and axes and inside.count(node) > 1:  # a quadratic form stays one
            continue
        inner = [wire for wire in wires if wire not in axes]
        lone = sum(uses[wire] < 2 for wire in inner)  # A*ones(n) has A as A*p has it
        if len(set(wires)) < len(wires) or lone > (len(wires) == 2 > len(inner)) or (inner and exponent != 1):
            continue
        matrix = len(wires) == 2 and len(inner) == 1
        if any(uses[wire] > 2 and not matrix and not _parallel(term, place, wire) for wire in inner):
            continue
        if len(wires) == 2 and len(set(node.orbits)) == 1:
            wires = tuple(sorted(wires, key=lambda wire: axes.get(wire, len(axes))))
            inner = [wire for wire in wires if wire not in axes]
        kept = tuple(axis for axis, wire in enumerate(term.outputs) if wire not in wires or uses[wire] > 2)
        if len(kept) + len(inner) <= max(2, len(axes)) and (lone or len(term.factors) > 1):
            labels = tuple(axes[wire] if wire in axes else -1 - inner.index(wire) for wire in wires)
            yield Part(node, labels, kept, bool(inner and axes) and place >= term.own), place, exponent


def _parallel(term: Opened, place: int, wire: int) -> bool:
    """Do the other factors on a wire hang on the same wires, as A and B do in (A.*B)*x?"""
    others = (wires for other, (_, wires, _) in enumerate(term.factors) if other != place)
    return len({frozenset(wires) for wires in others if wire in wires}) < 2


def _pulled(node: Sum, terms: list[Opened | None], part: Part, found: dict[int, tuple[int, Number]]) -> Iterator[Node]:
    """A common factor taken out, to the power of least size that the terms have."""
    for sign in (1, -1):
        group = {index: (place, e) for index, (place, e) in found.items() if e * sign > 0}
        if len(group) < 2:
            continue
        exponent = sign * min(e * sign for _, e in group.values())
        if all(isinstance(exact(e - exponent), int) for _, e in group.values()):
            own = part if all(e == exponent for _, e in group.values()) else _with_its_axes(part)
            inside = []
            for index, (place, e) in group.items():
                term = terms[index]
                if term is not None:
                    inside.append((_without(term, own, place, exact(e - exponent)), node.terms[index][1]))
            rest = [term for index, term in enumerate(node.terms) if index not in group]
            left = total(inside)
            if (part.labels and any(map(_factorless, inside))) or (rest and not _worth(part, left, len(inside), rest)):
                continue
            if min(part.labels, default=0) < 0 and _has_ones(left):
                continue
            yield total([(_beside(node, own, exponent, left), 1), *rest], node.axes)


def _with_its_axes(part: Part) -> Part:
    """A part of which some power remains where it was."""
    return part._replace(kept=tuple(sorted({*part.kept, *(label for label in part.labels if label >= 0)})))


def _products_of_sums(
    node: Sum, terms: list[Opened | None], parts: Mapping[Part, dict[int, tuple[int, Number]]]
) -> Iterator[Node]:
    """``a*c + b*c + a*d + b*d = (a + b)*(c + d)``: parts of one place that leave the same."""
    found = {part: {index: place for index, (place, e) in places.items() if e == 1} for part, places in parts.items()}
    shared = {
        part: (tuple(sorted(part.labels)), part.kept) for part, places in found.items() if part.labels and len(places) > 1
    }
    counts = Counter(shared.values())
    alike: dict[tuple[Node, tuple[int, ...], tuple[int, ...]], list[tuple[Part, set[int], Number]]] = {}
    for part in [part for part, where in shared.items() if counts[where] > 1]:
        inside = [
            (_without(term, part, place, 0), node.terms[index][1])
            for index, place in found[part].items()
            if (term := terms[index]) is not None
        ]
        left, number = primitive(total(inside))
        alike.setdefault((left, *shared[part]), []).append((part, {*found[part]}, number))
    for (left, labels, kept), group in alike.items():
        used = [index for _, places, _ in group for index in places]
        if len(group) > 1 and len(set(used)) == len(used):
            axes = _axes_of(group[0][0], labels)
            other = total([(network([(part.node, part.labels)], labels), number) for part, _, number in group], axes)
            inner = sorted((label for label in labels if label < 0), reverse=True)
            product = network([(left, (*kept, *inner)), (other, labels)], range(node.order), dict(enumerate(node.axes)))
            rest = [term for index, term in enumerate(node.terms) if index not in used]
            yield total([(product, 1), *rest], node.axes)


def _axes_of(part: Part, labels: tuple[int, ...]) -> list[Axis]:
    """The sizes of some labels of a part."""
    return [part.node.axes[part.labels.index(label)] for label in labels]


def _factorless(term: tuple[Node, Number]) -> bool:
    """Is a term a multiple of an identity, or a number? Not ones: ``A'*ones(n) - A'*p = A'*(1 - p)``."""
    node = term[0]
    if not isinstance(node, Network) or node.order == 1:
        return False
    return all(not factor.slots for factor in node.factors) if node.order else not node.factors


def _has_ones(node: Node) -> bool:
    """Is it a matrix, or a multiple of one, in a sum of which a row or column of ones stands?"""
    sums = [node, *node.children] if isinstance(node, Network) else [node]
    return any(
        is_bare(term, axis)
        for part in sums
        if isinstance(part, Sum) and part.order == 2
        for term in part.children
        for axis in (0, 1)
    )


def _worth(part: Part, left: Node, count: int, rest: Sequence[tuple[Node, Number]]) -> bool:
    """May a factor be taken out of some terms only? Where these merge, or share more, or add up to what the rest has a multiple
    of; or if it is long itself."""
    if not isinstance(left, Sum) or len(left.terms) < count:
        return bool(part.labels)
    if any(primitive(left)[0] in term.children for term, _ in rest) or weight(part.node) > HEAVY:
        return True
    return bool(set.intersection(*({child for child in term.children if child.order > 2} for term in left.children)))


def _over_denominator(node: Sum, terms: list[Opened | None], part: Part, tidy: Tidy) -> Iterator[Node]:
    """All terms over one denominator: ``1 - x'*x/(x'*x + c) = c/(x'*x + c)``."""
    whole = part._replace(kept=tuple(range(node.order)))
    places: list[int | None] = []
    exponents: list[Number] = []
    for term in terms:
        found = [] if term is None else list(_same(term, part))
        places.append(found[0] if term is not None and found else None)
        exponents.append(term.factors[found[0]][2] if term is not None and found else 0)
    least = min(exponents)
    if least >= 0 or any(not isinstance(exact(e - least), int) or e - least > 2 for e in exponents) or None in terms:
        return
    if len(set(exponents)) == 1:
        return
    inside: list[tuple[Node, Number]] = []
    for term, place, exponent, (_, number) in zip(terms, places, exponents, node.terms, strict=True):
        if term is not None:
            left = _without(term, whole, place, exact(exponent - least))
            inside += [(tidy(new), c * number) for new, c in _multiplied_out(left, part.node)]
    yield _beside(node, whole, least, total(inside))


def _same(term: Opened, part: Part) -> Iterator[int]:
    """The places of a node on given output wires."""
    wires = tuple(term.outputs[label] for label in part.labels)
    for place, (node, own, _) in enumerate(term.factors):
        if node is part.node and (own == wires or (len(set(node.orbits)) == 1 and own == wires[::-1])):
            yield place


def _multiplied_out(node: Node, which: Node) -> list[tuple[Node, Number]]:
    """A product distributed over one sum in it."""
    places = [p for p, f in enumerate(node.factors) if f.node is which] if isinstance(node, Network) else []
    if isinstance(node, Network) and isinstance(which, Sum) and len(places) == 1 and node.factors[places[0]].exponent in (1, 2):
        return distributed(node, places) or [(node, 1)]
    return [(node, 1)]


def _without(term: Opened, part: Part, place: int | None, exponent: Number) -> Node:
    """A term without a factor, but for some power of it; the inner wires of the factor become axes."""
    factors: list[Factor] = []
    for index, (node, wires, power) in enumerate(term.factors):
        factors.append(Factor(node, tuple((wire,) for wire in wires), exponent if index == place else power))
    if place is None:
        wires = tuple(term.outputs[label] for label in part.labels)
        factors.append(Factor(part.node, tuple((wire,) for wire in wires), exponent))
        inner: list[int] = []
    else:
        wires = term.factors[place][1]
        if len(part.labels) == 2 and [w in term.outputs for w in wires] != [label >= 0 for label in part.labels]:
            wires = wires[::-1]
        inner = [wire for wire in wires if wire not in term.outputs]
    outputs = [*(term.outputs[axis] for axis in part.kept), *inner]
    held = {wire for factor in factors if factor.exponent for group in factor.slots for wire in group} | {*outputs}
    kept = [factor for factor in factors if factor.exponent]
    return network(kept, outputs, {wire: term.sizes[wire] for wire in held})


def _beside(node: Sum, part: Part, exponent: Number, inside: Node) -> Node:
    """What was taken out, times what remains."""
    inner = sorted((label for label in part.labels if label < 0), reverse=True)
    sizes = dict(enumerate(node.axes))
    return network([(inside, (*part.kept, *inner)), (part.node, part.labels, exponent)], range(node.order), sizes)
