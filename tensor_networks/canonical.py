"""The canonical order of a labelled hypergraph: plain tuples in, plain tuples out.

A network is given as factors, outputs and wires. A factor is a colour and its slots; a slot is a class and a
group of wires. Slots of one class are interchangeable (a symmetric tensor), the place within a group always
matters. A factor may have frames as well: arrangements of its slots that are all the same to it (symmetry.py).
The outputs are slots too: a class each when their order matters, one class for all when they are an unordered
set.

Two networks that differ only in the names of their wires, the order of their factors and the order of
interchangeable slots come out identical. The way there, cheapest first:

1. `_quick`: walk the factors by colour and number the wires as they appear; done if nothing stays ambiguous.
2. `_search`: the canonical order of the graph of factors and wires, by refinement and search (refinement.py).
   What was found for a small network is remembered: derivations build the same few patterns again and again.

Colours are compared, never hashed for order: the result is the same in every process.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from tensor_networks.refinement import Adjacency, SearchLimit, canonical_vertices

__all__ = ["Form", "Moves", "Ordering", "SearchLimit", "canonical_form", "canonical_order", "canonical_ordering", "slot_order"]

Group: TypeAlias = tuple[int, ...]
Slots: TypeAlias = Sequence[tuple[int, Group]]
Frames: TypeAlias = tuple[tuple[int, ...], ...]
Factor: TypeAlias = tuple[Any, Slots] | tuple[Any, Slots, Frames]

_REMEMBERED = 40  # factors and wires of a network small enough to remember its order


class Moves(NamedTuple):
    """An automorphism: where factors and wires go, those that stay left out."""

    factors: dict[int, int]
    wires: dict[int, int]


class Ordering(NamedTuple):
    """The old index of what stands at each canonical place, and automorphisms that generate all of them."""

    factors: tuple[int, ...]
    wires: tuple[int, ...]
    moves: tuple[Moves, ...] = ()


class Form(NamedTuple):
    """A network in canonical form: equal `outputs`, `factors` and `wires` mean isomorphic networks."""

    outputs: tuple[tuple[int, Group], ...]
    factors: tuple[tuple[Any, tuple[tuple[int, Group], ...]], ...]
    wires: tuple[Any, ...]


def canonical_order(factors: Sequence[Factor], outputs: Slots, wires: Sequence[Any]) -> tuple[Group, Group]:
    """(factor_order, wire_order) of `canonical_ordering`."""
    return canonical_ordering(factors, outputs, wires)[:2]


def canonical_ordering(factors: Sequence[Factor], outputs: Slots, wires: Sequence[Any]) -> Ordering:
    """The canonical order of the factors and the wires.

    Factors come sorted by colour; wires are numbered as they appear in the outputs, then in the factors.
    Raises SearchLimit when an extremely symmetric network exceeds the budget of the search.
    """
    found = _quick(factors, outputs, wires)
    if found is not None:
        return found
    names = {colour: i for i, colour in enumerate(sorted({colour for colour, *_ in factors}))}
    sizes = {colour: i for i, colour in enumerate(sorted(set(wires)))}
    plain: Any = tuple([(names[colour], tuple(slots), *frames) for colour, slots, *frames in factors])
    search = _remembered if len(factors) + len(wires) <= _REMEMBERED else _search
    return search(plain, tuple(outputs), tuple([sizes[colour] for colour in wires]))


def canonical_form(
    factors: Sequence[Factor], outputs: Slots, wires: Sequence[Any]
) -> tuple[Form, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """(form, factor_order, wire_order, output_order); output_order[k] is the old place of the k-th output.

    For factors without frames.
    """
    factor_order, wire_order = canonical_order(factors, outputs, wires)
    number = dict(zip(wire_order, range(len(wire_order)), strict=True))

    def relabel(slots: Slots) -> tuple[tuple[int, Group], ...]:
        return tuple([(slots[i][0], tuple([number[w] for w in slots[i][1]])) for i in slot_order(slots, number)])

    listed = tuple([(factors[f][0], relabel(factors[f][1])) for f in factor_order])
    form = Form(relabel(outputs), listed, tuple([wires[w] for w in wire_order]))
    return form, factor_order, wire_order, slot_order(outputs, number)


def slot_order(slots: Slots, number: dict[int, int]) -> tuple[int, ...]:
    """The order of the slots that sorts the groups of each class by their wires; a class keeps its places."""
    places: dict[int, list[int]] = {}
    for i, (kind, _) in enumerate(slots):
        places.setdefault(kind, []).append(i)
    order = list(range(len(slots)))
    for shared in places.values():
        if len(shared) > 1:
            best = sorted(shared, key=lambda i: [number[w] for w in slots[i][1]])
            for place, i in zip(shared, best, strict=True):
                order[place] = i
    return tuple(order)


# -- 1. numbering on sight -------------------------------------------------------------------------------


def _quick(factors: Sequence[Factor], outputs: Slots, wires: Sequence[Any]) -> Ordering | None:
    """The order when a few walks by colour leave nothing ambiguous, else None. Then there is no automorphism.

    Factors of one colour are sorted by the wires known so far; those that still tie wait for the next walk.
    Walks go on while they settle a good part of what waits: a long chain of equal factors is for the search.
    """
    number: dict[int, int] = {}
    if not _number(outputs, number):
        return None
    if any(len(factor) > 2 for factor in factors):
        return None
    colours = [factor[0] for factor in factors]
    order = sorted(range(len(factors)), key=colours.__getitem__)
    waiting, straight = _runs(order, colours, 0, len(order)), True
    while waiting:
        later = []
        for low, high in waiting:
            later += _settle(order, low, high, factors, number)
        before, left = (sum([high - low for low, high in runs]) for runs in (waiting, later))
        if before - left < 0.2 * before:
            return None
        waiting, straight = later, straight and not later
    if len(number) < len(wires):
        loose = sorted([w for w in range(len(wires)) if w not in number], key=wires.__getitem__)
        number.update(zip(loose, range(len(number), len(wires)), strict=True))
    return Ordering(tuple(order), tuple(number) if straight else _by_appearance(order, factors, outputs, number))


def _runs(order: list[int], keys: Any, low: int, high: int) -> list[tuple[int, int]]:
    """The stretches of equal keys of a sorted part of the order."""
    cuts = [low, *[i for i in range(low + 1, high) if keys[order[i]] != keys[order[i - 1]]], high]
    return list(pairwise(cuts)) if low < high else []


def _settle(order: list[int], low: int, high: int, factors: Sequence[Factor], number: dict[int, int]) -> list[tuple[int, int]]:
    """Sort a stretch of the order by the wires known so far, number its new ones; the stretches left open."""
    if high == low + 1:
        return [] if _number(factors[order[low]][1], number) else [(low, high)]
    keys = {f: _known(factors[f][1], number) for f in order[low:high]}
    order[low:high] = sorted(order[low:high], key=keys.__getitem__)
    later = []
    for start, end in _runs(order, keys, low, high):
        twin = sorted(factors[order[start]][1])
        alike = all(sorted(factors[f][1]) == twin for f in order[start + 1 : end])
        if not (alike and _number(twin, number)):
            later.append((start, end))
    return later


def _known(slots: Slots, number: dict[int, int]) -> list[tuple[int, list[int]]]:
    """What is known of a factor's wires, the same for any order of interchangeable slots."""
    return sorted([(kind, [number.get(w, -1) for w in group]) for kind, group in slots])


