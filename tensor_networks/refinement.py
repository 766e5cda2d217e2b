"""The canonical order of the vertices of a coloured graph whose edges carry weights.

1. `_refine`: colour refinement with a worklist of splitter cells, O(edges log vertices).
2. `_parts`: edges between uniformly joined cells say nothing, so they are cut; what is left falls into
   independent parts that are ordered one by one and then sorted. Twins, stars and trees never need a search.
3. `_Search.branch`: a part that does not fall apart is searched. Each vertex of a cell in turn gets a colour
   of its own; vertices alike (by automorphisms found on the way) are skipped; the smallest outcome wins.

The same graph with its vertices named otherwise comes out as the same graph, not only as an isomorphic one.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from tensor_networks.errors import LimitError
from tensor_networks.limits import current

Adjacency: TypeAlias = list[list[tuple[int, int]]]  # vertex -> (neighbour, weight); both ways, one edge per pair
Move: TypeAlias = tuple[Sequence[int], Sequence[int]]  # an automorphism: vertices, and where they go; the others stay

_DEPTH = 100  # vertices a search may fix, one below the other


class SearchLimit(LimitError):
    """The network is so symmetric that its canonical order was not found within the budget of the search."""


def canonical_vertices(adjacency: Adjacency, keys: Sequence[Any]) -> tuple[list[int], list[Move]]:
    """The vertices in canonical order, first by key; and automorphisms that generate all of them.

    Weights are summed: different multisets of the weights at one vertex must have different sums. No edge may
    join vertices of equal key. Raises SearchLimit when an extremely symmetric graph exceeds the budget.
    """
    cells = _Partition(keys)
    _refine(adjacency, cells, sorted(cells.size))
    order, alike = _Search().solve(adjacency, cells, False)
    return order, alike.moves


class _Partition:
    """Vertices in ordered cells: `items` lists them cell by cell; a cell is named by where it starts."""

    __slots__ = ("cell", "items", "place", "size")

    def __init__(self, keys: Sequence[Any]) -> None:
        """Cells of equal keys, ordered by key."""
        self.items = sorted(range(len(keys)), key=keys.__getitem__)
        self.place = [0] * len(keys)
        self.cell = [0] * len(keys)
        self.size: dict[int, int] = {}
        start = 0
        for i, v in enumerate(self.items):
            if keys[v] != keys[self.items[start]]:
                start = i
            self.place[v], self.cell[v], self.size[start] = i, start, i - start + 1

    def copy(self) -> "_Partition":
        """An independent copy."""
        twin = object.__new__(_Partition)
        twin.items, twin.place, twin.cell, twin.size = (
            self.items[:],
            self.place[:],
            self.cell[:],
            self.size.copy(),
        )
        return twin

    def members(self, start: int) -> list[int]:
        """The vertices of a cell."""
        return self.items[start : start + self.size[start]]

    def split(self, start: int, pieces: list[list[int]]) -> list[int]:
        """Move the pieces, in their order, to the end of the cell; the starts of what it becomes."""
        items, place, cell = self.items, self.place, self.cell
        end = start + self.size[start]
        starts = []
        for piece in reversed(pieces):
            last, end = end, end - len(piece)
            for p, v in enumerate(piece, end):
                cell[v] = end
                other, q = items[p], place[v]
                items[q], place[other], items[p], place[v] = other, q, v, p
            self.size[end] = last - end
            starts.append(end)
        if end > start:
            self.size[start] = end - start
            starts.append(start)
        starts.reverse()
        return starts


def _refine(adjacency: Adjacency, cells: _Partition, splitters: Iterable[int]) -> None:
    """Split cells until all vertices of a cell have the same edges into each cell (that is: equitable)."""
    queue = deque(splitters)
    queued = set(queue)
    cell, size = cells.cell, cells.size
    while queue and len(size) < len(cell):
        start = queue.popleft()
        queued.discard(start)
        seen: dict[int, int] = {}
        if size[start] == 1:
            seen.update(adjacency[cells.items[start]])
        else:
            for v in cells.members(start):
                for n, weight in adjacency[v]:
                    seen[n] = seen.get(n, 0) + weight
        touched: dict[int, dict[int, list[int]]] = {}
        for n, weight in seen.items():
            c = cell[n]
            if size[c] > 1:
                touched.setdefault(c, {}).setdefault(weight, []).append(n)
        for c in sorted(touched) if len(touched) > 1 else touched:
            alike = touched[c]
            if len(alike) == 1 and len(next(iter(alike.values()))) == size[c]:
                continue
            starts = cells.split(c, [alike[weight] for weight in sorted(alike)])
            spare = c if c in queued else max(starts, key=size.__getitem__)  # what the others already tell
            for s in starts:
                if s != spare:
                    queue.append(s)
                    queued.add(s)


class _Search:
    """A budget shared by all branches of one search."""

    def __init__(self) -> None:
        self.effort, self.depth, self.limits = current().search, 0, current()

    def spend(self, effort: int) -> None:
        """Count work done; SearchLimit when there has been too much."""
        self.effort -= effort
        self.limits.check_time()
        if self.effort < 0 or self.depth > _DEPTH:
            raise SearchLimit(
                "the network is too symmetric: no canonical order within the budget of the search",
                hint="limits(search=...) raises the budget",
            )

    def solve(self, adjacency: Adjacency, cells: _Partition, greedy: bool) -> tuple[list[int], "_Orbits"]:
        """The canonical order of the vertices of an equitable partition, and vertices found to be alike.

        Greedy takes the first choice everywhere. That is not canonical, but where it meets an order known
        already, written down the same, it shows an automorphism at little cost.
        """
        parts = _parts(adjacency, cells)
        if len(parts) == 1 and len(parts[0][0]) == len(cells.items):
            return self.branch(adjacency, cells, greedy)
        orbits = _Orbits()
        solved: list[tuple[Any, list[int]]] = []
        for members, edges in parts:
            local = _Partition([cells.cell[v] for v in members])
            order, inner = self.solve(edges, local, greedy)
            certificate = _certificate(edges, order), sorted([cells.cell[v] for v in members])
            solved.append((certificate, [members[i] for i in order]))
            for before, after in inner.moves:
                orbits.match([members[i] for i in before], [members[i] for i in after])
        solved.sort(key=lambda part: part[0])
        for (left, before), (right, after) in pairwise(solved):
            if left == right:
                orbits.exchange(before, after)
        items = cells.items[:]
        free: dict[int, int] = {}
        for _, order in solved:
            for v in order:
                c = cells.cell[v]
                place = free.get(c, c)
                items[place], free[c] = v, place + 1
        for start, size in cells.size.items():
            if size > 1 and start not in free:
                for pair in pairwise(items[start : start + size]):
                    orbits.match(pair, pair[::-1])
        return items, orbits

    def branch(self, adjacency: Adjacency, cells: _Partition, greedy: bool) -> tuple[list[int], "_Orbits"]:
        """Set each vertex of the smallest cell apart in turn, skip those alike, keep the smallest outcome."""
        target = min([(size, start) for start, size in cells.size.items() if size > 1])[1]
        orbits, tried = _Orbits(), list[int]()
        shape: Any = None
        known: dict[Any, list[int]] = {}
        edges = sum(map(len, adjacency))
        for v in cells.members(target):
            if any(orbits.find(v) == orbits.find(u) for u in tried):
                continue
            self.spend(len(adjacency) + edges)
            tried.append(v)
            child = cells.copy()
            _refine(adjacency, child, child.split(target, [[v]])[1:])
            if greedy:
                return self.deeper(adjacency, child, True)
            outline = -len(child.size), sorted(child.size)
            if shape is None or outline < shape:
                shape, known = outline, {}
            if outline > shape:
                continue
            if known:
                order, _ = self.deeper(adjacency, child, True)
                leaf = _certificate(adjacency, order)
                if leaf in known:
                    orbits.match(known[leaf], order)
                    continue
            order, inner = self.deeper(adjacency, child, False)
            for move in inner.moves:
                orbits.match(*move)
            leaf = _certificate(adjacency, order)
            orbits.match(known.setdefault(leaf, order), order)
        return known[min(known)], orbits

    def deeper(self, adjacency: Adjacency, cells: _Partition, greedy: bool) -> tuple[list[int], "_Orbits"]:
        """Solve, one level down."""
        self.depth += 1
        result = self.solve(adjacency, cells, greedy)
        self.depth -= 1
        return result


class _Orbits:
    """Vertices known to be alike (union-find), and the automorphisms that show it."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.moves: list[Move] = []

    def find(self, v: int) -> int:
        """The representative of v."""
        parent = self.parent
        while (up := parent.get(v, v)) != v:
            parent[v] = parent.get(up, up)
            v = up
        return v

    def match(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Take in an automorphism that moves the one list of vertices to the other, place by place."""
        if before == after:
            return
        self.moves.append((before, after))
        for a, b in zip(before, after, strict=True):
            a, b = self.find(a), self.find(b)
            if a != b:
                self.parent[max(a, b)] = min(a, b)

    def exchange(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Take in an automorphism that exchanges two lists of vertices."""
        self.match([*before, *after], [*after, *before])


def _parts(adjacency: Adjacency, cells: _Partition) -> list[tuple[list[int], Adjacency]]:
    """The components left when the edges between uniformly joined cells are cut: (vertices, own edges) each.

    In an equitable partition the vertices of a cell without an edge left are interchangeable, and components
    that look alike are too.
    """
    cell, size = cells.cell, cells.size
    uneven: dict[int, set[int]] = {}
    for start in size:
        if size[start] > 1:
            joined: dict[int, list[int]] = {}
            for n, weight in adjacency[cells.items[start]]:
                if size[cell[n]] > 1:
                    joined.setdefault(cell[n], []).append(weight)
            cut = {c for c, weights in joined.items() if len(weights) < size[c] or min(weights) < max(weights)}
            if cut:
                uneven[start] = cut
    parts = []
    local: dict[int, int] = {}
    for start in sorted(uneven):
        for root in cells.members(start):
            if root in local:
                continue
            local[root] = 0
            members, edges = [root], []
            for v in members:  # grows while it is walked
                kept, row = uneven[cell[v]], []
                for n, weight in adjacency[v]:
                    if cell[n] in kept:
                        if n not in local:
                            local[n] = len(members)
                            members.append(n)
                        row.append((local[n], weight))
                edges.append(row)
            parts.append((members, edges))
    return parts


def _certificate(adjacency: Adjacency, order: list[int]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The graph written down in the given order of its vertices: each one's edges to those before it."""
    place = [0] * len(order)
    for i, v in enumerate(order):
        place[v] = i
    return tuple([tuple(sorted([(place[n], w) for n, w in adjacency[v] if place[n] < place[v]])) for v in order])
