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
    vertices: list[Vertex] = []
    edges: list[Edge] = []
    ends: list[list[tuple[int, int]]] = [[] for _ in sizes]  # per wire: (vertex, slot), or (-1 - leg, 0)

    def gather(vertex: int, slot: int, group: Group) -> None:
        if len(group) == 1:
            ends[group[0]].append((vertex, slot))
            return
        half = 2.0 + 4.0 * len(group)
        vertices.append(Vertex("split", SPLIT_GLYPH._replace(box=(-half, -5.0, half, 5.0))))
        splitter = len(vertices) - 1
        bundle = Edge(splitter, 0, -1, 0, -1, True)
        if vertex < 0:
            _to_leg(bundle, -1 - vertex, sides)
        else:
            bundle.v, bundle.slot_v = vertex, slot
        edges.append(bundle)
        for place, wire in enumerate(group):
            ends[wire].append((splitter, place + 1))

    for number, part in enumerate(parts):
        if part.slots:
            vertices.append(Vertex("tensor", glyph(part), number))
            vertex = len(vertices) - 1
            for slot, group in enumerate(part.slots):
                gather(vertex, slot, group)
    for leg, group in enumerate(outputs):
        gather(-1 - leg, 0, group)
    for wire, found in enumerate(ends):
        _join(vertices, edges, wire, found, sides)
    for edge in edges:
        if edge.u >= 0:
            vertices[edge.u].ends.append(edge)
        if edge.v >= 0:
            vertices[edge.v].ends.append(edge)
    return Mesh(vertices, edges, sizes)


def _join(vertices: list[Vertex], edges: list[Edge], wire: int, found: list[tuple[int, int]], sides: str) -> None:
    """The edges of one wire."""
    if not found:
        return
    if len(found) == 2:
        (u, slot_u), (v, slot_v) = found if found[0][0] >= 0 or found[1][0] < 0 else found[::-1]
        edge = Edge(u, slot_u, v, slot_v, wire)
        if v < 0:
            edge.v = -1
            _to_leg(edge, -1 - v, sides)
        if u < 0:
            edge.u = -1
            edge.far, edge.far_side = -1 - u, sides[-1 - u]
        edges.append(edge)
        return
    vertices.append(Vertex("dot", DOT_GLYPH) if len(found) > 2 else Vertex("ones", ONES_GLYPH))
    hub = len(vertices) - 1
    for vertex, slot in found:
        edge = Edge(hub, 0, max(vertex, -1), slot, wire)
        if vertex < 0:
            _to_leg(edge, -1 - vertex, sides)
        edges.append(edge)


def _to_leg(edge: Edge, leg: int, sides: str) -> None:
    edge.leg, edge.side = leg, sides[leg]
