"""Which vertices stand on a line: connected components, and within one the paths that become its lines.

The first line (the spine) is a longest simple path from a vertex with a left leg to one with a right leg. A chord - an edge
between two vertices of a path that are no neighbours on it - costs more than a vertex brings, so that ladders do not become
snakes; only the chord that closes a ring is free.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from tensor_networks.drawing.mesh import Mesh

MOST_STEPS = 700  # of the search for a longest path
CHORD = 5
WEIGHTS = {"tensor": 2, "dot": 1, "ones": 1, "split": 1}
Adjacency = list[list[int]]


def adjacency(mesh: Mesh) -> Adjacency:
    """For every vertex its neighbours, one entry per edge, in the order of their names."""
    near: Adjacency = [[] for _ in mesh.vertices]
    for edge in mesh.edges:
        if edge.v >= 0 and edge.u != edge.v:
            near[edge.u].append(edge.v)
            near[edge.v].append(edge.u)
    titles = [vertex.glyph.title for vertex in mesh.vertices]
    for others in near:
        if len(others) > 1:
            others.sort(key=lambda other: (titles[other], other))
    return near


def components(near: Adjacency, among: Collection[int] | None = None) -> list[list[int]]:
    """The connected components of the vertices (of those given), each in ascending order."""
    left = dict.fromkeys(range(len(near)) if among is None else sorted(among))
    found = []
    while left:
        start = next(iter(left))
        del left[start]
        component, stack = [start], [start]
        while stack:
            for other in near[stack.pop()]:
                if other in left:
                    del left[other]
                    component.append(other)
                    stack.append(other)
        found.append(sorted(component))
    return found


def best_path(mesh: Mesh, near: Adjacency, inside: Sequence[int], starts: Sequence[int], ends: Collection[int]) -> list[int]:
    """The best path found within some vertices, from one of the starts; an end among `ends` is worth more."""
    search = _Search(mesh, near, set(inside), set(ends))
    if len(inside) > 24:
        return search.farthest(list(starts))
    share = MOST_STEPS // max(1, len(starts))
    for start in starts:
        if search.score[0] >= search.most:
            break
        search.steps = max(60, share)
        search.extend(start, [start], {start}, search.weight[start], 0)
    return search.best


class _Search:
    """A depth-first search that gives up after some steps."""

    def __init__(self, mesh: Mesh, near: Adjacency, inside: set[int], ends: set[int]) -> None:
        self.near, self.inside, self.ends = near, inside, ends
        self.weight = {vertex: WEIGHTS[mesh.vertices[vertex].kind] for vertex in inside}
        self.most = sum(self.weight.values()) + (3 if ends else 0)
        self.best: list[int] = []
        self.score = (-(10**9), 0)
        self.steps = 0

    def extend(self, last: int, path: list[int], on: set[int], gain: int, closing: int) -> None:
        """Try all ways on from a path. `closing` are the chords from its last vertex to its first."""
        self.steps -= 1
        score = (gain + (3 if last in self.ends else 0), -closing)
        if score > self.score:
            self.score, self.best = score, path.copy()
        if self.steps < 0 or self.score[0] >= self.most:
            return
        tried = set()
        for other in self.near[last]:
            if other in on or other in tried or other not in self.inside:
                continue
            tried.add(other)
            chords = closes = 0
            for back in self.near[other]:
                if back in on and back != last:
                    if back == path[0]:
                        closes += 1
                    else:
                        chords += 1
            path.append(other)
            on.add(other)
            self.extend(other, path, on, gain + self.weight[other] - CHORD * (chords + closing), closes)
            on.discard(other)
            path.pop()

    def farthest(self, starts: list[int]) -> list[int]:
        """A shortest path to a vertex as far as possible: from a start, and once more from there if any start will do."""
        path = self.sweep(starts[0])
        if len(starts) == len(self.inside):
            path = self.sweep(path[-1])
        return path

    def sweep(self, start: int) -> list[int]:
        before = {start: start}
        queue = [start]
        for vertex in queue:
            for other in self.near[vertex]:
                if other in self.inside and other not in before:
                    before[other] = vertex
                    queue.append(other)
        last = next((vertex for vertex in reversed(queue) if vertex in self.ends), queue[-1])
        path = [last]
        while path[-1] != start:
            path.append(before[path[-1]])
        return path[::-1]


def spine_of(mesh: Mesh, near: Adjacency, component: Sequence[int]) -> list[int]:
    """The first line of a component, from left to right."""
    lefts, rights = [], []
    for vertex in component:
        sides = {edge.side for edge in mesh.vertices[vertex].ends}
        if "l" in sides:
            lefts.append(vertex)
        if "r" in sides:
            rights.append(vertex)
    lefts.sort(key=lambda vertex: _leg(mesh, vertex, "l"))
    rights.sort(key=lambda vertex: _leg(mesh, vertex, "r"))
    if not lefts and rights:
        return best_path(mesh, near, component, rights, ())[::-1]
    if lefts:
        lefts = lefts[:1] if len(lefts) > 1 and not rights else lefts
        return best_path(mesh, near, component, lefts, rights)
    starts = sorted(component, key=lambda vertex: (mesh.vertices[vertex].glyph.title, vertex))
    return _as_read(mesh, best_path(mesh, near, component, starts, ()))


def _as_read(mesh: Mesh, path: list[int]) -> list[int]:
    """A path without legs to the sides, turned so that most matrices are met rows first; a ring from its first name."""
    forward = 0
    for left, right in pairwise(path):
        for edge in mesh.vertices[left].ends:
            if {edge.u, edge.v} == {left, right}:
                ends = {edge.u: edge.slot_u, edge.v: edge.slot_v}
                for vertex, wanted in ((left, 1), (right, 0)):
                    if len(mesh.vertices[vertex].glyph.orbits) == 2:
                        forward += 1 if ends[vertex] == wanted else -1
                break
    if forward < 0:
        path = path[::-1]
    if len(path) > 2 and any({edge.u, edge.v} == {path[0], path[-1]} for edge in mesh.vertices[path[0]].ends):
        tensors = [place for place, vertex in enumerate(path) if mesh.vertices[vertex].kind == "tensor"]
        first = min(tensors, key=lambda place: mesh.vertices[path[place]].glyph.title or "~", default=0)
        path = path[first:] + path[:first]
    return path


def _leg(mesh: Mesh, vertex: int, side: str) -> int:
    return min(edge.leg for edge in mesh.vertices[vertex].ends if edge.side == side)