def _number(slots: Slots, number: dict[int, int]) -> bool:
    """Number the new wires of the slots; False, and none numbered, if that leaves a choice."""
    if len(slots) > 1 and len({kind for kind, _ in slots}) < len(slots):
        fresh: dict[int, Group] = {}
        for kind, group in slots:
            if any(w not in number for w in group) and fresh.setdefault(kind, group) != group:
                return False
        slots = sorted(slots)
    for _, group in slots:
        for w in group:
            if w not in number:
                number[w] = len(number)
    return True


def _by_appearance(order: Iterable[int], factors: Sequence[Factor], outputs: Slots, rank: dict[int, int]) -> tuple[int, ...]:
    """The wires as they appear in the outputs, then in the factors; `rank` orders what is interchangeable."""
    number: dict[int, None] = {}
    for slots, *frames in ((outputs,), *(factors[f][1:] for f in order)):
        for group in _arranged(slots, frames[0], rank) if frames else [slots[i][1] for i in slot_order(slots, rank)]:
            for w in group:
                number[w] = None
    for w in sorted(rank, key=rank.__getitem__):
        number[w] = None
    return tuple(number)


def _arranged(slots: Slots, frames: Frames, rank: dict[int, int]) -> list[Group]:
    """The groups of a factor in the first of the arrangements that are the same to it."""
    options = []
    for frame in frames:
        turned = [(kind, slots[axis][1]) for (kind, _), axis in zip(slots, frame, strict=True)]
        options.append([turned[i][1] for i in slot_order(turned, rank)])
    return min(options, key=lambda groups: [[rank[w] for w in group] for group in groups])


