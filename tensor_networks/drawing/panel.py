"""A single product as a picture: each component laid out by itself, then all stacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tensor_networks.drawing.glyphs import draw_vertex, turned
from tensor_networks.drawing.grid import Site, find_grid, given_sites, on_sites
from tensor_networks.drawing.labels import Labels
from tensor_networks.drawing.mesh import Edge, Mesh
from tensor_networks.drawing.picture import Box, Item, Line, Picture, Point, text_box, united
from tensor_networks.drawing.route import Router
from tensor_networks.drawing.rows import placed
from tensor_networks.drawing.spine import adjacency, components
from tensor_networks.drawing.style import LEG, Runs

GAP = 20.0  # between stacked components
ROLES = {"l": "left", "r": "right"}


class Component:
    """The vertices and edges of a component, its box without labels, the height of its line; do its legs end where they end?"""

    __slots__ = ("box", "edges", "line", "short", "vertices")

    def __init__(self, vertices: list[int], edges: list[Edge], box: Box, line: float = 0.0, short: bool = False) -> None:
        self.vertices, self.edges, self.box, self.line, self.short = vertices, edges, box, line, short


class Letters(NamedTuple):
    """What stands beside the wires and at the ends of the legs; `inner` says whether wires between nodes are labelled."""

    wires: Sequence[Runs]
    legs: Sequence[Runs]
    inner: bool = True


def draw_mesh(mesh: Mesh, names: Letters, positions: Mapping[str, Sequence[Site]] | None = None) -> Picture:
    """The picture of a mesh."""
    near = adjacency(mesh)
    found = components(near)
    parts = [_laid_out(mesh, near, component, positions or {}) for component in found]
    if _turn(mesh):
        parts = [_laid_out(mesh, near, component, positions or {}) for component in found]
    parts += [_bare(edge) for edge in mesh.edges if edge.u < 0]
    parts.sort(key=_first_leg)
    _stack(mesh, parts)
    items: list[Item] = []
    boxes: list[Box] = []
    for part in parts:
        drawn, box = _draw(mesh, part, names)
        items += drawn
        boxes.append(box)
    left, top, right, bottom = united(boxes)
    return Picture(items, (left, top, right, bottom))


def _turn(mesh: Mesh) -> bool:
    """Turn the legs inside opened nodes to where their wires leave; did an outline change?"""
    changed = False
    for number, vertex in enumerate(mesh.vertices):
        if vertex.glyph.inner is not None:
            sides = {}
            for edge in vertex.ends:
                if edge.u == number:
                    sides[edge.slot_u] = edge.sides[0]
                if edge.v == number:
                    sides[edge.slot_v] = edge.sides[1]
            before = vertex.glyph.box
            vertex.glyph = turned(vertex.glyph, "".join(sides[slot] for slot in sorted(sides)))
            changed = changed or vertex.glyph.box != before
    return changed


def _laid_out(mesh: Mesh, near: list[list[int]], component: list[int], positions: Mapping[str, Sequence[Site]]) -> Component:
    inside = set(component)
    edges = [edge for edge in mesh.edges if edge.u in inside]
    sites = given_sites(mesh, near, component, positions) if positions else find_grid(mesh, near, component)
    if sites is not None:
        box = on_sites(mesh, sites, edges)
        return Component(component, edges, box, (box[1] + box[3]) / 2, True)
    box = Router(mesh, placed(mesh, near, component), edges).run()
    return Component(component, edges, box)


def _bare(edge: Edge) -> Component:
    """A wire between two legs: a line across, or a bend if both are on one side."""
    second, first = edge.side, edge.far_side
    width, height = 2 * LEG, 0.0
    points: tuple[Point, ...]
    if first == second:
        height = 30.0
        x = {"l": 0.0, "r": width}.get(first, 0.0)
        inner = {"l": LEG, "r": width - LEG}.get(first, 0.0)
        points = ((x, 0.0), (inner, 0.0), (inner, height), (x, height))
        if first in "du":
            points, height = ((0.0, 30.0), (0.0, 0.0), (LEG, 0.0), (LEG, 30.0)), 30.0
            width = LEG
    elif {first, second} == {"l", "r"}:
        points = ((0.0, 0.0), (width, 0.0)) if first == "l" else ((width, 0.0), (0.0, 0.0))
    else:
        side = first if first in "lr" else second
        x = 0.0 if side == "l" else width
        points, height = ((x, 0.0), (LEG, 0.0), (LEG, 30.0)), 30.0
        if first != side:
            points = points[::-1]
    edge.points = points
    return Component([], [edge], (0.0, 0.0, width, height), height / 2)


def _first_leg(part: Component) -> tuple[int, int]:
    legs = [(edge.side != "l", edge.leg) for edge in part.edges if edge.leg >= 0]
    legs += [(edge.far_side != "l", edge.far) for edge in part.edges if edge.far >= 0]
    if not legs:
        return 2, 0
    return min(legs)


def _stack(mesh: Mesh, parts: list[Component]) -> None:
    """Move the components below each other, legs to common margins, the middle of their lines at y = 0."""
    widest = max((part.box[2] - part.box[0] for part in parts), default=0.0)
    lines, y = [], 0.0
    moves = []
    for place, part in enumerate(parts):
        left, top, right, bottom = part.box
        dy = y - top if place else 0.0
        moves.append((-left + (widest - (right - left)) / 2, dy))
        lines.append(part.line + dy)
        y = bottom + dy + GAP
    middle = (lines[0] + lines[-1]) / 2 if lines else 0.0
    for part, (dx, dy) in zip(parts, moves, strict=True):
        _move(mesh, part, dx, dy - middle)
        if not part.short:
            _extend(part, 0.0, widest)


def _move(mesh: Mesh, part: Component, dx: float, dy: float) -> None:
    for number in part.vertices:
        mesh.vertices[number].x += dx
        mesh.vertices[number].y += dy
    for edge in part.edges:
        edge.points = tuple((x + dx, y + dy) for x, y in edge.points)
    left, top, right, bottom = part.box
    part.box = (left + dx, top + dy, right + dx, bottom + dy)


def _extend(part: Component, left: float, right: float) -> None:
    """Legs to the left and right run to the margins."""
    margin = {"l": left, "r": right}
    for edge in part.edges:
        points = edge.points
        if edge.side in margin and points:
            edge.points = (*points[:-1], (margin[edge.side], points[-1][1]))
        if edge.far_side in margin and edge.points:
            edge.points = ((margin[edge.far_side], points[0][1]), *edge.points[1:])


def _draw(mesh: Mesh, part: Component, names: Letters) -> tuple[list[Item], Box]:
    """The items of a component, wires first, and their box."""
    texts = Labels(mesh, part.vertices, part.edges)
    lines: list[Item] = []
    ports: dict[int, dict[int, tuple[str, Point]]] = {number: {} for number in part.vertices}
    boxes = list(texts.boxes)
    for edge in part.edges:
        role = ROLES.get(edge.side, "wire") if edge.u >= 0 else "wire"
        lines.append(Line(edge.points, role, 2.8 if edge.thick else 1.6, wire=edge.wire))
        if edge.u >= 0:
            ports[edge.u].setdefault(edge.slot_u, (edge.sides[0], edge.points[0]))
            if edge.v >= 0:
                ports[edge.v].setdefault(edge.slot_v, (edge.sides[1], edge.points[-1]))
        xs, ys = zip(*edge.points, strict=True)
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
        if edge.leg >= 0:
            texts.leg(edge, names.legs[edge.leg], ROLES.get(edge.side, "label"))
            if edge.u < 0:
                texts.leg(edge, names.legs[edge.far], ROLES.get(edge.far_side, "label"), False)
    for edge in part.edges:
        texts.slots(edge)
    if names.inner:
        for edge in part.edges:
            if edge.leg < 0 and edge.wire >= 0:
                texts.wire(edge, names.wires[edge.wire])
    items = lines
    for number in part.vertices:
        items += draw_vertex(mesh.vertices[number], ports[number])
    items += texts.texts
    return items, united(boxes + [text_box(text) for text in texts.texts])
