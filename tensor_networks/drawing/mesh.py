"""A network as a mesh to lay out: vertices (tensors, dots, splitters, legs) and the edges between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tensor_networks.axes import Axis
from tensor_networks.drawing.picture import Box, Data, Picture
from tensor_networks.drawing.style import DOT, Runs
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.wiring import Group


class Part(NamedTuple):
    """A factor to draw; `mark` is "", "marked" (outlined) or "hole"."""

    node: Node
    slots: tuple[Group, ...]
    exponent: Number = 1
    mark: str = ""


class Glyph(NamedTuple):
    """What a vertex looks like: its outline around its place (0, 0), its text, or the picture inside.

    `picture` is the one inside, `inner` makes it, its legs turned to given sides (l or r, for each slot). `orbits` are those of
    the node, `corner` the radius of a box, `dash` the pattern of its outline.
    """

    shape: str  # circle, square, pill, box, dot, ones, split
    box: Box
    runs: Runs = ()
    exponent: Runs = ()
    fill: str = "constant"
    inner: Callable[[str], Picture] | None = None
    picture: Picture | None = None
    orbits: tuple[int, ...] = ()
    corner: float = 4.0
    dash: str = ""
    stroke: str = "ink"
    thick: float = 1.3
    faint: bool = False
    data: Data = ()
    title: str = ""


class Vertex:
    """A vertex with its glyph. `part` is the number of its factor, or -1. A leg is no vertex but an edge that ends nowhere."""

    __slots__ = ("ends", "glyph", "kind", "part", "x", "y")

    def __init__(self, kind: str, glyph: Glyph, part: int = -1) -> None:
        self.kind, self.glyph, self.part = kind, glyph, part
        self.ends: list[Edge] = []
        self.x = self.y = 0.0


class Edge:
    """A wire, or one arm of a hyperedge, between vertices `u` and `v`; `v` is -1 for a leg, `u` as well if both ends are legs.

    `slot_u` and `slot_v` are the slots there. A leg knows its output `leg` and its side l, r, d or u.
    """

    __slots__ = ("far", "far_side", "leg", "points", "side", "sides", "slot_u", "slot_v", "thick", "u", "v", "wire")

    def __init__(self, u: int, slot_u: int, v: int, slot_v: int, wire: int, thick: bool = False) -> None:
        self.u, self.slot_u, self.v, self.slot_v, self.wire, self.thick = u, slot_u, v, slot_v, wire, thick
        self.leg, self.side, self.far, self.far_side = -1, "", -1, ""
        self.points: tuple[tuple[float, float], ...] = ()
        self.sides = ["", ""]


class Mesh(NamedTuple):
    """Vertices and edges; `sizes` by wire."""

    vertices: list[Vertex]
    edges: list[Edge]
    sizes: Sequence[Axis]


DOT_GLYPH = Glyph("dot", (-DOT, -DOT, DOT, DOT), fill="ink")
ONES_GLYPH = Glyph("ones", (-DOT, -DOT, DOT, DOT))
SPLIT_GLYPH = Glyph("split", (-5.0, -5.0, 5.0, 5.0), fill="ink")


def mesh_of(
    parts: Sequence[Part],
    outputs: Sequence[Group],
    sizes: Sequence[Axis],
    sides: str,
    glyph: Callable[[Part], Glyph],
) -> Mesh:
    """The mesh of the factors that have axes. A wire with two ends is an edge, any other one a dot with an edge for each end.

    A slot that reads several wires gets a splitter between the node and the wires; so does an output.
    """
    draft = _Draft(len(sizes), sides)
    for number, part in enumerate(parts):
        if part.slots:
            vertex = draft.add(Vertex("tensor", glyph(part), number))
            for slot, group in enumerate(part.slots):
                draft.gather(vertex, slot, group)
    for leg, group in enumerate(outputs):
        draft.gather(-1 - leg, 0, group)
    for wire in range(len(sizes)):
        draft.join(wire)
    for edge in draft.edges:
        if edge.u >= 0:
            draft.vertices[edge.u].ends.append(edge)
        if edge.v >= 0:
            draft.vertices[edge.v].ends.append(edge)
    return Mesh(draft.vertices, draft.edges, sizes)


class _Draft:
    """A mesh in the making: `ends` has, for each wire, the pairs (vertex, slot) that it joins, (-1 - leg, 0) for a leg."""

    def __init__(self, wires: int, sides: str) -> None:
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.ends: list[list[tuple[int, int]]] = [[] for _ in range(wires)]
        self.sides = sides

    def add(self, vertex: Vertex) -> int:
        """The number of a new vertex."""
        self.vertices.append(vertex)
        return len(self.vertices) - 1

    def gather(self, vertex: int, slot: int, group: Group) -> None:
        """The ends of the wires of a slot; of several wires they are at a splitter."""
        if len(group) == 1:
            self.ends[group[0]].append((vertex, slot))
            return
        half = 2.0 + 4.0 * len(group)
        splitter = self.add(Vertex("split", SPLIT_GLYPH._replace(box=(-half, -5.0, half, 5.0))))
        bundle = Edge(splitter, 0, -1, 0, -1, True)
        if vertex < 0:
            self.to_leg(bundle, -1 - vertex)
        else:
            bundle.v, bundle.slot_v = vertex, slot
        self.edges.append(bundle)
        for place, wire in enumerate(group):
            self.ends[wire].append((splitter, place + 1))

    def join(self, wire: int) -> None:
        """The edges of one wire."""
        found = self.ends[wire]
        if not found:
            return
        if len(found) == 2:
            self.edges.append(self.between(wire, found))
            return
        hub = self.add(Vertex("dot", DOT_GLYPH) if len(found) > 2 else Vertex("ones", ONES_GLYPH))
        for vertex, slot in found:
            edge = Edge(hub, 0, max(vertex, -1), slot, wire)
            if vertex < 0:
                self.to_leg(edge, -1 - vertex)
            self.edges.append(edge)

    def between(self, wire: int, found: list[tuple[int, int]]) -> Edge:
        """The edge of a wire with two ends; if one is a leg, it is the second."""
        (u, slot_u), (v, slot_v) = found if found[0][0] >= 0 or found[1][0] < 0 else found[::-1]
        edge = Edge(u, slot_u, v, slot_v, wire)
        if v < 0:
            edge.v = -1
            self.to_leg(edge, -1 - v)
        if u < 0:
            edge.u = -1
            edge.far, edge.far_side = -1 - u, self.sides[-1 - u]
        return edge

    def to_leg(self, edge: Edge, leg: int) -> None:
        """The edge ends nowhere, as a leg."""
        edge.leg, edge.side = leg, self.sides[leg]