# -- 2. the graph of factors and wires -----------------------------------------------------------------------


def _search(factors: tuple[Factor, ...], outputs: Slots, wires: tuple[int, ...]) -> Ordering:
    """The canonical order by refinement and search; colours are ranks here."""
    adjacency, keys = _graph(factors, outputs, wires)
    order, automorphisms = canonical_vertices(adjacency, keys)
    first, last = len(factors), len(factors) + len(wires)
    factor_order = tuple([v for v in order if v < first])
    ranked = [v - first for v in order if first <= v < last]
    rank = dict(zip(ranked, range(len(ranked)), strict=True))
    moves = []
    for before, after in automorphisms:
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a != b and a < last]
        moves.append(Moves(dict(p for p in pairs if p[0] < first), {a - first: b - first for a, b in pairs if a >= first}))
    return Ordering(factor_order, _by_appearance(factor_order, factors, outputs, rank), tuple(moves))


_remembered = lru_cache(maxsize=8192)(_search)


def _graph(factors: Sequence[Factor], outputs: Slots, wires: Sequence[int]) -> tuple[Adjacency, list[Any]]:
    """The edges, and the keys of the vertices: factors, wires, unordered outputs, interchangeable groups.

    An edge is labelled by slot class and place in the group; labels of parallel edges are joined to one.
    Ordered outputs are part of the wires' keys. A factor with several frames is a vertex with a vertex for each frame,
    which has the edges of the slots so arranged: what fixes the factor permutes its frames.
    """
    first = len(factors)
    keys: list[Any] = [(0, factor[0]) for factor in factors]
    marks: list[list[tuple[int, int]]] = [[] for _ in wires]
    hubs: list[tuple[int, Slots]] = [(f, factor[1]) for f, factor in enumerate(factors) if len(factor) < 3]
    unordered = len({kind for kind, _ in outputs}) < len(outputs)
    if unordered:
        hubs.append((first + len(wires), outputs))
    else:
        for kind, group in outputs:
            for i, w in enumerate(group):
                marks[w].append((kind, i))
    keys += [(1, colour, sorted(mark)) for colour, mark in zip(wires, marks, strict=True)]
    keys += [(2,)] * unordered
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for f, factor in enumerate(factors):
        for frame in factor[2] if len(factor) > 2 else ():
            edges[f, len(keys)] = [(-1, -1)]
            hubs.append((len(keys), [(kind, factor[1][axis][1]) for (kind, _), axis in zip(factor[1], frame, strict=True)]))
            keys.append((4,))
    for hub, slots in hubs:
        kinds = [kind for kind, _ in slots]
        alone = len(set(kinds)) == len(kinds)
        for kind, group in slots:
            end = hub
            if len(group) > 1 and not alone and kinds.count(kind) > 1:
                end = len(keys)
                keys.append((3, kind))
                edges[hub, end] = [(kind, -1)]
            for i, w in enumerate(group):
                edges.setdefault((end, first + w), []).append((kind, i))
    return _weighted(edges, len(keys)), keys


def _weighted(edges: dict[tuple[int, int], list[tuple[int, int]]], vertices: int) -> Adjacency:
    """The edges of each vertex. A label becomes a weight such that a sum of weights tells how often each label occurs."""
    labels = {edge: tuple(sorted(label)) for edge, label in edges.items()}
    weight = {label: (vertices + 1) ** i for i, label in enumerate(sorted(set(labels.values())))}
    adjacency: Adjacency = [[] for _ in range(vertices)]
    for (a, b), label in labels.items():
        adjacency[a].append((b, weight[label]))
        adjacency[b].append((a, weight[label]))
    return adjacency
