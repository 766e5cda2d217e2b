"""Where the vertices of a component stand: the spine on the first row, what hangs on it in rows below, all with their x."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tensor_networks.drawing.mesh import Mesh
from tensor_networks.drawing.spine import Adjacency, best_path, components, spine_of
from tensor_networks.drawing.style import CLEAR, PITCH

FACING = 8.0  # less than this aside of each other, wires of two vertices could meet
NUDGES = (0.0, 11.0, -11.0, 22.0, -22.0)
ASIDE = 12.0  # room kept beside a line of a lower row


class Places(NamedTuple):
    """The rows from the top, each from left to right, and for every vertex its row."""

    rows: list[list[int]]
    row: dict[int, int]


def placed(mesh: Mesh, near: Adjacency, component: Sequence[int]) -> Places:
    """Give every vertex of a component its x and its row."""
    placing = _Placing(mesh, near)
    spine = spine_of(mesh, near, component)
    placing.spread(spine)
    placing.put(spine, 0)
    rest = set(component) - set(spine)
    while rest:
        rest -= placing.hang(rest)
    rows = [sorted(row, key=lambda vertex: mesh.vertices[vertex].x) for row in placing.rows]
    return Places(rows, placing.row)


class _Placing:
    def __init__(self, mesh: Mesh, near: Adjacency) -> None:
        self.mesh, self.near = mesh, near
        self.rows: list[list[int]] = []
        self.row: dict[int, int] = {}
        self.taken: list[list[tuple[float, float]]] = []  # per row the intervals in use

    def half(self, vertex: int) -> float:
        return self.mesh.vertices[vertex].glyph.box[2]

    def gap(self, left: int, right: int) -> float:
        """The distance of two neighbours on a line."""
        return max(PITCH, self.half(left) + self.half(right) + CLEAR)

    def spread(self, line: Sequence[int]) -> None:
        """Place a line from 0 on."""
        x = 0.0
        for place, vertex in enumerate(line):
            if place:
                x += self.gap(line[place - 1], vertex)
            self.mesh.vertices[vertex].x = x

    def put(self, line: Iterable[int], row: int) -> None:
        """A line whose x are known goes into a row."""
        while len(self.rows) <= row:
            self.rows.append([])
            self.taken.append([])
        for vertex in line:
            self.rows[row].append(vertex)
            self.row[vertex] = row
            x = self.mesh.vertices[vertex].x
            self.taken[row].append((x - self.half(vertex) - ASIDE, x + self.half(vertex) + ASIDE))

    def anchor(self, vertex: int) -> float | None:
        """The mean x of the neighbours that are placed."""
        xs = [self.mesh.vertices[other].x for other in self.near[vertex] if other in self.row]
        return sum(xs) / len(xs) if xs else None

    def hang(self, rest: set[int]) -> set[int]:
        """Place one line of each component of the rest; the vertices that were placed."""
        done: set[int] = set()
        hanging = []
        for component in components(self.near, rest):
            starts = [vertex for vertex in component if self.anchor(vertex) is not None]
            hanging.append((min(self.anchor(vertex) or 0.0 for vertex in starts), component, starts))
        for _, component, starts in sorted(hanging, key=lambda found: (found[0], found[1])):
            starts.sort(key=lambda vertex: (self.anchor(vertex) or 0.0, vertex))
            line = best_path(self.mesh, self.near, component, starts, starts)
            first, last = self.anchor(line[0]), self.anchor(line[-1])
            if first is not None and last is not None and first > last:
                line.reverse()
            self.lower(line)
            done.update(line)
        return done

    def lower(self, line: list[int]) -> None:
        """Place a line below what it hangs on: at its anchors, in the first row with room."""
        self.align(line)
        above = [self.row[other] for vertex in line for other in self.near[vertex] if other in self.row]
        row = min(above) + 1
        vertices = [self.mesh.vertices[vertex] for vertex in line]
        shifts = [0.0, 50.0, -50.0] if len({o for v in line for o in self.near[v] if o in self.row}) == 1 else [0.0]
        while True:
            for shift in (base + nudge for base in shifts for nudge in NUDGES):
                low = vertices[0].x + shift - self.half(line[0])
                high = vertices[-1].x + shift + self.half(line[-1])
                taken = self.taken[row] if row < len(self.taken) else []
                if all(high < a or low > b for a, b in taken) and not self.faces(line, row, shift):
                    for vertex in vertices:
                        vertex.x += shift
                    self.put(line, row)
                    return
            row += 1

    def faces(self, line: Sequence[int], row: int, shift: float) -> bool:
        """Would a vertex stand straight below or above one of a neighbouring row that it is not joined with?"""
        for other_row in (row - 1, row + 1):
            if other_row >= len(self.rows):
                continue
            for vertex in line:
                x = self.mesh.vertices[vertex].x + shift
                for other in self.rows[other_row]:
                    close = abs(self.mesh.vertices[other].x - x) < FACING
                    if close and other not in self.near[vertex] and self.leaves_its_row(other, other_row):
                        return True
        return False

    def leaves_its_row(self, vertex: int, row: int) -> bool:
        """May a wire of a vertex run up or down?"""
        legs = any(edge.v < 0 and (row > 0 or edge.side in "du") for edge in self.mesh.vertices[vertex].ends)
        return (
            legs or (row > 0 and len(self.near[vertex]) > 2) or any(self.row.get(other) != row for other in self.near[vertex])
        )

    def align(self, line: list[int]) -> None:
        """The x of a lower line: below the anchors where they leave room, else as close as neighbours may stand."""
        wanted = [self.anchor(vertex) for vertex in line]
        first = next(place for place, x in enumerate(wanted) if x is not None)
        x = (wanted[first] or 0.0) - sum(self.gap(*pair) for pair in pairwise(line[: first + 1]))
        xs = [x]
        for left, vertex, want in zip(line, line[1:], wanted[1:], strict=False):
            least = xs[-1] + self.gap(left, vertex)
            xs.append(least if want is None else max(want, least))
        asked = [want - x for want, x in zip(wanted, xs, strict=True) if want is not None]
        shift = sum(asked) / len(asked)
        for vertex, x in zip(line, xs, strict=True):
            self.mesh.vertices[vertex].x = x + shift
